/**
 * One process of a guarded kernel, as the host holds it: started, listened to, asked whether it still answers, ended.
 *
 *   running ---> its channel closes, it exits, is silent too long, or says what cannot be ---> ending ---> exited, and everything that it said was heard ---> ended
 *
 * No process outlives this one. It ends itself when its channel closes, which the operating system does for a host that is killed; and the host ends it by SIGKILL alone, which no thread of it can hold up.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { Channel } from './channel.js';
import { checkHeard } from './hearing.js';
import { type FromHost, type FromKernel, MOST_MESSAGE_BYTES } from './protocol.js';

const ENTRY = fileURLToPath(new URL('child/kernel-process-main.js', import.meta.url));
/** What it wrote to its standard error last: V8 says there why it aborts. */
const LAST_WORDS = 4096;
/** How long it may take to say its first word. */
const START_PATIENCE_MS = 30_000;
/** Between the end of a channel and the exit of its process, and the other way round. */
const EXIT_PATIENCE_MS = 100;
const CHANNEL_PATIENCE_MS = 1000;
/** Looks of the heartbeat in its patience. */
const LOOKS = 4;
/** What may wait to be read by it: with so much it gets no further calls, with more it is ended, for it may ask for ever and never read the answers. */
const MOST_BEHIND_BYTES = 4 * MOST_MESSAGE_BYTES;
const MOST_UNREAD_BYTES = 2 * MOST_BEHIND_BYTES;

/** How a process ended. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: string | null;
  /** What ended it, in words. */
  readonly reason: string;
  /** The last of what it wrote to its standard error. */
  readonly said: string;
}

export class KernelProcess {
  /** Which process of its kernel it is, from 1. */
  readonly number: number;
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #socket: Socket;
  readonly #channel: Channel<FromHost, FromKernel>;
  readonly #pulse: NodeJS.Timeout;
  #lastId = 0;
  #held = 0;
  /** Looks since it was last heard. */
  #silent: number;
  #said = '';
  #reason: string | null = null;
  #exit: { readonly code: number | null; readonly signal: string | null } | null = null;
  #isMute = false;
  #resolveEnded: (end: ProcessEnd) => void = () => {};
  /** Resolves when it has exited and all that it said has been heard. */
  readonly ended: Promise<ProcessEnd> = new Promise((resolve) => {
    this.#resolveEnded = resolve;
  });

  /** `onMessage` may throw Malformed, which ends it. Throws an Error where there is nothing to start it with: no descriptor, no memory. */
  constructor(number: number, heartbeatMs: number, onMessage: (message: FromKernel) => void) {
    this.number = number;
    this.#silent = (-START_PATIENCE_MS * LOOKS) / heartbeatMs;
    this.#child = spawn(process.execPath, [ENTRY], { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
    // Where descriptors are used up there is no channel, whatever the types say.
    if ((this.#child.stdio as readonly unknown[] | undefined)?.[3] === undefined) {
      this.#child.once('error', () => {});
      throw new Error('no descriptor is left for its channel');
    }
    this.#child.once('error', (error) => this.#exited(null, null, `it could not be started: ${error.message}`));
    this.pid = this.#child.pid ?? 0;
    this.#socket = this.#child.stdio[3] as Socket;
    this.#channel = new Channel(
      this.#socket,
      (message) => this.#hear(message, onMessage),
      (why, isAtFault) => this.#muted(why, isAtFault),
    );
    this.#child.once('exit', (code, signal) => this.#exited(code, signal, signal === null ? `it exited with code ${code}` : `it was ended by ${signal}`));
    this.#child.stderr?.on('data', (text: Buffer) => {
      this.#said = (this.#said + text.toString('utf8')).slice(-LAST_WORDS);
    });
    // A process that this one waits for is another matter: `hold`.
    this.#child.unref();
    this.#socket.unref();
    (this.#child.stderr as Socket | null)?.unref();
    this.#pulse = setInterval(() => this.#look(heartbeatMs), heartbeatMs / LOOKS).unref();
  }

  get isRunning(): boolean {
    return this.#reason === null;
  }

  newId(): number {
    return ++this.#lastId;
  }

  /** Throws MessageTooLarge, and a DataCloneError for what is no data. Says nothing to a process that is ending. */
  send(message: FromHost): void {
    if (this.#reason !== null) return;
    this.#channel.send(message);
    if (this.#channel.unsentBytes > MOST_UNREAD_BYTES) this.kill('it did not read what it was told');
  }

  get isBehind(): boolean {
    return this.#channel.unsentBytes > MOST_BEHIND_BYTES;
  }

  /** Keeps this process alive while something of that one is waited for. */
  hold(change: 1 | -1): void {
    this.#held += change;
    const verb = this.#held > 0 ? 'ref' : 'unref';
    this.#child[verb]();
    this.#socket[verb]();
  }

  /** Ends it at once. */
  kill(reason: string): void {
    this.#reason ??= reason;
    this.#child.kill('SIGKILL');
  }

  /** A look is counted when this process has come to it: while it is busy itself it hears nobody. */
  #look(heartbeatMs: number): void {
    if (this.#reason !== null) return;
    if (this.#silent++ > LOOKS) this.kill(`it had not answered for ${heartbeatMs} ms`);
    else this.send({ op: 'ping' });
  }

  #hear(message: FromKernel, onMessage: (message: FromKernel) => void): void {
    this.#silent = 0;
    try {
      checkHeard(message);
      onMessage(message);
    } catch (error) {
      // Nothing of the program runs in here: whatever else fails fails of what was said, and this process goes on.
      this.#muted(`it said what cannot be: ${(error as Error).message}`, true);
      this.#channel.close();
    }
  }

  #muted(why: string, isAtFault: boolean): void {
    if (this.#isMute) return;
    this.#isMute = true;
    // The exit of a process that ended by itself is known in a moment, and says more.
    if (isAtFault) this.kill(why);
    else if (this.#exit === null) setTimeout(() => this.kill(why), EXIT_PATIENCE_MS).unref();
    this.#conclude();
  }

  #exited(code: number | null, signal: string | null, reason: string): void {
    if (this.#exit !== null) return;
    this.#exit = { code, signal };
    this.#reason ??= reason;
    this.#conclude();
    // Nobody else holds its end of the channel: should that stay open all the same, nothing more is waited for.
    setTimeout(() => this.#muted(reason, false), CHANNEL_PATIENCE_MS).unref();
  }

  #conclude(): void {
    if (this.#exit === null || !this.#isMute) return;
    clearInterval(this.#pulse);
    this.#channel.close();
    this.#child.stderr?.destroy();
    this.#resolveEnded({ ...this.#exit, reason: this.#reason ?? 'it ended', said: this.#said });
  }
}
