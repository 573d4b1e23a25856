/**
 * What the benchmarks call: as little work as possible behind each kind of argument.
 *
 * Generated from bench.idl by `deciduous idl generate bench.idl --out FOLDER`. Do not edit: change bench.idl and generate again.
 */
import { interfaceToken, shadowToken, typeToken } from '../../abi/schema-tokens.js';
import type { Bytes, CallOptions, InterfaceToken, Nominal, Provided, RRef, Reference, RpcResult, Schema, ShadowToken, TypeToken } from '../../abi/schema-tokens.js';

/** As seen through a handle. */
export interface Blob extends Nominal<'bench.Blob'> {
  get data(): Bytes;
  set data(next: Bytes | Uint8Array);
}

/** The plain value: what `alloc` takes, and what is passed by value. */
export interface BlobValue {
  readonly data: Uint8Array;
}

/**
 * Two numbers in, one out.
 * Recoverable: every method may be issued again after a crash.
 * The callers' side: each method blocks until the call has ended.
 */
export interface Adder extends Reference, Nominal<'bench.Adder'> {
  /**
   * Replayable: nothing moves into the call, so it may be issued again after a crash.
   *
   * @param a copied
   * @param b copied
   */
  add(a: number, b: number): RpcResult<number>;
  /** The same methods as promises, which never block the thread. */
  readonly async: {
    add(a: number, b: number, options?: CallOptions): Promise<RpcResult<number>>;
  };
}

/**
 * Two numbers in, one out.
 * The provider's side: plain values, or promises of them. What is thrown is a panic and ends the domain.
 */
export interface AdderImpl extends Provided {
  /**
   * @param a copied
   * @param b copied
   */
  add(a: number, b: number): number | Promise<number>;
}

/**
 * The same block, moved there and back, or lent.
 * The callers' side: each method blocks until the call has ended.
 */
export interface Mover extends Reference, Nominal<'bench.Mover'> {
  /**
   * Not replayable: blob moves, and the callee may have consumed it before it died.
   *
   * @param blob moves: the callee's from the start of the call on; a call that never started gives it back
   * @returns moves: the caller's, to keep or to drop
   */
  move(blob: RRef<Blob>): RpcResult<RRef<Blob>>;
  /**
   * Answers the length of the data.
   *
   * Replayable: nothing moves into the call, so it may be issued again after a crash.
   *
   * @param blob lent: it stays the caller's; nobody may change it until the call has ended
   */
  lend(blob: RRef<Blob>): RpcResult<number>;
  /** The same methods as promises, which never block the thread. */
  readonly async: {
    move(blob: RRef<Blob>, options?: CallOptions): Promise<RpcResult<RRef<Blob>>>;
    lend(blob: RRef<Blob>, options?: CallOptions): Promise<RpcResult<number>>;
  };
}

/**
 * The same block, moved there and back, or lent.
 * The provider's side: plain values, or promises of them. What is thrown is a panic and ends the domain.
 */
export interface MoverImpl extends Provided {
  /**
   * @param blob moves: the callee's from the start of the call on; a call that never started gives it back
   * @returns moves: the caller's, to keep or to drop
   */
  move(blob: RRef<Blob>): RRef<Blob> | Promise<RRef<Blob>>;
  /**
   * Answers the length of the data.
   *
   * @param blob lent: it stays the caller's; nobody may change it until the call has ended
   */
  lend(blob: RRef<Blob>): number | Promise<number>;
}

/**
 * 64 bytes of numbers.
 * As seen through a handle.
 */
export interface Particle extends Nominal<'bench.Particle'> {
  x: number;
  y: number;
  z: number;
  vx: number;
  vy: number;
  vz: number;
  mass: number;
  charge: number;
}

/**
 * 64 bytes of numbers.
 * The plain value: what `alloc` takes, and what is passed by value.
 */
export interface ParticleValue {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly vx: number;
  readonly vy: number;
  readonly vz: number;
  readonly mass: number;
  readonly charge: number;
}

/**
 * A list.
 * As seen through a handle.
 */
export interface Link extends Nominal<'bench.Link'> {
  next: RRef<Link> | null;
}

/**
 * A list.
 * The plain value: what `alloc` takes, and what is passed by value.
 */
export interface LinkValue {
  readonly next: RRef<Link> | null;
}

/**
 * What the heap's benchmarks ask of a domain.
 * The callers' side: each method blocks until the call has ended.
 */
export interface Churn extends Reference, Nominal<'bench.Churn'> {
  /**
   * Allocates and drops so many particles, one after the other; answers how many.
   *
   * Replayable: nothing moves into the call, so it may be issued again after a crash.
   *
   * @param count copied
   */
  churn(count: number): RpcResult<number>;
  /**
   * Allocates so many particles and keeps them.
   *
   * Replayable: nothing moves into the call, so it may be issued again after a crash.
   *
   * @param count copied
   */
  fill(count: number): RpcResult<number>;
  /**
   * Not replayable: link moves, and the callee may have consumed it before it died.
   *
   * @param link moves: the callee's from the start of the call on; a call that never started gives it back
   * @returns moves: the caller's, to keep or to drop
   */
  pass(link: RRef<Link>): RpcResult<RRef<Link>>;
  /** The same methods as promises, which never block the thread. */
  readonly async: {
    churn(count: number, options?: CallOptions): Promise<RpcResult<number>>;
    fill(count: number, options?: CallOptions): Promise<RpcResult<number>>;
    pass(link: RRef<Link>, options?: CallOptions): Promise<RpcResult<RRef<Link>>>;
  };
}

/**
 * What the heap's benchmarks ask of a domain.
 * The provider's side: plain values, or promises of them. What is thrown is a panic and ends the domain.
 */
export interface ChurnImpl extends Provided {
  /**
   * Allocates and drops so many particles, one after the other; answers how many.
   *
   * @param count copied
   */
  churn(count: number): number | Promise<number>;
  /**
   * Allocates so many particles and keeps them.
   *
   * @param count copied
   */
  fill(count: number): number | Promise<number>;
  /**
   * @param link moves: the callee's from the start of the call on; a call that never started gives it back
   * @returns moves: the caller's, to keep or to drop
   */
  pass(link: RRef<Link>): RRef<Link> | Promise<RRef<Link>>;
}

/** What the names above mean, as data. The runtime builds accessors and proxies from it after checking every id. */
const schema: Schema = {
  package: 'bench',
  structs: {
    'bench.Blob': {
      name: 'bench.Blob',
      id: 'dba6f2311617f59b8b5bdb17210c37f6d804e0c8e8970bbb15bf6e24423f5bd7',
      fields: [{ name: 'data', type: { kind: 'bytes' } }],
    },
    'bench.Link': {
      name: 'bench.Link',
      id: 'afde75e5eeedd5cb625d289df5cb12540f51614856a483fd925da5ec0da8299d',
      doc: 'A list.',
      fields: [{ name: 'next', type: { kind: 'option', value: { kind: 'rref', target: { kind: 'named', name: 'bench.Link' } } } }],
    },
    'bench.Particle': {
      name: 'bench.Particle',
      id: '2a6f05a9bf19c170b7cb11344b8e977db6f31ef3aa7565e5b855aeb0c4658e7d',
      doc: '64 bytes of numbers.',
      fields: [
        { name: 'x', type: { kind: 'scalar', scalar: 'f64' } },
        { name: 'y', type: { kind: 'scalar', scalar: 'f64' } },
        { name: 'z', type: { kind: 'scalar', scalar: 'f64' } },
        { name: 'vx', type: { kind: 'scalar', scalar: 'f64' } },
        { name: 'vy', type: { kind: 'scalar', scalar: 'f64' } },
        { name: 'vz', type: { kind: 'scalar', scalar: 'f64' } },
        { name: 'mass', type: { kind: 'scalar', scalar: 'f64' } },
        { name: 'charge', type: { kind: 'scalar', scalar: 'f64' } },
      ],
    },
  },
  enums: {},
  interfaces: {
    'bench.Adder': {
      name: 'bench.Adder',
      id: 'dd2ed5ff15c85e23f3b4f540df84fb823798ae480dd3b1533b93ea4e0c79a79c',
      doc: 'Two numbers in, one out.',
      recoverable: true,
      methods: [
        {
          name: 'add',
          params: [{ name: 'a', type: { kind: 'scalar', scalar: 'u32' } }, { name: 'b', type: { kind: 'scalar', scalar: 'u32' } }],
          returns: { kind: 'scalar', scalar: 'u32' },
          replayable: true,
        },
      ],
    },
    'bench.Churn': {
      name: 'bench.Churn',
      id: 'd1f27c2a3b51c0bb7e44644768507dbc49e1be24f2fa39be7ae14282d89f47d0',
      doc: "What the heap's benchmarks ask of a domain.",
      methods: [
        {
          name: 'churn',
          doc: 'Allocates and drops so many particles, one after the other; answers how many.',
          params: [{ name: 'count', type: { kind: 'scalar', scalar: 'u32' } }],
          returns: { kind: 'scalar', scalar: 'u32' },
          replayable: true,
        },
        {
          name: 'fill',
          doc: 'Allocates so many particles and keeps them.',
          params: [{ name: 'count', type: { kind: 'scalar', scalar: 'u32' } }],
          returns: { kind: 'scalar', scalar: 'u32' },
          replayable: true,
        },
        {
          name: 'pass',
          params: [{ name: 'link', type: { kind: 'rref', target: { kind: 'named', name: 'bench.Link' } } }],
          returns: { kind: 'rref', target: { kind: 'named', name: 'bench.Link' } },
          replayable: false,
          notReplayableBecause: '`link` moves, and the callee may have consumed it before it died',
        },
      ],
    },
    'bench.Mover': {
      name: 'bench.Mover',
      id: 'a3933bc5b97e373b85a604fda6a31307b03fc73a8b55ef61b2b3fae7a42cc349',
      doc: 'The same block, moved there and back, or lent.',
      methods: [
        {
          name: 'move',
          params: [{ name: 'blob', type: { kind: 'rref', target: { kind: 'named', name: 'bench.Blob' } } }],
          returns: { kind: 'rref', target: { kind: 'named', name: 'bench.Blob' } },
          replayable: false,
          notReplayableBecause: '`blob` moves, and the callee may have consumed it before it died',
        },
        {
          name: 'lend',
          doc: 'Answers the length of the data.',
          params: [{ name: 'blob', type: { kind: 'rref', target: { kind: 'named', name: 'bench.Blob' }, lent: true } }],
          returns: { kind: 'scalar', scalar: 'u32' },
          replayable: true,
        },
      ],
    },
  },
};

export const Blob: TypeToken<Blob, BlobValue> = typeToken(schema, 'bench.Blob');
export const Adder: InterfaceToken<Adder, AdderImpl> = interfaceToken(schema, 'bench.Adder');
/** Asked for instead of Adder, it gives proxies that ride out the death of their provider: a call that it cuts short is issued again to the next life. */
export const AdderShadow: ShadowToken<Adder> = shadowToken(schema, 'bench.Adder');
export const Mover: InterfaceToken<Mover, MoverImpl> = interfaceToken(schema, 'bench.Mover');
export const Particle: TypeToken<Particle, ParticleValue> = typeToken(schema, 'bench.Particle');
export const Link: TypeToken<Link, LinkValue> = typeToken(schema, 'bench.Link');
export const Churn: InterfaceToken<Churn, ChurnImpl> = interfaceToken(schema, 'bench.Churn');
