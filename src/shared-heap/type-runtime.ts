/** A type as this thread uses it: its codec, its index in the type table, and the class of its handles, whose accessors are made from the descriptor. */
import { firstPayloadByte, firstSlotWord, GRANULE_BYTES, HEADER_BYTES } from '../abi/heap-layout.js';
import { referenceText } from '../abi/canonical.js';
import type { Scalar, Schema, TypeRef } from '../abi/schema.js';
import { alignUp, sequenceLayout } from '../abi/type-layout.js';
import type { Codec, Reader } from './codec-contract.js';
import type { Container } from './container.js';
import { handles, RRefHandle, type HandleClass, type HandleHeap, type HandleType } from './handle.js';
import { getterOf, isScalar, putterOf } from './scalar-codec.js';
import type { Views } from './views.js';

export interface FieldRuntime {
  readonly name: string;
  readonly type: TypeRef;
  readonly codec: Codec;
  /** First slot, and first byte of data counted from the payload's start. */
  readonly slot: number;
  readonly data: number;
}

/** What accessors need of their heap. */
export interface AccessorHeap extends HandleHeap {
  readonly views: Views;
  readonly harden: (value: object) => void;
  readerBelow(handle: RRefHandle): Reader;
  assign(handle: RRefHandle, field: FieldRuntime, value: unknown): void;
}

export class TypeRuntime implements HandleType {
  readonly id: string;
  readonly name: string;
  readonly label: string;
  /** Index in the type table. */
  readonly index: number;
  readonly codec: Codec;
  readonly slots: number;
  /** Where data begins in the payload: after the slots, on a multiple of 8. */
  readonly dataAt: number;
  readonly payloadBytes: number;
  readonly fields: ReadonlyMap<string, FieldRuntime>;
  readonly Handle: HandleClass;
  /** Of an `RRefVec`: what allocates it, because its blocks differ in length. */
  readonly vec: Container['vec'];

  constructor(
    type: TypeRef,
    { id, name, index, codec, fields }: Pick<TypeRuntime, 'id' | 'name' | 'index' | 'codec'> & { readonly fields: readonly FieldRuntime[] },
    heap: AccessorHeap,
    container: ((self: TypeRuntime) => Container) | null,
  ) {
    this.id = id;
    this.name = name;
    this.label = referenceText(type);
    this.index = index;
    this.codec = codec;
    this.slots = codec.layout.slots;
    this.dataAt = alignUp(this.slots * 4, 8);
    this.payloadBytes = this.dataAt + codec.layout.bytes;
    this.fields = new Map(fields.map((field) => [field.name, { ...field, data: this.dataAt + field.data }]));
    const made = container === null ? null : container(this);
    this.vec = made === null ? null : made.vec;
    this.Handle = this.#dressClass(made === null ? class extends RRefHandle {} : made.Class, heap);
  }

  #dressClass(Class: HandleClass, heap: AccessorHeap): HandleClass {
    Object.defineProperty(Class, 'name', { value: this.label });
    for (const field of this.fields.values()) {
      Object.defineProperty(Class.prototype, field.name, { ...accessorOf(field, this, heap), enumerable: true, configurable: false });
    }
    heap.harden(Class);
    return Class;
  }

  /** The fields of a struct, none of a container, or the one field `value` of any other type. */
  static fieldsOf(type: TypeRef, schema: Schema, codecOf: (type: TypeRef) => Codec): FieldRuntime[] {
    if (type.kind === 'container') return [];
    const struct = type.kind === 'named' && Object.hasOwn(schema.structs, type.name) ? schema.structs[type.name] : undefined;
    if (!struct) return [{ name: 'value', type, codec: codecOf(type), slot: 0, data: 0 }];
    const { at } = sequenceLayout(
      struct.fields.map((field) => field.type),
      schema,
    );
    return struct.fields.map((field, index) => ({ name: field.name, type: field.type, codec: codecOf(field.type), ...at[index] }));
  }
}

function accessorOf(
  field: FieldRuntime,
  type: HandleType,
  heap: AccessorHeap,
): { get(this: RRefHandle): unknown; set(this: RRefHandle, value: unknown): void } {
  return field.type.kind === 'scalar' ? scalarAccessor(field, field.type.scalar, type, heap) : generalAccessor(field, type, heap);
}

/** A scalar field costs one local check and one typed load. Everything that does not depend on the handle is looked up once, here. */
function scalarAccessor(field: FieldRuntime, scalar: Scalar, type: HandleType, heap: AccessorHeap): ReturnType<typeof accessorOf> {
  const { views } = heap;
  const { blockToWriteAs } = handles;
  const blockOf = heap.paranoid ? handles.blockToReadAs : handles.blockUnverifiedAs;
  const put = putterOf(scalar);
  const offset = HEADER_BYTES + field.data;
  return {
    get: getterAt(scalar, offset, views, type, blockOf),
    set(value) {
      if (!isScalar(scalar, value)) field.codec.stage(value, NO_STAGING, field.name);
      put(views, blockToWriteAs(this, type) * GRANULE_BYTES + offset, value);
    },
  };
}

/** The common scalars read their typed array without another call between. */
function getterAt(
  scalar: Scalar,
  offset: number,
  views: Views,
  type: HandleType,
  blockOf: (handle: RRefHandle, type: HandleType) => number,
): (this: RRefHandle) => unknown {
  const { words, unsigned, floats } = views;
  const get = getterOf(scalar);
  // A block's first word is a small integer in any heap; its first byte may not be.
  const word = offset >>> 2;
  const float = offset >>> 3;
  switch (scalar) {
    case 'u32':
      return function () {
        return unsigned[(blockOf(this, type) << 2) + word];
      };
    case 'i32':
      return function () {
        return words[(blockOf(this, type) << 2) + word];
      };
    case 'f64':
      return function () {
        return floats[(blockOf(this, type) << 1) + float];
      };
    default:
      return function () {
        return get(views, blockOf(this, type) * GRANULE_BYTES + offset);
      };
  }
}

/** A scalar that fails its check throws before it is staged, so nothing is ever pushed here. */
const NO_STAGING = { push() {} } as never;

function generalAccessor(field: FieldRuntime, type: HandleType, heap: AccessorHeap): ReturnType<typeof accessorOf> {
  const { codec, slot, data } = field;
  const views = heap.views;
  return {
    get() {
      const block = handles.blockToReadAs(this, type);
      return codec.read(views, firstSlotWord(block) + slot, firstPayloadByte(block) + data, heap.readerBelow(this));
    },
    set(value) {
      // Before anything of the value is read: what runs then cannot change a handle's type.
      handles.blockToReadAs(this, type);
      heap.assign(this, field, value);
    },
  };
}
