/** The call records and thread rows as one thread sees them: where a record lies, which slots are free, who is alive, what awaits a mailbox. */
import { clearBits, load, setBits, store, swapIf } from '../abi/atomics.js';
import { incarnationOf, indexOf, KERNEL_INDEX, type DomainId } from '../abi/domain-id.js';
import {
  CallState,
  callState,
  nextUse,
  RECORDS_PER_MAILBOX,
  RECORD_WORDS,
  R_METHOD,
  R_PARENT,
  R_PARENT_TAG,
  R_STATE,
  R_X_CALLER,
  withState,
} from '../abi/record-layout.js';
import {
  IN_FLIGHT,
  LIFE,
  Life,
  lifeIncarnation,
  lifeWord,
  PEERS,
  PENDING_WORDS,
  recordWord,
  threadRow,
  WATCHED,
  X_MOST_IN_FLIGHT,
  X_PENDING,
  X_PROGRAM_LIFE,
} from '../abi/thread-layout.js';
import type { SharedState } from '../shared-heap/shared-state.js';
import type { TraceWriter } from '../shared-heap/trace.js';
import type { Views } from '../shared-heap/views.js';
import { isTransition } from './call-transitions.js';

/** Of the kernel's mailbox a domain may have so many records at a time: two domains with all that they may have elsewhere, which never take an answer, would keep everyone from releasing a lock. */
const MOST_OF_KERNEL = RECORDS_PER_MAILBOX / 4;
/** Chains are shorter than this; a walk of parents that is longer has met a reused record and ends. */
const MOST_HOPS = 128;

export class CallSpace {
  readonly views: Views;
  readonly words: Int32Array;
  readonly #first: number;
  /** Where this thread found a free record in a mailbox the last time. */
  readonly #hints = new Uint8Array(512);
  /** How many records of each mailbox this thread has. */
  readonly #held = new Int32Array(512);
  readonly #mostHeld: number;
  #inFlight = 0;
  readonly #peers: Int32Array;
  readonly #me: number;
  readonly #id: DomainId;
  readonly #trace: TraceWriter | null;
  #watched = -1;

  /** `mostHeld`: how many records of one mailbox this thread may have at a time, so that one caller cannot lock the others out. */
  constructor(shared: SharedState, me: DomainId, mostHeld: number, trace: TraceWriter | null) {
    this.#trace = trace;
    this.#mostHeld = mostHeld;
    this.views = shared.controlViews;
    this.words = shared.controlViews.words;
    this.#first = recordWord(0, shared.pages);
    this.#me = indexOf(me);
    this.#id = me;
    this.#peers = new Int32Array(16);
    // Callers begin their search at different records, so that they seldom try for the same one.
    this.#hints.fill((this.#me * 37) & (RECORDS_PER_MAILBOX - 1));
  }

  /** The first word of a record. */
  at(record: number): number {
    return this.#first + record * RECORD_WORDS;
  }

  state(at: number): number {
    return load(this.words, at + R_STATE);
  }

  /** One transition. Answers whether this thread made it. `why`: the fault word, for the trace, where the record does not have it. */
  move(at: number, word: number, from: number, to: number, why = 0): boolean {
    if (!isTransition(from, to)) throw new Error(`no row of the call table leads from state ${from} to ${to}`);
    if (this.#trace !== null) return this.#moveTraced(this.#trace, at, word, from, to, why);
    return swapIf(this.words, at + R_STATE, withState(word, from), withState(word, to));
  }

  #moveTraced(trace: TraceWriter, at: number, word: number, from: number, to: number, why: number): boolean {
    trace.record(at, word, to, why);
    const moved = swapIf(this.words, at + R_STATE, withState(word, from), withState(word, to));
    if (moved) trace.confirm();
    else trace.cancel();
    return moved;
  }

  isLive(id: DomainId): boolean {
    return load(this.words, threadRow(indexOf(id)) + LIFE) === lifeWord(Life.Live, incarnationOf(id));
  }

  /** Which of its program's lives a domain is, for errors; undefined where its row has another tenant by now. */
  lifeNumber(id: DomainId): number | undefined {
    const row = threadRow(indexOf(id));
    // Zero: host and kernel, which live once.
    const life = load(this.words, row + X_PROGRAM_LIFE) || incarnationOf(id);
    return lifeIncarnation(load(this.words, row + LIFE)) === incarnationOf(id) ? life : undefined;
  }

  /** As `isLive`, without the cost of a synchronised look. */
  seemsLive(id: DomainId): boolean {
    return this.words[threadRow(indexOf(id)) + LIFE] === lifeWord(Life.Live, incarnationOf(id));
  }

  /** Whether this thread has as many calls under way as it may have. */
  get isAtItsMost(): boolean {
    const most = this.words[threadRow(this.#me) + X_MOST_IN_FLIGHT];
    return most > 0 && this.#inFlight >= most;
  }

  /** Records of a mailbox that nobody has, as of a look at each. */
  #free(callee: number): number {
    let free = 0;
    for (let slot = 0; slot < RECORDS_PER_MAILBOX; slot++) if (this.words[this.at(callee * RECORDS_PER_MAILBOX + slot) + R_X_CALLER] === 0) free++;
    return free;
  }

  /**
   * Whether this thread has its share of a mailbox. Of the kernel's it may have no more than is left for all others: so several that keep what they get come to equal shares, and one as large is left. A first call is
   * always let in.
   */
  #hasShare(callee: number): boolean {
    const held = this.#held[callee];
    if (callee !== KERNEL_INDEX || this.#mostHeld === RECORDS_PER_MAILBOX) return held >= this.#mostHeld;
    return held > 0 && (held >= MOST_OF_KERNEL || held >= this.#free(callee));
  }

  /** Takes a free record of a mailbox. Answers its number, or -1 where every record is in use, or this thread has its share. */
  claim(callee: number): number {
    if ((this.#peers[callee >>> 5] & (1 << (callee & 31))) === 0) this.#meet(callee);
    if (this.#hasShare(callee)) return -1;
    const hint = this.#hints[callee];
    for (let tried = 0; tried < RECORDS_PER_MAILBOX; tried++) {
      const slot = (hint + tried) & (RECORDS_PER_MAILBOX - 1);
      const record = callee * RECORDS_PER_MAILBOX + slot;
      const at = this.at(record);
      // A stale look costs a try: the swap tells. What follows is this thread's alone until SENT is stored, and whoever released the record had written its state before that.
      if (this.words[at + R_X_CALLER] !== 0 || !swapIf(this.words, at + R_X_CALLER, 0, this.#id)) continue;
      this.words[at + R_STATE] = withState(this.words[at + R_STATE], CallState.Claimed);
      this.#hints[callee] = slot;
      this.#held[callee]++;
      this.words[threadRow(this.#me) + IN_FLIGHT] = ++this.#inFlight;
      return record;
    }
    return -1;
  }

  /** Makes a record free for its next use. The state goes first: until the caller's word is 0 nobody else claims it. `why`: as in `move`. */
  release(at: number, word: number, why = 0): void {
    this.#held[((at - this.#first) / RECORD_WORDS) >>> 8]--;
    this.words[threadRow(this.#me) + IN_FLIGHT] = --this.#inFlight;
    this.#trace?.record(at, word, CallState.Free, why);
    this.words[at + R_STATE] = nextUse(word);
    store(this.words, at + R_X_CALLER, 0);
    this.#trace?.confirm();
  }

  /** Notes, before the first claim, that the kernel must look into this mailbox when this thread dies. */
  #meet(callee: number): void {
    const word = callee >>> 5;
    this.#peers[word] |= 1 << (callee & 31);
    store(this.words, threadRow(this.#me) + PEERS + word, this.#peers[word]);
  }

  /** Says to a mailbox's thread that a record awaits it. */
  post(record: number): void {
    const slot = record & (RECORDS_PER_MAILBOX - 1);
    setBits(this.words, threadRow(record >>> 8) + X_PENDING + (slot >>> 5), 1 << (slot & 31));
  }

  /** Whether the callee looks at this record directly. To be asked after a synchronised look at something else, which is what keeps this one from being older than that. */
  seemsWatched(record: number): boolean {
    return this.words[threadRow(record >>> 8) + WATCHED] === record + 1;
  }

  /** Says that this thread looks at a record directly, or, with -1, at none. What was sent in a record given up meanwhile gets its pending bit here. */
  watch(record: number): void {
    const before = this.#watched;
    if (before === record) return;
    this.#watched = record;
    store(this.words, threadRow(this.#me) + WATCHED, record + 1);
    // A sender that saw the watch has stored SENT before it looked: this look sees that.
    if (before >= 0 && callState(this.state(this.at(before))) === CallState.Sent) this.post(before);
  }

  /** The record that this thread watches, or -1. */
  get watched(): number {
    return this.#watched;
  }

  /** Whether a call has come in the watched record. */
  watchedIsSent(): boolean {
    return this.#watched >= 0 && callState(this.state(this.at(this.#watched))) === CallState.Sent;
  }

  /**
   * Whether anything awaits this thread. Asked in every look of a thread that spins, so all eight words are read with one synchronised load, which is the dear part; what the others
   * hold is at least as new as what that load saw.
   */
  hasPending(): boolean {
    const row = threadRow(this.#me) + X_PENDING;
    const words = this.words;
    let found = load(words, row);
    for (let word = row + 1; word < row + PENDING_WORDS; word++) found |= words[word];
    return found !== 0;
  }

  /** The records that await this thread, lowest slot first. Their bits stay. */
  pending(): number[] {
    const row = threadRow(this.#me) + X_PENDING;
    const found: number[] = [];
    for (let word = 0; word < PENDING_WORDS; word++) {
      for (let bits = load(this.words, row + word); bits !== 0; bits &= bits - 1) {
        found.push(this.#me * RECORDS_PER_MAILBOX + word * 32 + 31 - Math.clz32(bits & -bits));
      }
    }
    return found;
  }

  /** Takes a record's bit back. Answers whether it was set. */
  unpost(record: number): boolean {
    const slot = record & (RECORDS_PER_MAILBOX - 1);
    const bit = 1 << (slot & 31);
    return (clearBits(this.words, threadRow(this.#me) + X_PENDING + (slot >>> 5), bit) & bit) !== 0;
  }

  /** Whether a call for an export waits in this thread's mailbox. */
  awaits(mailbox: number, exported: number): boolean {
    for (let slot = 0; slot < RECORDS_PER_MAILBOX; slot++) {
      const at = this.at(mailbox * RECORDS_PER_MAILBOX + slot);
      if (callState(this.state(at)) === CallState.Sent && this.words[at + R_METHOD] >>> 16 === exported) return true;
    }
    return false;
  }

  /** Whether a record was sent in the course of another: exact ancestry along the parents, by record and by use. */
  descends(record: number, ancestor: number, ancestorWord: number): boolean {
    for (let at = this.at(record), hops = 0; hops < MOST_HOPS; hops++) {
      const parent = this.words[at + R_PARENT] - 1;
      if (parent < 0) return false;
      if (parent === ancestor) return this.words[at + R_PARENT_TAG] === ancestorWord >>> 4;
      at = this.at(parent);
    }
    return false;
  }
}
