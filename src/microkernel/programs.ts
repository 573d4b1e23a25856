/**
 * Programs and their lives: load, restart, unload, and what each death leads to. A life ends in three steps that others see in this order: it is marked dead and its callers are settled, its thread ends, it is buried.
 */
import { load, store } from '../abi/atomics.js';
import { endBinding } from '../abi/binding.js';
import type { LoadFailure } from '../abi/control-protocol.js';
import { indexOf, KERNEL_ID } from '../abi/domain-id.js';
import type { KernelEvent, LoadReply, LoadRequest } from '../abi/kernel-protocol.js';
import type { Limits } from '../abi/limits.js';
import type { CrashCause } from '../abi/result.js';
import { bindingWord, Life as LifeState, MAX_BINDINGS, PARTED, threadRow, X_BINDING, X_PARTED, X_PROGRAM_LIFE } from '../abi/thread-layout.js';
import { writeName } from '../proxy/domain-names.js';
import type { ThreadHeap } from '../shared-heap/heap.js';
import type { TypeRegistry } from '../shared-heap/types/type-registry.js';
import type { Bindings } from './bindings.js';
import type { CallChain } from './call-chain.js';
import type { DomainTable } from './domain-table.js';
import type { Lives } from './lives.js';
import { CHANGED, newLife, Program, providesTheSame, type Life } from './program.js';
import type { References } from './references.js';
import { registerInTurns } from './schema-check.js';
import type { Spares } from './spares.js';
import { TERMINATION_PATIENCE_MS, type Undertaker } from './undertaker.js';
import type { Watchdog } from './watchdog.js';
import type { Watchers } from './watchers.js';

/** How long a load may take by the clock, beside its slice of CPU time. */
const LOAD_PATIENCE_MS = 15_000;
/** How long threads may take to stop when the kernel closes: longer than it takes to condemn one. */
const CLOSE_PATIENCE_MS = TERMINATION_PATIENCE_MS + 500;

/** What a life touches, from its thread to its grave. */
export interface ProgramParts {
  readonly heap: ThreadHeap;
  readonly registry: TypeRegistry;
  readonly table: DomainTable;
  readonly lives: Lives;
  readonly bindings: Bindings;
  readonly chain: CallChain;
  readonly references: References;
  readonly undertaker: Undertaker;
  readonly watchdog: Watchdog;
  readonly spares: Spares;
  readonly watchers: Watchers;
  readonly paranoid: boolean;
  readonly emit: (event: KernelEvent) => void;
}

export class Programs {
  readonly #parts: ProgramParts;
  readonly #programs = new Map<number, Program>();
  #next = 1;
  #isClosing = false;
  /** Threads that have parted, as far as they have been looked at. */
  #parted = 0;
  /** Threads of the buried that have not ended. */
  readonly #leaving = new Set<Promise<unknown>>();
  /** Crashes and restarts since boot. */
  crashes = 0;
  restarts = 0;

  constructor(parts: ProgramParts) {
    this.#parts = parts;
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
    const binding = bindings.take();
    if (binding < 0) return refusal('ResourceExhausted', `${MAX_BINDINGS} programs are loaded already`);
    const program = new Program(this.#next++, binding, request);
    this.#programs.set(program.number, program);
    // What was granted must be there for the lives to come, too.
    if (request.restart.when !== 'never') references.grant(KERNEL_ID, Object.values(request.grants));
    const reply = await this.#startLife(program);
    if (!reply.ok) this.#forget(program);
    return reply;
  }

  /** There will be no further life. */
  #ungrant(program: Program): void {
    if (program.request.restart.when === 'never' || program.isUngranted) return;
    program.isUngranted = true;
    this.#parts.references.ungrant(KERNEL_ID, Object.values(program.request.grants));
  }

  #forget(program: Program): void {
    const { references, bindings } = this.#parts;
    this.#ungrant(program);
    references.forgetBinding(program.binding);
    bindings.free(program.binding);
    this.#programs.delete(program.number);
  }

  async #startLife(program: Program): Promise<LoadReply> {
    const { request } = program;
    const { heap, table, lives, references, undertaker, spares } = this.#parts;
    const { words } = heap.shared.controlViews;
    let thread: Awaited<ReturnType<Spares['take']>>;
    try {
      thread = await spares.take(request.powers.profile);
    } catch (error) {
      return refusal('ResourceExhausted', (error as Error).message);
    }
    const isUnwanted = program.ended || this.#isClosing;
    const id = isUnwanted ? undefined : table.allocate(program.limits, program.orphanedGranules);
    if (id === undefined) {
      thread.terminate();
      await thread.ended;
      return isUnwanted ? refusal('DomainDead', 'it was unloaded while it started') : refusal('ResourceExhausted', 'every row of the thread table is taken');
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
    program.provides ??= answer.provides;
    clearTimeout(patience);
    life.provides = answer.provides;
    life.isStarting = false;
    words[threadRow(indexOf(id)) + X_BINDING] = program.binding + 1;
    table.set(id, LifeState.Live);
    store(words, bindingWord(program.binding), id);
    table.ringWhoAwaitsLives();
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
    // A first life that does not come through its initialisation is a failed load, not a crash; and an end that was asked for is none.
    const asked = (program.ended || this.#isClosing) && (life.cause === 'killed' || life.cause === null);
    const crashed = !asked && !(life.isStarting && program.incarnation === 1);
    const decision = crashed && !program.ended && !this.#isClosing ? program.supervisor.decide(true) : { next: 'none' as const };
    const epitaph = undertaker.bury(life, end, decision.next);
    if (!life.thread.hasEnded) this.#awaitEnd(life.thread.ended);
    life.lastWords = epitaph.message;
    lives.delete(life.id);
    chain.remember(life);
    watchdog.forget(life.id);
    program.life = null;
    if (decision.next !== 'restart') this.#endForGood(program);
    life.markBuried();
    if (!crashed) return;
    program.crashes.set(epitaph.cause, (program.crashes.get(epitaph.cause) ?? 0) + 1);
    this.crashes++;
    watchers.died(program.name, program.incarnation, epitaph.cause);
    emit({ event: 'crash', program: program.number, epitaph: { ...epitaph, incarnation: program.incarnation } });
    if (decision.next === 'restart') this.#restart(program, decision.afterMs);
    else if (decision.next === 'give-up') this.#giveUp(program, 'it crashed more often than its restart policy allows');
  }

  /** Whoever closes waits until nothing runs. */
  #awaitEnd(ended: Promise<unknown>): void {
    this.#leaving.add(ended);
    void ended.then(() => this.#leaving.delete(ended));
  }

  #restart(program: Program, afterMs: number): void {
    program.restarting = true;
    const start = async (): Promise<void> => {
      if (program.ended || this.#isClosing) return;
      const reply = await this.#startLife(program);
      if (reply.ok) {
        program.restarting = false;
        program.restarts++;
        this.restarts++;
        this.#parts.watchers.restarted(program.name, program.incarnation);
        this.#parts.emit({ event: 'restart', program: program.number, loaded: reply.loaded });
      } else if (program.life === null && !program.ended && reply.failure.code !== 'DomainCrashed') {
        this.#giveUp(program, reply.failure.message);
      }
    };
    if (afterMs === 0) void start();
    else setTimeout(() => void start(), afterMs);
  }

  /** Says to whoever waits for another life that there will be none. */
  #endForGood(program: Program): void {
    endBinding(this.#parts.heap.shared.controlViews.words, program.binding, false);
    this.#parts.table.ringWhoAwaitsLives();
  }

  #giveUp(program: Program, reason: string): void {
    program.restarting = false;
    this.#endForGood(program);
    this.#ungrant(program);
    this.#parts.emit({ event: 'give-up', program: program.number, domain: program.name, reason });
  }

  async unload(number: number): Promise<void> {
    const program = this.#programs.get(number);
    if (program === undefined) return;
    program.ended = true;
    // Between two lives there is nobody to end.
    if (program.life === null) this.#endForGood(program);
    await this.end(program.life, 'killed');
    this.#forget(program);
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

  /** Nothing starts any more, and every life ends. Resolves when all are buried, or condemned, which may be for ever: answers the names of those. */
  async close(): Promise<string[]> {
    this.#isClosing = true;
    for (const program of this.#programs.values()) if (program.life === null) this.#endForGood(program);
    await this.#parts.spares.close();
    const lives = [...this.#parts.lives.values()];
    let patience: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      patience = setTimeout(resolve, CLOSE_PATIENCE_MS);
    });
    await Promise.race([Promise.all([...lives.map((life) => this.end(life, 'killed')), ...this.#leaving]), late]);
    clearTimeout(patience);
    return lives.filter((life) => !life.thread.hasEnded).map(({ program }) => program.name);
  }
}

function refusal(code: string, message: string): { ok: false; failure: LoadFailure } {
  return { ok: false, failure: { code, message, stack: '' } };
}
