/**
 * The allocator of one thread: its pages, the free blocks in them, and what happens to a block that somebody gives back.
 *
 *   small blocks   pages of one size class each; a block is free exactly when its owner word is `nobody`
 *   large blocks   a span of whole pages with one block
 *
 * Invariants
 *   - The free list of a page is private to the thread that owns the page: it is a cache of "owner word = nobody", and whoever adopts the page rebuilds it
 *     from the owner words. There is no shared list that a death could tear.
 *   - alloc commits with the owner word, free with the owner word. Everything before the first and after the second is private or repeatable.
 *   - A block in somebody else's page goes back in two steps: owner word `freeing by me`, then its remote bit. The page's owner changes the word to
 *     `nobody` before it clears the bit. The reclaimer reads the bit before the word: bit clear and word still `freeing by the dead one` means that the
 *     bit was never set, and it sets it.
 *   - A block's generation changes when it is freed, so a name of the earlier life fits no later one. A generation that saturates retires the block.
 *
 * Who writes what: a page's headers and entry are written by the page's owner; a block's words by the block's owner; X_REMOTE by everyone.
 * Deliberately not here: trees and children (ownership.ts), quota policy beyond the count (heap.ts).
 */
import { clearBits, exchange, load, setBits, store } from '../abi/atomics.js';
import { freeingBy, indexOf, NOBODY, ownedBy, OwnerKind, ownerKind, type DomainId } from '../abi/domain-id.js';
import {
  CLASS_OF,
  GENERATION,
  GRANULES_PER_PAGE,
  GRANULE_BYTES,
  HEADER_BYTES,
  LAST_GENERATION,
  LENGTH,
  MAX_SMALL_GRANULES,
  PAGE_ABANDONED,
  PAGE_BYTES,
  PAGE_GENERATION,
  PAGE_KIND,
  PAGE_SHIFT,
  PAGE_SIZE,
  PageKind,
  SIZE_CLASSES,
  SLOTS,
  TOTAL,
  TYPE,
  X_OWNER,
  X_PAGE_OWNER,
  X_REMOTE,
  X_REMOTE_ANY,
} from '../abi/heap-layout.js';
import { CHARGED, X_QUOTA, X_REMOTE_HINT, threadRow } from '../abi/thread-layout.js';
import type { Finding } from './invariants.js';
import { mayFollow } from './ownership-table.js';
import { PageCache } from './page-cache.js';
import { PageTable } from './page-table.js';
import type { SharedState } from './shared-state.js';

const ZEROES = new Uint8Array(PAGE_BYTES);
const MAX_SMALL_PAYLOAD = MAX_SMALL_GRANULES * GRANULE_BYTES - HEADER_BYTES;

export class Arena {
  readonly pages: PageTable;
  readonly me: DomainId;
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #control: Int32Array;
  readonly #row: number;
  readonly #owned: number;
  readonly #isParanoid: boolean;
  readonly #caches: (PageCache | null)[];
  /** The same, without the gaps: a heap of 4 GiB has 65,536 pages, and most are somebody else's. */
  readonly #mine = new Set<PageCache>();
  /** For each size class, the page that allocations come from, and the other pages that have room. */
  readonly #current: (PageCache | null)[] = SIZE_CLASSES.map(() => null);
  readonly #withRoom: PageCache[][] = SIZE_CLASSES.map(() => []);
  #charged = 0;

  constructor(shared: SharedState, me: DomainId, isParanoid = false) {
    this.pages = new PageTable(shared, me);
    this.me = me;
    this.#words = shared.heapViews.words;
    this.#bytes = shared.heapViews.bytes;
    this.#control = shared.controlViews.words;
    this.#row = threadRow(indexOf(me));
    this.#owned = ownedBy(me);
    this.#isParanoid = isParanoid;
    this.#caches = new Array<PageCache | null>(shared.pages).fill(null);
  }

  /** Granules that this thread is charged for. */
  get charged(): number {
    return this.#charged;
  }

  /** Changes what this thread is charged for, by granules. */
  charge(granules: number): void {
    this.#charged += granules;
    this.#control[this.#row + CHARGED] = this.#charged;
  }

  /** Whether `granules` more would stay within the quota. */
  affords(granules: number): boolean {
    return this.#charged + granules <= this.#control[this.#row + X_QUOTA];
  }

  /**
   * A block with `payloadBytes` of payload, owned by this thread, charged to it, all zero. Answers its number, or 0 where the quota or the heap is
   * exhausted. `raw` skips the zeroing, for a caller that overwrites all of it before anybody can read it.
   */
  alloc(payloadBytes: number, type: number, slots: number, raw: boolean): number {
    // Asked before the shift, which would cut a size of 2^32 bytes and more down to a small one.
    if (payloadBytes > MAX_SMALL_PAYLOAD) return this.#allocSpan(payloadBytes, type, slots, raw);
    const granules = (payloadBytes + HEADER_BYTES + GRANULE_BYTES - 1) >>> 4;
    const sizeClass = CLASS_OF[granules];
    const charged = SIZE_CLASSES[sizeClass];
    if (!this.affords(charged)) return 0;
    let cache = this.#current[sizeClass];
    if (cache === null || !cache.hasRoom) {
      cache = this.#refill(sizeClass);
      if (cache === null) return 0;
    }
    const block = cache.take();
    this.#dress(block, payloadBytes, type, slots, charged, raw);
    this.charge(charged);
    return block;
  }

  #dress(block: number, payloadBytes: number, type: number, slots: number, granules: number, raw: boolean): void {
    const words = this.#words;
    const at = block << 2;
    words[at + TYPE] = type;
    words[at + SLOTS] = slots;
    words[at + TOTAL] = granules;
    words[at + LENGTH] = payloadBytes;
    if (!raw) this.#zero(block, granules);
    // Before this the block is free, after it the reclaimer finds it by its owner.
    this.commit(block, this.#owned);
  }

  #zero(block: number, granules: number): void {
    if (granules <= 32) {
      const words = this.#words;
      for (let at = (block << 2) + HEADER_BYTES / 4, end = (block + granules) << 2; at < end; at++) words[at] = 0;
      return;
    }
    // `fill` on shared memory is many times slower than a copy from private zeroes.
    let at = block * GRANULE_BYTES + HEADER_BYTES;
    for (let left = granules * GRANULE_BYTES - HEADER_BYTES; left > 0; left -= PAGE_BYTES, at += PAGE_BYTES) {
      this.#bytes.set(left < PAGE_BYTES ? ZEROES.subarray(0, left) : ZEROES, at);
    }
  }

  #allocSpan(payloadBytes: number, type: number, slots: number, raw: boolean): number {
    const count = Math.ceil((payloadBytes + HEADER_BYTES) / PAGE_BYTES);
    const granules = count * GRANULES_PER_PAGE;
    if (!this.affords(granules)) return 0;
    let head = this.pages.claimSpan(count);
    if (head === 0) {
      this.sweep();
      head = this.pages.claimSpan(count);
      if (head === 0) return 0;
    }
    const block = head << PAGE_SHIFT;
    const base = this.#words[this.pages.entry(head) + PAGE_GENERATION];
    // The header is made harmless before the span is one: what lay here was somebody's payload.
    store(this.#words, (block << 2) + X_OWNER, NOBODY);
    this.#words[(block << 2) + GENERATION] = base;
    this.pages.commitSpan(head, count);
    this.#dress(block, payloadBytes, type, slots, granules, raw);
    this.charge(granules);
    return block;
  }

  /**
   * Stores a block's owner word: the commit of every transition. In paranoid mode the table of transitions is asked first, and what it does not know is an error of
   * the heap's own.
   */
  commit(block: number, word: number): void {
    const at = (block << 2) + X_OWNER;
    if (this.#isParanoid && !mayFollow(this.#words[at], word)) throw new Error(`block ${block}: no transition leads from ${this.#words[at]} to ${word}`);
    store(this.#words, at, word);
  }

  /** Granules that a block takes, header and rounding included. */
  granulesOf(block: number): number {
    const entry = this.pages.entry(block >>> PAGE_SHIFT);
    const size = this.#words[entry + PAGE_SIZE];
    return this.#words[entry + PAGE_KIND] === PageKind.Small ? size : size * GRANULES_PER_PAGE;
  }

  /**
   * Gives back one block that this thread owns, children apart. What it is charged with is not this function's business: a tree is uncharged as a
   * whole, at its root.
   */
  free(block: number): void {
    const words = this.#words;
    const at = block << 2;
    const page = block >>> PAGE_SHIFT;
    const generation = words[at + GENERATION] + 1;
    words[at + GENERATION] = generation;
    const cache = this.#caches[page];
    if (cache !== null) {
      this.commit(block, NOBODY);
      this.#giveBack(cache, block, generation);
      return;
    }
    this.commit(block, freeingBy(this.me));
    if (words[this.pages.entry(page) + PAGE_KIND] === PageKind.SpanHead) this.#freeSpan(page, generation);
    else this.giveBackRemotely(page, block);
  }

  #giveBack(cache: PageCache, block: number, generation: number): void {
    const hadRoom = cache.hasRoom;
    if (generation >= LAST_GENERATION) cache.retire();
    else cache.put(block);
    if (cache.isEmpty && this.#current[cache.sizeClass] !== cache) this.#release(cache);
    else if (!hadRoom && cache.hasRoom && this.#current[cache.sizeClass] !== cache) this.#withRoom[cache.sizeClass].push(cache);
  }

  #freeSpan(head: number, generation: number): void {
    // A span whose generation saturates stays claimed for ever: 4 billion uses of one run of pages.
    this.#words[this.pages.entry(head) + PAGE_GENERATION] = generation;
    if (generation < LAST_GENERATION) this.pages.releaseSpan(head);
  }

  /** Tells the owner of the page about a block that is marked `freeing`. Repeatable until the owner has drained it. */
  giveBackRemotely(page: number, block: number): void {
    this.#markRemote(page, block);
    this.remindOwner(page);
  }

  /** Tells the owner of a page that it has remote bits. Harmless where it has none. */
  remindOwner(page: number): void {
    store(this.#words, this.pages.entry(page) + X_REMOTE_ANY, 1);
    const owner = this.pages.owner(page);
    if (owner === PAGE_ABANDONED) {
      if (this.pages.adopt(page)) this.#settleIn(page);
      return;
    }
    store(this.#control, threadRow(indexOf(owner)) + X_REMOTE_HINT, 1);
  }

  #markRemote(page: number, block: number): void {
    const entry = this.pages.entry(page);
    const index = Math.floor((block & (GRANULES_PER_PAGE - 1)) / this.#words[entry + PAGE_SIZE]);
    setBits(this.#words, entry + X_REMOTE + (index >>> 5), 1 << (index & 31));
  }

  /** Rebuilds the private side of a page that has just become this thread's; an empty one is released at once. */
  #settleIn(page: number): void {
    if (this.#words[this.pages.entry(page) + PAGE_KIND] !== PageKind.Small) return this.pages.abandon(page);
    this.#drainBits(page, null);
    const cache = PageCache.adopt(this.#words, page, this.#words[this.pages.entry(page) + PAGE_SIZE]);
    this.#keep(cache);
    if (cache.isEmpty) this.#release(cache);
    else if (cache.hasRoom) this.#withRoom[cache.sizeClass].push(cache);
  }

  #release(cache: PageCache): void {
    this.#forget(cache);
    // Read before the page is anybody's: the next use continues above every generation that a stale name could carry.
    this.#words[this.pages.entry(cache.page) + PAGE_GENERATION] = cache.highestGeneration(this.#words);
    this.pages.release(cache.page);
  }

  #drainBits(page: number, cache: PageCache | null): void {
    const entry = this.pages.entry(page);
    store(this.#words, entry + X_REMOTE_ANY, 0);
    const size = this.#words[entry + PAGE_SIZE];
    for (let word = 0, first = 0; first * size < GRANULES_PER_PAGE; word++, first += 32) {
      const bits = load(this.#words, entry + X_REMOTE + word);
      if (bits === 0) continue;
      for (let left = bits; left !== 0; left &= left - 1) {
        const block = (page << PAGE_SHIFT) + (first + 31 - Math.clz32(left & -left)) * size;
        this.commit(block, NOBODY);
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
      const entry = this.pages.entry(cache.page);
      const isMine = this.pages.owner(cache.page) === this.me && this.#words[entry + PAGE_KIND] === PageKind.Small;
      const wrong = isMine ? cache.disagreement(this.#words) : 'is not its own any more';
      if (wrong !== null) findings.push({ invariant: 'a-free-list-is-free', detail: `domain ${this.me}, page ${cache.page}: ${wrong}` });
    }
    return findings;
  }

  /** Makes a page of a domain whose thread has ended this thread's own. For the reclaimer. */
  inherit(page: number): void {
    this.pages.touch(page);
    store(this.#words, this.pages.entry(page) + X_PAGE_OWNER, this.me);
    this.#settleIn(page);
  }

  /** Gives up every page: empty ones are free, the others anybody's. For the kernel, which keeps no pages. */
  abandonAll(): void {
    this.drain();
    for (const cache of this.#mine) {
      if (cache.isEmpty) this.#release(cache);
      else {
        this.#forget(cache);
        this.pages.abandon(cache.page);
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
      if (load(this.#words, this.pages.entry(cache.page) + X_REMOTE_ANY) === 0) continue;
      const hadRoom = cache.hasRoom;
      this.#drainBits(cache.page, cache);
      if (cache.isEmpty && this.#current[cache.sizeClass] !== cache) this.#release(cache);
      else if (!hadRoom && cache.hasRoom && this.#current[cache.sizeClass] !== cache) this.#withRoom[cache.sizeClass].push(cache);
    }
  }

  /** Gives back every page that holds nothing, this thread's own and abandoned ones. For when room is short, and before an audit. */
  sweep(): void {
    this.drain();
    for (const cache of this.#mine) if (cache.isEmpty) this.#release(cache);
    this.pages.forEachAbandoned((page) => {
      const kind = this.#words[this.pages.entry(page) + PAGE_KIND];
      if (kind === PageKind.Small && this.#mayBeEmpty(page) && this.pages.adopt(page)) this.#settleIn(page);
      return false;
    });
  }

  #mayBeEmpty(page: number): boolean {
    const size = this.#words[this.pages.entry(page) + PAGE_SIZE];
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
    this.pages.forEachAbandoned((page) => {
      const entry = this.pages.entry(page);
      if (this.#words[entry + PAGE_KIND] !== PageKind.Small || this.#words[entry + PAGE_SIZE] !== SIZE_CLASSES[sizeClass]) return false;
      if (this.pages.adopt(page)) this.#settleIn(page);
      return this.#withRoom[sizeClass].length > 0;
    });
    return this.#withRoom[sizeClass].pop() ?? null;
  }

  #claimOne(sizeClass: number): PageCache | null {
    let page = this.pages.claim();
    if (page === 0) {
      this.sweep();
      page = this.pages.claim();
      if (page === 0) return null;
    }
    const entry = this.pages.entry(page);
    const size = SIZE_CLASSES[sizeClass];
    store(this.#words, entry + PAGE_SIZE, size);
    const cache = PageCache.fresh(this.#words, page, size, this.#words[entry + PAGE_GENERATION]);
    // The commit: from here on the reclaimer reads the headers, which are all `nobody`.
    store(this.#words, entry + PAGE_KIND, PageKind.Small);
    this.#keep(cache);
    return cache;
  }
}
