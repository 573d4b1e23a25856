/**
 * What outlives a dead domain for a while: calls that it had sent and that still run, the blocks that they borrow, and records of its own that must go on
 * borrowing because it had lent on what it was lent. Kept in the kernel's private memory and looked at in every tick.
 */
import type { OrphanedCall, Settlement } from '../proxy/settlement.js';
import type { Reclaimer } from '../shared-heap/reclaimer.js';

interface Estate {
  calls: OrphanedCall[];
  /** Roots to free when no call is left. */
  readonly roots: readonly number[];
  /** Records in the dead domain's own mailbox to end then. */
  readonly held: readonly number[];
  readonly done: () => void;
}

export class Orphans {
  readonly #settlement: Settlement;
  readonly #reclaimer: Reclaimer;
  readonly #estates = new Set<Estate>();

  constructor(settlement: Settlement, reclaimer: Reclaimer) {
    this.#settlement = settlement;
    this.#reclaimer = reclaimer;
  }

  adopt(calls: OrphanedCall[], roots: readonly number[], held: readonly number[], done: () => void): void {
    this.#estates.add({ calls, roots, held, done });
    this.look();
  }

  isKnown(root: number): boolean {
    for (const estate of this.#estates) if (estate.roots.includes(root)) return true;
    return false;
  }

  /** Whether a record waits here to be released. */
  holds(record: number): boolean {
    for (const estate of this.#estates) {
      if (estate.held.includes(record) || estate.calls.some((call) => call.record === record)) return true;
    }
    return false;
  }

  /** Frees what nobody borrows any more. */
  look(): void {
    for (const estate of this.#estates) {
      estate.calls = estate.calls.filter((call) => {
        if (!this.#settlement.hasEnded(call)) return true;
        this.#settlement.free(call.record);
        return false;
      });
      if (estate.calls.length > 0) continue;
      this.#estates.delete(estate);
      for (const root of estate.roots) this.#reclaimer.freeOrphan(root);
      for (const record of estate.held) this.#settlement.end(record);
      estate.done();
    }
  }

  get count(): number {
    return this.#estates.size;
  }
}
