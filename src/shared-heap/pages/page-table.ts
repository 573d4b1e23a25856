/**
 * Who has which page, and in which pages a thread has blocks.
 *
 * Invariants
 *   - A page is taken by compare-and-swap of its owner word from PAGE_FREE or PAGE_ABANDONED, and its kind is None until its headers are
 *     initialised. A page that a dead domain owns with kind None was being claimed or released: it holds nothing.
 *   - Before a thread owns a page, or a block in a page, the page's bit in the thread's touched bitmap is set. The kernel therefore finds
 *     all that a dead domain had by looking at its touched pages alone. Bits are never cleared while the domain lives.
 *   - Parts of a span name their head in PAGE_SIZE and carry the owner of the head.
 *
 * Deliberately not here: what is inside a page (arena.ts), and which free page is best (page-map.ts).
 */
import { load, store, swapIf } from '../../abi/atomics.js';
import { indexOf, type DomainId } from '../../abi/domain-id.js';
import {
  LAST_GENERATION,
  PAGE_ABANDONED,
  PAGE_ENTRY_WORDS,
  PAGE_FREE,
  PAGE_GENERATION,
  PAGE_KIND,
  PAGE_SIZE,
  PageKind,
  X_PAGE_OWNER,
} from '../../abi/heap-layout.js';
import { X_ABANDONED_HINT, touchedRow } from '../../abi/thread-layout.js';
import { PageMap } from './page-map.js';
import type { SharedState } from '../shared-state.js';

export class PageTable {
  readonly #words: Int32Array;
  readonly #control: Int32Array;
  readonly #me: DomainId;
  readonly #firstPage: number;
  readonly #pages: number;
  readonly #touchedAt: number;
  /** This thread's copy of its touched bitmap: the common case reads no shared word. */
  readonly #touched: Int32Array;
  readonly #map: PageMap;

  constructor(shared: SharedState, me: DomainId) {
    this.#words = shared.heapViews.words;
    this.#control = shared.controlViews.words;
    this.#me = me;
    this.#firstPage = shared.firstPage;
    this.#pages = shared.pages;
    this.#touchedAt = touchedRow(indexOf(me), shared.pages);
    this.#touched = new Int32Array(Math.ceil(shared.pages / 32));
    this.#map = new PageMap(shared);
  }

  /** The first word of a page's entry. */
  entry(page: number): number {
    return page * PAGE_ENTRY_WORDS;
  }

  owner(page: number): number {
    return load(this.#words, page * PAGE_ENTRY_WORDS + X_PAGE_OWNER);
  }

  /** Notes that this thread has, or is about to have, something in the page. */
  touch(page: number): void {
    const word = page >>> 5;
    const bit = 1 << (page & 31);
    const have = this.#touched[word];
    if ((have & bit) !== 0) return;
    this.#touched[word] = have | bit;
    store(this.#control, this.#touchedAt + word, have | bit);
  }

  /** Takes one free page. Answers its number, or 0 where none is free. Its kind is None. */
  claim(): number {
    return this.#claimWhere(1, () => this.#map.lowest());
  }

  /** Takes `count` neighbouring free pages. Answers the first, or 0. Nothing is committed: their kind is None. */
  claimSpan(count: number): number {
    return this.#claimWhere(count, () => this.#map.tightest(count));
  }

  /** Each round that fails has corrected a bit of the map or met a thread that was quicker, so a search ends. */
  #claimWhere(count: number, search: () => number): number {
    let hasAsked = false;
    for (;;) {
      const start = search();
      if (start === 0) {
        if (hasAsked) return 0;
        hasAsked = true;
        for (let page = this.#firstPage; page < this.#pages; page++) this.correct(page);
      } else if (this.#claimRun(start, count)) return start;
    }
  }

  /** Frees the map of a bit that says a free page is had. */
  correct(page: number): void {
    if (!this.#map.looksFree(page) && this.owner(page) === PAGE_FREE) this.#map.markFree(page, 1);
  }

  #claimRun(start: number, count: number): boolean {
    for (let taken = 0; taken < count; taken++) {
      this.touch(start + taken);
      if (swapIf(this.#words, this.entry(start + taken) + X_PAGE_OWNER, PAGE_FREE, this.#me)) continue;
      this.#map.markHad(start + taken, 1);
      for (let back = 0; back < taken; back++) store(this.#words, this.entry(start + back) + X_PAGE_OWNER, PAGE_FREE);
      return false;
    }
    this.#map.markHad(start, count);
    return true;
  }

  /** Makes a claimed run a span. The head's kind is the commit: until then the reclaimer sees claimed pages that hold nothing. */
  commitSpan(head: number, count: number): void {
    for (let part = 1; part < count; part++) {
      store(this.#words, this.entry(head + part) + PAGE_SIZE, head);
      store(this.#words, this.entry(head + part) + PAGE_KIND, PageKind.SpanPart);
    }
    store(this.#words, this.entry(head) + PAGE_SIZE, count);
    store(this.#words, this.entry(head) + PAGE_KIND, PageKind.SpanHead);
  }

  /**
   * Gives all pages of a span back. The caller owns the block in it and has marked it `freeing`, so nobody else changes these entries, whoever had
   * allocated them. First every page becomes this thread's, the head last; then the head stops being a head; then they are free. A thread that dies
   * within finds its successor either at the `freeing` block or at pages of its own that belong to no span.
   */
  releaseSpan(head: number): void {
    const count = this.#words[this.entry(head) + PAGE_SIZE];
    for (let part = count - 1; part >= 0; part--) {
      this.touch(head + part);
      store(this.#words, this.entry(head + part) + X_PAGE_OWNER, this.#me);
    }
    store(this.#words, this.entry(head) + PAGE_KIND, PageKind.None);
    for (let part = count - 1; part > 0; part--) {
      // A part has had payload: whoever looked at the page before and looks again must see another use (page-use.ts). The head's generation is its block's.
      const generation = this.entry(head + part) + PAGE_GENERATION;
      if (this.#words[generation] < LAST_GENERATION) this.#words[generation]++;
      this.#free(head + part);
    }
    this.#free(head);
    this.#map.markFree(head, count);
  }

  /** Frees one page that this thread owns and that holds nothing. */
  release(page: number): void {
    this.#free(page);
    this.#map.markFree(page, 1);
  }

  #free(page: number): void {
    store(this.#words, this.entry(page) + PAGE_KIND, PageKind.None);
    store(this.#words, this.entry(page) + X_PAGE_OWNER, PAGE_FREE);
  }

  /** Offers a page with live blocks to whoever wants it next. */
  abandon(page: number): void {
    store(this.#words, this.entry(page) + X_PAGE_OWNER, PAGE_ABANDONED);
    store(this.#control, X_ABANDONED_HINT, 1);
  }

  /** Takes an abandoned page. Another thread may be quicker. */
  adopt(page: number): boolean {
    this.touch(page);
    return swapIf(this.#words, this.entry(page) + X_PAGE_OWNER, PAGE_ABANDONED, this.#me);
  }

  /** Calls `visit` for every page that looked abandoned; stops when it answers true. */
  forEachAbandoned(visit: (page: number) => boolean): void {
    if (load(this.#control, X_ABANDONED_HINT) === 0) return;
    // Cleared before the look: a page abandoned meanwhile sets it again.
    store(this.#control, X_ABANDONED_HINT, 0);
    let left = false;
    for (let page = this.#firstPage; page < this.#pages; page++) {
      if (this.owner(page) !== PAGE_ABANDONED) continue;
      if (visit(page)) {
        left = true;
        break;
      }
      left ||= this.owner(page) === PAGE_ABANDONED;
    }
    if (left) store(this.#control, X_ABANDONED_HINT, 1);
  }
}
