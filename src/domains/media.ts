/**
 * Media as the extension sees them: what of the shared heap outlives this life.
 *
 *   event     steps, in order                                             a death in between leaves
 *   --------  ----------------------------------------------------------  ------------------------------------------------------------
 *   receive   owner := this domain;  charged                              the kernel's block, named by ROOT, or this domain's
 *   put c     ROOT := c;  what was there is dropped                       c kept, and what was there a root of the dead one
 *   take      ROOT := 0                                                   kept, or a root of the dead one
 *   begin     INTENT := intent;  CHANGES := odd                           at rest, or the change under way
 *   commit    CHANGES := one more, even                                   the change under way, or at rest
 *
 * What ROOT names at the death is the kernel's to check and keep (src/microkernel/media.ts).
 */
import { isPromise } from 'node:util/types';
import { load, store } from '../abi/atomics.js';
import type { MediumOrder } from '../abi/control-protocol.js';
import { changesCommitted, isUnderWay, MEDIUM_CHANGES, MEDIUM_INTENT, MEDIUM_ROOT, MOST_INTENT } from '../abi/medium-layout.js';
import { describe, InvalidType, LifetimeViolation } from '../shared-heap/faults.js';
import { handles, type RRefHandle } from '../shared-heap/handles/handle.js';
import type { ThreadHeap } from '../shared-heap/heap.js';
import type { TypeRuntime } from '../shared-heap/types/type-runtime.js';

/** The media that the kernel gives over to this domain, by name; `typeOf` answers what the definition says of each, which the runtime has held to the manifest, as the kernel has. */
export function openMedia(heap: ThreadHeap, orders: readonly MediumOrder[], typeOf: (name: string) => TypeRuntime): object {
  return Object.fromEntries(orders.map((order) => [order.name, openMedium(heap, typeOf(order.name), order)]));
}

/** One medium of this domain, given over to it by the kernel. Answers the object that the extension gets, frozen with all that it reaches. */
export function openMedium(heap: ThreadHeap, type: TypeRuntime, { name, at, lost }: MediumOrder): object {
  const { words } = heap.shared.controlViews;
  const { operation } = heap;
  let held: RRefHandle | null = null;
  /** Whether a change is under way that this life began: one that the last life left open may be begun anew. */
  let isOpen = false;

  const hold = (block: number): void => {
    held = heap.own(type, block);
    handles.rootOf(held).isKept = true;
  };
  /** A value that goes on as any other of this domain. */
  const letGo = (handle: RRefHandle): RRefHandle => {
    handles.rootOf(handle).isKept = false;
    return handle;
  };
  const begin = (intent: number): void => {
    operation.check();
    if (!Number.isInteger(intent) || intent < 1 || intent > MOST_INTENT)
      throw new InvalidType(`a whole number from 1 to ${MOST_INTENT}`, describe(intent), 'intent');
    if (isOpen) throw new LifetimeViolation(`a change of the medium '${name}' is under way: commit() it first`);
    isOpen = true;
    store(words, at + MEDIUM_INTENT, intent);
    store(words, at + MEDIUM_CHANGES, words[at + MEDIUM_CHANGES] | 1);
  };
  const commit = (): void => {
    operation.check();
    if (!isOpen) throw new LifetimeViolation(`no change of the medium '${name}' is under way: begin() one first`);
    isOpen = false;
    store(words, at + MEDIUM_CHANGES, (words[at + MEDIUM_CHANGES] + 1) | 0);
  };

  const root = load(words, at + MEDIUM_ROOT);
  if (root !== 0) {
    operation.begin();
    heap.receive(root);
    hold(root);
    operation.end();
  }
  const medium = {
    get value() {
      operation.check();
      return held;
    },
    get generation() {
      return changesCommitted(load(words, at + MEDIUM_CHANGES));
    },
    get intent() {
      return isUnderWay(load(words, at + MEDIUM_CHANGES)) ? words[at + MEDIUM_INTENT] : 0;
    },
    lost,
    put(value: unknown) {
      operation.check();
      if (!handles.is(value)) throw new InvalidType(type.label, describe(value), `the medium '${name}'`);
      if (handles.typeOf(value) !== type) throw new InvalidType(type.label, handles.typeOf(value).label, `the medium '${name}'`);
      const block = handles.blockToMove(value);
      const before = held;
      operation.begin();
      handles.consume(value);
      hold(block);
      store(words, at + MEDIUM_ROOT, block);
      operation.end();
      if (before !== null) letGo(before).drop();
    },
    take() {
      operation.check();
      const taken = held;
      if (taken === null) return null;
      // A change in place needs something to be in place; and what is lent stays where it is until it is back.
      if (handles.isLent(taken)) heap.settleBorrows();
      if (handles.isLent(taken)) throw new LifetimeViolation(`what is in the medium '${name}' cannot be taken out while a call borrows its tree`);
      operation.begin();
      store(words, at + MEDIUM_ROOT, 0);
      held = null;
      letGo(taken);
      operation.end();
      return taken;
    },
    begin,
    commit,
    change(intent: number, change: () => unknown) {
      begin(intent);
      const result = change();
      if (isPromise(result)) throw new LifetimeViolation(`a change of the medium '${name}' that takes more than one turn is said with begin() and commit()`);
      commit();
      return result;
    },
  };
  heap.harden(medium);
  return medium;
}
