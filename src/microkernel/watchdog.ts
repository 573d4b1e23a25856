/**
 * The watchdog: who has run for too long. It looks at each domain's activity word a few times per slice; what stands there unchanged has been running since, and is asked for its CPU
 * time. A domain that waits in a call of its own uses next to none, and that is not counted: its slice stands still.
 *
 *   one slice               the call that runs gets TimedOut
 *   two slices              the domain is told to panic at its next checkpoint
 *   and a grace after that  its thread is terminated: it runs something that has no checkpoints
 *
 * Whoever has been told has to end, though its turn may come to an end meanwhile.
 */
import { load } from '../abi/atomics.js';
import { nowMs } from '../abi/clock.js';
import { indexOf, type DomainId } from '../abi/domain-id.js';
import { Activity, ACTIVITY, SERVING, threadRow } from '../abi/thread-layout.js';
import type { CpuClock } from './cpu-clock.js';

export const TICK_MS = 5;
/** What a domain that was told to stop may use on its way to a checkpoint, and how long it may take by the clock: on a busy machine it may not get its turn. */
const GRACE_CPU_MS = 20;
const GRACE_MS = 500;
/** Who waits wakes up now and then to look about. That takes a tenth of this; more between two looks is no waiting. */
const WAITING_MS = 1;

export interface Watched {
  readonly id: DomainId;
  /** CPU milliseconds of one turn. */
  readonly sliceMs: number;
  /** While it initialises there is no call to time out: only the end counts. */
  readonly isStarting: boolean;
}

export interface WatchdogActions {
  timeOut(record: number): void;
  /** It is to panic at its next checkpoint. */
  flag(id: DomainId): void;
  kill(id: DomainId): void;
}

interface Sample {
  turn: number;
  /** What the thread had used when the turn began, waiting not counted; below 0 before it was asked for. */
  cpuMs: number;
  /** What it had used at the last look, and whether it waited then. */
  seenMs: number;
  waited: boolean;
  timedOut: boolean;
  /** When it was told to stop, by the clock and by its own CPU time; null before. */
  flagged: { readonly at: number; readonly cpuMs: number } | null;
}

export class Watchdog {
  readonly #words: Int32Array;
  readonly #actions: WatchdogActions;
  readonly #samples = new Map<DomainId, Sample>();
  readonly #clock: CpuClock;

  constructor(words: Int32Array, clock: CpuClock, actions: WatchdogActions) {
    this.#words = words;
    this.#clock = clock;
    this.#actions = actions;
  }

  forget(id: DomainId): void {
    this.#samples.delete(id);
  }

  /** Whether every domain was idle at the last look. */
  get isQuiet(): boolean {
    return this.#samples.size === 0;
  }

  /** Looks at every domain once. */
  look(domains: Iterable<Watched>): void {
    for (const watched of domains) this.#lookAt(watched);
  }

  #lookAt({ id, sliceMs, isStarting }: Watched): void {
    const row = threadRow(indexOf(id));
    const turn = load(this.#words, row + ACTIVITY);
    const sample = this.#samples.get(id);
    if (sample?.flagged) {
      const { at, cpuMs } = sample.flagged;
      if (nowMs() - at >= GRACE_MS || this.#cpuMs(row, turn) - cpuMs >= GRACE_CPU_MS) this.#actions.kill(id);
      return;
    }
    if ((turn & 3) === Activity.Idle) {
      this.#samples.delete(id);
      return;
    }
    // What began since the last look has run for one tick at the most.
    if (sample === undefined || sample.turn >>> 2 !== turn >>> 2) {
      this.#samples.set(id, { turn, cpuMs: -1, seenMs: 0, waited: false, timedOut: false, flagged: null });
      return;
    }
    const cpuMs = this.#cpuMs(row, turn);
    if (sample.cpuMs < 0) {
      sample.cpuMs = cpuMs - TICK_MS;
      sample.seenMs = cpuMs;
      return;
    }
    const waits = (turn & 3) === Activity.Blocked;
    if (waits && sample.waited) sample.cpuMs += Math.min(cpuMs - sample.seenMs, WAITING_MS);
    sample.seenMs = cpuMs;
    sample.waited = waits;
    const used = cpuMs - sample.cpuMs;
    if (isStarting ? used >= sliceMs : used >= 2 * sliceMs) {
      sample.flagged = { at: nowMs(), cpuMs };
      this.#actions.flag(id);
    } else if (used >= sliceMs && !sample.timedOut) {
      sample.timedOut = true;
      const serving = load(this.#words, row + SERVING);
      if (serving > 0) this.#actions.timeOut(serving - 1);
    }
  }

  #cpuMs(row: number, turn: number): number {
    return this.#clock.read(row, (turn & 3) === Activity.Blocked);
  }
}
