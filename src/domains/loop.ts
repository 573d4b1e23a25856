/**
 * A domain's loop. While calls come it serves them without leaving; then it returns to the event loop, where promise jobs and control messages run; then it parks.
 *
 *   serve what awaits -> spin a moment -> (jobs run) -> park until rung or until a timer is due -> ...
 *
 * Jobs wait for BURST_MS of serving at the most. Parking blocks the thread on its doorbell: everything that could wake it rings there, the control port included, so nothing of
 * Node's event loop is needed to sleep.
 */
import { load, store } from '../abi/atomics.js';
import { indexOf, KERNEL_INDEX } from '../abi/domain-id.js';
import { nowMs } from '../abi/clock.js';
import { breathe, Doorbell } from '../proxy/doorbell.js';
import { CALLS_A_ROUND } from '../proxy/rota.js';
import { Activity, Order, Pulse, threadRow, X_CONTROL, X_ORDERS, X_PULSE } from '../abi/thread-layout.js';
import { LONGEST_WAIT_MS } from '../proxy/doorbell.js';
import type { Endpoint } from '../proxy/endpoint.js';
import { PanicSignal } from '../shared-heap/ownership/operation.js';
import type { Timers } from './timers.js';

/** How long serving may go on before promise jobs run. */
export const BURST_MS = 2;
/**
 * How long a domain parks at a time: the longer, the longer nothing has come, because thirty idle domains that look around twenty times a second each take a tenth of a core (docs/benchmarks.md). A ring is lost
 * only with whoever should have rung, so nobody alive waits for this to end.
 */
const SHORTEST_PARK_MS = 50;
const LONGEST_PARK_MS = 2000;
/** How many calls of one caller may follow each other before timers, jobs and the control port have their turn. */
const HOT_CALLS = 64;
/** A hot caller comes back within these. */
const HOT_LOOKS = 60;
export const RAN_TOO_LONG = 'it ran for two time slices without coming to an end';
const STEPS_BETWEEN_HOT_LOOKS = 12;

export class DomainLoop {
  readonly #endpoint: Endpoint;
  readonly #timers: Timers;
  readonly #control: number;
  readonly #orders: number;
  readonly #words: Int32Array;
  /** Whether jobs have had their turn since anything ran. */
  #rested = false;
  #parkMs = SHORTEST_PARK_MS;
  readonly #schedule = setImmediate;
  readonly #ready = (): boolean =>
    (this.#endpoint.resting === 'nothing' && (this.#endpoint.space.watchedIsSent() || this.#endpoint.space.hasPending())) ||
    load(this.#words, this.#control) !== 0 ||
    this.#endpoint.references.exports.hasReleased ||
    this.#endpoint.asyncCalls.hasSettled();
  readonly #turn = (): void => this.#runTurn();

  readonly #beforeSleep: () => void;

  /** `beforeSleep` is called when nothing is left to do, before the thread parks. */
  constructor(endpoint: Endpoint, timers: Timers, beforeSleep: () => void) {
    this.#beforeSleep = beforeSleep;
    this.#endpoint = endpoint;
    this.#timers = timers;
    this.#words = endpoint.space.words;
    this.#control = threadRow(indexOf(endpoint.me)) + X_CONTROL;
    this.#orders = threadRow(indexOf(endpoint.me)) + X_ORDERS;
  }

  start(): void {
    this.#schedule(this.#turn);
  }

  #runTurn(): void {
    const { callee } = this.#endpoint;
    this.#endpoint.serving = null;
    if (load(this.#words, this.#orders) !== 0) return this.#obey();
    if (this.#endpoint.resting === 'everything') return this.#stand();
    callee.turn(Activity.Running);
    const ran = this.#burst();
    // Whoever sends from here on must ring.
    this.#endpoint.space.watch(-1);
    if (ran) this.#awake();
    else if (!this.#rested) this.#rested = true;
    else {
      this.#beforeSleep();
      callee.turn(Activity.Idle);
      while (!this.#sleep());
      this.#tellKernel();
      callee.turn(Activity.Running);
      if (this.#burst()) this.#awake();
      this.#endpoint.space.watch(-1);
    }
    store(this.#words, this.#control, 0);
    // A turn of its own for the jobs that run now: they have a slice like anything else.
    callee.turn(Activity.Running);
    this.#schedule(this.#turn);
  }

  /** What the kernel wants goes before everything else: an end, or that nothing begins until the domain has used no more than its share of the CPU. */
  #obey(): void {
    const { callee, bell, panic, space } = this.#endpoint;
    if ((load(this.#words, this.#orders) & Order.Stop) !== 0) return panic.raise(new PanicSignal('hang', RAN_TOO_LONG), null);
    space.watch(-1);
    callee.turn(Activity.Idle);
    const isFree = (): boolean => load(this.#words, this.#orders) !== Order.Wait || load(this.#words, this.#control) !== 0;
    while (!isFree()) bell.park(isFree, LONGEST_WAIT_MS);
    // Limits arrive in the event loop alone.
    store(this.#words, this.#control, 0);
    this.#schedule(this.#turn);
  }

  /** Nothing runs until the kernel ends this thread, or says otherwise. */
  #stand(): void {
    const { callee, bell } = this.#endpoint;
    callee.turn(Activity.Idle);
    bell.park(() => load(this.#words, this.#control) !== 0, LONGEST_WAIT_MS);
    store(this.#words, this.#control, 0);
    this.#schedule(this.#turn);
  }

  /** Sleeps once, and answers whether there is anything to do then. Where there is not, the thread need not go round by way of the event loop: what arrives there is rung for. */
  #sleep(): boolean {
    const { asyncCalls, bell, heap } = this.#endpoint;
    bell.park(this.#ready, asyncCalls.untilDeadline(nowMs(), this.#timers.until(this.#parkMs)));
    if (this.#ready() || asyncCalls.untilDeadline(nowMs(), this.#timers.until(1)) <= 0) return true;
    // Calls that nobody will answer any more are settled in a turn.
    if (asyncCalls.size > 0 && this.#endpoint.kernelIsDead()) return true;
    this.#parkMs = Math.min(2 * this.#parkMs, LONGEST_PARK_MS);
    heap.arena.drain();
    return false;
  }

  /** A kernel that looks seldom, because nobody had anything to do, must look at this thread now: it is about to run what may never end. */
  #tellKernel(): void {
    if (this.#words[X_PULSE] !== Pulse.Slow) return;
    store(this.#words, X_PULSE, Pulse.Wanted);
    Doorbell.ring(this.#words, KERNEL_INDEX);
  }

  #awake(): void {
    this.#rested = false;
    this.#parkMs = SHORTEST_PARK_MS;
  }

  /** Serves, as long as something comes soon. Answers whether anything ran. */
  #burst(): boolean {
    const { callee, asyncCalls, bell } = this.#endpoint;
    const until = nowMs() + BURST_MS;
    let ran = false;
    for (let round = 1; ; round++) {
      const fired = this.#runTimers() + this.#runReleased();
      const served = this.#endpoint.serveAll() + (asyncCalls.isIdle ? 0 : asyncCalls.poll()) + fired;
      if (served > 0) ran = true;
      // Promises make progress in jobs alone, and control messages arrive in the event loop alone.
      if (callee.hasRunning || load(this.#words, this.#control) !== 0 || this.#words[this.#orders] !== 0) return ran;
      // The clock is dear beside a short call.
      if (((round & 63) === 0 || fired > 0) && nowMs() >= until) return ran;
      if (served > 0) continue;
      if (!ran || this.#endpoint.resting !== 'nothing') return ran;
      this.#endpoint.space.watch(callee.lastServed);
      if (this.#serveHot() > 0) continue;
      callee.turn(Activity.Idle);
      if (!bell.spin(this.#ready)) return ran;
    }
  }

  /**
   * Serves a caller that calls again and again: only its record is looked at, which takes a tenth of a look at everything. Whoever else waits is looked for every few calls, and the
   * rest of a turn's business waits for a moment that is bounded twice. Answers how many calls were served.
   */
  #serveHot(): number {
    const { callee, space } = this.#endpoint;
    let served = 0;
    for (let look = 0; look < HOT_LOOKS; look++) {
      if (!space.watchedIsSent()) {
        breathe(STEPS_BETWEEN_HOT_LOOKS);
        continue;
      }
      look = 0;
      callee.serve(space.watched);
      served++;
      if (callee.hasRunning || served >= HOT_CALLS || this.#words[this.#orders] !== 0 || (served % CALLS_A_ROUND === 0 && space.hasPending())) break;
    }
    return served;
  }

  #runTimers(): number {
    if (this.#timers.isEmpty) return 0;
    const now = nowMs();
    let fired = 0;
    for (let due = this.#timers.takeDue(now); due !== undefined; due = this.#timers.takeDue(now)) {
      this.#run(due);
      fired++;
      if (this.#isOver(now)) break;
    }
    return fired;
  }

  /** Tells implementations that nobody holds them any more. */
  #runReleased(): number {
    const { exports } = this.#endpoint.references;
    let told = 0;
    let began = 0;
    for (let due = exports.takeReleased(); due !== undefined; due = exports.takeReleased()) {
      if (told === 0) began = nowMs();
      this.#run(due);
      told++;
      if (this.#isOver(began)) break;
    }
    return told;
  }

  /** Each of many timers has a slice of its own: calls, jobs and the kernel's wishes do not wait until all have had theirs. */
  #isOver(began: number): boolean {
    return this.#words[this.#orders] !== 0 || nowMs() - began >= BURST_MS;
  }

  /** A turn of its own. What is thrown in it blames no call: the domain ends all the same. */
  #run(due: () => unknown): void {
    this.#endpoint.callee.turn(Activity.Running);
    try {
      due();
      this.#endpoint.heap.operation.check();
    } catch (error) {
      this.#endpoint.panic.raise(error, null);
    }
  }
}
