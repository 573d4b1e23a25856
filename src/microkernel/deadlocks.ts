/**
 * Wait-for cycles between unrelated chains of synchronous calls. A thread that is blocked in a call serves only what descends from that call, so two that call each other at the same
 * moment would wait for ever. The kernel alone decides, because detectors on both sides would fail both calls.
 *
 *   thread T waits for C    T is blocked on a record in C's mailbox
 *   and C cannot help it    C is blocked too, and the record is under way there or does not descend from what C is blocked on
 *   T waits for the owner   T is blocked on a record in the kernel's mailbox that waits for a lock, and the lock's owner is blocked too, outside any call that descends from what it is blocked on
 *
 * A cycle counts once it has been seen twice with the same records in the same use: a thread that is blocked in one use of a record both times has been blocked in it all the while. The call that
 * was seen last of all in it ends with `Deadlock`: one that never started, so that its arguments go back, or a wait for a lock, which answers so. In every cycle there is one of the two: calls that run form
 * chains, and chains end.
 *
 * Deliberately not here: calls that a thread awaits without being blocked in them. They are for deadlines.
 */
import { load } from '../abi/atomics.js';
import { CallState, callState } from '../abi/record-layout.js';
import { indexOf, KERNEL_INDEX, type DomainId } from '../abi/domain-id.js';
import { BLOCKED_ON, SERVING, threadRow } from '../abi/thread-layout.js';
import type { CallSpace } from '../proxy/call-space.js';

/** What the kernel knows of calls in its own mailbox that wait for locks. */
export interface LockWaits {
  /** Who has what the call in this record waits for. */
  awaitedIn(record: number): DomainId | undefined;
  deadlock(record: number): void;
}

/** One wait: a blocked thread's row, the record it is blocked on, and the use of it. */
interface Wait {
  readonly row: number;
  readonly record: number;
  readonly word: number;
  /** When the kernel first saw it, as a count of waits seen. */
  readonly seen: number;
}

export class Deadlocks {
  readonly #space: CallSpace;
  /** By row. */
  #waits = new Map<number, Wait>();
  #suspected = '';
  #count = 0;
  readonly #end: (record: number, word: number) => void;
  readonly #locks: LockWaits;

  /** `end` refuses a call that has not started. */
  constructor(space: CallSpace, locks: LockWaits, end: (record: number, word: number) => void) {
    this.#space = space;
    this.#locks = locks;
    this.#end = end;
  }

  /** Looks at the threads of the given rows once. To be called in every tick. */
  look(rows: Iterable<number>): void {
    const before = this.#waits;
    const now = new Map<number, Wait>();
    for (const row of rows) {
      const record = load(this.#space.words, threadRow(row) + BLOCKED_ON) - 1;
      if (record < 0) continue;
      const word = this.#space.state(this.#space.at(record));
      const known = before.get(row);
      now.set(row, known?.record === record && known.word === word ? known : { row, record, word, seen: this.#count++ });
    }
    this.#waits = now;
    const cycle = now.size === 0 ? null : this.#cycle();
    const name = cycle === null ? '' : cycle.map(({ record, word }) => `${record}/${word}`).join(' ');
    if (cycle !== null && name === this.#suspected) this.#resolve(cycle);
    this.#suspected = name;
  }

  /** The waits of some cycle, beginning with the lowest row. */
  #cycle(): Wait[] | null {
    const finished = new Set<number>();
    for (const start of this.#waits.keys()) {
      const path: Wait[] = [];
      for (let wait = this.#waits.get(start); wait !== undefined && !finished.has(wait.row); wait = this.#next(wait)) {
        const from = path.indexOf(wait);
        if (from >= 0) return rotated(path.slice(from));
        path.push(wait);
      }
      for (const { row } of path) finished.add(row);
    }
    return null;
  }

  /** The wait of the thread that a wait is for, where that thread cannot help: undefined where it is not blocked, or will serve the call. */
  #next({ record, word }: Wait): Wait | undefined {
    if (record >>> 8 === KERNEL_INDEX) return this.#ownerOf(record);
    const callee = this.#waits.get(record >>> 8);
    if (callee === undefined) return undefined;
    const state = callState(word);
    if (state === CallState.Running) return callee;
    if (state !== CallState.Sent) return undefined;
    return this.#space.descends(record, callee.record, callee.word) ? undefined : callee;
  }

  /** The wait of a lock's owner, unless it serves a call in which it may yet release the lock. */
  #ownerOf(record: number): Wait | undefined {
    const owner = this.#locks.awaitedIn(record);
    const wait = owner === undefined ? undefined : this.#waits.get(indexOf(owner));
    if (wait === undefined) return undefined;
    const serving = load(this.#space.words, threadRow(wait.row) + SERVING) - 1;
    return serving >= 0 && this.#space.descends(serving, wait.record, wait.word) ? undefined : wait;
  }

  #resolve(cycle: readonly Wait[]): void {
    const ends = cycle.filter(({ record, word }) => record >>> 8 === KERNEL_INDEX || callState(word) === CallState.Sent);
    const youngest = ends.reduce<Wait | null>((latest, wait) => (latest === null || wait.seen > latest.seen ? wait : latest), null);
    if (youngest === null) return;
    if (youngest.record >>> 8 === KERNEL_INDEX) this.#locks.deadlock(youngest.record);
    else this.#end(youngest.record, youngest.word);
  }
}

function rotated(cycle: readonly Wait[]): Wait[] {
  const first = cycle.reduce((lowest, { row }, index) => (row < cycle[lowest].row ? index : lowest), 0);
  return [...cycle.slice(first), ...cycle.slice(0, first)];
}
