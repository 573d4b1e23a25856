/** A running kernel, as its host holds it. */
import type { Grant } from '../abi/control-protocol.js';
import { GRANULE_BYTES } from '../abi/heap-layout.js';
import { KERNEL_ID } from '../abi/domain-id.js';
import type { AuditFinding, CloseReport, KernelStats, LoadRequest } from '../abi/kernel-protocol.js';
import type { Leaf } from '../abi/leaf.js';
import { readPowers } from '../abi/powers.js';
import type { Limits } from '../abi/limits.js';
import type { Droppable } from '../abi/handle-types.js';
import type { InterfaceToken, RRef, TypeToken } from '../abi/schema-tokens.js';
import { olderIds } from '../compatibility/older-interfaces.js';
import { Lock as LockToken, type Lock } from '../interfaces/generated/lock.js';
import { KERNEL_EXPORTS, KERNEL_INTERFACES } from '../microkernel/services.js';
import { type DomainProxy, proxies } from '../proxy/proxy-class.js';
import { DomainHandle } from './domain-handle.js';
import { publish } from './diagnostics.js';
import { EventDelivery } from './event-delivery.js';
import { newEmitter, type KernelEmitter } from './events.js';
import { obtain, type Obtained } from './extension-source.js';
import { HeapViews, type HeapView } from './heap-views.js';
import type { HostThread } from './host-thread.js';
import { LoadError } from './load-error.js';
import { checkLockName } from './lock-name.js';
import { KernelMetrics } from './metrics/kernel-metrics.js';
import { whyGrantDiffers } from './matching.js';
import { limitsOf, refuseUngranted } from './manifest-wishes.js';
import { makeTrace, type Trace } from './trace.js';
import type { Trust } from './trust.js';
import { upgradeProgram } from './upgrade.js';
import { checkLoad, type LoadOptions } from './load-options.js';
import { paceOf, restartOf } from './restart-options.js';
import { SupervisorHandle } from './supervisor-handle.js';
import { checkSupervise, type SupervisorOptions } from './supervisor-options.js';
import { type StartOptions, startSystem, type SystemStarter } from './system/start.js';
import type { System } from './system/system.js';
import type { SystemHandle } from './system/system-handle.js';

const NO_TRACE = 'this kernel keeps no trace: ask for one with boot({ trace: true }), or { events: N } for more or less than 16,384 of each thread';

/** What this host loads at all, and what an extension may ask for. */
export interface Admission {
  readonly trust: Trust;
  readonly mostLimits: Limits;
}

/** What trusted code may do with a kernel beyond its own methods. */
export interface KernelInside {
  /** As `load`, under a supervisor where one is given, of a program that had so many lives in a kernel before this one. */
  loadAgain(kernel: KernelHandle, leaf: Leaf, options: LoadOptions, livesBefore: number, under: SupervisorHandle | null): Promise<DomainHandle>;
  /** Whether the kernel's thread has ended, or its heartbeat has stood still. */
  isDead(kernel: KernelHandle): boolean;
}

export let kernelInside: KernelInside;

type Under = Pick<LoadRequest, 'supervisor' | 'livesBefore'>;

export class KernelHandle {
  readonly #host: HostThread;
  readonly #admission: Admission;
  readonly #events: KernelEmitter = newEmitter();
  readonly #metrics = new KernelMetrics();
  readonly #views: HeapViews;
  readonly #delivery: EventDelivery;
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
    this.#admission = admission;
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
    return this.#load(extension, options);
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
      load: (extension, loadOptions) => this.#load(extension, loadOptions, { supervisor }),
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
      obtain: (file, name) => obtain(file, name, this.#admission.trust),
      supervise: (wanted) => this.supervise(wanted),
      load: (obtained, name, loadOptions, under) => {
        const named = { name, ...loadOptions };
        checkLoad(obtained.leaf, named, true);
        return this.#noted(Promise.resolve(obtained), named, { supervisor: SupervisorHandle.numberOf(under) });
      },
      capability: (name) => this.#kernelInterface(name as keyof typeof KERNEL_EXPORTS),
      lock: (name) => this.lock(name),
    };
    return startSystem(starter, system, options);
  }

  async #load(extension: string | Uint8Array | Leaf, options: LoadOptions, under: Under = {}): Promise<DomainHandle> {
    checkLoad(extension, options, under.supervisor !== undefined);
    return this.#noted(obtain(extension, options.name, this.#admission.trust), options, under);
  }

  async #noted(obtained: Promise<Obtained>, options: LoadOptions, under: Under): Promise<DomainHandle> {
    const began = performance.now();
    try {
      const handle = await this.#loadObtained(await obtained, options, under);
      this.#metrics.counts.loads++;
      const { name: domain, incarnation, provenance } = handle;
      publish('deciduous:load', () => ({ kernel: this, domain, incarnation, provenance, durationMs: performance.now() - began }));
      return handle;
    } catch (error) {
      this.#metrics.counts.failed(error);
      if (error instanceof LoadError) publish('deciduous:refused', () => ({ kernel: this, error }));
      throw error;
    }
  }

  async #loadObtained({ leaf, provenance }: Obtained, options: LoadOptions, under: Under): Promise<DomainHandle> {
    const name = options.name ?? leaf.name;
    refuseUngranted(leaf, options.grant ?? {}, name);
    const restart = restartOf(options.restart ?? {}, under.supervisor !== undefined);
    const limits = limitsOf(leaf, options.limits, this.#admission.mostLimits);
    const powers = readPowers(options.globals ?? {}, options.profile);
    const granted = options.grant ?? {};
    const grants = this.#grants(granted, name);
    this.#host.addScript(name, leaf.sourceMap);
    // The program may drop a proxy that it grants before the kernel has read what was granted.
    const { references } = this.#host.endpoint;
    const retained = Object.values(granted).map((proxy) => references.retain(proxies.holdOf(proxy as DomainProxy)));
    const reply = await this.#host.control.load({ name, leaf, limits, grants, powers, restart, ...under }).finally(() => {
      for (const hold of retained) if (hold !== null) references.drop(hold);
    });
    if (!reply.ok) {
      const { code, message, stack } = reply.failure;
      const why = whyGrantDiffers(reply.failure, grants, this.#host.interfaces, leaf.schemas);
      throw new LoadError(code, name, `${message}${why}`, this.#host.mapStack(stack, name));
    }
    const handle = new DomainHandle({
      name,
      loaded: reply.loaded,
      leaf,
      restart,
      limits,
      provenance,
      words: this.#host.words,
      interfaces: this.#host.interfaces,
      control: this.#host.control,
      keepAlive: (promise) => this.#host.keepAliveFor(promise),
      onUnload: () => {
        this.#delivery.remove(reply.loaded.program);
        publish('deciduous:unload', () => ({ kernel: this, domain: name, incarnation: handle.incarnation }));
      },
      upgrade: async (present, next, upgradeOptions) => {
        const upgraded = await upgradeProgram(
          this.#host,
          this.#admission.trust,
          { name, program: reply.loaded.program, granted, present },
          next,
          upgradeOptions,
        );
        this.#events.emit('upgrade', {
          domain: name,
          incarnation: upgraded.loaded.incarnation,
          from: handle.provenance.version,
          to: upgraded.provenance.version,
        });
        return upgraded;
      },
    });
    this.#delivery.add(reply.loaded.program, handle);
    return handle;
  }

  #grants(granted: { readonly [name: string]: object }, domain: string): { [name: string]: Grant } {
    const grants: { [name: string]: Grant } = {};
    for (const [name, value] of Object.entries(granted)) {
      const interfaceId = proxies.interfaceIdOf(value);
      if (interfaceId === undefined)
        throw new TypeError(`grant.${name} for ${domain} must be a proxy: domain.get(Interface), kernel.log, or kernel.provide(Interface, implementation)`);
      const target = proxies.targetOf(value as DomainProxy);
      const definition = this.#host.interfaces.definition(interfaceId);
      grants[name] = {
        interfaceName: proxies.interfaceNameOf(value as DomainProxy),
        interfaceId,
        olderIds: definition === undefined ? [] : olderIds(definition.name, definition.schema),
        provider: target.resolve(),
        binding: target.binding,
        ...(target.line && { line: target.line }),
        exported: target.exported,
        label: target.label,
      };
    }
    return grants;
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
        kernel.#load(leaf, options, { livesBefore, ...(under && { supervisor: SupervisorHandle.numberOf(under) }) }),
      isDead: (kernel: KernelHandle) => kernel.#host.endpoint.kernelIsDead(),
    });
  }
}
