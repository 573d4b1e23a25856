/** A type as this thread uses it: its codec, its index in the type table, and the class of its handles, whose accessors are made from the descriptor. */
import { referenceText } from '../../abi/canonical.js';
import type { Schema, TypeRef } from '../../abi/schema.js';
import { alignUp, sequenceLayout } from '../../abi/type-layout.js';
import type { Codec } from './codec-contract.js';
import type { FieldRuntime } from './field-runtime.js';
import type { Container } from '../containers/container.js';
import { type FlatAlloc, type FlatHeap, makeFlatAlloc } from './flat-alloc.js';
import type { Claim, HandleType, RRefHandle } from '../handles/handle.js';
import { type AccessorHeap, makeValueHandle } from '../handles/value-handle.js';

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
  readonly dress: (claim: Claim) => RRefHandle;
  /** Of a struct of numbers and booleans: its allocator. */
  readonly flat: FlatAlloc | null;
  /** Of an `RRefVec`: what allocates it, because its blocks differ in length. */
  readonly vec: Container['vec'];
  /** Of an `RRefArray` or `RRefDeque`: what looks through its slots. */
  readonly element: Container['element'];

  constructor(
    type: TypeRef,
    { id, name, index, codec, fields }: Pick<TypeRuntime, 'id' | 'name' | 'index' | 'codec'> & { readonly fields: readonly FieldRuntime[] },
    heap: AccessorHeap & FlatHeap<TypeRuntime>,
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
    this.element = made === null ? null : made.element;
    this.flat = makeFlatAlloc(this, type.kind === 'named', heap);
    const { Class, dress } = made ?? makeValueHandle(this, this.fields.values(), heap);
    this.dress = dress;
    Object.defineProperty(Class, 'name', { value: this.label });
    heap.harden(Class);
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
