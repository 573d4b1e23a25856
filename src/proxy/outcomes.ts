/**
 * The outcome of a call, taken by its caller: whatever the record says, the caller ends with a value or an error, and with everything that is its own.
 *
 * A call that was given up or cut short lingers: its record and its borrows stay until the callee has let go.
 */
import { REVOKED_WORD, faultCause, faultCode, faultWord } from '../abi/codes.js';
import { indexOf, type DomainId } from '../abi/domain-id.js';
import { GRANULE_BYTES } from '../abi/heap-layout.js';
import { CallState, callState, R_ARGS, R_ARG_SLOTS, R_DATA, R_FAULT, R_RESULTS, R_RESULT_SLOTS, R_SPILL, R_STATE, R_X_VERDICT } from '../abi/record-layout.js';
import type { CallStep, CrashCause, FaultDetails, RpcErrorCode, RpcResult } from '../abi/result.js';
import { handles } from '../shared-heap/handles/handle.js';
import type { CallContext } from './call-context.js';
import { readNote } from './fault-note.js';
import { type LastWords, readLastWords, SILENCE } from './last-words.js';
import type { MethodRuntime } from './method-runtime.js';
import { type PendingCall, whyDead } from './pending-call.js';
import { failure, type Failure, type FaultReport } from './rpc-fault.js';
import { ValueReader } from './value-reader.js';

export class Outcomes {
  readonly #context: CallContext;
  readonly #words: Int32Array;
  /** Given up by this thread or settled by the kernel, while the callee has not let go. */
  readonly #lingering: PendingCall[] = [];

  constructor(context: CallContext) {
    this.#context = context;
    this.#words = context.space.words;
  }

  /** Takes what a settled record holds. Whatever it is, the record is free afterwards, or lingers until the callee lets go. */
  take(call: PendingCall): RpcResult<unknown> {
    const { operation } = this.#context.heap;
    operation.check();
    // What is torn between the mark of the heap's part and the release of the record is seen by this.
    operation.waits++;
    const outcome = this.#outcome(call);
    operation.waits--;
    return outcome;
  }

  #outcome(call: PendingCall): RpcResult<unknown> {
    switch (callState(this.#context.space.state(call.at))) {
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
        return this.#fail(call, { code: 'KernelDied', started: true, blame: 'neither' });
    }
  }

  /** The reply of a method of scalars: nothing moved, nothing was lent. */
  takePlain(method: MethodRuntime, at: number): RpcResult<unknown> {
    const value = method.resultAccess.get(this.#context.space.views, (at + R_DATA) * 4);
    this.#context.space.release(at, this.#words[at + R_STATE]);
    return { ok: true, value };
  }

  #takeResult(call: PendingCall): RpcResult<unknown> {
    const { heap, io } = this.#context;
    const { method, at } = call;
    if (method.hasPlainResult) {
      const value = method.resultAccess.get(this.#context.space.views, (at + R_DATA) * 4);
      this.#release(call);
      return { ok: true, value };
    }
    heap.operation.begin();
    const slots = this.#words[at + R_RESULT_SLOTS];
    const granules = io.granules(at, R_RESULTS, slots, 0);
    if (granules > 0 && !heap.arena.affords(granules - call.granules)) {
      // The result would exceed the quota: it is dropped, which takes its charge off again.
      const refused = heap.exhausted(granules * GRANULE_BYTES).message;
      heap.arena.charge(granules);
      io.drop(at, R_RESULTS, slots, 0);
      heap.operation.end();
      this.#release(call, faultWord('ResourceExhausted'));
      return this.#fail(call, { code: 'ResourceExhausted', started: true, blame: 'caller', detail: refused });
    }
    io.take(at, R_RESULTS, slots, 0, true);
    const reader = new ValueReader(heap, this.#context.capability, call.record, call.word);
    const [value] = io.read(at, R_RESULTS, [{ codec: method.result, slot: 0, data: 0 }], method.resultSlots, reader);
    heap.operation.end();
    this.#release(call);
    return { ok: true, value };
  }

  /** Ends the caller's hold: moved values are no longer charged to it, borrows end, the record is free for its next use. `why`: the fault, for the trace, where the record does not say it. */
  #release(call: PendingCall, why = 0): void {
    if (call.granules !== 0) this.#context.heap.arena.charge(-call.granules);
    this.#free(call, why);
  }

  #free(call: PendingCall, why = 0): void {
    this.#context.space.release(call.at, call.word, why);
    for (const handle of call.lent) handles.unlend(handle);
  }

  #takeBack(call: PendingCall): RpcResult<unknown> {
    const { heap, io } = this.#context;
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
    const code = call.gaveUp ?? (verdict === 0 ? 'DomainDead' : (faultCode(verdict) ?? 'DomainDead'));
    // Until the record is free the row has no other tenant.
    const incarnation = this.#context.space.lifeNumber(call.callee);
    this.#free(call, faultWord(code, faultCause(verdict)));
    return this.#fail(call, {
      code,
      started: false,
      blame: code === 'DomainCrashed' || code === 'DomainDead' ? 'callee' : 'neither',
      cause: faultCause(verdict),
      incarnation,
      detail: verdict === REVOKED_WORD ? 'the reference was revoked by its provider' : code === 'DomainDead' ? whyDead(call.target) : undefined,
    });
  }

  #takeFault(call: PendingCall): RpcResult<unknown> {
    const fault = this.#words[call.at + R_FAULT];
    const code = faultCode(fault) ?? 'DomainCrashed';
    // A fault that ends no domain says what it is in the record's own data.
    // So does one of the host, which survives what it calls a crash.
    if (code === 'DomainCrashed' && !this.#context.space.isLive(call.callee)) {
      const words = this.#lastWords(call.callee);
      const crashed = this.#crashed(call, fault, words);
      this.#release(call);
      return crashed;
    }
    const { message, details } = readNote(this.#context.space.views, call.at);
    const failed = this.#failed(call, code, faultCause(fault), message, details);
    this.#release(call);
    return failed;
  }

  #crashed(call: PendingCall, fault: number, { text, through }: LastWords): Failure {
    const stack = text === '' ? undefined : this.#context.mapStack(text, call.target.label);
    return this.#failed(call, 'DomainCrashed', faultCause(fault), text.split('\n', 1)[0], undefined, stack, through);
  }

  #failed(
    call: PendingCall,
    code: RpcErrorCode,
    cause: CrashCause | undefined,
    message: string,
    details?: FaultDetails,
    stack?: () => string,
    through?: readonly CallStep[],
  ): Failure {
    return this.#fail(call, {
      code,
      started: true,
      blame: code === 'TimedOut' || code === 'Cancelled' ? 'neither' : 'callee',
      cause,
      incarnation: this.#context.space.lifeNumber(call.callee),
      detail: message === '' ? undefined : message,
      details,
      stack,
      through,
    });
  }

  /** What the caller is told, and counted. */
  #fail({ callee, target, method }: PendingCall, report: Omit<FaultReport, 'domain' | 'method'>): Failure {
    this.#context.faults.note(callee, target.binding, report.code);
    return failure({ ...report, domain: target.label, method: method.label });
  }

  /** What a dead domain said last; nothing if its row has another tenant by now. */
  #lastWords(callee: DomainId): LastWords {
    const words = readLastWords(this.#context.space.views, indexOf(callee));
    return this.#context.isRowOf(callee) ? words : SILENCE;
  }

  #linger(call: PendingCall): RpcResult<unknown> {
    const fault = call.gaveUp === null ? this.#words[call.at + R_X_VERDICT] : faultWord(call.gaveUp);
    this.#context.heap.trace?.outcome(call.record, call.word, fault);
    if (call.granules !== 0) this.#context.heap.arena.charge(-call.granules);
    this.#lingering.push(call);
    this.#context.noteWaiting();
    const code = faultCode(fault) ?? 'DomainCrashed';
    const result = code === 'DomainCrashed' ? this.#crashed(call, fault, this.#lastWords(call.callee)) : this.#failed(call, code, faultCause(fault), '');
    this.sweep();
    return result;
  }

  /** Releases the records whose callees have let go by now; with them end the borrows of calls given up earlier. */
  sweep(): void {
    const { operation } = this.#context.heap;
    for (let index = this.#lingering.length - 1; index >= 0; index--) {
      const call = this.#lingering[index];
      if (callState(this.#context.space.state(call.at)) !== CallState.Ended) continue;
      operation.waits++;
      this.#lingering.splice(index, 1);
      this.#free(call);
      operation.waits--;
    }
  }

  /** Whether the callee of a call that lingers has let go. */
  hasEnded(): boolean {
    for (const call of this.#lingering) if (callState(this.#context.space.state(call.at)) === CallState.Ended) return true;
    return false;
  }

  get lingering(): number {
    return this.#lingering.length;
  }
}
