/** Outgoing calls that this thread does not wait for: settled when it looks, batch by batch. */
import type { CallOptions } from '../abi/schema-tokens.js';
import type { RpcResult } from '../abi/result.js';
import { describe, InvalidType } from '../shared-heap/faults.js';
import type { CallContext } from './call-context.js';
import type { Caller } from './caller.js';
import type { MethodRuntime } from './method-runtime.js';
import { PendingCall, type CallTarget } from './pending-call.js';
import { failure } from './rpc-fault.js';
import type { Kept } from './sender.js';

/** How often it is looked at what nobody rings for. */
export const LOOK_MS = 5;

/** Replies of this thread's own that wait for borrows. */
interface DelayedReplies {
  canFinish(): boolean;
  finishDelayed(): void;
}

export class AsyncCalls {
  readonly #context: CallContext;
  readonly #caller: Caller;
  readonly #delayed: DelayedReplies;
  /** Calls that a signal cancels, while they wait. */
  readonly #bySignal = new WeakMap<AbortSignal, Set<PendingCall>>();
  /** In the order in which they were sent. */
  readonly #waiting: PendingCall[] = [];
  /** What calls wait for that are to be issued again. */
  readonly #awaited = new Set<{ readonly isReady: () => boolean; readonly resolve: () => void }>();
  /** Called when the first call begins to wait: the thread must look at replies from now on. */
  onWaiting: () => void = () => {};

  /** `delayed` waits for borrows that calls hold. */
  constructor(context: CallContext, caller: Caller, delayed: DelayedReplies) {
    this.#context = context;
    this.#caller = caller;
    this.#delayed = delayed;
  }

  /** Nothing waits here: there is nothing to poll. */
  get isIdle(): boolean {
    return this.size === 0 && this.#caller.outcomes.lingering === 0 && !this.#delayed.canFinish();
  }

  get size(): number {
    return this.#waiting.length + this.#awaited.size;
  }

  /** Resolves at a look at which it is ready, or the kernel is dead. */
  until(isReady: () => boolean): Promise<void> {
    const promise = new Promise<void>((resolve) => this.#awaited.add({ isReady, resolve }));
    this.onWaiting();
    return promise;
  }

  /** Never blocks. The promise is rejected only where this thread itself is panicking. */
  call(target: CallTarget, method: MethodRuntime, args: readonly unknown[], options: CallOptions, kept: Kept | null = null): Promise<RpcResult<unknown>> {
    // In a domain there are no signals, and an object that merely looks like one would run foreign code here.
    const signal = this.#context.isTrusted ? options.signal : undefined;
    const { timeoutMs = method.longestMs } = options;
    if (typeof timeoutMs !== 'number' || !(timeoutMs >= 0))
      return Promise.reject(new InvalidType('a number of milliseconds', describe(timeoutMs), 'timeoutMs'));
    if (signal !== undefined && !(signal instanceof AbortSignal)) return Promise.reject(new InvalidType('an AbortSignal', describe(signal), 'signal'));
    if (signal?.aborted === true) {
      this.#context.faults.note(target.resolve(), target.binding, 'Cancelled');
      return Promise.resolve(failure({ code: 'Cancelled', started: false, blame: 'caller', domain: target.label, method: method.label }));
    }
    const sent = this.#caller.send(target, method, args, Math.min(timeoutMs, method.longestMs), false, kept, signal);
    if (!(sent instanceof PendingCall)) return Promise.resolve(sent);
    // An overflow before the call is among those that wait would leave a record that nobody settles.
    const { operation } = this.#context.heap;
    operation.waits++;
    const promise = new Promise<RpcResult<unknown>>((resolve, reject) => {
      sent.resolve = resolve;
      sent.reject = reject;
    });
    this.#waiting.push(sent);
    operation.waits--;
    this.onWaiting();
    if (signal !== undefined) this.#cancelBy(signal, sent);
    return promise;
  }

  /** One listener for all calls of a signal: Node warns of more than ten, and rightly of more than hundreds. */
  #cancelBy(signal: AbortSignal, call: PendingCall): void {
    let calls = this.#bySignal.get(signal);
    if (calls === undefined) {
      const open = new Set<PendingCall>();
      signal.addEventListener('abort', () => this.#cancel(open), { once: true });
      this.#bySignal.set(signal, (calls = open));
    }
    calls.add(call);
    call.forgetSignal = () => void calls.delete(call);
  }

  #cancel(calls: Iterable<PendingCall>): void {
    let given = 0;
    for (const call of calls) if (this.#caller.giveUp(call, 'Cancelled')) given++;
    if (given > 0) this.poll();
  }

  /** Whether there is anything to poll: a call that is settled, one given up that has ended, a reply that need not wait any more. */
  hasSettled(): boolean {
    for (const call of this.#waiting) if (this.#caller.isSettled(call)) return true;
    for (const { isReady } of this.#awaited) if (isReady()) return true;
    // Whoever sends, or wants memory, sweeps too: what waited for the borrow is ready then, though nothing lingers.
    return this.#caller.outcomes.hasEnded() || this.#delayed.canFinish();
  }

  /** Settles what can be settled; answers how many calls that were. */
  poll(): number {
    const waiting = this.#waiting;
    const caller = this.#caller;
    const kernelDied = this.size > 0 && this.#context.kernelIsDead();
    let kept = 0;
    // What is resolved here goes on in jobs of its own, so nothing is added meanwhile.
    for (const call of waiting) {
      if ((caller.isSettled(call) && !caller.succession.carriesOver(call)) || caller.giveUpLate(call) || kernelDied) this.#settle(call);
      else waiting[kept++] = call;
    }
    let settled = waiting.length - kept;
    waiting.length = kept;
    for (const awaited of this.#awaited) {
      if (!kernelDied && !awaited.isReady()) continue;
      this.#awaited.delete(awaited);
      awaited.resolve();
      settled++;
    }
    caller.outcomes.sweep();
    this.#delayed.finishDelayed();
    return settled;
  }

  #settle(call: PendingCall): void {
    call.forgetSignal?.();
    try {
      call.resolve(this.#caller.outcomes.take(call));
    } catch (error) {
      call.reject(error);
    }
  }

  /** Milliseconds until the next deadline, `most` at the most. */
  untilDeadline(now: number, most: number): number {
    let until = this.#awaited.size === 0 ? most : Math.min(most, LOOK_MS);
    for (const call of this.#waiting) if (call.deadline !== 0) until = Math.min(until, call.deadline - now);
    return Math.max(0, until);
  }
}
