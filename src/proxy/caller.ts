/**
 * The calling side: claims a record, sends, waits, takes the outcome.
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
import { faultCause, faultCode } from '../abi/codes.js';
import {
  CallState, callState, DATA_BYTES, MAX_CHAIN_DEPTH, R_ARGS, R_ARG_SLOTS, R_CALLEE, R_DATA, R_DEADLINE, R_DEPTH, R_FAULT, R_HAS_DEADLINE, R_LENT,
  R_METHOD, R_PARENT, R_PARENT_TAG, R_RESULTS, R_RESULT_SLOTS, R_SPILL, R_STATE, R_X_VERDICT, withState,
} from '../abi/record-layout.js';
import type { RpcErrorCode, RpcResult } from '../abi/result.js';
import { Activity, ACTIVITY, BLOCKED_ON, PANIC_LENGTH, panicTextByte, threadRow } from '../abi/thread-layout.js';
import { GRANULE_BYTES } from '../abi/heap-layout.js';
import { heapFault } from '../shared-heap/faults.js';
import { handles } from '../shared-heap/handle.js';
import { Staging } from '../shared-heap/staging.js';
import { breathe, Doorbell, LONGEST_WAIT_MS, STEPS_BETWEEN_LOOKS } from './doorbell.js';
import type { Endpoint } from './endpoint.js';
import type { MethodRuntime } from './method-runtime.js';
import { PendingCall, type CallTarget } from './pending-call.js';
import { failure, type Failure } from './rpc-fault.js';
import { ValueReader } from './value-reader.js';

const NOTHING: readonly never[] = [];
/** About three microseconds: longer than a hot callee takes for a short method. */
const QUICK_LOOKS = 100;
/** No callee answers sooner than this; measured: looking at once costs a fifth of the whole call. */
const STEPS_BEFORE_LOOKING = 300;

export class Caller {
  readonly #endpoint: Endpoint;
  readonly #words: Int32Array;
  readonly #row: number;
  /** Given up by this thread or settled by the kernel, while the callee has not let go. */
  readonly #lingering: PendingCall[] = [];
  #waitingAt = 0;
  #looks = 0;
  readonly #settled = (): boolean => {
    const state = callState(load(this.#words, this.#waitingAt + R_STATE));
    if (state !== CallState.Sent && state !== CallState.Running) return true;
    // Whether somebody calls back is looked at less often: the reply is what most calls wait for.
    return (++this.#looks & 15) === 0 && this.#endpoint.mustServeWhileBlocked();
  };
  readonly #mayWake = (): boolean => this.isSettledAt(this.#waitingAt) || this.#endpoint.mustServeWhileBlocked();

  constructor(endpoint: Endpoint) {
    this.#endpoint = endpoint;
    this.#words = endpoint.space.words;
    this.#row = threadRow(indexOf(endpoint.me));
  }

  /** A synchronous call: blocks this thread, serving what descends from the call meanwhile. */
  call(target: CallTarget, method: MethodRuntime, args: readonly unknown[], timeoutMs: number): RpcResult<unknown> {
    const sent = this.send(target, method, args, timeoutMs);
    if (!(sent instanceof PendingCall)) return sent;
    if (method.isPlain && this.#repliesQuickly(sent)) return this.#takePlain(sent);
    this.#wait(sent);
    return this.takeOutcome(sent);
  }

  /** Looks for the reply of a hot callee before anything else is done. Answers false for any other outcome, too. */
  #repliesQuickly(call: PendingCall): boolean {
    const at = call.at + R_STATE;
    breathe(STEPS_BEFORE_LOOKING);
    for (let look = 0; look < QUICK_LOOKS; look++) {
      const state = callState(load(this.#words, at));
      if (state === CallState.Replied) return true;
      if (state !== CallState.Sent && state !== CallState.Running) return false;
      breathe(STEPS_BETWEEN_LOOKS);
    }
    return false;
  }

  #takePlain(call: PendingCall): RpcResult<unknown> {
    const value = call.method.resultAccess.get(this.#endpoint.space.views, (call.at + R_DATA) * 4);
    this.#endpoint.space.release(call.at, call.word);
    return { ok: true, value };
  }

  #refusal(code: RpcErrorCode, target: CallTarget, method: MethodRuntime, blame: 'caller' | 'callee' | 'neither', detail?: string): Failure {
    return failure({ code, started: false, blame, domain: target.label, method: method.label, detail });
  }

  /** Sends, or says why not. On refusal every argument is the caller's still. */
  send(target: CallTarget, method: MethodRuntime, args: readonly unknown[], timeoutMs: number): PendingCall | Failure {
    const { heap, space } = this.#endpoint;
    heap.operation.check();
    this.sweep();
    let staging: Staging | null = null;
    try {
      if (method.isPlain) this.#checkScalars(method, args);
      else {
        staging = new Staging();
        for (let index = 0; index < method.params.length; index++) method.params[index].codec.stage(args[index], staging, method.params[index].place);
        staging.recheck();
      }
    } catch (error) {
      const fault = heapFault(error);
      if (fault !== undefined && heap.operation.panic === null) return this.#refusal(fault.code, target, method, 'caller', fault.message);
      throw error;
    }
    const callee = target.resolve();
    if (callee === 0 || !space.isLive(callee)) return this.#dead(target, method, callee);
    const serving = this.#endpoint.serving;
    const depth = serving === null ? 1 : serving.depth + 1;
    if (depth > MAX_CHAIN_DEPTH) return this.#refusal('ResourceExhausted', target, method, 'caller', `the chain of calls is ${MAX_CHAIN_DEPTH} deep already`);
    const deadline = this.#deadline(timeoutMs);
    if (deadline !== 0 && deadline <= nowMs()) return this.#refusal('TimedOut', target, method, 'neither', 'no time was left when the call was to be sent');

    heap.operation.begin();
    let spill = 0;
    if (staging !== null) {
      let room = staging.materialise(heap.arena, heap.views);
      if (room && method.argSpill > 0) {
        spill = this.#endpoint.io.allocSpill(method.argSlots, method.argSpill);
        room = spill !== 0;
        if (!room) staging.discard(heap.arena);
      }
      if (!room) {
        heap.operation.end();
        return this.#refusal('ResourceExhausted', target, method, 'caller', heap.exhausted(method.argSpill + staging.rawBytes).message);
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
    const word = space.state(at);
    const words = this.#words;
    words[at + R_CALLEE] = callee;
    words[at + R_METHOD] = (target.exported << 16) | method.index;
    words[at + R_PARENT] = serving === null ? 0 : serving.record + 1;
    words[at + R_PARENT_TAG] = serving === null ? 0 : serving.word >>> 4;
    words[at + R_FAULT] = 0;
    words[at + R_X_VERDICT] = 0;
    words[at + R_DEPTH] = depth;
    words[at + R_HAS_DEADLINE] = deadline === 0 ? 0 : 1;
    if (deadline !== 0) space.views.floats[(at + R_DEADLINE) >>> 1] = deadline;
    words[at + R_LENT] = method.lentMask;
    words[at + R_RESULT_SLOTS] = 0;
    words[at + R_SPILL] = 0;
    // Counted before anything is in transit: a reader that finds the caller dead here looks at each listed block's owner word and believes that.
    words[at + R_ARG_SLOTS] = 0;
    let granules = 0;
    if (staging === null) this.#writeScalars(at, method, args);
    else {
      for (let slot = 0; slot <= method.argSlots && slot < R_RESULTS - R_ARGS; slot++) words[at + R_ARGS + slot] = 0;
      words[at + R_ARG_SLOTS] = method.argSlots + (spill === 0 ? 0 : 1);
      granules = this.#endpoint.io.write(at, R_ARGS, method.params, method.argSlots, spill, method.lentMask, staging);
      for (const handle of staging.moved) handles.consume(handle);
      for (const handle of staging.lent) handles.lend(handle);
    }
    store(words, at + R_STATE, withState(word, CallState.Sent));
    // Looked at again after the store: a kernel that drained the mailbox before it has stored "dead" before that.
    if (space.isLive(callee)) {
      if (!space.isWatched(record)) {
        space.post(record);
        Doorbell.ring(words, indexOf(callee));
      }
    } else {
      space.move(at, word, CallState.Sent, CallState.Refused);
    }
    const call = new PendingCall(record, at, word, target, callee, method, staging?.moved ?? NOTHING, staging?.lent ?? NOTHING, granules, deadline);
    heap.operation.end();
    return call;
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
      params[index].put(this.#endpoint.space.views, data + params[index].data, args[index]);
    }
  }

  /** The earlier of what the caller asks for and what its own caller left it, less a margin in which it can still react. */
  #deadline(timeoutMs: number): number {
    const own = timeoutMs === Number.POSITIVE_INFINITY ? 0 : nowMs() + timeoutMs;
    const inherited = this.#endpoint.serving?.deadline ?? 0;
    if (inherited === 0) return own;
    const now = nowMs();
    const reduced = inherited - Math.min(5, Math.max(0, inherited - now) / 10);
    return own === 0 ? reduced : Math.min(own, reduced);
  }

  #dead(target: CallTarget, method: MethodRuntime, callee: DomainId): Failure {
    return failure({
      code: 'DomainDead', started: false, blame: 'callee', domain: target.label, method: method.label,
      incarnation: callee === 0 ? undefined : incarnationOf(callee),
    });
  }

  // --- waiting ------------------------------------------------------------------------------------------------------

  #wait(call: PendingCall): void {
    const { bell } = this.#endpoint;
    const before = this.#waitingAt;
    const activity = this.#words[this.#row + ACTIVITY];
    const blockedOn = this.#words[this.#row + BLOCKED_ON];
    this.#endpoint.heap.operation.waits++;
    this.#waitingAt = call.at;
    this.#words[this.#row + ACTIVITY] = (activity & ~3) | Activity.Blocked;
    this.#endpoint.blockOn(call.record, call.word);
    let spun = bell.spin(this.#settled);
    while (!this.isSettled(call)) {
      if (this.#endpoint.mustServeWhileBlocked()) {
        this.#endpoint.serveWhileBlocked();
        spun = bell.spin(this.#settled);
        continue;
      }
      if (this.giveUpLate(call)) break;
      if (spun) {
        spun = false;
        continue;
      }
      store(this.#words, this.#row + BLOCKED_ON, call.record + 1);
      bell.park(this.#mayWake, call.deadline === 0 ? LONGEST_WAIT_MS : Math.max(0, call.deadline - nowMs()));
      if (this.#endpoint.kernelIsDead()) break;
    }
    this.#endpoint.unblock();
    this.#waitingAt = before;
    this.#words[this.#row + BLOCKED_ON] = blockedOn;
    this.#words[this.#row + ACTIVITY] = activity;
    this.#endpoint.heap.operation.waits--;
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
    const { space } = this.#endpoint;
    if (!space.move(call.at, call.word, CallState.Sent, CallState.Refused) && !space.move(call.at, call.word, CallState.Running, CallState.Abandoned)) return false;
    call.gaveUp = why;
    return true;
  }

  // --- outcome ------------------------------------------------------------------------------------------------------

  /** Takes what a settled record holds. Whatever it is, the record is free afterwards, or lingers until the callee lets go. */
  takeOutcome(call: PendingCall): RpcResult<unknown> {
    const { heap, space } = this.#endpoint;
    heap.operation.check();
    switch (callState(space.state(call.at))) {
      case CallState.Replied:
        return this.#takeResult(call);
      case CallState.Refused:
        return this.#takeBack(call);
      case CallState.Faulted:
        return this.#takeFault(call);
      case CallState.Abandoned:
      case CallState.Ended:
        return this.#linger(call);
      default:
        return failure({ code: 'KernelDied', started: true, blame: 'neither', domain: call.target.label, method: call.method.label });
    }
  }

  #takeResult(call: PendingCall): RpcResult<unknown> {
    const { heap, io } = this.#endpoint;
    const { method, at } = call;
    if (method.isPlain) return this.#takePlain(call);
    heap.operation.begin();
    const slots = this.#words[at + R_RESULT_SLOTS];
    const granules = io.granules(at, R_RESULTS, slots, 0);
    if (granules > 0 && !heap.arena.affords(granules - call.granules)) {
      // The result would exceed the quota: it is dropped, charged to nobody.
      const refused = heap.exhausted(granules * GRANULE_BYTES).message;
      io.take(at, R_RESULTS, slots, 0, true);
      io.drop(at, R_RESULTS, slots, 0);
      this.#release(call);
      heap.operation.end();
      return failure({ code: 'ResourceExhausted', started: true, blame: 'caller', domain: call.target.label, method: method.label, detail: refused });
    }
    io.take(at, R_RESULTS, slots, 0, true);
    const reader = new ValueReader(heap, this.#endpoint.capability);
    const [value] = io.read(at, R_RESULTS, [{ codec: method.result, slot: 0, data: 0 }], method.resultSlots, reader);
    this.#release(call);
    heap.operation.end();
    return { ok: true, value };
  }

  /** Ends the caller's hold: moved values are no longer charged to it, borrows end, the record is free for its next use. */
  #release(call: PendingCall): void {
    if (call.granules !== 0) this.#endpoint.heap.arena.charge(-call.granules);
    this.#free(call);
  }

  #free(call: PendingCall): void {
    this.#endpoint.space.release(call.at, call.word);
    for (const handle of call.lent) handles.unlend(handle);
  }

  #takeBack(call: PendingCall): RpcResult<unknown> {
    const { heap, io } = this.#endpoint;
    const { at, method } = call;
    const verdict = this.#words[at + R_X_VERDICT] || this.#words[at + R_FAULT];
    heap.operation.begin();
    const spill = this.#words[at + R_SPILL];
    io.take(at, R_ARGS, this.#words[at + R_ARG_SLOTS], method.lentMask, false);
    const kept = new Set(call.moved.map((handle) => handles.rootBlock(handle)));
    for (let slot = 0; slot < method.argSlots; slot++) {
      const block = this.#words[at + R_ARGS + slot];
      if (block !== 0 && (method.lentMask & (1 << slot)) === 0 && !kept.has(block)) heap.freeRaw(block);
    }
    if (spill !== 0) heap.freeRaw(spill);
    for (const handle of call.moved) handles.revive(handle);
    heap.operation.end();
    this.#free(call);
    const code = call.gaveUp ?? (verdict === 0 ? 'DomainDead' : (faultCode(verdict) ?? 'DomainDead'));
    return failure({
      code, started: false, blame: code === 'DomainCrashed' || code === 'DomainDead' ? 'callee' : 'neither', cause: faultCause(verdict),
      domain: call.target.label, incarnation: incarnationOf(call.callee), method: method.label,
    });
  }

  #takeFault(call: PendingCall): RpcResult<unknown> {
    const fault = this.#words[call.at + R_FAULT];
    const code = faultCode(fault) ?? 'DomainCrashed';
    // A fault that ends no domain says what it is in the record's own data.
    // So does one of the host, which survives what it calls a crash.
    const text = code === 'DomainCrashed' && !this.#endpoint.space.isLive(call.callee) ? this.#panicText(call.callee) : this.#dataText(call.at);
    this.#release(call);
    return this.#crashed(call, code, fault, text);
  }

  #crashed(call: PendingCall, code: RpcErrorCode, fault: number, text: string): Failure {
    const firstLine = text.split('\n', 1)[0];
    return failure({
      code, started: true, blame: code === 'TimedOut' || code === 'Cancelled' ? 'neither' : 'callee', cause: faultCause(fault),
      domain: call.target.label, incarnation: incarnationOf(call.callee), method: call.method.label,
      detail: firstLine === '' ? undefined : firstLine,
      stack: code === 'DomainCrashed' ? this.#endpoint.mapStack(text) : undefined,
    });
  }

  #dataText(at: number): string {
    const start = (at + R_DATA) * 4;
    return this.#endpoint.space.views.node.toString('utf8', start + 4, start + 4 + Math.min(this.#words[at + R_DATA], DATA_BYTES - 4));
  }

  /** What a dead domain said last; empty if its row has another tenant by now. */
  #panicText(callee: DomainId): string {
    const row = threadRow(indexOf(callee));
    const at = panicTextByte(indexOf(callee));
    const text = this.#endpoint.space.views.node.toString('utf8', at, at + load(this.#words, row + PANIC_LENGTH));
    return this.#endpoint.isRowOf(callee) ? text : '';
  }

  #linger(call: PendingCall): RpcResult<unknown> {
    if (call.granules !== 0) this.#endpoint.heap.arena.charge(-call.granules);
    this.#lingering.push(call);
    this.#endpoint.asyncCalls.onWaiting();
    if (call.gaveUp !== null) {
      return failure({ code: call.gaveUp, started: true, blame: 'neither', domain: call.target.label, incarnation: incarnationOf(call.callee), method: call.method.label });
    }
    const verdict = this.#words[call.at + R_X_VERDICT];
    const code = faultCode(verdict) ?? 'DomainCrashed';
    const result = this.#crashed(call, code, verdict, code === 'DomainCrashed' ? this.#panicText(call.callee) : '');
    this.sweep();
    return result;
  }

  /** Releases the records whose callees have let go by now; with them end the borrows of calls given up earlier. */
  sweep(): void {
    for (let index = this.#lingering.length - 1; index >= 0; index--) {
      const call = this.#lingering[index];
      if (callState(this.#endpoint.space.state(call.at)) !== CallState.Ended) continue;
      this.#lingering.splice(index, 1);
      this.#free(call);
    }
  }

  get lingering(): number {
    return this.#lingering.length;
  }
}
