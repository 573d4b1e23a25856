/** The thread table's rows: which are in use, by whom, and in which state of life. Only the kernel writes here. */
import { clearBits, load, setBits, store } from '../abi/atomics.js';
import { domainId, FIRST_DOMAIN_INDEX, incarnationOf, indexOf, MAX_DOMAINS, MAX_INCARNATION, type DomainId } from '../abi/domain-id.js';
import { GRANULE_BYTES } from '../abi/heap-layout.js';
import type { Limits } from '../abi/limits.js';
import {
  AWAITING_LIVES,
  CAUSE,
  LIFE,
  Life,
  lifeIncarnation,
  lifeState,
  lifeWord,
  SPINNERS,
  THREAD_WORDS,
  threadRow,
  X_MOST_IN_FLIGHT,
  X_MOST_REFERENCES,
  X_ORDERS,
  X_QUOTA,
  X_SLICE_US,
} from '../abi/thread-layout.js';
import { Doorbell } from '../proxy/doorbell.js';
import { TraceKind } from '../abi/trace-layout.js';
import type { TraceWriter } from '../shared-heap/trace.js';

export class DomainTable {
  readonly #words: Int32Array;
  /** What becomes of lives is told there, where somebody asked for a trace. */
  readonly trace: TraceWriter | null;

  constructor(words: Int32Array, trace: TraceWriter | null = null) {
    this.#words = words;
    this.trace = trace;
  }

  #life(index: number): number {
    return load(this.#words, threadRow(index) + LIFE);
  }

  state(id: DomainId): number {
    const word = this.#life(indexOf(id));
    return lifeIncarnation(word) === incarnationOf(id) ? lifeState(word) : Life.Vacant;
  }

  set(id: DomainId, state: number): void {
    const row = threadRow(indexOf(id));
    this.trace?.life(TraceKind.Life + state, id, state === Life.Dead ? this.#words[row + CAUSE] : 0);
    store(this.#words, row + LIFE, lifeWord(state, incarnationOf(id)));
  }

  /** A new life in a vacant row; `orphanedGranules` is what the program's earlier lives left lent. Answers undefined where every row is taken. */
  allocate(limits: Limits, orphanedGranules = 0): DomainId | undefined {
    for (let index = FIRST_DOMAIN_INDEX; index < MAX_DOMAINS; index++) {
      const word = this.#life(index);
      // A row whose incarnations have run out is never used again.
      if (lifeState(word) !== Life.Vacant || lifeIncarnation(word) >= MAX_INCARNATION) continue;
      const id = domainId(index, lifeIncarnation(word) + 1);
      const row = threadRow(index);
      for (let at = row + LIFE + 1; at < row + THREAD_WORDS; at++) this.#words[at] = 0;
      this.setLimits(id, limits, orphanedGranules);
      this.set(id, Life.Starting);
      return id;
    }
    return undefined;
  }

  setLimits(id: DomainId, limits: Limits, orphanedGranules: number): void {
    this.#words[threadRow(indexOf(id)) + X_QUOTA] = Math.max(0, Math.floor(limits.sharedHeapBytes / GRANULE_BYTES) - orphanedGranules);
    this.#words[threadRow(indexOf(id)) + X_MOST_IN_FLIGHT] = limits.callsInFlight;
    this.#words[threadRow(indexOf(id)) + X_MOST_REFERENCES] = limits.referencesHeld;
    this.#words[threadRow(indexOf(id)) + X_SLICE_US] = Math.round(limits.timeSliceMs * 1000);
  }

  /** Gives an order, or takes it back. */
  order(id: DomainId, order: number, isGiven: boolean): void {
    const word = threadRow(indexOf(id)) + X_ORDERS;
    if (isGiven) setBits(this.#words, word, order);
    else clearBits(this.#words, word, order);
  }

  /** Rings every thread that waits for some program's next life: what its binding says has changed. */
  ringWhoAwaitsLives(): void {
    for (let index = 0; index < MAX_DOMAINS; index++) if (load(this.#words, threadRow(index) + AWAITING_LIVES) > 0) Doorbell.ring(this.#words, index);
  }

  /** The row may have a new tenant. */
  vacate(id: DomainId): void {
    this.set(id, Life.Vacant);
  }

  /** A dead thread spins no more. */
  clearSpinner(id: DomainId): void {
    clearBits(this.#words, SPINNERS + (indexOf(id) >>> 5), 1 << (indexOf(id) & 31));
  }

  /** Rows that have ever been used. */
  used(): number[] {
    const rows: number[] = [];
    for (let index = 0; index < MAX_DOMAINS; index++) if (this.#life(index) !== 0) rows.push(index);
    return rows;
  }
}
