/** How a guarded kernel is watched over: the option `guard` of `boot()`. */
import type { RestartPace } from '../../abi/supervision.js';
import { findBadPace, PACE_NAMES, paceOf } from '../restart-options.js';

/** The pace is that of a supervisor whose one child is the kernel's process: more than `intensity` (5) ends within `periodMs` (60,000), and it is not started again; before each start it waits for `backoffMs` (100), doubled up to `mostBackoffMs` (30,000), until one has served for `stableMs` (`periodMs`). */
export interface GuardPolicy extends Partial<RestartPace> {
  /** The kernel and its domains run in a child process. */
  readonly kind: 'process';
  /** The child is ended when it has not answered for so long, 100 to 600,000 (5000). Time in which this process itself is busy does not count. */
  readonly heartbeatMs?: number;
  /** The child is ended, and with it all its domains begin anew, when so many of its domains are condemned (1). Infinity: never for that. */
  readonly mostCondemned?: number;
}

const PACE = { intensity: 5, periodMs: 60_000, backoffMs: 100, mostBackoffMs: 30_000 };
export const GUARD_DEFAULTS: Required<GuardPolicy> = { kind: 'process', heartbeatMs: 5000, ...paceOf({}, PACE), mostCondemned: 1 };
const OPTIONS = ['kind', 'heartbeatMs', ...PACE_NAMES, 'mostCondemned'];

const SHORTEST_HEARTBEAT_MS = 100;
const LONGEST_HEARTBEAT_MS = 600_000;

/** The policy with all its parts. Throws a TypeError or RangeError for one that cannot be. */
export function checkedGuard(guard: unknown): Required<GuardPolicy> {
  if (guard === 'process') return GUARD_DEFAULTS;
  if (typeof guard !== 'object' || guard === null || (guard as GuardPolicy).kind !== 'process')
    throw new TypeError(`guard must be 'process', an object with kind 'process', or left out, not ${typeof guard === 'string' ? `'${guard}'` : typeof guard}`);
  for (const key of Object.keys(guard)) if (!OPTIONS.includes(key)) throw new TypeError(`guard has no option '${key}'; options are ${OPTIONS.join(', ')}`);
  const bad = findBadPace(guard);
  if (bad !== undefined) throw new RangeError(`guard.${bad}`);
  const { heartbeatMs = GUARD_DEFAULTS.heartbeatMs, mostCondemned = GUARD_DEFAULTS.mostCondemned } = guard as GuardPolicy;
  if (!(typeof heartbeatMs === 'number' && heartbeatMs >= SHORTEST_HEARTBEAT_MS && heartbeatMs <= LONGEST_HEARTBEAT_MS))
    throw new RangeError(`guard.heartbeatMs must be a number from ${SHORTEST_HEARTBEAT_MS} to ${LONGEST_HEARTBEAT_MS}, not ${String(heartbeatMs)}`);
  if (!(typeof mostCondemned === 'number' && mostCondemned >= 1))
    throw new RangeError(`guard.mostCondemned must be a number from 1, not ${String(mostCondemned)}`);
  return { kind: 'process', heartbeatMs, ...paceOf(guard, PACE), mostCondemned };
}
