/** Births: how a life begins, from its thread to the word that names it. */
import { store } from '../abi/atomics.js';
import type { Preparation } from '../abi/control-protocol.js';
import { type DomainId, indexOf } from '../abi/domain-id.js';
import type { LoadReply } from '../abi/kernel-protocol.js';
import type { Leaf } from '../abi/leaf.js';
import type { CrashCause } from '../abi/result.js';
import { bindingWord, Life as LifeState, lineWord, threadRow, X_BINDING, X_PROGRAM_LIFE } from '../abi/thread-layout.js';
import { writeName } from '../proxy/domain-names.js';
import type { DomainThread, ThreadEnd } from './domain-thread.js';
import { CHANGED, type Life, newLife, type Program, providesTheSame } from './program.js';
import type { ProgramParts } from './program-parts.js';
import { refusal } from './refusal.js';
import type { Spares } from './spares.js';
import { Standbys } from './standbys.js';

/** How long a load may take by the clock, beside its slice of CPU time. */
const LOAD_PATIENCE_MS = 15_000;

/** A life that is to take over from the present one. */
export interface Takeover {
  readonly leaf: Leaf;
  /** Its thread, where one was started ahead. */
  readonly thread: DomainThread | null;
  /** Set when there is one. */
  life: Life | null;
  /** Asked when it has initialised: whether it becomes the program's life. */
  isStillWanted(): boolean;
}

/** What a birth asks of who keeps the programs. */
export interface BirthCycle {
  isClosing(): boolean;
  bury(life: Life, end: ThreadEnd): void;
  end(life: Life, cause: CrashCause): Promise<void>;
}

export class Births {
  readonly #parts: ProgramParts;
  readonly #cycle: BirthCycle;
  readonly #standbys: Standbys;

  constructor(parts: ProgramParts, cycle: BirthCycle) {
    this.#parts = parts;
    this.#cycle = cycle;
    this.#standbys = new Standbys(parts.spares, parts.table, (program, id) => this.#furnish(program, program.request.leaf, id));
  }

  /** Threads that wait to be next lives. */
  get standbys(): number {
    return this.#standbys.count;
  }

  /** The program will have no other life, for now. */
  expectNone(program: Program): void {
    this.#standbys.dismiss(program);
  }

  close(): Promise<void> {
    return this.#standbys.close();
  }

  /** Clears what the row's last tenant left, before a thread knows of the row, and answers what the thread is told that gets it, for a life of its own or for one to come. */
  #furnish({ name, limits, request: { powers } }: Program, leaf: Leaf, id: DomainId): Preparation {
    this.#parts.references.clear(id);
    const { control, heap, trace, pages } = this.#parts.heap.shared;
    return { shared: { control, heap, trace, pages }, id, name, leaf, limits, powers, paranoid: this.#parts.paranoid };
  }

  /** Begins a life: the first or the next one of a program, or, with `over`, one that is to take over from its present life. Answers when it serves, or why it does not; then it is buried. */
  async start(program: Program, over: Takeover | null = null): Promise<LoadReply> {
    const request = { ...program.request, leaf: over?.leaf ?? program.request.leaf };
    const { heap, table, lives, references, media, undertaker, spares } = this.#parts;
    const { words } = heap.shared.controlViews;
    // What is kept has one owner: who was to take over and did not may still write it, until its thread has ended. Its burial may leave calls that lend it.
    if (media.has(program)) for (const life of [...lives.values()]) if (life.program === program && !life.isHandingOver) await life.buried;
    await media.unlent(program);
    const standby = over === null ? this.#standbys.take(program) : null;
    let thread: Awaited<ReturnType<Spares['take']>>;
    try {
      thread = over?.thread ?? standby?.thread ?? (await spares.take(request.powers.profile));
    } catch (error) {
      return refusal('ResourceExhausted', (error as Error).message);
    }
    const isUnwanted = program.ended || program.isStopped || program.supervisor.isOver || this.#cycle.isClosing() || over?.isStillWanted() === false;
    const id = isUnwanted ? undefined : (standby?.id ?? table.allocate(program.limits, program.orphanedGranules));
    if (id === undefined) {
      thread.terminate();
      await thread.ended;
      if (standby !== null) table.vacate(standby.id);
      return isUnwanted ? refusal('DomainDead', 'it was stopped while it started') : refusal('ResourceExhausted', 'every row of the thread table is taken');
    }
    if (standby !== null) table.setLimits(id, program.limits, program.orphanedGranules);
    writeName(heap.shared.controlViews, indexOf(id), program.name);
    store(words, threadRow(indexOf(id)) + X_PROGRAM_LIFE, ++program.incarnation);
    heap.trace?.christen(id, program.name, program.incarnation);
    const life = newLife(program, id, thread);
    lives.set(id, life);
    if (over !== null) over.life = life;
    references.admit(id);
    references.grant(id, Object.values(request.grants));
    if (over === null) program.life = life;
    thread.become(id);
    thread.onLog = (level, text, dropped) => this.#parts.emit({ event: 'log', domain: program.name, level, text, dropped });
    // Whoever sees the end first, the load below or the life itself, the burial is the same and happens once.
    const ended = thread.parted.then(async (end) => {
      // The mailbox of who hands over goes on taking calls until somebody has come in its place.
      if (life.isHandingOver) await life.dead;
      this.#cycle.bury(life, end);
    });
    // An init that waits for ever uses no time slice: the clock ends it.
    const patienceMs = LOAD_PATIENCE_MS + program.limits.initSliceMs;
    const patience = setTimeout(() => {
      life.endedBecause = `init() had not come to an end after ${patienceMs / 1000} s: what does it wait for?`;
      void this.#cycle.end(life, 'hang');
    }, patienceMs);
    void ended.then(() => clearTimeout(patience));
    const answer = await Promise.race([
      thread.control.load(standby === null ? this.#furnish(program, request.leaf, id) : null, {
        incarnation: life.incarnation,
        limits: program.limits,
        grants: request.grants,
        media: media.orders(program, request.leaf, id),
        numbers: numbersOf(program.provides),
      }),
      ended.then(() => null),
    ]);
    // In one turn of the event loop Node hands over what a thread said last and that it has ended: its answer may be that of the dead.
    if (answer === null || life.deadSince !== null || thread.hasEnded) {
      await ended;
      return refusal('DomainCrashed', `the extension did not come through its initialisation (${life.cause ?? 'exited'}): ${life.lastWords}`);
    }
    // Proxies that follow the program name what it provides by numbers, and read what it answers by the interface that they were made for.
    const isFit = answer.ok && (over === null ? providesTheSame(program.provides, answer.provides) : over.isStillWanted());
    if (!answer.ok || !isFit) {
      life.cause = 'panic';
      undertaker.markDead(life, 'panic');
      thread.terminate();
      await ended;
      if (!answer.ok) return { ok: false, failure: answer.failure };
      return over === null ? { ok: false, failure: CHANGED } : refusal('DomainDead', 'the program was stopped or unloaded while the new version started');
    }
    const isFirst = program.provides === null;
    program.provides = answer.provides;
    media.handedOver(program);
    clearTimeout(patience);
    life.provides = answer.provides;
    life.isStarting = false;
    // From here on its end is its supervisor's business.
    if (isFirst) program.supervisor.adopt(program.child);
    program.life = life;
    program.request = request;
    if (over === null) words[lineWord(program.binding)] = program.incarnation;
    words[threadRow(indexOf(id)) + X_BINDING] = program.binding + 1;
    table.set(id, LifeState.Live);
    store(words, bindingWord(program.binding), id);
    table.ringWhoAwaitsLives();
    void spares.learn(thread);
    this.#standbys.follow(program);
    return { ok: true, loaded: { program: program.number, binding: program.binding, id, incarnation: life.incarnation, provides: answer.provides } };
  }
}

function numbersOf(provides: Program['provides']): { readonly [name: string]: number } {
  return Object.fromEntries(Object.entries(provides ?? {}).map(([name, { exported }]) => [name, exported]));
}
