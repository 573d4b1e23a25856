/** The locks that the host has made, each an interface of its own, and all who wait for one. */
import { HOST_ID, type DomainId } from '../abi/domain-id.js';
import { RECORDS_PER_MAILBOX } from '../abi/record-layout.js';
import type { HolderValue } from '../interfaces/generated/lock.js';
import { ResourceExhausted } from '../shared-heap/faults.js';
import { KernelLock, type LockKeeper } from './lock.js';
import type { Resources } from './resources.js';
import type { ServedCall } from './served-call.js';

/** Each call that waits for a lock takes a record of the kernel's mailbox. Half of them stay free for whatever else is asked of the kernel. */
const MOST_WAITING = RECORDS_PER_MAILBOX / 2;
const MOST_WAITING_OF_ONE = 16;
/** Each is an export of the kernel's for ever. */
const MOST_LOCKS = 4000;

export interface LockSources {
  readonly resources: Resources;
  current(): ServedCall;
  holder(domain: DomainId): HolderValue;
  /** Serves a lock; answers its export number. */
  provide(lock: KernelLock): number;
}

export class Locks {
  readonly #sources: LockSources;
  readonly #keeper: LockKeeper;
  readonly #byName = new Map<string, { readonly lock: KernelLock; readonly exported: number }>();
  readonly #waiting = new Map<DomainId, number>();
  #waitingInAll = 0;

  constructor(sources: LockSources) {
    this.#sources = sources;
    const { resources, current, holder } = sources;
    this.#keeper = { resources, current, holder, queue: (caller) => this.#queue(caller) };
  }

  /** The export number of the lock of that name, which is made where there is none. Throws ResourceExhausted where too many were made. */
  open(name: string): number {
    const known = this.#byName.get(name);
    if (known !== undefined) return known.exported;
    if (this.#byName.size >= MOST_LOCKS)
      throw new ResourceExhausted('locks', `${MOST_LOCKS} locks have been made, and each stays: use names again, or one lock for several things`);
    const lock = new KernelLock(name, this.#keeper);
    const exported = this.#sources.provide(lock);
    this.#byName.set(name, { lock, exported });
    return exported;
  }

  #queue(caller: DomainId): () => void {
    const waiting = this.#waiting.get(caller) ?? 0;
    if (waiting >= MOST_WAITING_OF_ONE && caller !== HOST_ID)
      throw new ResourceExhausted('lock waits', `${waiting} calls of this domain wait for locks already`);
    if (this.#waitingInAll >= MOST_WAITING) throw new ResourceExhausted('lock waits', `${MOST_WAITING} calls wait for locks already`);
    this.#waiting.set(caller, waiting + 1);
    this.#waitingInAll++;
    return () => {
      this.#waitingInAll--;
      const left = (this.#waiting.get(caller) ?? 1) - 1;
      if (left === 0) this.#waiting.delete(caller);
      else this.#waiting.set(caller, left);
    };
  }

  /** Whether nobody waits. */
  get isQuiet(): boolean {
    return this.#waitingInAll === 0;
  }

  /** To be called in every tick. */
  look(now: number): void {
    if (this.#waitingInAll > 0) for (const { lock } of this.#byName.values()) lock.look(now);
  }

  /** Who has the lock for which the call in a record of the kernel's mailbox waits; undefined where it waits for none. */
  awaitedIn(record: number): DomainId | undefined {
    if (this.#waitingInAll === 0) return undefined;
    for (const { lock } of this.#byName.values()) {
      const owner = lock.awaitedIn(record);
      if (owner !== undefined) return owner;
    }
    return undefined;
  }

  /** Ends a wait that is part of a cycle. */
  deadlock(record: number): void {
    for (const { lock } of this.#byName.values()) lock.deadlock(record);
  }
}
