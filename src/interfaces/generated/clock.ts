/**
 * The time of day, which a domain knows only where it was granted.
 *
 * Generated from clock.idl by `deciduous idl generate clock.idl --out FOLDER`. Do not edit: change clock.idl and generate again.
 */
import { interfaceToken } from '../../abi/schema-tokens.js';
import type { CallOptions, InterfaceToken, RpcResult, Schema } from '../../abi/schema-tokens.js';

/**
 * Recoverable: every method may be issued again after a crash.
 * The callers' side: each method blocks until the call has ended.
 */
export interface Clock {
  /**
   * Milliseconds since 1970-01-01T00:00:00Z.
   *
   * Replayable: nothing moves into the call, so it may be issued again after a crash.
   */
  now(): RpcResult<number>;
  /** The same methods as promises, which never block the thread. */
  readonly async: {
    now(options?: CallOptions): Promise<RpcResult<number>>;
  };
}

/** The provider's side: plain values, or promises of them. What is thrown is a panic and ends the domain. */
export interface ClockImpl {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number | Promise<number>;
}

/** What the names above mean, as data. The runtime builds accessors and proxies from it after checking every id. */
const schema: Schema = {
  package: 'clock',
  structs: {},
  enums: {},
  interfaces: {
    'clock.Clock': {
      name: 'clock.Clock',
      id: 'ba969c097a905a9a89e76a04a53d92f2f8fb392cb6395536b91c61ec83d6a3f8',
      recoverable: true,
      methods: [
        {
          name: 'now',
          doc: 'Milliseconds since 1970-01-01T00:00:00Z.',
          params: [],
          returns: { kind: 'scalar', scalar: 'f64' },
          replayable: true,
        },
      ],
    },
  },
};

export const Clock: InterfaceToken<Clock, ClockImpl> = interfaceToken(schema, 'clock.Clock');
