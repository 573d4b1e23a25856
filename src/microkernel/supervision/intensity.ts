/** How many restarts there were within the last period. As in OTP: one more than `intensity` is too many. */

/** Times that have passed out of the period are thrown away when there are so many. */
const KEPT = 64;

export class Intensity {
  readonly #intensity: number;
  readonly #periodMs: number;
  #at: number[] = [];
  /** Times before this place are out of the period. */
  #from = 0;

  constructor(intensity: number, periodMs: number) {
    this.#intensity = intensity;
    this.#periodMs = periodMs;
  }

  /** Counts a restart. Answers whether it is one too many. */
  exceeds(now: number): boolean {
    if (this.#intensity === Number.POSITIVE_INFINITY) return false;
    while (this.#from < this.#at.length && now - this.#at[this.#from] >= this.#periodMs) this.#from++;
    if (this.#from >= KEPT) {
      this.#at = this.#at.slice(this.#from);
      this.#from = 0;
    }
    this.#at.push(now);
    return this.#at.length - this.#from > this.#intensity;
  }

  reset(): void {
    this.#at = [];
    this.#from = 0;
  }
}
