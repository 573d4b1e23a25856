/** So many bytes a second, and no more than one second's worth at once. What exceeds it is counted, not queued. */
import { nowMs } from './clock.js';

export class ByteBudget {
  #perSecond: number;
  #left: number;
  #at = nowMs();
  #dropped = 0;

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
    this.#left = perSecond;
  }

  setRate(perSecond: number): void {
    this.#perSecond = perSecond;
  }

  /** Whether `bytes` may go out now. What may not is counted as dropped. */
  affords(bytes: number): boolean {
    const now = nowMs();
    this.#left = Math.min(this.#perSecond, this.#left + ((now - this.#at) / 1000) * this.#perSecond);
    this.#at = now;
    if (bytes > this.#left) {
      this.#dropped++;
      return false;
    }
    this.#left -= bytes;
    return true;
  }

  /** How many have been dropped since this was last asked. */
  takeDropped(): number {
    const dropped = this.#dropped;
    this.#dropped = 0;
    return dropped;
  }
}
