/**
 * The heap of a guarded kernel's host: private memory of this process, which no kernel and no domain has ever seen.
 *
 * It is the shared heap's own code with nobody to share it with, so that handles, containers and codecs are the same ones, and what may be done with a value does not depend on where the kernel runs.
 */
import { HOST_ID, HOST_INDEX } from '../../abi/domain-id.js';
import { GRANULE_BYTES } from '../../abi/heap-layout.js';
import type { TypeToken } from '../../abi/schema-tokens.js';
import { LIFE, Life, lifeWord, threadRow, X_QUOTA } from '../../abi/thread-layout.js';
import type { RRefHandle } from '../../shared-heap/handles/handle.js';
import { ThreadHeap } from '../../shared-heap/heap.js';
import { openShared, reserveShared } from '../../shared-heap/shared-state.js';
import type { CodecContext } from '../../shared-heap/types/codec-contract.js';
import { TypeRegistry } from '../../shared-heap/types/type-registry.js';
import { TypeTable } from '../../shared-heap/types/type-table.js';

export class LocalHeap {
  readonly thread: ThreadHeap;
  readonly registry: TypeRegistry;

  /** `stageCapability` says what may be passed as an interface reference. Throws a RangeError for a size that cannot be. */
  constructor(bytes: number, paranoid: boolean, stageCapability: CodecContext['stageCapability']) {
    const shared = openShared(reserveShared(bytes));
    const { words } = shared.controlViews;
    TypeTable.initialise(shared);
    words[threadRow(HOST_INDEX) + X_QUOTA] = Math.floor(bytes / GRANULE_BYTES);
    words[threadRow(HOST_INDEX) + LIFE] = lifeWord(Life.Live, 1);
    this.thread = new ThreadHeap(shared, HOST_ID, { paranoid, harden: Object.freeze });
    this.registry = new TypeRegistry(this.thread, true, stageCapability);
  }

  /** Throws InvalidType, LifetimeViolation or ResourceExhausted. */
  alloc(token: TypeToken<unknown>, value: unknown): RRefHandle {
    return this.thread.alloc(this.registry.byToken(token), value);
  }

  get usedBytes(): number {
    return this.thread.arena.charged * GRANULE_BYTES;
  }
}
