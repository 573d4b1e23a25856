/** How a guarded kernel is watched over: the option `guard` of `boot()`. */

export interface GuardPolicy {
  /** The kernel and its domains run in a child process. */
  readonly kind: 'process';
  /** The child is ended when it has not answered for so long, 100 to 600,000 (5000). Time in which this process itself is busy does not count. */
  readonly heartbeatMs?: number;
  /** More than this many ends of the child within `periodMs`, and the kernel is not started again (5 within 60,000). */
  readonly intensity?: number;
  readonly periodMs?: number;
  /** The child is ended, and with it all its domains begin anew, when so many of its domains are condemned (1). Infinity: never for that. */
  readonly mostCondemned?: number;
}

export const GUARD_DEFAULTS: Required<GuardPolicy> = { kind: 'process', heartbeatMs: 5000, intensity: 5, periodMs: 60_000, mostCondemned: 1 };

const SHORTEST_HEARTBEAT_MS = 100;
const LONGEST_HEARTBEAT_MS = 600_000;

/** The policy with all its parts. Throws a TypeError or RangeError for one that cannot be. */
export function checkedGuard(guard: unknown): Required<GuardPolicy> {
  if (guard === 'process') return GUARD_DEFAULTS;
  if (typeof guard !== 'object' || guard === null || (guard as GuardPolicy).kind !== 'process')
    throw new TypeError(`guard must be 'process', an object with kind 'process', or left out, not ${typeof guard === 'string' ? `'${guard}'` : typeof guard}`);
  for (const key of Object.keys(guard))
    if (!Object.hasOwn(GUARD_DEFAULTS, key)) throw new TypeError(`guard has no option '${key}'; options are ${Object.keys(GUARD_DEFAULTS).join(', ')}`);
  const policy = { ...GUARD_DEFAULTS, ...guard } as Required<GuardPolicy>;
  const { heartbeatMs, intensity, periodMs, mostCondemned } = policy;
  if (!(typeof heartbeatMs === 'number' && heartbeatMs >= SHORTEST_HEARTBEAT_MS && heartbeatMs <= LONGEST_HEARTBEAT_MS))
    throw new RangeError(`guard.heartbeatMs must be a number from ${SHORTEST_HEARTBEAT_MS} to ${LONGEST_HEARTBEAT_MS}, not ${String(heartbeatMs)}`);
  for (const [name, value] of Object.entries({ intensity, periodMs }))
    if (!(typeof value === 'number' && value >= 0)) throw new RangeError(`guard.${name} must be a number that is not negative, not ${String(value)}`);
  if (!(typeof mostCondemned === 'number' && mostCondemned >= 1))
    throw new RangeError(`guard.mostCondemned must be a number from 1, not ${String(mostCondemned)}`);
  return policy;
}
