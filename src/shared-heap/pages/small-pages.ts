/**
 * The small pages of one thread, and their private side: which blocks are free, which page of a class allocations come from, which others have room.
 *
 * Invariants
 *   - The free list of a page is private to the thread that owns the page: it is a cache of "owner word = nobody", and whoever adopts the page rebuilds it
 *     from the owner words. There is no shared list that a death could tear.
 *   - A drain changes a block's word to `nobody` before it clears the block's remote bit, so that a reclaimer that sees the bit clear sees the word changed too.
 *   - A page with room is its class's current one or on the list of those with room, never both; a full page is on no list.
 */
import { clearBits, exchange, load, store } from '../../abi/atomics.js';
import { indexOf, NOBODY, OwnerKind, ownerKind, type DomainId } from '../../abi/domain-id.js';
import {
  GENERATION,
  GRANULES_PER_PAGE,
  LAST_GENERATION,
  PAGE_GENERATION,
  PAGE_KIND,
  PAGE_SHIFT,
  PAGE_SIZE,
  PageKind,
  SIZE_CLASSES,
  X_OWNER,
  X_PAGE_OWNER,
  X_REMOTE,
  X_REMOTE_ANY,
} from '../../abi/heap-layout.js';
import { X_REMOTE_HINT, threadRow } from '../../abi/thread-layout.js';
import type { Finding } from '../audit/invariants.js';
import type { OwnerWords } from '../ownership/owner-words.js';
import { PageCache } from './page-cache.js';
import type { PageTable } from './page-table.js';
import type { SharedState } from '../shared-state.js';

export class SmallPages {
  readonly #pages: PageTable;
  readonly #owners: OwnerWords;
  readonly #me: DomainId;
  readonly #words: Int32Array;
  readonly #control: Int32Array;
  readonly #row: number;
  readonly #caches: (PageCache | null)[];
  /** The same, without the gaps: a heap of 4 GiB has 65,536 pages, and most are somebody else's. */
  readonly #mine = new Set<PageCache>();
  /** For each size class, the page that allocations come from, and the other pages that have room. */
  readonly #current: (PageCache | null)[] = SIZE_CLASSES.map(() => null);
  readonly #withRoom: PageCache[][] = SIZE_CLASSES.map(() => []);

  constructor(shared: SharedState, me: DomainId, pages: PageTable, owners: OwnerWords) {
    this.#pages = pages;
    this.#owners = owners;
    this.#me = me;
    this.#words = shared.heapViews.words;
    this.#control = shared.controlViews.words;
    this.#row = threadRow(indexOf(me));
    this.#caches = new Array<PageCache | null>(shared.pages).fill(null);
  }

  /** A free block of a size class, or 0 where there is no room. Until its owner word is stored it is free for whoever reclaims this thread. */
  take(sizeClass: number): number {
    let cache = this.#current[sizeClass];
    if (cache === null || !cache.hasRoom) {
      cache = this.#refill(sizeClass);
      if (cache === null) return 0;
    }
    return cache.take();
  }

  /** The private side of a page, null where it is not this thread's. */
  cacheOf(page: number): PageCache | null {
    return this.#caches[page];
  }

  /** Takes an abandoned page, if no other thread is quicker. */
  adopt(page: number): void {
    if (this.#pages.adopt(page)) this.#settleIn(page);
  }

  /** Takes a freed block of one of this thread's pages back into its page's list. */
  giveBack(cache: PageCache, block: number, generation: number): void {
    const hadRoom = cache.hasRoom;
    if (generation >= LAST_GENERATION) cache.retire();
    else cache.put(block);
    this.#relist(cache, hadRoom);
  }

  /** After blocks came back to a page: one that holds nothing is released, one that has room again is listed. The current page is left alone. */
  #relist(cache: PageCache, hadRoom: boolean): void {
    if (this.#current[cache.sizeClass] === cache) return;
    if (cache.isEmpty) this.#release(cache);
    else if (!hadRoom && cache.hasRoom) this.#withRoom[cache.sizeClass].push(cache);
  }

  /** Rebuilds the private side of a page that has just become this thread's; an empty one is released at once. */
  #settleIn(page: number): void {
    if (this.#words[this.#pages.entry(page) + PAGE_KIND] !== PageKind.Small) return this.#pages.abandon(page);
    this.#drainBits(page, null);
    const cache = PageCache.adopt(this.#words, page, this.#words[this.#pages.entry(page) + PAGE_SIZE]);
    this.#keep(cache);
    if (cache.isEmpty) this.#release(cache);
    else if (cache.hasRoom) this.#withRoom[cache.sizeClass].push(cache);
  }

  #release(cache: PageCache): void {
    this.#forget(cache);
    // Read before the page is anybody's: the next use continues above every generation that a stale name could carry.
    this.#words[this.#pages.entry(cache.page) + PAGE_GENERATION] = cache.highestGeneration(this.#words);
    this.#pages.release(cache.page);
  }

  #drainBits(page: number, cache: PageCache | null): void {
    const entry = this.#pages.entry(page);
    store(this.#words, entry + X_REMOTE_ANY, 0);
    const size = this.#words[entry + PAGE_SIZE];
    for (let word = 0, first = 0; first * size < GRANULES_PER_PAGE; word++, first += 32) {
      const bits = load(this.#words, entry + X_REMOTE + word);
      if (bits === 0) continue;
      for (let left = bits; left !== 0; left &= left - 1) {
        const block = (page << PAGE_SHIFT) + (first + 31 - Math.clz32(left & -left)) * size;
        this.#owners.commit(block, NOBODY);
        if (cache !== null) this.#giveBackQuietly(cache, block);
      }
      // Only after the words: a reclaimer that sees the bit clear must see the word changed too.
      clearBits(this.#words, entry + X_REMOTE + word, bits);
    }
  }

  #giveBackQuietly(cache: PageCache, block: number): void {
    if (this.#words[(block << 2) + GENERATION] >= LAST_GENERATION) cache.retire();
    else cache.put(block);
  }

  /** Whether the private free lists agree with the owner words. */
  check(): Finding[] {
    const findings: Finding[] = [];
    for (const cache of this.#mine) {
      const entry = this.#pages.entry(cache.page);
      const isMine = this.#pages.owner(cache.page) === this.#me && this.#words[entry + PAGE_KIND] === PageKind.Small;
      const wrong = isMine ? cache.disagreement(this.#words) : 'is not its own any more';
      if (wrong !== null) findings.push({ invariant: 'a-free-list-is-free', detail: `domain ${this.#me}, page ${cache.page}: ${wrong}` });
    }
    return findings;
  }

  /** Makes a page of a domain whose thread has ended this thread's own. For the reclaimer. */
  inherit(page: number): void {
    this.#pages.touch(page);
    store(this.#words, this.#pages.entry(page) + X_PAGE_OWNER, this.#me);
    this.#settleIn(page);
  }

  /** Gives up every page: empty ones are free, the others anybody's. For the kernel, which keeps no pages. */
  abandonAll(): void {
    this.drain();
    for (const cache of this.#mine) {
      if (cache.isEmpty) this.#release(cache);
      else {
        this.#forget(cache);
        this.#pages.abandon(cache.page);
      }
    }
  }

  #keep(cache: PageCache): void {
    this.#caches[cache.page] = cache;
    this.#mine.add(cache);
  }

  #forget(cache: PageCache): void {
    const room = this.#withRoom[cache.sizeClass];
    const listed = room.indexOf(cache);
    if (listed >= 0) room.splice(listed, 1);
    if (this.#current[cache.sizeClass] === cache) this.#current[cache.sizeClass] = null;
    this.#caches[cache.page] = null;
    this.#mine.delete(cache);
  }

  /** Takes in what other threads gave back to this thread's pages. */
  drain(): void {
    if (exchange(this.#control, this.#row + X_REMOTE_HINT, 0) === 0) return;
    for (const cache of this.#mine) {
      if (load(this.#words, this.#pages.entry(cache.page) + X_REMOTE_ANY) === 0) continue;
      const hadRoom = cache.hasRoom;
      this.#drainBits(cache.page, cache);
      this.#relist(cache, hadRoom);
    }
  }

  /** Gives back every page that holds nothing, this thread's own and abandoned ones. For when room is short, and before an audit. */
  sweep(): void {
    this.drain();
    for (const cache of this.#mine) if (cache.isEmpty) this.#release(cache);
    this.#pages.forEachAbandoned((page) => {
      const kind = this.#words[this.#pages.entry(page) + PAGE_KIND];
      if (kind === PageKind.Small && this.#mayBeEmpty(page) && this.#pages.adopt(page)) this.#settleIn(page);
      return false;
    });
  }

  #mayBeEmpty(page: number): boolean {
    const size = this.#words[this.#pages.entry(page) + PAGE_SIZE];
    for (let at = 0; at + size <= GRANULES_PER_PAGE; at += size) {
      const word = load(this.#words, (((page << PAGE_SHIFT) + at) << 2) + X_OWNER);
      if (word !== NOBODY && ownerKind(word) !== OwnerKind.Freeing) return false;
    }
    return true;
  }

  #refill(sizeClass: number): PageCache | null {
    this.drain();
    // A current page is on no list: one that has just got room back would be forgotten with it.
    const current = this.#current[sizeClass];
    if (current?.hasRoom) return current;
    const cache = this.#withRoom[sizeClass].pop() ?? this.#adoptOne(sizeClass) ?? this.#claimOne(sizeClass);
    if (cache !== null) this.#current[sizeClass] = cache;
    return cache;
  }

  #adoptOne(sizeClass: number): PageCache | null {
    this.#pages.forEachAbandoned((page) => {
      const entry = this.#pages.entry(page);
      if (this.#words[entry + PAGE_KIND] !== PageKind.Small || this.#words[entry + PAGE_SIZE] !== SIZE_CLASSES[sizeClass]) return false;
      if (this.#pages.adopt(page)) this.#settleIn(page);
      return this.#withRoom[sizeClass].length > 0;
    });
    return this.#withRoom[sizeClass].pop() ?? null;
  }

  #claimOne(sizeClass: number): PageCache | null {
    let page = this.#pages.claim();
    if (page === 0) {
      this.sweep();
      page = this.#pages.claim();
      if (page === 0) return null;
    }
    const entry = this.#pages.entry(page);
    const size = SIZE_CLASSES[sizeClass];
    store(this.#words, entry + PAGE_SIZE, size);
    const cache = PageCache.fresh(this.#words, page, size, this.#words[entry + PAGE_GENERATION]);
    // The commit: from here on the reclaimer reads the headers, which are all `nobody`.
    store(this.#words, entry + PAGE_KIND, PageKind.Small);
    this.#keep(cache);
    return cache;
  }
}
