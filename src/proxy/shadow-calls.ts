/**
 * Calls through shadows: what becomes of a call whose provider dies.
 *
 *   issue ---> an outcome that is not the provider's death ---------------------------> the outcome
 *     ^   ---> the provider died -- not to be issued again, or MOST_STARTS are used up -> the error
 *     |              |
 *     |              v
 *     +------ wait for its next life: until the deadline, PATIENCE_MS at the most ------> the error; of the deadline, TimedOut
 *
 * Nothing is held but what the call itself holds: no lock, no record, no thread of anybody else. The kernel brings the program back by its restart policy and replays its `init`; the binding says what has become of it.
 * The call lasts until it has its outcome: what it lends stays lent between two attempts, what it passes by value is read once. Only a call with which nothing moves is issued again.
 */
import { load, store } from '../abi/atomics.js';
import { isBetweenLives, lifeOf } from '../abi/binding.js';
import { nowMs } from '../abi/clock.js';
import { indexOf } from '../abi/domain-id.js';
import { RECORDS_PER_MAILBOX } from '../abi/record-layout.js';
import type { RpcErrorCode, RpcResult } from '../abi/result.js';
import type { CallOptions } from '../abi/schema-tokens.js';
import { Activity, ACTIVITY, AWAITING_LIVES, threadRow } from '../abi/thread-layout.js';
import { handles, type RRefHandle } from '../shared-heap/handles/handle.js';
import type { Staging } from '../shared-heap/types/staging.js';
import { type AsyncCalls, LOOK_MS } from './async-calls.js';
import type { CallContext, Serving } from './call-context.js';
import type { Callee } from './callee.js';
import type { Caller } from './caller.js';
import type { MethodRuntime } from './method-runtime.js';
import { type CallTarget, PendingCall } from './pending-call.js';
import { afterStarts, failure, type Failure, type FaultReport } from './rpc-fault.js';
import type { Kept } from './sender.js';

/** How often a call may begin. */
export const MOST_STARTS = 3;
/** How long a call waits for a life to come, whenever an attempt that began has died. */
export const PATIENCE_MS = 10_000;

/** How many calls of one thread may wait for lives at once: half of what a mailbox holds, so that there is room for all when they are issued again. */
export const MOST_WAITING = RECORDS_PER_MAILBOX / 2;

const NOTHING: readonly never[] = [];

/** One call through a shadow, from its first attempt to its outcome. */
class ShadowCall implements Kept {
  readonly #context: CallContext;
  readonly #words: Int32Array;
  readonly target: CallTarget;
  readonly method: MethodRuntime;
  /** Milliseconds of the common clock; 0 for none. */
  readonly deadline: number;
  readonly #signal: AbortSignal | undefined;
  staging: Staging | null = null;
  sent: PendingCall | null = null;
  #starts = 0;
  #patientUntil = 0;
  /** The provider's turn in which a call took too long. */
  #turn = -1;
  /** The death that the caller is told of where there is nothing better to tell. */
  #death: Failure | null = null;
  /** What it lends; null before the first attempt. */
  #lent: readonly RRefHandle[] | null = null;
  /** How many of these are held. */
  #held = 0;

  constructor(context: CallContext, target: CallTarget, method: MethodRuntime, deadline: number, signal?: AbortSignal) {
    this.#context = context;
    this.#words = context.space.words;
    this.target = target;
    this.method = method;
    this.deadline = deadline;
    this.#signal = signal;
  }

  get timeoutMs(): number {
    return this.deadline === 0 ? Number.POSITIVE_INFINITY : Math.max(0, this.deadline - nowMs());
  }

  /** To be called when an attempt has been sent, or refused, before anything else can run: from here on what it lends stays lent, whatever becomes of the attempt. */
  hold(): void {
    if (this.#lent !== null) return;
    this.#lent = this.staging?.lent ?? NOTHING;
    // Counted one by one: a stack overflow strikes where a function is entered.
    for (; this.#held < this.#lent.length; this.#held++) handles.lend(this.#lent[this.#held]);
  }

  /** What it lends is free again, as far as no attempt lingers. */
  release(): void {
    const lent = this.#lent ?? NOTHING;
    for (; this.#held > 0; this.#held--) handles.unlend(lent[this.#held - 1]);
  }

  /** Whether an attempt ended with the death of the provider, and there may be another. */
  mayFollow(outcome: RpcResult<unknown>): outcome is Failure {
    if (outcome.ok) return false;
    const { code, started } = outcome.error;
    if (started) this.#starts++;
    if (!this.#saysDeath(code, started)) return false;
    if (this.#death === null || started) this.#death = outcome as Failure;
    if (this.#starts >= MOST_STARTS || !this.method.mayReissue || this.target.binding === null || (this.staging?.moved.length ?? 0) > 0) return false;
    if (started || this.#patientUntil === 0) this.#patientUntil = nowMs() + PATIENCE_MS;
    return true;
  }

  #saysDeath(code: RpcErrorCode, started: boolean): boolean {
    if (code === 'DomainCrashed' || code === 'DomainDead') return true;
    // Whose slice is over may be hanging, which the kernel finds after a second one.
    if (code !== 'TimedOut' || !started || this.sent === null || this.sent.gaveUp !== null) return false;
    this.#turn = this.#turnOf(this.sent);
    return true;
  }

  #turnOf({ callee }: PendingCall): number {
    return load(this.#words, threadRow(indexOf(callee)) + ACTIVITY) >>> 2;
  }

  /** Whether the wait is over: there is somebody to issue the call to, or nothing to wait for. */
  readonly isReady = (): boolean => this.next() !== 'wait';

  next(): 'issue' | 'wait' | 'end' {
    const now = nowMs();
    const { target, sent } = this;
    if (this.#signal?.aborted === true || (this.deadline !== 0 && now >= this.deadline)) return 'end';
    const life = lifeOf(this.#words, target.binding as number);
    if (life === 0 && !isBetweenLives(this.#words, target.binding as number)) return 'end';
    if (now >= this.#patientUntil || target.hold?.isDropped === true) return 'end';
    // Who has panicked is dead before the kernel has noticed.
    if (life === 0 || !this.#context.space.isLive(life)) return 'wait';
    if (life !== sent?.callee) return 'issue';
    // It has not died. If it is still in the turn that took too long it may yet.
    return this.#turn >= 0 && this.#turnOf(sent) === this.#turn ? 'wait' : 'end';
  }

  /** What the caller is told when there is no further attempt. */
  end(outcome: RpcResult<unknown> | null): RpcResult<unknown> {
    this.release();
    if (outcome?.ok === true) return outcome;
    const told = outcome ?? this.#givenUp();
    // The first attempt may have had its effect, though the last one never began.
    const last = told.error.code === 'DomainDead' && this.#death !== null ? this.#death : (told as Failure);
    return this.#starts === 0 || (this.#starts === 1 && last.error.started) ? last : afterStarts(last, this.#starts);
  }

  /** What the caller is told where too many wait already. */
  overloaded(): Failure {
    const detail = `${MOST_WAITING} calls of this domain wait for the next life of their providers already`;
    return failure({ code: 'Overloaded', started: this.#starts > 0, blame: 'caller', domain: this.target.label, method: this.method.label, detail });
  }

  #givenUp(): Failure {
    const about = { started: this.#starts > 0, domain: this.target.label, method: this.method.label };
    if (this.#signal?.aborted === true) return this.#fail({ code: 'Cancelled', blame: 'caller', ...about });
    if (this.#context.kernelIsDead()) return this.#fail({ code: 'KernelDied', blame: 'neither', ...about });
    if (this.deadline === 0 || nowMs() < this.deadline) return this.#death as Failure;
    const detail = 'its provider had died, and did not live again in time';
    return this.#fail({ code: 'TimedOut', blame: 'neither', detail, ...about });
  }

  #fail(report: FaultReport): Failure {
    this.#context.faults.note(this.target.resolve(), this.target.binding, report.code);
    return failure(report);
  }
}

export class ShadowCalls {
  readonly #context: CallContext;
  readonly #caller: Caller;
  readonly #asyncCalls: AsyncCalls;
  readonly #callee: Callee;
  readonly #activity: number;
  readonly #awaiting: number;
  /** Asynchronous calls. Never blocks. The promise is rejected where the options are wrong, and where this thread itself is panicking. */
  readonly promised: Pick<AsyncCalls, 'call'> = { call: (target, method, args, options) => this.#promise(target, method, args, options) };

  constructor(context: CallContext, caller: Caller, asyncCalls: AsyncCalls, callee: Callee) {
    this.#context = context;
    this.#caller = caller;
    this.#asyncCalls = asyncCalls;
    this.#callee = callee;
    this.#activity = threadRow(indexOf(context.me)) + ACTIVITY;
    this.#awaiting = threadRow(indexOf(context.me)) + AWAITING_LIVES;
  }

  /** A synchronous call: blocks this thread until there is an outcome, serving what descends from it meanwhile. */
  call(target: CallTarget, method: MethodRuntime, args: readonly unknown[], timeoutMs: number): RpcResult<unknown> {
    const call = new ShadowCall(this.#context, target, method, this.#caller.deadline(timeoutMs));
    const { operation } = this.#context.heap;
    for (;;) {
      const sent = this.#send(call, args);
      // From here on, as in a call, what is left open by an exception that nobody threw is seen by whoever compares.
      operation.waits++;
      call.hold();
      const outcome = sent instanceof PendingCall ? this.#caller.finish(sent) : sent;
      const told = call.mayFollow(outcome) ? this.#waited(call) : call.end(outcome);
      operation.waits--;
      if (told !== null) return told;
    }
  }

  /** What is thrown here comes from arguments that are read, and ends the call. */
  #send(call: ShadowCall, args: readonly unknown[]): PendingCall | Failure {
    try {
      return this.#caller.send(call.target, call.method, args, call.timeoutMs, true, call);
    } catch (error) {
      call.release();
      throw error;
    }
  }

  /** Whoever waits says so, and the kernel rings it when a life begins or none will. What nobody rings for, a turn that ends and a signal, is looked at every few milliseconds. */
  #await(more: number): void {
    const { words } = this.#context.space;
    store(words, this.#awaiting, words[this.#awaiting] + more);
  }

  /** Waits for the next life; null where there is one. */
  #waited(call: ShadowCall): RpcResult<unknown> | null {
    this.#wait(call);
    return call.next() === 'issue' ? null : call.end(null);
  }

  /** Asleep as in a call: what descends from the attempt that failed, and still runs elsewhere, is served. */
  #wait(call: ShadowCall): void {
    const { space, bell } = this.#context;
    const activity = space.words[this.#activity];
    space.words[this.#activity] = (activity & ~3) | Activity.Blocked;
    this.#await(1);
    this.#context.blockOn(call.sent?.record ?? -1, call.sent?.word ?? 0);
    const mayWake = (): boolean => call.isReady() || this.#context.mustServeWhileBlocked();
    while (!call.isReady() && !this.#context.kernelIsDead()) {
      if (this.#context.mustServeWhileBlocked()) this.#context.serveWhileBlocked();
      else bell.park(mayWake, LOOK_MS);
    }
    this.#context.unblock();
    this.#await(-1);
    space.words[this.#activity] = activity;
  }

  async #promise(target: CallTarget, method: MethodRuntime, args: readonly unknown[], options: CallOptions): Promise<RpcResult<unknown>> {
    const { timeoutMs = method.longestMs } = options;
    const signal = this.#context.isTrusted ? options.signal : undefined;
    const { serving } = this.#context;
    const deadline = typeof timeoutMs === 'number' ? this.#caller.deadline(Math.min(timeoutMs, method.longestMs)) : 0;
    const call = new ShadowCall(this.#context, target, method, deadline, signal);
    for (let rest = timeoutMs; ; rest = call.timeoutMs) {
      const outcome = await this.#issue(call, args, { timeoutMs: rest, ...(signal === undefined ? {} : { signal }) }, serving);
      if (!call.mayFollow(outcome)) return call.end(outcome);
      if (this.#context.space.words[this.#awaiting] >= MOST_WAITING) return call.end(call.overloaded());
      this.#await(1);
      await this.#asyncCalls.until(call.isReady);
      this.#await(-1);
      if (call.next() !== 'issue') return call.end(null);
    }
  }

  /** Every attempt belongs to the call that this thread served when the first was made, as long as that runs. */
  #issue(call: ShadowCall, args: readonly unknown[], options: CallOptions, serving: Serving | null): Promise<RpcResult<unknown>> {
    const now = this.#context.serving;
    if (now !== serving) this.#callee.resumeCurrent(serving);
    try {
      const outcome = this.#asyncCalls.call(call.target, call.method, args, options, call);
      call.hold();
      return outcome;
    } catch (error) {
      call.release();
      throw error;
    } finally {
      this.#context.serving = now;
    }
  }
}
