/**
 * Messages over a stream: four bytes of length, then the message as V8 serializes it.
 *
 *   +-----------------+--------------------+-----------------+---
 *   | length, LE u32  | length bytes       | length, LE u32  |
 *   +-----------------+--------------------+-----------------+---
 *
 * The length is looked at before anything is kept, so that a sender cannot make its reader hold more than one message. Who reads what is no message hears nothing after it.
 */
import type { Socket } from 'node:net';
import { deserialize, serialize } from 'node:v8';
import { MOST_MESSAGE_BYTES } from './protocol.js';

const HEADER_BYTES = 4;
/** What a message that waits takes beside its own bytes: of small ones that is the most. */
const KEPT_BYTES = 1024;

/** A message is larger than can be sent. */
export class MessageTooLarge extends RangeError {
  constructor(bytes: number) {
    super(`a message of ${bytes} bytes, where ${MOST_MESSAGE_BYTES} can be sent to a guarded kernel or by it`);
    this.name = 'MessageTooLarge';
  }
}

export class Channel<Out, In> {
  readonly #socket: Socket;
  readonly #onMessage: (message: In) => void;
  readonly #onEnd: (why: string, isAtFault: boolean) => void;
  #chunks: Buffer[] = [];
  #held = 0;
  #corked = false;
  #ended = false;
  #unsent = 0;
  readonly #taken = (): void => {
    this.#unsent--;
  };

  /** `onEnd` is called once: when the stream ends, or when what came is no message, which is the sender's fault; nothing is heard after it. */
  constructor(socket: Socket, onMessage: (message: In) => void, onEnd: (why: string, isAtFault: boolean) => void) {
    this.#socket = socket;
    this.#onMessage = onMessage;
    this.#onEnd = onEnd;
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('error', () => this.#end('its channel broke'));
    socket.on('close', () => this.#end('its channel closed'));
    socket.on('end', () => this.#end('its channel closed'));
  }

  /** Sends, or does nothing where the other side has gone. Throws MessageTooLarge, and a DataCloneError for what is no data, with nothing sent. */
  send(message: Out): void {
    if (this.#ended) return;
    const body = serialize(message);
    if (body.length > MOST_MESSAGE_BYTES) throw new MessageTooLarge(body.length);
    const header = Buffer.allocUnsafe(HEADER_BYTES);
    header.writeUInt32LE(body.length);
    // What is said in one turn of the event loop goes out in one write.
    if (!this.#corked) {
      this.#corked = true;
      this.#socket.cork();
      process.nextTick(() => {
        this.#corked = false;
        this.#socket.uncork();
      });
    }
    this.#socket.write(header);
    this.#unsent++;
    this.#socket.write(body, this.#taken);
  }

  /** Bytes that were sent and that nobody has taken yet, with what it takes to keep them. */
  get unsentBytes(): number {
    return this.#socket.writableLength + this.#unsent * KEPT_BYTES;
  }

  close(): void {
    this.#ended = true;
    this.#chunks = [];
    this.#socket.destroy();
  }

  #end(why: string, isAtFault = false): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#onEnd(why, isAtFault);
    this.close();
  }

  #take(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#held += chunk.length;
    while (!this.#ended && this.#held >= HEADER_BYTES) {
      const length = this.#peekLength();
      if (length > MOST_MESSAGE_BYTES) return this.#end(`it announced a message of ${length} bytes`, true);
      if (this.#held < HEADER_BYTES + length) return;
      const whole = this.#chunks.length === 1 ? this.#chunks[0] : Buffer.concat(this.#chunks);
      const rest = whole.subarray(HEADER_BYTES + length);
      this.#chunks = rest.length === 0 ? [] : [rest];
      this.#held = rest.length;
      let message: In;
      try {
        message = deserialize(whole.subarray(HEADER_BYTES, HEADER_BYTES + length)) as In;
      } catch {
        return this.#end('it said what is no message', true);
      }
      this.#onMessage(message);
    }
  }

  #peekLength(): number {
    if (this.#chunks[0].length < HEADER_BYTES) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0].readUInt32LE();
  }
}
