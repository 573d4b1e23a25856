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

/** One call of those through which a fault came. */
export interface CallStep {
  /** The callee's name, and which of its lives. */
  readonly domain: string;
  readonly incarnation?: number;
  /** `Interface.method`. */
  readonly method: string;
  readonly code: RpcErrorCode;
  readonly cause?: CrashCause;
}

/** What some codes tell beside the message. */
export interface FaultDetails {
  /** With `InvalidType`: what the IDL says, and what was there, in words. */
  readonly expected?: string;
  readonly actual?: string;
  /** With `LifetimeViolation`: what was used outside its lifetime. */
  readonly detail?: string;
  /** With `ResourceExhausted`: what has run out, as in `shared heap`, `timers`. */
  readonly resource?: string;
  /** With `PermissionDenied`: what was asked for. */
  readonly capability?: string;
}

interface RpcFaultBase extends Error {
  /** False when the call never began: every argument that was to move is the caller's again. */
  readonly started: boolean;
  /** Who is at fault; `neither` for load and time. */
  readonly blame: 'caller' | 'callee' | 'neither';
  /** The callee's name, and which of its lives, where a callee was reached. */
  readonly domain?: string;
  readonly incarnation?: number;
  /** With `DomainCrashed`: why it died. */
  readonly cause?: CrashCause;
  /** `Interface.method`. */
  readonly method?: string;
  /** This call first; then, where the callee died because a call of its own had failed, that call, and so on to where the fault began. */
  readonly chain: readonly CallStep[];
  /** The failing domain's own stack trace where there is one, else that of the caller. */
  readonly stack: string;
}

/** What went wrong with a call, told by `code`. Made by the system alone. */
export type RpcError = RpcFaultBase &
  (
    | { readonly code: 'DomainCrashed' /** Why it died. */; readonly cause: CrashCause }
    | { readonly code: 'InvalidType'; readonly expected: string; readonly actual: string }
    | { readonly code: 'LifetimeViolation'; readonly detail: string }
    | { readonly code: 'ResourceExhausted'; readonly resource: string }
    | { readonly code: 'PermissionDenied'; readonly capability: string }
    | { readonly code: 'DomainDead' | 'TimedOut' | 'Overloaded' | 'Deadlock' | 'Cancelled' | 'KernelDied' }
  );

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
