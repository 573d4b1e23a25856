/**
 * Programs and their lives: load, restart, unload, and what each death leads to. A life ends in three steps that others see in this order: it is marked dead and its callers are settled, its thread ends, it is buried.
 */
import { load, store } from '../abi/atomics.js';
import { endBinding } from '../abi/binding.js';
import { nowMs } from '../abi/clock.js';
import { indexOf, KERNEL_ID } from '../abi/domain-id.js';
import type { KernelEvent, LoadReply, LoadRequest, ProgramTotals } from '../abi/kernel-protocol.js';
import type { NextLife } from '../abi/supervision.js';
import type { Limits } from '../abi/limits.js';
import type { CrashCause } from '../abi/result.js';
import { bindingWord, Life as LifeState, MAX_BINDINGS, PARTED, threadRow, X_BINDING, X_PARTED, X_PROGRAM_LIFE } from '../abi/thread-layout.js';
import { writeName } from '../proxy/domain-names.js';
import type { FaultCounts } from '../proxy/fault-counts.js';
import type { ThreadHeap } from '../shared-heap/heap.js';
import type { TypeRegistry } from '../shared-heap/types/type-registry.js';
import type { Bindings } from './bindings.js';
import type { CallChain } from './call-chain.js';
import { endAll } from './closing.js';
import type { DomainTable } from './domain-table.js';
import type { Lives } from './lives.js';
import type { Media } from './media.js';
import { CHANGED, newLife, Program, providesTheSame, type Life } from './program.js';
import type { References } from './references.js';
import { refusal } from './refusal.js';
import { registerInTurns } from './schema-check.js';
import type { Spares } from './spares.js';
import { type LifeCycle, SupervisedProgram } from './supervised-program.js';
import type { Child } from './supervision/child.js';
import { Supervisors } from './supervision/supervisors.js';
import { EndedPrograms } from './totals.js';
import type { Undertaker } from './undertaker.js';
import type { Watchdog } from './watchdog.js';
import type { Watchers } from './watchers.js';

/** How long a load may take by the clock, beside its slice of CPU time. */
const LOAD_PATIENCE_MS = 15_000;
/** What a life touches, from its thread to its grave. */
export interface ProgramParts {
  readonly heap: ThreadHeap;
  readonly registry: TypeRegistry;
  readonly table: DomainTable;
  readonly lives: Lives;
  readonly bindings: Bindings;
  readonly chain: CallChain;
  readonly references: References;
  readonly media: Media;
  readonly undertaker: Undertaker;
  readonly watchdog: Watchdog;
  readonly spares: Spares;
  readonly watchers: Watchers;
  readonly faults: FaultCounts;
  readonly totalsOf: (program: Program) => ProgramTotals;
  readonly paranoid: boolean;
  readonly emit: (event: KernelEvent) => void;
}

export class Programs {
  readonly #parts: ProgramParts;
  readonly #programs = new Map<number, Program>();
  readonly #byChild = new Map<Child, Program>();
  readonly supervisors: Supervisors;
  readonly #cycle: LifeCycle = {
    begin: (program) => this.#begin(program),
    end: (life) => this.end(life, 'killed'),
    endForGood: (program, reason) => {
      this.#endForGood(program);
      this.#parts.emit({ event: 'stays-dead', program: program.number, reason });
    },
  };
  #next = 1;
  #isClosing = false;
  /** Threads that have parted, as far as they have been looked at. */
  #parted = 0;
  /** Threads of the buried that have not ended. */
  readonly #leaving = new Set<Promise<unknown>>();
  /** Crashes and restarts since boot. */
  crashes = 0;
  restarts = 0;
  /** What is remembered of programs that were unloaded. */
  readonly ended = new EndedPrograms();

  constructor(parts: ProgramParts) {
    this.#parts = parts;
    this.supervisors = new Supervisors((event) => {
      if (event.event === 'give-up') for (const { name, past } of this.all()) if (event.domains.includes(name)) past.giveUps++;
      parts.emit(event);
    });
  }

  get isClosing(): boolean {
    return this.#isClosing;
  }

  get count(): number {
    return this.#programs.size;
  }

  all(): Iterable<Program> {
    return this.#programs.values();
  }

  async load(request: LoadRequest): Promise<LoadReply> {
    const { registry, bindings, references } = this.#parts;
    if (this.#isClosing) return refusal('DomainDead', 'the kernel is closing');
    try {
      await registerInTurns(request.leaf.schemas, registry);
    } catch (error) {
      return refusal('InvalidType', (error as Error).message);
    }
    if (this.#isClosing) return refusal('DomainDead', 'the kernel is closing');
    const { supervisor: number } = request;
    const supervisor = number === undefined ? this.supervisors.implicit(request.name, request.restart) : this.supervisors.find(number);
    if (supervisor === undefined) return refusal('DomainDead', 'its supervisor was unloaded');
    const binding = bindings.take();
    if (binding < 0) return refusal('ResourceExhausted', `${MAX_BINDINGS} programs are loaded already`);
    const program = new Program(this.#next++, binding, request);
    const unkept = this.#parts.media.declare(program, request.leaf);
    if (unkept !== undefined) {
      bindings.free(binding);
      return refusal('InvalidType', unkept);
    }
    program.supervisor = supervisor;
    program.child = new SupervisedProgram(program, this.#cycle);
    this.#programs.set(program.number, program);
    this.#byChild.set(program.child, program);
    this.#parts.faults.open(binding);
    // What was granted must be there for the lives to come, too.
    if (request.restart.when !== 'never') references.grant(KERNEL_ID, Object.values(request.grants));
    const over = (): LoadReply => refusal('DomainDead', `its supervisor ${supervisor.name} has given up, or was unloaded`);
    const reply = await supervisor.admit(async () => (supervisor.isOver ? over() : this.#startLife(program)));
    if (reply.ok && (supervisor.isImplicit || !supervisor.isOver)) return reply;
    if (reply.ok) await this.unload(program.number);
    else this.#forget(program);
    return reply.ok ? over() : reply;
  }

  /** There will be no further life. */
  #ungrant(program: Program): void {
    if (program.request.restart.when === 'never' || program.isUngranted) return;
    program.isUngranted = true;
    this.#parts.references.ungrant(KERNEL_ID, Object.values(program.request.grants));
  }

  #forget(program: Program): void {
    const { references, bindings, media } = this.#parts;
    this.#ungrant(program);
    void media.free(program);
    if (program.provides !== null) this.ended.add(program.name, this.#parts.totalsOf(program));
    this.#parts.faults.close(program.binding);
    references.forgetBinding(program.binding);
    bindings.free(program.binding);
    this.#programs.delete(program.number);
    this.#byChild.delete(program.child);
    program.supervisor.remove(program.child);
  }

  async #startLife(program: Program): Promise<LoadReply> {
    const { request } = program;
    const { heap, table, lives, references, media, undertaker, spares } = this.#parts;
    const { words } = heap.shared.controlViews;
    await media.unlent(program);
    let thread: Awaited<ReturnType<Spares['take']>>;
    try {
      thread = await spares.take(request.powers.profile);
    } catch (error) {
      return refusal('ResourceExhausted', (error as Error).message);
    }
    const isUnwanted = program.ended || program.isStopped || this.#isClosing;
    const id = isUnwanted ? undefined : table.allocate(program.limits, program.orphanedGranules);
    if (id === undefined) {
      thread.terminate();
      await thread.ended;
      return isUnwanted ? refusal('DomainDead', 'it was stopped while it started') : refusal('ResourceExhausted', 'every row of the thread table is taken');
    }
    writeName(heap.shared.controlViews, indexOf(id), program.name);
    store(words, threadRow(indexOf(id)) + X_PROGRAM_LIFE, ++program.incarnation);
    heap.trace?.christen(id, program.name, program.incarnation);
    const life = newLife(program, id, thread);
    lives.set(id, life);
    references.admit(id);
    references.grant(id, Object.values(request.grants));
    program.life = life;
    thread.become(id);
    thread.onLog = (level, text, dropped) => this.#parts.emit({ event: 'log', domain: program.name, level, text, dropped });
    // Whoever sees the end first, the load below or the life itself, the burial is the same and happens once.
    const ended = thread.parted.then((end) => this.#bury(life, end));
    // An init that waits for ever uses no time slice: the clock ends it.
    const patienceMs = LOAD_PATIENCE_MS + program.limits.initSliceMs;
    const patience = setTimeout(() => {
      life.endedBecause = `init() had not come to an end after ${patienceMs / 1000} s: what does it wait for?`;
      void this.end(life, 'hang');
    }, patienceMs);
    void ended.then(() => clearTimeout(patience));
    const answer = await Promise.race([
      thread.control.load({
        shared: { control: heap.shared.control, heap: heap.shared.heap, trace: heap.shared.trace, pages: heap.shared.pages },
        id,
        name: program.name,
        incarnation: program.incarnation,
        leaf: request.leaf,
        limits: program.limits,
        grants: request.grants,
        powers: request.powers,
        media: media.orders(program, request.leaf),
        paranoid: this.#parts.paranoid,
      }),
      ended.then(() => null),
    ]);
    // In one turn of the event loop Node hands over what a thread said last and that it has ended: its answer may be that of the dead.
    if (answer === null || life.deadSince !== null || thread.hasEnded) {
      await ended;
      return refusal('DomainCrashed', `the extension did not come through its initialisation (${life.cause ?? 'exited'}): ${life.lastWords}`);
    }
    // Proxies that follow the program name what it provides by numbers, and read what it answers by the interface that they were made for.
    if (!answer.ok || !providesTheSame(program.provides, answer.provides)) {
      life.cause = 'panic';
      undertaker.markDead(life, 'panic');
      thread.terminate();
      await ended;
      return { ok: false, failure: answer.ok ? CHANGED : answer.failure };
    }
    const isFirst = program.provides === null;
    program.provides ??= answer.provides;
    media.handedOver(program);
    clearTimeout(patience);
    life.provides = answer.provides;
    life.isStarting = false;
    // From here on its end is its supervisor's business.
    if (isFirst) program.supervisor.adopt(program.child);
    words[threadRow(indexOf(id)) + X_BINDING] = program.binding + 1;
    table.set(id, LifeState.Live);
    store(words, bindingWord(program.binding), id);
    table.ringWhoAwaitsLives();
    void spares.learn(thread);
    return { ok: true, loaded: { program: program.number, binding: program.binding, id, incarnation: program.incarnation, provides: answer.provides } };
  }

  /** Whether some thread has parted since the last look. */
  get hasNewsOfParting(): boolean {
    return load(this.#parts.heap.shared.controlViews.words, X_PARTED) !== this.#parted;
  }

  /** Buries who has parted, without waiting for the thread's end. */
  lookForParted(): void {
    if (!this.hasNewsOfParting) return;
    const { words } = this.#parts.heap.shared.controlViews;
    this.#parted = load(words, X_PARTED);
    for (const { id, thread } of this.#parts.lives.values()) if (load(words, threadRow(indexOf(id)) + PARTED) === 1) thread.notePart();
  }

  /** Ends a life: marked, settled, its thread stopped. Resolves when it is buried. */
  async end(life: Life | null | undefined, cause: CrashCause): Promise<void> {
    if (life === null || life === undefined) return;
    this.#parts.undertaker.markDead(life, cause);
    await this.#parts.undertaker.stop(life);
    await life.buried;
    await life.thread.ended;
  }

  #bury(life: Life, end: Parameters<Undertaker['bury']>[1]): void {
    const { program } = life;
    const { undertaker, lives, chain, watchdog, watchers, emit } = this.#parts;
    const hasEndedItself = undertaker.find(life, end);
    const how = this.#howEnded(life, hasEndedItself);
    const next = this.#nextLife(program, how, life);
    const epitaph = undertaker.bury(life, end, next);
    // Nobody has the row before this turn is over.
    program.past.add(this.#parts.heap.shared.controlViews, threadRow(indexOf(life.id)), epitaph.reclaimed);
    if (!life.thread.hasEnded) this.#awaitEnd(life.thread.ended);
    life.lastWords = epitaph.message;
    lives.delete(life.id);
    chain.remember(life);
    watchdog.forget(life.id);
    program.life = null;
    program.downSince ??= life.deadSince;
    program.restarting = next === 'restart';
    if (next !== 'restart') this.#endForGood(program);
    life.markBuried();
    const { name, number, incarnation } = program;
    if (how === 'exit') emit({ event: 'exit', program: number, domain: name, incarnation, next });
    if (how !== 'exit' && how !== 'crash') return;
    watchers.died(name, incarnation, epitaph.cause);
    if (how === 'exit') return;
    program.crashes.set(epitaph.cause, (program.crashes.get(epitaph.cause) ?? 0) + 1);
    this.crashes++;
    emit({ event: 'crash', program: number, epitaph: { ...epitaph, incarnation } });
  }

  /** Whoever closes waits until nothing runs. */
  #awaitEnd(ended: Promise<unknown>): void {
    this.#leaving.add(ended);
    void ended.then(() => this.#leaving.delete(ended));
  }

  /** A first life that does not come through its initialisation is a failed load, not a crash; and an end that was asked for, by the host or by a supervisor, is none. */
  #howEnded(life: Life, hasEndedItself: boolean): 'failed load' | 'asked' | 'exit' | 'crash' {
    const { program } = life;
    if (life.isStarting && program.provides === null) return 'failed load';
    if ((program.ended || program.isStopped || this.#isClosing) && (life.cause === 'killed' || life.cause === 'exited')) return 'asked';
    return hasEndedItself ? 'exit' : 'crash';
  }

  #nextLife(program: Program, how: 'failed load' | 'asked' | 'exit' | 'crash', { cause }: Life): NextLife {
    if (program.ended || this.#isClosing || how === 'failed load') return 'none';
    if (how === 'asked') return program.supervisor.afterStop(program.child);
    return program.supervisor.ended(program.child, how, `${program.name} has ended (${cause})`);
  }

  /** One more life of a program that has had one. */
  async #begin(program: Program): Promise<LoadReply> {
    if (program.ended || this.#isClosing) return refusal('DomainDead', 'it was unloaded');
    program.restarting = true;
    const reply = await this.#startLife(program);
    if (!reply.ok) return reply;
    program.restarting = false;
    program.restarts++;
    this.restarts++;
    this.#parts.watchers.restarted(program.name, program.incarnation);
    this.#parts.emit({ event: 'restart', program: program.number, loaded: reply.loaded, downMs: nowMs() - (program.downSince ?? nowMs()) });
    program.downSince = null;
    return reply;
  }

  /** Says to whoever waits for another life that there will be none. A program that has ended by itself may yet begin anew with its siblings. */
  #endForGood(program: Program): void {
    program.restarting = false;
    endBinding(this.#parts.heap.shared.controlViews.words, program.binding, false);
    this.#parts.table.ringWhoAwaitsLives();
    if (!program.supervisor.isOver && !program.supervisor.isImplicit) return;
    this.#ungrant(program);
    void this.#parts.media.free(program);
  }

  async unload(number: number): Promise<void> {
    const program = this.#programs.get(number);
    if (program === undefined) return;
    program.ended = true;
    program.supervisor.remove(program.child);
    // Between two lives there is nobody to end.
    if (program.life === null) this.#endForGood(program);
    await this.end(program.life, 'killed');
    this.#forget(program);
  }

  /** Unloads what stands under a supervisor, the last that was started first; who does not stop keeps nobody waiting but this. */
  async unloadSupervisor(number: number): Promise<number[]> {
    const children = await this.supervisors.remove(number);
    const programs = children.flatMap((child) => this.#byChild.get(child)?.number ?? []);
    await Promise.all(programs.map((program) => this.unload(program)));
    return programs;
  }

  async kill(number: number, cause: CrashCause): Promise<void> {
    await this.end(this.#programs.get(number)?.life, cause);
  }

  async setLimits(number: number, limits: Limits): Promise<void> {
    const program = this.#programs.get(number);
    if (program === undefined) return;
    program.limits = limits;
    const { life } = program;
    if (life === null || life.deadSince !== null) return;
    this.#parts.table.setLimits(life.id, limits, program.orphanedGranules);
    life.logBudget.setRate(limits.logBytesPerSecond);
    // Who dies before it has heard of them says nothing; the next life begins with them.
    await Promise.race([life.thread.control.setLimits(limits), life.dead]);
  }

  /** Nothing starts any more, and every life ends, whoever depends on others first. Resolves when all are buried, or condemned, which may be for ever: answers the names of those. */
  async close(): Promise<string[]> {
    this.#isClosing = true;
    this.supervisors.close();
    for (const program of this.#programs.values()) if (program.life === null) this.#endForGood(program);
    await this.#parts.spares.close();
    const lives = [...this.#parts.lives.values()];
    const childLife = (child: Child): Life | null | undefined => this.#byChild.get(child)?.life;
    await endAll(lives, childLife, (life) => this.end(life, 'killed'), this.#leaving);
    return lives.filter((life) => !life.thread.hasEnded).map(({ program }) => program.name);
  }
}
