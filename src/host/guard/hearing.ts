/** What a host accepts of the process of its kernel: each message has the parts that its kind has, of their types. Values are held to their own types where they are read. */
import type { CallStep, FaultDetails } from '../../abi/result.js';
import { CRASH_CAUSES, ERROR_CODES } from '../../abi/codes.js';
import { Malformed } from './copies.js';
import type { FromKernel, WireError, WireEvent, WireFault, WireLoaded } from './protocol.js';

type Parts = { readonly [part: string]: unknown };
type Check = (value: unknown) => boolean;

const isNumber: Check = (value) => typeof value === 'number' && Number.isSafeInteger(value);
const isText: Check = (value) => typeof value === 'string';
const isFlag: Check = (value) => typeof value === 'boolean';
const isObject: Check = (value) => typeof value === 'object' && value !== null;
const isAnything: Check = () => true;
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

const EVENTS: readonly WireEvent[] = ['crash', 'restart', 'exit', 'give-up', 'supervisor', 'condemned', 'log'];

const MESSAGES: { readonly [op in FromKernel['op']]: { readonly [part: string]: Check } } = {
  done: { id: isNumber, value: isAnything },
  failed: { id: isNumber, error: isObject },
  outcome: { id: isNumber, result: orNull(isObject), fault: orNull(isObject) },
  serve: { id: isNumber, exported: isNumber, method: isNumber, args: isObject },
  released: { exported: isNumber, passes: isNumber },
  event: { event: oneOf(...EVENTS), data: isObject },
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

/** Throws Malformed for what is no message of a kernel's process. */
export function checkHeard(message: unknown): void {
  const op = isObject(message) ? (message as Parts).op : undefined;
  if (typeof op !== 'string' || !Object.hasOwn(MESSAGES, op)) throw new Malformed('a message of no kind');
  checkParts(message, MESSAGES[op as FromKernel['op']], `a message '${op}'`);
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
  for (const each of Object.values(loaded.provides)) checkParts(each, { interfaceName: isText, interfaceId: isText }, 'an interface');
  return loaded;
}

function picked(from: object, checks: object): Parts {
  return Object.fromEntries(Object.keys(checks).map((part) => [part, (from as Parts)[part]]));
}
