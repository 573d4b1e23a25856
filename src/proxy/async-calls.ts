/** Outgoing calls that this thread does not wait for: settled when it looks, batch by batch. */
import type { CallOptions } from '../abi/schema-tokens.js';
import type { RpcResult } from '../abi/result.js';
import { describe, InvalidType } from '../shared-heap/faults.js';
import type { CallContext } from './call-context.js';
import type { Caller } from './caller.js';
import type { MethodRuntime } from './method-runtime.js';
import { PendingCall, type CallTarget } from './pending-call.js';
import { failure } from './rpc-fault.js';

interface Waiting {
  readonly call: PendingCall;
  readonly resolve: (result: RpcResult<unknown>) => void;
  readonly reject: (error: unknown) => void;
}

export class AsyncCalls {
  readonly #context: CallContext;
  readonly #caller: Caller;
  readonly #finishDelayed: () => void;
  readonly #waiting = new Map<PendingCall, Waiting>();
  /** Called when the first call begins to wait: the thread must look at replies from now on. */
  onWaiting: () => void = () => {};

  /** `finishDelayed` ends what waited for borrows that a settled call held. */
  constructor(context: CallContext, caller: Caller, finishDelayed: () => void) {
    this.#context = context;
    this.#caller = caller;
    this.#finishDelayed = finishDelayed;
  }

  /** Nothing waits here: there is nothing to poll. */
  get isIdle(): boolean {
    return this.#waiting.size === 0 && this.#caller.outcomes.lingering === 0;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** Never blocks. The promise is rejected only where this thread itself is panicking. */
  call(target: CallTarget, method: MethodRuntime, args: readonly unknown[], options: CallOptions): Promise<RpcResult<unknown>> {
    // In a domain there are no signals, and an object that merely looks like one would run foreign code here.
    const signal = this.#context.isTrusted ? options.signal : undefined;
    const { timeoutMs = Number.POSITIVE_INFINITY } = options;
    if (typeof timeoutMs !== 'number' || !(timeoutMs >= 0))
      return Promise.reject(new InvalidType('a number of milliseconds', describe(timeoutMs), 'timeoutMs'));
    if (signal !== undefined && !(signal instanceof AbortSignal)) return Promise.reject(new InvalidType('an AbortSignal', describe(signal), 'signal'));
    if (signal?.aborted === true) {
      return Promise.resolve(failure({ code: 'Cancelled', started: false, blame: 'caller', domain: target.label, method: method.label }));
    }
    const sent = this.#caller.send(target, method, args, timeoutMs);
    if (!(sent instanceof PendingCall)) return Promise.resolve(sent);
    return new Promise((resolve, reject) => {
      const cancel = (): void => {
        if (this.#caller.giveUp(sent, 'Cancelled')) this.poll();
      };
      const settle = (result: RpcResult<unknown>): void => {
        signal?.removeEventListener('abort', cancel);
        resolve(result);
      };
      this.#waiting.set(sent, { call: sent, resolve: settle, reject });
      this.onWaiting();
      signal?.addEventListener('abort', cancel, { once: true });
    });
  }

  /** Whether some call is settled, or its deadline has passed. */
  hasSettled(): boolean {
    for (const { call } of this.#waiting.values()) if (this.#caller.isSettled(call)) return true;
    return false;
  }

  /** Settles what can be settled; answers how many calls that were. */
  poll(): number {
    let settled = 0;
    const caller = this.#caller;
    const kernelDied = this.#waiting.size > 0 && this.#context.kernelIsDead();
    for (const waiting of [...this.#waiting.values()]) {
      if (!caller.isSettled(waiting.call) && !caller.giveUpLate(waiting.call) && !kernelDied) continue;
      this.#waiting.delete(waiting.call);
      settled++;
      try {
        waiting.resolve(caller.outcomes.take(waiting.call));
      } catch (error) {
        waiting.reject(error);
      }
    }
    caller.outcomes.sweep();
    this.#finishDelayed();
    return settled;
  }

  /** Milliseconds until the next deadline, `most` at the most. */
  untilDeadline(now: number, most: number): number {
    let until = most;
    for (const { call } of this.#waiting.values()) if (call.deadline !== 0) until = Math.min(until, call.deadline - now);
    return Math.max(0, until);
  }
}
