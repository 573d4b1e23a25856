/**
 * Block devices, after RedLeaf's `BDev` and `NvmeBDev` (docs/redleaf-interfaces.md says what differs).
 *
 * Generated from block.idl by `deciduous idl generate block.idl --out FOLDER`. Do not edit: change block.idl and generate again.
 */
import { interfaceToken, shadowToken, typeToken } from 'deciduous/schema';
import type { BoxedEnum, Bytes, CallOptions, InterfaceToken, Nominal, Provided, RRef, RRefDeque, Reference, Result, RpcResult, Schema, ShadowToken, TypeToken } from 'deciduous/schema';

export const BLOCK_BYTES = 4096;

/**
 * What one block holds: exactly 4 KiB.
 * As seen through a handle.
 */
export interface Block extends Nominal<'block.Block'> {
  get data(): Bytes;
  set data(next: Bytes | Uint8Array);
}

/**
 * What one block holds: exactly 4 KiB.
 * The plain value: what `alloc` takes, and what is passed by value.
 */
export interface BlockValue {
  readonly data: Uint8Array;
}

/** As seen through a handle. */
export interface Geometry extends Nominal<'block.Geometry'> {
  blocks: number;
}

/** The plain value: what `alloc` takes, and what is passed by value. */
export interface GeometryValue {
  readonly blocks: number;
}

export type BlockError = 'OutOfRange' | 'WrongSize' | 'DeviceFailed';
export const BlockError = Object.freeze({
  /** There is no such block. */
  OutOfRange: 'OutOfRange',
  /** Not exactly 4 KiB. */
  WrongSize: 'WrongSize',
  /** The device did not answer, or died. */
  DeviceFailed: 'DeviceFailed',
} as const);

/**
 * Reads and writes whole blocks. Doing either twice is doing it once, so a shadow of it hides the death of its driver.
 * Recoverable: every method may be issued again after a crash.
 * The callers' side: each method blocks until the call has ended.
 */
export interface BlockDevice extends Reference, Nominal<'block.BlockDevice'> {
  /** Replayable: nothing moves into the call, so it may be issued again after a crash. */
  geometry(): RpcResult<GeometryValue>;
  /**
   * What the block holds, as a copy that the caller owns.
   *
   * Replayable: nothing moves into the call, so it may be issued again after a crash.
   *
   * @param block copied
   * @returns copied, and the RRefs in it move to the caller
   */
  read(block: number): RpcResult<Result<RRef<Block>, BlockError>>;
  /**
   * Replayable: nothing moves into the call, so it may be issued again after a crash.
   *
   * @param block copied
   * @param data lent: it stays the caller's; nobody may change it until the call has ended
   */
  write(block: number, data: RRef<Block>): RpcResult<Result<void, BlockError>>;
  /** The same methods as promises, which never block the thread. */
  readonly async: {
    geometry(options?: CallOptions): Promise<RpcResult<GeometryValue>>;
    read(block: number, options?: CallOptions): Promise<RpcResult<Result<RRef<Block>, BlockError>>>;
    write(block: number, data: RRef<Block>, options?: CallOptions): Promise<RpcResult<Result<void, BlockError>>>;
  };
}

/**
 * Reads and writes whole blocks. Doing either twice is doing it once, so a shadow of it hides the death of its driver.
 * The provider's side: plain values, or promises of them. What is thrown is a panic and ends the domain.
 */
export interface BlockDeviceImpl extends Provided {
  geometry(): GeometryValue | Promise<GeometryValue>;
  /**
   * What the block holds, as a copy that the caller owns.
   *
   * @param block copied
   * @returns copied, and the RRefs in it move to the caller
   */
  read(block: number): Result<RRef<Block>, BlockError> | Promise<Result<RRef<Block>, BlockError>>;
  /**
   * @param block copied
   * @param data lent: it stays the caller's; nobody may change it until the call has ended
   */
  write(block: number, data: RRef<Block>): Result<void, BlockError> | Promise<Result<void, BlockError>>;
}

/**
 * A block on its way to a device or from it.
 * As seen through a handle.
 */
export interface Request extends Nominal<'block.Request'> {
  block: number;
  get data(): Bytes;
  set data(next: Bytes | Uint8Array);
  /** Why it failed; none where it did not, or has not been looked at. */
  failed: BlockError | null;
}

/**
 * A block on its way to a device or from it.
 * The plain value: what `alloc` takes, and what is passed by value.
 */
export interface RequestValue {
  readonly block: number;
  readonly data: Uint8Array;
  /** Why it failed; none where it did not, or has not been looked at. */
  readonly failed: BlockError | null;
}

/**
 * What a queue gives back: what was not begun, and what is done.
 * As seen through a handle.
 */
export interface Batch extends Nominal<'block.Batch'> {
  done: number;
  submit: RRefDeque<Request, 128>;
  collect: RRefDeque<Request, 128>;
}

/**
 * What a queue gives back: what was not begun, and what is done.
 * The plain value: what `alloc` takes, and what is passed by value.
 */
export interface BatchValue {
  readonly done: number;
  readonly submit: RRefDeque<Request, 128>;
  readonly collect: RRefDeque<Request, 128>;
}

/** As seen through a handle. */
export interface QueueStats extends Nominal<'block.QueueStats'> {
  submitted: bigint;
  completed: bigint;
}

/** The plain value: what `alloc` takes, and what is passed by value. */
export interface QueueStatsValue {
  readonly submitted: bigint;
  readonly completed: bigint;
}

/**
 * Blocks by the batch, without copies: both deques move in and come back in every outcome but the death of the driver.
 * The callers' side: each method blocks until the call has ended.
 */
export interface BlockQueue extends Reference, Nominal<'block.BlockQueue'> {
  /**
   * Not replayable: submit moves, and the callee may have consumed it before it died; collect moves, and the callee may have consumed it before it died.
   *
   * @param submit moves: the callee's from the start of the call on; a call that never started gives it back
   * @param collect moves: the callee's from the start of the call on; a call that never started gives it back
   * @param write copied
   * @returns copied, and the RRefs in it move to the caller
   */
  submitAndPoll(submit: RRefDeque<Request, 128>, collect: RRefDeque<Request, 128>, write: boolean): RpcResult<BatchValue>;
  /** Replayable: nothing moves into the call, so it may be issued again after a crash. */
  stats(): RpcResult<QueueStatsValue>;
  /** The same methods as promises, which never block the thread. */
  readonly async: {
    submitAndPoll(submit: RRefDeque<Request, 128>, collect: RRefDeque<Request, 128>, write: boolean, options?: CallOptions): Promise<RpcResult<BatchValue>>;
    stats(options?: CallOptions): Promise<RpcResult<QueueStatsValue>>;
  };
}

/**
 * Blocks by the batch, without copies: both deques move in and come back in every outcome but the death of the driver.
 * The provider's side: plain values, or promises of them. What is thrown is a panic and ends the domain.
 */
export interface BlockQueueImpl extends Provided {
  /**
   * @param submit moves: the callee's from the start of the call on; a call that never started gives it back
   * @param collect moves: the callee's from the start of the call on; a call that never started gives it back
   * @param write copied
   * @returns copied, and the RRefs in it move to the caller
   */
  submitAndPoll(submit: RRefDeque<Request, 128>, collect: RRefDeque<Request, 128>, write: boolean): BatchValue | Promise<BatchValue>;
  stats(): QueueStatsValue | Promise<QueueStatsValue>;
}

/** What the names above mean, as data. The runtime builds accessors and proxies from it after checking every id. */
const schema: Schema = {
  package: 'block',
  structs: {
    'block.Batch': {
      name: 'block.Batch',
      id: '1a74f495691da3596bd903f58c49201c7945202a974c4b421ca27d9f119d6d2c',
      doc: 'What a queue gives back: what was not begun, and what is done.',
      fields: [
        { name: 'done', type: { kind: 'scalar', scalar: 'u32' } },
        {
          name: 'submit',
          type: {
            kind: 'rref',
            target: { kind: 'container', container: 'deque', element: { kind: 'named', name: 'block.Request' }, length: 128 },
          },
        },
        {
          name: 'collect',
          type: {
            kind: 'rref',
            target: { kind: 'container', container: 'deque', element: { kind: 'named', name: 'block.Request' }, length: 128 },
          },
        },
      ],
    },
    'block.Block': {
      name: 'block.Block',
      id: '6e0d7e5fe5e71ca445eb079c6900ca42c76ea510f023ce5a52b39241e313d75c',
      doc: 'What one block holds: exactly 4 KiB.',
      fields: [{ name: 'data', type: { kind: 'bytes', max: 4096 } }],
    },
    'block.Geometry': {
      name: 'block.Geometry',
      id: '6ddae05a604b85c089e93d47cfee763f974db12a84e684193b2cf4d69502b468',
      fields: [{ name: 'blocks', type: { kind: 'scalar', scalar: 'u32' } }],
    },
    'block.QueueStats': {
      name: 'block.QueueStats',
      id: 'b6441a27a860b80d5366aefa4d496e74df049b20e317b58f50c4861ae98a5c40',
      fields: [
        { name: 'submitted', type: { kind: 'scalar', scalar: 'u64' } },
        { name: 'completed', type: { kind: 'scalar', scalar: 'u64' } },
      ],
    },
    'block.Request': {
      name: 'block.Request',
      id: '6907d360c817eeca18a4053bb9c9916f487f1822f86867adfbc7cce8413c1f6d',
      doc: 'A block on its way to a device or from it.',
      fields: [
        { name: 'block', type: { kind: 'scalar', scalar: 'u32' } },
        { name: 'data', type: { kind: 'bytes', max: 4096 } },
        {
          name: 'failed',
          type: { kind: 'option', value: { kind: 'named', name: 'block.BlockError' } },
          doc: 'Why it failed; none where it did not, or has not been looked at.',
        },
      ],
    },
  },
  enums: {
    'block.BlockError': {
      name: 'block.BlockError',
      id: 'fe98cb4e410fa771d9210de6c51ed03fb9cf1c0cf6fedec5d680eae6ab621ce8',
      variants: [
        { name: 'OutOfRange', doc: 'There is no such block.' },
        { name: 'WrongSize', doc: 'Not exactly 4 KiB.' },
        { name: 'DeviceFailed', doc: 'The device did not answer, or died.' },
      ],
    },
  },
  interfaces: {
    'block.BlockDevice': {
      name: 'block.BlockDevice',
      id: 'a70b710e1dccf77719ba0332f41dfad723687169736067b5d990eec484ba8b5e',
      doc: 'Reads and writes whole blocks. Doing either twice is doing it once, so a shadow of it hides the death of its driver.',
      recoverable: true,
      methods: [
        { name: 'geometry', params: [], returns: { kind: 'named', name: 'block.Geometry' }, replayable: true },
        {
          name: 'read',
          doc: 'What the block holds, as a copy that the caller owns.',
          params: [{ name: 'block', type: { kind: 'scalar', scalar: 'u32' } }],
          returns: {
            kind: 'result',
            ok: { kind: 'rref', target: { kind: 'named', name: 'block.Block' } },
            err: { kind: 'named', name: 'block.BlockError' },
          },
          replayable: true,
        },
        {
          name: 'write',
          params: [
            { name: 'block', type: { kind: 'scalar', scalar: 'u32' } },
            { name: 'data', type: { kind: 'rref', target: { kind: 'named', name: 'block.Block' }, lent: true } },
          ],
          returns: { kind: 'result', ok: { kind: 'void' }, err: { kind: 'named', name: 'block.BlockError' } },
          replayable: true,
        },
      ],
    },
    'block.BlockQueue': {
      name: 'block.BlockQueue',
      id: '07047a36900a61e44901c1f02bd66f65716eab5e2615d154dd48f6b7e7409ef1',
      doc: 'Blocks by the batch, without copies: both deques move in and come back in every outcome but the death of the driver.',
      methods: [
        {
          name: 'submitAndPoll',
          params: [
            {
              name: 'submit',
              type: {
                kind: 'rref',
                target: { kind: 'container', container: 'deque', element: { kind: 'named', name: 'block.Request' }, length: 128 },
              },
            },
            {
              name: 'collect',
              type: {
                kind: 'rref',
                target: { kind: 'container', container: 'deque', element: { kind: 'named', name: 'block.Request' }, length: 128 },
              },
            },
            { name: 'write', type: { kind: 'scalar', scalar: 'bool' } },
          ],
          returns: { kind: 'named', name: 'block.Batch' },
          replayable: false,
          notReplayableBecause: '`submit` moves, and the callee may have consumed it before it died; `collect` moves, and the callee may have consumed it before it died',
        },
        { name: 'stats', params: [], returns: { kind: 'named', name: 'block.QueueStats' }, replayable: true },
      ],
    },
  },
};

export const Block: TypeToken<Block, BlockValue> = typeToken(schema, 'block.Block');
export const Geometry: TypeToken<Geometry, GeometryValue> = typeToken(schema, 'block.Geometry');
/** The token of enum BlockError, for `alloc`; its handle has one field, `value`. */
export const BlockErrorType: TypeToken<BoxedEnum<'block.BlockError', BlockError>, BlockError> = typeToken(schema, 'block.BlockError');
export const BlockDevice: InterfaceToken<BlockDevice, BlockDeviceImpl> = interfaceToken(schema, 'block.BlockDevice');
/** Asked for instead of BlockDevice, it gives proxies that ride out the death of their provider: a call that it cuts short is issued again to the next life. */
export const BlockDeviceShadow: ShadowToken<BlockDevice> = shadowToken(schema, 'block.BlockDevice');
export const Request: TypeToken<Request, RequestValue> = typeToken(schema, 'block.Request');
export const Batch: TypeToken<Batch, BatchValue> = typeToken(schema, 'block.Batch');
export const QueueStats: TypeToken<QueueStats, QueueStatsValue> = typeToken(schema, 'block.QueueStats');
export const BlockQueue: InterfaceToken<BlockQueue, BlockQueueImpl> = interfaceToken(schema, 'block.BlockQueue');
