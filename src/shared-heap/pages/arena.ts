/**
 * The allocator of one thread: where a block comes from, and what happens to one that somebody gives back.
 *
 *   small blocks   pages of one size class each (small-pages.ts); a block is free exactly when its owner word is `nobody`
 *   large blocks   a span of whole pages with one block
 *
 * Invariants
 *   - alloc commits with the owner word, free with the owner word. Everything before the first and after the second is private or repeatable.
 *   - A block in somebody else's page goes back in two steps: owner word `freeing by me`, then its remote bit. The page's owner changes the word to
 *     `nobody` before it clears the bit. The reclaimer reads the bit before the word: bit clear and word still `freeing by the dead one` means that the
 *     bit was never set, and it sets it.
 *   - A block's generation changes when it is freed, so a name of the earlier life fits no later one. A generation that saturates retires the block.
 *
 * Who writes what: a page's headers and entry are written by the page's owner; a block's words by the block's owner; X_REMOTE by everyone.
 * Deliberately not here: trees and children (ownership.ts), quota policy beyond the count (heap.ts).
 */
import { setBits, store } from '../../abi/atomics.js';
import { freeingBy, indexOf, NOBODY, ownedBy, type DomainId } from '../../abi/domain-id.js';
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
  X_REMOTE,
  X_REMOTE_ANY,
} from '../../abi/heap-layout.js';
import { CHARGED, X_QUOTA, X_REMOTE_HINT, threadRow } from '../../abi/thread-layout.js';
import type { Finding } from '../audit/invariants.js';
import { OwnerWords } from '../ownership/owner-words.js';
import { PageTable } from './page-table.js';
import type { SharedState } from '../shared-state.js';
import type { TraceWriter } from '../trace.js';
import { SmallPages } from './small-pages.js';

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
  readonly #owners: OwnerWords;
  readonly #small: SmallPages;
  #charged = 0;

  constructor(shared: SharedState, me: DomainId, isParanoid: boolean, trace: TraceWriter | null) {
    this.pages = new PageTable(shared, me);
    this.me = me;
    this.#words = shared.heapViews.words;
    this.#bytes = shared.heapViews.bytes;
    this.#control = shared.controlViews.words;
    this.#row = threadRow(indexOf(me));
    this.#owned = ownedBy(me);
    this.#owners = new OwnerWords(this.#words, isParanoid, trace);
    this.#small = new SmallPages(shared, me, this.pages, this.#owners);
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
    const block = this.#small.take(sizeClass);
    if (block === 0) return 0;
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
    const cache = this.#small.cacheOf(page);
    if (cache !== null) {
      this.commit(block, NOBODY);
      this.#small.giveBack(cache, block, generation);
      return;
    }
    this.commit(block, freeingBy(this.me));
    if (words[this.pages.entry(page) + PAGE_KIND] === PageKind.SpanHead) this.#freeSpan(page, generation);
    else this.giveBackRemotely(page, block);
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
      this.#small.adopt(page);
      return;
    }
    store(this.#control, threadRow(indexOf(owner)) + X_REMOTE_HINT, 1);
  }

  #markRemote(page: number, block: number): void {
    const entry = this.pages.entry(page);
    const index = Math.floor((block & (GRANULES_PER_PAGE - 1)) / this.#words[entry + PAGE_SIZE]);
    setBits(this.#words, entry + X_REMOTE + (index >>> 5), 1 << (index & 31));
  }

  /** Stores a block's owner word. */
  commit(block: number, word: number): void {
    this.#owners.commit(block, word);
  }

  /** Takes in what other threads gave back to this thread's pages. */
  drain(): void {
    this.#small.drain();
  }

  /** Gives back every page that holds nothing, this thread's own and abandoned ones. For when room is short, and before an audit. */
  sweep(): void {
    this.#small.sweep();
  }

  /** Makes a page of a domain whose thread has ended this thread's own. For the reclaimer. */
  inherit(page: number): void {
    this.#small.inherit(page);
  }

  /** Gives up every page: empty ones are free, the others anybody's. For the kernel, which keeps no pages. */
  abandonAll(): void {
    this.#small.abandonAll();
  }

  /** Whether the private free lists agree with the owner words. */
  check(): Finding[] {
    return this.#small.check();
  }
}
