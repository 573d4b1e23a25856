/**
 * Stateless model checking of two actors, with dynamic partial-order reduction (Flanagan and Godefroid, POPL 2005) and sleep sets (Godefroid, 1996).
 *
 * Two steps of different actors *depend* on each other where they touch the same word and one of them writes. Executions that order all dependent steps alike end in the same state, so one
 * of them is enough. An execution is played to its end; wherever one of its steps depends on an earlier one of the other actor and nothing in between forces their order, the
 * other order is to be tried as well: the state before the earlier step is noted, and later an execution is played that goes the other way there. An actor that has been
 * tried from a state sleeps in the executions that go the other way, until a step comes that depends on its own next one; an execution in which only sleepers are left
 * repeats an earlier one and is given up.
 */
import { Kind, PLAIN, TRACE_STRIDE } from './support/board.mjs';
import type { Finding, Order, Outcome, Sleep, Stop } from './stage.js';

/** What the exploration needs of a stage. */
export interface Playable {
  readonly trace: Int32Array;
  play(order: Order): Outcome;
}

export interface Explored {
  /** Executions played to the end, and those given up because they repeat another. */
  readonly executions: number;
  readonly pruned: number;
  /** Executions in which the kill or overflow struck. */
  readonly stopped: number;
  /** Whether every order was tried that could make a difference. */
  readonly complete: boolean;
  readonly failure: Failure | null;
  /** The greatest number of writes and of atomic operations of each actor in any execution. */
  readonly writes: readonly number[];
  readonly seams: readonly number[];
}

export interface Failure {
  readonly findings: readonly Finding[];
  /** Pairs (actor, step): the whole schedule. */
  readonly plan: readonly number[];
  readonly stop: Stop | undefined;
}

export interface Limits {
  readonly executions: number;
  /** Milliseconds of this thread's clock. */
  readonly until: number;
}

const NOBODY = -1;

/** Whether two steps of different actors, on the same word, may not be exchanged. */
function depend(kind: number, other: number): boolean {
  return ((kind | other) & ~PLAIN) !== Kind.Read;
}

/** One word as far as an execution has touched it: for each of the two actors its last write and its last access. */
interface Touched {
  readonly write: [number, number];
  readonly access: [number, number];
}

export class Exploration {
  readonly #stage: Playable;
  readonly #actors: readonly [number, number];
  readonly #stop: Stop | undefined;
  /** For each step of the present execution: who took it (0 or 1), the word, the kind. */
  readonly #chosen: number[] = [];
  readonly #words: number[] = [];
  readonly #kinds: number[] = [];
  /** Whether the other actor is to be tried from the state before a step, and whether it has been. */
  readonly #wanted: boolean[] = [];
  readonly #tried: boolean[] = [];
  /** Who sleeps in the state before a step, and the word and kind of its next step. */
  readonly #sleeper: number[] = [];
  readonly #sleepWord: number[] = [];
  readonly #sleepKind: number[] = [];

  constructor(stage: Playable, actors: readonly [number, number], stop?: Stop) {
    this.#stage = stage;
    this.#actors = actors;
    this.#stop = stop;
  }

  /** Explores until everything has been tried, a failure is found, or a limit is reached. `seen` is told of every execution that was played to its end. */
  run(limits: Limits, seen: (outcome: Outcome) => void = () => {}): Explored {
    const writes = [0, 0, 0, 0];
    const seams = [0, 0, 0, 0];
    let executions = 0;
    let pruned = 0;
    let stopped = 0;
    let failure: Failure | null = null;
    let complete = false;
    let from = 0;
    for (;;) {
      const outcome = this.#play(from);
      if (outcome.pruned) pruned++;
      else {
        executions++;
        seen(outcome);
        if (outcome.stopped) stopped++;
        if (outcome.findings.length > 0 || outcome.diverged) {
          const diverged = { kind: 'divergence', actor: '', step: 0, detail: 'the same schedule did not lead to the same steps' };
          failure = { findings: outcome.diverged ? [diverged, ...outcome.findings] : outcome.findings, plan: this.schedule(), stop: this.#stop };
          break;
        }
      }
      for (let actor = 0; actor < writes.length; actor++) {
        writes[actor] = Math.max(writes[actor], outcome.writes[actor]);
        seams[actor] = Math.max(seams[actor], outcome.seams[actor]);
      }
      this.#findRaces();
      from = this.#next();
      if (from < 0) {
        complete = true;
        break;
      }
      if (executions + pruned >= limits.executions || performance.now() >= limits.until) break;
    }
    return { executions, pruned, stopped, complete, failure, writes, seams };
  }

  /** The schedule of the present execution, as a plan. */
  schedule(length = this.#chosen.length): number[] {
    const plan: number[] = [];
    for (let at = 0; at < length; at++) {
      if (at + 1 === length || this.#chosen[at + 1] !== this.#chosen[at]) plan.push(this.#actors[this.#chosen[at]], at + 1);
    }
    return plan;
  }

  /** Plays the execution that keeps the first `kept` choices, and reads its steps. */
  #play(kept: number): Outcome {
    const sleeper = kept > 0 ? this.#sleeper[kept] : NOBODY;
    const sleep: Sleep | undefined =
      sleeper >= 0 ? { actor: this.#actors[sleeper], word: this.#sleepWord[kept], kind: this.#sleepKind[kept], from: kept } : undefined;
    const outcome = this.#stage.play({ plan: this.schedule(kept), stop: this.#stop, sleep });
    const { trace } = this.#stage;
    this.#chosen.length = kept;
    for (let at = 0; at < outcome.steps; at++) {
      const actor = (trace[at * TRACE_STRIDE] & 15) === this.#actors[0] ? 0 : 1;
      const kind = trace[at * TRACE_STRIDE] >> 4;
      const word = trace[at * TRACE_STRIDE + 1];
      this.#words[at] = word;
      this.#kinds[at] = kind;
      if (at < kept) continue;
      this.#chosen[at] = actor;
      this.#wanted[at] = false;
      this.#tried[at] = false;
      if (at === 0) this.#sleeper[0] = NOBODY;
      this.#fallAsleep(at + 1, this.#sleeper[at], this.#sleepWord[at], this.#sleepKind[at], at);
    }
    return outcome;
  }

  /** In the state before step `at`, `sleeper` sleeps on if step `by` has not woken it. */
  #fallAsleep(at: number, sleeper: number, word: number, kind: number, by: number): void {
    const isWoken = sleeper >= 0 && (this.#chosen[by] === sleeper || (this.#words[by] === word && depend(this.#kinds[by], kind)));
    this.#sleeper[at] = isWoken ? NOBODY : sleeper;
    this.#sleepWord[at] = word;
    this.#sleepKind[at] = kind;
  }

  /** Notes, for each step, the last one of the other actor that it depends on and that nothing else orders before it. */
  #findRaces(): void {
    const touched = new Map<number, Touched>();
    /** For each actor: the last step of the other that comes before its next one in every equivalent execution. */
    const ordered: [number, number] = [NOBODY, NOBODY];
    for (let at = 0; at < this.#chosen.length; at++) {
      const actor = this.#chosen[at];
      const other = 1 - actor;
      const isWrite = (this.#kinds[at] & ~PLAIN) !== Kind.Read;
      let word = touched.get(this.#words[at]);
      if (word === undefined) touched.set(this.#words[at], (word = { write: [NOBODY, NOBODY], access: [NOBODY, NOBODY] }));
      const last = isWrite ? word.access[other] : word.write[other];
      if (last > ordered[actor]) {
        this.#wanted[last] = true;
        ordered[actor] = last;
      }
      word.access[actor] = at;
      if (isWrite) word.write[actor] = at;
    }
  }

  /** Turns round at the last state from which the other actor is still to be tried. Answers how many choices are kept, or -1 where none is left. */
  #next(): number {
    for (let at = this.#chosen.length - 1; at >= 0; at--) {
      const actor = this.#chosen[at];
      const other = 1 - actor;
      if (!this.#wanted[at] || this.#tried[at] || this.#sleeper[at] === other) continue;
      let next = at;
      while (next < this.#chosen.length && this.#chosen[next] !== other) next++;
      if (next === this.#chosen.length) continue;
      const word = this.#words[at];
      const kind = this.#kinds[at];
      this.#words[at] = this.#words[next];
      this.#kinds[at] = this.#kinds[next];
      this.#chosen[at] = other;
      this.#tried[at] = true;
      this.#fallAsleep(at + 1, actor, word, kind, at);
      return at + 1;
    }
    return -1;
  }
}
