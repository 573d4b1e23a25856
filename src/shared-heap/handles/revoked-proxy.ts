/** Revoked proxies: any operation on one throws an error of the engine's, that of asking whether it is an array included. */
import { isProxy } from 'node:util/types';
import { InvalidType } from '../faults.js';

/** Whether `value` is a proxy that has been revoked. Runs no trap of one that has not. */
export function isRevoked(value: unknown): boolean {
  if (!isProxy(value)) return false;
  try {
    Array.isArray(value);
    return false;
  } catch (error) {
    if (error instanceof TypeError) return true;
    throw error;
  }
}

/** What to throw where reading `value` ended in `error`. For the way of errors alone: nobody else pays for being asked. */
export function orRevoked(error: unknown, value: unknown, expected: string, where?: string): unknown {
  return error instanceof TypeError && isRevoked(value) ? new InvalidType(expected, 'a proxy that has been revoked', where) : error;
}
