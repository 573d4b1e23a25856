/** Threads started and locked down ahead of need. Refilled off the path, one at a time, so that a burst of loads is not slowed by its own spares. */
import { DomainThread } from './domain-thread.js';

/** Starting a thread keeps a core busy for a tenth of a second, and the kernel for some milliseconds: the load that took a spare is done by then. */
export const REFILL_AFTER_MS = 50;

export class Spares {
  readonly #words: Int32Array;
  readonly #wanted: number;
  #ready: DomainThread[] = [];
  #starting = false;
  #pause: NodeJS.Timeout | undefined;
  #closed = false;
  #codeCache: Uint8Array | null = null;
  #isLearning = false;

  constructor(words: Int32Array, wanted: number) {
    this.#words = words;
    this.#wanted = wanted;
    this.#refill();
  }

  get count(): number {
    return this.#ready.length;
  }

  /** A locked-down thread: a spare where there is one, else one started now. With a profile it is always one started now, because spares are locked down without. Rejects with an Error where a thread cannot be started. */
  async take(profile?: 'deterministic'): Promise<DomainThread> {
    if (profile !== undefined) return this.start(profile);
    const spare = this.#ready.pop();
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => this.#refill(), REFILL_AFTER_MS);
    return spare ?? (await this.start());
  }

  /** Takes from a thread that has come through a load what V8 has compiled for it: the threads to come start with that. Once; who dies meanwhile tells nothing. */
  async learn(thread: DomainThread): Promise<void> {
    if (this.#isLearning) return;
    this.#isLearning = true;
    this.#codeCache = await Promise.race([thread.control.codeCache(), thread.parted.then(() => null)]);
    this.#isLearning = this.#codeCache !== null;
  }

  /** A thread that is locked down and ready, and no spare. Rejects with an Error where it cannot be started. */
  async start(profile?: 'deterministic', codeCache = this.#codeCache): Promise<DomainThread> {
    const thread = new DomainThread(this.#words, codeCache, profile);
    const end = await Promise.race([thread.ready.then(() => null), thread.ended]);
    if (end !== null) throw new Error(`a domain's thread ended before it was ready: ${end.error?.message ?? `exit code ${end.code}`}`);
    return thread;
  }

  #refill(): void {
    if (this.#starting || this.#closed || this.#ready.length >= this.#wanted) return;
    this.#starting = true;
    this.start().then(
      (thread) => {
        this.#starting = false;
        if (this.#closed) thread.terminate();
        else this.#ready.push(thread);
        this.#refill();
      },
      () => {
        // The next load tries again and reports what it finds.
        this.#starting = false;
      },
    );
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#pause);
    const threads = this.#ready;
    this.#ready = [];
    for (const thread of threads) thread.terminate();
    await Promise.all(threads.map((thread) => thread.ended));
  }
}
