/**
 * The slots of a container: children of one type, put in and taken out.
 *
 *   event        steps, in order                                                     a reader in between sees
 *   -----------  ------------------------------------------------------------------  -----------------------------------------
 *   put in       slot := c;  owner(c) := child of the container                      as attach (ownership.ts)
 *   take out     owner(c) := this domain;  slot := 0                                 as detach
 *   exchange     take out, put in                                                    c a root of this domain, the slot empty
 *
 * A handle that stands in for the new child ends with the move; a former child becomes a root, and views below the container's root end, except the
 * one through which the change was made. Putting into an empty slot ends no view: nothing that one could name has gone.
 */
import { firstSlotWord } from '../../abi/heap-layout.js';
import type { ContainerHeap } from './container-heap.js';
import { describe, InvalidType, LifetimeViolation } from '../faults.js';
import { handles, type HandleType, type RRefHandle } from '../handles/handle.js';

export class ChildSlots {
  readonly heap: ContainerHeap;
  readonly count: number;
  readonly #self: HandleType;
  readonly #findElement: () => HandleType;
  #found: HandleType | null = null;

  constructor(heap: ContainerHeap, self: HandleType, findElement: () => HandleType, count: number) {
    this.heap = heap;
    this.count = count;
    this.#self = self;
    this.#findElement = findElement;
  }

  /** Looked up at the first use: a type may hold itself in the slots of a container. */
  get #element(): HandleType {
    return (this.#found ??= this.#findElement());
  }

  /** The container's block. Throws where the handle has ended, or is of another type. */
  blockToRead(handle: RRefHandle): number {
    return handles.blockToReadAs(handle, this.#self);
  }

  /** As `blockToRead`, for a change: throws too while the tree is lent. */
  blockToWrite(handle: RRefHandle): number {
    this.heap.operation.check();
    return handles.blockToWriteAs(handle, this.#self);
  }

  has(block: number, slot: number): boolean {
    return this.heap.views.words[firstSlotWord(block) + slot] !== 0;
  }

  view(handle: RRefHandle, block: number, slot: number): RRefHandle | null {
    const child = this.heap.views.words[firstSlotWord(block) + slot];
    return child === 0 ? null : handles.view(handle, this.#element, child);
  }

  /** `value` as a root that may become a child of `handle`'s block. Runs nothing foreign. Throws InvalidType or LifetimeViolation. */
  checkIncoming(value: unknown, handle: RRefHandle, where: string): RRefHandle {
    const element = this.#element;
    if (!handles.is(value)) throw new InvalidType(element.label, describe(value), where);
    if (handles.typeOf(value) !== element) throw new InvalidType(element.label, handles.typeOf(value).label, where);
    handles.blockToMove(value);
    if (handles.rootOf(value) === handles.rootOf(handle)) throw new LifetimeViolation('a value cannot be attached below itself');
    return value;
  }

  /** Within a marked operation: puts a checked root into an empty slot. Takes ownership of it. */
  putInTakingOwnership(handle: RRefHandle, block: number, slot: number, value: RRefHandle): void {
    this.heap.ownership.attachTakingOwnership(handles.rootBlock(handle), block, firstSlotWord(block) + slot, handles.blockToMove(value));
    handles.consume(value);
  }

  /** Within a marked operation: makes what is in a slot a root of this domain. Answers its block, 0 for an empty slot. */
  takeOut(handle: RRefHandle, block: number, slot: number): number {
    const at = firstSlotWord(block) + slot;
    if (this.heap.views.words[at] === 0) return 0;
    const child = this.heap.ownership.detach(handles.rootBlock(handle), at);
    handles.reshape(handle);
    return child;
  }

  /** The handle of what was taken out. */
  owned(block: number): RRefHandle | null {
    return block === 0 ? null : handles.owned(this.heap, this.#element, block);
  }
}

/** A place among `count`. Not coerced: an object could change the container while it is asked for its number. */
export function checkedIndex(index: unknown, count: number): number {
  if (typeof index === 'number' && Number.isInteger(index) && index >= 0 && index < count) return index;
  throw new RangeError(`an index is a whole number from 0 to ${count - 1}, not ${describe(index)}`);
}
