/** Error codes and crash causes as small numbers, for words of shared memory. 0 stands for none; index + 1 for an entry. */
import type { CrashCause, RpcErrorCode } from './result.js';

export const ERROR_CODES: readonly RpcErrorCode[] = [
  'DomainCrashed',
  'DomainDead',
  'TimedOut',
  'Overloaded',
  'Deadlock',
  'Cancelled',
  'InvalidType',
  'LifetimeViolation',
  'ResourceExhausted',
  'PermissionDenied',
  'KernelDied',
];

export const CRASH_CAUSES: readonly CrashCause[] = ['panic', 'hang', 'out-of-memory', 'stack-overflow', 'out-of-fuel', 'exited', 'killed'];

export function faultWord(code: RpcErrorCode, cause?: CrashCause): number {
  return (errorNumber(code) << 8) | (cause === undefined ? 0 : CRASH_CAUSES.indexOf(cause) + 1);
}
/** The number of a code, from 1. */
export function errorNumber(code: RpcErrorCode): number {
  return ERROR_CODES.indexOf(code) + 1;
}
export function faultCode(word: number): RpcErrorCode | undefined {
  return ERROR_CODES[(word >>> 8) - 1];
}
/** In the place of a cause, of a call that was refused because the reference was taken back. */
const REVOKED = 0xff;
export const REVOKED_WORD = faultWord('PermissionDenied') | REVOKED;
export function faultCause(word: number): CrashCause | undefined {
  return CRASH_CAUSES[(word & 0xff) - 1];
}
export function causeNumber(cause: CrashCause): number {
  return CRASH_CAUSES.indexOf(cause) + 1;
}
export function causeOf(number: number): CrashCause | undefined {
  return CRASH_CAUSES[number - 1];
}
