/**
 * Where programs write what people should read.
 *
 * Generated from log.idl by `deciduous idl generate log.idl --out FOLDER`. Do not edit: change log.idl and generate again.
 */
import { interfaceToken, shadowToken, typeToken } from '../../abi/schema-tokens.js';
import type { BoxedEnum, CallOptions, InterfaceToken, Nominal, Provided, Reference, RpcResult, Schema, ShadowToken, TypeToken } from '../../abi/schema-tokens.js';

export type Level = 'Debug' | 'Info' | 'Warn' | 'Error';
export const Level = Object.freeze({
  Debug: 'Debug',
  Info: 'Info',
  Warn: 'Warn',
  Error: 'Error',
} as const);

/**
 * Takes lines of text. What exceeds the writer's budget is dropped and counted, never queued.
 * Recoverable: every method may be issued again after a crash.
 * The callers' side: each method blocks until the call has ended.
 */
export interface Log extends Reference, Nominal<'log.Log'> {
  /**
   * Writes one line.
   *
   * Replayable: nothing moves into the call, so it may be issued again after a crash.
   *
   * @param level copied
   * @param text copied
   */
  write(level: Level, text: string): RpcResult<void>;
  /** The same methods as promises, which never block the thread. */
  readonly async: {
    write(level: Level, text: string, options?: CallOptions): Promise<RpcResult<void>>;
  };
}

/**
 * Takes lines of text. What exceeds the writer's budget is dropped and counted, never queued.
 * The provider's side: plain values, or promises of them. What is thrown is a panic and ends the domain.
 */
export interface LogImpl extends Provided {
  /**
   * Writes one line.
   *
   * @param level copied
   * @param text copied
   */
  write(level: Level, text: string): void | Promise<void>;
}

/** What the names above mean, as data. The runtime builds accessors and proxies from it after checking every id. */
const schema: Schema = {
  package: 'log',
  structs: {},
  enums: {
    'log.Level': {
      name: 'log.Level',
      id: 'f8333aa012c9d662e507e89dc9d8d7ca82316badfdc1300ac65c3b21beda3b82',
      variants: [{ name: 'Debug' }, { name: 'Info' }, { name: 'Warn' }, { name: 'Error' }],
    },
  },
  interfaces: {
    'log.Log': {
      name: 'log.Log',
      id: 'dc43e7b8a58335997732679334cd728b765d7117622fd383f6e7885d17a2eaf5',
      doc: "Takes lines of text. What exceeds the writer's budget is dropped and counted, never queued.",
      recoverable: true,
      methods: [
        {
          name: 'write',
          doc: 'Writes one line.',
          params: [{ name: 'level', type: { kind: 'named', name: 'log.Level' } }, { name: 'text', type: { kind: 'string' } }],
          returns: { kind: 'void' },
          replayable: true,
        },
      ],
    },
  },
};

/** The token of enum Level, for `alloc`; its handle has one field, `value`. */
export const LevelType: TypeToken<BoxedEnum<'log.Level', Level>, Level> = typeToken(schema, 'log.Level');
export const Log: InterfaceToken<Log, LogImpl> = interfaceToken(schema, 'log.Log');
/** Asked for instead of Log, it gives proxies that ride out the death of their provider: a call that it cuts short is issued again to the next life. */
export const LogShadow: ShadowToken<Log> = shadowToken(schema, 'log.Log');
