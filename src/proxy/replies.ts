/**
 * The end of a served call: its result, its fault, or nothing where the caller has gone.
 *
 * Ownership of results: what the method returns moves to the caller; if the caller has given up meanwhile, it is dropped here. Lent arguments end with the call, so a call whose lent
 * arguments this domain has lent on waits until those borrows have ended.
 */
import { faultWord } from '../abi/codes.js';
import { KERNEL_ID } from '../abi/domain-id.js';
import { CallState, R_DATA, R_FAULT, R_RESULTS, R_RESULT_SLOTS, R_X_CALLER } from '../abi/record-layout.js';
import { heapFault, LifetimeViolation } from '../shared-heap/faults.js';
import { handles, type RRefHandle } from '../shared-heap/handles/handle.js';
import { Staging } from '../shared-heap/types/staging.js';
import type { CallContext, Serving } from './call-context.js';
import { type FaultNote, writeNote } from './fault-note.js';
import type { MethodRuntime } from './method-runtime.js';
import type { Panic } from './panic.js';
import { panicText } from './panic-text.js';

/** Whether this domain has lent on what a call was lent. */
export function isAnyLent(lent: readonly RRefHandle[]): boolean {
  for (const handle of lent) if (handles.isLent(handle)) return true;
  return false;
}

export class Replies {
  readonly #context: CallContext;
  readonly #words: Int32Array;
  readonly #panic: Panic;
  /** Calls that have not ended: their promises are pending, or they wait for borrows. */
  readonly #open = new Set<Serving>();
  /** Replies that wait until nobody borrows their lent arguments any more. */
  #delayed: { readonly lent: readonly RRefHandle[]; readonly finish: () => void }[] = [];

  constructor(context: CallContext, panic: Panic) {
    this.#context = context;
    this.#words = context.space.words;
    this.#panic = panic;
  }

  open(serving: Serving): void {
    this.#open.add(serving);
  }

  close(serving: Serving): void {
    this.#open.delete(serving);
  }

  isOpen(held: unknown): held is Serving {
    return this.#open.has(held as Serving);
  }

  get hasOpen(): boolean {
    return this.#open.size > 0;
  }

  #ring(at: number): void {
    this.#context.bell.ringOnce(this.#words[at + R_X_CALLER]);
  }

  /** An exception has left a method. In a domain that is a panic; the host and the kernel are trusted, and only the call fails. */
  failed(error: unknown, serving: Serving, lent: RRefHandle[]): void {
    const { heap } = this.#context;
    if (this.#context.isTrusted && isAnyLent(lent)) {
      this.#delay(serving, lent, () => this.failed(error, serving, lent));
      return;
    }
    if (!this.#context.isTrusted || heap.operation.panic !== null) return this.#panic.raise(error, serving);
    // The kernel refuses in its own name; in what the host provides such an error is the host's own affair.
    const refusal = this.#context.me === KERNEL_ID ? heapFault(error) : undefined;
    if (refusal !== undefined) this.#say(serving, faultWord(refusal.code), refusal);
    // What was thrown, not where: the places are the host's, and the caller is not trusted with them.
    else this.#say(serving, faultWord('DomainCrashed', 'panic'), { message: panicText(error, null).text.split('\n', 1)[0], details: {} });
    this.settle(serving, lent, CallState.Faulted);
  }

  /** Ends a call with its result, once nobody that this domain has lent on to borrows any of its lent arguments. */
  finish(serving: Serving, method: MethodRuntime, lent: RRefHandle[], result: unknown): void {
    if (isAnyLent(lent)) {
      this.#delay(serving, lent, () => this.finish(serving, method, lent, result));
      return;
    }
    try {
      this.#reply(serving, method, lent, result);
    } catch (error) {
      this.failed(error, serving, lent);
    }
  }

  #delay(serving: Serving, lent: readonly RRefHandle[], end: () => void): void {
    this.#open.add(serving);
    this.#delayed.push({
      lent,
      finish: () => {
        this.#open.delete(serving);
        end();
      },
    });
  }

  /** Whether a call that had to wait can end now. */
  canFinish(): boolean {
    for (const { lent } of this.#delayed) if (!isAnyLent(lent)) return true;
    return false;
  }

  /** Tries again to end the calls that had to wait. */
  finishDelayed(): void {
    if (this.#delayed.length === 0) return;
    const delayed = this.#delayed;
    this.#delayed = [];
    for (const { finish } of delayed) finish();
  }

  #reply(serving: Serving, method: MethodRuntime, lent: RRefHandle[], result: unknown): void {
    const { heap, space, io, references } = this.#context;
    const { at, word } = serving;
    heap.operation.check();
    if (method.hasPlainResult) {
      if (!method.resultAccess.check(result)) {
        return void this.#fault(serving, lent, () => method.result.stage(result, new Staging(), `the result of ${method.label}`));
      }
      method.resultAccess.put(space.views, (at + R_DATA) * 4, result);
      return this.settle(serving, lent, CallState.Replied);
    }
    const staging = heap.takeStaging();
    const isGood = this.#fault(serving, lent, () => {
      try {
        method.result.stage(result, staging, `the result of ${method.label}`);
        staging.recheck();
        const refused = references.refusal(staging.references, serving.caller);
        if (refused !== null) throw refused;
      } catch (error) {
        references.unstage(staging.references);
        throw error;
      }
    });
    if (!isGood) return;
    // Getters of the result have run since finish() looked: what they lent on cannot be waited for any more.
    if (isAnyLent(lent)) {
      references.unstage(staging.references);
      throw new LifetimeViolation(`the result of ${method.label} lends on what this call was only lent`);
    }
    heap.operation.begin();
    let spill = 0;
    let room = staging.materialise(heap.arena, heap.views);
    if (room && method.resultSpill > 0) {
      spill = io.allocSpill(method.resultSlots, method.resultSpill);
      room = spill !== 0;
      if (!room) staging.discard(heap.arena);
    }
    if (!room) {
      heap.operation.end();
      references.unstage(staging.references);
      return void this.#fault(serving, lent, () => {
        throw heap.exhausted(method.resultSpill + staging.rawBytes);
      });
    }
    const count = method.resultSlots + (spill === 0 ? 0 : 1);
    this.#words[at + R_RESULT_SLOTS] = count;
    const granules = io.write(at, R_RESULTS, [{ codec: method.result, slot: 0, data: 0 }], method.resultSlots, spill, 0, staging);
    for (const handle of staging.moved) handles.consume(handle);
    references.pass(staging.references, serving.record, word, serving.caller);
    heap.keepStaging(staging);
    if (space.move(at, word, CallState.Running, CallState.Replied)) {
      heap.arena.charge(-granules);
      heap.operation.end();
      for (const handle of lent) handles.end(handle);
      this.#ring(at);
      serving.onEnd?.(true);
      return;
    }
    // The caller gave up or died: the result is dropped here, and the record's borrows end.
    io.drop(at, R_RESULTS, count, 0);
    heap.operation.end();
    this.#letGo(serving, lent);
  }

  /** Runs a check of the result. Answers whether it passed; else the caller has got the fault, and this domain goes on. Other exceptions are panics. */
  #fault(serving: Serving, lent: RRefHandle[], check: () => void): boolean {
    try {
      check();
      return true;
    } catch (error) {
      const fault = heapFault(error);
      if (fault === undefined) throw error;
      this.#context.heap.operation.check();
      if (isAnyLent(lent)) throw error;
      this.#say(serving, faultWord(fault.code), fault);
      this.settle(serving, lent, CallState.Faulted);
      return false;
    }
  }

  /** Writes down a fault that ends no domain: what it is, and in words. */
  #say(serving: Serving, fault: number, note: FaultNote): void {
    this.#words[serving.at + R_FAULT] = fault;
    writeNote(this.#context.space.views, serving.at, note);
  }

  settle(serving: Serving, lent: RRefHandle[], state: typeof CallState.Replied | typeof CallState.Faulted): void {
    if (this.#context.space.move(serving.at, serving.word, CallState.Running, state)) {
      for (const handle of lent) handles.end(handle);
      this.#ring(serving.at);
      serving.onEnd?.(state === CallState.Replied);
    } else {
      this.#letGo(serving, lent);
    }
  }

  /** Ends a call whose caller has gone. */
  #letGo(serving: Serving, lent: RRefHandle[]): void {
    const { space } = this.#context;
    for (const handle of lent) handles.end(handle);
    if (!space.move(serving.at, serving.word, CallState.Abandoned, CallState.Ended)) space.move(serving.at, serving.word, CallState.Orphaned, CallState.Ended);
    this.#ring(serving.at);
    serving.onEnd?.(false);
  }
}
