/**
 * Tokens of containers: `RRefArray(Packet, 4)`, `RRefVec('f64')`, `RRefDeque(Packet, 32)`. Each name is a type as well, of the handle.
 *
 * What an element may be is written with tokens and names of scalars:
 *   an array or deque    a token: of a struct, an enum or a container
 *   a vec                'u8', a token of a struct or enum without strings, bytes and references,
 *                        ['u8', 'f64'], { array: 'u8', length: 4 }, { option: 'u8' }, { ok: 'u8', err: Mood }
 *
 * On the host a token is made of what it is given. In a domain the functions of the same names are the runtime's (src/domains/tokens.ts).
 */
import { canonicalType, typeId } from './canonical.js';
import type { Held, NumericArray, RRefArray as ArrayHandle, RRefDeque as DequeHandle, RRefVec as VecHandle } from './handle-types.js';
import type { Result } from './result.js';
import { MOST_ELEMENTS, SCALARS, type ContainerType, type Scalar, type Schema, type TypeRef } from './schema.js';
import type { TypeToken } from './schema-tokens.js';
import { layoutOf } from './type-layout.js';

export type RRefArray<T, N extends number = number> = ArrayHandle<T, N>;
export type RRefDeque<T, N extends number = number> = DequeHandle<T, N>;
export type RRefVec<T, A extends NumericArray = never> = VecHandle<T, A>;

/** What the elements of an `RRefVec` are. */
export type VecElement =
  | Scalar
  | TypeToken<unknown, unknown>
  | readonly VecElement[]
  | { readonly array: VecElement; readonly length: number }
  | { readonly option: VecElement }
  | { readonly ok: VecElement; readonly err: VecElement };

/** The plain value of such an element. */
export type ElementValue<E> = E extends 'bool'
  ? boolean
  : E extends 'u64' | 'i64'
    ? bigint
    : E extends Scalar
      ? number
      : E extends TypeToken<infer _View, infer Value>
        ? Value
        : E extends readonly unknown[]
          ? { readonly [index in keyof E]: ElementValue<E[index]> }
          : E extends { readonly array: infer Inner }
            ? readonly ElementValue<Inner>[]
            : E extends { readonly option: infer Inner }
              ? ElementValue<Inner> | null
              : E extends { readonly ok: infer Ok; readonly err: infer Err }
                ? Result<ElementValue<Ok>, ElementValue<Err>>
                : never;

interface Arrays {
  readonly u8: Uint8Array;
  readonly u16: Uint16Array;
  readonly u32: Uint32Array;
  readonly u64: BigUint64Array;
  readonly i8: Int8Array;
  readonly i16: Int16Array;
  readonly i32: Int32Array;
  readonly i64: BigInt64Array;
  readonly f32: Float32Array;
  readonly f64: Float64Array;
}
/** The typed array of the same numbers. */
export type ElementArray<E> = E extends keyof Arrays ? Arrays[E] : never;

/** What an `RRefVec` is allocated from: its elements, or how many there are and what each of them is. */
export type VecValue<T, A extends NumericArray> = readonly T[] | A | { readonly length: number; readonly fill: T };

/** What a token stands for. */
export interface Meaning {
  readonly type: TypeRef;
  readonly schema: Schema;
}

const NOTHING_NAMED: Schema = Object.freeze({ package: 'deciduous', structs: {}, enums: {}, interfaces: {} });
const DEEPEST = 32;

/**
 * The type that `element` writes. `meaningOf` answers what a token stands for, or throws; `use` is told of each schema. Throws a TypeError for anything
 * else. Every property of `element` is read once, because it may come from anybody.
 */
export function vecElementType(element: unknown, meaningOf: (token: object) => Meaning, use: (schema: Schema) => void, depth = 0): TypeRef {
  if (depth > DEEPEST) throw new TypeError(`the element of an RRefVec is written less than ${DEEPEST} deep`);
  const inner = (part: unknown): TypeRef => vecElementType(part, meaningOf, use, depth + 1);
  const scalar = SCALARS.find((name) => name === element);
  if (scalar !== undefined) return { kind: 'scalar', scalar };
  if (typeof element !== 'object' || element === null) throw notAnElement(element);
  if (Array.isArray(element)) return { kind: 'tuple', elements: Array.from(element as unknown[], inner) };
  const { array, length, option, ok, err } = element as { array?: unknown; length?: unknown; option?: unknown; ok?: unknown; err?: unknown };
  if (array !== undefined) return { kind: 'array', element: inner(array), length: checkedLength(length) };
  if (option !== undefined) return { kind: 'option', value: inner(option) };
  if (ok !== undefined) return { kind: 'result', ok: inner(ok), err: inner(err) };
  const { type, schema } = meaningOf(element);
  use(schema);
  return type;
}

/** The container type of an array or deque whose elements are what `element` stands for. */
export function slotsType(container: 'array' | 'deque', element: TypeRef, length: unknown): ContainerType {
  return { kind: 'container', container, element, length: checkedLength(length) };
}

function checkedLength(length: unknown): number {
  if (typeof length === 'number' && Number.isInteger(length) && length >= 1 && length <= MOST_ELEMENTS) return length;
  throw new RangeError(`a length is a whole number from 1 to ${MOST_ELEMENTS}, not ${typeof length === 'number' ? length : `a ${typeof length}`}`);
}

function notAnElement(given: unknown): TypeError {
  const what = typeof given === 'string' ? `'${given.slice(0, 40)}'` : typeof given;
  return new TypeError(`an element is a token of a generated module or the name of a scalar (${SCALARS.join(', ')}), not ${what}`);
}

function meaningOf(token: object): Meaning {
  const { kind, name, schema, container } = token as Partial<TypeToken<unknown>>;
  if (kind !== 'type' || typeof name !== 'string' || typeof schema !== 'object') throw notAnElement(token);
  return { type: container ?? { kind: 'named', name }, schema };
}

const ofScalars = new Map<string, TypeToken<unknown, unknown>>();

function tokenOf(container: ContainerType, schemas: ReadonlySet<Schema>): TypeToken<never, never> {
  const name = canonicalType(container);
  const known = schemas.size === 0 ? ofScalars.get(name) : undefined;
  if (known !== undefined) return known as TypeToken<never, never>;
  const schema = merged(schemas);
  // Refuses what cannot be an element, by the rules that hold for schemas as well.
  layoutOf(container, schema);
  const token = Object.freeze({ kind: 'type' as const, name, id: typeId(container, schema), schema, container: Object.freeze(container) });
  if (schemas.size === 0) ofScalars.set(name, token);
  return token;
}

function merged(schemas: ReadonlySet<Schema>): Schema {
  const [first = NOTHING_NAMED, ...others] = schemas;
  if (others.length === 0) return first;
  const whole = { package: first.package, structs: { ...first.structs }, enums: { ...first.enums }, interfaces: { ...first.interfaces } };
  for (const schema of others) {
    for (const part of ['structs', 'enums', 'interfaces'] as const) {
      for (const [name, def] of Object.entries(schema[part])) {
        const known = Object.hasOwn(whole[part], name) ? whole[part][name] : undefined;
        if (known !== undefined && known.id !== def.id) throw new TypeError(`two definitions of ${name} in one container`);
        (whole[part] as { [name: string]: unknown })[name] = def;
      }
    }
  }
  return whole;
}

function slotsToken(container: 'array' | 'deque', element: unknown, length: unknown): TypeToken<never, never> {
  if (typeof element !== 'object' || element === null) throw notAnElement(element);
  const { type, schema } = meaningOf(element);
  return tokenOf(slotsType(container, type, length), new Set([schema]));
}

/** The type of an array of `length` slots for children. Make it once: it costs a hash. */
export function RRefArray<View, Value, const N extends number>(
  element: TypeToken<View, Value>,
  length: N,
): TypeToken<RRefArray<View, N>, readonly (Held<View> | null)[]> {
  return slotsToken('array', element, length);
}

/** The type of a ring of `length` slots for children. */
export function RRefDeque<View, Value, const N extends number>(
  element: TypeToken<View, Value>,
  length: N,
): TypeToken<RRefDeque<View, N>, readonly Held<View>[]> {
  return slotsToken('deque', element, length);
}

/** The type of a run of plain values. */
export function RRefVec<const E extends VecElement>(
  element: E,
): TypeToken<RRefVec<ElementValue<E>, ElementArray<E>>, VecValue<ElementValue<E>, ElementArray<E>>> {
  const schemas = new Set<Schema>();
  const type = vecElementType(element, meaningOf, (schema) => schemas.add(schema));
  return tokenOf({ kind: 'container', container: 'vec', element: type }, schemas);
}
