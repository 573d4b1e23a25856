/**
 * The calling side: claims a record, sends, waits. What comes of it is in outcomes.ts.
 *
 * Ownership of arguments, seen from the caller
 *   a failure before the call started (`started: false`)   every argument is the caller's, handles included
 *   any outcome after it started                           moved arguments are gone; lent ones come back when the record ends
 *   the caller gives up (deadline, cancel)                 as above, and lent arguments stay lent until the callee has ended the call
 *   the callee dies                                        the same, and they come back when its thread has ended
 *
 * A caller that is killed leaves a record that the kernel reads: each step is one compare-and-swap of the record's state.
 */
import { load, store } from '../abi/atomics.js';
import { incarnationOf, indexOf, type DomainId } from '../abi/domain-id.js';
import { nowMs } from '../abi/clock.js';
import { faultWord } from '../abi/codes.js';
import {
  CallState,
  callState,
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
import type { RpcErrorCode, RpcResult } from '../abi/result.js';
import { Activity, ACTIVITY, BLOCKED_ON, threadRow } from '../abi/thread-layout.js';
import { type HeapFault, heapFault, LifetimeViolation } from '../shared-heap/faults.js';
import { handles, type RRefHandle } from '../shared-heap/handles/handle.js';
import { Staging } from '../shared-heap/types/staging.js';
import { breathe, Doorbell, LONGEST_WAIT_MS, STEPS_BETWEEN_LOOKS } from './doorbell.js';
import type { CallContext } from './call-context.js';
import type { MethodRuntime } from './method-runtime.js';
import { Outcomes } from './outcomes.js';
import { PendingCall, type CallTarget } from './pending-call.js';
import { failure, type Failure } from './rpc-fault.js';

const NOTHING: readonly never[] = [];
/** About three microseconds: longer than a hot callee takes for a short method. */
const QUICK_LOOKS = 100;
/** No callee answers sooner than this; measured: looking at once costs a fifth of the whole call. */
const STEPS_BEFORE_LOOKING = 300;

const TOO_DEEP = { message: `the chain of calls is ${MAX_CHAIN_DEPTH} deep already`, details: { resource: 'chain of calls' } };
const TOO_LATE = { message: 'no time was left when the call was to be sent', details: {} };

export class Caller {
  readonly #context: CallContext;
  readonly #words: Int32Array;
  readonly #row: number;
  readonly outcomes: Outcomes;
  #waitingAt = 0;
  /** Counts the calls that this thread has sent. */
  #sequence = 0;
  #looks = 0;
  /** What moved with the call that was sent last. */
  #granules = 0;
  readonly #settled = (): boolean => {
    const state = callState(load(this.#words, this.#waitingAt + R_STATE));
    if (state !== CallState.Sent && state !== CallState.Running) return true;
    // Whether somebody calls back is looked at less often: the reply is what most calls wait for.
    return (++this.#looks & 15) === 0 && this.#context.mustServeWhileBlocked();
  };
  readonly #mayWake = (): boolean => this.isSettledAt(this.#waitingAt) || this.#context.mustServeWhileBlocked();

  constructor(context: CallContext) {
    this.#context = context;
    this.#words = context.space.words;
    this.#row = threadRow(indexOf(context.me));
    this.outcomes = new Outcomes(context);
  }

  /** A synchronous call: blocks this thread, serving what descends from the call meanwhile. */
  call(target: CallTarget, method: MethodRuntime, args: readonly unknown[], timeoutMs: number): RpcResult<unknown> {
    if (method.hasPlainArgs && method.hasPlainResult) return this.#callPlain(target, method, args, timeoutMs);
    const sent = this.send(target, method, args, timeoutMs, true);
    if (!(sent instanceof PendingCall)) return sent;
    // From here until the outcome has been taken an exception that nobody threw would leave a record, borrows and a result behind that no handle leads to.
    const { operation } = this.#context.heap;
    operation.waits++;
    const outcome = this.#await(sent);
    operation.waits--;
    return outcome;
  }

  #callPlain(target: CallTarget, method: MethodRuntime, args: readonly unknown[], timeoutMs: number): RpcResult<unknown> {
    const sent = this.#sendPlain(target, method, args, timeoutMs, true);
    if (typeof sent !== 'number') return sent;
    const { operation } = this.#context.heap;
    // As above; the mark of the sending ends when this count has begun.
    operation.waits++;
    operation.end();
    const outcome = this.#awaitPlain(target, method, sent);
    operation.waits--;
    return outcome;
  }

  /** A hot callee answers before anything else need be known of the call. */
  #awaitPlain(target: CallTarget, method: MethodRuntime, record: number): RpcResult<unknown> {
    const at = this.#context.space.at(record);
    if (this.#repliesQuickly(at)) return this.outcomes.takePlain(method, at);
    return this.#await(this.#plainCall(target, method, record));
  }

  #await(call: PendingCall): RpcResult<unknown> {
    this.#wait(call);
    return this.outcomes.take(call);
  }

  /** Looks for the reply of a hot callee before anything else is done. Answers false for any other outcome, too. */
  #repliesQuickly(at: number): boolean {
    breathe(STEPS_BEFORE_LOOKING);
    for (let look = 0; look < QUICK_LOOKS; look++) {
      const state = callState(load(this.#words, at + R_STATE));
      if (state === CallState.Replied) return true;
      if (state !== CallState.Sent && state !== CallState.Running) return false;
      breathe(STEPS_BETWEEN_LOOKS);
    }
    return false;
  }

  #refusal(code: RpcErrorCode, target: CallTarget, method: MethodRuntime, blame: 'caller' | 'callee' | 'neither', fault?: Omit<HeapFault, 'code'>): Failure {
    this.#context.heap.trace?.unsent(target.resolve(), method.label, faultWord(code));
    return failure({ code, started: false, blame, domain: target.label, method: method.label, detail: fault?.message, details: fault?.details });
  }

  /** Sends, or says why not. On refusal every argument is the caller's still. `waits` says, for the trace, that this thread does nothing else until the outcome is there. */
  send(target: CallTarget, method: MethodRuntime, args: readonly unknown[], timeoutMs: number, waits = false): PendingCall | Failure {
    if (method.hasPlainArgs) {
      const record = this.#sendPlain(target, method, args, timeoutMs, waits);
      if (typeof record !== 'number') return record;
      const call = this.#plainCall(target, method, record);
      this.#context.heap.operation.end();
      return call;
    }
    const { heap } = this.#context;
    heap.operation.check();
    this.outcomes.sweep();
    const staging = heap.takeStaging();
    try {
      for (let index = 0; index < method.params.length; index++) method.params[index].codec.stage(args[index], staging, method.params[index].place);
      staging.recheck();
      // Foreign code may have dropped what the call goes through: its export could stand for something else by now.
      if (target.hold?.isDropped === true) throw new LifetimeViolation(`the reference that ${method.label} is called through was dropped meanwhile`);
    } catch (error) {
      this.#context.references.unstage(staging.references);
      return this.#badArguments(error, target, method);
    }
    const sent = this.#sendStaged(target, method, args, staging, timeoutMs, waits);
    if (typeof sent !== 'number') {
      this.#context.references.unstage(staging.references);
      heap.keepStaging(staging);
      return sent;
    }
    const call = this.#pendingCall(target, method, sent, staging.moved, staging.lent, this.#granules);
    heap.keepStaging(staging);
    heap.operation.end();
    return call;
  }

  /** As `send`, for scalars alone; answers the record's number, and the operation goes on. */
  #sendPlain(target: CallTarget, method: MethodRuntime, args: readonly unknown[], timeoutMs: number, waits: boolean): number | Failure {
    this.#context.heap.operation.check();
    this.outcomes.sweep();
    try {
      this.#checkScalars(method, args);
    } catch (error) {
      return this.#badArguments(error, target, method);
    }
    return this.#sendStaged(target, method, args, null, timeoutMs, waits);
  }

  #badArguments(error: unknown, target: CallTarget, method: MethodRuntime): Failure {
    const fault = heapFault(error);
    if (fault !== undefined && this.#context.heap.operation.panic === null) return this.#refusal(fault.code, target, method, 'caller', fault);
    throw error;
  }

  #plainCall(target: CallTarget, method: MethodRuntime, record: number): PendingCall {
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
    const callee = target.resolve();
    // A look that may be stale: the one after the call has been sent decides.
    if (callee === 0 || !space.seemsLive(callee)) return this.#dead(target, method, callee);
    const serving = this.#context.serving;
    const depth = serving === null ? 1 : serving.depth + 1;
    if (depth > MAX_CHAIN_DEPTH) return this.#refusal('ResourceExhausted', target, method, 'caller', TOO_DEEP);
    const deadline = this.#deadline(timeoutMs);
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
      this.#context.references.pass(staging.references, record, word);
    }
    heap.trace?.sent(at, word, method.label, waits, staging?.lent.length ?? 0, staging?.moved.length ?? 0);
    store(words, at + R_STATE, withState(word, CallState.Sent));
    heap.trace?.confirm();
    // Looked at again after the store: a kernel that drained the mailbox before it has stored "dead" before that.
    if (space.isLive(callee)) {
      if (!space.seemsWatched(record)) {
        space.post(record);
        Doorbell.ring(words, indexOf(callee));
      }
    } else {
      space.move(at, word, CallState.Sent, CallState.Refused, faultWord('DomainDead'));
    }
    return record;
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

  /** The earlier of what the caller asks for and what its own caller left it, less a margin in which it can still react. */
  #deadline(timeoutMs: number): number {
    const own = timeoutMs === Number.POSITIVE_INFINITY ? 0 : nowMs() + timeoutMs;
    const inherited = this.#context.serving?.deadline ?? 0;
    if (inherited === 0) return own;
    const now = nowMs();
    const reduced = inherited - Math.min(5, Math.max(0, inherited - now) / 10);
    return own === 0 ? reduced : Math.min(own, reduced);
  }

  #dead(target: CallTarget, method: MethodRuntime, callee: DomainId): Failure {
    this.#context.heap.trace?.unsent(callee, method.label, faultWord('DomainDead'));
    return failure({
      code: 'DomainDead',
      started: false,
      blame: 'callee',
      domain: target.label,
      method: method.label,
      incarnation: callee === 0 ? undefined : incarnationOf(callee),
    });
  }

  // --- waiting ------------------------------------------------------------------------------------------------------

  #wait(call: PendingCall): void {
    const { bell } = this.#context;
    const before = this.#waitingAt;
    const activity = this.#words[this.#row + ACTIVITY];
    const blockedOn = this.#words[this.#row + BLOCKED_ON];
    this.#waitingAt = call.at;
    this.#words[this.#row + ACTIVITY] = (activity & ~3) | Activity.Blocked;
    this.#context.blockOn(call.record, call.word);
    let spun = bell.spin(this.#settled);
    while (!this.isSettled(call)) {
      if (this.#context.mustServeWhileBlocked()) {
        this.#context.serveWhileBlocked();
        spun = bell.spin(this.#settled);
        continue;
      }
      if (this.giveUpLate(call)) break;
      if (spun) {
        spun = false;
        continue;
      }
      store(this.#words, this.#row + BLOCKED_ON, call.record + 1);
      bell.park(this.#mayWake, call.deadline === 0 ? LONGEST_WAIT_MS : Math.min(LONGEST_WAIT_MS, Math.max(0, call.deadline - nowMs())));
      if (this.#context.kernelIsDead()) break;
    }
    this.#context.unblock();
    this.#waitingAt = before;
    this.#words[this.#row + BLOCKED_ON] = blockedOn;
    this.#words[this.#row + ACTIVITY] = activity;
  }

  isSettled(call: PendingCall): boolean {
    return this.isSettledAt(call.at);
  }

  isSettledAt(at: number): boolean {
    const state = callState(load(this.#words, at + R_STATE));
    return state !== CallState.Sent && state !== CallState.Running;
  }

  /** Gives a call up whose deadline has passed. */
  giveUpLate(call: PendingCall): boolean {
    return call.deadline !== 0 && nowMs() >= call.deadline && this.giveUp(call, 'TimedOut');
  }

  /** Answers whether this thread settled the call; false where the callee or the kernel was quicker. */
  giveUp(call: PendingCall, why: 'TimedOut' | 'Cancelled'): boolean {
    const { space } = this.#context;
    const fault = faultWord(why);
    if (
      !space.move(call.at, call.word, CallState.Sent, CallState.Refused, fault) &&
      !space.move(call.at, call.word, CallState.Running, CallState.Abandoned, fault)
    )
      return false;
    call.gaveUp = why;
    return true;
  }
}
