/**
 * A lock that the kernel keeps for domains that share something.
 *
 * Generated from lock.idl by `deciduous idl generate lock.idl --out FOLDER`. Do not edit: change lock.idl and generate again.
 */
import { interfaceToken, typeToken } from '../../abi/schema-tokens.js';
import type { BoxedEnum, CallOptions, InterfaceToken, Nominal, Provided, Reference, Result, RpcResult, Schema, TypeToken } from '../../abi/schema-tokens.js';

/**
 * What whoever has just acquired a lock must know.
 * As seen through a handle.
 */
export interface Acquired extends Nominal<'lock.Acquired'> {
  /** Somebody died holding the lock, and nobody has been told yet: what it guards may be half changed. Rely on it only where this is false. */
  poisoned: boolean;
}

/**
 * What whoever has just acquired a lock must know.
 * The plain value: what `alloc` takes, and what is passed by value.
 */
export interface AcquiredValue {
  /** Somebody died holding the lock, and nobody has been told yet: what it guards may be half changed. Rely on it only where this is false. */
  readonly poisoned: boolean;
}

/**
 * One life of a program, as events name it.
 * As seen through a handle.
 */
export interface Holder extends Nominal<'lock.Holder'> {
  name: string;
  incarnation: number;
}

/**
 * One life of a program, as events name it.
 * The plain value: what `alloc` takes, and what is passed by value.
 */
export interface HolderValue {
  readonly name: string;
  readonly incarnation: number;
}

export type LockError = 'Busy' | 'AlreadyHeld' | 'Deadlock' | 'NotOwner';
export const LockError = Object.freeze({
  /** It was not free within the time given. */
  Busy: 'Busy',
  /** The caller's domain has it already: a lock is not re-entrant. */
  AlreadyHeld: 'AlreadyHeld',
  /** Each of several domains holds what the next one waits for, and this wait was the youngest. */
  Deadlock: 'Deadlock',
  /** The caller's domain does not have it. */
  NotOwner: 'NotOwner',
} as const);

/**
 * Its owner is a domain, not a task in it. Who dies holding it leaves it poisoned.
 * The callers' side: each method blocks until the call has ended.
 */
export interface Lock extends Reference, Nominal<'lock.Lock'> {
  /**
   * Answers when the lock is the caller's, after those who asked before; or `Busy` after so many milliseconds. A caller that gave the call up, or died, never gets it.
   *
   * Replayable: nothing moves into the call, so it may be issued again after a crash.
   *
   * @param timeoutMs copied
   */
  acquire(timeoutMs: number): RpcResult<Result<AcquiredValue, LockError>>;
  /**
   * As `acquire` without waiting.
   *
   * Replayable: nothing moves into the call, so it may be issued again after a crash.
   */
  tryAcquire(): RpcResult<Result<AcquiredValue, LockError>>;
  /** Replayable: nothing moves into the call, so it may be issued again after a crash. */
  release(): RpcResult<Result<void, LockError>>;
  /**
   * Who died holding it, the last one where several did. A call of its own, so that acquiring needs no memory on the shared heap.
   *
   * Replayable: nothing moves into the call, so it may be issued again after a crash.
   */
  lastDeath(): RpcResult<HolderValue | null>;
  /** The same methods as promises, which never block the thread. */
  readonly async: {
    acquire(timeoutMs: number, options?: CallOptions): Promise<RpcResult<Result<AcquiredValue, LockError>>>;
    tryAcquire(options?: CallOptions): Promise<RpcResult<Result<AcquiredValue, LockError>>>;
    release(options?: CallOptions): Promise<RpcResult<Result<void, LockError>>>;
    lastDeath(options?: CallOptions): Promise<RpcResult<HolderValue | null>>;
  };
}

/**
 * Its owner is a domain, not a task in it. Who dies holding it leaves it poisoned.
 * The provider's side: plain values, or promises of them. What is thrown is a panic and ends the domain.
 */
export interface LockImpl extends Provided {
  /**
   * Answers when the lock is the caller's, after those who asked before; or `Busy` after so many milliseconds. A caller that gave the call up, or died, never gets it.
   *
   * @param timeoutMs copied
   */
  acquire(timeoutMs: number): Result<AcquiredValue, LockError> | Promise<Result<AcquiredValue, LockError>>;
  /** As `acquire` without waiting. */
  tryAcquire(): Result<AcquiredValue, LockError> | Promise<Result<AcquiredValue, LockError>>;
  release(): Result<void, LockError> | Promise<Result<void, LockError>>;
  /** Who died holding it, the last one where several did. A call of its own, so that acquiring needs no memory on the shared heap. */
  lastDeath(): HolderValue | null | Promise<HolderValue | null>;
}

/** What the names above mean, as data. The runtime builds accessors and proxies from it after checking every id. */
const schema: Schema = {
  package: 'lock',
  structs: {
    'lock.Acquired': {
      name: 'lock.Acquired',
      id: 'e426fe9889a65b5fc894ad96ec5e3b0d480ee51c0afa35869564be53db4ab3d3',
      doc: 'What whoever has just acquired a lock must know.',
      fields: [
        {
          name: 'poisoned',
          type: { kind: 'scalar', scalar: 'bool' },
          doc: 'Somebody died holding the lock, and nobody has been told yet: what it guards may be half changed. Rely on it only where this is false.',
        },
      ],
    },
    'lock.Holder': {
      name: 'lock.Holder',
      id: '9e7171f9c0fb525354876adc50d01e855e75cbee23335f4f041a654fb8523d94',
      doc: 'One life of a program, as events name it.',
      fields: [{ name: 'name', type: { kind: 'string' } }, { name: 'incarnation', type: { kind: 'scalar', scalar: 'u32' } }],
    },
  },
  enums: {
    'lock.LockError': {
      name: 'lock.LockError',
      id: 'aa481a1fdf87722555f4f6399f0c81427782a7ee7f7bb9e4e48aeedbb126b138',
      variants: [
        { name: 'Busy', doc: 'It was not free within the time given.' },
        { name: 'AlreadyHeld', doc: "The caller's domain has it already: a lock is not re-entrant." },
        { name: 'Deadlock', doc: 'Each of several domains holds what the next one waits for, and this wait was the youngest.' },
        { name: 'NotOwner', doc: "The caller's domain does not have it." },
      ],
    },
  },
  interfaces: {
    'lock.Lock': {
      name: 'lock.Lock',
      id: 'c6792b774e15248d2920b8c3810092489cf4884909419df5c996d5a9083279b5',
      doc: 'Its owner is a domain, not a task in it. Who dies holding it leaves it poisoned.',
      methods: [
        {
          name: 'acquire',
          doc: "Answers when the lock is the caller's, after those who asked before; or `Busy` after so many milliseconds. A caller that gave the call up, or died, never gets it.",
          params: [{ name: 'timeoutMs', type: { kind: 'scalar', scalar: 'u32' } }],
          returns: { kind: 'result', ok: { kind: 'named', name: 'lock.Acquired' }, err: { kind: 'named', name: 'lock.LockError' } },
          replayable: true,
        },
        {
          name: 'tryAcquire',
          doc: 'As `acquire` without waiting.',
          params: [],
          returns: { kind: 'result', ok: { kind: 'named', name: 'lock.Acquired' }, err: { kind: 'named', name: 'lock.LockError' } },
          replayable: true,
        },
        {
          name: 'release',
          params: [],
          returns: { kind: 'result', ok: { kind: 'void' }, err: { kind: 'named', name: 'lock.LockError' } },
          replayable: true,
        },
        {
          name: 'lastDeath',
          doc: 'Who died holding it, the last one where several did. A call of its own, so that acquiring needs no memory on the shared heap.',
          params: [],
          returns: { kind: 'option', value: { kind: 'named', name: 'lock.Holder' } },
          replayable: true,
        },
      ],
    },
  },
};

export const Acquired: TypeToken<Acquired, AcquiredValue> = typeToken(schema, 'lock.Acquired');
export const Holder: TypeToken<Holder, HolderValue> = typeToken(schema, 'lock.Holder');
/** The token of enum LockError, for `alloc`; its handle has one field, `value`. */
export const LockErrorType: TypeToken<BoxedEnum<'lock.LockError', LockError>, LockError> = typeToken(schema, 'lock.LockError');
export const Lock: InterfaceToken<Lock, LockImpl> = interfaceToken(schema, 'lock.Lock');
