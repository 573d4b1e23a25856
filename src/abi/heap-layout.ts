/**
 * The shared heap: pages of 64 KiB, blocks within them, and the table of pages.
 *
 *   page 0 ..                                        first usable page
 *   +-----------------------------------------------+--------+--------+-----
 *   | page table: 40 words a page | type table      | page   | page   | ...
 *   +-----------------------------------------------+--------+--------+-----
 *
 *   page table entry            block
 *   0 X_PAGE_OWNER              0 X_OWNER      the owner word, commit word of every transition
 *   1 PAGE_KIND                 1 GENERATION   counts the lives of the block
 *   2 PAGE_SIZE                 2 TYPE         index into the type table
 *   3 PAGE_GENERATION           3 SLOTS        how many child slots begin the payload
 *   4 X_REMOTE (32 words)       4 TOTAL        granules of the whole tree, kept at its root
 *  36 X_REMOTE_ANY
 *                               5 LENGTH       bytes of payload
 *                               6, 7           reserved, zero
 *                               8 payload: child slots (a block number each, 0 for none), then data
 *
 * A block is named by the number of its first granule of 16 bytes: 28 bits name all of 4 GiB. All child slots come first in every payload,
 * so dropping a value needs no more of its type than SLOTS.
 */
export const PAGE_BYTES = 65536;
export const GRANULE_BYTES = 16;
export const GRANULES_PER_PAGE = PAGE_BYTES / GRANULE_BYTES;
export const PAGE_SHIFT = 12;

export const HEADER_BYTES = 32;
export const X_OWNER = 0;
export const GENERATION = 1;
export const TYPE = 2;
export const SLOTS = 3;
export const TOTAL = 4;
export const LENGTH = 5;
export const PAYLOAD = HEADER_BYTES / 4;

/** The index of a block's first word of payload, its first child slot, in an array of 32-bit words. */
export function firstSlotWord(block: number): number {
  return (block << 2) + PAYLOAD;
}
/** The same place in bytes. */
export function firstPayloadByte(block: number): number {
  return block * GRANULE_BYTES + HEADER_BYTES;
}

/** A block whose generation reaches this is never used again. */
export const LAST_GENERATION = 0x7fffffff;

export const PAGE_ENTRY_WORDS = 40;
/** 0: free for anyone. Else a domain id, or ABANDONED. Compare-and-swap decides who has a page. */
export const X_PAGE_OWNER = 0;
export const PAGE_KIND = 1;
/** Small: granules of a block. Span head: number of pages. */
export const PAGE_SIZE = 2;
/** No block of this page has had a higher generation while the page had an earlier use. */
export const PAGE_GENERATION = 3;
/** One bit per block that another thread has given back. */
export const X_REMOTE = 4;

/** Set after a remote bit, cleared before the bits are drained: spares the owner a look at 32 words. */
export const X_REMOTE_ANY = 36;

export const PAGE_FREE = 0;
/** No arena has the page, and blocks in it live: whoever frees into it, or needs one of its size, may take it. */
export const PAGE_ABANDONED = 0x40000000;
/** As abandoned, for the pages of a span: nobody needs to look at them, because whoever owns the block releases them. */
export const SPAN_ABANDONED = 0x40000001;

export const PageKind = { None: 0, Small: 1, SpanHead: 2, SpanPart: 3 } as const;

/** Size classes, in granules, headers included: steps of a quarter to a sixth of the size; the last two are 3 and 2 to a page. */
export const SIZE_CLASSES: readonly number[] = [
  4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 640, 768, 1024, 1365, 2048,
];
export const MAX_SMALL_GRANULES = 2048;
export const MAX_BLOCKS_PER_PAGE = Math.floor(GRANULES_PER_PAGE / SIZE_CLASSES[0]);

/** For each number of granules, the index of the smallest class that holds it. */
export const CLASS_OF: Uint8Array = (() => {
  const table = new Uint8Array(MAX_SMALL_GRANULES + 1);
  let index = 0;
  for (let granules = 0; granules <= MAX_SMALL_GRANULES; granules++) {
    if (granules > SIZE_CLASSES[index]) index++;
    table[granules] = index;
  }
  return table;
})();

// --- type table: the meaning of TYPE, the same in every thread -----------------------------------------------------
export const TYPE_ENTRY_WORDS = 32;
export const MAX_TYPES = 4096;
/** Entry 0 holds the table's own words: count of entries, and the lock of those who append (the host and the kernel). */
export const TYPE_COUNT = 0;
export const TYPE_LOCK = 1;
/** The type index of raw bytes: what strings and byte fields are kept in. */
export const RAW_TYPE = 1;

export function typeTableAt(pages: number): number {
  return pages * PAGE_ENTRY_WORDS;
}
export function firstUsablePage(pages: number): number {
  return Math.ceil(((typeTableAt(pages) + MAX_TYPES * TYPE_ENTRY_WORDS) * 4) / PAGE_BYTES);
}

if (X_REMOTE + MAX_BLOCKS_PER_PAGE / 32 > X_REMOTE_ANY || X_REMOTE_ANY >= PAGE_ENTRY_WORDS) throw new Error('a page entry has no room for its remote bits');
if (SIZE_CLASSES[SIZE_CLASSES.length - 1] !== MAX_SMALL_GRANULES) throw new Error('the last size class must be the largest small size');
