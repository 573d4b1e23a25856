/**
 * A key-value store that may crash and be re-created.
 *
 * Generated from kv.idl by `deciduous idl generate kv.idl --out FOLDER`. Do not edit: change kv.idl and generate again.
 */
import { interfaceToken, shadowToken, typeToken } from '../../abi/schema-tokens.js';
import type { BoxedEnum, Bytes, CallOptions, InterfaceToken, Nominal, Provided, RRef, Reference, Result, RpcResult, Schema, ShadowToken, TypeToken } from '../../abi/schema-tokens.js';

export { Level, LevelType, Log, LogShadow } from './log.js';
export type { LogImpl } from './log.js';

/** As seen through a handle. */
export interface Key extends Nominal<'kv.Key'> {
  name: string;
}

/** The plain value: what `alloc` takes, and what is passed by value. */
export interface KeyValue {
  readonly name: string;
}

/** As seen through a handle. */
export interface Entry extends Nominal<'kv.Entry'> {
  get value(): Bytes;
  set value(next: Bytes | Uint8Array);
  /** Free for the caller's use. */
  flags: number;
  /** Milliseconds since 1970; none for an entry that stays. */
  expires: bigint | null;
}

/** The plain value: what `alloc` takes, and what is passed by value. */
export interface EntryValue {
  readonly value: Uint8Array;
  /** Free for the caller's use. */
  readonly flags: number;
  /** Milliseconds since 1970; none for an entry that stays. */
  readonly expires: bigint | null;
}

export type StoreError = 'Full' | 'TooLarge';
export const StoreError = Object.freeze({
  /** The store holds as many entries as it may. */
  Full: 'Full',
  /** The entry exceeds what the store accepts. */
  TooLarge: 'TooLarge',
} as const);

/**
 * Everything below can be asked of a store.
 * Recoverable: every method may be issued again after a crash.
 * The callers' side: each method blocks until the call has ended.
 */
export interface KvStore extends Reference, Nominal<'kv.KvStore'> {
  /**
   * The entry under `key`, as a copy that the caller owns.
   *
   * Replayable: nothing moves into the call, so it may be issued again after a crash.
   *
   * @param key lent: it stays the caller's; nobody may change it until the call has ended
   * @returns moves: the caller's, to keep or to drop
   */
  get(key: RRef<Key>): RpcResult<RRef<Entry> | null>;
  /**
   * Stores a copy of `entry`, replacing what was there.
   *
   * Replayable: nothing moves into the call, so it may be issued again after a crash.
   *
   * @param key lent: it stays the caller's; nobody may change it until the call has ended
   * @param entry lent: it stays the caller's; nobody may change it until the call has ended
   */
  put(key: RRef<Key>, entry: RRef<Entry>): RpcResult<Result<void, StoreError>>;
  /**
   * Whether there was an entry to remove.
   *
   * Replayable: nothing moves into the call, so it may be issued again after a crash.
   *
   * @param key lent: it stays the caller's; nobody may change it until the call has ended
   */
  remove(key: RRef<Key>): RpcResult<boolean>;
  /** Replayable: nothing moves into the call, so it may be issued again after a crash. */
  size(): RpcResult<number>;
  /** The same methods as promises, which never block the thread. */
  readonly async: {
    get(key: RRef<Key>, options?: CallOptions): Promise<RpcResult<RRef<Entry> | null>>;
    put(key: RRef<Key>, entry: RRef<Entry>, options?: CallOptions): Promise<RpcResult<Result<void, StoreError>>>;
    remove(key: RRef<Key>, options?: CallOptions): Promise<RpcResult<boolean>>;
    size(options?: CallOptions): Promise<RpcResult<number>>;
  };
}

/**
 * Everything below can be asked of a store.
 * The provider's side: plain values, or promises of them. What is thrown is a panic and ends the domain.
 */
export interface KvStoreImpl extends Provided {
  /**
   * The entry under `key`, as a copy that the caller owns.
   *
   * @param key lent: it stays the caller's; nobody may change it until the call has ended
   * @returns moves: the caller's, to keep or to drop
   */
  get(key: RRef<Key>): RRef<Entry> | null | Promise<RRef<Entry> | null>;
  /**
   * Stores a copy of `entry`, replacing what was there.
   *
   * @param key lent: it stays the caller's; nobody may change it until the call has ended
   * @param entry lent: it stays the caller's; nobody may change it until the call has ended
   */
  put(key: RRef<Key>, entry: RRef<Entry>): Result<void, StoreError> | Promise<Result<void, StoreError>>;
  /**
   * Whether there was an entry to remove.
   *
   * @param key lent: it stays the caller's; nobody may change it until the call has ended
   */
  remove(key: RRef<Key>): boolean | Promise<boolean>;
  size(): number | Promise<number>;
}

/**
 * Not recoverable: it takes an interface reference, a capability, and moves what it reports.
 * The callers' side: each method blocks until the call has ended.
 */
export interface Feed extends Reference, Nominal<'kv.Feed'> {
  /**
   * Reports every change of a key that begins with `prefix`.
   *
   * Not replayable: sink passes an interface reference, which the first attempt may have used or kept.
   *
   * @param prefix copied
   * @param sink a capability: the callee may call it until it drops it
   */
  watch(prefix: string, sink: Watcher | WatcherImpl): RpcResult<Result<void, StoreError>>;
  /** The same methods as promises, which never block the thread. */
  readonly async: {
    watch(prefix: string, sink: Watcher | WatcherImpl, options?: CallOptions): Promise<RpcResult<Result<void, StoreError>>>;
  };
}

/**
 * Not recoverable: it takes an interface reference, a capability, and moves what it reports.
 * The provider's side: plain values, or promises of them. What is thrown is a panic and ends the domain.
 */
export interface FeedImpl extends Provided {
  /**
   * Reports every change of a key that begins with `prefix`.
   *
   * @param prefix copied
   * @param sink a capability: the callee may call it until it drops it
   */
  watch(prefix: string, sink: Watcher): Result<void, StoreError> | Promise<Result<void, StoreError>>;
}

/** The callers' side: each method blocks until the call has ended. */
export interface Watcher extends Reference, Nominal<'kv.Watcher'> {
  /**
   * Not replayable: key moves, and the callee may have consumed it before it died.
   *
   * @param key moves: the callee's from the start of the call on; a call that never started gives it back
   */
  changed(key: RRef<Key>): RpcResult<void>;
  /** The same methods as promises, which never block the thread. */
  readonly async: {
    changed(key: RRef<Key>, options?: CallOptions): Promise<RpcResult<void>>;
  };
}

/** The provider's side: plain values, or promises of them. What is thrown is a panic and ends the domain. */
export interface WatcherImpl extends Provided {
  /** @param key moves: the callee's from the start of the call on; a call that never started gives it back */
  changed(key: RRef<Key>): void | Promise<void>;
}

/** What the names above mean, as data. The runtime builds accessors and proxies from it after checking every id. */
const schema: Schema = {
  package: 'kv',
  reexports: { log: ['Level', 'LevelType', 'Log', 'LogShadow'] },
  structs: {
    'kv.Entry': {
      name: 'kv.Entry',
      id: 'dfd835ab285b18329c43e2cbe9b8f6410af863094794943c61eec96947a38932',
      fields: [
        { name: 'value', type: { kind: 'bytes' } },
        { name: 'flags', type: { kind: 'scalar', scalar: 'u32' }, doc: "Free for the caller's use." },
        {
          name: 'expires',
          type: { kind: 'option', value: { kind: 'scalar', scalar: 'u64' } },
          doc: 'Milliseconds since 1970; none for an entry that stays.',
        },
      ],
    },
    'kv.Key': {
      name: 'kv.Key',
      id: '22a1d64f992140babc572330fa5cf3f8a12fd7ed6af17a9385d6e35ba7dccaf3',
      fields: [{ name: 'name', type: { kind: 'string' } }],
    },
  },
  enums: {
    'kv.StoreError': {
      name: 'kv.StoreError',
      id: '738ea2484404b6afec1d4e04bb74d79e6e28837f754cdfe88881ba98349e7bef',
      variants: [
        { name: 'Full', doc: 'The store holds as many entries as it may.' },
        { name: 'TooLarge', doc: 'The entry exceeds what the store accepts.' },
      ],
    },
  },
  interfaces: {
    'kv.Feed': {
      name: 'kv.Feed',
      id: '9fbaff9a56cac9908a378f97d475eb0e147d33475a3572a0827c30dd895b9120',
      doc: 'Not recoverable: it takes an interface reference, a capability, and moves what it reports.',
      methods: [
        {
          name: 'watch',
          doc: 'Reports every change of a key that begins with `prefix`.',
          params: [{ name: 'prefix', type: { kind: 'string' } }, { name: 'sink', type: { kind: 'interface', name: 'kv.Watcher' } }],
          returns: { kind: 'result', ok: { kind: 'void' }, err: { kind: 'named', name: 'kv.StoreError' } },
          replayable: false,
          notReplayableBecause: '`sink` passes an interface reference, which the first attempt may have used or kept',
        },
      ],
    },
    'kv.KvStore': {
      name: 'kv.KvStore',
      id: 'ab2b35b812f04d8efab99f2df1672856f00a15fa354d863b5ab56af341442979',
      doc: 'Everything below can be asked of a store.',
      recoverable: true,
      methods: [
        {
          name: 'get',
          doc: 'The entry under `key`, as a copy that the caller owns.',
          params: [{ name: 'key', type: { kind: 'rref', target: { kind: 'named', name: 'kv.Key' }, lent: true } }],
          returns: { kind: 'option', value: { kind: 'rref', target: { kind: 'named', name: 'kv.Entry' } } },
          replayable: true,
        },
        {
          name: 'put',
          doc: 'Stores a copy of `entry`, replacing what was there.',
          params: [
            { name: 'key', type: { kind: 'rref', target: { kind: 'named', name: 'kv.Key' }, lent: true } },
            { name: 'entry', type: { kind: 'rref', target: { kind: 'named', name: 'kv.Entry' }, lent: true } },
          ],
          returns: { kind: 'result', ok: { kind: 'void' }, err: { kind: 'named', name: 'kv.StoreError' } },
          replayable: true,
        },
        {
          name: 'remove',
          doc: 'Whether there was an entry to remove.',
          params: [{ name: 'key', type: { kind: 'rref', target: { kind: 'named', name: 'kv.Key' }, lent: true } }],
          returns: { kind: 'scalar', scalar: 'bool' },
          replayable: true,
        },
        { name: 'size', params: [], returns: { kind: 'scalar', scalar: 'u32' }, replayable: true },
      ],
    },
    'kv.Watcher': {
      name: 'kv.Watcher',
      id: '598bf71222f6e748e2d3b3cd9e6fa3cca9054f7fe85ab0690bd1308e84a797c4',
      methods: [
        {
          name: 'changed',
          params: [{ name: 'key', type: { kind: 'rref', target: { kind: 'named', name: 'kv.Key' } } }],
          returns: { kind: 'void' },
          replayable: false,
          notReplayableBecause: '`key` moves, and the callee may have consumed it before it died',
        },
      ],
    },
  },
};

export const Key: TypeToken<Key, KeyValue> = typeToken(schema, 'kv.Key');
export const Entry: TypeToken<Entry, EntryValue> = typeToken(schema, 'kv.Entry');
/** The token of enum StoreError, for `alloc`; its handle has one field, `value`. */
export const StoreErrorType: TypeToken<BoxedEnum<'kv.StoreError', StoreError>, StoreError> = typeToken(schema, 'kv.StoreError');
export const KvStore: InterfaceToken<KvStore, KvStoreImpl> = interfaceToken(schema, 'kv.KvStore');
/** Asked for instead of KvStore, it gives proxies that ride out the death of their provider: a call that it cuts short is issued again to the next life. */
export const KvStoreShadow: ShadowToken<KvStore> = shadowToken(schema, 'kv.KvStore');
export const Feed: InterfaceToken<Feed, FeedImpl> = interfaceToken(schema, 'kv.Feed');
export const Watcher: InterfaceToken<Watcher, WatcherImpl> = interfaceToken(schema, 'kv.Watcher');
