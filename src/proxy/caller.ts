/** The calling side: sends, and waits. How a call is sent is in sender.ts, what comes of it in outcomes.ts. */
import { load, store } from '../abi/atomics.js';
import { indexOf } from '../abi/domain-id.js';
import { nowMs } from '../abi/clock.js';
import { faultWord } from '../abi/codes.js';
import { CallState, callState, R_STATE } from '../abi/record-layout.js';
import type { RpcResult } from '../abi/result.js';
import { Activity, ACTIVITY, BLOCKED_ON, threadRow } from '../abi/thread-layout.js';
import { InvalidType } from '../shared-heap/faults.js';
import { breathe, LONGEST_WAIT_MS, STEPS_BETWEEN_LOOKS } from './doorbell.js';
import type { CallContext } from './call-context.js';
import type { MethodRuntime } from './method-runtime.js';
import { Outcomes } from './outcomes.js';
import { PendingCall, type CallTarget } from './pending-call.js';
import type { Failure } from './rpc-fault.js';
import { type Kept, Sender } from './sender.js';
import { Succession } from './succession.js';

/** About three microseconds: longer than a hot callee takes for a short method. */
const QUICK_LOOKS = 100;
/** Who wakes callees less often than this sleeps while they wake. */
const SELDOM_MS = 3;
/** No callee answers sooner than this; measured: looking at once costs a fifth of the whole call. */
const STEPS_BEFORE_LOOKING = 230;

export class Caller {
  readonly #context: CallContext;
  readonly #words: Int32Array;
  readonly #row: number;
  readonly outcomes: Outcomes;
  readonly succession: Succession;
  readonly #sender: Sender;
  #waitingAt = 0;
  #looks = 0;
  /** When a callee had to be woken last, on the common clock. */
  #wokeAt = 0;
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
    this.succession = new Succession(context);
    this.#sender = new Sender(context, () => this.outcomes.sweep());
  }

  /** A synchronous call: blocks this thread, serving what descends from the call meanwhile. */
  call(target: CallTarget, method: MethodRuntime, args: readonly unknown[], timeoutMs: number): RpcResult<unknown> {
    if (method.hasPlainArgs && method.hasPlainResult) return this.#callPlain(target, method, args, timeoutMs);
    const sent = this.#sender.send(target, method, args, timeoutMs, true);
    if (!(sent instanceof PendingCall)) return sent;
    // From here until the outcome has been taken an exception that nobody threw would leave a record, borrows and a result behind that no handle leads to.
    const { operation } = this.#context.heap;
    operation.waits++;
    const outcome = this.finish(sent);
    operation.waits--;
    return outcome;
  }

  /** Blocks until a call that was just sent has its outcome. To be called within a wait that is counted. */
  finish(sent: PendingCall): RpcResult<unknown> {
    return !this.#sender.hasRung && this.#repliesQuickly(sent.at) ? this.outcomes.take(sent) : this.#await(sent);
  }

  #callPlain(target: CallTarget, method: MethodRuntime, args: readonly unknown[], timeoutMs: number): RpcResult<unknown> {
    const sent = this.#sender.sendPlain(target, method, args, timeoutMs, true);
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
    if (!this.#sender.hasRung && this.#repliesQuickly(at)) return this.outcomes.takePlain(method, at);
    return this.#await(this.#sender.plainCall(target, method, record));
  }

  #await(call: PendingCall): RpcResult<unknown> {
    do this.#wait(call);
    while (this.succession.carriesOver(call));
    return this.outcomes.take(call);
  }

  /** What a call with more arguments than the method has answers: like any other argument that is not of its type. */
  refuseSurplus(target: CallTarget, method: MethodRuntime, given: number): Failure {
    return this.#sender.refuse(new InvalidType(`${method.params.length} arguments`, `${given}`, method.label), target, method);
  }

  /** Sends, or says why not. On refusal every argument is the caller's still. */
  send(
    target: CallTarget,
    method: MethodRuntime,
    args: readonly unknown[],
    timeoutMs: number,
    waits = false,
    kept: Kept | null = null,
    signal?: AbortSignal,
  ): PendingCall | Failure {
    const sent = this.#sender.send(target, method, args, timeoutMs, waits, kept, signal);
    if (kept !== null) kept.sent = sent instanceof PendingCall ? sent : null;
    return sent;
  }

  /** When a call is late that is sent now; 0 for never. */
  deadline(timeoutMs: number): number {
    return this.#sender.deadline(timeoutMs);
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

  #wait(call: PendingCall): void {
    const { bell } = this.#context;
    const before = this.#waitingAt;
    const activity = this.#words[this.#row + ACTIVITY];
    const blockedOn = this.#words[this.#row + BLOCKED_ON];
    this.#waitingAt = call.at;
    this.#words[this.#row + ACTIVITY] = (activity & ~3) | Activity.Blocked;
    this.#context.blockOn(call.record, call.word);
    let spun = !this.#mustSleep() && bell.spin(this.#settled);
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

  /**
   * Whether to wait asleep from the beginning: where the callee had to be woken, because the system may wake it on this very core. Not where that has just been so: a caller that comes again and
   * again would find it asleep each time, because nobody spins.
   */
  #mustSleep(): boolean {
    if (!this.#sender.hasRung) return false;
    const now = nowMs();
    const isFirst = now - this.#wokeAt > SELDOM_MS;
    this.#wokeAt = now;
    return isFirst;
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
