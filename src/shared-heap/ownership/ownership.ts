/**
 * Trees of blocks and who owns them. What may follow what is a table: ownership-table.ts.
 *
 *   event        steps, in order                                                      a reader in between sees
 *   -----------  -------------------------------------------------------------------  ---------------------------------------------
 *   attach c     slot := c;  owner(c) := child of p                                   c is a root of this domain; the slot disagrees
 *   detach c     owner(c) := this domain;  slot := 0                                  c is a root of this domain; the slot disagrees
 *   drop tree    each child: owner := this domain, then free; the node itself: free   every node left is a root of this domain
 *   send         owner := in transit (record)                                         the record lists it: the record decides
 *   take         owner := this domain                                                 the record lists it: the owner word decides
 *   lend         nothing: the call record that lists the block is the borrow
 *
 * A block is a child exactly where its word names a parent whose slot names it. Each step is one store of one word by the block's owner, so a
 * thread may die between any two of them, and whoever comes after finds exactly one owner for every block.
 */
import { load } from '../../abi/atomics.js';
import { childOf, ownedBy, OwnerKind, ownerKind, ownerMeant } from '../../abi/domain-id.js';
import { PAGE_SHIFT, PAYLOAD, SLOTS, TOTAL, X_OWNER } from '../../abi/heap-layout.js';
import type { Arena } from '../pages/arena.js';

export class Ownership {
  readonly #words: Int32Array;
  readonly #arena: Arena;
  readonly #mine: number;

  constructor(words: Int32Array, arena: Arena) {
    this.#words = words;
    this.#arena = arena;
    this.#mine = ownedBy(arena.me);
  }

  ownerWord(block: number): number {
    return load(this.#words, (block << 2) + X_OWNER);
  }

  /** Granules of the tree below a root. */
  total(root: number): number {
    return this.#words[(root << 2) + TOTAL];
  }

  /** Makes `child`, a root of this domain, the value of an empty slot of `parent`, a node below `root`. Takes ownership of `child`. */
  attachTakingOwnership(root: number, parent: number, slotWord: number, child: number): void {
    this.#words[(root << 2) + TOTAL] += this.total(child);
    this.#words[slotWord] = child;
    this.#arena.commit(child, childOf(parent));
  }

  /** Makes the child in a slot a root of this domain again. Costs a walk of the child's tree, whose total nobody kept meanwhile. */
  detach(root: number, slotWord: number): number {
    const child = this.#words[slotWord];
    const granules = this.measure(child);
    this.#arena.pages.touch(child >>> PAGE_SHIFT);
    this.#words[(child << 2) + TOTAL] = granules;
    this.#arena.commit(child, this.#mine);
    this.#words[slotWord] = 0;
    this.#words[(root << 2) + TOTAL] -= granules;
    return child;
  }

  /** Takes a root that was in transit to this thread. The page is noted first, so that a death in between is found by the record or by the page. */
  take(block: number): void {
    this.#arena.pages.touch(block >>> PAGE_SHIFT);
    this.#arena.commit(block, this.#mine);
  }

  /** Hands a root to a call record. */
  send(block: number, transitWord: number): void {
    this.#arena.commit(block, transitWord);
  }

  /** Frees a whole tree whose root this thread owns, and uncharges it. Iterative: a list of a million nodes is no recursion. */
  drop(root: number): void {
    this.#arena.charge(-this.total(root));
    if (this.#words[(root << 2) + SLOTS] === 0) this.#arena.free(root);
    else this.dropUncharged(root);
  }

  /** As `drop`, for a tree that this thread was never charged for. `visit` sees every block before it is freed. */
  dropUncharged(root: number, visit?: (block: number) => void): number {
    const words = this.#words;
    const stack = [root];
    let freed = 0;
    for (let block = stack.pop(); block !== undefined; block = stack.pop()) {
      const first = (block << 2) + PAYLOAD;
      const named = childOf(block);
      for (let at = first, end = first + words[(block << 2) + SLOTS]; at < end; at++) {
        const child = words[at];
        if (child === 0 || load(words, (child << 2) + X_OWNER) !== named) continue;
        this.#arena.pages.touch(child >>> PAGE_SHIFT);
        this.#arena.commit(child, this.#mine);
        stack.push(child);
      }
      visit?.(block);
      this.#arena.free(block);
      freed++;
    }
    return freed;
  }

  /** Granules of the tree below any node, by walking it. */
  measure(node: number): number {
    const words = this.#words;
    const stack = [node];
    let granules = 0;
    for (let block = stack.pop(); block !== undefined; block = stack.pop()) {
      granules += this.#arena.granulesOf(block);
      const first = (block << 2) + PAYLOAD;
      for (let at = first, end = first + words[(block << 2) + SLOTS]; at < end; at++) {
        const child = words[at];
        if (child !== 0 && load(words, (child << 2) + X_OWNER) === childOf(block)) stack.push(child);
      }
    }
    return granules;
  }

  /** The root of the tree that a node is in. */
  rootOf(node: number): number {
    let block = node;
    for (let word = this.ownerWord(block); ownerKind(word) === OwnerKind.Child; word = this.ownerWord(block)) block = ownerMeant(word);
    return block;
  }
}
