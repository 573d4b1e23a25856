/**
 * What the domains of the recovery sample ask of each other, beside the block device (idl/redleaf/block.idl).
 *
 * Generated from recovery.idl by `deciduous idl generate recovery.idl --out FOLDER`. Do not edit: change recovery.idl and generate again.
 */
import { interfaceToken, shadowToken, typeToken } from 'deciduous/schema';
import type { BoxedEnum, CallOptions, InterfaceToken, Nominal, Provided, RRef, RRefArray, Reference, Result, RpcResult, Schema, ShadowToken, TypeToken } from 'deciduous/schema';
import type * as block from './block.js';

export { BLOCK_BYTES, Block, Geometry, BlockError, BlockErrorType, BlockDevice, BlockDeviceShadow, Request, Batch, QueueStats, BlockQueue } from './block.js';
export type { BlockValue, GeometryValue, BlockDeviceImpl, RequestValue, BatchValue, QueueStatsValue, BlockQueueImpl } from './block.js';

export const KEPT_BLOCKS = 1056;

/** When a domain that was told to die does so: before it has done what it is asked for next, or after, when the answer is still its own. */
export type Moment = 'Before' | 'After';
/** When a domain that was told to die does so: before it has done what it is asked for next, or after, when the answer is still its own. */
export const Moment = Object.freeze({
  Before: 'Before',
  After: 'After',
} as const);

/**
 * A defect that can be had when it is wanted.
 * The callers' side: each method blocks until the call has ended.
 */
export interface Fault extends Reference, Nominal<'recovery.Fault'> {
  /**
   * The next read or write panics.
   *
   * Replayable: nothing moves into the call, so it may be issued again after a crash.
   *
   * @param moment copied
   */
  arm(moment: Moment): RpcResult<void>;
  /** The same methods as promises, which never block the thread. */
  readonly async: {
    arm(moment: Moment, options?: CallOptions): Promise<RpcResult<void>>;
  };
}

/**
 * A defect that can be had when it is wanted.
 * The provider's side: plain values, or promises of them. What is thrown is a panic and ends the domain.
 */
export interface FaultImpl extends Provided {
  /**
   * The next read or write panics.
   *
   * @param moment copied
   */
  arm(moment: Moment): void | Promise<void>;
}

/**
 * What a device keeps of its own through its crashes.
 * As seen through a handle.
 */
export interface Platter extends Nominal<'recovery.Platter'> {
  blocks: RRefArray<block.Block, 1056>;
}

/**
 * What a device keeps of its own through its crashes.
 * The plain value: what `alloc` takes, and what is passed by value.
 */
export interface PlatterValue {
  readonly blocks: RRefArray<block.Block, 1056>;
}

export type FilesError = 'NotFound' | 'Exists' | 'NoSpace' | 'OutOfRange' | 'WrongSize' | 'DeviceFailed';
export const FilesError = Object.freeze({
  NotFound: 'NotFound',
  /** A file of that name has another size. */
  Exists: 'Exists',
  NoSpace: 'NoSpace',
  /** The file has no such page. */
  OutOfRange: 'OutOfRange',
  /** Not exactly 4 KiB. */
  WrongSize: 'WrongSize',
  DeviceFailed: 'DeviceFailed',
} as const);

/**
 * Files of 4 KiB pages. A file is known by its number, which is on the device and so the same in each life: a shadow of it hides the death of the file system.
 * Recoverable: every method may be issued again after a crash.
 * The callers' side: each method blocks until the call has ended.
 */
export interface Files extends Reference, Nominal<'recovery.Files'> {
  /**
   * Answers the number of the file, which is made where there is none. A file has the pages that it was made with.
   *
   * Replayable: nothing moves into the call, so it may be issued again after a crash.
   *
   * @param name copied
   * @param pages copied
   */
  open(name: string, pages: number): RpcResult<Result<number, FilesError>>;
  /**
   * What the page holds, as a copy that the caller owns.
   *
   * Replayable: nothing moves into the call, so it may be issued again after a crash.
   *
   * @param file copied
   * @param page copied
   * @returns copied, and the RRefs in it move to the caller
   */
  read(file: number, page: number): RpcResult<Result<RRef<block.Block>, FilesError>>;
  /**
   * Answers when the page is on the device.
   *
   * Replayable: nothing moves into the call, so it may be issued again after a crash.
   *
   * @param file copied
   * @param page copied
   * @param data lent: it stays the caller's; nobody may change it until the call has ended
   */
  write(file: number, page: number, data: RRef<block.Block>): RpcResult<Result<void, FilesError>>;
  /** The same methods as promises, which never block the thread. */
  readonly async: {
    open(name: string, pages: number, options?: CallOptions): Promise<RpcResult<Result<number, FilesError>>>;
    read(file: number, page: number, options?: CallOptions): Promise<RpcResult<Result<RRef<block.Block>, FilesError>>>;
    write(file: number, page: number, data: RRef<block.Block>, options?: CallOptions): Promise<RpcResult<Result<void, FilesError>>>;
  };
}

/**
 * Files of 4 KiB pages. A file is known by its number, which is on the device and so the same in each life: a shadow of it hides the death of the file system.
 * The provider's side: plain values, or promises of them. What is thrown is a panic and ends the domain.
 */
export interface FilesImpl extends Provided {
  /**
   * Answers the number of the file, which is made where there is none. A file has the pages that it was made with.
   *
   * @param name copied
   * @param pages copied
   */
  open(name: string, pages: number): Result<number, FilesError> | Promise<Result<number, FilesError>>;
  /**
   * What the page holds, as a copy that the caller owns.
   *
   * @param file copied
   * @param page copied
   * @returns copied, and the RRefs in it move to the caller
   */
  read(file: number, page: number): Result<RRef<block.Block>, FilesError> | Promise<Result<RRef<block.Block>, FilesError>>;
  /**
   * Answers when the page is on the device.
   *
   * @param file copied
   * @param page copied
   * @param data lent: it stays the caller's; nobody may change it until the call has ended
   */
  write(file: number, page: number, data: RRef<block.Block>): Result<void, FilesError> | Promise<Result<void, FilesError>>;
}

/** What the names above mean, as data. The runtime builds accessors and proxies from it after checking every id. */
const schema: Schema = {
  package: 'recovery',
  reexports: {
    block: [
      'Block',
      'Geometry',
      'BlockError',
      'BlockErrorType',
      'BlockDevice',
      'BlockDeviceShadow',
      'Request',
      'Batch',
      'QueueStats',
      'BlockQueue',
    ],
  },
  structs: {
    'block.Block': {
      name: 'block.Block',
      id: '6e0d7e5fe5e71ca445eb079c6900ca42c76ea510f023ce5a52b39241e313d75c',
      doc: 'What one block holds: exactly 4 KiB.',
      fields: [{ name: 'data', type: { kind: 'bytes', max: 4096 } }],
    },
    'recovery.Platter': {
      name: 'recovery.Platter',
      id: '9b2f25b46f932f8bd46f54711f88f627215161d2b827a21cd617f633419e12ea',
      doc: 'What a device keeps of its own through its crashes.',
      fields: [
        {
          name: 'blocks',
          type: {
            kind: 'rref',
            target: { kind: 'container', container: 'array', element: { kind: 'named', name: 'block.Block' }, length: 1056 },
          },
        },
      ],
    },
  },
  enums: {
    'recovery.FilesError': {
      name: 'recovery.FilesError',
      id: 'b80d9ee8502130ed47cdcafac00604ca07e251d20acc4357d3fcd8b5c1be81af',
      variants: [
        { name: 'NotFound' },
        { name: 'Exists', doc: 'A file of that name has another size.' },
        { name: 'NoSpace' },
        { name: 'OutOfRange', doc: 'The file has no such page.' },
        { name: 'WrongSize', doc: 'Not exactly 4 KiB.' },
        { name: 'DeviceFailed' },
      ],
    },
    'recovery.Moment': {
      name: 'recovery.Moment',
      id: 'b482ea884ae85bda2139e0aa7c8dfc860b551c5d61b4617b3920a1b507a7895a',
      doc: 'When a domain that was told to die does so: before it has done what it is asked for next, or after, when the answer is still its own.',
      variants: [{ name: 'Before' }, { name: 'After' }],
    },
  },
  interfaces: {
    'recovery.Fault': {
      name: 'recovery.Fault',
      id: 'f4186034dcfed9da8dde0b3c634239ee24a2b35eb875adade893dd34092dc6ae',
      doc: 'A defect that can be had when it is wanted.',
      methods: [
        {
          name: 'arm',
          doc: 'The next read or write panics.',
          params: [{ name: 'moment', type: { kind: 'named', name: 'recovery.Moment' } }],
          returns: { kind: 'void' },
          replayable: true,
        },
      ],
    },
    'recovery.Files': {
      name: 'recovery.Files',
      id: '53a1b482b4c26366b0244a0ace6c96e1ae1ba0443c8a8ea9d00feed11b3c37fa',
      doc: 'Files of 4 KiB pages. A file is known by its number, which is on the device and so the same in each life: a shadow of it hides the death of the file system.',
      recoverable: true,
      methods: [
        {
          name: 'open',
          doc: 'Answers the number of the file, which is made where there is none. A file has the pages that it was made with.',
          params: [{ name: 'name', type: { kind: 'string', max: 64 } }, { name: 'pages', type: { kind: 'scalar', scalar: 'u32' } }],
          returns: { kind: 'result', ok: { kind: 'scalar', scalar: 'u32' }, err: { kind: 'named', name: 'recovery.FilesError' } },
          replayable: true,
        },
        {
          name: 'read',
          doc: 'What the page holds, as a copy that the caller owns.',
          params: [{ name: 'file', type: { kind: 'scalar', scalar: 'u32' } }, { name: 'page', type: { kind: 'scalar', scalar: 'u32' } }],
          returns: {
            kind: 'result',
            ok: { kind: 'rref', target: { kind: 'named', name: 'block.Block' } },
            err: { kind: 'named', name: 'recovery.FilesError' },
          },
          replayable: true,
        },
        {
          name: 'write',
          doc: 'Answers when the page is on the device.',
          params: [
            { name: 'file', type: { kind: 'scalar', scalar: 'u32' } },
            { name: 'page', type: { kind: 'scalar', scalar: 'u32' } },
            { name: 'data', type: { kind: 'rref', target: { kind: 'named', name: 'block.Block' }, lent: true } },
          ],
          returns: { kind: 'result', ok: { kind: 'void' }, err: { kind: 'named', name: 'recovery.FilesError' } },
          replayable: true,
        },
      ],
    },
  },
};

/** The token of enum Moment, for `alloc`; its handle has one field, `value`. */
export const MomentType: TypeToken<BoxedEnum<'recovery.Moment', Moment>, Moment> = typeToken(schema, 'recovery.Moment');
export const Fault: InterfaceToken<Fault, FaultImpl> = interfaceToken(schema, 'recovery.Fault');
export const Platter: TypeToken<Platter, PlatterValue> = typeToken(schema, 'recovery.Platter');
/** The token of enum FilesError, for `alloc`; its handle has one field, `value`. */
export const FilesErrorType: TypeToken<BoxedEnum<'recovery.FilesError', FilesError>, FilesError> = typeToken(schema, 'recovery.FilesError');
export const Files: InterfaceToken<Files, FilesImpl> = interfaceToken(schema, 'recovery.Files');
/** Asked for instead of Files, it gives proxies that ride out the death of their provider: a call that it cuts short is issued again to the next life. */
export const FilesShadow: ShadowToken<Files> = shadowToken(schema, 'recovery.Files');
