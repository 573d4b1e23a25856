/**
 * Which pages look free: one bit a page, set while somebody has the page. It spares a search the owner words, which lie 160 bytes apart.
 *
 * The map is a hint and nothing else. A page is had by compare-and-swap of its owner word, and every bit is stored after the owner word that it tells of: a thread that dies
 * between the two leaves a bit that is wrong, and so do two threads whose stores cross.
 *
 *   bit clear, page had    the compare-and-swap fails, and whoever tried sets the bit
 *   bit set, page free     nobody looks at the page until a search finds no room and asks the owner words, or the reclaimer passes
 *
 * So a wrong bit costs time or a worse place, never a page. Reads are plain for the same reason: an old value is one more wrong bit.
 *
 * Which run of free pages. Values do not move, so what counts is that large runs survive. Single pages come from the bottom, where they gather; spans come from the top, each
 * from the smallest run that holds it. docs/fragmentation.md has what other policies did.
 */
import { clearBits, setBits } from '../../abi/atomics.js';
import { inUseRow } from '../../abi/thread-layout.js';
import type { SharedState } from '../shared-state.js';

export class PageMap {
  readonly #control: Int32Array;
  readonly #at: number;
  readonly #firstPage: number;
  readonly #pages: number;

  constructor(shared: SharedState) {
    this.#control = shared.controlViews.words;
    this.#at = inUseRow(shared.pages);
    this.#firstPage = shared.firstPage;
    this.#pages = shared.pages;
  }

  markHad(first: number, count: number): void {
    for (let page = first, end = first + count; page < end; ) {
      const bits = bitsFrom(page, end);
      setBits(this.#control, this.#at + (page >>> 5), bits);
      page = ((page >>> 5) + 1) << 5;
    }
  }

  markFree(first: number, count: number): void {
    for (let page = first, end = first + count; page < end; ) {
      const bits = bitsFrom(page, end);
      clearBits(this.#control, this.#at + (page >>> 5), bits);
      page = ((page >>> 5) + 1) << 5;
    }
  }

  looksFree(page: number): boolean {
    return (this.#control[this.#at + (page >>> 5)] & (1 << (page & 31))) === 0;
  }

  /** The lowest page that looks free, 0 for none. */
  lowest(): number {
    for (let word = this.#firstPage >>> 5, last = (this.#pages - 1) >>> 5; word <= last; word++) {
      const free = ~this.#had(word);
      if (free !== 0) return (word << 5) + lowestBit(free);
    }
    return 0;
  }

  /** The first page of `count` that look free together: the upper end of the smallest run that holds them, of equal ones the highest. 0 for none. */
  tightest(count: number): number {
    let best = 0;
    let bestLength = Number.POSITIVE_INFINITY;
    // A run goes down from `end`, which is not part of it; 0 while the last page seen is had.
    let end = 0;
    for (let word = (this.#pages - 1) >>> 5, first = this.#firstPage >>> 5; word >= first; word--) {
      const had = this.#had(word);
      if (had === -1 && end === 0) continue;
      if (had === 0 && end !== 0) continue;
      // From the highest bit down, one run of equal bits at a time.
      for (let bit = 31; bit >= 0; ) {
        const below = bit === 31 ? -1 : (1 << (bit + 1)) - 1;
        const other = (end === 0 ? ~had : had) & below;
        if (other === 0) break;
        bit = 31 - Math.clz32(other);
        const page = (word << 5) + bit;
        if (end === 0) end = page + 1;
        else {
          const length = end - page - 1;
          if (length >= count && length < bestLength) {
            best = end - count;
            bestLength = length;
            if (length === count) return best;
          }
          end = 0;
        }
      }
    }
    const length = end - this.#firstPage;
    return end !== 0 && length >= count && length < bestLength ? end - count : best;
  }

  /** One word of the map, in which pages that are not for use count as had. */
  #had(word: number): number {
    let had = this.#control[this.#at + word];
    if (word === this.#firstPage >>> 5) had |= (1 << (this.#firstPage & 31)) - 1;
    if (word === this.#pages >>> 5) had |= -(1 << (this.#pages & 31));
    return had;
  }
}

/** The bits of the pages from `page` to the end of its word, but not from `end` on. */
function bitsFrom(page: number, end: number): number {
  const from = -1 << (page & 31);
  return end >>> 5 === page >>> 5 ? from & ((1 << (end & 31)) - 1) : from;
}

function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}
