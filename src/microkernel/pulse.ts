/**
 * The kernel's pulse: a tick every few milliseconds while anything runs, and a slow one when nothing has run for a second, so that a program with many idle domains costs next to nothing.
 * A domain that wakes up to work says so to a kernel whose pulse is slow, and rings it. Where it is missed, because the pulse became slow at that very moment, the next slow tick sees it.
 */
import { load, store } from '../abi/atomics.js';
import { Pulse as PulseState, X_PULSE } from '../abi/thread-layout.js';
import { TICK_MS } from './watchdog.js';

const SLOW_TICK_MS = 100;
/** A second of quiet. */
const QUIET_TICKS = 200;

export class Pulse {
  readonly #words: Int32Array;
  readonly #tick: () => void;
  readonly #isQuiet: () => boolean;
  #quiet = 0;
  #timer: NodeJS.Timeout;

  /** `isQuiet` is asked after each tick: whether nothing runs, and nothing waits for a tick. */
  constructor(words: Int32Array, tick: () => void, isQuiet: () => boolean) {
    this.#words = words;
    this.#tick = tick;
    this.#isQuiet = isQuiet;
    this.#timer = setTimeout(() => this.#beat(), TICK_MS);
  }

  #beat(): void {
    this.#tick();
    this.#quiet = this.#isQuiet() ? this.#quiet + 1 : 0;
    const isSlow = this.#quiet >= QUIET_TICKS;
    store(this.#words, X_PULSE, isSlow ? PulseState.Slow : PulseState.Quick);
    this.#timer = setTimeout(() => this.#beat(), isSlow ? SLOW_TICK_MS : TICK_MS);
  }

  /** To be called when the kernel has been rung: beats at once where a domain has woken up. */
  quicken(): void {
    if (load(this.#words, X_PULSE) !== PulseState.Wanted) return;
    clearTimeout(this.#timer);
    this.#quiet = 0;
    this.#beat();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
