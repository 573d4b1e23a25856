/**
 * The watchdog: who has run for too long. It looks at each domain's activity word a few times per slice; what stands there unchanged has been running since, and is asked for its CPU
 * time. A domain that waits in a call of its own uses none, so its slice stands still.
 *
 *   one slice    the call that runs gets TimedOut
 *   two slices   the domain is killed
 */
import { readFileSync } from 'node:fs';
import { load } from '../abi/atomics.js';
import { nowMs } from '../abi/clock.js';
import { indexOf, type DomainId } from '../abi/domain-id.js';
import { Activity, ACTIVITY, OS_THREAD, SERVING, threadRow } from '../abi/thread-layout.js';

export const TICK_MS = 5;

export interface Watched {
  readonly id: DomainId;
  /** CPU milliseconds of one turn. */
  readonly sliceMs: number;
  /** While it initialises there is no call to time out: only the end counts. */
  readonly isStarting: boolean;
}

export interface WatchdogActions {
  timeOut(record: number): void;
  kill(id: DomainId): void;
}

interface Sample {
  turn: number;
  cpuMs: number;
  timedOut: boolean;
}

export class Watchdog {
  readonly #words: Int32Array;
  readonly #actions: WatchdogActions;
  readonly #samples = new Map<DomainId, Sample>();

  constructor(words: Int32Array, actions: WatchdogActions) {
    this.#words = words;
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
    if ((turn & 3) === Activity.Idle) {
      this.#samples.delete(id);
      return;
    }
    const sample = this.#samples.get(id);
    // What began since the last look has run for one tick at the most.
    if (sample === undefined || sample.turn >>> 2 !== turn >>> 2) {
      this.#samples.set(id, { turn, cpuMs: -1, timedOut: false });
      return;
    }
    const cpuMs = this.#cpuMs(row, (turn & 3) === Activity.Blocked);
    if (sample.cpuMs < 0) {
      sample.cpuMs = cpuMs - TICK_MS;
      return;
    }
    const used = cpuMs - sample.cpuMs;
    if (isStarting ? used >= sliceMs : used >= 2 * sliceMs) this.#actions.kill(id);
    else if (used >= sliceMs && !sample.timedOut) {
      sample.timedOut = true;
      const serving = load(this.#words, row + SERVING);
      if (serving > 0) this.#actions.timeOut(serving - 1);
    }
  }

  readonly #wall = new Map<number, { at: number; ms: number }>();

  /** CPU time of a thread; where the platform does not tell, the time in which it was seen not to be blocked. */
  #cpuMs(row: number, blocked: boolean): number {
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
    if (!blocked) wall.ms += Math.min(now - wall.at, 4 * TICK_MS);
    wall.at = now;
    this.#wall.set(row, wall);
    return wall.ms;
  }
}
