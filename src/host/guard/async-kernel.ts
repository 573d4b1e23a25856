/**
 * The part of the host's interface that is the same whether the kernel runs in this process or in one of its own. A program that keeps to it is guarded by the option `guard` alone.
 */
import type { AuditFinding, CloseReport, KernelStats } from '../../abi/kernel-protocol.js';
import type { Leaf } from '../../abi/leaf.js';
import type { InterfaceToken, RRef, TypeToken } from '../../abi/schema-tokens.js';
import type { Lock } from '../../interfaces/generated/lock.js';
import type { KernelEvents } from '../events.js';
import type { LoadOptions } from '../load-options.js';
import type { SupervisorOptions } from '../supervisor-options.js';
import type { StartOptions } from '../system/start.js';
import type { System } from '../system/system.js';
import type { SystemHandle } from '../system/system-handle.js';
import type { Trace } from '../trace.js';
import type { AsyncDomain, Asynchronous, AsyncSupervisor } from './async-domain.js';

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
  supervise(options: SupervisorOptions<AsyncSupervisor>): Promise<AsyncSupervisor>;
  start(system: System, options?: StartOptions): Promise<SystemHandle<AsyncDomain, AsyncSupervisor>>;
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
