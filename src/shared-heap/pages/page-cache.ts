/** The private side of one small page: which of its blocks are free. Rebuilt from the owner words whenever a page changes hands. */
import { load } from '../../abi/atomics.js';
import { NOBODY } from '../../abi/domain-id.js';
import { CLASS_OF, GENERATION, GRANULES_PER_PAGE, LAST_GENERATION, PAGE_SHIFT, X_OWNER } from '../../abi/heap-layout.js';

export class PageCache {
  readonly page: number;
  readonly sizeClass: number;
  readonly #size: number;
  readonly #count: number;
  readonly #free: number[];
  #used: number;
  #retired = 0;

  private constructor(page: number, size: number, free: number[], used: number) {
    this.page = page;
    this.sizeClass = CLASS_OF[size];
    this.#size = size;
    this.#count = Math.floor(GRANULES_PER_PAGE / size);
    this.#free = free;
    this.#used = used;
  }

  /** For a page just claimed: makes every header say `nobody`, above `generation`. The page's kind must still be None. */
  static fresh(words: Int32Array, page: number, size: number, generation: number): PageCache {
    const free: number[] = [];
    const first = page << PAGE_SHIFT;
    for (let at = (Math.floor(GRANULES_PER_PAGE / size) - 1) * size; at >= 0; at -= size) {
      words[((first + at) << 2) + X_OWNER] = NOBODY;
      words[((first + at) << 2) + GENERATION] = generation;
      free.push(first + at);
    }
    return new PageCache(page, size, free, 0);
  }

  /** For a page with a past: free is what its owner words say. */
  static adopt(words: Int32Array, page: number, size: number): PageCache {
    const free: number[] = [];
    const first = page << PAGE_SHIFT;
    let used = 0;
    let retired = 0;
    for (let at = (Math.floor(GRANULES_PER_PAGE / size) - 1) * size; at >= 0; at -= size) {
      if (load(words, ((first + at) << 2) + X_OWNER) !== NOBODY) used++;
      else if (words[((first + at) << 2) + GENERATION] >= LAST_GENERATION) retired++;
      else free.push(first + at);
    }
    const cache = new PageCache(page, size, free, used);
    cache.#retired = retired;
    return cache;
  }

  get hasRoom(): boolean {
    return this.#free.length > 0;
  }

  /** No block in use, and none retired: a page with a retired block stays what it is. */
  get isEmpty(): boolean {
    return this.#used === 0 && this.#retired === 0;
  }

  take(): number {
    this.#used++;
    return this.#free.pop() as number;
  }

  put(block: number): void {
    this.#used--;
    this.#free.push(block);
  }

  retire(): void {
    this.#used--;
    this.#retired++;
  }

  /** Where the list and the owner words of the page disagree, in words; null where they do not. */
  disagreement(words: Int32Array): string | null {
    const listed = new Set(this.#free);
    if (listed.size !== this.#free.length) return 'its free list names a block twice';
    const first = this.page << PAGE_SHIFT;
    let free = 0;
    for (let index = 0; index < this.#count; index++) {
      const block = first + index * this.#size;
      const isFree = load(words, (block << 2) + X_OWNER) === NOBODY;
      if (isFree) free++;
      if (listed.delete(block) && !isFree) return `its free list names block ${block}, which somebody has`;
    }
    if (listed.size > 0) return `its free list names block ${[...listed][0]}, which is no block of the page`;
    if (free !== this.#free.length + this.#retired) return `${free} blocks are free, of which ${this.#free.length} are listed and ${this.#retired} retired`;
    return this.#used === this.#count - free ? null : `${this.#count - free} blocks are in use, and it counts ${this.#used}`;
  }

  highestGeneration(words: Int32Array): number {
    let highest = 0;
    const first = this.page << PAGE_SHIFT;
    for (let index = 0; index < this.#count; index++) {
      highest = Math.max(highest, words[((first + index * this.#size) << 2) + GENERATION]);
    }
    return highest;
  }
}
