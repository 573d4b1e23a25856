/**
 * What the benchmark of metering asks of a domain.
 *
 * Generated from metering.idl by `deciduous idl generate metering.idl --out FOLDER`. Do not edit: change metering.idl and generate again.
 */
import { interfaceToken } from 'deciduous/schema';
import type { CallOptions, InterfaceToken, Nominal, Provided, Reference, RpcResult, Schema } from 'deciduous/schema';

/** The callers' side: each method blocks until the call has ended. */
export interface Programs extends Reference, Nominal<'metering.Programs'> {
  /**
   * The text that `markdown` and `parsing` read.
   *
   * Replayable: nothing moves into the call, so it may be issued again after a crash.
   *
   * @param text copied
   */
  prepare(text: string): RpcResult<void>;
  /**
   * Runs a program so many times; answers a number that depends on all of its work.
   *
   * Replayable: nothing moves into the call, so it may be issued again after a crash.
   *
   * @param program copied
   * @param times copied
   */
  run(program: string, times: number): RpcResult<number>;
  /** The same methods as promises, which never block the thread. */
  readonly async: {
    prepare(text: string, options?: CallOptions): Promise<RpcResult<void>>;
    run(program: string, times: number, options?: CallOptions): Promise<RpcResult<number>>;
  };
}

/** The provider's side: plain values, or promises of them. What is thrown is a panic and ends the domain. */
export interface ProgramsImpl extends Provided {
  /**
   * The text that `markdown` and `parsing` read.
   *
   * @param text copied
   */
  prepare(text: string): void | Promise<void>;
  /**
   * Runs a program so many times; answers a number that depends on all of its work.
   *
   * @param program copied
   * @param times copied
   */
  run(program: string, times: number): number | Promise<number>;
}

/** What the names above mean, as data. The runtime builds accessors and proxies from it after checking every id. */
const schema: Schema = {
  package: 'metering',
  structs: {},
  enums: {},
  interfaces: {
    'metering.Programs': {
      name: 'metering.Programs',
      id: '8523066253312f58bafcba7d6033053add63c809299974210624934aaa08b5f2',
      methods: [
        {
          name: 'prepare',
          doc: 'The text that `markdown` and `parsing` read.',
          params: [{ name: 'text', type: { kind: 'string' } }],
          returns: { kind: 'void' },
          replayable: true,
        },
        {
          name: 'run',
          doc: 'Runs a program so many times; answers a number that depends on all of its work.',
          params: [{ name: 'program', type: { kind: 'string' } }, { name: 'times', type: { kind: 'scalar', scalar: 'u32' } }],
          returns: { kind: 'scalar', scalar: 'f64' },
          replayable: true,
        },
      ],
    },
  },
};

export const Programs: InterfaceToken<Programs, ProgramsImpl> = interfaceToken(schema, 'metering.Programs');
