/** A running kernel in a process of its own, as its host holds it: what `KernelHandle` offers, as far as it needs no shared memory. */
import type { AuditFinding, CloseReport, KernelStats } from '../../abi/kernel-protocol.js';
import type { Leaf } from '../../abi/leaf.js';
import type { InterfaceToken, RRef, TypeToken } from '../../abi/schema-tokens.js';
import { Lock as LockToken, type Lock } from '../../interfaces/generated/lock.js';
import { KERNEL_INTERFACES } from '../../microkernel/services.js';
import { chromeTrace } from '../chrome-trace.js';
import { publish } from '../diagnostics.js';
import { checkLockName } from '../lock-name.js';
import { checkLoad, type LoadOptions } from '../load-options.js';
import { SupervisorHandle } from '../supervisor-handle.js';
import type { SupervisorOptions } from '../supervisor-options.js';
import { type StartOptions, startSystem, type SystemStarter } from '../system/start.js';
import type { System } from '../system/system.js';
import type { SystemHandle } from '../system/system-handle.js';
import type { Trace } from '../trace.js';
import type { Trust } from '../trust.js';
import { WatchedCalls } from '../watched-calls.js';
import type { Asynchronous, AsyncSupervisor } from './async-domain.js';
import type { AsyncKernel } from './async-kernel.js';
import { Malformed } from './copies.js';
import { GuardedCalls } from './guarded-calls.js';
import type { GuardedDomain } from './guarded-domain.js';
import { type GuardedEmitter, newGuardedEmitter, publishEvent } from './guarded-events.js';
import { GuardedInterfaces } from './guarded-interfaces.js';
import { GuardedPrograms } from './guarded-programs.js';
import { guardedProxies } from './guarded-proxy.js';
import { type GuardedSupervisor, GuardedSupervisors } from './guarded-supervisor.js';
import { checkAnswer } from './hearing.js';
import { HostExports } from './host-exports.js';
import { KernelLine } from './kernel-line.js';
import { Lineup } from './lineup.js';
import { LocalHeap } from './local-heap.js';
import type { GuardPolicy } from './policy.js';
import type { FromKernel, WireBoot } from './protocol.js';
import { ProcessGone, type Session } from './session.js';
import { Target } from './target.js';

const NO_VIEW = 'a guarded kernel’s heap is in another process, so there is no memory to view: read the handle, or toTypedArray(); or boot() without guard';

export class GuardedKernel implements AsyncKernel {
  readonly #heap: LocalHeap;
  readonly #interfaces: GuardedInterfaces;
  readonly #exports: HostExports;
  readonly #programs: GuardedPrograms;
  readonly #supervisors: GuardedSupervisors;
  readonly #line: KernelLine;
  readonly #events: GuardedEmitter = newGuardedEmitter();
  readonly #policy: Required<GuardPolicy>;
  /** What `provide()` has answered, by what it leads to. */
  readonly #provided = new WeakMap<Target, number>();
  /** Threads that do not stop, of each process. */
  readonly #condemned = new WeakMap<Session, string[]>();
  #closing: Promise<CloseReport> | null = null;

  /** The kernel's own capabilities, to be granted. */
  readonly log: object;
  readonly clock: object;
  readonly vitals: object;
  readonly alarms: object;
  readonly watch: object;

  readonly heap: {
    /** Makes a value that the host owns, in its own memory: what is sent of it is a copy. Throws InvalidType, LifetimeViolation or ResourceExhausted. */
    alloc<View, Value>(type: TypeToken<View, Value>, value: Value): RRef<View>;
    /** Throws: there is no memory that a host and a guarded kernel share. */
    view(handle: unknown, field?: string): never;
    /** Bytes that the host owns. */
    readonly usedBytes: number;
  };

  private constructor(options: WireBoot & { readonly sharedHeapBytes: number }, policy: Required<GuardPolicy>, trust: Trust) {
    const { sharedHeapBytes, spares, checks, trace, mostLimits } = options;
    this.#policy = policy;
    this.#interfaces = new GuardedInterfaces(() => this.#heap.registry);
    this.#heap = new LocalHeap(sharedHeapBytes, checks === 'paranoid', this.#interfaces.stage);
    this.#exports = new HostExports(this.#heap, this.#interfaces);
    const lineup = new Lineup();
    this.#programs = new GuardedPrograms({ kernel: this, line: () => this.#line, lineup, interfaces: this.#interfaces, events: this.#events, trust });
    this.#supervisors = new GuardedSupervisors(() => this.#line, lineup, this.#programs);
    const told = { sharedHeapBytes, spares, checks, trace, mostLimits };
    this.#line = new KernelLine({
      policy,
      options: Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined)),
      events: this.#events,
      onTold: (session, message) => this.#told(session, message),
      again: (session) => lineup.again(session),
      onEnd: () => this.#exports.processEnded(),
      onOver: (reason) => this.#programs.allStayDead(reason),
    });
    const calls = new GuardedCalls(this.#line, this.#exports);
    const watch = new WatchedCalls();
    watch.kernel = this;
    this.#interfaces.issue = (target, of, method, args, given) =>
      watch.isWatched ? watch.promised(target, method, () => calls.call(target, of, method, args, given)) : calls.call(target, of, method, args, given);
    this.#interfaces.refuseSurplus = (...refused) => calls.refuseSurplus(...refused);
    const { registry, thread } = this.#heap;
    const heap = this.#heap;
    this.heap = Object.freeze({
      alloc: <View, Value>(type: TypeToken<View, Value>, value: Value) => {
        this.#refuseClosed();
        return thread.alloc(registry.byToken(type), value) as unknown as RRef<View>;
      },
      view: () => {
        throw new TypeError(NO_VIEW);
      },
      get usedBytes() {
        return heap.usedBytes;
      },
    });
    this.log = this.#kernelInterface('log');
    this.clock = this.#kernelInterface('clock');
    this.vitals = this.#kernelInterface('vitals');
    this.alarms = this.#kernelInterface('alarms');
    this.watch = this.#kernelInterface('watch');
  }

  static async start(options: WireBoot & { readonly sharedHeapBytes: number }, policy: Required<GuardPolicy>, trust: Trust): Promise<GuardedKernel> {
    const kernel = new GuardedKernel(options, policy, trust);
    await kernel.#line.start();
    publish('deciduous:boot', () => ({ kernel }));
    return kernel;
  }

  readonly on: GuardedEmitter['on'] = (event, listener) => this.#events.on(event, listener);
  readonly off: GuardedEmitter['off'] = (event, listener) => this.#events.off(event, listener);
  readonly once: GuardedEmitter['once'] = (event, listener) => this.#events.once(event, listener);

  /** The id of the process that serves now; null between two. */
  get pid(): number | null {
    return this.#line.session?.pid ?? null;
  }

  #refuseClosed(): void {
    if (this.#closing !== null) throw new Error('the kernel is closed: boot() another');
  }

  #kernelInterface(name: keyof typeof KERNEL_INTERFACES): object {
    const token = KERNEL_INTERFACES[name];
    return this.#interfaces.proxy(
      token.name,
      token.schema,
      Target.lasting('kernel', () => ({ kind: 'kernel', name })),
    );
  }

  /** As `KernelHandle.load`. Rejected with `DomainCrashed` where the kernel's process ends meanwhile; between two processes it waits for the next. */
  async load(extension: string | Uint8Array | Leaf, options: LoadOptions = {}): Promise<GuardedDomain> {
    this.#refuseClosed();
    return this.#programs.load(extension, options, null);
  }

  /** As `KernelHandle.supervise`. Each new process is given the supervisors again, with their children in the same order. */
  async supervise(options: SupervisorOptions<AsyncSupervisor>): Promise<GuardedSupervisor> {
    this.#refuseClosed();
    return this.#supervisors.supervise(options);
  }

  /** As `KernelHandle.start`. Sources are built in the kernel's process. */
  start(system: System, options: StartOptions = {}): Promise<SystemHandle<GuardedDomain, GuardedSupervisor>> {
    this.#refuseClosed();
    const starter: SystemStarter<GuardedDomain, GuardedSupervisor> = {
      obtain: (file, name) => this.#programs.obtain(file, name),
      supervise: (wanted) => this.supervise(wanted),
      load: (obtained, name, given, under) => {
        const named = { name, ...given };
        checkLoad(obtained.leaf, named, true);
        return this.#programs.loadObtained(Promise.resolve(obtained), named, SupervisorHandle.numberOf(under));
      },
      capability: (name) => this.#kernelInterface(name as keyof typeof KERNEL_INTERFACES),
      lock: (name) => this.lock(name),
    };
    return this.#programs.told(startSystem(starter, system, options));
  }

  /** As `KernelHandle.lock`. After the end of a process the name is a new lock, held by nobody. */
  async lock(name: string): Promise<Asynchronous<Lock>> {
    this.#refuseClosed();
    checkLockName(name);
    await this.#line.untilSession();
    const target = Target.lasting('kernel', () => ({ kind: 'lock', name }));
    return this.#interfaces.proxy(LockToken.name, LockToken.schema, target) as unknown as Asynchronous<Lock>;
  }

  /** As `KernelHandle.provide`; the implementation is served from here, in whatever process the kernel runs. */
  provide<Proxy, Impl>(token: InterfaceToken<Proxy, Impl>, implementation: Impl): Asynchronous<Proxy> {
    this.#refuseClosed();
    const { name, schema } = token;
    if (token.shadow === true) throw new TypeError(`a shadow of ${name} is asked for, not provided: provide ${name} itself`);
    const exported = this.#exports.provide(name, schema, implementation);
    const target = Target.lasting('host', (namer) => ({
      kind: 'export',
      exported,
      schema: namer.schemaNumber(schema),
      name,
      isRevoked: this.#exports.isRevoked(exported),
    }));
    this.#provided.set(target, exported);
    return this.#interfaces.proxy(name, schema, target) as unknown as Asynchronous<Proxy>;
  }

  /** As `KernelHandle.revoke`. */
  revoke(provided: object): void {
    this.#refuseClosed();
    let implementation: object | undefined = provided;
    if (guardedProxies.is(provided)) {
      const target = guardedProxies.targetOf(provided);
      const exported = this.#provided.get(target);
      if (exported === undefined) throw new TypeError(`revoke() takes back what one provides oneself, and this leads to ${target.label}`);
      implementation = this.#exports.implementationOf(exported);
    } else if ((typeof provided !== 'object' && typeof provided !== 'function') || provided === null)
      throw new TypeError('revoke() takes an implementation, or a proxy that leads to it');
    if (implementation === undefined) return;
    for (const exported of this.#exports.revoke(implementation)) this.#line.session?.send({ op: 'revoke', exported });
  }

  /** Of the present process: of one that ends meanwhile, those of the next are answered. */
  async stats(): Promise<KernelStats> {
    return (await this.#ask('the statistics', 'stats')) as KernelStats;
  }

  /** Prometheus text of the present process: its counts begin anew with each. */
  async metrics(): Promise<string> {
    return (await this.#ask('the metrics', 'metrics')) as string;
  }

  /** Of the present process, and of this one's own heap. */
  async audit(): Promise<readonly AuditFinding[]> {
    const findings = (await this.#ask('an audit', 'audit')) as readonly AuditFinding[];
    return [...findings, ...this.#heap.thread.check()];
  }

  /** What happened in the present process. */
  async trace(): Promise<Trace> {
    const { answer, session } = await this.#askWhom('a trace', 'trace');
    const { events, lost } = answer as Pick<Trace, 'events' | 'lost'>;
    return Object.freeze({ events, lost, process: session.number, toChromeTrace: (options = {}) => chromeTrace(events, lost, options) });
  }

  async #ask(about: string, what: Parameters<typeof checkAnswer>[0]): Promise<unknown> {
    return (await this.#askWhom(about, what)).answer;
  }

  async #askWhom(about: string, what: Parameters<typeof checkAnswer>[0]): Promise<{ readonly answer: unknown; readonly session: Session }> {
    for (;;) {
      const session = await this.#line.untilSession();
      try {
        const answer = await session.ask(about, (id) => ({
          op: 'ask',
          id,
          question: what === 'metrics' ? { about: 'kernel', what, refused: this.#programs.refused } : { about: 'kernel', what },
        }));
        checkAnswer(what, answer);
        return { answer, session };
      } catch (error) {
        if (error instanceof Malformed) session.kill(`it said what cannot be: ${error.message}`);
        else if (!(error instanceof ProcessGone)) throw error;
      }
    }
  }

  #told(session: Session, message: Extract<FromKernel, { op: 'serve' | 'released' | 'event' | 'life' }>): void {
    switch (message.op) {
      case 'serve':
        return this.#exports.serve(session, message);
      case 'released':
        return this.#exports.released(session, message.exported, message.passes);
      case 'life':
        return this.#programs.lives(message.life);
      case 'event':
        return this.#happened(session, message.event, message.data);
    }
  }

  #happened(session: Session, event: Extract<FromKernel, { op: 'event' }>['event'], data: object): void {
    // What listeners throw is the program's own affair, and not the process's fault.
    queueMicrotask(() => {
      publishEvent(this, event, data);
      this.#events.emit(event, data as never);
    });
    if (event === 'condemned') this.#condemn(session, (data as { readonly domain: string }).domain);
  }

  /** A thread that does not stop holds what its domain had; a new process has none of that. */
  #condemn(session: Session, domain: string): void {
    const condemned = [...(this.#condemned.get(session) ?? []), domain];
    this.#condemned.set(session, condemned);
    if (condemned.length >= this.#policy.mostCondemned) session.kill(`it held threads that do not stop: ${condemned.join(', ')}`);
  }

  /** Ends every domain, the kernel and its process. Calls under way get `DomainCrashed`. Nothing is left that could not be stopped. */
  close(): Promise<CloseReport> {
    this.#closing ??= this.#line.close().then(() => {
      this.#programs.allStayDead('the kernel was closed');
      publish('deciduous:close', () => ({ kernel: this, condemned: [] }));
      return { condemned: [] };
    });
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
