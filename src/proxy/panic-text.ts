/**
 * What a panic says: cause and text, from whatever was thrown. It may be anything, a proxy or an object with hostile getters included, so nothing of it is evaluated except a stack
 * and a message of true errors, and those within bounds. It runs in the dying domain, in its own time.
 */
import { isNativeError, isProxy } from 'node:util/types';
import type { CallStep, CrashCause } from '../abi/result.js';
import type { PanicSignal } from '../shared-heap/ownership/operation.js';
import { chainOfFault } from './rpc-fault.js';

const MOST_CHARACTERS = 3500;

/** Reads the stack of an error that its realm's taming hides from extensions. Set by the domain's runtime after lockdown. */
let stackOf = (error: Error): string => String(error.stack ?? '');
/** Which frames may be written down where other domains can read them. */
let isShown = (_frame: string): boolean => true;
export function setStackReader(reader: (error: Error) => string): void {
  stackOf = reader;
}
/** Keeps frames of one script alone: those of the runtime name files of the host. */
export function showFramesOf(script: string): void {
  isShown = (frame) => frame.includes(`${script}:`);
}

export function panicText(error: unknown, signal: PanicSignal | null): { cause: CrashCause; text: string } {
  if (signal !== null) return { cause: signal.crash, text: `${signal.message}\n${framesOf(signal)}` };
  if (typeof error !== 'object' || error === null || isProxy(error) || !isNativeError(error)) {
    return { cause: 'panic', text: `threw ${plain(error)}` };
  }
  const name = dataProperty(error, 'name');
  const message = dataProperty(error, 'message');
  const head = `${typeof name === 'string' ? name.slice(0, 100) : kindOf(error)}: ${typeof message === 'string' ? message.slice(0, 500) : ''}`;
  const overflow = error instanceof RangeError && message === 'Maximum call stack size exceeded';
  return { cause: overflow ? 'stack-overflow' : 'panic', text: `${head}\n${framesOf(error)}`.slice(0, MOST_CHARACTERS) };
}

/** How the call failed whose error left the method, or was the cause of what left it. Nothing but data of true errors is looked at. */
export function failedCall(error: unknown): readonly CallStep[] {
  for (let at = error, hops = 0; hops < 4; hops++) {
    const chain = chainOfFault(at);
    if (chain !== undefined) return chain;
    if (typeof at !== 'object' || at === null || isProxy(at) || !isNativeError(at)) return [];
    at = dataProperty(at, 'cause');
  }
  return [];
}

const KINDS = [TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError, AggregateError];

/** After lockdown `name` is an accessor of the prototypes, so the kind is told by the prototype itself. */
function kindOf(error: object): string {
  for (const kind of KINDS) if (error instanceof kind) return kind.name;
  return 'Error';
}

/** A property's value where it is data, on the error or on its prototype; never a getter's answer. */
function dataProperty(error: object, name: string): unknown {
  for (let holder: object | null = error, hops = 0; holder !== null && hops < 4; holder = Object.getPrototypeOf(holder) as object | null, hops++) {
    const descriptor = Object.getOwnPropertyDescriptor(holder, name);
    if (descriptor) return 'value' in descriptor ? descriptor.value : undefined;
  }
  return undefined;
}

/** Where the engine keeps the stack behind an accessor of its own, that accessor; undefined where it is plain data, which the reader finds without asking the error. */
const engineStack = Object.getOwnPropertyDescriptor(new Error('a look at the engine'), 'stack')?.get;

function framesOf(error: Error): string {
  // Somebody else's accessor would run here.
  const getter = Object.getOwnPropertyDescriptor(error, 'stack')?.get;
  if (engineStack !== undefined && getter !== undefined && getter !== engineStack) return '';
  try {
    return stackOf(error)
      .split('\n')
      .filter((line) => line.trimStart().startsWith('at ') && isShown(line))
      .slice(0, 30)
      .join('\n')
      .slice(0, MOST_CHARACTERS);
  } catch {
    return '';
  }
}

function plain(value: unknown): string {
  if (typeof value === 'string') return `the string ${JSON.stringify(value.slice(0, 200))}`;
  if (typeof value === 'object' && value !== null) return 'an object that is no Error';
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'symbol') return 'a symbol';
  return String(value).slice(0, 200);
}
