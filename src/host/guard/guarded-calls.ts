/**
 * Calls of a guarded kernel's host.
 *
 *   check and copy the arguments ---> no process now: DomainDead, or KernelDied for good
 *        |
 *        v
 *   issue to the process ---> its outcome; DomainCrashed (killed) where the process ends first
 *        |
 *        v  through a shadow, where the process ended or there was none: wait for the next one, and issue the copy again
 *
 * Ownership: what moves is the caller's until there is an outcome, as a handle that is consumed; with an outcome that says the call never started it is revived, with any other its copy here is dropped.
 * What is lent is lent until then.
 */
import type { RpcResult } from '../../abi/result.js';
import type { CallOptions } from '../../abi/schema-tokens.js';
import type { MethodRuntime } from '../../proxy/method-runtime.js';
import { afterStarts, failure, type Failure } from '../../proxy/rpc-fault.js';
import { MOST_STARTS, PATIENCE_MS } from '../../proxy/shadow-calls.js';
import { describe, heapFault, InvalidType, ResourceExhausted } from '../../shared-heap/faults.js';
import { handles } from '../../shared-heap/handles/handle.js';
import { Staging } from '../../shared-heap/types/staging.js';
import { MessageTooLarge } from './channel.js';
import { type Copy, copyIn, copyOut, Malformed } from './copies.js';
import type { GuardedInterface } from './guarded-proxy.js';
import { heardFault } from './hearing.js';
import type { HostExports } from './host-exports.js';
import { ProcessGone, type Outcome, type Session } from './session.js';
import type { Target } from './target.js';

/** Calls that may be under way at once. A domain's mailbox has room for 256. */
const MOST_OPEN = 4096;

/** Where calls go: the process that serves now, and the wait for the next. */
export interface Serving {
  /** Null between two processes. */
  readonly session: Session | null;
  /** There will be none any more. */
  readonly isOver: boolean;
  /** Resolves when there is another process, or none will come, or the time is over. */
  untilServing(timeoutMs: number, signal: AbortSignal | undefined): Promise<void>;
}

/** An attempt that no domain has answered, since there was no process, or it ended. */
class Interrupted {
  readonly failure: Failure;
  constructor(interrupted: Failure) {
    this.failure = interrupted;
  }
}

/** The arguments of one call: checked by the method's own codecs when it is made, copied at the first attempt, and kept for others. */
class Arguments {
  readonly #of: GuardedInterface;
  readonly #method: MethodRuntime;
  readonly #exports: HostExports;
  readonly #args: readonly unknown[];
  readonly #staging = new Staging();
  #copy: Copy | null = null;
  #copiedFor: Session | null = null;

  /** Throws InvalidType or LifetimeViolation, with everything still the caller's. */
  constructor(of: GuardedInterface, method: MethodRuntime, args: readonly unknown[], exports: HostExports) {
    this.#of = of;
    this.#method = method;
    this.#exports = exports;
    this.#args = args;
    for (const [at, param] of method.params.entries()) param.codec.stage(args[at], this.#staging, param.place);
    this.#staging.recheck();
    for (const handle of this.#staging.lent) handles.lend(handle);
  }

  get moves(): boolean {
    return this.#staging.moved.length > 0;
  }

  /** To be sent now. With it goes what moves. */
  copyFor(session: Session): Copy {
    // Numbers of references are those of one process.
    if (this.#copy !== null && (this.#copiedFor === session || this.#staging.references.length === 0)) return this.#copy;
    const isFirst = this.#copy === null;
    const types = this.#of.def.methods[this.#method.index].params.map((param) => param.type);
    this.#copy = copyOut(types, this.#of.schema, this.#args, this.#exports.endsOf(session));
    this.#copiedFor = session;
    if (isFirst) for (const handle of this.#staging.moved) handles.consume(handle);
    return this.#copy;
  }

  /** With an outcome that says that the call never started, what moved is the caller's again. */
  end(outcome: RpcResult<unknown> | null): void {
    const { lent, moved } = this.#staging;
    for (const handle of lent) handles.unlend(handle);
    if (this.#copy === null) return;
    for (const handle of moved) handles.revive(handle);
    if (outcome === null || outcome.ok || outcome.error.started) for (const handle of moved) handle.drop();
  }
}

export class GuardedCalls {
  readonly #serving: Serving;
  readonly #exports: HostExports;

  constructor(serving: Serving, exports: HostExports) {
    this.#serving = serving;
    this.#exports = exports;
  }

  refuseSurplus(target: Target, method: MethodRuntime, given: number): Failure {
    return refusal(new InvalidType(`${method.params.length} arguments`, `${given}`, method.label), target, method);
  }

  /** The promise is rejected where the options are wrong. */
  async call(target: Target, of: GuardedInterface, method: MethodRuntime, args: readonly unknown[], options: CallOptions): Promise<RpcResult<unknown>> {
    const { timeoutMs, signal } = options;
    // Before anything is taken: who asks for what cannot be goes on owning what would have moved.
    if (timeoutMs !== undefined && !(typeof timeoutMs === 'number' && timeoutMs >= 0))
      throw new InvalidType('a number of milliseconds', describe(timeoutMs), 'timeoutMs');
    if (signal !== undefined && !(signal instanceof AbortSignal)) throw new InvalidType('an AbortSignal', describe(signal), 'signal');
    let given: Arguments;
    try {
      given = new Arguments(of, method, args, this.#exports);
    } catch (error) {
      return refusal(error, target, method);
    }
    let outcome: RpcResult<unknown> | null = null;
    try {
      outcome = await this.#issue(target, of, method, given, timeoutMs, signal);
    } finally {
      given.end(outcome);
    }
    return outcome;
  }

  /** Attempts until there is an outcome that stands. */
  async #issue(
    target: Target,
    of: GuardedInterface,
    method: MethodRuntime,
    given: Arguments,
    timeoutMs: number | undefined,
    signal: AbortSignal | undefined,
  ): Promise<RpcResult<unknown>> {
    const begun = performance.now();
    const longest = Math.min(timeoutMs ?? method.longestMs, method.longestMs);
    const rest = (): number => longest - (performance.now() - begun);
    const mayFollow = target.isShadow && method.mayReissue && !given.moves;
    let starts = 0;
    for (let limit = timeoutMs; ; limit = Number.isFinite(longest) ? Math.max(0, rest()) : timeoutMs) {
      const outcome = await this.#attempt(target, of, method, given, limit, signal);
      if (!(outcome instanceof Interrupted)) return starts > 0 && !outcome.ok ? afterStarts(outcome, starts + (outcome.error.started ? 1 : 0)) : outcome;
      if (outcome.failure.error.started) starts++;
      const told = starts > 1 ? afterStarts(outcome.failure, starts) : outcome.failure;
      if (!mayFollow || starts >= MOST_STARTS || this.#serving.isOver) return told;
      await this.#serving.untilServing(Math.min(PATIENCE_MS, rest()), signal);
      const about = { started: starts > 0, domain: target.label, method: method.label };
      if (signal?.aborted === true) return failure({ code: 'Cancelled', blame: 'caller', ...about });
      if (rest() <= 0) return failure({ code: 'TimedOut', blame: 'neither', detail: 'its provider had died, and did not live again in time', ...about });
      if (this.#serving.session === null) return told;
    }
  }

  async #attempt(
    target: Target,
    of: GuardedInterface,
    method: MethodRuntime,
    given: Arguments,
    timeoutMs: number | undefined,
    signal: AbortSignal | undefined,
  ): Promise<RpcResult<unknown> | Interrupted> {
    const about = { blame: 'callee' as const, domain: target.label, method: method.label };
    const { session, isOver } = this.#serving;
    if (isOver) return failure({ code: 'KernelDied', started: false, ...about, blame: 'neither', detail: OVER });
    if (session?.isRunning !== true) return new Interrupted(failure({ code: 'DomainDead', started: false, ...about }));
    const number = target.numberIn(session);
    if (number === null) return failure({ code: 'DomainDead', started: false, ...about, detail: EARLIER });
    if (session.openCalls >= MOST_OPEN || session.isBehind) return failure({ code: 'Overloaded', started: false, ...about, blame: 'neither' });
    try {
      const args = given.copyFor(session);
      const isAborted = signal?.aborted === true;
      const outcome = await session.call(
        `${target.label} ${method.label}`,
        (id) => ({ op: 'call', id, target: number, method: method.index, args, timeoutMs, isAborted }),
        isAborted ? undefined : signal,
      );
      return this.#heard(session, target, of, method, outcome);
    } catch (error) {
      if (error instanceof ProcessGone)
        return new Interrupted(failure({ code: 'DomainCrashed', cause: 'killed', started: true, ...about, blame: 'neither', detail: GONE }));
      if (error instanceof MessageTooLarge) return refusal(new ResourceExhausted('message', error.message), target, method);
      if (heapFault(error) !== undefined) return refusal(error, target, method);
      throw error;
    }
  }

  /** An outcome as the caller has it. What cannot be ends the process that said it, and the call as its death does. */
  #heard(session: Session, target: Target, of: GuardedInterface, method: MethodRuntime, { result, fault }: Outcome): RpcResult<unknown> {
    const about = { domain: target.label, method: method.label };
    try {
      if (fault !== null) {
        const { stack, ...report } = heardFault(fault);
        return failure({ ...report, ...(stack === undefined ? {} : { stack: () => stack }) });
      }
      if (result === null) throw new Malformed('an outcome of nothing');
      const [value] = copyIn([of.def.methods[method.index].returns], of.schema, result, this.#exports.endsOf(session));
      method.result.stage(value, new Staging(), `the result of ${method.label}`);
      return { ok: true, value };
    } catch (error) {
      const known = heapFault(error);
      if (known?.code === 'ResourceExhausted')
        return failure({ code: 'ResourceExhausted', started: true, blame: 'caller', ...about, detail: known.message, details: known.details });
      session.kill(`it said what cannot be: ${(error as Error).message}`);
      return failure({ code: 'DomainCrashed', cause: 'killed', started: true, blame: 'neither', ...about, detail: GONE });
    }
  }
}

const GONE = 'the process of its kernel ended';
const EARLIER = 'it leads to what has ended with an earlier process of the kernel: take another, or ask to be passed it again';
const OVER = 'the kernel was not started again after its process had ended too often';

/** What arguments answer that are refused with `error`; what is no refusal is thrown on. */
function refusal(error: unknown, target: Target, method: MethodRuntime): Failure {
  const fault = heapFault(error);
  if (fault === undefined) throw error;
  return failure({
    code: fault.code,
    started: false,
    blame: 'caller',
    domain: target.label,
    method: method.label,
    detail: fault.message,
    details: fault.details,
  });
}
