/** The errors that the heap throws at the code that misused it. Each carries the stable code of its page under docs/errors/. */
import type { FaultDetails, RpcErrorCode } from '../abi/result.js';

export interface HeapFault {
  readonly code: RpcErrorCode;
  readonly message: string;
  readonly details: FaultDetails;
}

export class HeapError extends Error {
  readonly code: RpcErrorCode;
  /** What makes it one: a prototype can be borrowed, and a proxy claims what it likes. */
  readonly #made: HeapFault;
  constructor(code: RpcErrorCode, message: string, details: FaultDetails) {
    super(message);
    this.name = code;
    this.code = code;
    this.#made = { code, message, details: textsOf(details) };
  }

  static made(error: unknown): HeapFault | undefined {
    return typeof error === 'object' && error !== null && #made in error ? error.#made : undefined;
  }
}

/** An extension can construct errors of these classes, and give anything for a text: whoever wrote that down would ask it for its methods. */
function textsOf(details: FaultDetails): FaultDetails {
  const texts: { -readonly [field in keyof FaultDetails]: string } = {};
  for (const field of ['expected', 'actual', 'detail', 'resource', 'capability'] as const) {
    const text: unknown = details[field];
    if (typeof text === 'string') texts[field] = text;
  }
  return texts;
}

const made = HeapError.made;
delete (HeapError as { made?: unknown }).made;
const OF_VALUES: ReadonlySet<RpcErrorCode> = new Set(['InvalidType', 'LifetimeViolation', 'ResourceExhausted', 'PermissionDenied']);

/** Code and message of an error that the heap made, without asking the error: it may be anything that somebody threw. An extension can at most make one of these four codes. */
export function heapFault(error: unknown): HeapFault | undefined {
  const fault = made(error);
  return fault !== undefined && OF_VALUES.has(fault.code) && typeof fault.message === 'string' ? fault : undefined;
}

/** A handle was used after it was sent, dropped, or after the call that lent it had ended; or a lent value was to be changed. */
export class LifetimeViolation extends HeapError {
  constructor(detail: string) {
    super('LifetimeViolation', detail, { detail });
    Object.freeze(this);
  }
}

/** A value does not have the type that the IDL says. */
export class InvalidType extends HeapError {
  readonly expected: string;
  readonly actual: string;
  constructor(expected: string, actual: string, where?: string) {
    super('InvalidType', `expected ${expected}${where === undefined ? '' : ` for ${where}`}, got ${actual}`, { expected, actual });
    this.expected = expected;
    this.actual = actual;
    Object.freeze(this);
  }
}

export class ResourceExhausted extends HeapError {
  readonly resource: string;
  constructor(resource: string, detail: string) {
    super('ResourceExhausted', `${resource}: ${detail}`, { resource });
    this.resource = resource;
    Object.freeze(this);
  }
}

/** A value may not be passed by whoever passes it. */
export class PermissionDenied extends HeapError {
  constructor(capability: string, detail: string) {
    super('PermissionDenied', detail, { capability });
    Object.freeze(this);
  }
}

/** What a value is, in a few words, without evaluating anything of it. */
export function describe(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return 'nothing';
  if (typeof value === 'number') return Number.isInteger(value) ? `the number ${value}` : `the number ${String(value)}`;
  if (typeof value === 'bigint') return 'a bigint';
  if (typeof value === 'string') return value.length > 40 ? `a string of ${value.length} characters` : `the string ${JSON.stringify(value)}`;
  if (typeof value === 'boolean') return String(value);
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
