/**
 * What programs see of values on the shared heap, as types: handles, containers and bytes. The classes behind them are the runtime's, in
 * src/shared-heap, and this file is what they are held to.
 */

/** Bytes on the shared heap. Bulk methods run at memcpy speed; nothing here leads to the buffer. */
export interface Bytes {
  readonly length: number;
  /** A private copy. */
  toUint8Array(): Uint8Array;
  /** The bytes decoded, as UTF-8 unless said. */
  text(encoding?: 'utf8' | 'latin1'): string;
  /** Copies `[start, end)` into `target` at `targetStart`; answers how many bytes were copied. */
  copyTo(target: Uint8Array, targetStart?: number, start?: number, end?: number): number;
  /** Overwrites bytes from `at` on. Throws LifetimeViolation while lent and for the bytes of a string, RangeError where it does not fit. */
  set(source: Uint8Array | Bytes, at?: number): void;
  at(index: number): number | undefined;
  /** Where `needle` begins at or after `from`, or -1. A number is one byte, a string its UTF-8. */
  indexOf(needle: Uint8Array | Bytes | string | number, from?: number): number;
  equals(other: Uint8Array | Bytes): boolean;
  /** The order of the first bytes that differ, or of the lengths where none does. */
  compare(other: Uint8Array | Bytes): -1 | 0 | 1;
  /** A window that keeps the checks and ends with its root. */
  slice(start?: number, end?: number): Bytes;
}

/** What every handle can do, a container's too. */
export interface Droppable {
  /** Gives the value back to the heap; waits for the last borrow where it is lent. Consumes the handle. */
  drop(): void;
  [Symbol.dispose](): void;
}

/** What a handle can do beside its fields. */
export interface Handle extends Droppable {
  /** Detaches the child in an `Option<RRef<T>>` field, leaving null there, and makes this domain its owner. A field that may not be null is a LifetimeViolation: `replace` its child. */
  take(field: string): unknown;
  /** Moves `value` into an `RRef` field, null only where it is optional; what was there is the caller's, null where there was nothing. */
  replace(field: string, value: Droppable | null): unknown;
  /** The bytes of a `string` or `bytes` field, without making a JavaScript string. Those of a string cannot be written. */
  bytesOf(field: string): Bytes;
}

/** An owned, lent or child reference to a `T` on the shared heap. */
export type RRef<T> = Handle & T;

/** The handle to a `T`: a container is one by itself. */
export type Held<T> = [T] extends [Droppable] ? T : RRef<T>;

/** `N` slots, each empty or with a child of its own. Indices are whole numbers from 0; any other is a RangeError. */
export interface RRefArray<T, N extends number = number> extends Droppable {
  readonly length: N;
  has(index: number): boolean;
  /** A view, which ends with its root or when the shape of its tree changes; null for an empty slot. */
  get(index: number): Held<T> | null;
  /** Moves `value` in; what was there is dropped. */
  set(index: number, value: Held<T>): void;
  /** Moves `value` in, or leaves the slot empty; what was there is the caller's. */
  replace(index: number, value: Held<T> | null): Held<T> | null;
  /** Makes the child in a slot the caller's, leaving the slot empty. */
  take(index: number): Held<T> | null;
  /** A view, or null, for each slot. */
  [Symbol.iterator](): IterableIterator<Held<T> | null>;
}

export type NumericArray =
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Float32Array
  | Float64Array;

/**
 * Plain values, as many as were asked for when it was allocated, in one block. `A` is the typed array of the same numbers: methods that speak of it
 * copy at memcpy speed, and there are none where the elements are not numbers. Starts, ends and counts are in elements.
 */
export interface RRefVec<T, A extends NumericArray = never> extends Droppable {
  readonly length: number;
  at(index: number): T | undefined;
  set(index: number, value: T): void;
  /** Sets `[start, end)`. */
  fill(value: T, start?: number, end?: number): void;
  toArray(): T[];
  /** Copies `[start, end)` into `target` at `targetStart`; answers how many elements were copied. */
  copyTo(target: A, targetStart?: number, start?: number, end?: number): number;
  /** Overwrites elements from `at` on. Throws RangeError where they do not fit. */
  setAll(source: A, at?: number): void;
  /** A private copy. */
  toTypedArray(): A;
  [Symbol.iterator](): IterableIterator<T>;
}

/** A ring of `N` slots. What is pushed moves in; what is popped is the caller's. */
export interface RRefDeque<T, N extends number = number> extends Droppable {
  readonly length: number;
  readonly capacity: N;
  readonly isFull: boolean;
  /** Answers null; or, where the deque is full, `value` itself, which is the caller's still. */
  pushBack(value: Held<T>): Held<T> | null;
  pushFront(value: Held<T>): Held<T> | null;
  popFront(): Held<T> | null;
  popBack(): Held<T> | null;
  /** Views, as those of an array; null where there is no such element. */
  front(): Held<T> | null;
  back(): Held<T> | null;
  get(index: number): Held<T> | null;
  [Symbol.iterator](): IterableIterator<Held<T>>;
}
