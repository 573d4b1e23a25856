/** What a thread does that plays one actor or several: when it has the baton it does its part of the phase, and passes the baton to whoever is next. */
import * as b from './board.mjs';
import { Domain } from './domain.mjs';
import { Kernel } from './kernel.mjs';
import { buildProgram } from './program.mjs';
import { buildRandomProgram } from './random-program.mjs';
import { loadBuild, World } from './world.mjs';

export class Player {
  #program = 0;
  #execution = 0;
  #phases = [];
  /** Its actors as they are in this execution: domains, or the kernel. Each is made when it is first needed. */
  #selves = [];

  constructor(build, seat) {
    this.seam = build.seam;
    this.seam.takeSeat(seat);
    this.board = seat.board;
    this.thread = seat.thread;
    this.receive = seat.receive;
    this.world = new World(build, seat.memories, seat.board, seat.dirty, seat.paranoid);
  }

  static async open(seat) {
    const player = new Player(await loadBuild(seat.root), seat);
    if (player.plays(b.KERNEL)) player.world.found();
    return player;
  }

  plays(actor) {
    return this.board[b.THREAD_OF + actor] === this.thread;
  }

  #refresh() {
    const { board } = this;
    if (board[b.PROGRAM] !== this.#program) {
      this.#program = board[b.PROGRAM];
      const spec = this.receive();
      this.#phases = spec.random === undefined ? buildProgram(spec) : buildRandomProgram(spec.random);
    }
    if (board[b.EXECUTION] === this.#execution) return;
    this.#execution = board[b.EXECUTION];
    this.#selves = [];
  }

  #self(actor) {
    this.seam.play(actor, this.world.ids[actor]);
    if (this.#selves[actor] !== undefined) return this.#selves[actor];
    if (actor === b.KERNEL) this.world.reset();
    return (this.#selves[actor] = actor === b.KERNEL ? new Kernel(this.world) : new Domain(this.world, actor));
  }

  /** With the baton: runs phases until somebody on another thread is to go on, or the execution has ended. */
  run() {
    this.#refresh();
    const { board } = this;
    for (;;) {
      const phase = board[b.ABORT] !== 0 && board[b.PARTICIPANTS] === 0 ? undefined : this.#phases[board[b.PHASE]];
      if (phase === undefined) return this.#finish();
      if (phase.concurrent !== undefined) {
        if (!this.#concurrent(phase.concurrent)) return;
      } else if (phase.who === b.KERNEL || (board[b.DEAD] & (1 << phase.who)) === 0) {
        if (!this.plays(phase.who)) return this.seam.giveBaton(phase.who);
        this.#sequential(phase);
      }
      board[b.PHASE]++;
    }
  }

  #finish() {
    Atomics.store(this.board, b.DONE, 1);
    // Whoever plays the kernel has begun the execution and waits for its end.
    if (!this.plays(b.KERNEL)) this.seam.giveBaton(b.KERNEL);
  }

  #sequential(phase) {
    const { seam } = this;
    try {
      const self = this.#self(phase.who);
      if (phase.killedAt === undefined) phase.work(self, this.world);
      else seam.runKilledAt(phase.killedAt, () => phase.work(self, this.world));
    } catch (error) {
      if (!(error instanceof seam.Killed)) seam.note('error', `it ${phase.name}: ${error?.stack ?? error}`);
    }
  }

  /** Answers true where this was the last part to end. */
  #concurrent(acts) {
    const { board, seam } = this;
    const mine = acts.find(({ who }) => this.plays(who));
    if (board[b.PARTICIPANTS] === 0) {
      for (const { who, awaits } of acts) {
        board[b.PARTICIPANTS] |= 1 << who;
        board[b.AWAITS + who] = awaits ?? 0;
      }
      const first = seam.openParts();
      if (first !== mine?.who) {
        seam.giveBaton(first);
        return false;
      }
    }
    const self = this.#self(mine.who);
    if (board[b.ABORT] === 0) this.#act(mine, self);
    if (!seam.passOn()) return false;
    board[b.PARTICIPANTS] = 0;
    return true;
  }

  #act({ who, work, dies, mayFail, ends }, self) {
    const { board, seam } = this;
    let failed;
    const { operation } = self.heap;
    const { waits } = operation;
    seam.beginPart();
    try {
      work(self);
    } catch (error) {
      failed = error;
    }
    if (seam.endPart() || ends) {
      if (ends && failed !== undefined && !(failed instanceof seam.Killed)) seam.note('error', `in its part: ${failed.stack ?? failed}`);
      board[b.DEAD] |= 1 << who;
      return;
    }
    // As the serving side does it: a call that an exception left open is a torn operation too.
    if (operation.waits !== waits) operation.tear();
    const wasMarked = operation.isMarked;
    const struck = board[b.STOPPED] !== 0 && board[b.STOP_ACTOR] === who;
    if (operation.panic !== null || (struck && dies)) {
      board[b.DEAD] |= 1 << who;
      if (!struck) seam.note('error', `a panic that nothing brought about: ${failed?.stack ?? operation.panic?.stack}`);
      else if (wasMarked) this.#isSticky(operation);
    } else if (failed !== undefined && !struck && !(mayFail && failed.name === 'ResourceExhausted')) {
      seam.note('error', `in its part: ${failed?.stack ?? failed}`);
    }
  }

  /** A torn operation is a panic that nobody can catch: whatever is entered next throws it again. */
  #isSticky(operation) {
    for (const entry of ['check', 'begin']) {
      try {
        operation[entry]();
      } catch (error) {
        if (error?.name === 'Panic') continue;
      }
      this.seam.note('error', `after an overflow within an operation, ${entry}() lets the thread go on`);
    }
  }
}
