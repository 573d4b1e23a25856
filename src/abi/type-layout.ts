/**
 * How a type lies in memory.
 *
 * A value has two parts: child *slots*, one word each, and *data*. All slots of a value, those of nested structs, arrays and enum payloads included,
 * come before all data, so that whoever drops or walks a value needs only their number. A string or byte sequence is one slot (its raw block) and
 * its length in the data; a reference is one slot. The variants of an enum share both parts; a slot that the present variant does not use is 0.
 */
import { MOST_ELEMENTS, type ContainerType, type Scalar, type Schema, type TypeRef } from './schema.js';

export interface TypeLayout {
  readonly slots: number;
  /** Bytes of data, a multiple of `align`. */
  readonly bytes: number;
  readonly align: number;
}

export const SCALAR_BYTES: { readonly [scalar in Scalar]: number } = {
  bool: 1,
  u8: 1,
  i8: 1,
  u16: 2,
  i16: 2,
  u32: 4,
  i32: 4,
  f32: 4,
  u64: 8,
  i64: 8,
  f64: 8,
};

/** Behind the slots of a deque: in which slot its first element is, and how many there are. */
const RING_LAYOUT = { bytes: 8, align: 4 };
export const RING_HEAD = 0;
export const RING_LENGTH = 4;

/** A provider's domain id and export number. */
const INTERFACE_LAYOUT: TypeLayout = { slots: 0, bytes: 8, align: 4 };
const RAW_LAYOUT: TypeLayout = { slots: 1, bytes: 4, align: 4 };
const EMPTY: TypeLayout = { slots: 0, bytes: 0, align: 1 };

export function alignUp(offset: number, align: number): number {
  return Math.ceil(offset / align) * align;
}

/** Where each of several values lies when they are laid one behind the other, as in a struct, a tuple or a list of parameters. */
export function sequenceLayout(types: readonly TypeRef[], schema: Schema): { whole: TypeLayout; at: { slot: number; data: number }[] } {
  let slots = 0;
  let bytes = 0;
  let align = 1;
  const at: { slot: number; data: number }[] = [];
  for (const type of types) {
    const layout = layoutOf(type, schema);
    bytes = alignUp(bytes, layout.align);
    at.push({ slot: slots, data: bytes });
    slots += layout.slots;
    bytes += layout.bytes;
    align = Math.max(align, layout.align);
  }
  return { whole: bounded({ slots, bytes: alignUp(bytes, align), align }), at };
}

/** Several alternatives behind a tag of `tagBytes`, as in an enum, an option or a result. The payload's data begins at `payloadAt`. */
export function choiceLayout(payloads: readonly TypeRef[], tagBytes: number, schema: Schema): { whole: TypeLayout; payloadAt: number } {
  let slots = 0;
  let bytes = 0;
  let align = tagBytes;
  for (const payload of payloads) {
    const layout = layoutOf(payload, schema);
    slots = Math.max(slots, layout.slots);
    bytes = Math.max(bytes, layout.bytes);
    align = Math.max(align, layout.align);
  }
  const payloadAt = alignUp(tagBytes, align);
  return { whole: { slots, bytes: alignUp(payloadAt + bytes, align), align }, payloadAt };
}

/** What a value may take, slots and data together: as much as the IDL compiler lets it take. Whoever computes with offsets may rely on it, whoever brought the schema. */
export const LARGEST_VALUE_BYTES = 2 ** 20;

/** Throws an Error for a name that the schema does not define, for a struct that contains itself, or for a value that is too large. */
export function layoutOf(type: TypeRef, schema: Schema): TypeLayout {
  return bounded(unboundedLayout(type, schema));
}

function bounded(layout: TypeLayout): TypeLayout {
  const bytes = layout.bytes + layout.slots * 4;
  // Asked the other way round, a size that is no number would pass.
  if (bytes <= LARGEST_VALUE_BYTES) return layout;
  throw new Error(`a value of ${bytes} bytes is larger than ${LARGEST_VALUE_BYTES}: put an RRef between, or keep large data in bytes`);
}

function unboundedLayout(type: TypeRef, schema: Schema): TypeLayout {
  switch (type.kind) {
    case 'void':
      return EMPTY;
    case 'scalar': {
      const bytes = SCALAR_BYTES[type.scalar];
      return { slots: 0, bytes, align: bytes };
    }
    case 'string':
    case 'bytes':
      return RAW_LAYOUT;
    case 'array': {
      const element = layoutOf(type.element, schema);
      return { slots: element.slots * type.length, bytes: element.bytes * type.length, align: element.align };
    }
    case 'tuple':
      return sequenceLayout(type.elements, schema).whole;
    case 'option':
      // A reference, string or byte sequence tells by its slot whether it is there; only a string needs the flag, for the empty one.
      return type.value.kind === 'rref' ? { slots: 1, bytes: 0, align: 1 } : choiceLayout([type.value], 1, schema).whole;
    case 'result':
      return choiceLayout([type.ok, type.err], 1, schema).whole;
    case 'rref':
      return { slots: 1, bytes: 0, align: 1 };
    case 'container':
      return containerLayout(type, schema);
    case 'interface':
      return INTERFACE_LAYOUT;
    case 'named':
      return namedLayout(type.name, schema);
  }
}

/** The part of a container's payload that every block of the type has: an `RRefVec`'s elements come after it, as many as were asked for. */
function containerLayout(type: ContainerType, schema: Schema): TypeLayout {
  if (type.container === 'vec') {
    vecElementLayout(type.element, schema);
    return { slots: 0, bytes: 0, align: 8 };
  }
  if (!Number.isInteger(type.length) || type.length < 1 || type.length > MOST_ELEMENTS)
    throw new Error(`a container of ${type.length} slots: there may be 1 to ${MOST_ELEMENTS}`);
  return type.container === 'array' ? { slots: type.length, bytes: 0, align: 1 } : { slots: type.length, ...RING_LAYOUT };
}

/** How an element of an `RRefVec` lies; elements follow one another without a gap. Throws an Error where the type is not Copy, or takes nothing. */
export function vecElementLayout(element: TypeRef, schema: Schema): TypeLayout {
  const layout = layoutOf(element, schema);
  if (layout.bytes > 0 && isCopy(element, schema, new Set())) return layout;
  throw new Error(`the elements of an RRefVec are Copy values: no string, bytes, RRef or interface reference, and not nothing`);
}

/** Whether a value is nothing but its bytes. To be asked of a type that has a layout: one that contains itself has none. */
export function isCopy(type: TypeRef, schema: Pick<Schema, 'structs' | 'enums'>, asked: Set<string>): boolean {
  switch (type.kind) {
    case 'scalar':
      return true;
    case 'array':
      return isCopy(type.element, schema, asked);
    case 'tuple':
      return type.elements.every((element) => isCopy(element, schema, asked));
    case 'option':
      return isCopy(type.value, schema, asked);
    case 'result':
      return isCopy(type.ok, schema, asked) && isCopy(type.err, schema, asked);
    case 'named': {
      // Where it was not Copy, the first answer has ended the search.
      if (asked.has(type.name)) return true;
      asked.add(type.name);
      if (Object.hasOwn(schema.structs, type.name)) return schema.structs[type.name].fields.every((field) => isCopy(field.type, schema, asked));
      return schema.enums[type.name].variants.every(({ payload }) => payload === undefined || isCopy(payload, schema, asked));
    }
    default:
      return false;
  }
}

/** Layouts of named types, each computed once: types that contain others twice, which contain others twice, are many when counted as a tree. */
const known = new WeakMap<Schema, Map<string, TypeLayout | 'under way'>>();

function namedLayout(name: string, schema: Schema): TypeLayout {
  let layouts = known.get(schema);
  if (layouts === undefined) known.set(schema, (layouts = new Map()));
  const before = layouts.get(name);
  if (before === 'under way') throw new Error(`${name} contains itself without an RRef between`);
  if (before !== undefined) return before;
  if (layouts.size > MOST_DEFINITIONS) throw new Error(`the schema of package ${schema.package} has more than ${MOST_DEFINITIONS} types`);
  layouts.set(name, 'under way');
  let layout: TypeLayout | undefined;
  try {
    layout = measure(name, schema);
    return layout;
  } finally {
    if (layout === undefined) layouts.delete(name);
    else layouts.set(name, layout);
  }
}

const MOST_DEFINITIONS = 4096;

function measure(name: string, schema: Schema): TypeLayout {
  if (Object.hasOwn(schema.structs, name)) {
    return sequenceLayout(
      schema.structs[name].fields.map((field) => field.type),
      schema,
    ).whole;
  }
  if (Object.hasOwn(schema.enums, name)) {
    const payloads = schema.enums[name].variants.flatMap((variant) => (variant.payload ? [variant.payload] : []));
    return choiceLayout(payloads, 4, schema).whole;
  }
  throw new TypeError(`the schema of package ${schema.package} does not define ${name}`);
}
