/**
 * Whether the tree that a dead domain left in a medium can be given to its next life. Nothing that stands in it is believed: each node is asked whether it is of the type that its parent's slot is for, whether parent and child name each other, and whether what a
 * value says of its strings, variants and slots can be so.
 *
 * A domain may have died in the middle of an attach or a detach (ownership.ts): its slot names a root of the dead one. Then the attach is finished, and the detach undone. What it had begun beyond that, a field of several words half assigned, does not hold.
 *
 * Costs what dropping the tree would, some tenths of a microsecond a node.
 */
import { load } from '../abi/atomics.js';
import { childOf, ownedBy, type DomainId } from '../abi/domain-id.js';
import { firstPayloadByte, firstSlotWord, GRANULE_BYTES, HEADER_BYTES, LENGTH, PAGE_SHIFT, RAW_TYPE, SLOTS, TOTAL, TYPE, X_OWNER } from '../abi/heap-layout.js';
import type { ThreadHeap } from './heap.js';
import type { HandleType } from './handles/handle.js';
import type { Reader } from './types/codec-contract.js';
import type { TypeRuntime } from './types/type-runtime.js';

class DoesNotHold extends Error {}

export class KeptTree implements Reader {
  readonly #heap: ThreadHeap;
  readonly #words: Int32Array;
  readonly #dead: DomainId;
  readonly #seen = new Set<number>();
  readonly #nodes: [number, TypeRuntime][] = [];
  #parent = 0;
  /** Slots of the present node that a value stands in. */
  #used = 0;
  #granules = 0;

  /** `kernelHeap` is that of the thread that checks; the thread of `dead` has ended. */
  constructor(kernelHeap: ThreadHeap, dead: DomainId) {
    this.#heap = kernelHeap;
    this.#words = kernelHeap.views.words;
    this.#dead = dead;
  }

  /** Granules of the tree, with what was cut short made whole; or in words why it does not hold, and then nothing may be read from it. */
  check(root: number, type: TypeRuntime): number | string {
    try {
      if (!this.#isBlock(root)) throw new DoesNotHold('it names no block');
      this.#visit(root, type);
      for (let node = this.#nodes.pop(); node !== undefined; node = this.#nodes.pop()) this.#look(...node);
    } catch (error) {
      return error instanceof Error ? error.message : 'its values do not hold';
    }
    this.#words[(root << 2) + TOTAL] = this.#granules;
    return this.#granules;
  }

  #isBlock(block: number): boolean {
    const page = block >>> PAGE_SHIFT;
    return page >= this.#heap.shared.firstPage && page < this.#heap.shared.pages;
  }

  #visit(block: number, type: TypeRuntime): void {
    if (this.#words[(block << 2) + TYPE] !== type.index) throw new DoesNotHold(`a block is not of the type ${type.name}`);
    this.#count(block);
    this.#nodes.push([block, type]);
  }

  #count(block: number): void {
    if (this.#seen.has(block)) throw new DoesNotHold('two slots name one block');
    this.#seen.add(block);
    const granules = this.#heap.arena.granulesOf(block);
    if (this.#heap.views.unsigned[(block << 2) + LENGTH] > granules * GRANULE_BYTES - HEADER_BYTES) throw new DoesNotHold('a block is shorter than it says');
    this.#granules += granules;
  }

  #look(block: number, type: TypeRuntime): void {
    const { views } = this.#heap;
    const first = firstSlotWord(block);
    this.#parent = block;
    this.#used = 0;
    if (this.#words[(block << 2) + SLOTS] !== type.slots) throw new DoesNotHold(`a ${type.name} has another number of slots`);
    if (type.element !== null) type.element.check(views, first, firstPayloadByte(block) + type.dataAt, this);
    else if (type.vec === null) type.codec.read(views, first, firstPayloadByte(block) + type.dataAt, this);
    for (let at = first; at < first + type.slots; at++) if (this.#words[at] !== 0) this.#used--;
    if (this.#used !== 0) throw new DoesNotHold(`a ${type.name} has a slot that none of its values stands in`);
  }

  #child(block: number): void {
    this.#used++;
    if (!this.#isBlock(block)) throw new DoesNotHold('a slot names no block');
    const word = load(this.#words, (block << 2) + X_OWNER);
    if (word === ownedBy(this.#dead)) this.#heap.arena.commit(block, childOf(this.#parent));
    else if (word !== childOf(this.#parent)) throw new DoesNotHold('a slot names what is no child of its block');
  }

  #raw(block: number, length: number): undefined {
    if (block === 0 && length === 0) return;
    if (block === 0) throw new DoesNotHold('a string or byte sequence is missing');
    this.#child(block);
    if (this.#words[(block << 2) + TYPE] !== RAW_TYPE || this.#heap.views.unsigned[(block << 2) + LENGTH] < length)
      throw new DoesNotHold('a string or byte sequence is shorter than its value says');
    this.#count(block);
  }

  text(block: number, length: number): string {
    this.#raw(block, length);
    return '';
  }

  bytes(block: number, length: number): undefined {
    return this.#raw(block, length);
  }

  rref(type: HandleType, block: number): undefined {
    this.#child(block);
    this.#visit(block, type as TypeRuntime);
  }

  capability(): never {
    throw new DoesNotHold('an interface reference cannot be kept on the shared heap');
  }
}
