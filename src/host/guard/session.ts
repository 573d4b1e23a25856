/** The host's side of the conversation with one process of a guarded kernel: what was asked and is not answered, and what was named. */
import type { Schema } from '../../abi/schema.js';
import { LoadError, type TrustReason } from '../load-error.js';
import { Malformed } from './copies.js';
import { heardError } from './hearing.js';
import { KernelProcess, type ProcessEnd } from './kernel-process.js';
import type { Binding, FromHost, FromKernel, WireError } from './protocol.js';
import type { Namer } from './target.js';

/** The process ended before it had answered. */
export class ProcessGone extends Error {
  constructor(about: string) {
    super(`the kernel’s process ended during ${about}`);
    this.name = 'ProcessGone';
  }
}

export type Outcome = Extract<FromKernel, { op: 'outcome' }>;
type Told = Extract<FromKernel, { op: 'serve' | 'released' | 'event' | 'life' }>;

interface Pending {
  /** What it is, in a few words. */
  readonly about: string;
  readonly answer: (message: FromKernel) => void;
  readonly gone: () => void;
}

export class Session implements Namer {
  readonly #process: KernelProcess;
  readonly #onTold: (session: Session, message: Told) => void;
  readonly #pending = new Map<number, Pending>();
  readonly #schemas = new Map<Schema, number>();
  #lastBound = 0;
  readonly ended: Promise<ProcessEnd>;
  /** What was under way when it ended. */
  interrupted: readonly string[] = [];

  constructor(number: number, heartbeatMs: number, onTold: (session: Session, message: Told) => void) {
    this.#onTold = onTold;
    this.#process = new KernelProcess(number, heartbeatMs, (message) => this.#hear(message));
    this.ended = this.#process.ended.then((end) => {
      this.#abandon();
      return end;
    });
  }

  get number(): number {
    return this.#process.number;
  }

  get pid(): number {
    return this.#process.pid;
  }

  get isRunning(): boolean {
    return this.#process.isRunning;
  }

  kill(reason: string): void {
    this.#process.kill(reason);
  }

  /** Throws MessageTooLarge, and a DataCloneError for what is no data. */
  send(message: FromHost): void {
    this.#process.send(message);
  }

  /** So much of what it was told is not read that it is told of no further call. */
  get isBehind(): boolean {
    return this.#process.isBehind;
  }

  hold(change: 1 | -1): void {
    this.#process.hold(change);
  }

  schemaNumber(schema: Schema): number {
    const known = this.#schemas.get(schema);
    if (known !== undefined) return known;
    const number = this.#schemas.size;
    this.#schemas.set(schema, number);
    this.send({ op: 'schema', number, schema });
    return number;
  }

  bind(binding: Binding): number {
    const number = ++this.#lastBound;
    this.send({ op: 'bind', number, binding });
    return number;
  }

  unbind(number: number): void {
    this.send({ op: 'unbind', number });
  }

  /** Asks something. Rejects with what it failed of there, and with ProcessGone. `about` says what it is. */
  async ask(about: string, message: (id: number) => FromHost): Promise<unknown> {
    return this.#await(about, message, (answer, resolve, reject) => {
      if (answer.op === 'done') resolve(answer.value);
      else if (answer.op === 'failed') reject(madeAgain(heardError(answer.error)));
      else throw new Malformed('an answer of another kind');
    });
  }

  /** Issues a call. Rejects with ProcessGone, and with the TypeError of wrong options. */
  async call(about: string, message: (id: number) => FromHost, cancelled: AbortSignal | undefined): Promise<Outcome> {
    let id = 0;
    const cancel = (): void => this.send({ op: 'cancel', id });
    const named = (given: number): FromHost => {
      id = given;
      return message(given);
    };
    cancelled?.addEventListener('abort', cancel, { once: true });
    try {
      return await this.#await<Outcome>(about, named, (answer, resolve, reject) => {
        if (answer.op === 'outcome') resolve(answer);
        else if (answer.op === 'failed') reject(madeAgain(heardError(answer.error)));
        else throw new Malformed('an answer of another kind');
      });
    } finally {
      cancelled?.removeEventListener('abort', cancel);
    }
  }

  get openCalls(): number {
    return this.#pending.size;
  }

  async #await<T>(
    about: string,
    message: (id: number) => FromHost,
    settle: (answer: FromKernel, resolve: (value: T) => void, reject: (error: Error) => void) => void,
  ): Promise<T> {
    if (!this.isRunning) throw new ProcessGone(about);
    const id = this.#process.newId();
    const answered = new Promise<T>((resolve, reject) => {
      this.#pending.set(id, { about, answer: (answer) => settle(answer, resolve, reject), gone: () => reject(new ProcessGone(about)) });
    });
    try {
      this.send(message(id));
      this.hold(1);
    } catch (error) {
      this.#pending.delete(id);
      throw error;
    }
    try {
      return await answered;
    } finally {
      this.hold(-1);
    }
  }

  #hear(message: FromKernel): void {
    switch (message.op) {
      case 'done':
      case 'failed':
      case 'outcome': {
        const pending = this.#pending.get(message.id);
        if (pending === undefined) throw new Malformed('an answer to nothing that was asked');
        // Who was answered what cannot be waits on, and is told that the process has ended.
        pending.answer(message);
        this.#pending.delete(message.id);
        return;
      }
      case 'pong':
        return;
      default:
        this.#onTold(this, message);
    }
  }

  #abandon(): void {
    this.interrupted = [...this.#pending.values()].map(({ about }) => about);
    for (const { gone } of this.#pending.values()) gone();
    this.#pending.clear();
  }
}

const KINDS = new Map<string, ErrorConstructor>([TypeError, RangeError].map((kind) => [kind.name, kind]));

/** An error of the other process, as the program would have had it from a kernel of its own. */
function madeAgain({ name, message, stack, extension, code, reason }: WireError): Error {
  if (name === 'LoadError' && extension !== undefined)
    return new LoadError(code ?? 'DomainDead', extension, message.replace(`${extension}: `, ''), stack, reason as TrustReason | undefined);
  return new (KINDS.get(name) ?? Error)(message);
}
