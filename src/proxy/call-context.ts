/** What the parts of an endpoint know of the whole: the thread's heap and records, and which calls it serves and waits for. */
import type { DomainId } from '../abi/domain-id.js';
import type { ThreadHeap } from '../shared-heap/heap.js';
import type { CallSpace } from './call-space.js';
import type { Doorbell } from './doorbell.js';
import type { FaultCounts } from './fault-counts.js';
import type { RecordIo } from './record-io.js';
import type { References } from './references.js';
import type { CapabilityMaker } from './value-reader.js';

/** A call that runs here. */
export interface Serving {
  readonly record: number;
  readonly at: number;
  readonly word: number;
  readonly depth: number;
  readonly deadline: number;
  readonly caller: number;
  /** Loop rounds and function entries done for it, as far as they have been counted up. */
  fuelUsed: number;
  /** Called once, when the call has ended here: with true where its result is the caller's now, else with false. */
  onEnd: ((replied: boolean) => void) | null;
}

export interface CallContext {
  readonly me: DomainId;
  readonly heap: ThreadHeap;
  readonly space: CallSpace;
  readonly bell: Doorbell;
  readonly faults: FaultCounts;
  readonly io: RecordIo;
  readonly references: References;
  readonly capability: CapabilityMaker;
  readonly mapStack: (text: string, domain: string) => () => string;
  /** The host and the kernel: an exception in what they provide fails the call, not the thread; and cancelling with a signal is theirs. */
  readonly isTrusted: boolean;
  /** The call that this thread serves now; null outside calls. */
  serving: Serving | null;
  /** Whether this thread waits in a call of its own. */
  readonly isBlocked: boolean;
  /** Outgoing calls that have not ended: awaited, or lingering. */
  readonly outgoing: number;
  blockOn(record: number, word: number): void;
  unblock(): void;
  /** Whether a call waits that descends from the one that this thread is blocked in. Only such calls may be served now. */
  mustServeWhileBlocked(): boolean;
  serveWhileBlocked(): void;
  /** Says that something waits for other threads: the thread must look from now on. */
  noteWaiting(): void;
  /** Whether the row that `id` names still belongs to that life. */
  isRowOf(id: DomainId): boolean;
  /** Whether the kernel's heartbeat has stood still for longer than anything legitimate takes. */
  kernelIsDead(): boolean;
}
