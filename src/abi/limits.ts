/** The limits of a domain, with their defaults. Sizes are bytes, times milliseconds. */
export interface Limits {
  /** CPU time of one call, timer or row of promise jobs: after one slice callers get `TimedOut`, after two the domain is killed. */
  readonly timeSliceMs: number;
  /** CPU time that loading and `init` may take together. */
  readonly initSliceMs: number;
  /** What the domain may own on the shared heap. */
  readonly sharedHeapBytes: number;
  /** JS heap and ArrayBuffers together. */
  readonly privateHeapBytes: number;
  /** Console output; what exceeds it is dropped and counted. */
  readonly logBytesPerSecond: number;
  /** Timers pending at once. */
  readonly timers: number;
}

export const DEFAULT_LIMITS: Limits = {
  timeSliceMs: 100,
  initSliceMs: 2000,
  sharedHeapBytes: 4 * 2 ** 20,
  privateHeapBytes: 64 * 2 ** 20,
  logBytesPerSecond: 64 * 1024,
  timers: 1024,
};

/** What is wrong with a limit that somebody asked for, or undefined. */
export function findBadLimit(limits: Partial<Limits>): string | undefined {
  for (const [name, value] of Object.entries(limits)) {
    if (!Object.hasOwn(DEFAULT_LIMITS, name)) {
      return `there is no limit '${name}'; limits are ${Object.keys(DEFAULT_LIMITS).join(', ')}`;
    }
    if (typeof value !== 'number' || !(value > 0) || !Number.isFinite(value)) {
      return `limit '${name}' must be a positive number, not ${String(value)}`;
    }
  }
  return undefined;
}
