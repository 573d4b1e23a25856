/**
 * A thread's log of what it does with interface references: a ring with one writer, this thread, and one reader, the kernel. The kernel's sets of holders are the sum of all logs.
 *
 * An entry is written before the step that makes it matter: `passed` before a call is sent or answered, `received` before the record that carried the reference is let go of. A thread that is killed between the two has
 * said something that does not come about, and the kernel sees that by the record.
 *
 * A full log makes its thread wait for the kernel, which takes entries in every tick and when it is rung. The wait is bounded and looked at again; where the kernel is dead there is nobody to tell.
 */
import { load, store, wait } from '../abi/atomics.js';
import { indexOf, KERNEL_INDEX, type DomainId } from '../abi/domain-id.js';
import { LOG_ENTRIES, LOG_HEAD, logEntry, X_LOG_TAIL, eventWord } from '../abi/reference-layout.js';
import { referenceArea } from '../abi/thread-layout.js';
import { Doorbell } from './doorbell.js';

/** How long to sleep before looking again whether there is room. */
const NAP_MS = 5;

export class ReferenceLog {
  readonly #words: Int32Array;
  /** The first word of this thread's area. */
  readonly area: number;
  /** The head as this thread has written it last: counts without end, in 32 bits. */
  #head: number;
  #closed = false;
  readonly #kernelIsDead: () => boolean;
  /** Asks for entries to be taken. The kernel takes those of its own log itself. */
  onFull: () => void = () => Doorbell.ring(this.#words, KERNEL_INDEX);

  constructor(words: Int32Array, me: DomainId, pages: number, kernelIsDead: () => boolean) {
    this.#words = words;
    this.#kernelIsDead = kernelIsDead;
    this.area = referenceArea(indexOf(me), pages);
    this.#head = load(words, this.area + LOG_HEAD);
  }

  /** How many entries have been written; what the kernel's tail is compared with. */
  get head(): number {
    return this.#head;
  }

  /** Whether the kernel has taken every entry up to a head of before. */
  hasTaken(head: number): boolean {
    return ((load(this.#words, this.area + X_LOG_TAIL) - head) | 0) >= 0;
  }

  append(kind: number, provider: number, exported: number, record = 0, tag = 0): void {
    if (!this.#makeRoom()) return;
    const words = this.#words;
    const entry = logEntry(this.area, this.#head);
    words[entry] = provider;
    words[entry + 1] = eventWord(exported, kind);
    words[entry + 2] = record;
    words[entry + 3] = tag;
    this.#head = (this.#head + 1) | 0;
    // Until this store the entry does not exist for anybody else.
    store(words, this.area + LOG_HEAD, this.#head);
  }

  /** Nobody reads this log any more: what is appended from now on is forgotten. */
  close(): void {
    this.#closed = true;
  }

  #makeRoom(): boolean {
    if (this.#closed) return false;
    const tailAt = this.area + X_LOG_TAIL;
    let tail = load(this.#words, tailAt);
    const used = (this.#head - tail) | 0;
    if (used < LOG_ENTRIES / 2) return true;
    // Rung while there is room, so that few ever wait.
    if (used === LOG_ENTRIES / 2) this.onFull();
    while (((this.#head - tail) | 0) >= LOG_ENTRIES) {
      this.onFull();
      wait(this.#words, tailAt, tail, NAP_MS);
      tail = load(this.#words, tailAt);
      // Asked only while the tail stands still: a kernel that takes entries lives.
      if (((this.#head - tail) | 0) >= LOG_ENTRIES && this.#kernelIsDead()) {
        this.#closed = true;
        return false;
      }
    }
    return true;
  }
}
