/**
 * Tokens: what generated code exports, and the types that generated code is written with.
 *
 * A token names a type or an interface by its content hash and carries the schema that defines it. Tokens are data: holding
 * one grants nothing, forging one yields at most the type of that hash.
 */
import type { ContainerType, Schema } from './schema.js';

export type { Bytes, Handle, RRef, RRefArray, RRefDeque, RRefVec } from './handle-types.js';
export type { EnumDef, FieldDef, InterfaceDef, MethodDef, Schema, StructDef, TypeRef, VariantDef } from './schema.js';
export type { Result, RpcError, RpcErrorCode, RpcResult } from './result.js';

declare const viewOf: unique symbol;
declare const valueOf: unique symbol;
declare const implOf: unique symbol;

declare const nameOf: unique symbol;

/**
 * Tells definitions of the same shape apart, by their qualified names: `RRef<Metres>` is no `RRef<Feet>`. It is there for the type checker alone; no value
 * has it, so that a plain value needs none.
 */
export interface Nominal<Name extends string> {
  readonly [nameOf]?: Name;
}

/** What a handle to an enum offers. */
export interface BoxedEnum<Name extends string, Value> extends Nominal<Name> {
  value: Value;
}

/** Names a struct, an enum or a container: what `heap.alloc` takes. `View` is its accessors, `Value` its plain value. */
export interface TypeToken<View, Value = View> {
  readonly kind: 'type';
  readonly name: string;
  readonly id: string;
  readonly schema: Schema;
  /** Of a container: which one. The others are named. */
  readonly container?: ContainerType;
  readonly [viewOf]?: View;
  readonly [valueOf]?: Value;
}

/** Names an interface: what `domain.get`, `provides` and `imports` take. */
export interface InterfaceToken<Proxy, Impl> {
  readonly kind: 'interface';
  readonly name: string;
  readonly id: string;
  readonly schema: Schema;
  /** Of a shadow: `ShadowToken`. */
  readonly shadow?: true;
  readonly [viewOf]?: Proxy;
  readonly [implOf]?: Impl;
}

/** Names an interface whose provider may be re-created: what `domain.get` and `imports` take for proxies that ride out its death. Nobody provides one. */
export interface ShadowToken<Proxy> extends InterfaceToken<Proxy, never> {
  readonly shadow: true;
}

/** What every proxy can do beside the methods of its interface. */
export interface Reference {
  /**
   * Lets go of the reference: its provider is told when nobody holds it any more. Afterwards calls through it, or through its `async`, throw LifetimeViolation. Repeatable. A proxy that is lost is let go of when garbage is collected.
   */
  drop(): void;
  [Symbol.dispose](): void;
}

/** What every implementation may have beside the methods of its interface. */
export interface Provided {
  /** Called when nobody holds a reference to it any more; what it answers is for nobody. What it throws is a panic, which blames no call. */
  released?(): unknown;
}

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

export function shadowToken<Proxy>(schema: Schema, name: string): ShadowToken<Proxy> {
  return Object.freeze({ ...interfaceToken<Proxy, never>(schema, name), shadow: true });
}
