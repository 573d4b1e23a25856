/**
 * The serving side: takes a call, runs the method, replies.
 *
 * Ownership of results: what the method returns moves to the caller; if the caller has given up meanwhile, it is dropped here. Lent arguments end with the
 * call. An exception that leaves a method is a panic: this domain's state is no longer to be trusted, and it ends.
 */
import { store, swapIf } from '../abi/atomics.js';
import { isPromise } from 'node:util/types';
import { faultWord, causeNumber } from '../abi/codes.js';
import { incarnationOf, indexOf } from '../abi/domain-id.js';
import {
  CallState,
  callState,
  DATA_BYTES,
  R_ARGS,
  R_ARG_SLOTS,
  R_X_CALLER,
  R_DATA,
  R_DEADLINE,
  R_DEPTH,
  R_FAULT,
  R_HAS_DEADLINE,
  R_METHOD,
  R_RESULTS,
  R_RESULT_SLOTS,
} from '../abi/record-layout.js';
import type { RpcErrorCode } from '../abi/result.js';
import { Activity, ACTIVITY, CAUSE, LIFE, Life, lifeWord, PANIC_BYTES, PANIC_LENGTH, panicTextByte, SERVED, SERVING, threadRow } from '../abi/thread-layout.js';
import { heapFault, LifetimeViolation } from '../shared-heap/faults.js';
import { handles, type RRefHandle } from '../shared-heap/handles/handle.js';
import { PanicSignal } from '../shared-heap/ownership/operation.js';
import { Staging } from '../shared-heap/types/staging.js';
import { Doorbell } from './doorbell.js';
import type { CallContext, Serving } from './call-context.js';
import type { MethodRuntime } from './method-runtime.js';
import { panicText } from './panic-text.js';
import { ValueReader } from './value-reader.js';

/** One interface as it is served: its methods, and the functions that answer them. */
export interface Export {
  readonly methods: readonly MethodRuntime[];
  readonly functions: readonly ((...args: unknown[]) => unknown)[];
  readonly receiver: unknown;
}

const { apply } = Reflect;
const NONE_LENT: RRefHandle[] = [];
const then = Function.prototype.call.bind(Promise.prototype.then) as unknown as (
  promise: unknown,
  fulfilled: (value: unknown) => void,
  rejected: (reason: unknown) => void,
) => void;

export class Callee {
  readonly #context: CallContext;
  readonly #words: Int32Array;
  readonly #row: number;
  readonly #die: () => void;
  readonly exports: Export[] = [];
  /** Calls whose promises are pending. */
  readonly #running = new Set<Serving>();
  /** Replies that wait until nobody borrows their lent arguments any more. */
  #delayed: (() => void)[] = [];
  #turn = 0;
  /** The record that was served last, or -1. */
  lastServed = -1;

  constructor(context: CallContext, die: () => void) {
    this.#context = context;
    this.#words = context.space.words;
    this.#row = threadRow(indexOf(context.me));
    this.#die = die;
  }

  /** Says to the watchdog that something new begins here, or that nothing runs. */
  turn(activity: (typeof Activity)[keyof typeof Activity]): void {
    // What is served while this thread is blocked in a call of its own counts for the turn that made the call.
    if (!this.#context.isBlocked) this.#turn = (this.#turn + 1) & 0x0fffffff;
    this.#words[this.#row + ACTIVITY] = (this.#turn << 2) | activity;
  }

  /** The call that runs now, as a token that an async function keeps across its suspensions. */
  holdCurrent(): unknown {
    return this.#context.serving;
  }

  /** Makes a held call current again, while it still runs here. Anything else is no call. */
  resumeCurrent(held: unknown): void {
    this.#context.serving = this.#running.has(held as Serving) ? (held as Serving) : null;
  }

  /** Whether promises of served calls are pending. */
  get hasRunning(): boolean {
    return this.#running.size > 0;
  }

  /** Serves one record, if it still is to be served. */
  serve(record: number): void {
    const { space, io, heap } = this.#context;
    const words = this.#words;
    const at = space.at(record);
    const word = space.state(at);
    if (callState(word) !== CallState.Sent || heap.operation.panic !== null) return;
    const exported = this.exports[words[at + R_METHOD] >>> 16];
    const method = exported?.methods[words[at + R_METHOD] & 0xffff];
    if (exported === undefined || method === undefined) return this.#refuse(at, word, 'PermissionDenied');
    const slots = words[at + R_ARG_SLOTS];
    const granules = slots === 0 ? 0 : io.granules(at, R_ARGS, slots, method.lentMask);
    if (granules > 0 && !heap.arena.affords(granules)) return this.#refuse(at, word, 'ResourceExhausted');
    this.turn(Activity.Running);
    if (!space.move(at, word, CallState.Sent, CallState.Running)) return;
    words[this.#row + SERVING] = record + 1;
    const serving: Serving = {
      record,
      at,
      word,
      depth: words[at + R_DEPTH],
      deadline: words[at + R_HAS_DEADLINE] === 0 ? 0 : space.views.floats[(at + R_DEADLINE) >>> 1],
      caller: words[at + R_X_CALLER],
    };
    const outer = this.#context.serving;
    this.#context.serving = serving;
    this.#run(serving, exported, method, slots);
    this.#context.serving = outer;
    words[this.#row + SERVING] = outer === null ? 0 : outer.record + 1;
    words[this.#row + SERVED]++;
    this.lastServed = record;
  }

  #refuse(at: number, word: number, code: RpcErrorCode): void {
    this.#words[at + R_FAULT] = faultWord(code);
    if (this.#context.space.move(at, word, CallState.Sent, CallState.Refused)) this.#ring(at);
  }

  #ring(at: number): void {
    Doorbell.ring(this.#words, indexOf(this.#words[at + R_X_CALLER]));
  }

  #run(serving: Serving, exported: Export, method: MethodRuntime, slots: number): void {
    const { heap, io, space } = this.#context;
    const lent: RRefHandle[] = method.isPlain ? NONE_LENT : [];
    let result: unknown;
    try {
      let args: unknown[];
      if (method.isPlain) {
        args = [];
        const data = (serving.at + R_DATA) * 4;
        for (let index = 0; index < method.params.length; index++) args.push(method.params[index].get(space.views, data + method.params[index].data));
      } else {
        heap.operation.begin();
        io.take(serving.at, R_ARGS, slots, method.lentMask, true);
        const reader = new ValueReader(heap, this.#context.capability);
        reader.lent = lent;
        args = io.read(serving.at, R_ARGS, method.params, method.argSlots, reader);
        heap.operation.end();
      }
      const { waits } = heap.operation;
      result = apply(exported.functions[method.index], exported.receiver, args);
      // A wait that an exception left open, and that the extension swallowed: this thread's part in calls is no longer sound.
      if (heap.operation.waits !== waits) heap.operation.tear();
      heap.operation.check();
      if (method.isPlain && method.resultAccess.check(result)) {
        method.resultAccess.put(space.views, (serving.at + R_DATA) * 4, result);
        return this.#settle(serving, lent, CallState.Replied);
      }
      if (isPromise(result)) return this.#await(serving, method, lent, result);
    } catch (error) {
      return this.#failed(error, serving, lent);
    }
    this.#finish(serving, method, lent, result);
  }

  /** Other calls interleave until the promise settles. Asking for it may run foreign code, so this belongs into the method's own try. */
  #await(serving: Serving, method: MethodRuntime, lent: RRefHandle[], promise: unknown): void {
    then(
      promise,
      (value) => {
        this.#running.delete(serving);
        this.#finish(serving, method, lent, value);
      },
      (reason) => {
        this.#running.delete(serving);
        this.#failed(reason, serving, lent);
      },
    );
    this.#running.add(serving);
  }

  /** An exception has left a method. In a domain that is a panic; the host and the kernel are trusted, and only the call fails. */
  #failed(error: unknown, serving: Serving, lent: RRefHandle[]): void {
    const { heap } = this.#context;
    if (this.#context.isTrusted && lent.some((handle) => handles.isLent(handle))) {
      this.#running.add(serving);
      this.#delayed.push(() => {
        this.#running.delete(serving);
        this.#failed(error, serving, lent);
      });
      return;
    }
    if (!this.#context.isTrusted || heap.operation.panic !== null) return this.panic(error, serving);
    // What was thrown, not where: the places are the host's, and the caller is not trusted with them.
    this.#say(serving, faultWord('DomainCrashed', 'panic'), panicText(error, null).text.split('\n', 1)[0]);
    this.#settle(serving, lent, CallState.Faulted);
  }

  /** Ends a call with its result, once nobody that this domain has lent on to borrows any of its lent arguments. */
  #finish(serving: Serving, method: MethodRuntime, lent: RRefHandle[], result: unknown): void {
    if (lent.some((handle) => handles.isLent(handle))) {
      this.#running.add(serving);
      this.#delayed.push(() => {
        this.#running.delete(serving);
        this.#finish(serving, method, lent, result);
      });
      return;
    }
    try {
      this.#reply(serving, method, lent, result);
    } catch (error) {
      this.#failed(error, serving, lent);
    }
  }

  /** Tries again to end the calls that had to wait. */
  finishDelayed(): void {
    if (this.#delayed.length === 0) return;
    const delayed = this.#delayed;
    this.#delayed = [];
    for (const finish of delayed) finish();
  }

  #reply(serving: Serving, method: MethodRuntime, lent: RRefHandle[], result: unknown): void {
    const { heap, space, io } = this.#context;
    const { at, word } = serving;
    heap.operation.check();
    if (method.isPlain) {
      if (!method.resultAccess.check(result)) {
        return void this.#fault(serving, lent, () => method.result.stage(result, new Staging(), `the result of ${method.label}`));
      }
      method.resultAccess.put(space.views, (at + R_DATA) * 4, result);
      return this.#settle(serving, lent, CallState.Replied);
    }
    const staging = new Staging();
    const isGood = this.#fault(serving, lent, () => {
      method.result.stage(result, staging, `the result of ${method.label}`);
      staging.recheck();
    });
    if (!isGood) return;
    // Getters of the result have run since #finish looked: what they lent on cannot be waited for any more.
    if (lent.some((handle) => handles.isLent(handle))) throw new LifetimeViolation(`the result of ${method.label} lends on what this call was only lent`);
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
      return void this.#fault(serving, lent, () => {
        throw heap.exhausted(method.resultSpill + staging.rawBytes);
      });
    }
    const count = method.resultSlots + (spill === 0 ? 0 : 1);
    this.#words[at + R_RESULT_SLOTS] = count;
    const granules = io.write(at, R_RESULTS, [{ codec: method.result, slot: 0, data: 0 }], method.resultSlots, spill, 0, staging);
    for (const handle of staging.moved) handles.consume(handle);
    if (space.move(at, word, CallState.Running, CallState.Replied)) {
      heap.arena.charge(-granules);
      heap.operation.end();
      for (const handle of lent) handles.end(handle);
      this.#ring(at);
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
      if (lent.some((handle) => handles.isLent(handle))) throw error;
      this.#say(serving, faultWord(fault.code), fault.message);
      this.#settle(serving, lent, CallState.Faulted);
      return false;
    }
  }

  /** Writes down a fault that ends no domain: what it is, and in words. */
  #say(serving: Serving, fault: number, text: string): void {
    const start = (serving.at + R_DATA) * 4;
    this.#words[serving.at + R_FAULT] = fault;
    this.#words[serving.at + R_DATA] = this.#context.space.views.node.write(text, start + 4, DATA_BYTES - 4, 'utf8');
  }

  #settle(serving: Serving, lent: RRefHandle[], state: typeof CallState.Replied | typeof CallState.Faulted): void {
    if (this.#context.space.move(serving.at, serving.word, CallState.Running, state)) {
      for (const handle of lent) handles.end(handle);
      this.#ring(serving.at);
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
  }

  /**
   * Ends this domain. What is known is written down first: cause and text in the thread's row, then the life word, then the fault of the call, so that whoever
   * sees one of them sees what comes before it. The kernel does the rest when the thread has ended.
   */
  panic(error: unknown, serving: Serving | null): void {
    const { heap, space } = this.#context;
    const signal = heap.operation.panic;
    const { cause, text } = panicText(error, signal);
    heap.operation.raise(signal ?? new PanicSignal(cause, 'this domain has panicked'));
    const at = panicTextByte(indexOf(this.#context.me));
    const written = space.views.node.write(text, at, PANIC_BYTES, 'utf8');
    this.#words[this.#row + CAUSE] = causeNumber(cause);
    store(this.#words, this.#row + PANIC_LENGTH, written);
    const incarnation = incarnationOf(this.#context.me);
    swapIf(this.#words, this.#row + LIFE, lifeWord(Life.Live, incarnation), lifeWord(Life.Dead, incarnation));
    // With calls of its own under way the kernel settles instead: they may borrow on what this call was lent. So it does after a torn operation: what that had put in transit is in the record.
    if (serving !== null && !heap.operation.isMarked && this.#context.outgoing === 0) {
      this.#words[serving.at + R_FAULT] = faultWord('DomainCrashed', cause);
      if (space.move(serving.at, serving.word, CallState.Running, CallState.Faulted)) this.#ring(serving.at);
    }
    this.#die();
  }
}
