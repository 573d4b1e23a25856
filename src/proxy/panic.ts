/** The end of this thread's domain by its own fault: what is known is written down, in an order in which whoever sees one word sees what comes before it. */
import { add, store, swapIf } from '../abi/atomics.js';
import { nowMs } from '../abi/clock.js';
import { causeNumber, faultWord } from '../abi/codes.js';
import { incarnationOf, indexOf, KERNEL_INDEX } from '../abi/domain-id.js';
import { CallState, R_FAULT, R_X_CALLER, withState } from '../abi/record-layout.js';
import { CAUSE, LIFE, Life, lifeWord, PARTED, SERVING, threadRow, X_PARTED } from '../abi/thread-layout.js';
import { TraceKind } from '../abi/trace-layout.js';
import { PanicSignal } from '../shared-heap/ownership/operation.js';
import { callPath } from './call-path.js';
import type { CallContext, Serving } from './call-context.js';
import { Doorbell } from './doorbell.js';
import { writeLastWords } from './last-words.js';
import { failedCall, panicText } from './panic-text.js';

export class Panic {
  readonly #context: CallContext;
  readonly #words: Int32Array;
  readonly #row: number;
  readonly #die: () => void;
  /** The row may be another one's from then on. For want of stack an exception may pass what comes after, and then this panic is raised again from further up. */
  #hasParted = false;

  /** `die` ends the thread, and does not come back in a domain: nothing may be written after it has parted. */
  constructor(context: CallContext, die: () => void) {
    this.#context = context;
    this.#words = context.space.words;
    this.#row = threadRow(indexOf(context.me));
    this.#die = die;
  }

  /**
   * Ends this domain. What is known is written down first: cause and text in the thread's row, then the life word, then the fault of the call, so that whoever
   * sees one of them sees what comes before it. At last it parts: from there on this thread writes nothing, and the kernel does the rest.
   */
  raise(error: unknown, serving: Serving | null): void {
    if (this.#hasParted) return this.#leave();
    const { heap, space } = this.#context;
    const signal = heap.operation.panic;
    const { cause, text } = panicText(error, signal);
    heap.operation.raise(signal ?? new PanicSignal(cause, 'this domain has panicked'));
    // An async method fails outside the loop's turn for it: the kernel reads here which call was the last.
    if (serving !== null) this.#words[this.#row + SERVING] = serving.record + 1;
    this.#words[this.#row + CAUSE] = causeNumber(cause);
    writeLastWords(space.views, indexOf(this.#context.me), { text, through: failedCall(error), path: callPath(space, this.#context.me), at: nowMs() });
    heap.trace?.life(TraceKind.Panicked, this.#context.me, causeNumber(cause));
    const incarnation = incarnationOf(this.#context.me);
    swapIf(this.#words, this.#row + LIFE, lifeWord(Life.Live, incarnation), lifeWord(Life.Dead, incarnation));
    // With calls of its own under way the kernel settles instead: they may borrow on what this call was lent. So it does after a torn operation: what that had put in transit is in the record.
    // One that has been answered is its caller's by now: nothing of it may be written.
    const isRunning = serving !== null && space.state(serving.at) === withState(serving.word, CallState.Running);
    if (isRunning && !heap.operation.isMarked && this.#context.outgoing === 0) {
      this.#words[serving.at + R_FAULT] = faultWord('DomainCrashed', cause);
      if (space.move(serving.at, serving.word, CallState.Running, CallState.Faulted)) Doorbell.ring(this.#words, indexOf(this.#words[serving.at + R_X_CALLER]));
    }
    store(this.#words, this.#row + PARTED, 1);
    this.#hasParted = true;
    this.#leave();
  }

  #leave(): void {
    add(this.#words, X_PARTED, 1);
    Doorbell.ring(this.#words, KERNEL_INDEX);
    this.#die();
  }
}
