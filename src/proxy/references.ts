/**
 * The interface references that this thread holds, passes and receives. There is one hold for each reference that came with a call or was granted, and one proxy for each hold.
 *
 *   pass      the reference belongs to the use of the record from the log entry on; the sender keeps its own hold, if it has one
 *   receive   the hold moves from the record to this thread; the proxy is the caller's, to drop
 *   drop      by the program, or, where it has lost the proxy, by the collector of garbage
 *
 * What a thread holds when it dies is released by the kernel. Proxies that a host asks for by name (`domain.get()`, `kernel.provide()`) hold nothing: what they lead to is permanent.
 */
import { HOST_ID, indexOf, type DomainId } from '../abi/domain-id.js';
import { ReferenceEvent } from '../abi/reference-layout.js';
import { REFERENCES_HELD, threadRow, X_MOST_REFERENCES } from '../abi/thread-layout.js';
import { ResourceExhausted } from '../shared-heap/faults.js';
import type { StagedReference } from '../shared-heap/types/staging.js';
import type { CallSpace } from './call-space.js';
import { Exports } from './exports.js';
import { ReferenceLog } from './reference-log.js';

/** A reference that this thread holds. */
export interface Hold {
  /** A domain id, or what stands for a program through its lives. */
  readonly provider: number;
  readonly exported: number;
  isDropped: boolean;
}

/** What of a thread's heap is needed here: the mark of trusted operations. */
interface Marked {
  begin(): void;
  end(): void;
  readonly panic: unknown;
}

// Taken before any lockdown: in a domain no extension has it, because with it one could watch the collector.
const Registry = FinalizationRegistry;

export class References {
  readonly #me: DomainId;
  readonly #words: Int32Array;
  /** What is held, and how often. */
  readonly #held = new Map<number, number>();
  readonly #operation: Marked;
  readonly log: ReferenceLog;
  readonly exports: Exports;
  /** The safety net for proxies that were lost without being dropped. */
  readonly #lost = new Registry<Hold>((hold) => {
    if (this.#operation.panic === null) this.drop(hold);
  });

  constructor(me: DomainId, space: CallSpace, pages: number, operation: Marked, kernelIsDead: () => boolean) {
    this.#me = me;
    this.#words = space.words;
    this.#operation = operation;
    this.log = new ReferenceLog(space.words, me, pages, kernelIsDead);
    this.exports = new Exports(space.words, this.log, (exported) => space.awaits(indexOf(me), exported));
  }

  /**
   * Why these cannot be passed to a domain, or null where they can: it holds as many as it may, or it has been passed as much of what this domain exports as is left for all others. What is under way to it is not counted. The host decides
   * itself to whom it gives what.
   */
  refusal(staged: readonly StagedReference[], to: DomainId): ResourceExhausted | null {
    const row = threadRow(indexOf(to));
    const most = this.#words[row + X_MOST_REFERENCES];
    if (staged.length === 0 || most === 0) return null;
    const held = this.#words[row + REFERENCES_HELD];
    if (held + staged.length > most)
      return new ResourceExhausted('referencesHeld', `whoever would receive ${staged.length} interface references holds ${held} and may hold ${most}`);
    if (this.#me === HOST_ID) return null;
    let fresh = 0;
    for (const { provider, exported } of staged) if (provider === this.#me && this.exports.isFresh(exported)) fresh++;
    if (fresh === 0 || this.exports.hasRoomFor(to, fresh)) return null;
    return new ResourceExhausted('exports', 'whoever would receive it holds as many objects of this domain as are left for all others, and must drop some');
  }

  #count(provider: number, exported: number, change: 1 | -1): void {
    const key = provider * 2 ** 16 + exported;
    const count = (this.#held.get(key) ?? 0) + change;
    if (count > 0) this.#held.set(key, count);
    else this.#held.delete(key);
    this.#words[threadRow(indexOf(this.#me)) + REFERENCES_HELD] = this.#held.size;
  }

  /** Notes, within the marked operation that sends or answers a call and before the step that does, that the use of the record carries these. */
  pass(staged: readonly StagedReference[], record: number, word: number, to: DomainId): void {
    for (const { provider, exported } of staged) {
      this.log.append(ReferenceEvent.Passed, provider, exported, record, word >>> 4);
      if (provider === this.#me) this.exports.notePassed(exported, to);
    }
  }

  /** What was staged is not sent: what was exported for it alone is exported no more. */
  unstage(staged: readonly StagedReference[]): void {
    for (const { provider, exported } of staged) if (provider === this.#me) this.exports.unstage(exported);
  }

  /** Takes a reference over from the use of a record. To be called before the record can be released. */
  receive(provider: DomainId, exported: number, record: number, word: number): Hold {
    this.log.append(ReferenceEvent.Received, provider, exported, record, word >>> 4);
    this.#count(provider, exported, 1);
    return { provider, exported, isDropped: false };
  }

  /** A hold of which the kernel knows already, because it granted it. */
  granted(provider: number, exported: number): Hold {
    this.#count(provider, exported, 1);
    return { provider, exported, isDropped: false };
  }

  /** Holds a reference once more, for whoever must have it whatever becomes of the proxy. Of what nobody holds there is nothing to retain: null. */
  retain(hold: Hold | null): Hold | null {
    if (hold === null || hold.isDropped) return null;
    this.#operation.begin();
    this.log.append(ReferenceEvent.Retained, hold.provider, hold.exported);
    this.#count(hold.provider, hold.exported, 1);
    this.#operation.end();
    return { ...hold };
  }

  /** From now on the hold ends with the proxy. */
  tie(proxy: object, hold: Hold): void {
    this.#lost.register(proxy, hold, hold);
  }

  /** Repeatable. */
  drop(hold: Hold): void {
    if (hold.isDropped) return;
    this.#operation.begin();
    hold.isDropped = true;
    this.log.append(ReferenceEvent.Dropped, hold.provider, hold.exported);
    this.#count(hold.provider, hold.exported, -1);
    this.#operation.end();
    this.#lost.unregister(hold);
  }
}
