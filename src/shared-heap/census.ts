/** Who has what on the heap, counted by reading all of it: for statistics, on the kernel thread. */
import { load } from '../abi/atomics.js';
import { NOBODY, OwnerKind, ownerKind, ownerMeant } from '../abi/domain-id.js';
import { GRANULES_PER_PAGE, PAGE_FREE, PAGE_KIND, PAGE_SHIFT, PAGE_SIZE, PageKind, TYPE, X_OWNER } from '../abi/heap-layout.js';
import type { ThreadHeap } from './heap.js';

export interface Count {
  blocks: number;
  bytes: number;
}

export interface Census {
  pagesInUse: number;
  total: Count;
  /** By root owner's domain id; -1 for what is in transit, -2 for orphans, -3 for what is being freed. */
  readonly byOwner: Map<number, Count>;
  /** By index in the type table. */
  readonly byType: Map<number, Count>;
  /** By granules of a block: its size class, or the pages of its span. */
  readonly bySize: Map<number, Count>;
}

const NAMED_KINDS: { readonly [kind: number]: number } = { [OwnerKind.Transit]: -1, [OwnerKind.Orphan]: -2, [OwnerKind.Freeing]: -3 };

export function takeCensus(heap: ThreadHeap): Census {
  const census: Census = { pagesInUse: 0, total: { blocks: 0, bytes: 0 }, byOwner: new Map(), byType: new Map(), bySize: new Map() };
  const roots = new Roots(heap);
  const { words } = heap.views;
  for (let page = heap.shared.firstPage; page < heap.shared.pages; page++) {
    if (heap.arena.pages.owner(page) === PAGE_FREE) continue;
    census.pagesInUse++;
    const entry = heap.arena.pages.entry(page);
    const size = words[entry + PAGE_SIZE];
    if (words[entry + PAGE_KIND] === PageKind.SpanHead) countBlock(words, page << PAGE_SHIFT, size * GRANULES_PER_PAGE, census, roots);
    if (words[entry + PAGE_KIND] !== PageKind.Small || size <= 0) continue;
    for (let at = 0; at + size <= GRANULES_PER_PAGE; at += size) countBlock(words, (page << PAGE_SHIFT) + at, size, census, roots);
  }
  return census;
}

function countBlock(words: Int32Array, block: number, granules: number, census: Census, roots: Roots): void {
  if (load(words, (block << 2) + X_OWNER) === NOBODY) return;
  const owner = roots.ownerWord(block);
  addTo(census.byOwner, NAMED_KINDS[ownerKind(owner)] ?? ownerMeant(owner), granules);
  addTo(census.byType, words[(block << 2) + TYPE], granules);
  addTo(census.bySize, granules, granules);
  census.total.blocks++;
  census.total.bytes += granules * 16;
}

/** The owner words of roots, looked up from any node. What was found is kept for all nodes on the way: a list of a million is walked once, not once for each. */
class Roots {
  readonly #words: Int32Array;
  readonly #pages: number;
  readonly #known = new Map<number, number>();

  constructor(heap: ThreadHeap) {
    this.#words = heap.views.words;
    this.#pages = heap.shared.pages;
  }

  ownerWord(node: number): number {
    const path: number[] = [];
    let block = node;
    let word = load(this.#words, (block << 2) + X_OWNER);
    // The heap may be busy: a ring of children, or a name that is none, must not keep the kernel.
    while (ownerKind(word) === OwnerKind.Child && path.length < this.#pages * GRANULES_PER_PAGE) {
      const known = this.#known.get(block);
      if (known !== undefined) {
        word = known;
        break;
      }
      path.push(block);
      block = ownerMeant(word);
      if (block >>> PAGE_SHIFT >= this.#pages) break;
      word = load(this.#words, (block << 2) + X_OWNER);
    }
    for (const passed of path) this.#known.set(passed, word);
    return word;
  }
}

function addTo(counts: Map<number, Count>, key: number, granules: number): void {
  const count = counts.get(key) ?? { blocks: 0, bytes: 0 };
  count.blocks++;
  count.bytes += granules * 16;
  counts.set(key, count);
}
