/** Allocation of structs that hold nothing but numbers and booleans: no staging object, no closure for each field. Copied for each type, as its handles' class is. */
import { firstPayloadByte } from '../../abi/heap-layout.js';
import type { Scalar } from '../../abi/schema.js';
import { SCALAR_BYTES } from '../../abi/type-layout.js';
import type { Arena } from '../pages/arena.js';
import { freshCopies } from './fresh-copy.js';
import type { HandleType, RRefHandle } from '../handles/handle.js';
import type { Operation } from '../ownership/operation.js';
import { checkOf, putterOf } from './scalar-codec.js';
import type { FieldRuntime } from './field-runtime.js';
import type { Views } from '../views.js';

export type FlatAlloc = (value: unknown) => RRefHandle;

/** What the allocator needs of its type. */
export interface FlatType extends HandleType {
  readonly payloadBytes: number;
  readonly fields: ReadonlyMap<string, FieldRuntime>;
}

/** What the allocator needs of its heap. */
export interface FlatHeap<Type extends FlatType = FlatType> {
  readonly views: Views;
  readonly arena: Arena;
  readonly operation: Operation;
  own(type: HandleType, block: number): RRefHandle;
  exhausted(bytes: number): Error;
  /** The way of every other type: it says what is wrong with a value, and serves an allocation within an allocation. */
  allocStaged(type: Type, value: unknown): RRefHandle;
}

interface FlatField {
  readonly name: string;
  readonly scalar: Scalar;
  /** Bytes from the block's first. */
  readonly offset: number;
  isValid(value: unknown): boolean;
  put(views: Views, byte: number, value: unknown): void;
}

/** Complete in itself: it is copied as text (fresh-copy.ts). */
function flatAllocator<Type extends FlatType>(type: Type, fields: readonly FlatField[], isDense: boolean, heap: FlatHeap<Type>): FlatAlloc {
  const { views, arena, operation } = heap;
  const { words, unsigned, floats } = views;
  const { payloadBytes, index: typeIndex } = type;
  const count = fields.length;
  const names = fields.map((field) => field.name);
  const scalars = fields.map((field) => field.scalar);
  const offsets = fields.map((field) => field.offset);
  // Numbers on their way, booleans as 0 and 1. One for all allocations: what runs while it is filled must not fill it too.
  const given = new Float64Array(count);
  let isFilling = false;
  const take = (at: number, field: unknown): boolean => {
    if (scalars[at] === 'f64' ? typeof field !== 'number' : !fields[at].isValid(field)) return false;
    // A number or a boolean by now: nothing foreign is asked to become one.
    given[at] = field as number;
    return true;
  };
  // The engine learns the name at each place of reading by itself, so the first eight fields have a place each.
  const [a, b, c, d, e, f, g, h] = names;
  const fill = (value: { readonly [name: string]: unknown }): boolean => {
    if (count > 0 && !take(0, value[a])) return false;
    if (count > 1 && !take(1, value[b])) return false;
    if (count > 2 && !take(2, value[c])) return false;
    if (count > 3 && !take(3, value[d])) return false;
    if (count > 4 && !take(4, value[e])) return false;
    if (count > 5 && !take(5, value[f])) return false;
    if (count > 6 && !take(6, value[g])) return false;
    if (count > 7 && !take(7, value[h])) return false;
    for (let at = 8; at < count; at++) if (!take(at, value[names[at]])) return false;
    return true;
  };
  return (value) => {
    operation.check();
    if (isFilling || typeof value !== 'object' || value === null) return heap.allocStaged(type, value);
    isFilling = true;
    let isValid = false;
    try {
      isValid = fill(value as { readonly [name: string]: unknown });
    } finally {
      isFilling = false;
    }
    if (!isValid) return heap.allocStaged(type, value);
    operation.begin();
    const block = arena.alloc(payloadBytes, typeIndex, 0, isDense);
    if (block === 0) {
      operation.end();
      throw heap.exhausted(payloadBytes);
    }
    for (let at = 0; at < count; at++) {
      switch (scalars[at]) {
        case 'f64':
          floats[(block << 1) + (offsets[at] >>> 3)] = given[at];
          break;
        case 'u32':
          unsigned[(block << 2) + (offsets[at] >>> 2)] = given[at];
          break;
        case 'i32':
          words[(block << 2) + (offsets[at] >>> 2)] = given[at];
          break;
        case 'bool':
          views.bytes[block * 16 + offsets[at]] = given[at];
          break;
        default:
          fields[at].put(views, block * 16 + offsets[at], given[at]);
      }
    }
    const handle = heap.own(type, block);
    operation.end();
    return handle;
  };
}

const copies = freshCopies('flat-alloc', flatAllocator);

/** The allocator of a type, or null where its values are more than numbers and booleans. */
export function makeFlatAlloc<Type extends FlatType>(type: Type, isStruct: boolean, heap: FlatHeap<Type>): FlatAlloc | null {
  const fields = [...type.fields.values()];
  if (!isStruct || !fields.every(isFlat)) return null;
  const flat = fields.map(({ name, type: { scalar }, data }) => ({
    name,
    scalar,
    offset: firstPayloadByte(0) + data,
    isValid: checkOf(scalar),
    put: putterOf(scalar),
  }));
  // With no gap between fields, every byte that a handle can reach is written before there is one: zeroing would be for nobody.
  const bytes = flat.reduce((sum, { scalar }) => sum + SCALAR_BYTES[scalar], 0);
  return copies()(type, flat, bytes === type.payloadBytes, heap as unknown as FlatHeap);
}

function isFlat(field: FieldRuntime): field is FieldRuntime & { readonly type: { readonly kind: 'scalar'; readonly scalar: Scalar } } {
  return field.type.kind === 'scalar' && field.type.scalar !== 'u64' && field.type.scalar !== 'i64';
}
