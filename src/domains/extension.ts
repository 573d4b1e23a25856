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

type ViewOf<Token> = Token extends TypeToken<infer View, infer _Value> ? View : never;

/**
 * What outlives this life: one root on the shared heap, which the kernel keeps between two lives and gives to the next one. What it holds is read, changed and lent like any owned value, and is neither sent nor dropped while it is there.
 */
export interface Medium<View> {
  /** What it holds, or null. After a death that is what the last `put` left there, with each change that was made in place. */
  readonly value: RRef<View> | null;
  /** How many changes have been committed since the program was loaded. */
  readonly generation: number;
  /** The intent of the change that is under way, or that the last life was at when it died; 0 where the medium is at rest. It stays until a change is committed. */
  readonly intent: number;
  /** Why the kernel could not hand over what the last life had here; null where nothing was lost. */
  readonly lost: string | null;
  /** Moves `value` in, in one step: whoever dies leaves the one that was here or this one. What was here is dropped. Throws InvalidType for a value of another type, LifetimeViolation for one that cannot be moved. */
  put(value: RRef<View>): void;
  /** Takes out what is here: it is this domain's like any other value, and ends with it. Null where nothing is. */
  take(): RRef<View> | null;
  /** Says that a change in place begins, a whole number from 1 to 2 ** 31 - 1, which the next life finds in `intent` if this one does not come to `commit()`. Throws LifetimeViolation where this life is at one already. */
  begin(intent: number): void;
  /** Says that it is complete: `intent` is 0 and `generation` one more, in one step. Throws LifetimeViolation where nothing has begun. */
  commit(): void;
  /** `begin`, `change()`, `commit`. Where `change` throws the change stays open. It may not be asynchronous: use `begin` and `commit` then. */
  change<Result>(intent: number, change: () => Result): Result;
}

export interface DomainContext<Imports, Keeps = Record<never, never>> {
  readonly heap: DomainHeap;
  /** What this program keeps, by the names in `keeps`. */
  readonly media: { readonly [name in keyof Keeps]: Medium<ViewOf<Keeps[name]>> };
  readonly imports: { readonly [name in keyof Imports]: ProxyOf<Imports[name]> };
  /** The domain's name and which of its lives this is. */
  readonly name: string;
  readonly incarnation: number;
  /**
   * Takes back what this domain provides or has passed: calls through any reference to `implementation` answer `PermissionDenied` from now on. Passed again, it is a new reference. Repeatable.
   * Throws a TypeError for what is no object, and for a proxy that leads to somebody else.
   */
  revoke(implementation: object): void;
  /**
   * Ends this life, at once and for no fault: what it holds comes back, callers that wait in it get `DomainCrashed` with the cause `exited`, and only the restart type `always` starts another. It does not return, and cannot be caught. To
   * answer first, end in a timer.
   */
  end(): never;
}

export interface DomainDefinition<Provides, Imports, Keeps = Record<never, never>> {
  /** The interfaces that this domain answers, by the names that hosts ask for. */
  readonly provides: Provides;
  /** The capabilities that it asks for, by the names that hosts grant. */
  readonly imports?: Imports;
  /** What it keeps from one life to the next: structs of generated modules by name, 4 at the most. Written out: the build reads it. */
  readonly keeps?: Keeps;
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
    context: DomainContext<Imports, Keeps>,
  ): { readonly [name in keyof Provides]: ImplOf<Provides[name]> } | Promise<{ readonly [name in keyof Provides]: ImplOf<Provides[name]> }>;
}

type AnyInterface = InterfaceToken<unknown, unknown>;

/** What an extension's default export is made with. */
export function defineDomain<
  Provides extends { readonly [name: string]: AnyInterface },
  Imports extends { readonly [name: string]: AnyInterface } = Record<never, never>,
  Keeps extends { readonly [name: string]: TypeToken<unknown, unknown> } = Record<never, never>,
>(definition: DomainDefinition<Provides, Imports, Keeps>): DomainDefinition<Provides, Imports, Keeps> {
  return Object.freeze(definition);
}
