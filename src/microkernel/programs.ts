/**
 * Programs and their lives: load, restart, unload, and what each death leads to. A life ends in three steps that others see in this order: it is marked dead and its callers are settled, its thread ends, it is buried.
 */
import { load } from '../abi/atomics.js';
import { endBinding } from '../abi/binding.js';
import { nowMs } from '../abi/clock.js';
import { indexOf, KERNEL_ID } from '../abi/domain-id.js';
import type { Epitaph } from '../abi/epitaph.js';
import type { LoadReply, LoadRequest, UpgradeRequest } from '../abi/kernel-protocol.js';
import type { NextLife } from '../abi/supervision.js';
import type { Limits } from '../abi/limits.js';
import type { CrashCause } from '../abi/result.js';
import { MAX_BINDINGS, PARTED, threadRow, X_PARTED } from '../abi/thread-layout.js';
import { Births } from './births.js';
import { endAll } from './closing.js';
import type { ThreadEnd } from './domain-thread.js';
import { Program, type Life } from './program.js';
import type { ProgramParts } from './program-parts.js';
import { refusal } from './refusal.js';
import { registerInTurns } from './schema-check.js';
import { type LifeCycle, SupervisedProgram } from './supervised-program.js';
import type { Child } from './supervision/child.js';
import { Supervisors } from './supervision/supervisors.js';
import { EndedPrograms } from './totals.js';
import { Upgrades } from './upgrades.js';

export class Programs {
  readonly #parts: ProgramParts;
  readonly #programs = new Map<number, Program>();
  readonly #byChild = new Map<Child, Program>();
  readonly supervisors: Supervisors;
  readonly #births: Births;
  readonly #upgrades: Upgrades;
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
    this.#births = new Births(parts, {
      isClosing: () => this.#isClosing,
      bury: (life, end) => this.#bury(life, end),
      end: (life, cause) => this.end(life, cause),
    });
    this.#upgrades = new Upgrades(parts, this.#births, (life, cause) => this.end(life, cause));
  }

  get isClosing(): boolean {
    return this.#isClosing;
  }

  /** Threads that wait to be next lives. */
  get standbys(): number {
    return this.#births.standbys;
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
    const reply = await supervisor.admit(async () => (supervisor.isOver ? over() : this.#births.start(program)));
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

  /** What every burial is, whatever it leads to. */
  #lay(life: Life, end: ThreadEnd, next: NextLife): Epitaph {
    const { undertaker, lives, chain, watchdog } = this.#parts;
    const epitaph = undertaker.bury(life, end, next);
    // Nobody has the row before this turn is over.
    life.program.past.bury(this.#parts.heap.shared.controlViews, threadRow(indexOf(life.id)), epitaph.reclaimed);
    if (!life.thread.hasEnded) this.#awaitEnd(life.thread.ended);
    life.lastWords = epitaph.message;
    lives.delete(life.id);
    chain.remember(life);
    watchdog.forget(life.id);
    return epitaph;
  }

  #bury(life: Life, end: ThreadEnd): void {
    const { program } = life;
    const { undertaker, watchers, emit } = this.#parts;
    const hasEndedItself = undertaker.find(life, end);
    // It has not become the program's life, or is it no more: its supervisor has nothing to decide.
    if (program.life !== life) {
      const epitaph = this.#lay(life, end, 'none');
      life.markBuried();
      if (life.isStarting || life.cause === 'killed') return;
      program.crashes.set(epitaph.cause, (program.crashes.get(epitaph.cause) ?? 0) + 1);
      this.crashes++;
      emit({ event: 'crash', program: program.number, epitaph: { ...epitaph, incarnation: life.incarnation }, wasReplaced: true });
      return;
    }
    const how = this.#howEnded(life, hasEndedItself);
    const next = this.#nextLife(program, how, life);
    const epitaph = this.#lay(life, end, next);
    program.life = null;
    program.downSince ??= life.deadSince;
    program.restarting = next === 'restart';
    if (next !== 'restart') this.#endForGood(program);
    life.markBuried();
    if (how !== 'exit' && how !== 'crash') return;
    const { name, number } = program;
    const { incarnation } = life;
    watchers.died(name, incarnation, epitaph.cause);
    if (how === 'crash') {
      program.crashes.set(epitaph.cause, (program.crashes.get(epitaph.cause) ?? 0) + 1);
      this.crashes++;
    }
    emit({ event: how, program: number, epitaph: { ...epitaph, incarnation } });
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
    const reply = await this.#births.start(program);
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
    this.#births.expectNone(program);
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
    this.#births.expectNone(program);
    program.supervisor.remove(program.child);
    // Between two lives there is nobody to end.
    if (program.life === null) this.#endForGood(program);
    // One that was to take over, or has been replaced, may live yet.
    const lives = [...this.#parts.lives.values()].filter((life) => life.program === program);
    await Promise.all(lives.map((life) => this.end(life, 'killed')));
    this.#forget(program);
  }

  /** Unloads what stands under a supervisor, the last that was started first; who does not stop keeps nobody waiting but this. */
  async unloadSupervisor(number: number): Promise<number[]> {
    const children = await this.supervisors.remove(number);
    const programs = children.flatMap((child) => this.#byChild.get(child)?.number ?? []);
    await Promise.all(programs.map((program) => this.unload(program)));
    return programs;
  }

  upgrade(number: number, request: UpgradeRequest): Promise<LoadReply> {
    const program = this.#programs.get(number);
    if (program === undefined || this.#isClosing) return Promise.resolve(refusal('DomainDead', 'it was unloaded, or the kernel is closing'));
    return this.#upgrades.upgrade(program, request);
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
    await Promise.all([this.#parts.spares.close(), this.#births.close()]);
    const lives = [...this.#parts.lives.values()];
    const childLife = (child: Child): Life | null | undefined => this.#byChild.get(child)?.life;
    await endAll(lives, childLife, (life) => this.end(life, 'killed'), this.#leaving);
    return lives.filter((life) => !life.thread.hasEnded).map(({ program }) => program.name);
  }
}
