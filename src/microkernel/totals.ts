/** Figures of a program that only grow: through its lives, and by name beyond its end, so that whoever watches them never sees one fall. */
import type { ProgramTotals } from '../abi/kernel-protocol.js';
import type { Views } from '../shared-heap/views.js';
import { callsServed, CHECKPOINTS, STEPS } from '../abi/thread-layout.js';

/** What the dead lives of a program have counted. */
export class PastLives {
  calls = 0;
  fuel = 0;
  checkpoints = 0;
  checkpointMs = 0;
  reclaimedBlocks = 0;
  reclaimedBytes = 0;
  giveUps = 0;

  /** Adds what the life in a row of the thread table has counted. */
  add({ words, floats }: Views, row: number): void {
    this.calls += callsServed(words, row);
    this.fuel += floats[(row + STEPS) / 2];
    this.checkpoints += floats[(row + CHECKPOINTS) / 2];
    this.checkpointMs += floats[(row + CHECKPOINTS) / 2 + 1];
  }

  /** Adds a life that has been buried. */
  bury(views: Views, row: number, { blocks, bytes }: { readonly blocks: number; readonly bytes: number }): void {
    this.add(views, row);
    this.reclaimedBlocks += blocks;
    this.reclaimedBytes += bytes;
  }
}

/** What is kept of programs that were unloaded. Names are not to be had without bound: those whose last program went first are forgotten first. */
export class EndedPrograms {
  readonly #byName = new Map<string, ProgramTotals>();
  readonly #most: number;

  constructor(most = 512) {
    this.#most = most;
  }

  add(name: string, totals: ProgramTotals): void {
    const before = this.#byName.get(name);
    this.#byName.delete(name);
    this.#byName.set(name, before === undefined ? totals : sum(before, totals));
    for (const oldest of this.#byName.keys()) {
      if (this.#byName.size <= this.#most) return;
      this.#byName.delete(oldest);
    }
  }

  /** The totals of loaded programs by name, with those of programs that had the same name before. */
  with(loaded: Iterable<readonly [string, ProgramTotals]>): { readonly [name: string]: ProgramTotals } {
    // A name may be that of a member of every object.
    const totals = Object.create(null) as { [name: string]: ProgramTotals };
    for (const [name, now] of loaded) {
      const others = totals[name] ?? this.#byName.get(name);
      totals[name] = others === undefined ? now : sum(others, now);
    }
    return totals;
  }
}

type Counts = { readonly [key: string]: number | Counts };

function sum(one: ProgramTotals, other: ProgramTotals): ProgramTotals {
  return sumOf(one as unknown as Counts, other as unknown as Counts) as unknown as ProgramTotals;
}

function sumOf(one: Counts, other: Counts): Counts {
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return Object.fromEntries(
    [...keys].map((key) => {
      const left = one[key] ?? 0;
      const right = other[key] ?? 0;
      if (typeof left === 'number' && typeof right === 'number') return [key, left + right];
      return [key, sumOf(typeof left === 'number' ? {} : left, typeof right === 'number' ? {} : right)];
    }),
  );
}
