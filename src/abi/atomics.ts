/**
 * The seam: the only file that names Atomics or SharedArrayBuffer.
 *
 * Every step that one thread takes on a word that another thread may change goes through these functions, so that a test can
 * put its own module in this place and stop, reorder or kill a thread between any two steps of unchanged code. The functions are
 * single expressions: V8 inlines them, and the seam costs nothing that can be measured.
 *
 * Deliberately not here: any protocol. Payload bytes, which only their owner touches, are read and written directly.
 */

/** Memory that threads share. Reserving it is free; a page is committed when it is first touched. */
export type SharedMemory = SharedArrayBuffer;

/** What ended a wait: a notification, a word that had changed already, or the bound. */
export type WaitOutcome = 'ok' | 'not-equal' | 'timed-out';

// Taken once, before any lockdown and before anything untrusted has run.
const { load: atomicLoad, store: atomicStore, compareExchange, exchange: atomicExchange } = Atomics;
const { add: atomicAdd, or: atomicOr, and: atomicAnd, wait: atomicWait, notify: atomicNotify } = Atomics;
const atomicWaitAsync = Atomics.waitAsync;
const atomicPause = (Atomics as { pause?: (hint?: number) => void }).pause;

export function reserve(bytes: number): SharedMemory {
  return new SharedArrayBuffer(bytes);
}

export function load(words: Int32Array, index: number): number {
  return atomicLoad(words, index);
}

export function store(words: Int32Array, index: number, value: number): void {
  atomicStore(words, index, value);
}

/** Stores `next` if the word is `expected`. Answers whether it did. */
export function swapIf(words: Int32Array, index: number, expected: number, next: number): boolean {
  return compareExchange(words, index, expected, next) === expected;
}

/** Stores `next` and answers what was there. */
export function exchange(words: Int32Array, index: number, next: number): number {
  return atomicExchange(words, index, next);
}

/** Adds and answers the value before. */
export function add(words: Int32Array, index: number, amount: number): number {
  return atomicAdd(words, index, amount);
}

/** Sets bits and answers the word before. */
export function setBits(words: Int32Array, index: number, bits: number): number {
  return atomicOr(words, index, bits);
}

/** Clears bits and answers the word before. */
export function clearBits(words: Int32Array, index: number, bits: number): number {
  return atomicAnd(words, index, ~bits);
}

/** Blocks this thread while the word is `expected`, `timeoutMs` at the most. */
export function wait(words: Int32Array, index: number, expected: number, timeoutMs: number): WaitOutcome {
  return atomicWait(words, index, expected, timeoutMs);
}

/** As `wait`, without blocking: a promise that settles when the wait ends. */
export async function waitAsync(words: Int32Array, index: number, expected: number, timeoutMs: number): Promise<WaitOutcome> {
  return atomicWaitAsync(words, index, expected, timeoutMs).value;
}

/** Wakes every thread that waits on the word. */
export function notify(words: Int32Array, index: number): void {
  atomicNotify(words, index);
}

/** Tells the processor that this thread spins, where the engine can say so. */
export const relax: () => void = atomicPause ? () => atomicPause() : () => {};
