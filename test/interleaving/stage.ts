/**
 * The stage: threads that load a stepped build, the memory that they play in, and one execution after another on it.
 *
 * The explorer's own thread plays the kernel, B and C, and a worker plays A: two threads on two cores pass the baton within a microsecond. Where more than two act at the same time
 * (`cast: 'all'`), each has a thread.
 */
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { controlBytes } from '../../dist/abi/medium-layout.js';
import { firstUsablePage, PAGE_BYTES } from '../../dist/abi/heap-layout.js';
import { SteppedBuild, type Twin } from './stepped-build.js';
import * as b from './support/board.mjs';
import { Player } from './support/player.mjs';
import { USABLE_PAGES } from './support/world.mjs';

/** What is explored: the transitions of A and B; or, with `first: 'reclaim'`, of the kernel that buries C and of A. */
export interface Spec {
  readonly first: string;
  readonly second: string;
  /** C is stopped in the course of a transition of its own, before it is buried. */
  readonly killed?: { readonly transition: string; readonly at: number };
  /** Three domains and the reclaimer, with operations drawn from this seed; the names of transitions do not count. */
  readonly random?: number;
  /** Pages that are left for all of them; all where it is not said. */
  readonly room?: number;
}

export interface Stop {
  readonly actor: number;
  /** `kill`: before which of its writes; `overflow`: before which of its atomic operations. Counted from 0. */
  readonly at: number;
  readonly by: 'kill' | 'overflow';
}

export interface Sleep {
  readonly actor: number;
  readonly word: number;
  readonly kind: number;
  readonly from: number;
}

export interface Order {
  /** Pairs (actor, step): that actor takes every step before that one. */
  readonly plan: readonly number[];
  readonly policy?: number;
  readonly seed?: number;
  readonly priorities?: readonly number[];
  readonly changes?: readonly number[];
  readonly stop?: Stop | undefined;
  readonly sleep?: Sleep | undefined;
}

export interface Finding {
  readonly kind: string;
  readonly actor: string;
  readonly step: number;
  readonly detail: string;
}

export interface Outcome {
  readonly steps: number;
  readonly pruned: boolean;
  readonly diverged: boolean;
  /** Whether the kill or overflow that was asked for took place. */
  readonly stopped: boolean;
  readonly findings: readonly Finding[];
  readonly hash: number;
  /** For each actor. */
  readonly writes: readonly number[];
  readonly seams: readonly number[];
  /** How many writes C took in the transition in which it was to be stopped before all this; at most one more than it was to be left. */
  readonly tornWrites: number;
}

export interface StageOptions {
  readonly twin?: Twin;
  /** Who acts at the same time: two, or all four. */
  readonly cast?: 'pair' | 'all';
  /** Whether the heap checks the shared words on every access too. */
  readonly paranoid?: boolean;
}

const MOST_STEPS = 20_000;

const shared = (words: number): Int32Array => new Int32Array(new SharedArrayBuffer(words * 4));

function pagesWithRoomFor(usable: number): number {
  let pages = usable;
  while (pages - firstUsablePage(pages) < usable) pages++;
  return pages;
}

export class Stage {
  readonly #build: SteppedBuild;
  #workers: Worker[] = [];
  #ports: MessagePort[] = [];
  #board = shared(b.BOARD_WORDS);
  readonly #plan = shared(b.PLAN_PAIRS * 2);
  readonly #dirty = shared(b.MOST_DIRTY_WORDS);
  readonly #notes = new Uint8Array(new SharedArrayBuffer(b.NOTES_BYTES));
  /** The steps of the last execution, `TRACE_STRIDE` words each. */
  readonly trace = shared(b.MOST_TRACED * b.TRACE_STRIDE);
  /** Pages of the heap, those of its tables included. */
  readonly pages = pagesWithRoomFor(USABLE_PAGES);
  #executions = 0;
  #programs = 0;
  #spec = '';

  #player!: Player;
  /** The thread of each actor. */
  readonly #threads: readonly number[];

  readonly #paranoid: boolean;

  private constructor(build: SteppedBuild, threads: readonly number[], paranoid: boolean) {
    this.#build = build;
    this.#paranoid = paranoid;
    this.#threads = threads;
  }

  static async open({ twin, cast = 'pair', paranoid = false }: StageOptions = {}): Promise<Stage> {
    const stage = new Stage(new SteppedBuild(twin), cast === 'pair' ? [1, 0, 0, 0] : [1, 2, 3, 0], paranoid);
    await stage.#start();
    return stage;
  }

  async #start(): Promise<void> {
    const { pages } = this;
    const memories = { control: new SharedArrayBuffer(controlBytes(pages)), heap: new SharedArrayBuffer(pages * PAGE_BYTES), trace: null, pages };
    this.#seatAll();
    const seat = {
      root: this.#build.root,
      memories,
      board: this.#board,
      plan: this.#plan,
      trace: this.trace,
      notes: this.#notes,
      dirty: this.#dirty,
      paranoid: this.#paranoid,
    };
    // The kernel first: it founds the type table.
    this.#player = await Player.open({ ...seat, thread: 0, receive: () => JSON.parse(this.#spec) as Spec });
    for (const thread of new Set(this.#threads)) if (thread !== 0) await this.#startWorker(thread, seat);
  }

  async #startWorker(thread: number, seat: object): Promise<void> {
    const { port1, port2 } = new MessageChannel();
    const worker = new Worker(new URL('support/actor.mjs', import.meta.url), { workerData: { ...seat, thread, port: port2 }, transferList: [port2] });
    worker.on('error', (error) => console.error(`an actor of the explorer failed: ${error.stack}`));
    worker.unref();
    port1.unref();
    this.#workers.push(worker);
    this.#ports.push(port1);
    for (const start = Date.now(); Atomics.load(this.#board, b.BATON + thread * b.BATON_STRIDE + 1) === 0; ) {
      if (Date.now() - start > 20_000) throw new Error('an actor of the explorer did not start');
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  #seatAll(): void {
    for (const [actor, thread] of this.#threads.entries()) this.#board[b.THREAD_OF + actor] = thread;
  }

  async close(): Promise<void> {
    for (const port of this.#ports) port.close();
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
    this.#build.remove();
  }

  /** Ends all threads and begins with new ones: after an execution in which one of them hung. */
  async restart(): Promise<void> {
    for (const port of this.#ports) port.close();
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
    this.#workers = [];
    this.#ports = [];
    this.#board = shared(b.BOARD_WORDS);
    this.#spec = '';
    await this.#start();
  }

  /** Plays one execution. Blocks this thread until it has ended. */
  play(spec: Spec, order: Order): Outcome {
    const board = this.#board;
    const wanted = JSON.stringify(spec);
    if (wanted !== this.#spec) {
      this.#spec = wanted;
      board[b.PROGRAM] = ++this.#programs;
      for (const port of this.#ports) port.postMessage(spec);
    }
    board.fill(0, 0, b.PROGRAM);
    const dirtyWords = board[b.DIRTY_WORDS];
    board.fill(0, b.PROGRAM + 1, b.BATON);
    board[b.DIRTY_WORDS] = dirtyWords;
    this.#seatAll();
    board[b.EXECUTION] = ++this.#executions;
    board[b.MOST_STEPS] = MOST_STEPS;
    board[b.RUNS] = order.plan.length / 2;
    this.#plan.set(order.plan);
    board[b.POLICY] = order.policy ?? b.Policy.Stay;
    board[b.RANDOM] = order.seed || 1;
    for (const [actor, priority] of (order.priorities ?? []).entries()) board[b.PRIORITY + actor] = priority;
    board[b.CHANGES] = order.changes?.length ?? 0;
    for (const [index, at] of (order.changes ?? []).entries()) board[b.CHANGE_AT + index] = at;
    board[b.SLEEPER] = -1;
    if (order.sleep) {
      board[b.SLEEPER] = order.sleep.actor;
      board[b.SLEEP_WORD] = order.sleep.word;
      board[b.SLEEP_KIND] = order.sleep.kind;
      board[b.SLEEP_FROM] = order.sleep.from;
    }
    if (order.stop) {
      board[b.STOP_ACTOR] = order.stop.actor;
      board[b.STOP_AT] = order.stop.at;
      board[b.STOP_BY] = order.stop.by === 'kill' ? b.StopBy.Kill : b.StopBy.Overflow;
    }
    this.#run();
    const findings = this.#findings();
    if (board[b.STUCK] !== 0)
      findings.push({
        kind: 'hang',
        actor: '',
        step: board[b.COUNT],
        detail: board[b.STUCK] === 2 ? `more than ${MOST_STEPS} steps` : 'an actor did not go on',
      });
    return {
      steps: board[b.COUNT],
      pruned: board[b.PRUNED] !== 0,
      diverged: board[b.DIVERGED] !== 0,
      stopped: board[b.STOPPED] !== 0,
      findings,
      hash: board[b.STATE_HASH],
      writes: [...board.subarray(b.WRITES, b.WRITES + b.ACTORS)],
      seams: [...board.subarray(b.SEAMS, b.SEAMS + b.ACTORS)],
      tornWrites: board[b.TORN_WRITES],
    };
  }

  #run(): void {
    this.#player.run();
    while (Atomics.load(this.#board, b.DONE) === 0 && this.#board[b.STUCK] !== 1) {
      try {
        this.#player.seam.awaitBaton(b.PATIENCE_MS);
      } catch {
        // The board says that somebody is stuck.
        return;
      }
      this.#player.run();
    }
    // The last baton may have come with the end.
    Atomics.store(this.#board, b.BATON, 0);
  }

  #findings(): Finding[] {
    const length = this.#board[b.NOTES_LENGTH];
    if (length === 0) return [];
    const lines = Buffer.from(this.#notes.subarray(0, length)).toString('utf8').split('\n');
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Finding);
  }
}
