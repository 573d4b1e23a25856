/**
 * What a domain may learn of the system that it runs in, where its host grants it.
 *
 * Generated from kernel.idl by `deciduous idl generate kernel.idl --out FOLDER`. Do not edit: change kernel.idl and generate again.
 */
import { interfaceToken, typeToken } from '../../abi/schema-tokens.js';
import type { CallOptions, InterfaceToken, RpcResult, Schema, TypeToken } from '../../abi/schema-tokens.js';

/** As seen through a handle. */
export interface Vitals {
  /** Programs that are loaded. */
  programs: number;
  /** Domains that died unasked since the kernel started, and how many were started again. */
  crashes: number;
  restarts: number;
  /** Milliseconds since the kernel started. */
  uptimeMs: number;
}

/** The plain value: what `alloc` takes, and what is passed by value. */
export interface VitalsValue {
  /** Programs that are loaded. */
  readonly programs: number;
  /** Domains that died unasked since the kernel started, and how many were started again. */
  readonly crashes: number;
  readonly restarts: number;
  /** Milliseconds since the kernel started. */
  readonly uptimeMs: number;
}

/**
 * A view of the kernel that changes nothing.
 * Recoverable: every method may be issued again after a crash.
 * The callers' side: each method blocks until the call has ended.
 */
export interface Kernel {
  /** Replayable: nothing moves into the call, so it may be issued again after a crash. */
  vitals(): RpcResult<VitalsValue>;
  /**
   * The name under which the caller was loaded.
   *
   * Replayable: nothing moves into the call, so it may be issued again after a crash.
   */
  whoAmI(): RpcResult<string>;
  /** The same methods as promises, which never block the thread. */
  readonly async: {
    vitals(options?: CallOptions): Promise<RpcResult<VitalsValue>>;
    whoAmI(options?: CallOptions): Promise<RpcResult<string>>;
  };
}

/**
 * A view of the kernel that changes nothing.
 * The provider's side: plain values, or promises of them. What is thrown is a panic and ends the domain.
 */
export interface KernelImpl {
  vitals(): VitalsValue | Promise<VitalsValue>;
  /** The name under which the caller was loaded. */
  whoAmI(): string | Promise<string>;
}

/** What the names above mean, as data. The runtime builds accessors and proxies from it after checking every id. */
const schema: Schema = {
  package: 'kernel',
  structs: {
    'kernel.Vitals': {
      name: 'kernel.Vitals',
      id: '39fec81907d3420c30f76797e04cd3c722019a73ff7d77817c415e03e1855db7',
      fields: [
        { name: 'programs', type: { kind: 'scalar', scalar: 'u32' }, doc: 'Programs that are loaded.' },
        {
          name: 'crashes',
          type: { kind: 'scalar', scalar: 'u32' },
          doc: 'Domains that died unasked since the kernel started, and how many were started again.',
        },
        { name: 'restarts', type: { kind: 'scalar', scalar: 'u32' } },
        { name: 'uptimeMs', type: { kind: 'scalar', scalar: 'f64' }, doc: 'Milliseconds since the kernel started.' },
      ],
    },
  },
  enums: {},
  interfaces: {
    'kernel.Kernel': {
      name: 'kernel.Kernel',
      id: 'da2e8c0b62f2f7f0eef717c2089e2d7006592acf605f4775a7c88dd5c672ef6f',
      doc: 'A view of the kernel that changes nothing.',
      recoverable: true,
      methods: [
        { name: 'vitals', params: [], returns: { kind: 'named', name: 'kernel.Vitals' }, replayable: true },
        {
          name: 'whoAmI',
          doc: 'The name under which the caller was loaded.',
          params: [],
          returns: { kind: 'string' },
          replayable: true,
        },
      ],
    },
  },
};

export const Vitals: TypeToken<Vitals, VitalsValue> = typeToken(schema, 'kernel.Vitals');
export const Kernel: InterfaceToken<Kernel, KernelImpl> = interfaceToken(schema, 'kernel.Kernel');
