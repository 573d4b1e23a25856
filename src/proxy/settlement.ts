/**
 * What the kernel does to call records when a domain dies. It runs on the kernel thread, which never dies alone.
 *
 *   settle            at once: whoever waits for the dead one gets the error. Nothing that the dead thread could still touch changes hands.
 *   reclaimAsCallee   after its thread has ended: what was in transit around its records is dropped, borrows of its callers end.
 *   reclaimAsCaller   after its thread has ended: calls that it had sent are taken out or orphaned; the borrows of orphaned ones go on.
 */
import { load } from '../abi/atomics.js';
import { faultWord } from '../abi/codes.js';
import { indexOf, inTransit, type DomainId } from '../abi/domain-id.js';
import {
  CallState,
  callState,
  RECORDS_PER_MAILBOX,
  R_ARGS,
  R_ARG_SLOTS,
  R_CALLEE,
  R_X_CALLER,
  R_LENT,
  R_PARENT,
  R_RESULTS,
  R_RESULT_SLOTS,
  R_X_VERDICT,
  recordRef,
} from '../abi/record-layout.js';
import type { CrashCause } from '../abi/result.js';
import { PEERS, PEER_WORDS, threadRow } from '../abi/thread-layout.js';
import type { CallSpace } from './call-space.js';
import { Doorbell } from './doorbell.js';

/** A call of a dead caller that still runs, and the blocks that it borrows. */
export interface OrphanedCall {
  readonly record: number;
  readonly word: number;
  readonly callee: DomainId;
  readonly parent: number;
  readonly borrowed: readonly number[];
}

export class Settlement {
  readonly #space: CallSpace;
  readonly #words: Int32Array;
  /** Drops a tree that is in transit, on behalf of nobody. */
  readonly #drop: (block: number) => void;

  constructor(space: CallSpace, drop: (block: number) => void) {
    this.#space = space;
    this.#words = space.words;
    this.#drop = drop;
  }

  /** Settles everyone who waits for a domain that is marked dead; answers how many. May be repeated. */
  settle(dead: DomainId, cause: CrashCause): number {
    let settled = 0;
    const verdict = faultWord('DomainCrashed', cause);
    this.#forEachIn(indexOf(dead), (at, word) => {
      const state = callState(word);
      // Free and claimed records wait for nobody. Of any other the dead one may have been killed after it had answered and before it rang.
      if (state !== CallState.Sent && state !== CallState.Running) return this.#ringCaller(at, state);
      this.#words[at + R_X_VERDICT] = verdict;
      const next = state === CallState.Sent ? CallState.Refused : CallState.Abandoned;
      if (!this.#space.move(at, word, state, next)) return this.#takeBackVerdict(at);
      settled++;
      Doorbell.ring(this.#words, indexOf(this.#words[at + R_X_CALLER]));
    });
    return settled;
  }

  #ringCaller(at: number, state: number): void {
    if (state === CallState.Free || state === CallState.Claimed) return;
    const caller = load(this.#words, at + R_X_CALLER);
    if (caller !== 0) Doorbell.ring(this.#words, indexOf(caller));
  }

  /** Ends a call that has used up its time slice, if it still runs. The callee goes on, for a while. */
  timeOut(record: number): boolean {
    const at = this.#space.at(record);
    const word = this.#space.state(at);
    if (callState(word) !== CallState.Running) return false;
    this.#words[at + R_X_VERDICT] = faultWord('TimedOut');
    if (!this.#space.move(at, word, CallState.Running, CallState.Abandoned)) {
      this.#takeBackVerdict(at);
      return false;
    }
    Doorbell.ring(this.#words, indexOf(this.#words[at + R_X_CALLER]));
    return true;
  }

  /** Refuses a call that waits for itself, if it has not started since. */
  deadlock(record: number, word: number): void {
    const at = this.#space.at(record);
    if (callState(word) !== CallState.Sent) return;
    this.#words[at + R_X_VERDICT] = faultWord('Deadlock');
    if (this.#space.move(at, word, CallState.Sent, CallState.Refused)) Doorbell.ring(this.#words, indexOf(this.#words[at + R_X_CALLER]));
    else this.#takeBackVerdict(at);
  }

  /** The call went on, or the record is in another use by now: nobody but the kernel says a verdict, so what stands there is its own. */
  #takeBackVerdict(at: number): void {
    this.#words[at + R_X_VERDICT] = 0;
  }

  /** For a domain whose thread has ended. `hold` says which records must go on borrowing because the dead one had lent on what it was lent. */
  reclaimAsCallee(dead: DomainId, cause: CrashCause, hold: (record: number) => boolean): number {
    const settled = this.settle(dead, cause);
    this.#forEachIn(indexOf(dead), (at, word, record) => {
      const state = callState(word);
      if (state !== CallState.Abandoned && state !== CallState.Orphaned) return;
      this.#dropTransit(at, word, record, R_ARGS, this.#words[at + R_ARG_SLOTS]);
      this.#dropTransit(at, word, record, R_RESULTS, this.#words[at + R_RESULT_SLOTS]);
      if (!hold(record)) this.end(record);
    });
    return settled;
  }

  /** Lets go of a record on behalf of a callee that has ended. */
  end(record: number): void {
    const at = this.#space.at(record);
    const word = this.#space.state(at);
    const moved = this.#space.move(at, word, CallState.Abandoned, CallState.Ended) || this.#space.move(at, word, CallState.Orphaned, CallState.Ended);
    if (moved) Doorbell.ring(this.#words, indexOf(this.#words[at + R_X_CALLER]));
  }

  /** For a domain whose thread has ended: releases the records of calls that it had sent; answers those that still run. */
  reclaimAsCaller(dead: DomainId): OrphanedCall[] {
    const orphaned: OrphanedCall[] = [];
    this.#forEachOf(dead, (at, _word, record) => {
      const call = this.#releaseOrOrphan(at, record);
      if (call !== null) orphaned.push(call);
    });
    return orphaned;
  }

  /** What calls of a domain lend that have not ended, whether or not it still waits for them. */
  lentBy(caller: DomainId): number[] {
    const lent: number[] = [];
    this.#forEachOf(caller, (at, word) => {
      const state = callState(word);
      if (state === CallState.Sent || state === CallState.Running || state === CallState.Abandoned) lent.push(...this.#borrowed(at));
    });
    return lent;
  }

  #releaseOrOrphan(at: number, record: number): OrphanedCall | null {
    for (;;) {
      const word = this.#space.state(at);
      switch (callState(word)) {
        // Claimed a moment ago, or all but released.
        case CallState.Free:
          this.free(record);
          return null;
        case CallState.Claimed:
        case CallState.Refused:
          this.#dropTransit(at, word, record, R_ARGS, this.#words[at + R_ARG_SLOTS]);
          this.free(record);
          return null;
        case CallState.Sent:
          // From here on the callee cannot take it; the next round drops what it carries.
          this.#space.move(at, word, CallState.Sent, CallState.Refused);
          continue;
        case CallState.Running:
          this.#space.move(at, word, CallState.Running, CallState.Orphaned);
          continue;
        case CallState.Abandoned:
          this.#space.move(at, word, CallState.Abandoned, CallState.Orphaned);
          continue;
        case CallState.Orphaned:
          return { record, word, callee: this.#words[at + R_CALLEE], parent: this.#words[at + R_PARENT] - 1, borrowed: this.#borrowed(at) };
        case CallState.Replied:
          this.#dropTransit(at, word, record, R_RESULTS, this.#words[at + R_RESULT_SLOTS]);
          this.free(record);
          return null;
        default:
          this.free(record);
          return null;
      }
    }
  }

  #borrowed(at: number): number[] {
    const blocks: number[] = [];
    for (let slot = 0; slot < this.#words[at + R_ARG_SLOTS]; slot++) {
      const block = this.#words[at + R_ARGS + slot];
      if (block !== 0 && (this.#words[at + R_LENT] & (1 << slot)) !== 0) blocks.push(block);
    }
    return blocks;
  }

  /** Makes a record free on behalf of a dead caller. */
  free(record: number): void {
    const at = this.#space.at(record);
    this.#space.release(at, this.#space.state(at));
  }

  /** Whether a call of a dead caller has ended since. */
  hasEnded(call: OrphanedCall): boolean {
    return callState(this.#space.state(this.#space.at(call.record))) === CallState.Ended;
  }

  /** Frees the blocks of one area that are still in transit by this use of the record: anything else has found an owner. */
  #dropTransit(at: number, word: number, record: number, area: number, count: number): void {
    const transit = inTransit(recordRef(record, word));
    for (let slot = 0; slot < count; slot++) {
      const block = this.#words[at + area + slot];
      if (block !== 0 && this.isOwnedBy(block, transit)) this.#drop(block);
    }
  }

  /** Whether a block's owner word is `word`. Set by whoever knows the heap. */
  isOwnedBy: (block: number, word: number) => boolean = () => false;

  /** Whether every record of a mailbox is free, so that its row may have a new tenant. */
  isIdle(index: number): boolean {
    let idle = true;
    this.#forEachIn(index, (at) => {
      idle &&= load(this.#words, at + R_X_CALLER) === 0;
    });
    return idle;
  }

  /** Gives calls back that have not begun, to be carried over to whoever has taken over (succession.ts). Answers whether others run. */
  turnAway(replaced: DomainId): boolean {
    this.#forEachIn(indexOf(replaced), (at, word) => {
      if (callState(word) !== CallState.Sent) return;
      this.#words[at + R_X_VERDICT] = faultWord('DomainDead');
      if (this.#space.move(at, word, CallState.Sent, CallState.Refused)) Doorbell.ring(this.#words, indexOf(this.#words[at + R_X_CALLER]));
      else this.#takeBackVerdict(at);
    });
    return this.runs(replaced);
  }

  /** Whether a domain is at some call. */
  runs(id: DomainId): boolean {
    let found = false;
    this.#forEachIn(indexOf(id), (_at, word) => {
      found ||= callState(word) === CallState.Running;
    });
    return found;
  }

  /** Visits the records of calls that a domain has made. */
  #forEachOf(caller: DomainId, visit: (at: number, word: number, record: number) => void): void {
    const peers = threadRow(indexOf(caller)) + PEERS;
    for (let word = 0; word < PEER_WORDS; word++) {
      for (let bits = load(this.#words, peers + word); bits !== 0; bits &= bits - 1) {
        this.#forEachIn(word * 32 + 31 - Math.clz32(bits & -bits), (at, state, record) => {
          if (load(this.#words, at + R_X_CALLER) === caller) visit(at, state, record);
        });
      }
    }
  }

  #forEachIn(mailbox: number, visit: (at: number, word: number, record: number) => void): void {
    for (let slot = 0; slot < RECORDS_PER_MAILBOX; slot++) {
      const record = mailbox * RECORDS_PER_MAILBOX + slot;
      const at = this.#space.at(record);
      visit(at, this.#space.state(at), record);
    }
  }
}
