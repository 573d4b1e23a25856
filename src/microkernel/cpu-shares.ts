/**
 * Shares of the CPU. A domain that always stops just short of its slice is never killed, so what it uses is added up: credit comes in at its share of the passing time, up to what a second brings, and CPU time
 * takes it out. Who is in debt is told to wait: its loop begins nothing until the debt is paid. What runs is not interrupted; it makes the debt larger.
 *
 * Callers' deadlines go on meanwhile. Debt belongs to the program: a new life does not begin without it. While a life initialises, its own slice bounds it and nothing is counted.
 */
import { load } from '../abi/atomics.js';
import { nowMs } from '../abi/clock.js';
import { indexOf, type DomainId } from '../abi/domain-id.js';
import type { CpuStats } from '../abi/kernel-protocol.js';
import { Activity, ACTIVITY, threadRow } from '../abi/thread-layout.js';
import type { CpuClock } from './cpu-clock.js';
import type { Life } from './program.js';

const WINDOW_MS = 1000;
/** Who waited goes on when it has a tenth of what a second brings: else each tick would bring a turn and a debt. */
const RESUME = 0.1;

export interface CpuOrders {
  wait(id: DomainId): void;
  goOn(id: DomainId): void;
}

export class CpuShares {
  readonly #words: Int32Array;
  readonly #clock: CpuClock;
  readonly #orders: CpuOrders;
  #waiting = 0;

  constructor(words: Int32Array, clock: CpuClock, orders: CpuOrders) {
    this.#words = words;
    this.#clock = clock;
    this.#orders = orders;
  }

  /** Whether nobody waits: who does is looked at in every tick. */
  get isQuiet(): boolean {
    return this.#waiting === 0;
  }

  look(lives: Iterable<Life>): void {
    this.#waiting = 0;
    for (const life of lives) if (life.deadSince === null && !life.isStarting && !life.isHandingOver) this.#lookAt(life);
  }

  /** The statistics of a program as of now; the CPU time of a life is asked for even where no share bounds it. */
  stats({ cpu, life }: Life['program']): CpuStats {
    if (life?.deadSince === null && !life.isStarting) this.#count(life);
    return cpu.stats;
  }

  /** Adds up what the life has used since the last look. */
  #count({ id, program: { cpu } }: Life): number {
    const row = threadRow(indexOf(id));
    const total = this.#clock.read(row, (load(this.#words, row + ACTIVITY) & 3) !== Activity.Running);
    const used = cpu.life === id ? Math.max(0, total - cpu.cpuMs) : 0;
    cpu.life = id;
    cpu.cpuMs = total;
    cpu.usedMs += used;
    if (cpu.credit !== Number.POSITIVE_INFINITY) cpu.credit -= used;
    return used;
  }

  #lookAt(life: Life): void {
    const { cpu, limits } = life.program;
    const now = nowMs();
    if (limits.cpuShare >= 1) {
      cpu.credit = Number.POSITIVE_INFINITY;
      if (cpu.waitsSince !== null) this.#goOn(life, now);
      return;
    }
    const most = limits.cpuShare * WINDOW_MS;
    const isNew = cpu.life !== life.id;
    this.#count(life);
    cpu.credit = Math.min(most, cpu.credit + (cpu.at === 0 ? 0 : now - cpu.at) * limits.cpuShare);
    cpu.at = now;
    // A life that begins in debt has not been told yet.
    if (cpu.credit < 0 && (cpu.waitsSince === null || isNew)) {
      if (cpu.waitsSince === null) cpu.throttled++;
      cpu.waitsSince ??= now;
      this.#orders.wait(life.id);
    } else if (cpu.waitsSince !== null && cpu.credit >= most * RESUME) this.#goOn(life, now);
    if (cpu.waitsSince !== null) this.#waiting++;
  }

  #goOn({ id, program: { cpu } }: Life, now: number): void {
    cpu.throttledMs += now - (cpu.waitsSince ?? now);
    cpu.waitsSince = null;
    this.#orders.goOn(id);
  }
}
