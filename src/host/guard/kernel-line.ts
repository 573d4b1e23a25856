/**
 * The line of a guarded kernel's processes: one after the other, of which at most one serves.
 *
 *   starting ---> booted ---> programs loaded again ---> serving ---> ended ---> a wait ---> starting, or over when that was too often
 *
 * A process that ends before it serves counts as one that ended.
 */
import { Backoff } from '../../microkernel/supervision/backoff.js';
import { Intensity } from '../../microkernel/supervision/intensity.js';
import type { Serving } from './guarded-calls.js';
import { type GuardedEmitter, tell } from './guarded-events.js';
import type { ProcessEnd } from './kernel-process.js';
import type { GuardPolicy } from './policy.js';
import type { WireBoot } from './protocol.js';
import { ProcessGone, Session } from './session.js';

export interface LineParts {
  readonly policy: Required<GuardPolicy>;
  readonly options: WireBoot;
  readonly events: GuardedEmitter;
  readonly onTold: ConstructorParameters<typeof Session>[2];
  /** Brings into a new process what the one before had; answers the programs. May reject with ProcessGone. */
  readonly again: (session: Session) => Promise<readonly string[]>;
  readonly onEnd: () => void;
  readonly onOver: (reason: string) => void;
}

const CLOSE_PATIENCE_MS = 10_000;
/** Where there was nothing to start a process with, there may be in a moment. */
const BEGIN_AGAIN_MS = 1000;

export class KernelLine implements Serving {
  readonly #parts: LineParts;
  #session: Session | null = null;
  /** It may not serve yet. */
  #newest: Session | null = null;
  #count = 0;
  readonly #intensity: Intensity;
  readonly #backoff: Backoff;
  /** The wait before the next process. */
  #pause: NodeJS.Timeout | undefined;
  #over: string | null = null;
  #isClosing = false;
  #waiting: (() => void)[] = [];

  constructor(parts: LineParts) {
    this.#parts = parts;
    this.#intensity = new Intensity(parts.policy.intensity, parts.policy.periodMs);
    this.#backoff = new Backoff(parts.policy);
  }

  get session(): Session | null {
    return this.#session;
  }

  get isOver(): boolean {
    return this.#over !== null;
  }

  /** Rejects with why the first process could not boot. */
  async start(): Promise<void> {
    const session = this.#begin();
    const failed = session.ended.then(({ reason, said }) => new Error(`the kernel’s process did not start: ${reason}${said === '' ? '' : `\n${said}`}`));
    try {
      await this.#boot(session);
    } catch (error) {
      session.kill('it did not boot');
      const why = await failed;
      throw error instanceof ProcessGone ? why : error;
    }
    this.#serve(session);
    void session.ended.then((end) => this.#ended(session, end));
  }

  #begin(): Session {
    const { policy, onTold } = this.#parts;
    this.#newest = new Session(++this.#count, policy.heartbeatMs, onTold);
    return this.#newest;
  }

  async #boot(session: Session): Promise<void> {
    await session.ask('the boot', (id) => ({ op: 'boot', id, options: this.#parts.options }));
  }

  #serve(session: Session): void {
    this.#session = session;
    this.#backoff.runs(performance.now());
    this.#wake();
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  /** `leastMs`: how long it waits at least before the next one. */
  #ended(session: Pick<Session, 'number' | 'pid' | 'interrupted'>, end: ProcessEnd, leastMs = 0): void {
    if (this.#session === session) this.#session = null;
    this.#parts.onEnd();
    if (this.#isClosing) return;
    const now = performance.now();
    const { intensity, periodMs } = this.#parts.policy;
    const next = this.#intensity.exceeds(now) ? 'give-up' : 'restart';
    const { code, signal, reason, said } = end;
    const backoffMs = next === 'restart' ? Math.max(this.#backoff.next(now), leastMs) : 0;
    if (next === 'restart') this.#pause = setTimeout(() => void this.#restart(now), backoffMs).unref();
    else this.#giveUp(`its process ended more than ${intensity} times within ${periodMs} ms, the last time because ${reason}`);
    tell(this.#parts.events, 'kernel-crash', {
      process: session.number,
      pid: session.pid,
      code,
      signal,
      reason,
      running: session.interrupted,
      said,
      next,
      backoffMs,
    });
    if (this.#over !== null) tell(this.#parts.events, 'kernel-give-up', { reason: this.#over });
  }

  #giveUp(reason: string): void {
    this.#over = reason;
    this.#parts.onOver(reason);
    this.#wake();
  }

  /** The next process; null where none could be started, which counts as one that has ended. */
  #begun(): Session | null {
    try {
      return this.#begin();
    } catch (error) {
      const reason = `it could not be started: ${(error as Error).message}`;
      this.#ended({ number: this.#count, pid: 0, interrupted: [] }, { code: null, signal: null, reason, said: '' }, BEGIN_AGAIN_MS);
      return null;
    }
  }

  async #restart(since: number): Promise<void> {
    const session = this.#begun();
    if (session === null) return;
    void session.ended.then((end) => this.#ended(session, end));
    try {
      await this.#boot(session);
      const domains = await this.#parts.again(session);
      if (!session.isRunning || this.#isClosing) return;
      this.#serve(session);
      tell(this.#parts.events, 'kernel-restart', { process: session.number, pid: session.pid, domains, afterMs: performance.now() - since });
    } catch (error) {
      // Of its end somebody else hears.
      if (!(error instanceof ProcessGone)) session.kill(`it could not take over: ${(error as Error).message}`);
    }
  }

  async untilServing(timeoutMs: number, signal: AbortSignal | undefined): Promise<void> {
    if (this.#session?.isRunning === true || this.#over !== null || this.#isClosing || signal?.aborted === true) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      const wake = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      signal?.addEventListener('abort', wake, { once: true });
      this.#waiting.push(wake);
    });
  }

  /** The process that serves, once there is one. Rejects where none will come. */
  async untilSession(): Promise<Session> {
    while (this.#session?.isRunning !== true) {
      if (this.#isClosing) throw new Error('the kernel is closed: boot() another');
      if (this.#over !== null) throw new Error(`the kernel is not started again: ${this.#over}`);
      await this.untilServing(LONGEST_TIMER_MS, undefined);
    }
    return this.#session;
  }

  /** Ends the process. Nothing is started afterwards. */
  async close(): Promise<void> {
    this.#isClosing = true;
    clearTimeout(this.#pause);
    const session = this.#newest;
    if (session?.isRunning === true) {
      const patience = setTimeout(() => session.kill('it did not close in time'), CLOSE_PATIENCE_MS);
      await session.ask('the end', (id) => ({ op: 'ask', id, question: { about: 'kernel', what: 'close' } })).catch(() => {});
      clearTimeout(patience);
      session.kill('it was closed');
    }
    session?.hold(1);
    await session?.ended;
    this.#session = null;
    this.#wake();
  }
}

const LONGEST_TIMER_MS = 2 ** 31 - 1;
