/**
 * What a domain may learn of the system that it runs in, where its host grants it.
 *
 * Generated from kernel.idl by `deciduous idl generate kernel.idl --out FOLDER`. Do not edit: change kernel.idl and generate again.
 */
import { interfaceToken, shadowToken, typeToken } from '../../abi/schema-tokens.js';
import type { BoxedEnum, CallOptions, InterfaceToken, Nominal, Provided, Reference, RpcResult, Schema, ShadowToken, TypeToken } from '../../abi/schema-tokens.js';

/** As seen through a handle. */
export interface Vitals extends Nominal<'kernel.Vitals'> {
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
export interface Kernel extends Reference, Nominal<'kernel.Kernel'> {
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
export interface KernelImpl extends Provided {
  vitals(): VitalsValue | Promise<VitalsValue>;
  /** The name under which the caller was loaded. */
  whoAmI(): string | Promise<string>;
}

export type DeathCause = 'Panic' | 'Hang' | 'OutOfMemory' | 'StackOverflow' | 'OutOfFuel' | 'Exited' | 'Killed';
export const DeathCause = Object.freeze({
  Panic: 'Panic',
  Hang: 'Hang',
  OutOfMemory: 'OutOfMemory',
  StackOverflow: 'StackOverflow',
  OutOfFuel: 'OutOfFuel',
  Exited: 'Exited',
  Killed: 'Killed',
} as const);

/**
 * Provided by whoever watches. `missed` counts the reports before this one that could not be made, because too many were under way or the mailbox was full.
 * The callers' side: each method blocks until the call has ended.
 */
export interface DomainWatcher extends Reference, Nominal<'kernel.DomainWatcher'> {
  /**
   * A domain died without having been asked to, and what it held has come back.
   *
   * Replayable: nothing moves into the call, so it may be issued again after a crash.
   *
   * @param name copied
   * @param incarnation copied
   * @param cause copied
   * @param missed copied
   */
  died(name: string, incarnation: number, cause: DeathCause, missed: number): RpcResult<void>;
  /**
   * A life that follows one that died accepts calls.
   *
   * Replayable: nothing moves into the call, so it may be issued again after a crash.
   *
   * @param name copied
   * @param incarnation copied
   * @param missed copied
   */
  restarted(name: string, incarnation: number, missed: number): RpcResult<void>;
  /** The same methods as promises, which never block the thread. */
  readonly async: {
    died(name: string, incarnation: number, cause: DeathCause, missed: number, options?: CallOptions): Promise<RpcResult<void>>;
    restarted(name: string, incarnation: number, missed: number, options?: CallOptions): Promise<RpcResult<void>>;
  };
}

/**
 * Provided by whoever watches. `missed` counts the reports before this one that could not be made, because too many were under way or the mailbox was full.
 * The provider's side: plain values, or promises of them. What is thrown is a panic and ends the domain.
 */
export interface DomainWatcherImpl extends Provided {
  /**
   * A domain died without having been asked to, and what it held has come back.
   *
   * @param name copied
   * @param incarnation copied
   * @param cause copied
   * @param missed copied
   */
  died(name: string, incarnation: number, cause: DeathCause, missed: number): void | Promise<void>;
  /**
   * A life that follows one that died accepts calls.
   *
   * @param name copied
   * @param incarnation copied
   * @param missed copied
   */
  restarted(name: string, incarnation: number, missed: number): void | Promise<void>;
}

/**
 * Reports on the domains of this kernel, until the watcher is taken back or dies.
 * The callers' side: each method blocks until the call has ended.
 */
export interface Watch extends Reference, Nominal<'kernel.Watch'> {
  /**
   * Answers the number of the subscription.
   *
   * Not replayable: sink passes an interface reference, which the first attempt may have used or kept.
   *
   * @param sink a capability: the callee may call it until it drops it
   */
  watch(sink: DomainWatcher | DomainWatcherImpl): RpcResult<number>;
  /**
   * Answers whether the caller had such a subscription.
   *
   * Replayable: nothing moves into the call, so it may be issued again after a crash.
   *
   * @param id copied
   */
  unwatch(id: number): RpcResult<boolean>;
  /** The same methods as promises, which never block the thread. */
  readonly async: {
    watch(sink: DomainWatcher | DomainWatcherImpl, options?: CallOptions): Promise<RpcResult<number>>;
    unwatch(id: number, options?: CallOptions): Promise<RpcResult<boolean>>;
  };
}

/**
 * Reports on the domains of this kernel, until the watcher is taken back or dies.
 * The provider's side: plain values, or promises of them. What is thrown is a panic and ends the domain.
 */
export interface WatchImpl extends Provided {
  /**
   * Answers the number of the subscription.
   *
   * @param sink a capability: the callee may call it until it drops it
   */
  watch(sink: DomainWatcher): number | Promise<number>;
  /**
   * Answers whether the caller had such a subscription.
   *
   * @param id copied
   */
  unwatch(id: number): boolean | Promise<boolean>;
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
  enums: {
    'kernel.DeathCause': {
      name: 'kernel.DeathCause',
      id: '8e3002c315d8115b9b1fede9886d9200132ea5cc03917a6acbff4fba64a3b7cf',
      variants: [
        { name: 'Panic' },
        { name: 'Hang' },
        { name: 'OutOfMemory' },
        { name: 'StackOverflow' },
        { name: 'OutOfFuel' },
        { name: 'Exited' },
        { name: 'Killed' },
      ],
    },
  },
  interfaces: {
    'kernel.DomainWatcher': {
      name: 'kernel.DomainWatcher',
      id: 'a47eaf98b248a27f71445148612e0a386028e2effdc3fd06f3be4225eeb084d8',
      doc: 'Provided by whoever watches. `missed` counts the reports before this one that could not be made, because too many were under way or the mailbox was full.',
      methods: [
        {
          name: 'died',
          doc: 'A domain died without having been asked to, and what it held has come back.',
          params: [
            { name: 'name', type: { kind: 'string' } },
            { name: 'incarnation', type: { kind: 'scalar', scalar: 'u32' } },
            { name: 'cause', type: { kind: 'named', name: 'kernel.DeathCause' } },
            { name: 'missed', type: { kind: 'scalar', scalar: 'u32' } },
          ],
          returns: { kind: 'void' },
          replayable: true,
        },
        {
          name: 'restarted',
          doc: 'A life that follows one that died accepts calls.',
          params: [
            { name: 'name', type: { kind: 'string' } },
            { name: 'incarnation', type: { kind: 'scalar', scalar: 'u32' } },
            { name: 'missed', type: { kind: 'scalar', scalar: 'u32' } },
          ],
          returns: { kind: 'void' },
          replayable: true,
        },
      ],
    },
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
    'kernel.Watch': {
      name: 'kernel.Watch',
      id: 'ebc58667700af1a589415c7690a2203972eb1683b641469c15660b9670b10c10',
      doc: 'Reports on the domains of this kernel, until the watcher is taken back or dies.',
      methods: [
        {
          name: 'watch',
          doc: 'Answers the number of the subscription.',
          params: [{ name: 'sink', type: { kind: 'interface', name: 'kernel.DomainWatcher' } }],
          returns: { kind: 'scalar', scalar: 'u32' },
          replayable: false,
          notReplayableBecause: '`sink` passes an interface reference, which the first attempt may have used or kept',
        },
        {
          name: 'unwatch',
          doc: 'Answers whether the caller had such a subscription.',
          params: [{ name: 'id', type: { kind: 'scalar', scalar: 'u32' } }],
          returns: { kind: 'scalar', scalar: 'bool' },
          replayable: true,
        },
      ],
    },
  },
};

export const Vitals: TypeToken<Vitals, VitalsValue> = typeToken(schema, 'kernel.Vitals');
export const Kernel: InterfaceToken<Kernel, KernelImpl> = interfaceToken(schema, 'kernel.Kernel');
/** Asked for instead of Kernel, it gives proxies that ride out the death of their provider: a call that it cuts short is issued again to the next life. */
export const KernelShadow: ShadowToken<Kernel> = shadowToken(schema, 'kernel.Kernel');
/** The token of enum DeathCause, for `alloc`; its handle has one field, `value`. */
export const DeathCauseType: TypeToken<BoxedEnum<'kernel.DeathCause', DeathCause>, DeathCause> = typeToken(schema, 'kernel.DeathCause');
export const DomainWatcher: InterfaceToken<DomainWatcher, DomainWatcherImpl> = interfaceToken(schema, 'kernel.DomainWatcher');
export const Watch: InterfaceToken<Watch, WatchImpl> = interfaceToken(schema, 'kernel.Watch');
