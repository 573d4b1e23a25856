/**
 * The serving side: takes a call and runs the method. What becomes of its answer is in replies.ts.
 *
 * An exception that leaves a method is a panic: this domain's state is no longer to be trusted, and it ends.
 */
import { isPromise } from 'node:util/types';
import { faultWord, REVOKED_WORD } from '../abi/codes.js';
import { indexOf } from '../abi/domain-id.js';
import {
  CallState,
  callState,
  HAS_DEADLINE,
  R_ARGS,
  R_ARG_SLOTS,
  R_X_CALLER,
  R_DATA,
  R_DEADLINE,
  R_DEPTH,
  R_FAULT,
  R_METHOD,
  R_STATE,
} from '../abi/record-layout.js';
import { Activity, ACTIVITY, SERVED, SERVED_UPPER, SERVING, threadRow } from '../abi/thread-layout.js';
import type { RRefHandle } from '../shared-heap/handles/handle.js';
import { Doorbell } from './doorbell.js';
import type { CallContext, Serving } from './call-context.js';
import type { Export } from './exports.js';
import type { MethodRuntime } from './method-runtime.js';
import type { Panic } from './panic.js';
import { isAnyLent, Replies } from './replies.js';
import { ValueReader } from './value-reader.js';

const { apply } = Reflect;
const NONE_LENT: RRefHandle[] = [];
const then = Function.prototype.call.bind(Promise.prototype.then) as unknown as (
  promise: unknown,
  fulfilled: (value: unknown) => void,
  rejected: (reason: unknown) => void,
) => void;

/** Is told for whom the work is done that begins now: for a call, or for none. */
export interface Work {
  beginTurn(): void;
  payFrom(serving: Serving | null): void;
}

export class Callee {
  readonly #context: CallContext;
  readonly #words: Int32Array;
  readonly #row: number;
  readonly #replies: Replies;
  readonly exports: Export[];
  #turn = 0;
  /** Who counts what is done here; null where nobody does. */
  work: Work | null = null;
  /** The record that was served last, or -1. */
  lastServed = -1;

  constructor(context: CallContext, panic: Panic) {
    this.#context = context;
    this.#words = context.space.words;
    this.#row = threadRow(indexOf(context.me));
    this.#replies = new Replies(context, panic);
    this.exports = context.references.exports.entries;
  }

  /** Says to the watchdog that something new begins here, or that nothing runs. */
  turn(activity: (typeof Activity)[keyof typeof Activity]): void {
    // What is served while this thread is blocked in a call of its own counts for the turn that made the call.
    if (!this.#context.isBlocked) {
      this.#turn = (this.#turn + 1) & 0x0fffffff;
      if (activity === Activity.Running) this.work?.beginTurn();
    }
    this.#words[this.#row + ACTIVITY] = (this.#turn << 2) | activity;
  }

  /** The call that runs now, as a token that an async function keeps across its suspensions. */
  holdCurrent(): unknown {
    return this.#context.serving;
  }

  /** Makes a held call current again, while it still runs here. Anything else is no call. */
  resumeCurrent(held: unknown): void {
    this.#context.serving = this.#replies.isOpen(held) ? held : null;
    this.work?.payFrom(this.#context.serving);
  }

  /** Whether promises of served calls are pending. */
  get hasRunning(): boolean {
    return this.#replies.hasOpen;
  }

  /** Serves one record, if it still is to be served. */
  serve(record: number): void {
    const { space, io, heap } = this.#context;
    const words = this.#words;
    const at = space.at(record);
    // Whoever led here has seen SENT, and the swap below tells whether it still is so.
    const word = words[at + R_STATE];
    if (callState(word) !== CallState.Sent || heap.operation.panic !== null) return;
    const exported = this.exports[words[at + R_METHOD] >>> 16];
    const method = exported?.methods[words[at + R_METHOD] & 0xffff];
    if (exported === undefined || method === undefined)
      return this.#refuse(at, word, exported?.isRevoked === true ? REVOKED_WORD : faultWord('PermissionDenied'));
    const slots = words[at + R_ARG_SLOTS];
    const granules = slots === 0 ? 0 : io.granules(at, R_ARGS, slots, method.lentMask);
    if (granules > 0 && !heap.arena.affords(granules)) return this.#refuse(at, word, faultWord('ResourceExhausted'));
    this.turn(Activity.Running);
    if (!space.move(at, word, CallState.Sent, CallState.Running)) return;
    words[this.#row + SERVING] = record + 1;
    const depthWord = words[at + R_DEPTH];
    const serving: Serving = {
      record,
      at,
      word,
      depth: depthWord & (HAS_DEADLINE - 1),
      deadline: (depthWord & HAS_DEADLINE) === 0 ? 0 : space.views.floats[(at + R_DEADLINE) >>> 1],
      caller: words[at + R_X_CALLER],
      fuelUsed: 0,
      onEnd: null,
    };
    const outer = this.#context.serving;
    this.#context.serving = serving;
    this.work?.payFrom(serving);
    this.#run(serving, exported, method, slots);
    this.#context.serving = outer;
    this.work?.payFrom(outer);
    words[this.#row + SERVING] = outer === null ? 0 : outer.record + 1;
    if (++words[this.#row + SERVED] === 0) words[this.#row + SERVED_UPPER]++;
    this.lastServed = record;
  }

  #refuse(at: number, word: number, fault: number): void {
    this.#words[at + R_FAULT] = fault;
    if (this.#context.space.move(at, word, CallState.Sent, CallState.Refused)) Doorbell.ring(this.#words, indexOf(this.#words[at + R_X_CALLER]));
    // Its caller was quicker, and the record may be in another use by now, of which nobody but this thread says a fault.
    else this.#words[at + R_FAULT] = 0;
  }

  #run(serving: Serving, exported: Export, method: MethodRuntime, slots: number): void {
    const { heap, io, space } = this.#context;
    const lent: RRefHandle[] = method.hasPlainArgs ? NONE_LENT : [];
    let result: unknown;
    try {
      const { waits } = heap.operation;
      const call = exported.functions[method.index];
      if (method.hasPlainArgs) result = method.invoke(space.views, (serving.at + R_DATA) * 4, call, exported.receiver);
      else {
        heap.operation.begin();
        io.take(serving.at, R_ARGS, slots, method.lentMask, true);
        const reader = new ValueReader(heap, this.#context.capability, serving.record, serving.word);
        reader.lent = lent;
        const args = io.read(serving.at, R_ARGS, method.params, method.argSlots, reader);
        heap.operation.end();
        result = apply(call, exported.receiver, args);
      }
      // A wait that an exception left open, and that the extension swallowed: this thread's part in calls is no longer sound.
      if (heap.operation.waits !== waits) heap.operation.tear();
      heap.operation.check();
      if (method.hasPlainResult && method.resultAccess.check(result) && !isAnyLent(lent)) {
        method.resultAccess.put(space.views, (serving.at + R_DATA) * 4, result);
        return this.#replies.settle(serving, lent, CallState.Replied);
      }
      if (isPromise(result)) return this.#await(serving, method, lent, result);
    } catch (error) {
      return this.#replies.failed(error, serving, lent);
    }
    this.#replies.finish(serving, method, lent, result);
  }

  /** Other calls interleave until the promise settles. Asking for it may run foreign code, so this belongs into the method's own try. */
  #await(serving: Serving, method: MethodRuntime, lent: RRefHandle[], promise: unknown): void {
    then(
      promise,
      (value) => {
        this.#replies.close(serving);
        this.#replies.finish(serving, method, lent, value);
      },
      (reason) => {
        this.#replies.close(serving);
        this.#replies.failed(reason, serving, lent);
      },
    );
    this.#replies.open(serving);
    this.#context.heap.trace?.suspended(serving.record, serving.word);
  }

  /** Whether a call that had to wait can end now. */
  canFinish(): boolean {
    return this.#replies.canFinish();
  }

  /** Tries again to end the calls that had to wait. */
  finishDelayed(): void {
    this.#replies.finishDelayed();
  }
}
