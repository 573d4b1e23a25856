/**
 * The trace as one thread writes it. One object for each thread, because a lane has one writer.
 *
 * Order. An entry takes its number before the step that it tells of: whoever acts on what the step stored takes a later one. The clock is read before the number is taken, so that a thread that is
 * suspended between the two tells too early a time, which a reader can mend, and never one that is too late for those that come after.
 *
 *   commit := 0;  number := order++;  operands;  commit := intended;  [the step]  commit := done
 *
 * A reader sees a commit word, the operands, and the same commit word again, or it has met a writer. A thread that dies at any point leaves entries that are whole, of which the last may be
 * `intended`, or an empty place.
 *
 * Deliberately not here: reading (src/host/trace-reader.ts).
 */
import { add, load, store } from '../abi/atomics.js';
import { nowMs } from '../abi/clock.js';
import { indexOf, type DomainId } from '../abi/domain-id.js';
import { CallState, RECORD_WORDS, R_CALLEE, R_FAULT, R_PARENT, R_PARENT_TAG, R_X_CALLER, R_X_VERDICT } from '../abi/record-layout.js';
import { CHARGED, recordWord, threadRow } from '../abi/thread-layout.js';
import {
  commitWord,
  ENTRY_WORDS,
  EntryState,
  entryWord,
  E_CHARGED,
  E_COMMIT,
  E_KIND,
  E_OPERANDS,
  E_TIME,
  E_WHO,
  LANE_ENTRIES,
  LANE_WRITTEN,
  laneWord,
  lifeNoteWord,
  LIVES,
  MAX_NAMES,
  MOST_METHOD_NAMES,
  NAME_CHARACTERS,
  nameWord,
  TraceKind,
  X_NAMES,
  X_ORDER,
} from '../abi/trace-layout.js';
import type { SharedState } from './shared-state.js';
import type { Views } from './views.js';

export class TraceWriter {
  readonly #views: Views;
  readonly #words: Int32Array;
  readonly #control: Int32Array;
  readonly #firstRecord: number;
  readonly #charged: number;
  readonly #me: DomainId;
  readonly #entries: number;
  readonly #lane: number;
  readonly #firstEntry: number;
  readonly #names = new Map<string, number>();
  #written: number;
  #slot: number;
  /** The entry that was written last, and its order. */
  #at = 0;
  #order = 0;

  constructor(shared: SharedState, trace: Views, me: DomainId) {
    this.#views = trace;
    this.#words = trace.words;
    this.#control = shared.controlViews.words;
    this.#firstRecord = recordWord(0, shared.pages);
    this.#charged = threadRow(indexOf(me)) + CHARGED;
    this.#me = me;
    this.#entries = trace.words[LANE_ENTRIES];
    this.#lane = laneWord(indexOf(me), this.#entries);
    this.#firstEntry = entryWord(indexOf(me), this.#entries, 0);
    // The row had another tenant before: its entries stay until the ring comes round.
    this.#written = trace.floats[(this.#lane + LANE_WRITTEN) >>> 1];
    this.#slot = this.#written % this.#entries;
  }

  /** The writer of a thread, or null where nobody asked for a trace. */
  static open(shared: SharedState, me: DomainId): TraceWriter | null {
    return shared.traceViews === null ? null : new TraceWriter(shared, shared.traceViews, me);
  }

  /** Tells of a step that is about to be made, or, with `Done`, of one that needs no store of its own. */
  #write(state: number, kind: number, a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number): void {
    const words = this.#words;
    const at = this.#firstEntry + this.#slot * ENTRY_WORDS;
    // A reader from here on finds nothing; the operands are stored after the number is taken, which orders them behind this.
    store(words, at + E_COMMIT, EntryState.None);
    this.#views.floats[(this.#lane + LANE_WRITTEN) >>> 1] = ++this.#written;
    const time = nowMs();
    const order = add(words, X_ORDER, 1);
    words[at + E_KIND] = kind;
    this.#views.floats[(at + E_TIME) >>> 1] = time;
    words[at + E_WHO] = this.#me;
    words[at + E_CHARGED] = this.#control[this.#charged];
    const operand = at + E_OPERANDS;
    words[operand] = a;
    words[operand + 1] = b;
    words[operand + 2] = c;
    words[operand + 3] = d;
    words[operand + 4] = e;
    words[operand + 5] = f;
    words[operand + 6] = g;
    words[operand + 7] = h;
    this.#at = at;
    this.#order = order;
    this.#slot = this.#slot + 1 === this.#entries ? 0 : this.#slot + 1;
    store(words, at + E_COMMIT, commitWord(order, state));
  }

  /** The step was made. */
  confirm(): void {
    store(this.#words, this.#at + E_COMMIT, commitWord(this.#order, EntryState.Done));
  }

  /** Somebody else was quicker: the step was not made, and the entry is taken back. */
  cancel(): void {
    store(this.#words, this.#at + E_COMMIT, EntryState.None);
    this.#views.floats[(this.#lane + LANE_WRITTEN) >>> 1] = --this.#written;
    this.#slot = this.#slot === 0 ? this.#entries - 1 : this.#slot - 1;
  }

  // --- calls --------------------------------------------------------------------------------------------------------

  /** A call that never had a record. */
  unsent(callee: DomainId, method: string, fault: number): void {
    this.#write(EntryState.Done, TraceKind.Unsent, callee, this.#name(method), fault, 0, 0, 0, 0, 0);
  }

  /** The record at `at`, which says the rest, is about to be sent. `waits`: the caller does nothing else until it has the outcome. */
  sent(at: number, word: number, method: string, waits: boolean, lent: number, moved: number): void {
    const words = this.#control;
    const counts = (waits ? 1 : 0) | (lent << 8) | (moved << 16);
    const tag = word >>> 4;
    const name = this.#name(method);
    this.#write(
      EntryState.Intended,
      TraceKind.Sent,
      this.#recordAt(at),
      tag,
      this.#me,
      words[at + R_CALLEE],
      name,
      words[at + R_PARENT],
      words[at + R_PARENT_TAG],
      counts,
    );
  }

  /** A record's state word is about to change. `fault`: why, where the record itself does not say it. */
  record(at: number, word: number, to: number, fault: number): void {
    const words = this.#control;
    // Elsewhere these words say nothing, or what somebody takes back who came too late.
    const isFault = to === CallState.Faulted || to === CallState.Refused || to === CallState.Abandoned;
    const why = fault === 0 && isFault ? words[at + R_X_VERDICT] || words[at + R_FAULT] : fault;
    this.#write(EntryState.Intended, TraceKind.Record + to, this.#recordAt(at), word >>> 4, words[at + R_X_CALLER], words[at + R_CALLEE], why, 0, 0, 0);
  }

  suspended(record: number, word: number): void {
    this.#write(EntryState.Done, TraceKind.Suspended, record, word >>> 4, 0, 0, 0, 0, 0, 0);
  }

  outcome(record: number, word: number, fault: number): void {
    this.#write(EntryState.Done, TraceKind.Outcome, record, word >>> 4, fault, 0, 0, 0, 0, 0);
  }

  #recordAt(at: number): number {
    return (at - this.#firstRecord) / RECORD_WORDS;
  }

  // --- blocks and domains -------------------------------------------------------------------------------------------

  /** A block's owner word is about to change. */
  owner(block: number, generation: number, type: number, from: number, to: number): void {
    this.#write(EntryState.Intended, TraceKind.Owner, block, generation, type, from, to, 0, 0, 0);
  }

  /** What becomes of a domain: one of the kinds that concern lives. */
  life(kind: number, id: DomainId, a = 0, b = 0, c = 0): void {
    this.#write(EntryState.Done, kind, id, a, b, c, 0, 0, 0, 0);
  }

  /** Notes what a life is called, so that it can be named after its death. The kernel alone does this. */
  christen(id: DomainId, name: string, incarnation: number): void {
    const count = this.#words[LIVES];
    const at = lifeNoteWord(count);
    store(this.#words, at, 0);
    this.#words[at + 1] = this.#name(name, MAX_NAMES);
    this.#words[at + 2] = incarnation;
    store(this.#words, at, id);
    store(this.#words, LIVES, count + 1);
  }

  // --- names --------------------------------------------------------------------------------------------------------

  /** The number of a name that all threads can read; 0 where there is no more room. `most`: how many there may be before this one. */
  #name(text: string, most = MOST_METHOD_NAMES): number {
    let name = this.#names.get(text);
    if (name === undefined) {
      name = this.#intern(text.slice(0, NAME_CHARACTERS), most);
      this.#names.set(text, name);
    }
    return name;
  }

  /** Looks for the name first: a program that is restarted again and again shall not use the room up. Two threads that add one at the same moment have it twice, which does no harm. */
  #intern(text: string, most: number): number {
    const { node } = this.#views;
    const count = Math.min(load(this.#words, X_NAMES), MAX_NAMES);
    for (let name = 1; name <= count; name++) {
      const at = nameWord(name);
      const bytes = load(this.#words, at);
      if (bytes > 0 && node.toString('utf8', (at + 1) * 4, (at + 1) * 4 + bytes) === text) return name;
    }
    const name = count < most ? add(this.#words, X_NAMES, 1) + 1 : 0;
    if (name === 0 || name > MAX_NAMES) return 0;
    const at = nameWord(name);
    const bytes = node.write(text, (at + 1) * 4, 'utf8');
    store(this.#words, at, bytes);
    return name;
  }
}
