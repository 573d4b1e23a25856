/**
 * What stands in the slots of a container, shown to whoever checks a tree that a dead domain has left (kept-tree.ts). A deque whose owner died between the move of an element and the count of it counts anew: its elements are the one run of slots that are in use.
 */
import type { ContainerType } from '../../abi/schema.js';
import { RING_HEAD, RING_LENGTH } from '../../abi/type-layout.js';
import { LifetimeViolation } from '../faults.js';
import type { HandleType } from '../handles/handle.js';
import type { Reader } from '../types/codec-contract.js';
import type { Views } from '../views.js';

export interface SlotsCheck {
  /** As a codec's `read`. */
  check(views: Views, slot: number, data: number, reader: Reader): void;
}

export function slotsCheck({ container, length: count }: ContainerType & { readonly length: number }, element: () => HandleType): SlotsCheck {
  return {
    check({ words, unsigned }, slot, data, reader) {
      for (let at = slot; at < slot + count; at++) if (words[at] !== 0) reader.rref(element(), words[at], false);
      if (container !== 'deque') return;
      const isUsed = (index: number): boolean => words[slot + ((index + count) % count)] !== 0;
      let used = 0;
      let first = unsigned[(data + RING_HEAD) >>> 2] % count;
      let runs = 0;
      for (let index = 0; index < count; index++) {
        if (!isUsed(index)) continue;
        used++;
        if (isUsed(index - 1)) continue;
        first = index;
        runs++;
      }
      if (runs > 1) throw new LifetimeViolation('the elements of a deque do not follow each other');
      if (used < count) words[(data + RING_HEAD) >>> 2] = first;
      words[(data + RING_LENGTH) >>> 2] = used;
    },
  };
}
