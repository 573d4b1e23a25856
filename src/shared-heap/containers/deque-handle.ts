/**
 * `RRefDeque<T, N>`: a ring of N slots.
 *
 *   event         steps, in order                                                  whoever finds it in between
 *   ------------  ---------------------------------------------------------------  ------------------------------------------------------------
 *   push          slot := c;  owner(c) := child of the deque;  head, length        c is a root of the dead domain, or a child that the length
 *                                                                                  does not count: the deque's drop finds it, for it scans all N
 *                                                                                  slots and asks neither head nor length
 *   pop           owner(c) := this domain;  slot := 0;  head, length               c is a root; the length counts a slot that is empty
 *
 * Head and length are this domain's alone and are read by nobody while it is in between: whoever dies there owned the deque, and so it is dropped.
 */
import { store } from '../../abi/atomics.js';
import { firstPayloadByte } from '../../abi/heap-layout.js';
import { alignUp, RING_HEAD, RING_LENGTH } from '../../abi/type-layout.js';
import { checkedIndex, type ChildSlots } from './child-slots.js';
import { type HandleClass, RRefHandle } from '../handles/handle.js';

export function dequeHandleClass(slots: ChildSlots): HandleClass {
  const { count, heap } = slots;
  const { words, unsigned } = heap.views;
  const dataAt = alignUp(count * 4, 8);
  const headWord = (block: number): number => (firstPayloadByte(block) + dataAt + RING_HEAD) >>> 2;
  const lengthWord = (block: number): number => (firstPayloadByte(block) + dataAt + RING_LENGTH) >>> 2;
  const lengthOf = (block: number): number => Math.min(unsigned[lengthWord(block)], count);
  /** The slot of the element at `index`; an index of -1 is the slot before the first. */
  const slotOf = (block: number, index: number): number => ((unsigned[headWord(block)] % count) + index + count) % count;

  function push(handle: RRefHandle, value: unknown, atBack: boolean): RRefHandle | null {
    const incoming = slots.checkIncoming(value, handle, atBack ? 'pushBack' : 'pushFront');
    const block = slots.blockToWrite(handle);
    const length = lengthOf(block);
    if (length === count) return incoming;
    const slot = slotOf(block, atBack ? length : -1);
    heap.operation.begin();
    slots.putInTakingOwnership(handle, block, slot, incoming);
    if (!atBack) store(words, headWord(block), slot);
    store(words, lengthWord(block), length + 1);
    heap.operation.end();
    return null;
  }

  function pop(handle: RRefHandle, atBack: boolean): RRefHandle | null {
    const block = slots.blockToWrite(handle);
    const length = lengthOf(block);
    if (length === 0) return null;
    const slot = slotOf(block, atBack ? length - 1 : 0);
    heap.operation.begin();
    const child = slots.takeOut(handle, block, slot);
    if (!atBack) store(words, headWord(block), (slot + 1) % count);
    store(words, lengthWord(block), length - 1);
    const owned = slots.owned(child);
    heap.operation.end();
    return owned;
  }

  /** A view of the element at `index`, counted from the end where it is negative. */
  function view(handle: RRefHandle, index: number): RRefHandle | null {
    const block = slots.blockToRead(handle);
    const length = lengthOf(block);
    const at = index < 0 ? length + index : index;
    return at >= 0 && at < length ? slots.view(handle, block, slotOf(block, at)) : null;
  }

  return class extends RRefHandle {
    get length(): number {
      return lengthOf(slots.blockToRead(this));
    }

    get capacity(): number {
      slots.blockToRead(this);
      return count;
    }

    get isFull(): boolean {
      return lengthOf(slots.blockToRead(this)) === count;
    }

    pushBack(value: unknown): RRefHandle | null {
      return push(this, value, true);
    }

    pushFront(value: unknown): RRefHandle | null {
      return push(this, value, false);
    }

    popFront(): RRefHandle | null {
      return pop(this, false);
    }

    popBack(): RRefHandle | null {
      return pop(this, true);
    }

    front(): RRefHandle | null {
      return view(this, 0);
    }

    back(): RRefHandle | null {
      return view(this, -1);
    }

    get(index: unknown): RRefHandle | null {
      return view(this, checkedIndex(index, count));
    }

    *[Symbol.iterator](): Generator<RRefHandle> {
      for (let index = 0, next = view(this, 0); next !== null; next = view(this, ++index)) yield next;
    }
  };
}
