/**
 * `deciduous/domain`: what an extension imports. The trusted build resolves this name to functions of the domain's runtime; this module is the same for type-checking and for tests of
 * an extension's pure parts outside a domain.
 */
import type { Power } from '../abi/powers.js';
import type { Limits } from '../abi/limits.js';
import type { InterfaceToken, RRef, TypeToken } from '../abi/schema-tokens.js';

export { RRefArray, RRefDeque, RRefVec } from '../abi/container-tokens.js';
export type { Limits } from '../abi/limits.js';
export { err, ok, unwrap } from '../abi/result.js';
export type { Result, RpcError, RpcResult } from '../abi/result.js';
export type { Bytes, RRef } from '../abi/schema-tokens.js';

/** The shared heap, as an extension sees it. */
export interface DomainHeap {
  /** Allocates a value that this domain owns. Throws InvalidType, LifetimeViolation, or ResourceExhausted when the domain's quota is used up. */
  alloc<View, Value>(type: TypeToken<View, Value>, value: Value): RRef<View>;
  /** Bytes that this domain owns on the shared heap. */
  readonly usedBytes: number;
}

type ProxyOf<Token> = Token extends InterfaceToken<infer Proxy, infer _Impl> ? Proxy : never;
type ImplOf<Token> = Token extends InterfaceToken<infer _Proxy, infer Impl> ? Impl : never;

export interface DomainContext<Imports> {
  readonly heap: DomainHeap;
  readonly imports: { readonly [name in keyof Imports]: ProxyOf<Imports[name]> };
  /** The domain's name and which of its lives this is. */
  readonly name: string;
  readonly incarnation: number;
  /**
   * Takes back what this domain provides or has passed: calls through any reference to `implementation` answer `PermissionDenied` from now on. Passed again, it is a new reference. Repeatable.
   * Throws a TypeError for what is no object, and for a proxy that leads to somebody else.
   */
  revoke(implementation: object): void;
}

export interface DomainDefinition<Provides, Imports> {
  /** The interfaces that this domain answers, by the names that hosts ask for. */
  readonly provides: Provides;
  /** The capabilities that it asks for, by the names that hosts grant. */
  readonly imports?: Imports;
  /**
   * The globals that it asks for: `clock` (a present for `Date`, `performance`), `random` (`Math.random`, `crypto`), `text` (`TextEncoder`, `TextDecoder`), `url` (`URL`, `URLSearchParams`). Written out, as literals:
   * the build reads it.
   */
  readonly uses?: readonly Power[];
  /**
   * The limits that it asks for, in numbers that can be read before it runs: sizes are bytes, times milliseconds. They hold where whoever loads it gives none, and never beyond what that host lets
   * an extension ask for.
   */
  readonly limits?: Partial<Limits>;
  /** Which version of the program this is (1): a whole number, raised with each release, so that a host can insist on the least that it takes. */
  readonly version?: number;
  /** Runs once in each life; answers the implementations, by the names in `provides`. */
  init(
    context: DomainContext<Imports>,
  ): { readonly [name in keyof Provides]: ImplOf<Provides[name]> } | Promise<{ readonly [name in keyof Provides]: ImplOf<Provides[name]> }>;
}

type AnyInterface = InterfaceToken<unknown, unknown>;

/** What an extension's default export is made with. */
export function defineDomain<
  Provides extends { readonly [name: string]: AnyInterface },
  Imports extends { readonly [name: string]: AnyInterface } = Record<never, never>,
>(definition: DomainDefinition<Provides, Imports>): DomainDefinition<Provides, Imports> {
  return Object.freeze(definition);
}
