/** A running kernel, as its host holds it. */
import { GRANULE_BYTES } from '../abi/heap-layout.js';
import { KERNEL_ID } from '../abi/domain-id.js';
import type { AuditFinding, CloseReport, KernelStats } from '../abi/kernel-protocol.js';
import type { Leaf } from '../abi/leaf.js';
import type { Droppable } from '../abi/handle-types.js';
import type { InterfaceToken, RRef, TypeToken } from '../abi/schema-tokens.js';
import { Lock as LockToken, type Lock } from '../interfaces/generated/lock.js';
import { KERNEL_EXPORTS, KERNEL_INTERFACES } from '../microkernel/services.js';
import type { DomainHandle } from './domain-handle.js';
import { publish } from './diagnostics.js';
import { EventDelivery } from './event-delivery.js';
import { newEmitter, type KernelEmitter } from './events.js';
import { HeapViews, type HeapView } from './heap-views.js';
import type { HostThread } from './host-thread.js';
import { type Admission, Loading } from './loading.js';
import { checkLockName } from './lock-name.js';
import { KernelMetrics } from './metrics/kernel-metrics.js';
import { makeTrace, type Trace } from './trace.js';
import type { LoadOptions } from './load-options.js';
import { paceOf } from './restart-options.js';
import { SupervisorHandle } from './supervisor-handle.js';
import { checkSupervise, type SupervisorOptions } from './supervisor-options.js';
import { type StartOptions, startSystem, type SystemStarter } from './system/start.js';
import type { System } from './system/system.js';
import type { SystemHandle } from './system/system-handle.js';

const NO_TRACE = 'this kernel keeps no trace: ask for one with boot({ trace: true }), or { events: N } for more or less than 16,384 of each thread';

/** What trusted code may do with a kernel beyond its own methods. */
export interface KernelInside {
  /** As `load`, under a supervisor where one is given, of a program that had so many lives in a kernel before this one. */
  loadAgain(kernel: KernelHandle, leaf: Leaf, options: LoadOptions, livesBefore: number, under: SupervisorHandle | null): Promise<DomainHandle>;
  /** Its metrics, with the refused loads of whoever asks for them instead of its own. */
  metrics(kernel: KernelHandle, refused: ReadonlyMap<string, number>): Promise<string>;
  /** Whether the kernel's thread has ended, or its heartbeat has stood still. */
  isDead(kernel: KernelHandle): boolean;
}

export let kernelInside: KernelInside;

export class KernelHandle {
  readonly #host: HostThread;
  readonly #events: KernelEmitter = newEmitter();
  readonly #metrics = new KernelMetrics();
  readonly #views: HeapViews;
  readonly #delivery: EventDelivery;
  readonly #loading: Loading;
  #closing: Promise<CloseReport> | null = null;

  /** The kernel's own capabilities, to be granted. */
  readonly log: object;
  readonly clock: object;
  readonly vitals: object;
  readonly alarms: object;
  readonly watch: object;

  readonly heap: {
    /** Allocates a value that the host owns. Throws InvalidType, LifetimeViolation or ResourceExhausted. */
    alloc<View, Value>(type: TypeToken<View, Value>, value: Value): RRef<View>;
    /**
     * The memory of a string or bytes field, of an `RRefVec` of numbers, or, without a field, of the value's own data: no copy. Release it before the value is sent, dropped or assigned
     * over; `audit()` reports a view that was not. Throws a TypeError for what has no bytes to show.
     */
    view(handle: Droppable, field?: string): HeapView;
    /** Bytes that the host owns. */
    readonly usedBytes: number;
  };

  constructor(host: HostThread, admission: Admission) {
    this.#host = host;
    const { heap, registry } = host;
    const views = new HeapViews(heap);
    this.#views = views;
    this.heap = Object.freeze({
      alloc: <View, Value>(type: TypeToken<View, Value>, value: Value) => {
        this.#refuseClosed();
        return heap.alloc(registry.byToken(type), value) as unknown as RRef<View>;
      },
      view: (handle: Droppable, field?: string) => views.take(handle, field),
      get usedBytes() {
        return heap.arena.charged * GRANULE_BYTES;
      },
    });
    this.log = this.#kernelInterface('log');
    this.clock = this.#kernelInterface('clock');
    this.vitals = this.#kernelInterface('vitals');
    this.alarms = this.#kernelInterface('alarms');
    this.watch = this.#kernelInterface('watch');
    host.calls.kernel = this;
    this.#delivery = new EventDelivery({
      kernel: this,
      events: this.#events,
      mapStack: (stack, domain) => host.mapStack(stack, domain),
      restarted: (downMs) => this.#metrics.restarted(downMs),
    });
    host.onEvent = (event) => this.#delivery.receive(event);
    this.#loading = new Loading({ kernel: this, host, admission, events: this.#events, delivery: this.#delivery, metrics: this.#metrics });
  }

  /** After `close()` nobody takes memory back, serves or reclaims. */
  #refuseClosed(): void {
    if (this.#closing !== null) throw new Error('the kernel is closed: boot() another');
  }

  #kernelInterface(name: keyof typeof KERNEL_EXPORTS): object {
    const token = KERNEL_INTERFACES[name];
    return this.#host.interfaces.proxy(token.name, token.schema, { label: 'kernel', exported: KERNEL_EXPORTS[name], resolve: () => KERNEL_ID, binding: null });
  }

  readonly on: KernelEmitter['on'] = (event, listener) => this.#events.on(event, listener);
  readonly off: KernelEmitter['off'] = (event, listener) => this.#events.off(event, listener);
  readonly once: KernelEmitter['once'] = (event, listener) => this.#events.once(event, listener);

  /**
   * Loads an extension: a .ts or .js file, which is built now; a .leaf file, or its bytes; or a leaf object of the trusted build. Throws a LoadError that says what is wrong and where, or why the trust policy
   * refuses it; then nothing is left behind.
   */
  load(extension: string | Uint8Array | Leaf, options: LoadOptions = {}): Promise<DomainHandle> {
    return this.#loading.load(extension, options);
  }

  /**
   * A supervisor, under which domains and further supervisors are started and stopped together, as its strategy says. Throws a TypeError for an option that cannot be, and an Error where its parent is gone, has given up, or there are too
   * many.
   */
  async supervise(options: SupervisorOptions): Promise<SupervisorHandle> {
    checkSupervise(options, (value) => SupervisorHandle.isOf(this, value));
    this.#refuseClosed();
    const { name, strategy = 'one-for-one', when = 'always', parent } = options;
    const above = parent === undefined ? null : SupervisorHandle.numberOf(parent);
    const reply = await this.#host.control.supervise({ name, strategy, when, parent: above, ...paceOf(options) });
    if (!reply.ok) throw new Error(`${name}: ${reply.failure.message}`);
    const { supervisor } = reply;
    return new SupervisorHandle({
      kernel: this,
      number: supervisor,
      name,
      path: [...(parent?.path ?? []), name],
      load: (extension, loadOptions) => this.#loading.load(extension, loadOptions, { supervisor }),
      unload: async () => this.#delivery.unloaded(await this.#host.control.unloadSupervisor(supervisor)),
    });
  }

  /**
   * Starts a system of domains (`defineSystem`): in the order of their dependence, under its supervisors. Throws a TypeError that says where the system is wrong, before anything starts, and a LoadError where a domain does not come; then
   * those that did are unloaded, the last first.
   */
  start(system: System, options: StartOptions = {}): Promise<SystemHandle> {
    this.#refuseClosed();
    const starter: SystemStarter<DomainHandle, SupervisorHandle> = {
      obtain: (file, name) => this.#loading.obtain(file, name),
      supervise: (wanted) => this.supervise(wanted),
      load: (obtained, name, loadOptions, under) =>
        this.#loading.loadObtained(obtained, { name, ...loadOptions }, { supervisor: SupervisorHandle.numberOf(under) }),
      capability: (name) => this.#kernelInterface(name as keyof typeof KERNEL_EXPORTS),
      lock: (name) => this.lock(name),
    };
    return this.#loading.counted(startSystem(starter, system, options));
  }

  /**
   * The kernel's lock of that name, made when it is first asked for: a proxy of the interface `Lock` (idl/lock.idl) to be granted, and to be used by the host too. Who dies holding it leaves it
   * poisoned, and the next holder is told. Throws a TypeError for a name that is empty or longer than 100 characters.
   */
  async lock(name: string): Promise<Lock> {
    this.#refuseClosed();
    checkLockName(name);
    const exported = await this.#host.control.lock(name);
    return this.#host.interfaces.proxy(LockToken.name, LockToken.schema, {
      label: 'kernel',
      exported,
      resolve: () => KERNEL_ID,
      binding: null,
    }) as unknown as Lock;
  }

  /** Serves an interface from the host itself. What it answers can be granted. Throws a TypeError that lists missing methods. */
  provide<Proxy, Impl>(token: InterfaceToken<Proxy, Impl>, implementation: Impl): Proxy {
    this.#refuseClosed();
    if (token.shadow === true) throw new TypeError(`a shadow of ${token.name} is asked for, not provided: provide ${token.name} itself`);
    const exported = this.#host.interfaces.provide(token.name, token.schema, implementation);
    const me = this.#host.heap.me;
    return this.#host.interfaces.proxy(token.name, token.schema, { label: 'host', exported, resolve: () => me, binding: null }) as Proxy;
  }

  /**
   * Takes back what the host provides or has passed: calls through any reference to it answer `PermissionDenied` from now on. `provided` is what `provide()` answered, or the implementation. Passed again, the implementation is a
   * new reference. Repeatable. Throws a TypeError for what is no object, and for a proxy that leads to somebody else.
   */
  revoke(provided: object): void {
    this.#refuseClosed();
    this.#host.interfaces.revoke(provided);
  }

  /** Domains, calls, heap (blocks and bytes, by owner and type), crashes and restarts. */
  stats(): Promise<KernelStats> {
    return this.#host.control.stats();
  }

  /** The same and more as Prometheus text, for a scraper (docs/metrics.md). Each asking counts the shared heap by reading all of it. */
  async metrics(): Promise<string> {
    return this.#metrics.text(await this.stats());
  }

  /** Checks every invariant of heap and calls. Empty when all is well. Where something is wrong it looks again for some 150 ms, and answers what stands all that time; of a busy heap a finding whose numbers move is not seen. */
  async audit(): Promise<readonly AuditFinding[]> {
    this.#host.endpoint.caller.outcomes.sweep();
    this.#host.heap.arena.sweep();
    return [...(await this.#host.control.audit()), ...this.#host.heap.check(), ...this.#views.findings()];
  }

  /**
   * What happened since `boot({ trace: true })`, in order: calls, ownership transitions, deaths and reclamation, the newest of each thread. May be asked for at any time, also under load and after `close()`.
   * Throws a TypeError where `boot()` was not asked to keep a trace.
   */
  trace(): Promise<Trace> {
    const { traceViews } = this.#host.shared;
    if (traceViews === null) return Promise.reject(new TypeError(NO_TRACE));
    return Promise.resolve(makeTrace(traceViews, (type) => this.#host.registry.table.nameOf(type)));
  }

  /** Ends every domain and the kernel. Calls under way get `DomainCrashed`; afterwards nothing of it runs, but for threads that do not stop, which the answer names. */
  close(): Promise<CloseReport> {
    this.#closing ??= this.#host.close().then((report) => {
      publish('deciduous:close', () => ({ kernel: this, condemned: report.condemned }));
      return report;
    });
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  static {
    kernelInside = Object.freeze({
      loadAgain: (kernel: KernelHandle, leaf: Leaf, options: LoadOptions, livesBefore: number, under: SupervisorHandle | null) =>
        kernel.#loading.load(leaf, options, { livesBefore, ...(under && { supervisor: SupervisorHandle.numberOf(under) }) }),
      metrics: async (kernel: KernelHandle, refused: ReadonlyMap<string, number>) => kernel.#metrics.text(await kernel.stats(), refused),
      isDead: (kernel: KernelHandle) => kernel.#host.endpoint.kernelIsDead(),
    });
  }
}
