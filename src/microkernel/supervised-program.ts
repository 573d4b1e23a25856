/** A program as its supervisor has it: what starting and stopping mean for it. */
import type { LoadReply } from '../abi/kernel-protocol.js';
import type { RestartType } from '../abi/supervision.js';
import type { Life, Program } from './program.js';
import type { Child, Started } from './supervision/child.js';

/** What is done to the lives of programs. */
export interface LifeCycle {
  begin(program: Program): Promise<LoadReply>;
  end(life: Life): Promise<void>;
  endForGood(program: Program, reason: string): void;
}

const GONE: Promise<void> = Promise.resolve();

export class SupervisedProgram implements Child {
  readonly #program: Program;
  readonly #cycle: LifeCycle;
  #starting: Promise<unknown> = GONE;

  constructor(program: Program, cycle: LifeCycle) {
    this.#program = program;
    this.#cycle = cycle;
  }

  get name(): string {
    return this.#program.name;
  }

  get when(): RestartType {
    return this.#program.request.restart.when;
  }

  start(): Promise<Started> {
    // One that was stopped before it had a life may still wait, for a borrower of what is kept: it begins none any more, and two must not begin at once.
    const starting = this.#starting.then(() => this.#start());
    this.#starting = starting;
    return starting;
  }

  async #start(): Promise<Started> {
    const program = this.#program;
    // Who was loaded while its supervisor was stopped begins anew with the others.
    if (program.life !== null) await this.stop();
    await this.gone();
    program.isStopped = false;
    const before = program.incarnation;
    const reply = await this.#cycle.begin(program);
    if (reply.ok) return { ok: true };
    // What had begun has been buried, and its supervisor has heard of that.
    return { ok: false, told: program.incarnation !== before, reason: reply.failure.message };
  }

  async stop(): Promise<void> {
    const program = this.#program;
    program.isStopped = true;
    program.restarting = program.mayBeginAnew;
    const { life } = program;
    // A start that has no life yet looks whether it is still wanted before it has one, and nobody waits until it comes to that.
    if (life !== null) await Promise.race([this.#cycle.end(life), life.condemned]);
  }

  async gone(): Promise<void> {
    await this.#program.life?.buried;
  }

  endForGood(reason: string): void {
    this.#cycle.endForGood(this.#program, reason);
  }
}
