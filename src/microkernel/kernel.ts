/**
 * The microkernel: programs and their lives. It runs on a thread of its own and never runs user or extension code, so it detects a death, settles callers and takes memory back while the host
 * is blocked in a call.
 */
import { add, load, store } from '../abi/atomics.js';
import { nowMs } from '../abi/clock.js';
import { HOST_INDEX, indexOf, KERNEL_ID, type DomainId } from '../abi/domain-id.js';
import type { LoadFailure } from '../abi/control-protocol.js';
import type { AuditFinding, KernelControl, KernelEvent, KernelOptions, KernelStats, LoadReply, LoadRequest } from '../abi/kernel-protocol.js';
import type { Limits } from '../abi/limits.js';
import type { CrashCause } from '../abi/result.js';
import { bindingWord, BLOCKED_ON, HEARTBEAT, Life as LifeState, MAX_BINDINGS, threadRow, X_BINDING, X_PROGRAM_LIFE } from '../abi/thread-layout.js';
import { Endpoint } from '../proxy/endpoint.js';
import { writeName } from '../proxy/domain-names.js';
import { Interfaces } from '../proxy/proxies.js';
import { Settlement } from '../proxy/settlement.js';
import { ThreadHeap } from '../shared-heap/heap.js';
import { Reclaimer } from '../shared-heap/reclaimer.js';
import { openShared } from '../shared-heap/shared-state.js';
import { TypeRegistry } from '../shared-heap/types/type-registry.js';
import { Bindings } from './bindings.js';
import { CallChain } from './call-chain.js';
import { Deadlocks } from './deadlocks.js';
import { DomainTable } from './domain-table.js';
import { KernelAudit } from './kernel-audit.js';
import { domainStats, heapStats } from './kernel-stats.js';
import { Orphans } from './orphans.js';
import { Lives } from './lives.js';
import { CHANGED, newLife, Program, providesTheSame, type Life } from './program.js';
import { References } from './references.js';
import { Resources } from './resources.js';
import { Pulse } from './pulse.js';
import { registerSchemas } from './schema-check.js';
import { provideServices, type Services } from './services.js';
import { Spares } from './spares.js';
import { Undertaker } from './undertaker.js';
import { Watchdog } from './watchdog.js';

/** How long a load may take by the clock, beside its slice of CPU time. */
const LOAD_PATIENCE_MS = 15_000;

export class Kernel implements KernelControl {
  readonly #heap: ThreadHeap;
  readonly #registry: TypeRegistry;
  readonly #endpoint: Endpoint;
  readonly #words: Int32Array;
  readonly #table: DomainTable;
  readonly #settlement: Settlement;
  readonly #orphans: Orphans;
  readonly #chain: CallChain;
  readonly #undertaker: Undertaker;
  readonly #watchdog: Watchdog;
  readonly #spares: Spares;
  readonly #programs = new Map<number, Program>();
  readonly #lives = new Lives();
  readonly #emit: (event: KernelEvent) => void;
  readonly #paranoid: boolean;
  #nextProgram = 1;
  #crashes = 0;
  #restarts = 0;
  #closing = false;
  readonly #audit: KernelAudit;
  readonly #services: Services;
  readonly #deadlocks: Deadlocks;
  readonly #resources = new Resources((id) => this.#lives.get(id)?.program.limits);
  readonly #references: References;
  readonly #bindings = new Bindings();
  readonly #pulse: Pulse;

  constructor(options: KernelOptions, emit: (event: KernelEvent) => void) {
    const shared = openShared(options.shared);
    this.#paranoid = options.paranoid;
    this.#emit = emit;
    this.#heap = new ThreadHeap(shared, KERNEL_ID, { paranoid: options.paranoid, harden: Object.freeze });
    this.#registry = new TypeRegistry(this.#heap, true, (value, id, where) => interfaces.stage(value, id, where));
    this.#endpoint = new Endpoint(this.#heap, this.#registry, {
      isTrusted: true,
      capability: (...received) => interfaces.received(...received),
      mapStack: (text) => () => text,
      die: () => {
        throw new Error('the kernel has panicked');
      },
    });
    const interfaces = new Interfaces(this.#endpoint);
    this.#words = this.#endpoint.space.words;
    this.#table = new DomainTable(this.#words, this.#heap.trace);
    const reclaimer = new Reclaimer(this.#heap);
    this.#settlement = new Settlement(this.#endpoint.space, (block) => void this.#heap.ownership.dropUncharged(block));
    this.#settlement.isOwnedBy = (block, word) => this.#heap.ownership.ownerWord(block) === word;
    this.#chain = new CallChain(this.#lives);
    this.#orphans = new Orphans(this.#settlement, reclaimer);
    const { space } = this.#endpoint;
    const { table } = this.#registry;
    this.#undertaker = new Undertaker(space, this.#table, this.#settlement, reclaimer, this.#orphans, table, this.#heap.ownership, this.#resources);
    this.#undertaker.named = (path) => this.#chain.named(path);
    this.#references = new References(space, shared.pages, this.#resources, {
      bindingOf: (id) => this.#lives.get(id)?.program.binding,
      isBound: (binding) => this.#bindings.isTaken(binding),
      nameOf: (id) => this.#chain.nameOf(id),
    });
    this.#endpoint.references.log.onFull = () => this.#references.look();
    this.#undertaker.references = this.#references;
    this.#undertaker.onCondemned = ({ program }) =>
      emit({ event: 'condemned', program: program.number, domain: program.name, incarnation: program.incarnation });
    this.#watchdog = new Watchdog(this.#words, {
      timeOut: (record) => void this.#settlement.timeOut(record),
      kill: (id) => void this.#end(this.#lives.get(id), 'hang'),
    });
    this.#audit = new KernelAudit(this.#heap, this.#endpoint.space, this.#table, this.#orphans, this.#lives, this.#references);
    const bootedAt = nowMs();
    this.#services = provideServices(interfaces, this.#endpoint, {
      log: (domain, level, text) => this.#log(domain, level, text),
      vitals: () => ({ programs: this.#programs.size, crashes: this.#crashes, restarts: this.#restarts, uptimeMs: nowMs() - bootedAt }),
      nameOf: (domain) => this.#chain.nameOf(domain),
      incarnationOf: (domain) => this.#lives.get(domain)?.program.incarnation ?? 1,
      resources: this.#resources,
    });
    this.#deadlocks = new Deadlocks(space, this.#services.locks, (record, word) => this.#settlement.deadlock(record, word));
    this.#spares = new Spares(this.#words, options.spares);
    this.#pulse = new Pulse(
      this.#words,
      () => this.#tick(),
      () => this.#isQuiet(),
    );
    void this.#listen();
  }

  /** Serves the kernel's own interfaces as soon as they are called, and takes what its own calls answer; the tick is only the safety net. */
  async #listen(): Promise<void> {
    const { space, bell, asyncCalls } = this.#endpoint;
    while (!this.#closing) {
      // Callers that never pause must not keep the tick from its turn: watchdog and heartbeat are timers of this loop.
      if (this.#endpoint.serveAll() + asyncCalls.poll() > 0) await new Promise<void>((resolve) => setImmediate(resolve));
      else {
        await bell.parkAsync(() => space.hasPending() || asyncCalls.hasSettled(), 1000);
        this.#pulse.quicken();
        // Whoever has filled half of its log of references rings.
        this.#references.look();
      }
    }
  }

  #tick(): void {
    add(this.#words, HEARTBEAT, 1);
    this.#endpoint.serveAll();
    this.#watchdog.look(this.#lives.watched());
    this.#services.look(nowMs());
    if (!this.#endpoint.asyncCalls.isIdle) this.#endpoint.asyncCalls.poll();
    this.#references.look();
    this.#deadlocks.look(this.#lives.blockable());
    if (this.#orphans.count > 0) this.#orphans.look();
    if (this.#undertaker.waitingRows > 0) this.#undertaker.look();
    this.#heap.arena.abandonAll();
  }

  /** Whether nothing runs, lives are neither beginning nor ending, and nothing waits for a tick. */
  #isQuiet(): boolean {
    if (!this.#watchdog.isQuiet || this.#orphans.count > 0 || this.#undertaker.waitingRows > 0 || !this.#services.isQuiet()) return false;
    return this.#lives.areSettled && load(this.#words, threadRow(HOST_INDEX) + BLOCKED_ON) === 0;
  }

  /** A line that came through the Log interface, within the budget that the domain's console has, too. */
  #log(domain: DomainId, level: string, text: string): void {
    const life = this.#lives.get(domain);
    const budget = life?.logBudget;
    if (budget !== undefined && !budget.affords(text.length * 2 + 16)) return;
    this.#emit({ event: 'log', domain: this.#chain.nameOf(domain), level, text, dropped: budget?.takeDropped() ?? 0 });
  }

  // --- lives --------------------------------------------------------------------------------------------------------

  async load(request: LoadRequest): Promise<LoadReply> {
    if (this.#closing) return refusal('DomainDead', 'the kernel is closing');
    try {
      registerSchemas(request.leaf.schemas, this.#registry);
    } catch (error) {
      return refusal('InvalidType', (error as Error).message);
    }
    const binding = this.#bindings.take();
    if (binding < 0) return refusal('ResourceExhausted', `${MAX_BINDINGS} programs are loaded already`);
    const program = new Program(this.#nextProgram++, binding, request);
    this.#programs.set(program.number, program);
    // What was granted must be there for the lives to come, too.
    if (request.restart.when !== 'never') this.#references.grant(KERNEL_ID, Object.values(request.grants));
    const reply = await this.#startLife(program);
    if (!reply.ok) this.#forget(program);
    return reply;
  }

  /** There will be no further life. */
  #ungrant(program: Program): void {
    if (program.request.restart.when === 'never' || program.isUngranted) return;
    program.isUngranted = true;
    this.#references.ungrant(KERNEL_ID, Object.values(program.request.grants));
  }

  #forget(program: Program): void {
    this.#ungrant(program);
    this.#references.forgetBinding(program.binding);
    this.#bindings.free(program.binding);
    this.#programs.delete(program.number);
  }

  async #startLife(program: Program): Promise<LoadReply> {
    const { request } = program;
    let thread: Awaited<ReturnType<Spares['take']>>;
    try {
      thread = await this.#spares.take();
    } catch (error) {
      return refusal('ResourceExhausted', (error as Error).message);
    }
    const isUnwanted = program.ended || this.#closing;
    const id = isUnwanted ? undefined : this.#table.allocate(program.limits, program.orphanedGranules);
    if (id === undefined) {
      thread.terminate();
      await thread.ended;
      return isUnwanted ? refusal('DomainDead', 'it was unloaded while it started') : refusal('ResourceExhausted', 'every row of the thread table is taken');
    }
    writeName(this.#endpoint.space.views, indexOf(id), program.name);
    store(this.#words, threadRow(indexOf(id)) + X_PROGRAM_LIFE, ++program.incarnation);
    this.#heap.trace?.christen(id, program.name, program.incarnation);
    const life = newLife(program, id, thread);
    this.#lives.set(id, life);
    this.#references.admit(id);
    this.#references.grant(id, Object.values(request.grants));
    program.life = life;
    thread.become(id);
    thread.onLog = (level, text, dropped) => this.#emit({ event: 'log', domain: program.name, level, text, dropped });
    // Whoever sees the end first, the load below or the life itself, the burial is the same and happens once.
    const ended = thread.ended.then((end) => this.#bury(life, end));
    // An init that waits for ever uses no time slice: the clock ends it.
    const patienceMs = LOAD_PATIENCE_MS + program.limits.initSliceMs;
    const patience = setTimeout(() => {
      life.endedBecause = `init() had not come to an end after ${patienceMs / 1000} s: what does it wait for?`;
      void this.#end(life, 'hang');
    }, patienceMs);
    void ended.then(() => clearTimeout(patience));
    const answer = await Promise.race([
      thread.control.load({
        shared: { control: this.#heap.shared.control, heap: this.#heap.shared.heap, trace: this.#heap.shared.trace, pages: this.#heap.shared.pages },
        id,
        name: program.name,
        incarnation: program.incarnation,
        leaf: request.leaf,
        limits: program.limits,
        grants: request.grants,
        paranoid: this.#paranoid,
      }),
      ended.then(() => null),
    ]);
    if (answer === null) {
      return refusal('DomainCrashed', `the extension did not come through its initialisation (${life.cause ?? 'exited'}): ${life.lastWords}`);
    }
    // Proxies that follow the program name what it provides by numbers, and read what it answers by the interface that they were made for.
    if (!answer.ok || !providesTheSame(program.provides, answer.provides)) {
      life.cause = 'panic';
      this.#undertaker.markDead(life, 'panic');
      thread.terminate();
      await ended;
      return { ok: false, failure: answer.ok ? CHANGED : answer.failure };
    }
    program.provides ??= answer.provides;
    clearTimeout(patience);
    life.provides = answer.provides;
    life.isStarting = false;
    this.#words[threadRow(indexOf(id)) + X_BINDING] = program.binding + 1;
    this.#table.set(id, LifeState.Live);
    store(this.#words, bindingWord(program.binding), id);
    return { ok: true, loaded: { program: program.number, binding: program.binding, id, incarnation: program.incarnation, provides: answer.provides } };
  }

  /** Ends a life: marked, settled, its thread stopped. The burial follows from the thread's end. */
  async #end(life: Life | null | undefined, cause: CrashCause): Promise<void> {
    if (life === null || life === undefined) return;
    this.#undertaker.markDead(life, cause);
    await this.#undertaker.stop(life);
    await life.buried;
  }

  #bury(life: Life, end: Parameters<Undertaker['bury']>[1]): void {
    const { program } = life;
    // A first life that does not come through its initialisation is a failed load, not a crash; and an end that was asked for is none.
    const asked = (program.ended || this.#closing) && (life.cause === 'killed' || life.cause === null);
    const crashed = !asked && !(life.isStarting && program.incarnation === 1);
    const decision = crashed && !program.ended && !this.#closing ? program.supervisor.decide(true) : { next: 'none' as const };
    const epitaph = this.#undertaker.bury(life, end, decision.next);
    life.lastWords = epitaph.message;
    this.#lives.delete(life.id);
    this.#chain.remember(life);
    this.#watchdog.forget(life.id);
    program.life = null;
    life.markBuried();
    if (!crashed) return;
    program.crashes.set(epitaph.cause, (program.crashes.get(epitaph.cause) ?? 0) + 1);
    this.#crashes++;
    this.#services.watchers.died(program.name, program.incarnation, epitaph.cause);
    this.#emit({ event: 'crash', program: program.number, epitaph: { ...epitaph, incarnation: program.incarnation } });
    if (decision.next === 'restart') this.#restart(program, decision.afterMs);
    else if (decision.next === 'give-up') this.#giveUp(program, 'it crashed more often than its restart policy allows');
  }

  #restart(program: Program, afterMs: number): void {
    program.restarting = true;
    const start = async (): Promise<void> => {
      if (program.ended || this.#closing) return;
      const reply = await this.#startLife(program);
      if (reply.ok) {
        program.restarting = false;
        program.restarts++;
        this.#restarts++;
        this.#services.watchers.restarted(program.name, program.incarnation);
        this.#emit({ event: 'restart', program: program.number, loaded: reply.loaded });
      } else if (program.life === null && !program.ended && reply.failure.code !== 'DomainCrashed') {
        this.#giveUp(program, reply.failure.message);
      }
    };
    if (afterMs === 0) void start();
    else setTimeout(() => void start(), afterMs);
  }

  #giveUp(program: Program, reason: string): void {
    program.restarting = false;
    this.#ungrant(program);
    this.#emit({ event: 'give-up', program: program.number, domain: program.name, reason });
  }

  // --- control ------------------------------------------------------------------------------------------------------

  async unload(number: number): Promise<void> {
    const program = this.#programs.get(number);
    if (program === undefined) return;
    program.ended = true;
    await this.#end(program.life, 'killed');
    this.#forget(program);
  }

  async kill(number: number, cause: CrashCause): Promise<void> {
    await this.#end(this.#programs.get(number)?.life, cause);
  }

  async setLimits(number: number, limits: Limits): Promise<void> {
    const program = this.#programs.get(number);
    if (program === undefined) return;
    program.limits = limits;
    if (program.life === null) return;
    this.#table.setLimits(program.life.id, limits, program.orphanedGranules);
    await program.life.thread.control.setLimits(limits);
  }

  lock(name: string): number {
    return this.#services.locks.open(name);
  }

  stats(): KernelStats {
    // What has been dropped by now is not counted any more.
    this.#references.look();
    return {
      domains: [...this.#programs.values()].map((program) => domainStats(program, this.#words, this.#table, this.#resources, this.#references.holders)),
      spares: this.#spares.count,
      heap: heapStats(
        this.#heap,
        (id) => this.#chain.nameOf(id),
        (index) => this.#registry.table.nameOf(index),
      ),
      crashes: this.#crashes,
      restarts: this.#restarts,
    };
  }

  audit(): Promise<readonly AuditFinding[]> {
    return this.#audit.run();
  }

  async close(): Promise<void> {
    this.#closing = true;
    await this.#spares.close();
    await Promise.all([...this.#lives.values()].map((life) => this.#end(life, 'killed')));
    // The host may wait for a lock.
    this.#settlement.settle(KERNEL_ID, 'killed');
    this.#pulse.stop();
  }
}

function refusal(code: string, message: string): { ok: false; failure: LoadFailure } {
  return { ok: false, failure: { code, message, stack: '' } };
}
