/**
 * A counter that forgets when it dies.
 *
 * Generated from counter.idl by `deciduous idl generate counter.idl --out FOLDER`. Do not edit: change counter.idl and generate again.
 */
import { interfaceToken, shadowToken } from 'deciduous/schema';
import type { CallOptions, InterfaceToken, Nominal, Provided, Reference, RpcResult, Schema, ShadowToken } from 'deciduous/schema';

/**
 * Recoverable: every method may be issued again after a crash.
 * The callers' side: each method blocks until the call has ended.
 */
export interface Counter extends Reference, Nominal<'counter.Counter'> {
  /**
   * Counts one more, and answers how many there are now.
   *
   * Replayable: nothing moves into the call, so it may be issued again after a crash.
   */
  count(): RpcResult<number>;
  /** The same methods as promises, which never block the thread. */
  readonly async: {
    count(options?: CallOptions): Promise<RpcResult<number>>;
  };
}

/** The provider's side: plain values, or promises of them. What is thrown is a panic and ends the domain. */
export interface CounterImpl extends Provided {
  /** Counts one more, and answers how many there are now. */
  count(): number | Promise<number>;
}

/** What the names above mean, as data. The runtime builds accessors and proxies from it after checking every id. */
const schema: Schema = {
  package: 'counter',
  structs: {},
  enums: {},
  interfaces: {
    'counter.Counter': {
      name: 'counter.Counter',
      id: '881579f82541d463203e4008a091878005b59120437d93b604b8c5eaf82f7604',
      recoverable: true,
      methods: [
        {
          name: 'count',
          doc: 'Counts one more, and answers how many there are now.',
          params: [],
          returns: { kind: 'scalar', scalar: 'u32' },
          replayable: true,
        },
      ],
    },
  },
};

export const Counter: InterfaceToken<Counter, CounterImpl> = interfaceToken(schema, 'counter.Counter');
/** Asked for instead of Counter, it gives proxies that ride out the death of their provider: a call that it cuts short is issued again to the next life. */
export const CounterShadow: ShadowToken<Counter> = shadowToken(schema, 'counter.Counter');
