/** The invariants that an audit asks for, by their stable names. Each is reported under its name, and a test plants a fault of the kernel for every one. */
export const HEAP_INVARIANTS = {
  // pages
  'no-dead-domain-has-a-page': 'a page is free, abandoned, or a live domain’s',
  'free-page-holds-nothing': 'a free page has no kind and no remote bit',
  'owned-page-has-a-kind': 'a page that somebody has holds small blocks or is part of a span',
  'page-size-is-a-class': 'the blocks of a page have the size of one class',
  'a-span-has-its-parts': 'the pages behind the head of a span are its parts',
  'a-part-has-its-span': 'a part of a span lies within the span that it names',
  'a-span-holds-a-block': 'a span has one block, and it is not free',
  'a-page-is-touched': 'a live domain has noted every page that it has, and every page in which it has a block',
  'pages-are-conserved': 'free pages, small pages and the pages of spans add up to the heap',
  // blocks
  'owner-word-is-valid': 'an owner word is of a known kind',
  'no-dead-domain-owns': 'a block is nobody’s, a live domain’s, a parent’s, a record’s or the kernel’s to free',
  'a-block-has-a-type': 'a block that somebody has names a type of the table',
  'slots-fit-the-block': 'a block has room for its child slots and its payload',
  'a-retired-block-is-free': 'a block whose generation is used up is nobody’s',
  'freeing-is-finished': 'what a dead domain was giving back is marked in its page',
  'a-remote-bit-is-of-a-freeing-block': 'a free block’s remote bit is clear',
  'a-remote-bit-is-announced': 'the owner of a page has been told of its remote bits',
  // trees
  'parent-and-child-agree': 'a slot names a block exactly where the block names the slot’s parent',
  'a-child-has-one-slot': 'no two slots name the same block',
  'a-tree-has-a-root': 'whoever goes from a child to its parent, and on, comes to a root',
  'a-total-is-its-tree': 'a root that a domain owns knows the size of its tree',
  // ownership
  'transit-has-a-record': 'a block in transit is listed by the call record that it names',
  'an-orphan-is-waited-for': 'the kernel waits for the last borrow of every orphan',
  'charged-is-owned': 'a domain is charged for what it owns',
  'an-empty-heap-is-as-new': 'when nobody has anything, pages and bookkeeping are as after boot, generations apart',
  // private sides, reported by their own threads
  'a-free-list-is-free': 'a private free list names free blocks of its page, each once, and counts what it does not name',
  'a-handle-has-its-block': 'a handle that has not ended names a block of its generation that its domain owns',
} as const;

export type HeapInvariant = keyof typeof HEAP_INVARIANTS;

export interface Finding {
  /** Which invariant: a stable name. */
  readonly invariant: string;
  readonly detail: string;
}
