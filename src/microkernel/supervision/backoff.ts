/** How long to wait before the next restart: twice as long each time, up to a ceiling, until what was started has run for long enough. */
import type { RestartPace } from '../../abi/supervision.js';

/** Doubling beyond this changes nothing: the ceiling is lower. */
const MOST_DOUBLINGS = 40;

export class Backoff {
  readonly #pace: RestartPace;
  #row = 0;
  /** Since when everything has run; infinite while it does not. */
  #runningSince = Number.POSITIVE_INFINITY;

  constructor(pace: RestartPace) {
    this.#pace = pace;
  }

  /** Milliseconds to wait after one more end. */
  next(now: number): number {
    const { backoffMs, mostBackoffMs, stableMs } = this.#pace;
    if (now - this.#runningSince >= stableMs) this.#row = 0;
    this.#runningSince = Number.POSITIVE_INFINITY;
    return Math.min(backoffMs * 2 ** Math.min(this.#row++, MOST_DOUBLINGS), mostBackoffMs);
  }

  /** Everything that was to be started runs. */
  runs(now: number): void {
    this.#runningSince = now;
  }

  reset(now: number): void {
    this.#row = 0;
    this.#runningSince = now;
  }
}
