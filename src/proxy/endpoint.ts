/** One thread's part in calls: its heap, its doorbell, what it calls and what it serves. The same for the host, the kernel and every domain. */
import { load } from '../abi/atomics.js';
import type { Resting } from '../abi/control-protocol.js';
import { incarnationOf, indexOf, type DomainId } from '../abi/domain-id.js';
import { nowMs } from '../abi/clock.js';
import { RECORDS_PER_MAILBOX } from '../abi/record-layout.js';
import { ACTIVITY, HEARTBEAT, LIFE, lifeIncarnation, threadRow, X_ORDERS } from '../abi/thread-layout.js';
import type { ThreadHeap } from '../shared-heap/heap.js';
import type { TypeRegistry } from '../shared-heap/types/type-registry.js';
import { AsyncCalls } from './async-calls.js';
import type { CallContext, Serving } from './call-context.js';
import { Callee } from './callee.js';
import { UNWATCHED, type CallWatch } from './call-watch.js';
import { Caller } from './caller.js';
import { CallSpace } from './call-space.js';
import { Doorbell } from './doorbell.js';
import { FaultCounts } from './fault-counts.js';
import { Panic } from './panic.js';
import { RecordIo } from './record-io.js';
import { References } from './references.js';
import { Rota } from './rota.js';
import { ShadowCalls } from './shadow-calls.js';
import type { CapabilityMaker } from './value-reader.js';

/** How long the kernel's heartbeat may stand still before a waiting thread concludes that it is dead. */
export const HEARTBEAT_PATIENCE_MS = 5000;

export interface EndpointOptions {
  readonly capability: CapabilityMaker;
  /** Makes a domain's own stack trace readable: positions in the extension's source. */
  readonly mapStack: (text: string, domain: string) => () => string;
  /** The host and the kernel: an exception in what they provide fails the call, not the thread; and cancelling with a signal is theirs. */
  readonly isTrusted: boolean;
  /** Who looks at the calls that this thread makes; nobody unless given. */
  readonly watch?: CallWatch;
  /** Ends this thread: called once a panic has been written down. */
  readonly die: () => void;
}

export class Endpoint implements CallContext {
  readonly me: DomainId;
  readonly heap: ThreadHeap;
  readonly registry: TypeRegistry;
  readonly space: CallSpace;
  readonly bell: Doorbell;
  readonly faults: FaultCounts;
  readonly io: RecordIo;
  readonly references: References;
  readonly caller: Caller;
  readonly callee: Callee;
  readonly panic: Panic;
  readonly asyncCalls: AsyncCalls;
  readonly shadowCalls: ShadowCalls;
  readonly capability: CapabilityMaker;
  readonly mapStack: (text: string, domain: string) => () => string;
  readonly isTrusted: boolean;
  readonly watch: CallWatch;
  /** The call that this thread serves now; null outside calls. */
  serving: Serving | null = null;
  /** Set by whoever has seen the end of the kernel's thread: nobody need wait for its heartbeat then. */
  kernelHasEnded = false;
  /** Another version is taking over: what begins here no more. */
  resting: Resting = 'nothing';
  /** The outgoing calls that this thread is blocked in, innermost last: record and state word. */
  readonly #blockedOn: number[] = [];
  readonly #rota: Rota;
  #beat = 0;
  #beatAt = nowMs();

  constructor(heap: ThreadHeap, registry: TypeRegistry, options: EndpointOptions) {
    this.me = heap.me;
    this.heap = heap;
    this.registry = registry;
    this.capability = options.capability;
    this.mapStack = options.mapStack;
    this.isTrusted = options.isTrusted;
    this.watch = options.watch ?? UNWATCHED;
    this.space = new CallSpace(heap.shared, heap.me, options.isTrusted ? RECORDS_PER_MAILBOX : (RECORDS_PER_MAILBOX / 8) * 7, heap.trace);
    this.faults = new FaultCounts(this.space.words, heap.shared.pages);
    this.#rota = new Rota(this.space);
    this.bell = new Doorbell(this.space.words, indexOf(heap.me));
    this.io = new RecordIo(this.space, heap);
    this.references = new References(heap.me, this.space, heap.shared.pages, heap.operation, () => this.kernelIsDead());
    this.caller = new Caller(this);
    this.panic = new Panic(this, options.die);
    this.callee = new Callee(this, this.panic);
    this.asyncCalls = new AsyncCalls(this, this.caller, this.callee);
    this.shadowCalls = new ShadowCalls(this, this.caller, this.asyncCalls, this.callee);
    heap.settleBorrows = () => this.caller.outcomes.sweep();
  }

  get outgoing(): number {
    return this.asyncCalls.size + this.caller.outcomes.lingering;
  }

  noteWaiting(): void {
    this.asyncCalls.onWaiting();
  }

  blockOn(record: number, word: number): void {
    this.#blockedOn.push(record, word);
  }

  /** Whether this thread waits in a call of its own. */
  get isBlocked(): boolean {
    return this.#blockedOn.length > 0;
  }

  unblock(): void {
    this.#blockedOn.length -= 2;
  }

  /** Whether a call waits that descends from the one that this thread is blocked in. Only such calls may be served now. */
  mustServeWhileBlocked(): boolean {
    return this.space.hasPending() && this.#nextDescendant() >= 0;
  }

  serveWhileBlocked(): void {
    const record = this.#nextDescendant();
    if (record < 0 || !this.space.unpost(record)) return;
    const at = threadRow(indexOf(this.me)) + ACTIVITY;
    const blocked = this.space.words[at];
    this.callee.serve(record);
    // It waits again: what it uses to look about is nobody's slice.
    this.space.words[at] = blocked;
  }

  #nextDescendant(): number {
    const top = this.#blockedOn.length - 2;
    for (const record of this.space.pending()) {
      // A call of this thread to itself, through a reference to what it gave out, is in its own mailbox.
      if (record === this.#blockedOn[top] || this.space.descends(record, this.#blockedOn[top], this.#blockedOn[top + 1])) return record;
    }
    return -1;
  }

  /** The records that await this thread, the watched one last. */
  #waiting(): number[] {
    const waiting = this.space.pending();
    if (this.space.watchedIsSent()) waiting.push(this.space.watched);
    return waiting;
  }

  /** Serves what awaits this thread, a round of it; answers how many calls that were. */
  serveAll(): number {
    if (this.resting !== 'nothing') return 0;
    const { space } = this;
    const { watched } = space;
    const isSent = space.watchedIsSent();
    if (!space.hasPending()) {
      if (!isSent) return 0;
      this.callee.serve(watched);
      return 1;
    }
    const orders = threadRow(indexOf(this.me)) + X_ORDERS;
    // Looked at twice, because one look goes from word to word while callers send: the rota says why.
    const seen = this.#waiting();
    const sent = this.#waiting();
    let served = 0;
    for (const record of this.#rota.round(seen, sent)) {
      // Whoever has used more than its share begins nothing more; what awaits it keeps its bit.
      if (this.space.words[orders] !== 0) break;
      if (!space.unpost(record) && record !== watched) continue;
      // While this call is served, and perhaps blocks, nobody may count on the watch of another record.
      if (record !== space.watched) space.watch(-1);
      this.callee.serve(record);
      served++;
    }
    return served;
  }

  /** Whether the row that `id` names still belongs to that life. */
  isRowOf(id: DomainId): boolean {
    return lifeIncarnation(load(this.space.words, threadRow(indexOf(id)) + LIFE)) === incarnationOf(id);
  }

  /** Whether the kernel's heartbeat has stood still for longer than anything legitimate takes. */
  kernelIsDead(): boolean {
    if (this.kernelHasEnded) return true;
    const beat = load(this.space.words, HEARTBEAT);
    const now = nowMs();
    if (beat !== this.#beat || now - this.#beatAt > 2 * HEARTBEAT_PATIENCE_MS) {
      this.#beat = beat;
      this.#beatAt = now;
      return false;
    }
    return now - this.#beatAt > HEARTBEAT_PATIENCE_MS;
  }
}
