/** What a host accepts of the process of its kernel: each message has the parts that its kind has, of their types. Values are held to their own types where they are read. */
import type { CallStep, FaultDetails } from '../../abi/result.js';
import { CRASH_CAUSES, ERROR_CODES } from '../../abi/codes.js';
import type { Epitaph } from '../../abi/epitaph.js';
import { findBadLimit } from '../../abi/limits.js';
import { Malformed } from './copies.js';
import type { FromKernel, WireError, WireEvent, WireFault, WireLoaded } from './protocol.js';

type Parts = { readonly [part: string]: unknown };
type Check = (value: unknown) => boolean;

const isNumber: Check = (value) => typeof value === 'number' && Number.isSafeInteger(value);
const isText: Check = (value) => typeof value === 'string';
const isFlag: Check = (value) => typeof value === 'boolean';
const isObject: Check = (value) => typeof value === 'object' && value !== null;
const isAnything: Check = () => true;
const isFigure: Check = (value) => typeof value === 'number';
const holds =
  (checks: { readonly [part: string]: Check }): Check =>
  (value) =>
    isObject(value) && Object.entries(checks).every(([part, check]) => check((value as Parts)[part]));
const isRecordOf =
  (check: Check): Check =>
  (value) =>
    isObject(value) && Object.values(value as Parts).every(check);
/** From its first element on: a hole is none of them, and ends the walk through what only says that it is long. */
const isListOf =
  (check: Check): Check =>
  (value) => {
    if (!Array.isArray(value)) return false;
    for (let at = 0; at < value.length; at++) if (!check(value[at])) return false;
    return true;
  };
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const orAbsent =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const oneOf =
  (...all: readonly string[]): Check =>
  (value) =>
    typeof value === 'string' && all.includes(value);

const MESSAGES: { readonly [op in FromKernel['op']]: { readonly [part: string]: Check } } = {
  done: { id: isNumber, value: isAnything },
  failed: { id: isNumber, error: isObject },
  outcome: { id: isNumber, result: orNull(isObject), fault: orNull(isObject) },
  serve: { id: isNumber, exported: isNumber, method: isNumber, args: isObject },
  released: { exported: isNumber, passes: isNumber },
  event: { event: (name) => isText(name) && Object.hasOwn(EVENTS, name as string), data: isObject },
  life: { life: (life) => isLife(life) },
  pong: {},
};

function isLife(life: unknown): boolean {
  checkParts(life, { program: isNumber, incarnation: isNumber, isLive: isFlag, staysDead: orNull(isText) }, 'a life');
  return true;
}

const FAULT: { readonly [part in keyof WireFault]-?: Check } = {
  code: oneOf(...ERROR_CODES),
  started: isFlag,
  blame: oneOf('caller', 'callee', 'neither'),
  cause: orAbsent(oneOf(...CRASH_CAUSES)),
  domain: orAbsent(isText),
  incarnation: orAbsent(isNumber),
  method: orAbsent(isText),
  detail: orAbsent(isText),
  details: orAbsent(isObject),
  stack: orAbsent(isText),
  through: orAbsent(Array.isArray),
  starts: orAbsent(isNumber),
};

const ERROR: { readonly [part in keyof WireError]-?: Check } = {
  name: isText,
  message: isText,
  stack: isText,
  extension: orAbsent(isText),
  code: orAbsent(isText),
  reason: orAbsent(isText),
};

const STEP: { readonly [part in keyof CallStep]-?: Check } = {
  domain: isText,
  incarnation: orAbsent(isNumber),
  method: isText,
  code: FAULT.code,
  cause: FAULT.cause,
};

function checkParts(value: unknown, checks: { readonly [part: string]: Check }, what: string): void {
  if (!isObject(value)) throw new Malformed(`${what} that is no object`);
  for (const [part, check] of Object.entries(checks))
    if (!check((value as Parts)[part])) throw new Malformed(`${what} with another '${part}' than there can be`);
}

const isStep: Check = holds(STEP);
const EPITAPH: { readonly [part in keyof Epitaph]-?: Check } = {
  domain: isText,
  incarnation: isNumber,
  cause: oneOf(...CRASH_CAUSES),
  message: isText,
  stack: isText,
  chain: isListOf(holds({ caller: isText, domain: isText, method: isText })),
  through: isListOf(isStep),
  duringInit: isFlag,
  reclaimed: holds({ blocks: isNumber, bytes: isNumber, types: isRecordOf(isNumber) }),
  kept: isListOf(holds({ medium: isText, type: isText, bytes: isNumber, generation: isNumber, intent: isNumber, lost: orNull(isText) })),
  borrowsDeferred: isNumber,
  callersSettled: isNumber,
  resourcesReleased: holds({ count: isNumber, counts: isRecordOf(isNumber), order: isListOf(isText), failed: isListOf(isText) }),
  settledAfterMs: isFigure,
  endedAfterMs: isFigure,
  reclaimedAfterMs: isFigure,
  resourcesReleasedAfterMs: isFigure,
  escalation: isRecordOf(orNull(isFigure)),
  next: oneOf('restart', 'give-up', 'none'),
};

/** What listeners are told has the parts that they look at. */
const EVENTS: { readonly [event in WireEvent]: { readonly [part: string]: Check } } = {
  crash: EPITAPH,
  exit: EPITAPH,
  restart: { domain: isText, incarnation: isNumber, downMs: isFigure },
  'give-up': { domain: isText, domains: isListOf(isText), supervisor: orNull(isText), path: isListOf(isText), reason: isText },
  supervisor: {
    supervisor: isText,
    path: isListOf(isText),
    did: oneOf('restart', 'escalate'),
    because: isText,
    children: isListOf(isText),
    reason: isText,
  },
  condemned: { domain: isText, incarnation: isNumber },
  log: { domain: isText, level: isText, text: isText, dropped: isNumber },
};

const isDomain: Check = holds({
  name: isText,
  state: isText,
  limits: isRecordOf(isFigure),
  cpu: holds({ usedMs: isFigure }),
  fuel: holds({ used: isFigure }),
  resources: isRecordOf(isNumber),
});
const ANSWERS: { readonly [what in 'stats' | 'metrics' | 'audit' | 'trace']: Check } = {
  stats: holds({ domains: isListOf(isDomain), heap: isObject }),
  metrics: isText,
  audit: isListOf(isObject),
  trace: holds({ events: isListOf(holds({ kind: isText, timeMs: isFigure })), lost: isNumber }),
};

/** Throws Malformed for what is no answer to what was asked of the kernel. */
export function checkAnswer(what: keyof typeof ANSWERS, answer: unknown): void {
  if (!ANSWERS[what](answer)) throw new Malformed(`an answer that is none to '${what}'`);
}

/** Throws Malformed for what is no message of a kernel's process. */
export function checkHeard(message: unknown): void {
  const op = isObject(message) ? (message as Parts).op : undefined;
  if (typeof op !== 'string' || !Object.hasOwn(MESSAGES, op)) throw new Malformed('a message of no kind');
  checkParts(message, MESSAGES[op as FromKernel['op']], `a message '${op}'`);
  if (op !== 'event') return;
  const { event, data } = message as Extract<FromKernel, { op: 'event' }>;
  checkParts(data, EVENTS[event], `an event '${event}'`);
}

/** The fault as it was told, part by part. Throws Malformed. */
export function heardFault(told: WireFault): WireFault {
  checkParts(told, FAULT, 'a fault');
  for (const step of told.through ?? []) checkParts(step, STEP, 'a step of a chain');
  const details: { -readonly [part in keyof FaultDetails]: string } = {};
  for (const part of ['expected', 'actual', 'detail', 'resource', 'capability'] as const) {
    const text: unknown = told.details?.[part];
    if (typeof text === 'string') details[part] = text;
  }
  return { ...picked(told, FAULT), details } as unknown as WireFault;
}

/** Throws Malformed. */
export function heardError(told: WireError): WireError {
  checkParts(told, ERROR, 'an error');
  return picked(told, ERROR) as unknown as WireError;
}

/** What was said of a program that has been loaded. Throws Malformed. */
export function heardLoaded(told: unknown): WireLoaded {
  checkParts(told, { incarnation: isNumber, limits: isObject, provides: isObject }, 'a loaded program');
  const loaded = told as WireLoaded;
  const bad = findBadLimit(loaded.limits);
  if (bad !== undefined) throw new Malformed(`a loaded program: ${bad}`);
  for (const each of Object.values(loaded.provides)) checkParts(each, { interfaceName: isText, interfaceId: isText }, 'an interface');
  return loaded;
}

function picked(from: object, checks: object): Parts {
  return Object.fromEntries(Object.keys(checks).map((part) => [part, (from as Parts)[part]]));
}
