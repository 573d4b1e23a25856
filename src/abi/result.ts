/**
 * RpcResult and RpcError: what every call across domains answers, and `Result`, what a method declares as its normal outcomes.
 *
 * Three things are never mixed: an expected outcome (`Result<T, E>` in the IDL), a fault (an `RpcError`, made by the system
 * alone), and a panic (which ends a domain and reaches its callers as the fault `DomainCrashed`).
 */

/** The stable codes. Each has a page under docs/errors/. */
export type RpcErrorCode =
  | 'DomainCrashed'
  | 'DomainDead'
  | 'TimedOut'
  | 'Overloaded'
  | 'Deadlock'
  | 'Cancelled'
  | 'InvalidType'
  | 'LifetimeViolation'
  | 'ResourceExhausted'
  | 'PermissionDenied'
  | 'KernelDied';

/** Why a domain died. */
export type CrashCause = 'panic' | 'hang' | 'out-of-memory' | 'stack-overflow' | 'out-of-fuel' | 'exited' | 'killed';

export type Result<T, E> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: E };

export interface RpcError extends Error {
  readonly code: RpcErrorCode;
  /** False when the call never began: every argument that was to move is the caller's again. */
  readonly started: boolean;
  /** Who is at fault; `neither` for load and time. */
  readonly blame: 'caller' | 'callee' | 'neither';
  /** With code `DomainCrashed`: why. */
  readonly cause?: CrashCause;
  /** The callee's name, and which of its lives, where a callee was reached. */
  readonly domain?: string;
  readonly incarnation?: number;
  /** `Interface.method`. */
  readonly method?: string;
  /** The failing domain's own stack trace where there is one, else that of the caller. */
  readonly stack: string;
}

export type RpcResult<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: RpcError };

/** The value of a result, or its error thrown. */
export function unwrap<T>(result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown }): T {
  if (result.ok) return result.value;
  throw result.error;
}

/** The success of a `Result<T, E>`; `ok()` for `Result<void, E>`. */
export function ok(): { readonly ok: true; readonly value: undefined };
export function ok<T>(value: T): { readonly ok: true; readonly value: T };
export function ok(value?: unknown): { readonly ok: true; readonly value: unknown } {
  return Object.freeze({ ok: true, value });
}

/** The declared failure of a `Result<T, E>`. */
export function err<E>(error: E): { readonly ok: false; readonly error: E } {
  return Object.freeze({ ok: false, error });
}
