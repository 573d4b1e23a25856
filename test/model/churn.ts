/**
 * A heap under churn: arenas of the built package allocate and free blocks of random sizes at a fixed occupancy, in one thread, and what they ask for is counted beside what they hold.
 *
 * Sizes are log-uniform, so that most blocks are small and most bytes lie in large ones. Occupancy counts what the live blocks need after rounding: the granules of its class for a small
 * block, whole pages for a large one.
 */
import { domainId, HOST_ID } from '../../dist/abi/domain-id.js';
import {
  CLASS_OF,
  GRANULE_BYTES,
  GRANULES_PER_PAGE,
  HEADER_BYTES,
  MAX_SMALL_GRANULES,
  PAGE_BYTES,
  PAGE_FREE,
  PAGE_SHIFT,
  RAW_TYPE,
  SIZE_CLASSES,
} from '../../dist/abi/heap-layout.js';
import { threadRow, X_QUOTA } from '../../dist/abi/thread-layout.js';
import { HeapAudit } from '../../dist/shared-heap/audit/audit.js';
import { ThreadHeap } from '../../dist/shared-heap/heap.js';
import { openShared, reserveShared, type SharedState } from '../../dist/shared-heap/shared-state.js';

export interface ChurnOptions {
  readonly heapBytes: number;
  /** How many arenas share the heap. Each operation picks one. */
  readonly arenas: number;
  /** The part of the heap that live blocks may need, after rounding. */
  readonly occupancy: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  /** How often a block is freed by another arena than the one that allocated it. */
  readonly remoteShare: number;
  readonly seed: number;
}

export interface ChurnReport {
  readonly operations: number;
  /** Allocations asked for. */
  readonly asked: number;
  /** Those that answered 0. */
  readonly failed: number;
  /** Pages in use less pages that the live blocks need. */
  readonly wastePages: number;
  readonly pagesInUse: number;
  readonly neededPages: number;
  /** The highest page that was ever in use, counted from the first usable one. */
  readonly reach: number;
}

export interface Failure {
  /** Neighbouring pages that were asked for; 1 for a small block. */
  readonly pages: number;
  readonly freePages: number;
}

/** A generator of numbers in [0, 1) from a seed: the same everywhere, and quick. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export class Churn {
  readonly shared: SharedState;
  readonly heaps: ThreadHeap[];
  readonly failures: Failure[] = [];
  readonly #options: ChurnOptions;
  readonly #random: () => number;
  readonly #budget: number;
  /** Live blocks, and which arena owns each. */
  readonly #blocks: number[] = [];
  readonly #owners: number[] = [];
  /** Live small blocks by arena and class. */
  readonly #small: number[][];
  #largePages = 0;
  #granules = 0;
  #operations = 0;
  #asked = 0;
  #reach = 0;

  constructor(options: ChurnOptions) {
    this.#options = options;
    this.#random = random(options.seed);
    this.shared = openShared(reserveShared(options.heapBytes));
    this.heaps = Array.from({ length: options.arenas }, (_, index) => {
      const id = index === 0 ? HOST_ID : domainId(index + 1, 1);
      this.shared.controlViews.words[threadRow(index === 0 ? 0 : index + 1) + X_QUOTA] = 2 ** 30;
      return new ThreadHeap(this.shared, id, { paranoid: false, harden: () => {} });
    });
    this.#small = this.heaps.map(() => SIZE_CLASSES.map(() => 0));
    this.#budget = Math.floor((options.heapBytes / GRANULE_BYTES) * options.occupancy);
  }

  /** Runs `operations` allocations and frees. */
  run(operations: number): void {
    const { minBytes, maxBytes } = this.#options;
    const span = Math.log(maxBytes / minBytes);
    for (const end = this.#operations + operations; this.#operations < end; this.#operations++) {
      const bytes = Math.round(minBytes * Math.exp(this.#random() * span));
      while (this.#granules + granulesFor(bytes) > this.#budget) {
        this.free(Math.floor(this.#random() * this.#blocks.length));
        this.#operations++;
      }
      this.alloc(bytes);
    }
  }

  alloc(bytes: number): boolean {
    const owner = Math.floor(this.#random() * this.heaps.length);
    this.#asked++;
    const block = this.heaps[owner].arena.alloc(bytes, RAW_TYPE, 0, true);
    if (block === 0) {
      this.failures.push({ pages: pagesFor(bytes), freePages: this.freePages() });
      return false;
    }
    this.#blocks.push(block);
    this.#owners.push(owner);
    this.#count(block, owner, 1);
    this.#reach = Math.max(this.#reach, (block >>> PAGE_SHIFT) + pagesFor(bytes) - this.shared.firstPage);
    return true;
  }

  /** Frees the block at an index, through its owner or, after a move, through another arena. */
  free(index: number): void {
    const block = this.#blocks[index];
    const owner = this.#owners[index];
    this.#count(block, owner, -1);
    this.#blocks[index] = this.#blocks[this.#blocks.length - 1];
    this.#owners[index] = this.#owners[this.#owners.length - 1];
    this.#blocks.pop();
    this.#owners.pop();
    const { arena } = this.heaps[owner];
    arena.charge(-arena.granulesOf(block));
    const remote = this.heaps.length > 1 && this.#random() < this.#options.remoteShare;
    if (!remote) return arena.free(block);
    const other = this.heaps[(owner + 1 + Math.floor(this.#random() * (this.heaps.length - 1))) % this.heaps.length];
    other.ownership.take(block);
    other.arena.free(block);
  }

  #count(block: number, owner: number, by: number): void {
    const granules = this.heaps[owner].arena.granulesOf(block);
    this.#granules += by * granules;
    if (granules > MAX_SMALL_GRANULES) this.#largePages += by * (granules / GRANULES_PER_PAGE);
    else this.#small[owner][CLASS_OF[granules]] += by;
  }

  freeAll(): void {
    while (this.#blocks.length > 0) this.free(this.#blocks.length - 1);
  }

  get live(): number {
    return this.#blocks.length;
  }

  freePages(): number {
    let free = 0;
    for (let page = this.shared.firstPage; page < this.shared.pages; page++) if (this.heaps[0].arena.pages.owner(page) === PAGE_FREE) free++;
    return free;
  }

  /** Pages that the live blocks would fill if every arena's blocks of a class lay together. */
  neededPages(): number {
    let needed = this.#largePages;
    for (const counts of this.#small) {
      counts.forEach((count, sizeClass) => {
        needed += Math.ceil(count / Math.floor(GRANULES_PER_PAGE / SIZE_CLASSES[sizeClass]));
      });
    }
    return needed;
  }

  report(): ChurnReport {
    const pagesInUse = this.shared.pages - this.shared.firstPage - this.freePages();
    const neededPages = this.neededPages();
    const wastePages = pagesInUse - neededPages;
    return { operations: this.#operations, asked: this.#asked, failed: this.failures.length, wastePages, pagesInUse, neededPages, reach: this.#reach };
  }

  /** What the audit finds, every arena swept before. */
  findings(): string[] {
    for (const { arena } of this.heaps) arena.sweep();
    const ids = this.heaps.map(({ me }) => me);
    const audit = new HeapAudit(this.heaps[0], { isAlive: (id) => ids.includes(id), recordLists: () => false, isKnownOrphan: () => false, live: ids });
    return audit.run().map(({ invariant, detail }) => `${invariant}: ${detail}`);
  }
}

/** Neighbouring pages that a block of so much payload needs. */
export function pagesFor(bytes: number): number {
  return Math.ceil((bytes + HEADER_BYTES) / PAGE_BYTES);
}

/** What the block takes after rounding. */
export function granulesFor(bytes: number): number {
  const granules = Math.ceil((bytes + HEADER_BYTES) / GRANULE_BYTES);
  return granules > MAX_SMALL_GRANULES ? pagesFor(bytes) * GRANULES_PER_PAGE : SIZE_CLASSES[CLASS_OF[granules]];
}
