/**
 * Containers: a block with many elements, and the class of its handles.
 *
 *   RRefArray   N slots                                 each empty or with a child
 *   RRefDeque   N slots | head | length                 a ring: the elements are `length` slots from `head` on, and every other slot is empty
 *   RRefVec     length times the element, no slots      as long as the block's LENGTH says
 *
 * A reference to a container is an RRef like any other: it moves, is lent, is a child and is dropped by the rules of trees, which ask for the block's
 * SLOTS and nothing else. What is particular to each stands in its handle's file.
 */
import type { ContainerType } from '../../abi/schema.js';
import { vecElementLayout } from '../../abi/type-layout.js';
import { arrayHandleClass } from './array-handle.js';
import { ChildSlots } from './child-slots.js';
import { buildCodec } from '../types/codec.js';
import type { CodecContext } from '../types/codec-contract.js';
import type { ContainerHeap } from './container-heap.js';
import { dequeHandleClass } from './deque-handle.js';
import { type Claim, HANDLE_TOKEN, type HandleClass, type HandleType, type RRefHandle } from '../handles/handle.js';
import { slotsCheck, type SlotsCheck } from './slots-check.js';
import { vecHandleClass } from './vec-handle.js';
import { VecStore } from './vec-store.js';

export interface Container {
  readonly Class: HandleClass;
  dress(claim: Claim): RRefHandle;
  /** Of an `RRefVec`: what allocates and writes it. */
  readonly vec: VecStore | null;
  /** Of the others: what looks through their slots. */
  readonly element: SlotsCheck | null;
}

/** `self` is the container's own type, whose handles the class serves. */
export function makeContainer(type: ContainerType, self: HandleType, context: CodecContext, heap: ContainerHeap): Container {
  if (type.container === 'vec') {
    const { element } = type;
    const layout = vecElementLayout(element, context.schema);
    const vec = new VecStore(heap, self, buildCodec(element, context), layout.bytes, element.kind === 'scalar' ? element.scalar : null);
    return { ...dressed(vecHandleClass(vec)), vec, element: null };
  }
  const { element, length } = type;
  const elementOf = (): HandleType => context.runtimeOf(element);
  const slots = new ChildSlots(heap, self, elementOf, length);
  return { ...dressed(type.container === 'array' ? arrayHandleClass(slots) : dequeHandleClass(slots)), vec: null, element: slotsCheck(type, elementOf) };
}

function dressed(Class: HandleClass): Pick<Container, 'Class' | 'dress'> {
  return { Class, dress: (claim) => new Class(HANDLE_TOKEN, claim) };
}
