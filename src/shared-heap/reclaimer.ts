/**
 * Reclamation: everything that a dead domain had on the heap comes back. Runs on the kernel thread, after the dead thread has ended; other domains go on
 * allocating and calling.
 *
 *   1. its pages become the kernel's: those that hold nothing are free at once
 *   2. the blocks that it owns are found in the pages that it touched; those that a live domain borrows become orphans, the others are dropped, tree by tree
 *   3. what it was giving back to other arenas is finished
 *   4. the kernel gives the pages up: empty ones are free, the others may be taken by anyone
 *
 * The cost is that of the pages that the dead domain touched. Every step may be repeated: what has been done already looks done.
 */
import { load, store, swapIf } from '../abi/atomics.js';
import { freeingBy, indexOf, NOBODY, ORPHAN, ownedBy, type DomainId } from '../abi/domain-id.js';
import {
  GRANULES_PER_PAGE,
  GRANULE_BYTES,
  PAGE_KIND,
  PAGE_SHIFT,
  PAGE_SIZE,
  PageKind,
  SPAN_ABANDONED,
  TYPE,
  X_OWNER,
  X_PAGE_OWNER,
  X_REMOTE,
} from '../abi/heap-layout.js';
import { CHARGED, threadRow, touchedRow, touchedWords } from '../abi/thread-layout.js';
import type { ThreadHeap } from './heap.js';
import { PageUse } from './pages/page-use.js';
import { Roots } from './ownership/roots.js';

export interface Reclaimed {
  readonly blocks: number;
  readonly bytes: number;
  /** How many blocks of each type, by index in the type table. */
  readonly types: ReadonlyMap<number, number>;
  /** Roots that live domains still borrow; freed by `freeOrphan` when the last borrow ends. */
  readonly deferred: readonly number[];
}

export class Reclaimer {
  readonly #heap: ThreadHeap;
  readonly #words: Int32Array;
  readonly #control: Int32Array;
  readonly #pages: number;

  constructor(kernelHeap: ThreadHeap) {
    this.#heap = kernelHeap;
    this.#words = kernelHeap.views.words;
    this.#control = kernelHeap.shared.controlViews.words;
    this.#pages = kernelHeap.shared.pages;
  }

  /** `borrowed` are the blocks that calls of the dead domain still lend to live ones. */
  reclaim(dead: DomainId, borrowed: Iterable<number>): Reclaimed {
    const touched = this.#touched(dead);
    for (const page of touched) this.#takePage(page, dead);
    const owned = ownedBy(dead);
    const freeing = freeingBy(dead);
    const deferred = new Set<number>();
    const roots = new Roots(this.#heap.shared);
    for (const block of borrowed) {
      const root = roots.of(block);
      if (this.#owner(root) === owned) deferred.add(root);
    }
    let blocks = 0;
    let granules = 0;
    const types = new Map<number, number>();
    const count = (block: number): void => {
      blocks++;
      granules += this.#heap.arena.granulesOf(block);
      const type = this.#words[(block << 2) + TYPE];
      types.set(type, (types.get(type) ?? 0) + 1);
    };
    for (const page of touched) {
      this.#forEachBlock(page, owned, freeing, (block, word) => {
        if (word === freeing) this.#finishFree(page, block, freeing);
        else if (deferred.has(block)) this.#heap.arena.commit(block, ORPHAN);
        else this.#heap.ownership.dropUncharged(block, count);
      });
    }
    this.#heap.arena.abandonAll();
    // It may have died between freeing a page and saying so in the map.
    for (const page of touched) this.#heap.arena.pages.correct(page);
    this.#forget(dead);
    return { blocks, bytes: granules * GRANULE_BYTES, types, deferred: [...deferred] };
  }

  /** Frees an orphan whose last borrow has ended. */
  freeOrphan(root: number): void {
    if (this.#owner(root) === ORPHAN) this.#heap.ownership.dropUncharged(root);
  }

  /** Whether the trees of all these blocks belong to a domain, dead or not. */
  ownsAll(id: DomainId, blocks: Iterable<number>): boolean {
    const roots = new Roots(this.#heap.shared);
    for (const block of blocks) if (this.#owner(roots.of(block)) !== ownedBy(id)) return false;
    return true;
  }

  #owner(block: number): number {
    return load(this.#words, (block << 2) + X_OWNER);
  }

  #touched(dead: DomainId): number[] {
    const row = touchedRow(indexOf(dead), this.#pages);
    const pages: number[] = [];
    for (let word = 0; word < touchedWords(this.#pages); word++) {
      for (let bits = load(this.#control, row + word); bits !== 0; bits &= bits - 1) pages.push(word * 32 + 31 - Math.clz32(bits & -bits));
    }
    return pages;
  }

  /**
   * What a page holds is read before its owner: a live domain may be giving back a span that the dead one had allocated, and somebody else may have the page by now. It never becomes the
   * dead one's again, so what was read before the owner was still that belongs together.
   */
  #takePage(page: number, dead: DomainId): void {
    const { arena } = this.#heap;
    const { pages } = arena;
    const entry = pages.entry(page);
    const kind = this.#words[entry + PAGE_KIND];
    const head = kind === PageKind.SpanPart ? this.#words[entry + PAGE_SIZE] : page;
    const isSpan = this.#words[pages.entry(head) + PAGE_KIND] === PageKind.SpanHead && head + this.#words[pages.entry(head) + PAGE_SIZE] > page;
    const word = this.#owner(head << PAGE_SHIFT);
    if (pages.owner(page) !== dead) return;
    if (kind === PageKind.Small) return arena.inherit(page);
    if (!isSpan) return pages.release(page);
    const holdsNothing = word === NOBODY || word === freeingBy(dead);
    // The block lives: its pages are left to whoever owns it, and who may be taking this one at this moment.
    if (!holdsNothing) swapIf(this.#words, entry + X_PAGE_OWNER, dead, SPAN_ABANDONED);
    // A span whose block was never committed, or was being freed, holds nothing. A part that was being given back with somebody else's span is not free before the whole span is.
    else if (kind === PageKind.SpanHead) pages.releaseSpan(page);
  }

  /**
   * Visits the blocks of a page whose owner words say that they are the dead one's. The page may be a live domain's, who gives it another use while this looks: then what lies where a header was
   * is payload, and says what its author likes. A block that is truly the dead one's pins its page, so a word counts only while the page's use is what it was before the word was read.
   */
  #forEachBlock(page: number, owned: number, freeing: number, visit: (block: number, word: number) => void): void {
    const use = new PageUse(this.#words, this.#heap.arena.pages.entry(page));
    const { stride } = use;
    if (stride === 0) return;
    for (let at = 0; at + stride <= GRANULES_PER_PAGE; at += stride) {
      const block = (page << PAGE_SHIFT) + at;
      const word = this.#owner(block);
      if (word !== owned && word !== freeing) continue;
      if (!use.isCurrent()) return;
      visit(block, word);
    }
  }

  /** The dead domain had marked a block `freeing` in somebody else's page. Its bit, if it was set, is that owner's business; if not, it is set now. */
  #finishFree(page: number, block: number, freeing: number): void {
    const { pages } = this.#heap.arena;
    const entry = pages.entry(page);
    if (this.#words[entry + PAGE_KIND] === PageKind.SpanHead) return pages.releaseSpan(page);
    const index = Math.floor((block & (GRANULES_PER_PAGE - 1)) / this.#words[entry + PAGE_SIZE]);
    const word = entry + X_REMOTE + (index >>> 5);
    const isSet = (load(this.#words, word) & (1 << (index & 31))) !== 0;
    // The bit is read before the word: a drainer changes the word first, so a clear bit under an unchanged word was never set.
    if (isSet) this.#heap.arena.remindOwner(page);
    else if (this.#owner(block) === freeing) this.#heap.arena.giveBackRemotely(page, block);
  }

  #forget(dead: DomainId): void {
    const row = touchedRow(indexOf(dead), this.#pages);
    for (let word = 0; word < touchedWords(this.#pages); word++) store(this.#control, row + word, 0);
    this.#control[threadRow(indexOf(dead)) + CHARGED] = 0;
  }
}
