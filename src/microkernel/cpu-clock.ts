/** How much CPU time a thread has used, in milliseconds. */
import { readFileSync } from 'node:fs';
import { nowMs } from '../abi/clock.js';
import { OS_THREAD } from '../abi/thread-layout.js';

/** No more is counted between two looks where the system tells nothing: the kernel itself may have slept. */
const LONGEST_STEP_MS = 20;

export class CpuClock {
  readonly #words: Int32Array;
  readonly #wall = new Map<number, { at: number; ms: number }>();

  constructor(words: Int32Array) {
    this.#words = words;
  }

  /** CPU time of the thread in a row; where the platform does not tell, the time in which it was seen not to be blocked. */
  read(row: number, isBlocked: boolean): number {
    const thread = this.#words[row + OS_THREAD];
    if (thread > 0) {
      try {
        return Number.parseInt(readFileSync(`/proc/self/task/${thread}/schedstat`, 'latin1'), 10) / 1e6;
      } catch {
        // The thread has just ended, or the system does not keep these figures: the clock then.
      }
    }
    const now = nowMs();
    const wall = this.#wall.get(row) ?? { at: now, ms: 0 };
    if (!isBlocked) wall.ms += Math.min(now - wall.at, LONGEST_STEP_MS);
    wall.at = now;
    this.#wall.set(row, wall);
    return wall.ms;
  }
}
