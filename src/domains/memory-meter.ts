/**
 * The private heap's quota, enforced at checkpoints.
 *
 * V8's own limit ends the process when one allocation does not fit, so it is kept far above the quota, and the quota is looked at here: JS heap and ArrayBuffers of this isolate together. The
 * statistics count garbage, so above the quota a collection comes before the verdict. Between two checkpoints the code may run `refill` steps; the faster memory grew, the fewer it gets.
 */
import v8 from 'node:v8';
import vm from 'node:vm';

const LEAST_REFILL = 64;
const MOST_REFILL = 20_000;
const LEAST_TEXT = 2 ** 20;

// Flags belong to the process, and domains start at the same time: set and never taken back. The function itself stays in this module.
v8.setFlagsFromString('--expose-gc');
const collect = vm.runInNewContext('gc') as () => void;
const statistics = v8.getHeapStatistics.bind(v8);

export class MemoryMeter {
  #quota = Number.POSITIVE_INFINITY;
  /** What may be in use before the next collection. */
  #ceiling = Number.POSITIVE_INFINITY;
  /** What the runtime itself had in use before the extension came. */
  #base = 0;
  #last = 0;
  #refill = LEAST_REFILL;
  #mostRefill = MOST_REFILL;

  /** Begins to count. `quota` is bytes above what is in use now. */
  start(quota: number): void {
    this.#base = this.#inUse();
    this.#last = this.#base;
    this.setQuota(quota);
  }

  setQuota(quota: number): void {
    this.#quota = quota;
    this.#ceiling = this.#base + quota;
  }

  #inUse(): number {
    const { used_heap_size, external_memory } = statistics();
    return used_heap_size + external_memory;
  }

  /** Whether so many bytes more stay below what may be in use before the next collection. */
  fits(bytes: number): boolean {
    return this.#inUse() + bytes <= this.#ceiling;
  }

  /** Looks, with so many bytes more as if they were in use. Answers how many steps may follow, or -1 where the quota is exceeded by what is alive. */
  check(bytes = 0): number {
    const used = this.#inUse();
    if (used + bytes > this.#ceiling) {
      collect();
      let alive = this.#inUse() + bytes;
      // Dead buffers are counted until they have been swept, beside this thread; a second collection waits for that.
      if (alive - this.#base > this.#quota) {
        collect();
        alive = this.#inUse() + bytes;
      }
      if (alive - this.#base > this.#quota) return -1;
      // Not at every checkpoint again when what is alive is close below the quota.
      this.#ceiling = Math.max(this.#base + this.#quota, alive + this.#quota / 2);
      this.#last = alive - bytes;
      return this.#refill;
    }
    const growth = used - this.#last;
    this.#last = used;
    const room = this.#ceiling - used;
    if (growth > room / 8) this.#refill = Math.max(LEAST_REFILL, this.#refill >> 3);
    else if (growth < room / 64) this.#refill = Math.min(this.#mostRefill, this.#refill << 1);
    return this.#refill;
  }

  /** From now on looks as often as it can. Answers how many steps may follow. */
  lookOften(): number {
    return (this.#refill = this.#mostRefill = LEAST_REFILL);
  }

  /** How many characters of long text may come into being before the next look: each takes up to two bytes once it is read. */
  get textAllowance(): number {
    return Math.max(LEAST_TEXT, (this.#ceiling - this.#last) / 4);
  }

  /** Bytes above the base, as last seen. */
  get used(): number {
    return Math.max(0, this.#last - this.#base);
  }
}
