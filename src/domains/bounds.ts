/** What ends an extension that takes more than it may have: looked at from its own thread, wherever the trusted build or a built-in function asks. What they throw is the panic that is under way. */
import { nowMs } from '../abi/clock.js';
import { indexOf } from '../abi/domain-id.js';
import { CHECKPOINTS, Order, PRIVATE_KIB, threadRow, X_ORDERS } from '../abi/thread-layout.js';
import type { Endpoint } from '../proxy/endpoint.js';
import { type Operation, PanicSignal } from '../shared-heap/ownership/operation.js';
import type { Meter } from './builtins/taming.js';
import { RAN_TOO_LONG } from './loop.js';
import type { MemoryMeter } from './memory-meter.js';
import { isOverflow } from './overflow.js';
import type { WorkMeter } from './work-meter.js';

export class Bounds implements Meter {
  readonly #endpoint: Endpoint;
  readonly #operation: Operation;
  readonly #words: Int32Array;
  readonly #floats: Float64Array;
  readonly #row: number;
  readonly #memory: MemoryMeter;
  readonly #work: WorkMeter;

  constructor(endpoint: Endpoint, memory: MemoryMeter, work: WorkMeter) {
    this.#endpoint = endpoint;
    this.#operation = endpoint.heap.operation;
    this.#words = endpoint.space.words;
    this.#floats = endpoint.space.views.floats;
    this.#row = threadRow(indexOf(endpoint.me));
    this.#memory = memory;
    this.#work = work;
  }

  /** Everything is looked at: orders, memory, fuel. Answers how many steps may follow. */
  readonly checkpoint = (): number => {
    const began = nowMs();
    this.#operation.check();
    if ((this.#words[this.#row + X_ORDERS] & Order.Stop) !== 0) throw this.#operation.raise(new PanicSignal('hang', RAN_TOO_LONG));
    const period = this.#look();
    if (period < 0) throw this.#tooLarge();
    const granted = this.#work.refill(period);
    if (granted < 0) throw this.#operation.raise(new PanicSignal('out-of-fuel', `the limit fuel (${this.#work.fuel}) is used up`));
    const looks = (this.#row + CHECKPOINTS) / 2;
    this.#floats[looks]++;
    this.#floats[looks + 1] += nowMs() - began;
    return granted;
  };

  /** Before the thread sleeps: memory that was taken in one step after the last checkpoint is seen. */
  rest(): void {
    this.#work.settle();
    if (this.#look() < 0) this.#endpoint.panic.raise(this.#tooLarge(), null);
  }

  /** The runtime's own operations end first. */
  reserve(bytes: number): void {
    if (this.#operation.isMarked) return;
    this.#operation.check();
    if (this.#memory.check(bytes) < 0) throw this.#tooLarge();
  }

  fits(bytes: number): boolean {
    return this.#memory.fits(bytes);
  }

  text(length: number): number {
    this.reserve(length);
    return this.#memory.textAllowance;
  }

  /** What `-x` and the like make of a BigInt is as large, and nothing counts it: so memory is looked at more often. */
  noteLargeBigInt(): void {
    this.#work.shorten(this.#memory.lookOften());
  }

  /** Throws the panic that is under way, or that `error` is. */
  readonly judge = (error: unknown): void => {
    this.#operation.check();
    if (isOverflow(error)) throw this.#operation.raise(new PanicSignal('stack-overflow', 'the stack is exhausted'));
  };

  readonly tooDeep = (): never => {
    throw this.#operation.raise(new PanicSignal('stack-overflow', `more than ${this.#work.stackDepth} frames on the stack, which is the limit stackDepth`));
  };

  #look(): number {
    const period = this.#memory.check();
    this.#words[this.#row + PRIVATE_KIB] = this.#memory.used / 1024;
    return period;
  }

  #tooLarge(): PanicSignal {
    return this.#operation.raise(new PanicSignal('out-of-memory', 'the private heap exceeds its quota'));
  }
}
