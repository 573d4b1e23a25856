/**
 * What the benchmarks of calls, deaths and scale ask of domains, and domains of each other.
 *
 * Generated from calls.idl by `deciduous idl generate calls.idl --out FOLDER`. Do not edit: change calls.idl and generate again.
 */
import { interfaceToken, typeToken } from 'deciduous/schema';
import type { CallOptions, InterfaceToken, Nominal, Provided, RRef, Reference, RpcResult, Schema, TypeToken } from 'deciduous/schema';

/**
 * One number.
 * As seen through a handle.
 */
export interface Cell extends Nominal<'calls.Cell'> {
  value: number;
}

/**
 * One number.
 * The plain value: what `alloc` takes, and what is passed by value.
 */
export interface CellValue {
  readonly value: number;
}

/**
 * The same work with a number and with a value that is moved there and back.
 * The callers' side: each method blocks until the call has ended.
 */
export interface Counter extends Reference, Nominal<'calls.Counter'> {
  /**
   * Answers one more than it was given.
   *
   * Replayable: nothing moves into the call, so it may be issued again after a crash.
   *
   * @param value copied
   */
  next(value: number): RpcResult<number>;
  /**
   * Adds one to what it was given, and gives it back.
   *
   * Not replayable: cell moves, and the callee may have consumed it before it died.
   *
   * @param cell moves: the callee's from the start of the call on; a call that never started gives it back
   * @returns moves: the caller's, to keep or to drop
   */
  bump(cell: RRef<Cell>): RpcResult<RRef<Cell>>;
  /** The same methods as promises, which never block the thread. */
  readonly async: {
    next(value: number, options?: CallOptions): Promise<RpcResult<number>>;
    bump(cell: RRef<Cell>, options?: CallOptions): Promise<RpcResult<RRef<Cell>>>;
  };
}

/**
 * The same work with a number and with a value that is moved there and back.
 * The provider's side: plain values, or promises of them. What is thrown is a panic and ends the domain.
 */
export interface CounterImpl extends Provided {
  /**
   * Answers one more than it was given.
   *
   * @param value copied
   */
  next(value: number): number | Promise<number>;
  /**
   * Adds one to what it was given, and gives it back.
   *
   * @param cell moves: the callee's from the start of the call on; a call that never started gives it back
   * @returns moves: the caller's, to keep or to drop
   */
  bump(cell: RRef<Cell>): RRef<Cell> | Promise<RRef<Cell>>;
}

/**
 * What a domain calls in a loop.
 * The callers' side: each method blocks until the call has ended.
 */
export interface Peer extends Reference, Nominal<'calls.Peer'> {
  /**
   * The sum, or 4294967295 once it was told to stop.
   *
   * Replayable: nothing moves into the call, so it may be issued again after a crash.
   *
   * @param a copied
   * @param b copied
   */
  add(a: number, b: number): RpcResult<number>;
  /** Replayable: nothing moves into the call, so it may be issued again after a crash. */
  stop(): RpcResult<void>;
  /** The same methods as promises, which never block the thread. */
  readonly async: {
    add(a: number, b: number, options?: CallOptions): Promise<RpcResult<number>>;
    stop(options?: CallOptions): Promise<RpcResult<void>>;
  };
}

/**
 * What a domain calls in a loop.
 * The provider's side: plain values, or promises of them. What is thrown is a panic and ends the domain.
 */
export interface PeerImpl extends Provided {
  /**
   * The sum, or 4294967295 once it was told to stop.
   *
   * @param a copied
   * @param b copied
   */
  add(a: number, b: number): number | Promise<number>;
  stop(): void | Promise<void>;
}

/**
 * Calls its peer in a loop within one call of the host.
 * The callers' side: each method blocks until the call has ended.
 */
export interface Relay extends Reference, Nominal<'calls.Relay'> {
  /**
   * Calls so many times; answers the last sum.
   *
   * Replayable: nothing moves into the call, so it may be issued again after a crash.
   *
   * @param calls copied
   */
  repeat(calls: number): RpcResult<number>;
  /**
   * Calls until the peer was told to stop; answers how many calls that were.
   *
   * Replayable: nothing moves into the call, so it may be issued again after a crash.
   */
  untilStopped(): RpcResult<number>;
  /** The same methods as promises, which never block the thread. */
  readonly async: {
    repeat(calls: number, options?: CallOptions): Promise<RpcResult<number>>;
    untilStopped(options?: CallOptions): Promise<RpcResult<number>>;
  };
}

/**
 * Calls its peer in a loop within one call of the host.
 * The provider's side: plain values, or promises of them. What is thrown is a panic and ends the domain.
 */
export interface RelayImpl extends Provided {
  /**
   * Calls so many times; answers the last sum.
   *
   * @param calls copied
   */
  repeat(calls: number): number | Promise<number>;
  /** Calls until the peer was told to stop; answers how many calls that were. */
  untilStopped(): number | Promise<number>;
}

/**
 * Dies as it is told, or makes its callers wait.
 * The callers' side: each method blocks until the call has ended.
 */
export interface Doomed extends Reference, Nominal<'calls.Doomed'> {
  /**
   * Marks the moment, then panics.
   *
   * Replayable: nothing moves into the call, so it may be issued again after a crash.
   */
  panic(): RpcResult<number>;
  /** Replayable: nothing moves into the call, so it may be issued again after a crash. */
  hang(): RpcResult<number>;
  /**
   * Answers after so many milliseconds, and serves others meanwhile.
   *
   * Replayable: nothing moves into the call, so it may be issued again after a crash.
   *
   * @param milliseconds copied
   */
  hold(milliseconds: number): RpcResult<number>;
  /** The same methods as promises, which never block the thread. */
  readonly async: {
    panic(options?: CallOptions): Promise<RpcResult<number>>;
    hang(options?: CallOptions): Promise<RpcResult<number>>;
    hold(milliseconds: number, options?: CallOptions): Promise<RpcResult<number>>;
  };
}

/**
 * Dies as it is told, or makes its callers wait.
 * The provider's side: plain values, or promises of them. What is thrown is a panic and ends the domain.
 */
export interface DoomedImpl extends Provided {
  /** Marks the moment, then panics. */
  panic(): number | Promise<number>;
  hang(): number | Promise<number>;
  /**
   * Answers after so many milliseconds, and serves others meanwhile.
   *
   * @param milliseconds copied
   */
  hold(milliseconds: number): number | Promise<number>;
}

/**
 * The host's: notes when it was called.
 * The callers' side: each method blocks until the call has ended.
 */
export interface Stopwatch extends Reference, Nominal<'calls.Stopwatch'> {
  /** Replayable: nothing moves into the call, so it may be issued again after a crash. */
  mark(): RpcResult<void>;
  /** The same methods as promises, which never block the thread. */
  readonly async: {
    mark(options?: CallOptions): Promise<RpcResult<void>>;
  };
}

/**
 * The host's: notes when it was called.
 * The provider's side: plain values, or promises of them. What is thrown is a panic and ends the domain.
 */
export interface StopwatchImpl extends Provided {
  mark(): void | Promise<void>;
}

/** What the names above mean, as data. The runtime builds accessors and proxies from it after checking every id. */
const schema: Schema = {
  package: 'calls',
  structs: {
    'calls.Cell': {
      name: 'calls.Cell',
      id: 'fb4cdfa319e8b3b2f06b754a844d5deea0316f5d7693f05cb31befd28f861a8e',
      doc: 'One number.',
      fields: [{ name: 'value', type: { kind: 'scalar', scalar: 'u32' } }],
    },
  },
  enums: {},
  interfaces: {
    'calls.Counter': {
      name: 'calls.Counter',
      id: '5616ad7e7346d142d887267f5de6324bae506537cc7605009f4d5d53d7a3331d',
      doc: 'The same work with a number and with a value that is moved there and back.',
      methods: [
        {
          name: 'next',
          doc: 'Answers one more than it was given.',
          params: [{ name: 'value', type: { kind: 'scalar', scalar: 'u32' } }],
          returns: { kind: 'scalar', scalar: 'u32' },
          replayable: true,
        },
        {
          name: 'bump',
          doc: 'Adds one to what it was given, and gives it back.',
          params: [{ name: 'cell', type: { kind: 'rref', target: { kind: 'named', name: 'calls.Cell' } } }],
          returns: { kind: 'rref', target: { kind: 'named', name: 'calls.Cell' } },
          replayable: false,
          notReplayableBecause: '`cell` moves, and the callee may have consumed it before it died',
        },
      ],
    },
    'calls.Doomed': {
      name: 'calls.Doomed',
      id: '1b91aa9e50e84a73759b93ef18289e1b37f2579c2031c533286742ebb35631b0',
      doc: 'Dies as it is told, or makes its callers wait.',
      methods: [
        {
          name: 'panic',
          doc: 'Marks the moment, then panics.',
          params: [],
          returns: { kind: 'scalar', scalar: 'u32' },
          replayable: true,
        },
        { name: 'hang', params: [], returns: { kind: 'scalar', scalar: 'u32' }, replayable: true },
        {
          name: 'hold',
          doc: 'Answers after so many milliseconds, and serves others meanwhile.',
          params: [{ name: 'milliseconds', type: { kind: 'scalar', scalar: 'u32' } }],
          returns: { kind: 'scalar', scalar: 'u32' },
          replayable: true,
        },
      ],
    },
    'calls.Peer': {
      name: 'calls.Peer',
      id: 'cd0e746c45cf52d8570ad4d620659233c3b4ce8b88d787d3e375716925392c73',
      doc: 'What a domain calls in a loop.',
      methods: [
        {
          name: 'add',
          doc: 'The sum, or 4294967295 once it was told to stop.',
          params: [{ name: 'a', type: { kind: 'scalar', scalar: 'u32' } }, { name: 'b', type: { kind: 'scalar', scalar: 'u32' } }],
          returns: { kind: 'scalar', scalar: 'u32' },
          replayable: true,
        },
        { name: 'stop', params: [], returns: { kind: 'void' }, replayable: true },
      ],
    },
    'calls.Relay': {
      name: 'calls.Relay',
      id: '94b0e93b5eaaf996b72d1a3b2ccc54923e4337566e361dd1ec8520f2d4f668e4',
      doc: 'Calls its peer in a loop within one call of the host.',
      methods: [
        {
          name: 'repeat',
          doc: 'Calls so many times; answers the last sum.',
          params: [{ name: 'calls', type: { kind: 'scalar', scalar: 'u32' } }],
          returns: { kind: 'scalar', scalar: 'u32' },
          replayable: true,
        },
        {
          name: 'untilStopped',
          doc: 'Calls until the peer was told to stop; answers how many calls that were.',
          params: [],
          returns: { kind: 'scalar', scalar: 'u32' },
          replayable: true,
        },
      ],
    },
    'calls.Stopwatch': {
      name: 'calls.Stopwatch',
      id: '993861ba7cbfcd65c64128bfc20cd476869706cf614943fcaffe94d7e4f47e11',
      doc: "The host's: notes when it was called.",
      methods: [{ name: 'mark', params: [], returns: { kind: 'void' }, replayable: true }],
    },
  },
};

export const Cell: TypeToken<Cell, CellValue> = typeToken(schema, 'calls.Cell');
export const Counter: InterfaceToken<Counter, CounterImpl> = interfaceToken(schema, 'calls.Counter');
export const Peer: InterfaceToken<Peer, PeerImpl> = interfaceToken(schema, 'calls.Peer');
export const Relay: InterfaceToken<Relay, RelayImpl> = interfaceToken(schema, 'calls.Relay');
export const Doomed: InterfaceToken<Doomed, DoomedImpl> = interfaceToken(schema, 'calls.Doomed');
export const Stopwatch: InterfaceToken<Stopwatch, StopwatchImpl> = interfaceToken(schema, 'calls.Stopwatch');
