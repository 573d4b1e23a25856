/**
 * One clock for all threads. `performance.now()` counts from another origin in every worker; the system's monotonic clock does not, so each
 * thread learns its own offset once.
 */
const { performance } = globalThis;
const [seconds, nanoseconds] = process.hrtime();
const offsetMs = seconds * 1000 + nanoseconds / 1e6 - performance.now();
const now = performance.now.bind(performance);

/** Milliseconds since some moment that is the same for every thread of the process. */
export function nowMs(): number {
  return now() + offsetMs;
}
