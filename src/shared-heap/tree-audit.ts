/** The trees' part of the audit: every block that is a child, or has children, is looked at once, and every tree is walked once. */
import { load } from '../abi/atomics.js';
import { NOBODY, OwnerKind, ownerKind, ownerMeant } from '../abi/domain-id.js';
import { PAGE_SHIFT, PAYLOAD, SLOTS, TOTAL, X_OWNER } from '../abi/heap-layout.js';
import type { ThreadHeap } from './heap.js';
import type { HeapInvariant } from './invariants.js';

export class TreeAudit {
  readonly #heap: ThreadHeap;
  readonly #words: Int32Array;
  readonly #report: (invariant: HeapInvariant, detail: string) => void;
  /** Children, each with how many slots have named it. */
  readonly #named = new Map<number, number>();
  /** Nodes that are known to lie below a root. */
  readonly #rooted = new Set<number>();

  constructor(heap: ThreadHeap, report: (invariant: HeapInvariant, detail: string) => void) {
    this.#heap = heap;
    this.#words = heap.views.words;
    this.#report = report;
  }

  /** Looks at the child slots of a block. */
  slots(block: number): void {
    const slots = this.#words[(block << 2) + SLOTS];
    for (let slot = 0; slot < slots; slot++) {
      const child = this.#words[(block << 2) + PAYLOAD + slot];
      if (child === 0) continue;
      const word = this.#isBlock(child) ? this.#owner(child) : NOBODY;
      if (ownerKind(word) !== OwnerKind.Child || ownerMeant(word) !== block) {
        this.#report('parent-and-child-agree', `slot ${slot} of block ${block} names ${child}, which is no child of it`);
        continue;
      }
      const named = (this.#named.get(child) ?? 0) + 1;
      this.#named.set(child, named);
      if (named === 2) this.#report('a-child-has-one-slot', `block ${child} is named by several slots of block ${block}`);
    }
  }

  /** Looks at a block that says it is a child. */
  child(block: number, parent: number): void {
    if (!this.#isBlock(parent) || !this.#names(parent, block)) {
      return this.#report('parent-and-child-agree', `block ${block} says it is a child of ${parent}, which does not name it`);
    }
    const path = new Set<number>();
    for (let at = block; !this.#rooted.has(at); at = ownerMeant(this.#owner(at))) {
      if (path.has(at)) return this.#report('a-tree-has-a-root', `block ${block} is a child in a ring of children`);
      path.add(at);
      if (!this.#isBlock(at) || ownerKind(this.#owner(at)) !== OwnerKind.Child) break;
    }
    for (const node of path) this.#rooted.add(node);
  }

  /** Looks at the root of a tree that a domain owns. Answers its granules. */
  root(block: number): number {
    const granules = this.#heap.ownership.measure(block);
    const total = this.#words[(block << 2) + TOTAL];
    if (total !== granules) this.#report('a-total-is-its-tree', `root ${block} says its tree has ${total} granules, and it has ${granules}`);
    return granules;
  }

  #names(parent: number, child: number): boolean {
    const first = (parent << 2) + PAYLOAD;
    for (let at = first, end = first + this.#words[(parent << 2) + SLOTS]; at < end; at++) if (this.#words[at] === child) return true;
    return false;
  }

  /** Whether a number can be the name of a block that somebody has. */
  #isBlock(block: number): boolean {
    const page = block >>> PAGE_SHIFT;
    return page >= this.#heap.shared.firstPage && page < this.#heap.shared.pages && this.#owner(block) !== NOBODY;
  }

  #owner(block: number): number {
    return load(this.#words, (block << 2) + X_OWNER);
  }
}
