/** The limits of a domain, with their defaults. Sizes are bytes, times milliseconds. */
export interface Limits {
  /** CPU time of one call, timer or row of promise jobs: after one slice callers get `TimedOut`, after two the domain is killed. */
  readonly timeSliceMs: number;
  /** CPU time that loading and `init` may take together. */
  readonly initSliceMs: number;
  /** Work that one call, timer or row of promise jobs may do, in loop rounds and function entries; 0 for no bound. Unlike time it ends at the same place in every run. */
  readonly fuel: number;
  /** Frames of functions that can recurse, on the stack at once. */
  readonly stackDepth: number;
  /** CPU time as a part of one core, over a second: who has used more waits, turn by turn, until it has not. 1 for no such limit: a domain has one thread. */
  readonly cpuShare: number;
  /** What the domain may own on the shared heap. */
  readonly sharedHeapBytes: number;
  /** JS heap and ArrayBuffers together. */
  readonly privateHeapBytes: number;
  /** Console output; what exceeds it is dropped and counted. */
  readonly logBytesPerSecond: number;
  /** Timers pending at once. */
  readonly timers: number;
  /** Locks, waits for them, alarms and subscriptions that the kernel holds for it at once. References are for those to bound who pass them. */
  readonly kernelResources: number;
  /** Calls of its own that have not ended, whoever they are to; those that it gave up and that still run count. */
  readonly callsInFlight: number;
  /** Interface references that it holds, each counted once however often it holds it. */
  readonly referencesHeld: number;
}

export const DEFAULT_LIMITS: Limits = {
  timeSliceMs: 100,
  initSliceMs: 2000,
  fuel: 0,
  stackDepth: 512,
  cpuShare: 1,
  sharedHeapBytes: 4 * 2 ** 20,
  privateHeapBytes: 64 * 2 ** 20,
  logBytesPerSecond: 64 * 1024,
  timers: 1024,
  kernelResources: 4096,
  callsInFlight: 512,
  referencesHeld: 4096,
};

const MIB = 2 ** 20;
/** What each limit may be, in its own unit; whole numbers alone where a fraction would mean nothing. */
const RANGES: { readonly [limit in keyof Limits]: { readonly least: number; readonly most: number; readonly isWhole: boolean } } = {
  timeSliceMs: { least: 1, most: 3_600_000, isWhole: false },
  initSliceMs: { least: 1, most: 3_600_000, isWhole: false },
  fuel: { least: 0, most: Number.MAX_SAFE_INTEGER, isWhole: true },
  // More would meet the engine's own end of the stack first.
  stackDepth: { least: 16, most: 10_000, isWhole: true },
  cpuShare: { least: 0.01, most: 1, isWhole: false },
  sharedHeapBytes: { least: 4096, most: 4096 * MIB, isWhole: true },
  // A compartment with nothing in it has some 10 MiB.
  privateHeapBytes: { least: 16 * MIB, most: 2 ** 40, isWhole: true },
  logBytesPerSecond: { least: 1, most: 2 ** 40, isWhole: true },
  timers: { least: 1, most: 1_000_000, isWhole: true },
  kernelResources: { least: 1, most: 1_000_000, isWhole: true },
  callsInFlight: { least: 1, most: 100_000, isWhole: true },
  referencesHeld: { least: 1, most: 1_000_000, isWhole: true },
};

/** What is wrong with a limit that somebody asked for, or undefined. */
export function findBadLimit(limits: Partial<Limits>): string | undefined {
  for (const [name, value] of Object.entries(limits)) {
    if (!Object.hasOwn(DEFAULT_LIMITS, name)) {
      return `there is no limit '${name}'; limits are ${Object.keys(DEFAULT_LIMITS).join(', ')}`;
    }
    const { least, most, isWhole } = RANGES[name as keyof Limits];
    // Asked the other way round, what is no number would pass.
    const isFit = typeof value === 'number' && value >= least && value <= most && (!isWhole || Number.isInteger(value));
    if (!isFit) return `limit '${name}' must be a ${isWhole ? 'whole ' : ''}number from ${least} to ${most}, not ${String(value)}`;
  }
  return undefined;
}
