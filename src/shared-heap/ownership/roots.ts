/**
 * The roots of trees, looked up from any of their nodes. What was found is kept for all nodes on the way, so that a list of a million is walked once, however many of its nodes are asked for. Good
 * for as long as the trees that are asked for keep their shape.
 */
import { load } from '../../abi/atomics.js';
import { OwnerKind, ownerKind, ownerMeant } from '../../abi/domain-id.js';
import { PAGE_SHIFT, X_OWNER } from '../../abi/heap-layout.js';
import type { SharedState } from '../shared-state.js';

export class Roots {
  readonly #words: Int32Array;
  readonly #firstPage: number;
  readonly #pages: number;
  /** By node: its root; the node itself while the way up from it is being walked. */
  readonly #known = new Map<number, number>();

  constructor({ heapViews, firstPage, pages }: SharedState) {
    this.#words = heapViews.words;
    this.#firstPage = firstPage;
    this.#pages = pages;
  }

  /** The root above a node, or as far as the way up leads: a heap that is busy may show a ring, or a name that is none, and neither may keep the kernel. */
  of(node: number): number {
    const path: number[] = [];
    let block = node;
    for (;;) {
      const known = this.#known.get(block);
      if (known !== undefined) {
        block = known;
        break;
      }
      const word = this.ownerWord(block);
      if (ownerKind(word) !== OwnerKind.Child) break;
      const parent = ownerMeant(word);
      const page = parent >>> PAGE_SHIFT;
      if (page < this.#firstPage || page >= this.#pages) break;
      path.push(block);
      this.#known.set(block, block);
      block = parent;
    }
    for (const passed of path) this.#known.set(passed, block);
    return block;
  }

  ownerWord(block: number): number {
    return load(this.#words, (block << 2) + X_OWNER);
  }
}
