/**
 * Calls that never started because their callee was replaced by a new version: their callers carry them over, as they are, to the life that has come in its place. No argument is read again, nothing that moved or is lent changes hands for anybody but the two records.
 *
 *   step                                     killed here, the kernel finds
 *   ---------------------------------------  -----------------------------------------------------------------------------------
 *   a record of the heir's is claimed        a claimed record that lists nothing
 *   words and list are copied                two records that list the same blocks: each block's owner word says which of them has it
 *   each block: owner := this domain,        a root of the dead one, or of the one record or the other
 *               owner := in transit anew
 *   Sent, rung; the old record is released   a call under way
 */
import { store } from '../abi/atomics.js';
import { heirOf } from '../abi/binding.js';
import { faultCode, faultWord } from '../abi/codes.js';
import { indexOf, inTransit, type DomainId } from '../abi/domain-id.js';
import {
  CallState,
  callState,
  R_ARGS,
  R_ARG_SLOTS,
  R_CALLEE,
  R_FAULT,
  R_RESULT_SLOTS,
  R_STATE,
  R_X_CALLER,
  R_X_VERDICT,
  RECORD_WORDS,
  recordRef,
  withState,
} from '../abi/record-layout.js';
import { threadRow, X_PROGRAM_LIFE } from '../abi/thread-layout.js';
import type { CallContext } from './call-context.js';
import type { PendingCall } from './pending-call.js';

export class Succession {
  readonly #context: CallContext;
  readonly #words: Int32Array;

  constructor(context: CallContext) {
    this.#context = context;
    this.#words = context.space.words;
  }

  /** Whether a settled call is under way again, at the heir of its callee. */
  carriesOver(call: PendingCall): boolean {
    const { space, heap } = this.#context;
    if (call.gaveUp !== null || callState(space.state(call.at)) !== CallState.Refused) return false;
    const heir = this.#heirOf(call);
    if (heir === 0) return false;
    heap.operation.begin();
    const record = space.claim(indexOf(heir));
    if (record < 0) {
      this.#words[call.at + R_X_VERDICT] = faultWord('Overloaded');
      heap.operation.end();
      return false;
    }
    this.#carry(call, record, heir);
    heap.operation.end();
    return true;
  }

  /** Who serves now what a call was sent for, where its callee has died and was replaced; 0 where it was not. */
  #heirOf({ target, callee, at }: PendingCall): DomainId {
    const line = target.binding ?? target.line?.binding;
    if (line === undefined) return 0;
    const code = faultCode(this.#words[at + R_X_VERDICT] || this.#words[at + R_FAULT]);
    if (code !== undefined && code !== 'DomainCrashed' && code !== 'DomainDead') return 0;
    // Until the record is free the row has no other tenant.
    const heir = heirOf(this.#words, line, this.#words[threadRow(indexOf(callee)) + X_PROGRAM_LIFE]);
    return heir !== callee && heir !== 0 && this.#context.space.isLive(heir) ? heir : 0;
  }

  #carry(call: PendingCall, record: number, heir: DomainId): void {
    const { space, heap, references, bell } = this.#context;
    const words = this.#words;
    const at = space.at(record);
    const word = words[at + R_STATE];
    for (let index = 0; index < RECORD_WORDS; index++) if (index !== R_STATE && index !== R_X_CALLER) words[at + index] = words[call.at + index];
    words[at + R_CALLEE] = heir;
    words[at + R_FAULT] = 0;
    words[at + R_X_VERDICT] = 0;
    words[at + R_RESULT_SLOTS] = 0;
    const transit = inTransit(recordRef(record, word));
    for (let slot = 0; slot < words[at + R_ARG_SLOTS]; slot++) {
      const block = words[at + R_ARGS + slot];
      if (block === 0 || (call.method.lentMask & (1 << slot)) !== 0) continue;
      heap.ownership.take(block);
      heap.ownership.send(block, transit);
    }
    for (const { provider, exported } of call.references) if (provider === this.#context.me) references.exports.stage(exported);
    references.pass(call.references, record, word, heir);
    heap.trace?.sent(at, word, call.method.label, true, call.lent.length, call.moved.length);
    store(words, at + R_STATE, withState(word, CallState.Sent));
    heap.trace?.confirm();
    if (!space.isLive(heir)) space.move(at, word, CallState.Sent, CallState.Refused, faultWord('DomainDead'));
    else if (!space.seemsWatched(record)) {
      space.post(record);
      bell.ringOnce(heir);
    }
    space.release(call.at, call.word);
    call.moveTo(record, at, withState(word, CallState.Sent), heir);
  }
}
