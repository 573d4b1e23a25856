/**
 * Tokens: what generated code exports, and the types that generated code is written with.
 *
 * A token names a type or an interface by its content hash and carries the schema that defines it. Tokens are data: holding
 * one grants nothing, forging one yields at most the type of that hash.
 */
import type { Schema } from './schema.js';

export type { EnumDef, FieldDef, InterfaceDef, MethodDef, Schema, StructDef, TypeRef, VariantDef } from './schema.js';
export type { Result, RpcError, RpcErrorCode, RpcResult } from './result.js';

declare const viewOf: unique symbol;
declare const valueOf: unique symbol;
declare const implOf: unique symbol;

/** Names the struct or enum `T`: what `heap.alloc` takes. `View` is its accessors, `Value` its plain value. */
export interface TypeToken<View, Value = View> {
  readonly kind: 'type';
  readonly name: string;
  readonly id: string;
  readonly schema: Schema;
  readonly [viewOf]?: View;
  readonly [valueOf]?: Value;
}

/** Names an interface: what `domain.get`, `provides` and `imports` take. */
export interface InterfaceToken<Proxy, Impl> {
  readonly kind: 'interface';
  readonly name: string;
  readonly id: string;
  readonly schema: Schema;
  readonly [viewOf]?: Proxy;
  readonly [implOf]?: Impl;
}

/** Bytes on the shared heap. The copying methods run at memcpy speed; nothing here leads to the buffer. */
export interface Bytes {
  readonly length: number;
  /** A private copy. */
  toUint8Array(): Uint8Array;
  /** The bytes decoded as UTF-8. */
  text(): string;
  /** Copies `[start, end)` into `target` at `targetStart`; answers how many bytes were copied. */
  copyTo(target: Uint8Array, targetStart?: number, start?: number, end?: number): number;
  /** Overwrites bytes from `at` on. Throws LifetimeViolation while lent, RangeError where it does not fit. */
  set(source: Uint8Array, at?: number): void;
  at(index: number): number | undefined;
  /** A window that keeps the checks and ends with its root. */
  slice(start?: number, end?: number): Bytes;
}

/** What every handle can do beside its fields. */
export interface Handle {
  /** Gives the value back to the heap; waits for the last borrow where it is lent. Consumes the handle. */
  drop(): void;
  /** Detaches the child in an `RRef` field, leaving null there, and makes this domain its owner. */
  take(field: string): unknown;
  [Symbol.dispose](): void;
}

/** An owned, lent or child reference to a `T` on the shared heap. */
export type RRef<T> = Handle & T;

export interface CallOptions {
  /** Cancels the call: the caller gets `Cancelled`. */
  readonly signal?: AbortSignal;
  /** The caller waits this long at most, then gets `TimedOut`. */
  readonly timeoutMs?: number;
}

export function typeToken<View, Value>(schema: Schema, name: string): TypeToken<View, Value> {
  const def = schema.structs[name] ?? schema.enums[name];
  if (!def) throw new Error(`the schema of package ${schema.package} defines no type ${name}`);
  return Object.freeze({ kind: 'type', name, id: def.id, schema });
}

export function interfaceToken<Proxy, Impl>(schema: Schema, name: string): InterfaceToken<Proxy, Impl> {
  const def = schema.interfaces[name];
  if (!def) throw new Error(`the schema of package ${schema.package} defines no interface ${name}`);
  return Object.freeze({ kind: 'interface', name, id: def.id, schema });
}
