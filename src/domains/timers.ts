/** Timers of a domain: numbers for the extension, a list for the loop. Nothing of Node's timers is ever reachable. */
import { nowMs } from '../abi/clock.js';
import { ResourceExhausted } from '../shared-heap/faults.js';

interface Timer {
  readonly id: number;
  readonly callback: (...args: unknown[]) => void;
  readonly args: readonly unknown[];
  readonly everyMs: number | null;
  at: number;
}

export class Timers {
  readonly #timers = new Map<number, Timer>();
  #next = 1;
  #most: number;

  readonly #show: (pending: number) => void;

  /** `show` is told how many are pending, each time that changes. */
  constructor(most: number, show: (pending: number) => void) {
    this.#show = show;
    this.#most = most;
  }

  setMost(most: number): void {
    this.#most = most;
  }

  #add(callback: unknown, ms: unknown, repeat: boolean, args: readonly unknown[]): number {
    if (typeof callback !== 'function') throw new TypeError('a timer wants a function');
    if (this.#timers.size >= this.#most) throw new ResourceExhausted('timers', `${this.#most} are pending already`);
    const wait = typeof ms === 'number' && ms >= 1 ? ms : 1;
    const id = this.#next++;
    this.#timers.set(id, { id, callback: callback as Timer['callback'], args, everyMs: repeat ? wait : null, at: nowMs() + wait });
    this.#show(this.#timers.size);
    return id;
  }

  #delete(id: number): void {
    if (this.#timers.delete(id)) this.#show(this.#timers.size);
  }

  get isEmpty(): boolean {
    return this.#timers.size === 0;
  }

  /** The functions that an extension gets. */
  endowments(): { readonly [name: string]: (...args: never[]) => unknown } {
    const clear = (id: unknown): void => this.#delete(id as number);
    return {
      setTimeout: (callback: unknown, ms?: unknown, ...args: unknown[]) => this.#add(callback, ms, false, args),
      setInterval: (callback: unknown, ms?: unknown, ...args: unknown[]) => this.#add(callback, ms, true, args),
      clearTimeout: clear,
      clearInterval: clear,
    };
  }

  /** Milliseconds until the next timer is due, `most` at the most. */
  until(most: number): number {
    let until = most;
    if (this.#timers.size > 0) {
      const now = nowMs();
      for (const timer of this.#timers.values()) until = Math.min(until, timer.at - now);
    }
    return Math.max(0, until);
  }

  /** The next callback that was due at `now`, or undefined. A timer that repeats is due again later than that, and behind all others. */
  takeDue(now: number): (() => void) | undefined {
    for (const timer of this.#timers.values()) {
      if (timer.at > now) continue;
      if (timer.everyMs === null) this.#delete(timer.id);
      else {
        timer.at = now + timer.everyMs;
        this.#timers.delete(timer.id);
        this.#timers.set(timer.id, timer);
      }
      const { callback, args } = timer;
      // Called as a member of the list's own record, it would get that as its `this`.
      return () => callback(...args);
    }
    return undefined;
  }
}
