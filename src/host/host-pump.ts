/**
 * Keeps the host's part in calls going while the program does other things: replies to asynchronous calls, and calls that domains make to the host. Waits without blocking; while an asynchronous call is under way
 * the process is kept alive, otherwise not.
 */
import { isPromise } from 'node:util/types';
import { nowMs } from '../abi/clock.js';
import type { Endpoint } from '../proxy/endpoint.js';

/** A wait is renewed at least this often: the safety net for a lost wake-up, and the look at the kernel's heartbeat. */
const LONGEST_WAIT_MS = 100;
/** How long the event loop may turn before the pump sleeps. At the least for as long as a callee takes to wake up: with less, both sides would put each other to sleep, call after call. */
const LEAST_PATIENCE_MS = 0.2;
const MOST_PATIENCE_MS = 1;

function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? (error.stack ?? error.message) : String(error), 'ReleasedThrew');
}

export class HostPump {
  readonly #endpoint: Endpoint;
  readonly #keepAlive: (alive: boolean) => void;
  #running = false;
  #patienceMs = 0.2;
  #closed = false;
  /** Whether the host serves interfaces of its own, so that it must listen all the time. */
  #serves = false;

  constructor(endpoint: Endpoint, keepAlive: (alive: boolean) => void) {
    this.#endpoint = endpoint;
    this.#keepAlive = keepAlive;
    endpoint.asyncCalls.onWaiting = () => this.#start();
  }

  listen(): void {
    this.#serves = true;
    this.#start();
  }

  close(): void {
    this.#closed = true;
  }

  #start(): void {
    if (this.#closed) return;
    // A pump that is parked for a borrow to end has let the process go: somebody waits now.
    if (this.#endpoint.asyncCalls.size > 0) this.#keepAlive(true);
    if (this.#running) {
      // It may be asleep, and a hot callee answers sooner than a sleeper wakes.
      this.#endpoint.bell.interrupt();
      return;
    }
    this.#running = true;
    void this.#run();
  }

  async #run(): Promise<void> {
    const { asyncCalls, bell, space, callee, caller, references } = this.#endpoint;
    const ready = (): boolean => asyncCalls.hasSettled() || space.hasPending() || references.exports.hasReleased;
    while (!this.#closed && (this.#serves || asyncCalls.size > 0 || callee.hasRunning || caller.outcomes.lingering > 0)) {
      this.#keepAlive(asyncCalls.size > 0 || callee.hasRunning);
      if (asyncCalls.poll() + this.#endpoint.serveAll() + this.#tellReleased() > 0) {
        // Whoever waited for these goes on before the next look.
        await new Promise<void>((resolve) => setImmediate(resolve));
        continue;
      }
      if (asyncCalls.size > 0 && (await this.#turn(ready))) continue;
      await bell.parkAsync(ready, asyncCalls.untilDeadline(nowMs(), LONGEST_WAIT_MS));
    }
    this.#keepAlive(false);
    this.#running = false;
  }

  /**
   * Lets the event loop turn, with a look in each turn: a turn takes a microsecond or two, waking up from a sleep on a shared word ten times as long (docs/decisions/0016). For a while only,
   * which grows while it pays and shrinks while it does not. Answers whether something came.
   */
  async #turn(ready: () => boolean): Promise<boolean> {
    const { bell } = this.#endpoint;
    if (!bell.joinSpinners()) return false;
    const until = nowMs() + this.#patienceMs;
    let found = false;
    do {
      await new Promise<void>((resolve) => setImmediate(resolve));
      found = ready();
    } while (!found && nowMs() < until && !this.#closed);
    bell.leaveSpinners();
    this.#patienceMs = found ? Math.min(this.#patienceMs * 1.25, MOST_PATIENCE_MS) : Math.max(this.#patienceMs / 2, LEAST_PATIENCE_MS);
    return found;
  }

  /** Tells what the host provides that nobody holds it any more. What is thrown harms nothing: it is a warning of the process. */
  #tellReleased(): number {
    const { exports } = this.#endpoint.references;
    let told = 0;
    for (let due = exports.takeReleased(); due !== undefined; due = exports.takeReleased()) {
      told++;
      try {
        const answer = due();
        if (isPromise(answer)) answer.catch(warn);
      } catch (error) {
        warn(error);
      }
    }
    return told;
  }
}
