/**
 * One clock for all threads. `performance.now()` counts from another origin in every worker; the system's monotonic clock does not, so each
 * thread learns its own offset once.
 */
const { performance } = globalThis;
const now = performance.now.bind(performance);
const offsetMs = learnOffset();

/** Of several looks at both clocks the one with the least time in between: a thread that is suspended between the two would run ahead of the others for ever. */
function learnOffset(): number {
  let offset = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let look = 0; look < 8; look++) {
    const before = now();
    const [seconds, nanoseconds] = process.hrtime();
    const passed = now() - before;
    if (passed >= least) continue;
    least = passed;
    offset = seconds * 1000 + nanoseconds / 1e6 - before - passed / 2;
  }
  return offset;
}

/** Milliseconds since some moment that is the same for every thread of the process. */
export function nowMs(): number {
  return now() + offsetMs;
}
