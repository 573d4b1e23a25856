/**
 * `RRefVec<T>`: a run of plain values in one block, whose LENGTH says how many.
 *
 * Values are checked and encoded in private memory, getters and all; then they are copied to the block in one step. Nothing foreign runs between the
 * two, and no value is ever half written while the vec's owner lives. What the header claims is believed as far as the block reaches.
 */
import { firstPayloadByte, GRANULE_BYTES, HEADER_BYTES, LENGTH, PAGE_BYTES } from '../../abi/heap-layout.js';
import type { Scalar } from '../../abi/schema.js';
import { alignUp } from '../../abi/type-layout.js';
import type { Codec, Reader } from '../types/codec-contract.js';
import type { ContainerHeap } from './container-heap.js';
import { describe, InvalidType, LifetimeViolation } from '../faults.js';
import { handles, type HandleType, type RRefHandle } from '../handles/handle.js';
import { checkOf, putterOf } from '../types/scalar-codec.js';
import { Staging } from '../types/staging.js';
import { bytesOfArray, typedArrayLength, typedArrayName } from '../types/typed-array.js';
import { viewsOf, type Views } from '../views.js';

/** The typed array of the same numbers. A bool is none: of the 256 values of its byte two are meant. */
const ARRAY_OF = {
  u8: Uint8Array,
  u16: Uint16Array,
  u32: Uint32Array,
  u64: BigUint64Array,
  i8: Int8Array,
  i16: Int16Array,
  i32: Int32Array,
  i64: BigInt64Array,
  f32: Float32Array,
  f64: Float64Array,
  bool: null,
} as const;

const NO_READER = {} as Reader;

export class VecStore {
  readonly heap: ContainerHeap;
  readonly type: HandleType;
  /** Bytes of an element. */
  readonly stride: number;
  /** The constructor of the typed array of the same numbers; null where the elements are no numbers. */
  readonly array: (typeof ARRAY_OF)[Scalar];
  readonly #codec: Codec;
  readonly #scalar: Scalar | null;
  /** Private memory for one element. */
  readonly #one: Views;

  constructor(heap: ContainerHeap, type: HandleType, codec: Codec, stride: number, scalar: Scalar | null) {
    this.heap = heap;
    this.type = type;
    this.stride = stride;
    this.array = scalar === null ? null : ARRAY_OF[scalar];
    this.#codec = codec;
    this.#scalar = scalar;
    this.#one = privateViews(stride);
  }

  /** Allocates from an array, a typed array, or `{ length, fill }`. Throws InvalidType or ResourceExhausted, with nothing allocated. */
  alloc(value: unknown): RRefHandle {
    const { heap } = this;
    heap.operation.check();
    const encoded = this.#encodeWhole(value);
    const bytes = encoded.length;
    heap.operation.begin();
    const block = heap.arena.alloc(bytes, this.type.index, 0, true);
    if (block === 0) {
      heap.operation.end();
      throw heap.exhausted(bytes);
    }
    heap.views.bytes.set(encoded, firstPayloadByte(block));
    const handle = handles.owned(heap, this.type, block);
    heap.operation.end();
    return handle;
  }

  #encodeWhole(value: unknown): Uint8Array {
    const numbers = this.numbersOf(value, this.type.name);
    if (numbers !== undefined) return numbers;
    if (isList(value)) return this.#encodeList(value);
    const expected = `an array, a typed array or { length, fill } for ${this.type.name}`;
    if (typeof value !== 'object' || value === null) throw new InvalidType(expected, describe(value));
    const { length, fill } = value as { length?: unknown; fill?: unknown };
    const bytes = this.#bytesFor(length, expected);
    return bytes === 0 ? new Uint8Array(0) : this.#repeated(this.encode(fill), bytes);
  }

  #encodeList(list: ArrayLike<unknown>): Uint8Array {
    const given: unknown = typedArrayName(list) === undefined ? list.length : typedArrayLength(list);
    const bytes = this.#bytesFor(given, `an array for ${this.type.name}`);
    const memory = privateViews(bytes);
    for (let index = 0, at = 0; at < bytes; index++, at += this.stride) this.#encodeInto(memory, at, list[index]);
    return memory.bytes.subarray(0, bytes);
  }

  /** Asked before anything is read or copied, so that a claimed length costs nothing. */
  #bytesFor(length: unknown, expected: string): number {
    if (typeof length !== 'number' || !Number.isInteger(length) || length < 0) throw new InvalidType(expected, `a length of ${describe(length)}`);
    const bytes = length * this.stride;
    if (!this.heap.arena.affords(Math.ceil((bytes + HEADER_BYTES) / GRANULE_BYTES))) throw this.heap.exhausted(bytes);
    return bytes;
  }

  #encodeInto(memory: Views, at: number, value: unknown): void {
    const staging = new Staging();
    this.#codec.stage(value, staging, this.type.name);
    this.#codec.write(memory, 0, at, staging);
  }

  /** One checked value, in private memory that the next call uses again. */
  encode(value: unknown): Uint8Array {
    const staging = new Staging();
    this.#codec.stage(value, staging, this.type.name);
    const one = this.#one;
    one.bytes.fill(0);
    this.#codec.write(one, 0, 0, staging);
    return one.bytes.subarray(0, this.stride);
  }

  #repeated(one: Uint8Array, bytes: number): Uint8Array {
    const all = new Uint8Array(bytes);
    all.set(one);
    for (let filled = one.length; filled < bytes; filled *= 2) all.copyWithin(filled, 0, Math.min(filled, bytes - filled));
    return all;
  }

  /** The bytes of a typed array of this vec's numbers; undefined for anything else. */
  numbersOf(value: unknown, where: string): Uint8Array | undefined {
    if (this.array === null || typeof value !== 'object' || value === null) return undefined;
    const name = typedArrayName(value);
    return name === this.array.name || (name === 'Uint8ClampedArray' && this.array === Uint8Array) ? bytesOfArray(value, where) : undefined;
  }

  /** The block of a vec, to be read. */
  blockToRead(handle: RRefHandle): number {
    return handles.blockToReadAs(handle, this.type);
  }

  lengthOf(block: number): number {
    const claimed = this.heap.views.unsigned[(block << 2) + LENGTH];
    return Math.floor(Math.min(claimed, this.heap.arena.granulesOf(block) * GRANULE_BYTES - HEADER_BYTES) / this.stride);
  }

  read(block: number, index: number): unknown {
    return this.#codec.read(this.heap.views, 0, firstPayloadByte(block) + index * this.stride, NO_READER);
  }

  /** Sets the element at a place that `placeOf` finds, once the value has been read. */
  write(handle: RRefHandle, value: unknown, placeOf: () => number): void {
    if (this.#scalar === null || !checkOf(this.#scalar)(value)) {
      const encoded = this.encode(value);
      const at = placeOf();
      return this.overwrite(handle, encoded, at, at + 1);
    }
    const at = placeOf();
    const block = handles.blockToWriteAs(handle, this.type);
    putterOf(this.#scalar)(this.heap.views, firstPayloadByte(block) + at * this.stride, value);
  }

  /** Elements `[start, end)` of a block, as shared memory: for a copy. */
  shared(block: number, start: number, end: number): Uint8Array {
    const at = firstPayloadByte(block);
    return this.heap.views.bytes.subarray(at + start * this.stride, at + end * this.stride);
  }

  /** Copies what has been encoded over the elements from `start` on, again and again up to `end`. Throws LifetimeViolation while the tree is lent. */
  overwrite(handle: RRefHandle, encoded: Uint8Array, start: number, end: number): void {
    this.heap.operation.check();
    const block = handles.blockToWriteAs(handle, this.type);
    if (end > this.lengthOf(block)) throw new LifetimeViolation(`this ${this.type.name} is not the one whose length was asked for`);
    const target = this.shared(block, start, end);
    // `fill` on shared memory is many times slower than a copy from private memory.
    const source = encoded.length < target.length ? this.#repeated(encoded, pieceOf(encoded.length, target.length)) : encoded;
    this.heap.operation.begin();
    for (let at = 0; at < target.length; at += source.length) {
      target.set(at + source.length <= target.length ? source : source.subarray(0, target.length - at), at);
    }
    this.heap.operation.end();
  }
}

/** How much of a long run to prepare in private memory: whole elements, a page or so. */
function pieceOf(one: number, all: number): number {
  return Math.min(all, one * Math.max(1, Math.floor(PAGE_BYTES / one)));
}

function privateViews(bytes: number): Views {
  return viewsOf(new ArrayBuffer(alignUp(bytes, 8)));
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (typeof value === 'object' && value !== null && typedArrayName(value) !== undefined);
}
