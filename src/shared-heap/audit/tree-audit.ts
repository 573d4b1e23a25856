/**
 * The trees' part of the audit: every block that is a child, or has children, is looked at once, and every tree is walked once. What is read may be nonsense where a live domain is at work meanwhile, so
 * nothing that is read is followed before it is known to lie within the heap, and no node twice.
 */
import { load } from '../../abi/atomics.js';
import { NOBODY, OwnerKind, ownerKind, ownerMeant } from '../../abi/domain-id.js';
import {
  GRANULES_PER_PAGE,
  GRANULE_BYTES,
  HEADER_BYTES,
  PAGE_KIND,
  PAGE_SHIFT,
  PAGE_SIZE,
  PageKind,
  PAYLOAD,
  SLOTS,
  TOTAL,
  X_OWNER,
} from '../../abi/heap-layout.js';
import type { ThreadHeap } from '../heap.js';
import type { HeapInvariant } from './invariants.js';

export class TreeAudit {
  readonly #heap: ThreadHeap;
  readonly #words: Int32Array;
  readonly #report: (invariant: HeapInvariant, detail: string) => void;
  /** Children, by what they say of their parents. */
  readonly #children = new Map<number, number>();
  /** Children that a slot of the parent has named. */
  readonly #named = new Set<number>();
  /** Nodes that are known to lie below a root. */
  readonly #rooted = new Set<number>();

  constructor(heap: ThreadHeap, report: (invariant: HeapInvariant, detail: string) => void) {
    this.#heap = heap;
    this.#words = heap.views.words;
    this.#report = report;
  }

  /** Looks at the child slots of a block. */
  slots(block: number): void {
    for (const child of this.#namedBy(block)) {
      const word = this.#isBlock(child) ? this.#owner(child) : NOBODY;
      if (ownerKind(word) !== OwnerKind.Child || ownerMeant(word) !== block) {
        this.#report('parent-and-child-agree', `a slot of block ${block} names ${child}, which is no child of it`);
      } else if (this.#named.has(child)) this.#report('a-child-has-one-slot', `block ${child} is named by several slots of block ${block}`);
      else this.#named.add(child);
    }
  }

  /** Looks at a block that says it is a child. */
  child(block: number, parent: number): void {
    this.#children.set(block, parent);
    const path = new Set<number>();
    for (let at = block; !this.#rooted.has(at) && this.#isBlock(at); at = ownerMeant(this.#owner(at))) {
      if (path.has(at)) return this.#report('a-tree-has-a-root', `block ${block} is a child in a ring of children`);
      path.add(at);
      if (ownerKind(this.#owner(at)) !== OwnerKind.Child) break;
    }
    for (const node of path) this.#rooted.add(node);
  }

  /** When every block has been looked at: children that nobody has named. */
  finish(): void {
    for (const [block, parent] of this.#children) {
      if (!this.#named.has(block)) this.#report('parent-and-child-agree', `block ${block} says it is a child of ${parent}, which does not name it`);
    }
  }

  /** Looks at the root of a tree that a domain owns. Answers its granules. */
  root(block: number): number {
    const granules = this.#measure(block);
    const total = this.#words[(block << 2) + TOTAL];
    if (total !== granules) this.#report('a-total-is-its-tree', `root ${block} says its tree has ${total} granules, and it has ${granules}`);
    return granules;
  }

  #measure(root: number): number {
    const seen = new Set([root]);
    let granules = 0;
    for (const block of seen) {
      granules += this.#granulesOf(block);
      for (const child of this.#namedBy(block)) {
        const word = this.#isBlock(child) ? this.#owner(child) : NOBODY;
        if (ownerKind(word) === OwnerKind.Child && ownerMeant(word) === block) seen.add(child);
      }
    }
    return granules;
  }

  /** What the child slots of a block name, as many as it can have. */
  *#namedBy(block: number): Iterable<number> {
    const room = Math.floor((this.#granulesOf(block) * GRANULE_BYTES - HEADER_BYTES) / 4);
    const first = (block << 2) + PAYLOAD;
    const last = first + Math.min(this.#words[(block << 2) + SLOTS], room);
    for (let at = first; at < last; at++) if (this.#words[at] !== 0) yield this.#words[at];
  }

  #granulesOf(block: number): number {
    const page = block >>> PAGE_SHIFT;
    const entry = this.#heap.arena.pages.entry(page);
    const size = this.#words[entry + PAGE_SIZE];
    if (this.#words[entry + PAGE_KIND] !== PageKind.SpanHead) return Math.min(size, GRANULES_PER_PAGE);
    return Math.min(size, this.#heap.shared.pages - page) * GRANULES_PER_PAGE;
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
