/**
 * Schemas: what the IDL says, as plain data that crosses threads.
 *
 * A schema is *closed*: it holds every struct, enum and interface that its own definitions reach, those imported
 * from other packages included. Names are qualified by package (`kv.Entry`). Ids are the lower-case hexadecimal SHA-256
 * of the canonical form (`canonical.ts`), so a name is for people and an id is for programs.
 *
 * Deliberately not here: layouts (see `layout.ts`), and anything that could run.
 */

export const SCALARS = ['bool', 'u8', 'u16', 'u32', 'u64', 'i8', 'i16', 'i32', 'i64', 'f32', 'f64'] as const;

/** A Copy type of fixed size. The 64-bit integers are `bigint` in TypeScript, `bool` is `boolean`, the rest `number`. */
export type Scalar = (typeof SCALARS)[number];

/**
 * What `RRefArray<T, N>`, `RRefVec<T>` and `RRefDeque<T, N>` name: a block of its own with many elements. It stands as the target of an `rref`, or as
 * the element of an array or deque, and nowhere else. The elements of an array or deque are children, and `element` is what each of them refers to: a
 * struct, an enum or a container. Those of a vec are plain values of a Copy type.
 */
export type ContainerType =
  | { readonly kind: 'container'; readonly container: 'array' | 'deque'; readonly element: TypeRef; readonly length: number }
  | { readonly kind: 'container'; readonly container: 'vec'; readonly element: TypeRef };

/** How many slots an array or deque may have, and how long an array by value may be. */
export const MOST_ELEMENTS = 65_536;

/** A type as it is written in a field, a parameter or a result. */
export type TypeRef =
  | { readonly kind: 'void' }
  | { readonly kind: 'scalar'; readonly scalar: Scalar }
  /** UTF-8, out of line. `max` bounds the encoded bytes. */
  | { readonly kind: 'string'; readonly max?: number }
  | { readonly kind: 'bytes'; readonly max?: number }
  | { readonly kind: 'array'; readonly element: TypeRef; readonly length: number }
  | { readonly kind: 'tuple'; readonly elements: readonly TypeRef[] }
  | { readonly kind: 'option'; readonly value: TypeRef }
  | { readonly kind: 'result'; readonly ok: TypeRef; readonly err: TypeRef }
  /** A struct or an enum of the same schema, by its qualified name. */
  | { readonly kind: 'named'; readonly name: string }
  /** `RRef<T>`; with `lent`, `&RRef<T>` (parameters only). */
  | { readonly kind: 'rref'; readonly target: TypeRef; readonly lent?: true }
  | ContainerType
  /** A reference to an interface of the same schema: a capability. */
  | { readonly kind: 'interface'; readonly name: string };

export interface FieldDef {
  readonly name: string;
  readonly type: TypeRef;
  readonly doc?: string;
}

export interface StructDef {
  readonly name: string;
  readonly id: string;
  readonly doc?: string;
  readonly fields: readonly FieldDef[];
}

export interface VariantDef {
  readonly name: string;
  readonly payload?: TypeRef;
  readonly doc?: string;
}

/** Without payloads an enum value is its variant's name (a string); with any payload it is `{ tag, value }`. */
export interface EnumDef {
  readonly name: string;
  readonly id: string;
  readonly doc?: string;
  readonly variants: readonly VariantDef[];
}

export interface MethodDef {
  readonly name: string;
  readonly doc?: string;
  readonly params: readonly FieldDef[];
  readonly returns: TypeRef;
  /** Every RRef argument is lent and no interface reference moves, so the call may be issued again after a crash. */
  readonly replayable: boolean;
  /** Why not, in words, where `replayable` is false. */
  readonly notReplayableBecause?: string;
  /** Doing it twice is doing it once: where no RRef moves it may be issued again after a crash, though an interface reference passes. */
  readonly idempotent?: true;
  /** The most that a caller waits, whether it says how long or not. From `SHORTEST_DEADLINE_MS` to `LONGEST_DEADLINE_MS`. */
  readonly deadlineMs?: number;
  /** Callers have it on `proxy.async` alone. */
  readonly asyncOnly?: true;
  /** The version of the interface that brought it, from 1 to `LATEST_VERSION`; 1 where it is absent. It never falls along the methods. */
  readonly since?: number;
}

export interface InterfaceDef {
  readonly name: string;
  /** The interface's fingerprint. */
  readonly id: string;
  readonly doc?: string;
  readonly recoverable?: true;
  /** Whoever holds a reference to it and is not its provider may call it, and not pass it on in a call. */
  readonly noForward?: true;
  /** A method's index in this list is its method id on the wire. */
  readonly methods: readonly MethodDef[];
}

export interface Schema {
  /** The package that was compiled; definitions of other packages may be present because they are reachable. */
  readonly package: string;
  /** Which tokens and enums of other packages the generated module exports beside its own, from the modules of those packages in its folder. */
  readonly reexports?: { readonly [packageName: string]: readonly string[] };
  readonly structs: { readonly [qualifiedName: string]: StructDef };
  readonly enums: { readonly [qualifiedName: string]: EnumDef };
  readonly interfaces: { readonly [qualifiedName: string]: InterfaceDef };
}

/** What `deadlineMs` may be. */
const SHORTEST_DEADLINE_MS = 1;
const LONGEST_DEADLINE_MS = 86_400_000;
export function isDeadline(value: unknown): value is number {
  return typeof value === 'number' && value >= SHORTEST_DEADLINE_MS && value <= LONGEST_DEADLINE_MS;
}

/** What `since` may be. */
export const LATEST_VERSION = 65_535;

/** Definitions that one schema may have. */
export const MOST_DEFINITIONS = 512;

/** Characters of a schema as JSON, as it stands beside a generated module. */
export const LONGEST_SCHEMA_TEXT = 512 * 1024;

/** Characters of a name: with its package before it, it still is one that the kernel takes. */
export const LONGEST_NAME = 127;

/** Names that a field or method may not have, because handles, proxies, implementations or JavaScript itself use them. */
export const RESERVED_MEMBER_NAMES: ReadonlySet<string> = new Set([
  'async',
  'take',
  'replace',
  'drop',
  'released',
  'bytesOf',
  'then',
  'constructor',
  'prototype',
  '__proto__',
  'toString',
  'toJSON',
  'valueOf',
  'hasOwnProperty',
  'isPrototypeOf',
  'propertyIsEnumerable',
  'toLocaleString',
  '__defineGetter__',
  '__defineSetter__',
  '__lookupGetter__',
  '__lookupSetter__',
]);
