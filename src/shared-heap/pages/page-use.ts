/**
 * What a page is used for, read by somebody who does not own it. Its owner may give it another use at any moment, and then payload lies where a header was and says what its author likes. So whoever reads a header in a
 * page of a live domain asks before and after: what was read in between counts only if the use is the same. A use that has had a block and comes again has a higher generation.
 */
import { load } from '../../abi/atomics.js';
import { GRANULES_PER_PAGE, PAGE_GENERATION, PAGE_KIND, PAGE_SIZE, PageKind, SIZE_CLASSES } from '../../abi/heap-layout.js';

export class PageUse {
  readonly kind: number;
  /** Small: granules of a block. Span head: number of pages. */
  readonly size: number;
  readonly #generation: number;
  readonly #words: Int32Array;
  readonly #entry: number;

  constructor(words: Int32Array, entry: number) {
    this.#words = words;
    this.#entry = entry;
    this.kind = load(words, entry + PAGE_KIND);
    this.size = load(words, entry + PAGE_SIZE);
    this.#generation = load(words, entry + PAGE_GENERATION);
  }

  /** Granules from one block to the next; 0 where no block begins in the page. */
  get stride(): number {
    if (this.kind === PageKind.SpanHead) return GRANULES_PER_PAGE;
    return this.kind === PageKind.Small && IS_CLASS.has(this.size) ? this.size : 0;
  }

  /** Whether the page has had this use all the while. */
  isCurrent(): boolean {
    const words = this.#words;
    const entry = this.#entry;
    return (
      load(words, entry + PAGE_KIND) === this.kind && load(words, entry + PAGE_SIZE) === this.size && load(words, entry + PAGE_GENERATION) === this.#generation
    );
  }
}

const IS_CLASS: ReadonlySet<number> = new Set(SIZE_CLASSES);
