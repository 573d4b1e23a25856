/**
 * Waking and waiting. Every thread has one doorbell, for calls, replies and nested calls alike.
 *
 * The ringer stores what it has to say, then reads PARKED; the sleeper stores PARKED, then looks for what may have been said, then sleeps on the
 * value that the doorbell had before. Whichever order the two stores take, one of the two sees the other. A ringer that dies in between costs the sleeper the rest of a bounded
 * wait, never the call.
 */
import { add, clearBits, load, notify, relax, setBits, store, wait, waitAsync } from '../abi/atomics.js';
import { nowMs } from '../abi/clock.js';
import { indexOf, MAX_DOMAINS, type DomainId } from '../abi/domain-id.js';
import { availableParallelism } from 'node:os';
import { PARKED, SPINNERS, X_DOORBELL, threadRow } from '../abi/thread-layout.js';

/** No wait for somebody else is longer: whoever waits looks again, whether or not it was rung. */
export const LONGEST_WAIT_MS = 50;

const CORES = availableParallelism();
/** Looks before the thread says that it spins: a reply of a hot callee comes within these. */
const QUICK_LOOKS = 200;
/** Steps of `breathe` between two looks. */
export const STEPS_BETWEEN_LOOKS = 30;
/** Some 60 µs: as long as it takes to wake a sleeper, which on virtual machines the one who wakes pays for, too. With less, two threads put each other to sleep, call after call. */
const LEAST_LOOKS = 4000;
const MOST_LOOKS = 10_000;

/**
 * Lets a little time pass without touching shared memory. Every look takes the cache line from whoever is about to write it: looking less often is quicker for both.
 */
export function breathe(steps: number): number {
  let passed = 0;
  for (let step = 0; step < steps; step++) passed = (passed + step) | 0;
  return passed;
}

export class Doorbell {
  readonly #words: Int32Array;
  readonly #row: number;
  readonly #spinnerWord: number;
  readonly #spinnerBit: number;
  /** Adapts: grows while spinning pays, shrinks while it does not. */
  #looks = LEAST_LOOKS;
  /** Whether this thread also waits without blocking, so that PARKED must stay up after a blocking wait. */
  #armed = false;
  /** Counts this thread's sleeps. */
  #sleeps = 0;
  /** Which sleep of whom this thread has rung for last, by row. */
  readonly #rung = new Int32Array(MAX_DOMAINS);
  readonly #rungDomain = new Int32Array(MAX_DOMAINS);
  /** The sleep of `parkAsync` that has not ended, the doorbell's value for which it sleeps, and until when at the latest. */
  #asleep: { readonly seen: number; readonly until: number; readonly ends: Promise<unknown> } | null = null;
  #interrupt: (() => void) | null = null;

  constructor(words: Int32Array, index: number) {
    this.#words = words;
    this.#row = threadRow(index);
    this.#spinnerWord = SPINNERS + (index >>> 5);
    this.#spinnerBit = 1 << (index & 31);
  }

  /** As `ring`, once for each sleep of a domain: who has been rung and has not woken yet will look at what came after the ring, too. Answers whether it sleeps. */
  ringOnce(id: DomainId): boolean {
    const index = indexOf(id);
    const sleep = load(this.#words, threadRow(index) + PARKED);
    if (sleep === 0) return false;
    // Another tenant of the row counts its sleeps anew.
    if (sleep === this.#rung[index] && id === this.#rungDomain[index]) return true;
    this.#rung[index] = sleep;
    this.#rungDomain[index] = id;
    Doorbell.ring(this.#words, index);
    return true;
  }

  /** Wakes a thread, if it sleeps. */
  static ring(words: Int32Array, index: number): void {
    const row = threadRow(index);
    if (load(words, row + PARKED) === 0) return;
    add(words, row + X_DOORBELL, 1);
    notify(words, row + X_DOORBELL);
  }

  #spinners(): number {
    let count = 0;
    for (let word = SPINNERS; word < SPINNERS + MAX_DOMAINS / 32; word++) {
      for (let bits = this.#words[word]; bits !== 0; bits &= bits - 1) count++;
    }
    return count;
  }

  /** Answers whether this thread may spin: never more of them than cores, and none where there is but one. Whoever may says when it has done. */
  joinSpinners(): boolean {
    if (CORES < 2 || this.#spinners() >= CORES) return false;
    setBits(this.#words, this.#spinnerWord, this.#spinnerBit);
    return true;
  }

  leaveSpinners(): void {
    clearBits(this.#words, this.#spinnerWord, this.#spinnerBit);
  }

  /** Looks again and again for a short while. Answers whether `ready` came true. Never more spinners than cores. */
  spin(ready: () => boolean): boolean {
    for (let look = 0; look < QUICK_LOOKS; look++) {
      if (ready()) return true;
      breathe(STEPS_BETWEEN_LOOKS);
    }
    if (!this.joinSpinners()) return false;
    let found = false;
    for (let look = 0; look < this.#looks && !found; look++) {
      relax();
      found = ready();
    }
    this.leaveSpinners();
    this.#looks = found ? Math.min(this.#looks + (this.#looks >> 2), MOST_LOOKS) : Math.max(this.#looks >> 1, LEAST_LOOKS);
    return found;
  }

  /** Blocks until rung, or `timeoutMs`, unless `ready` is true already. */
  park(ready: () => boolean, timeoutMs: number): void {
    const seen = load(this.#words, this.#row + X_DOORBELL);
    store(this.#words, this.#row + PARKED, this.#nextSleep());
    // A ringer that looked at PARKED before the store above has said what it had to say before that: this look sees it.
    if (!ready()) wait(this.#words, this.#row + X_DOORBELL, seen, timeoutMs);
    if (!this.#armed) store(this.#words, this.#row + PARKED, 0);
  }

  /** As `park`, without blocking. `interrupt` ends it, too. */
  async parkAsync(ready: () => boolean, timeoutMs: number): Promise<void> {
    const seen = load(this.#words, this.#row + X_DOORBELL);
    this.#armed = true;
    store(this.#words, this.#row + PARKED, this.#nextSleep());
    if (!ready()) {
      const interrupted = new Promise<void>((resolve) => {
        this.#interrupt = resolve;
      });
      await Promise.race([this.#sleep(seen, timeoutMs), interrupted]);
      this.#interrupt = null;
    }
    this.#armed = false;
    store(this.#words, this.#row + PARKED, 0);
  }

  /** A sleep that was interrupted goes on, and serves the next one if the doorbell shows the same value and it is not to end sooner: sleeps cannot be called off. */
  #sleep(seen: number, timeoutMs: number): Promise<unknown> {
    const until = nowMs() + timeoutMs;
    if (this.#asleep?.seen !== seen || this.#asleep.until > until + 1) {
      const asleep = { seen, until, ends: waitAsync(this.#words, this.#row + X_DOORBELL, seen, timeoutMs) };
      this.#asleep = asleep;
      void asleep.ends.then(() => {
        if (this.#asleep === asleep) this.#asleep = null;
      });
    }
    return this.#asleep.ends;
  }

  /** Ends this thread's own `parkAsync`: it has something to look at that nobody rings for. */
  interrupt(): void {
    this.#interrupt?.();
    this.#interrupt = null;
  }

  #nextSleep(): number {
    this.#sleeps = (this.#sleeps % 0x7fffffff) + 1;
    return this.#sleeps;
  }
}
