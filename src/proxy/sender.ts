/**
 * Sending: claims a record, writes what the call carries, says that it is there.
 *
 * Ownership of arguments, seen from the caller
 *   a failure before the call started (`started: false`)   every argument is the caller's, handles included
 *   any outcome after it started                           moved arguments are gone; lent ones come back when the record ends
 *   the caller gives up (deadline, cancel)                 as above, and lent arguments stay lent until the callee has ended the call
 *   the callee dies                                        the same, and they come back when its thread has ended
 *
 * A caller that is killed leaves a record that the kernel reads: each step is one compare-and-swap of the record's state.
 */
import { store } from '../abi/atomics.js';
import { indexOf, type DomainId } from '../abi/domain-id.js';
import { nowMs } from '../abi/clock.js';
import { faultWord } from '../abi/codes.js';
import {
  CallState,
  HAS_DEADLINE,
  MAX_CHAIN_DEPTH,
  R_ARGS,
  R_ARG_SLOTS,
  R_CALLEE,
  R_DATA,
  R_DEADLINE,
  R_DEPTH,
  R_FAULT,
  R_LENT,
  R_METHOD,
  R_PARENT,
  R_PARENT_TAG,
  R_RESULTS,
  R_RESULT_SLOTS,
  R_SEQUENCE,
  R_SPILL,
  R_STATE,
  R_X_VERDICT,
  withState,
} from '../abi/record-layout.js';
import type { RpcErrorCode } from '../abi/result.js';
import { type HeapFault, heapFault, LifetimeViolation } from '../shared-heap/faults.js';
import { handles, type RRefHandle } from '../shared-heap/handles/handle.js';
import { Staging } from '../shared-heap/types/staging.js';
import type { CallContext } from './call-context.js';
import type { MethodRuntime } from './method-runtime.js';
import { PendingCall, type CallTarget, whyDead } from './pending-call.js';
import { failure, type Failure } from './rpc-fault.js';

/** What a call keeps that may be issued again: its arguments as they were read for the first attempt, and the attempt that was sent last. */
export interface Kept {
  /** Null before the first attempt, and where scalars alone are passed. */
  staging: Staging | null;
  /** Null where the last attempt was refused before it was sent. */
  sent: PendingCall | null;
}

const NOTHING: readonly never[] = [];
const TOO_DEEP = { message: `the chain of calls is ${MAX_CHAIN_DEPTH} deep already`, details: { resource: 'chain of calls' } };
const TOO_MANY = { message: 'this domain has as many calls under way as it may have', details: { resource: 'callsInFlight' } };
const TOO_LATE = { message: 'no time was left when the call was to be sent', details: {} };

export class Sender {
  readonly #context: CallContext;
  readonly #words: Int32Array;
  readonly #sweep: () => void;
  /** Counts the calls that this thread has sent. */
  #sequence = 0;
  /** Whether the callee of the call that was sent last had to be woken. */
  hasRung = false;
  /** What moved with the call that was sent last. */
  #granules = 0;

  /** `sweep` ends what earlier calls left lent, as far as it has ended by now. */
  constructor(context: CallContext, sweep: () => void) {
    this.#context = context;
    this.#words = context.space.words;
    this.#sweep = sweep;
  }

  #refusal(code: RpcErrorCode, target: CallTarget, method: MethodRuntime, blame: 'caller' | 'callee' | 'neither', fault?: Omit<HeapFault, 'code'>): Failure {
    const callee = target.resolve();
    this.#context.heap.trace?.unsent(callee, method.label, faultWord(code));
    this.#context.faults.note(callee, target.binding, code);
    return failure({ code, started: false, blame, domain: target.label, method: method.label, detail: fault?.message, details: fault?.details });
  }

  /**
   * Sends, or says why not. On refusal every argument is the caller's still. `waits` says, for the trace, that this thread does nothing else until the outcome is there; `signal` may be aborted by a
   * getter of an argument.
   */
  send(
    target: CallTarget,
    method: MethodRuntime,
    args: readonly unknown[],
    timeoutMs: number,
    waits = false,
    kept: Kept | null = null,
    signal?: AbortSignal,
  ): PendingCall | Failure {
    if (method.hasPlainArgs) {
      const record = this.sendPlain(target, method, args, timeoutMs, waits);
      if (typeof record !== 'number') return record;
      const call = this.plainCall(target, method, record);
      this.#context.heap.operation.end();
      return call;
    }
    const { heap } = this.#context;
    heap.operation.check();
    this.#sweep();
    const again = kept === null ? null : kept.staging;
    const staging = again ?? (kept === null ? heap.takeStaging() : new Staging(true));
    try {
      // What is issued again was read and checked before, and has been kept as it was.
      if (again !== null) again.rewind();
      else {
        for (let index = 0; index < method.params.length; index++) method.params[index].codec.stage(args[index], staging, method.params[index].place);
        staging.recheck();
        if (kept !== null) kept.staging = staging;
      }
      // Foreign code may have dropped what the call goes through: its export could stand for something else by now.
      if (target.hold?.isDropped === true) throw new LifetimeViolation(`the reference that ${method.label} is called through was dropped meanwhile`);
    } catch (error) {
      this.#context.references.unstage(staging.references);
      return this.refuse(error, target, method);
    }
    const isCancelled = signal?.aborted === true;
    const sent = isCancelled ? this.#refusal('Cancelled', target, method, 'caller') : this.#sendStaged(target, method, args, staging, timeoutMs, waits);
    if (typeof sent !== 'number') {
      this.#context.references.unstage(staging.references);
      if (kept === null) heap.keepStaging(staging);
      return sent;
    }
    const call = this.#pendingCall(target, method, sent, staging.moved, staging.lent, this.#granules);
    if (staging.references.length > 0) call.references = staging.references;
    if (kept === null) heap.keepStaging(staging);
    heap.operation.end();
    return call;
  }

  /** As `send`, for scalars alone; answers the record's number, and the operation goes on. */
  sendPlain(target: CallTarget, method: MethodRuntime, args: readonly unknown[], timeoutMs: number, waits: boolean): number | Failure {
    this.#context.heap.operation.check();
    this.#sweep();
    try {
      this.#checkScalars(method, args);
    } catch (error) {
      return this.refuse(error, target, method);
    }
    return this.#sendStaged(target, method, args, null, timeoutMs, waits);
  }

  /** What arguments answer that are refused with `error`; what is no refusal is thrown on. */
  refuse(error: unknown, target: CallTarget, method: MethodRuntime): Failure {
    const fault = heapFault(error);
    if (fault !== undefined && this.#context.heap.operation.panic === null) return this.#refusal(fault.code, target, method, 'caller', fault);
    throw error;
  }

  plainCall(target: CallTarget, method: MethodRuntime, record: number): PendingCall {
    return this.#pendingCall(target, method, record, NOTHING, NOTHING, 0);
  }

  /** What this thread keeps of a call that it has sent. */
  #pendingCall(
    target: CallTarget,
    method: MethodRuntime,
    record: number,
    moved: readonly RRefHandle[],
    lent: readonly RRefHandle[],
    granules: number,
  ): PendingCall {
    const { space } = this.#context;
    const at = space.at(record);
    const words = this.#words;
    const deadline = (words[at + R_DEPTH] & HAS_DEADLINE) === 0 ? 0 : space.views.floats[(at + R_DEADLINE) >>> 1];
    return new PendingCall(record, at, words[at + R_STATE], target, words[at + R_CALLEE], method, moved, lent, granules, deadline);
  }

  /**
   * Answers the number of the record that was sent; what moved, as charged, is in `#granules`. The operation goes on until whoever called has noted the call: an overflow in between must
   * not lose it.
   */
  #sendStaged(
    target: CallTarget,
    method: MethodRuntime,
    args: readonly unknown[],
    staging: Staging | null,
    timeoutMs: number,
    waits: boolean,
  ): number | Failure {
    const { heap, space } = this.#context;
    const callee = this.#calleeOf(target);
    // A look that may be stale: the one after the call has been sent decides.
    if (callee === 0 || !space.seemsLive(callee)) return this.#dead(target, method, callee);
    const serving = this.#context.serving;
    const depth = serving === null ? 1 : serving.depth + 1;
    if (depth > MAX_CHAIN_DEPTH) return this.#refusal('ResourceExhausted', target, method, 'caller', TOO_DEEP);
    if (space.isAtItsMost) return this.#refusal('ResourceExhausted', target, method, 'caller', TOO_MANY);
    const refused = staging === null ? null : this.#context.references.refusal(staging.references, callee);
    if (refused !== null) return this.#refusal('ResourceExhausted', target, method, 'neither', heapFault(refused));
    const deadline = this.deadline(timeoutMs);
    if (deadline !== 0 && deadline <= nowMs()) return this.#refusal('TimedOut', target, method, 'neither', TOO_LATE);

    heap.operation.begin();
    let spill = 0;
    if (staging !== null) {
      let room = staging.materialise(heap.arena, heap.views);
      if (room && method.argSpill > 0) {
        spill = this.#context.io.allocSpill(method.argSlots, method.argSpill);
        room = spill !== 0;
        if (!room) staging.discard(heap.arena);
      }
      if (!room) {
        heap.operation.end();
        return this.#refusal('ResourceExhausted', target, method, 'caller', heapFault(heap.exhausted(method.argSpill + staging.rawBytes)));
      }
    }
    const record = space.claim(indexOf(callee));
    if (record < 0) {
      staging?.discard(heap.arena);
      if (spill !== 0) heap.freeRaw(spill);
      heap.operation.end();
      return this.#refusal('Overloaded', target, method, 'neither');
    }
    const at = space.at(record);
    const words = this.#words;
    const word = words[at + R_STATE];
    words[at + R_CALLEE] = callee;
    words[at + R_METHOD] = (target.exported << 16) | method.index;
    words[at + R_PARENT] = serving === null ? 0 : serving.record + 1;
    words[at + R_PARENT_TAG] = serving === null ? 0 : serving.word >>> 4;
    words[at + R_FAULT] = 0;
    words[at + R_X_VERDICT] = 0;
    words[at + R_DEPTH] = deadline === 0 ? depth : depth | HAS_DEADLINE;
    words[at + R_SEQUENCE] = this.#sequence;
    this.#sequence = (this.#sequence + 1) | 0;
    if (deadline !== 0) space.views.floats[(at + R_DEADLINE) >>> 1] = deadline;
    words[at + R_LENT] = method.lentMask;
    words[at + R_RESULT_SLOTS] = 0;
    words[at + R_SPILL] = 0;
    // Counted before anything is in transit: a reader that finds the caller dead here looks at each listed block's owner word and believes that.
    words[at + R_ARG_SLOTS] = 0;
    if (staging === null) this.#writeScalars(at, method, args);
    else {
      for (let slot = 0; slot <= method.argSlots && slot < R_RESULTS - R_ARGS; slot++) words[at + R_ARGS + slot] = 0;
      words[at + R_ARG_SLOTS] = method.argSlots + (spill === 0 ? 0 : 1);
      this.#granules = this.#context.io.write(at, R_ARGS, method.params, method.argSlots, spill, method.lentMask, staging);
      for (const handle of staging.moved) handles.consume(handle);
      for (const handle of staging.lent) handles.lend(handle);
      this.#context.references.pass(staging.references, record, word, callee);
    }
    heap.trace?.sent(at, word, method.label, waits, staging?.lent.length ?? 0, staging?.moved.length ?? 0);
    store(words, at + R_STATE, withState(word, CallState.Sent));
    heap.trace?.confirm();
    this.hasRung = false;
    // Looked at again after the store: a kernel that drained the mailbox before it has stored "dead" before that.
    if (space.isLive(callee)) {
      if (!space.seemsWatched(record)) {
        space.post(record);
        this.hasRung = this.#context.bell.ringOnce(callee);
      }
    } else {
      space.move(at, word, CallState.Sent, CallState.Refused, faultWord('DomainDead'));
    }
    return record;
  }

  /** Where a target leads now. Who was replaced between the look at the word that names it and the look at its row is looked up again. */
  #calleeOf(target: CallTarget): DomainId {
    let callee = target.resolve();
    while (callee !== 0 && !this.#context.space.seemsLive(callee)) {
      const again = target.resolve();
      if (again === callee) break;
      callee = again;
    }
    return callee;
  }

  #checkScalars(method: MethodRuntime, args: readonly unknown[]): void {
    const { params } = method;
    for (let index = 0; index < params.length; index++) {
      const param = params[index];
      if (!param.check(args[index])) param.codec.stage(args[index], new Staging(), param.place);
    }
  }

  #writeScalars(at: number, method: MethodRuntime, args: readonly unknown[]): void {
    const { params } = method;
    const data = (at + R_DATA) * 4;
    for (let index = 0; index < params.length; index++) {
      params[index].put(this.#context.space.views, data + params[index].data, args[index]);
    }
  }

  /** The earlier of what the caller asks for and what its own caller left it, less a margin in which it can still react; 0 for none. */
  deadline(timeoutMs: number): number {
    const own = timeoutMs === Number.POSITIVE_INFINITY ? 0 : nowMs() + timeoutMs;
    const inherited = this.#context.serving?.deadline ?? 0;
    if (inherited === 0) return own;
    const now = nowMs();
    const reduced = inherited - Math.min(5, Math.max(0, inherited - now) / 10);
    return own === 0 ? reduced : Math.min(own, reduced);
  }

  #dead(target: CallTarget, method: MethodRuntime, callee: DomainId): Failure {
    this.#context.heap.trace?.unsent(callee, method.label, faultWord('DomainDead'));
    this.#context.faults.note(callee, target.binding, 'DomainDead');
    return failure({
      code: 'DomainDead',
      started: false,
      blame: 'callee',
      domain: target.label,
      method: method.label,
      detail: whyDead(target),
      incarnation: callee === 0 ? undefined : this.#context.space.lifeNumber(callee),
    });
  }
}
