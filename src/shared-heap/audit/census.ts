/** Who has what on the heap, counted by reading all of it: for statistics, on the kernel thread. */
import { NOBODY, OwnerKind, ownerKind, ownerMeant } from '../../abi/domain-id.js';
import { GRANULES_PER_PAGE, PAGE_FREE, PAGE_SHIFT, PageKind, TYPE } from '../../abi/heap-layout.js';
import type { ThreadHeap } from '../heap.js';
import { PageUse } from '../pages/page-use.js';
import { Roots } from '../ownership/roots.js';

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
  const roots = new Roots(heap.shared);
  const { words } = heap.views;
  for (let page = heap.shared.firstPage; page < heap.shared.pages; page++) {
    if (heap.arena.pages.owner(page) === PAGE_FREE) continue;
    census.pagesInUse++;
    const use = new PageUse(words, heap.arena.pages.entry(page));
    const { stride } = use;
    if (stride === 0) continue;
    const granules = use.kind === PageKind.SpanHead ? Math.min(use.size, heap.shared.pages - page) * GRANULES_PER_PAGE : stride;
    for (let at = 0; at + stride <= GRANULES_PER_PAGE; at += stride) {
      const block = (page << PAGE_SHIFT) + at;
      if (roots.ownerWord(block) === NOBODY) continue;
      const type = words[(block << 2) + TYPE];
      // Of a page that is given another use meanwhile, what is left is not counted.
      if (!use.isCurrent()) break;
      count(census, roots.ownerWord(roots.of(block)), type, granules);
    }
  }
  return census;
}

function count(census: Census, owner: number, type: number, granules: number): void {
  addTo(census.byOwner, NAMED_KINDS[ownerKind(owner)] ?? ownerMeant(owner), granules);
  addTo(census.byType, type, granules);
  addTo(census.bySize, granules, granules);
  census.total.blocks++;
  census.total.bytes += granules * 16;
}

function addTo(counts: Map<number, Count>, key: number, granules: number): void {
  const count = counts.get(key) ?? { blocks: 0, bytes: 0 };
  count.blocks++;
  count.bytes += granules * 16;
  counts.set(key, count);
}
