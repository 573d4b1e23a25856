/** One domain worker as the kernel holds it: from its start as a spare to its end. */
import { totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import * as Comlink from 'comlink';
import { store } from '../abi/atomics.js';
import { indexOf, type DomainId } from '../abi/domain-id.js';
import type { DomainControl, DomainNotice } from '../abi/control-protocol.js';
import { threadRow, X_CONTROL } from '../abi/thread-layout.js';
import { controlPort } from '../proxy/control-port.js';
import { Doorbell } from '../proxy/doorbell.js';

const ENTRY = new URL('../domains/domain-start.cjs', import.meta.url);
const MODULES = fileURLToPath(new URL('../domains/domain-worker.cjs', import.meta.url));
/**
 * V8 ends the whole process when one allocation does not fit what is left under its limit; under a limit of 4 GiB the same programs end as errors of the worker. The quota proper is
 * enforced at checkpoints.
 */
const V8_LIMIT_MB = Math.max(512, Math.min(4096, Math.floor(totalmem() / 4 / 2 ** 20)));

export interface ThreadEnd {
  readonly code: number;
  /** What ended it, where Node says so: out of memory, or an error that nobody caught. */
  readonly error: { readonly name: string; readonly message: string; readonly isOutOfMemory: boolean } | null;
}

/** A domain that sleeps on its doorbell must be told to look at its port. It knows nothing of the thread's object: the control plane keeps its ports for as long as somebody has what it made for them, which the thread's object has. */
class Waker {
  id: DomainId | null = null;
  readonly wake: () => void;

  constructor(words: Int32Array) {
    this.wake = () => {
      if (this.id === null) return;
      store(words, threadRow(indexOf(this.id)) + X_CONTROL, 1);
      Doorbell.ring(words, indexOf(this.id));
    };
  }
}

export class DomainThread {
  readonly #worker: Worker;
  readonly #waker: Waker;
  readonly control: Comlink.Remote<DomainControl>;
  readonly ready: Promise<void>;
  readonly ended: Promise<ThreadEnd>;
  /** It writes nothing any more: it has said so, or has ended. */
  readonly parted: Promise<ThreadEnd>;
  #part: (end: ThreadEnd) => void = () => {};
  #hasEnded = false;
  onLog: (level: string, text: string, dropped: number) => void = () => {};

  /** `codeCache`: what V8 has compiled of the thread's modules before; null where that is not known. */
  constructor(words: Int32Array, codeCache: Uint8Array | null, profile?: 'deterministic') {
    this.#waker = new Waker(words);
    this.#worker = new Worker(ENTRY, {
      resourceLimits: { maxOldGenerationSizeMb: V8_LIMIT_MB, stackSizeMb: 4 },
      env: {},
      argv: [],
      execArgv: [],
      workerData: { profile, modules: MODULES, codeCache },
      stdin: false,
    });
    let error: ThreadEnd['error'] = null;
    // An error can overtake earlier messages, so death is the `exit` event alone.
    this.#worker.on('error', (cause: Error & { code?: string }) => {
      error = { name: String(cause?.name), message: String(cause?.message), isOutOfMemory: cause?.code === 'ERR_WORKER_OUT_OF_MEMORY' };
    });
    this.ended = new Promise((resolve) => {
      this.#worker.on('exit', (code) => {
        this.#hasEnded = true;
        resolve({ code, error });
        this.#worker.removeAllListeners();
      });
    });
    this.parted = new Promise((resolve) => {
      this.#part = resolve;
    });
    void this.ended.then(this.#part);
    this.ready = new Promise((resolve) => {
      this.#worker.on('message', (notice: DomainNotice) => {
        if (notice.notice === 'ready') resolve();
        else if (notice.notice === 'log') this.onLog(String(notice.level), String(notice.text), notice.dropped);
      });
    });
    this.control = Comlink.wrap<DomainControl>(controlPort(this.#worker, this.#waker.wake));
  }

  /** From now on the thread is this domain. */
  become(id: DomainId): void {
    this.#waker.id = id;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** It has said that it writes no more. Its end takes some milliseconds, and nobody needs to wait for it. */
  notePart(): void {
    this.#part({ code: 1, error: null });
  }

  /** Asks the thread to stop; `ended` tells when it has. */
  terminate(): void {
    void this.#worker.terminate();
  }
}
