/** The heap's part of `kernel.stats()`: who has what, by name. */
import type { HeapStats, OwnerStats } from '../abi/kernel-protocol.js';
import { GRANULE_BYTES, PAGE_BYTES } from '../abi/heap-layout.js';
import type { DomainId } from '../abi/domain-id.js';
import { type Count, takeCensus } from '../shared-heap/census.js';
import type { ThreadHeap } from '../shared-heap/heap.js';

const UNOWNED: { readonly [id: number]: string } = { [-1]: '(in transit)', [-2]: '(orphaned)', [-3]: '(being freed)' };

export function heapStats(heap: ThreadHeap, nameOfDomain: (id: DomainId) => string, nameOfType: (index: number) => string): HeapStats {
  const census = takeCensus(heap);
  return {
    bytes: heap.shared.pages * PAGE_BYTES,
    pages: heap.shared.pages - heap.shared.firstPage,
    pagesInUse: census.pagesInUse,
    blocks: census.total.blocks,
    blockBytes: census.total.bytes,
    byOwner: named(census.byOwner, (id) => UNOWNED[id] ?? nameOfDomain(id)),
    byType: named(census.byType, nameOfType),
    bySizeClass: named(new Map([...census.bySize].sort(([one], [other]) => one - other)), (granules) => String(granules * GRANULE_BYTES)),
  };
}

function named(counts: ReadonlyMap<number, Count>, nameOf: (key: number) => string): { [name: string]: OwnerStats } {
  const named: { [name: string]: OwnerStats } = {};
  for (const [key, { blocks, bytes }] of counts) {
    const before = named[nameOf(key)] ?? { blocks: 0, bytes: 0 };
    named[nameOf(key)] = { blocks: before.blocks + blocks, bytes: before.bytes + bytes };
  }
  return named;
}
