/**
 * The part of the host's interface that is the same whether the kernel runs in this process or in one of its own. A program that keeps to it is guarded by the option `guard` alone.
 */
import type { AuditFinding, CloseReport, KernelStats } from '../../abi/kernel-protocol.js';
import type { Leaf } from '../../abi/leaf.js';
import type { Limits } from '../../abi/limits.js';
import type { InterfaceToken, RRef, TypeToken } from '../../abi/schema-tokens.js';
import type { Lock } from '../../interfaces/generated/lock.js';
import type { KernelEvents } from '../events.js';
import type { Provenance } from '../extension-source.js';
import type { LoadOptions } from '../load-options.js';
import type { Trace } from '../trace.js';

/** A proxy without its blocking methods. */
export type Asynchronous<Proxy> = Pick<Proxy, Extract<keyof Proxy, 'async' | 'drop' | typeof Symbol.dispose>>;

/** A loaded program: `DomainHandle`, or its like of a guarded kernel. */
export interface AsyncDomain {
  readonly name: string;
  readonly incarnation: number;
  readonly isLive: boolean;
  readonly staysDead: string | null;
  readonly provenance: Provenance;
  readonly limits: Limits;
  readonly provided: { readonly [as: string]: InterfaceToken<object, never> };
  get<Proxy, Impl>(token: InterfaceToken<Proxy, Impl>, as?: string): Asynchronous<Proxy>;
  ready(): Promise<void>;
  setLimits(limits: Partial<Limits>): Promise<void>;
  kill(): Promise<void>;
  unload(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A running kernel: `KernelHandle`, or `GuardedKernel`. */
export interface AsyncKernel {
  readonly log: object;
  readonly clock: object;
  readonly vitals: object;
  readonly alarms: object;
  readonly watch: object;
  readonly heap: {
    alloc<View, Value>(type: TypeToken<View, Value>, value: Value): RRef<View>;
    readonly usedBytes: number;
  };
  on<Event extends keyof KernelEvents>(event: Event, listener: KernelEvents[Event]): unknown;
  off<Event extends keyof KernelEvents>(event: Event, listener: KernelEvents[Event]): unknown;
  once<Event extends keyof KernelEvents>(event: Event, listener: KernelEvents[Event]): unknown;
  load(extension: string | Uint8Array | Leaf, options?: LoadOptions): Promise<AsyncDomain>;
  lock(name: string): Promise<Asynchronous<Lock>>;
  provide<Proxy, Impl>(token: InterfaceToken<Proxy, Impl>, implementation: Impl): Asynchronous<Proxy>;
  revoke(provided: object): void;
  stats(): Promise<KernelStats>;
  metrics(): Promise<string>;
  audit(): Promise<readonly AuditFinding[]>;
  trace(): Promise<Trace>;
  close(): Promise<CloseReport>;
  [Symbol.asyncDispose](): Promise<void>;
}
