/**
 * Threads that wait to be the next life of one program each: they have their row in the thread table, have read the program and made code for its interfaces, and have run nothing of it. What is left for a restart is `init`.
 *
 *   a life has begun -> a pause -> a thread started, given a row, prepared -> waits -> taken by the next life
 *                                                                               \-> dismissed, or ended by itself: its row is vacant again
 */
import type { Preparation } from '../abi/control-protocol.js';
import type { DomainId } from '../abi/domain-id.js';
import type { Leaf } from '../abi/leaf.js';
import type { DomainTable } from './domain-table.js';
import type { DomainThread } from './domain-thread.js';
import type { Program } from './program.js';
import { REFILL_AFTER_MS, type Spares } from './spares.js';

export interface Standby {
  /** What it has read. */
  readonly leaf: Leaf;
  readonly thread: DomainThread;
  readonly id: DomainId;
}

/** What V8 has compiled of the runtime is asked of the first lives of a program alone: it keeps the domain's thread for some milliseconds. */
const LIVES_THAT_TELL = 2;
/** The order to load, and its answer, take a third of a millisecond less where messages have come this way before. */
const REHEARSED_MESSAGES = 12;

export class Standbys {
  readonly #spares: Spares;
  readonly #table: DomainTable;
  readonly #preparation: (program: Program, id: DomainId) => Preparation;
  readonly #ready = new Map<Program, Standby>();
  readonly #pauses = new Map<Program, NodeJS.Timeout>();
  /** Threads that were started here and have not been taken, with what becomes of them. */
  readonly #kept = new Map<DomainThread, Promise<unknown>>();
  readonly #starting = new Set<Program>();
  /** What V8 had compiled for an earlier life, when that had served for a while. */
  readonly #learned = new WeakMap<Program, { codeCache: Uint8Array; lives: number }>();
  #closed = false;

  constructor(spares: Spares, table: DomainTable, preparation: (program: Program, id: DomainId) => Preparation) {
    this.#spares = spares;
    this.#table = table;
    this.#preparation = preparation;
  }

  get count(): number {
    return this.#ready.size;
  }

  /** To be called when a life of the program has begun. */
  follow(program: Program): void {
    const { when, standby } = program.request.restart;
    if (!standby || when === 'never' || this.#closed || this.#pauses.has(program)) return;
    this.#pauses.set(
      program,
      setTimeout(() => void this.#start(program), REFILL_AFTER_MS),
    );
  }

  /** The thread that waits for this, which is nobody else's from here on; null where none is ready. One that has read an earlier version of the program is of no use any more. */
  take(program: Program): Standby | null {
    const standby = this.#ready.get(program);
    if (standby !== undefined && standby.leaf !== program.request.leaf) this.dismiss(program);
    if (standby === undefined || standby.thread.hasEnded || standby.leaf !== program.request.leaf) return null;
    this.#ready.delete(program);
    this.#kept.delete(standby.thread);
    return standby;
  }

  /** The program will have no other life, for now. */
  dismiss(program: Program): void {
    clearTimeout(this.#pauses.get(program));
    this.#pauses.delete(program);
    this.#ready.get(program)?.thread.terminate();
    this.#ready.delete(program);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const program of [...this.#pauses.keys(), ...this.#ready.keys()]) this.dismiss(program);
    for (const thread of this.#kept.keys()) thread.terminate();
    await Promise.all(this.#kept.values());
  }

  async #start(program: Program): Promise<void> {
    this.#pauses.delete(program);
    if (this.#starting.has(program) || this.#ready.get(program)?.leaf === program.request.leaf) return;
    this.dismiss(program);
    this.#starting.add(program);
    try {
      await this.#prepare(program);
    } catch {
      // The next life starts without, and reports what it finds.
    } finally {
      this.#starting.delete(program);
    }
  }

  async #prepare(program: Program): Promise<void> {
    const codeCache = await this.#learn(program);
    const thread = await this.#spares.start(program.request.powers.profile, codeCache);
    const { leaf } = program.request;
    const id = this.#isUnwanted(program) ? undefined : this.#table.allocate(program.limits, program.orphanedGranules);
    if (id === undefined) return thread.terminate();
    thread.become(id);
    const ended = thread.ended.then(() => this.#forget(program, { leaf, thread, id }));
    this.#kept.set(thread, ended);
    try {
      await Promise.race([thread.control.prepare(this.#preparation(program, id)), ended]);
      for (let message = 0; message < REHEARSED_MESSAGES; message++) await Promise.race([thread.control.check(), ended]);
    } catch {
      // The next life starts without, and reports what it finds; nobody would ever end this one.
      return thread.terminate();
    }
    if (thread.hasEnded) return;
    if (this.#isUnwanted(program)) thread.terminate();
    else this.#ready.set(program, { leaf, thread, id });
  }

  /** Most of what the next life does for the first time, the present one has done. */
  async #learn(program: Program): Promise<Uint8Array | undefined> {
    const learned = this.#learned.get(program);
    const { life } = program;
    if (life === null || life.deadSince !== null || (learned?.lives ?? 0) >= LIVES_THAT_TELL) return learned?.codeCache;
    const codeCache = await Promise.race([life.thread.control.codeCache(), life.thread.parted.then(() => undefined)]);
    if (codeCache === undefined) return learned?.codeCache;
    this.#learned.set(program, { codeCache, lives: (learned?.lives ?? 0) + 1 });
    return codeCache;
  }

  /** What has ended and is not to begin anew has no use for one, either. */
  #isUnwanted(program: Program): boolean {
    const staysDead = program.life === null && !program.restarting;
    return this.#closed || program.ended || program.isStopped || staysDead || program.supervisor.isOver;
  }

  /** Of one that was taken, the row is its life's. */
  #forget(program: Program, { thread, id }: Standby): void {
    if (!this.#kept.delete(thread)) return;
    if (this.#ready.get(program)?.thread === thread) this.#ready.delete(program);
    this.#table.vacate(id);
  }
}
