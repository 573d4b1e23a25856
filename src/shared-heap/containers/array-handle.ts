/** `RRefArray<T, N>`: N slots, each empty or with a child of its own. */
import { checkedIndex, type ChildSlots } from './child-slots.js';
import { type HandleClass, RRefHandle } from '../handles/handle.js';

export function arrayHandleClass(slots: ChildSlots): HandleClass {
  const { count, heap } = slots;

  /** Within an operation that the caller ends: puts a checked root, or nothing, into a slot. Answers the block of what was there, 0 for nothing. */
  function exchange(handle: RRefHandle, index: unknown, incoming: RRefHandle | null): number {
    const slot = checkedIndex(index, count);
    const block = slots.blockToWrite(handle);
    heap.operation.begin();
    const former = slots.takeOut(handle, block, slot);
    // A death here leaves the slot empty and both children roots of this domain: they are reclaimed as such.
    if (incoming !== null) slots.putInTakingOwnership(handle, block, slot, incoming);
    return former;
  }

  return class extends RRefHandle {
    get length(): number {
      slots.blockToRead(this);
      return count;
    }

    has(index: unknown): boolean {
      return slots.has(slots.blockToRead(this), checkedIndex(index, count));
    }

    get(index: unknown): RRefHandle | null {
      return slots.view(this, slots.blockToRead(this), checkedIndex(index, count));
    }

    set(index: unknown, value: unknown): void {
      const former = exchange(this, index, slots.checkIncoming(value, this, 'set'));
      if (former !== 0) heap.ownership.drop(former);
      heap.operation.end();
    }

    override replace(index: unknown, value: unknown): RRefHandle | null {
      const former = slots.owned(exchange(this, index, value === null ? null : slots.checkIncoming(value, this, 'replace')));
      heap.operation.end();
      return former;
    }

    override take(index: unknown): RRefHandle | null {
      const former = slots.owned(exchange(this, index, null));
      heap.operation.end();
      return former;
    }

    *[Symbol.iterator](): Generator<RRefHandle | null> {
      for (let index = 0; index < count; index++) yield slots.view(this, slots.blockToRead(this), index);
    }
  };
}
