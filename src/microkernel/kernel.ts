/**
 * The microkernel: what it is made of, its turns, and what the host asks of it. It runs on a thread of its own and never runs user or extension code, so it detects a death, settles callers and takes memory
 * back while the host is blocked in a call.
 */
import { add, load } from '../abi/atomics.js';
import { nowMs } from '../abi/clock.js';
import { HOST_INDEX, indexOf, KERNEL_ID, KERNEL_INDEX, type DomainId } from '../abi/domain-id.js';
import type {
  AuditFinding,
  CloseReport,
  KernelControl,
  KernelEvent,
  KernelOptions,
  KernelStats,
  LoadReply,
  LoadRequest,
  ProgramTotals,
  SuperviseReply,
  UpgradeRequest,
} from '../abi/kernel-protocol.js';
import type { Limits } from '../abi/limits.js';
import type { CrashCause } from '../abi/result.js';
import type { SupervisorRequest } from '../abi/supervision.js';
import { BLOCKED_ON, FaultPlace, HEARTBEAT, Order, threadRow } from '../abi/thread-layout.js';
import { Doorbell } from '../proxy/doorbell.js';
import { Endpoint } from '../proxy/endpoint.js';
import { Interfaces } from '../proxy/proxies.js';
import { Settlement } from '../proxy/settlement.js';
import { ThreadHeap } from '../shared-heap/heap.js';
import { Reclaimer } from '../shared-heap/reclaimer.js';
import { openShared } from '../shared-heap/shared-state.js';
import { TypeRegistry } from '../shared-heap/types/type-registry.js';
import { Bindings } from './bindings.js';
import { CallChain } from './call-chain.js';
import { Deadlocks } from './deadlocks.js';
import { CpuClock } from './cpu-clock.js';
import { CpuShares } from './cpu-shares.js';
import { DomainTable } from './domain-table.js';
import { KernelAudit } from './kernel-audit.js';
import { domainStats, heapStats, programTotals, threadTotals } from './kernel-stats.js';
import { Media } from './media.js';
import { Orphans } from './orphans.js';
import { Lives } from './lives.js';
import type { Program } from './program.js';
import { Programs } from './programs.js';
import { References } from './references.js';
import { Resources } from './resources.js';
import { Pulse } from './pulse.js';
import { provideServices, type Services } from './services.js';
import { Spares } from './spares.js';
import { Undertaker } from './undertaker.js';
import { Watchdog } from './watchdog.js';

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
  readonly #shares: CpuShares;
  readonly #spares: Spares;
  readonly #lives = new Lives();
  readonly #programs: Programs;
  readonly #emit: (event: KernelEvent) => void;
  readonly #audit: KernelAudit;
  readonly #services: Services;
  readonly #deadlocks: Deadlocks;
  readonly #resources = new Resources((id) => this.#lives.get(id)?.program.limits);
  readonly #references: References;
  readonly #bindings = new Bindings();
  readonly #media: Media;
  readonly #pulse: Pulse;

  constructor(options: KernelOptions, emit: (event: KernelEvent) => void) {
    const shared = openShared(options.shared);
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
    this.#media = new Media(this.#heap, this.#registry);
    this.#undertaker.media = this.#media;
    this.#undertaker.onCondemned = ({ program, incarnation }) => emit({ event: 'condemned', program: program.number, domain: program.name, incarnation });
    const clock = new CpuClock(this.#words);
    this.#shares = new CpuShares(this.#words, clock, {
      wait: (id) => this.#table.order(id, Order.Wait, true),
      goOn: (id) => {
        this.#table.order(id, Order.Wait, false);
        Doorbell.ring(this.#words, indexOf(id));
      },
    });
    this.#watchdog = new Watchdog(this.#words, clock, {
      timeOut: (record) => void this.#settlement.timeOut(record),
      flag: (id) => this.#undertaker.flag(this.#lives.get(id)),
      kill: (id) => void this.#programs.end(this.#lives.get(id), 'hang'),
    });
    this.#audit = new KernelAudit(this.#heap, this.#endpoint.space, this.#table, this.#orphans, this.#lives, this.#references, this.#media);
    const bootedAt = nowMs();
    this.#services = provideServices(interfaces, this.#endpoint, {
      log: (domain, level, text) => this.#log(domain, level, text),
      vitals: () => ({ programs: this.#programs.count, crashes: this.#programs.crashes, restarts: this.#programs.restarts, uptimeMs: nowMs() - bootedAt }),
      nameOf: (domain) => this.#chain.nameOf(domain),
      incarnationOf: (domain) => this.#lives.get(domain)?.incarnation ?? 1,
      resources: this.#resources,
    });
    this.#deadlocks = new Deadlocks(space, this.#services.locks, (record, word) => this.#settlement.deadlock(record, word));
    this.#spares = new Spares(this.#words, options.spares);
    this.#programs = new Programs({
      heap: this.#heap,
      registry: this.#registry,
      table: this.#table,
      lives: this.#lives,
      bindings: this.#bindings,
      chain: this.#chain,
      references: this.#references,
      media: this.#media,
      undertaker: this.#undertaker,
      watchdog: this.#watchdog,
      spares: this.#spares,
      watchers: this.#services.watchers,
      faults: this.#endpoint.faults,
      totalsOf: (program) => this.#totalsOf(program),
      paranoid: options.paranoid,
      emit,
    });
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
    while (!this.#programs.isClosing) {
      // Callers that never pause must not keep the tick from its turn: watchdog and heartbeat are timers of this loop.
      this.#programs.lookForParted();
      if (this.#endpoint.serveAll() + asyncCalls.poll() > 0) await new Promise<void>((resolve) => setImmediate(resolve));
      else {
        await bell.parkAsync(() => space.hasPending() || asyncCalls.hasSettled() || this.#programs.hasNewsOfParting, 1000);
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
    this.#shares.look(this.#lives.values());
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
    if (!this.#watchdog.isQuiet || !this.#shares.isQuiet || this.#orphans.count > 0 || this.#undertaker.waitingRows > 0 || !this.#services.isQuiet())
      return false;
    return this.#lives.areSettled && load(this.#words, threadRow(HOST_INDEX) + BLOCKED_ON) === 0;
  }

  /** A line that came through the Log interface, within the budget that the domain's console has, too. */
  #log(domain: DomainId, level: string, text: string): void {
    const life = this.#lives.get(domain);
    const budget = life?.logBudget;
    if (budget !== undefined && !budget.affords(text.length * 2 + 16)) return;
    this.#emit({ event: 'log', domain: this.#chain.nameOf(domain), level, text, dropped: budget?.takeDropped() ?? 0 });
  }

  load(request: LoadRequest): Promise<LoadReply> {
    return this.#programs.load(request);
  }

  unload(program: number): Promise<void> {
    return this.#programs.unload(program);
  }

  upgrade(program: number, request: UpgradeRequest): Promise<LoadReply> {
    return this.#programs.upgrade(program, request);
  }

  kill(program: number, cause: CrashCause): Promise<void> {
    return this.#programs.kill(program, cause);
  }

  setLimits(program: number, limits: Limits): Promise<void> {
    return this.#programs.setLimits(program, limits);
  }

  supervise(request: SupervisorRequest): SuperviseReply {
    return this.#programs.supervisors.supervise(request);
  }

  unloadSupervisor(supervisor: number): Promise<readonly number[]> {
    return this.#programs.unloadSupervisor(supervisor);
  }

  lock(name: string): number {
    return this.#services.locks.open(name);
  }

  #totalsOf(program: Program): ProgramTotals {
    return programTotals(program, this.#lives.values(), this.#heap.shared.controlViews, this.#endpoint.faults, this.#shares);
  }

  stats(): KernelStats {
    // What has been dropped by now is not counted any more.
    this.#references.look();
    const { faults } = this.#endpoint;
    const views = this.#heap.shared.controlViews;
    return {
      totals: this.#programs.ended.with([...this.#programs.all()].map((program) => [program.name, this.#totalsOf(program)] as const)),
      host: threadTotals(HOST_INDEX, FaultPlace.Host, views, faults),
      kernel: threadTotals(KERNEL_INDEX, FaultPlace.Kernel, views, faults),
      gone: { errors: faults.at(FaultPlace.Gone) },
      domains: [...this.#programs.all()].map((program) =>
        domainStats(program, views, this.#table, this.#resources, this.#references.holders, this.#shares, this.#media),
      ),
      spares: this.#spares.count,
      standbys: this.#programs.standbys,
      heap: heapStats(
        this.#heap,
        (id) => this.#chain.nameOf(id),
        (index) => this.#registry.table.nameOf(index),
      ),
      crashes: this.#programs.crashes,
      restarts: this.#programs.restarts,
      supervisors: this.#programs.supervisors.stats,
      escalation: this.#undertaker.escalations.counts,
    };
  }

  audit(): Promise<readonly AuditFinding[]> {
    return this.#audit.run();
  }

  async close(): Promise<CloseReport> {
    const condemned = await this.#programs.close();
    // The host may wait for a lock.
    this.#settlement.settle(KERNEL_ID, 'killed');
    this.#pulse.stop();
    return { condemned };
  }
}
