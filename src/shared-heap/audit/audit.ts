/**
 * The audit: every invariant of the heap, checked by reading all of it. Runs on the kernel thread. The invariants are named in invariants.ts.
 *
 * It is exact while nothing moves: no call in flight, no domain allocating. Of a busy heap it may report what is merely under way, so the kernel looks again.
 */
import { load } from '../../abi/atomics.js';
import { HOST_ID, indexOf, KERNEL_ID, NOBODY, OwnerKind, ownerKind, ownerMeant, type DomainId } from '../../abi/domain-id.js';
import {
  GENERATION,
  GRANULES_PER_PAGE,
  HEADER_BYTES,
  LAST_GENERATION,
  LENGTH,
  MAX_TYPES,
  PAGE_ABANDONED,
  PAGE_FREE,
  PAGE_KIND,
  PAGE_SHIFT,
  PAGE_SIZE,
  PageKind,
  SIZE_CLASSES,
  SLOTS,
  SPAN_ABANDONED,
  TYPE,
  X_OWNER,
  X_REMOTE,
  X_REMOTE_ANY,
} from '../../abi/heap-layout.js';
import { CHARGED, threadRow, touchedRow, X_REMOTE_HINT } from '../../abi/thread-layout.js';
import { emptinessHash } from './emptiness.js';
import type { ThreadHeap } from '../heap.js';
import type { Finding, HeapInvariant } from './invariants.js';
import { PageUse } from '../pages/page-use.js';
import { TreeAudit } from './tree-audit.js';

export interface AuditContext {
  /** Whether a domain id is a life whose thread may still own things. */
  isAlive(id: DomainId): boolean;
  /** Whether the use of a call record that a transit word names still lists the block. */
  recordLists(ref: number, block: number): boolean;
  /** Who is charged for a block in transit: the caller for what its call carries, nobody for a result on its way. */
  payerOf?(ref: number, block: number): DomainId | undefined;
  /** Whether the kernel waits for the last borrow of an orphan. */
  isKnownOrphan(block: number): boolean;
  /** Is told of the roots that the kernel owns. */
  noteKernels?(block: number): void;
  /** The domains whose charge is to be compared with what they own. */
  readonly live: readonly DomainId[];
  /** The hash of the heap as it was after boot, to be compared with when nobody has anything. */
  readonly emptyHash?: string;
}

/** More findings than anybody reads; the first ones count. */
const MOST_FINDINGS = 1000;

export class HeapAudit {
  readonly #words: Int32Array;
  readonly #control: Int32Array;
  readonly #heap: ThreadHeap;
  readonly #context: AuditContext;
  readonly #trees: TreeAudit;
  readonly #findings: Finding[] = [];
  readonly #owned = new Map<DomainId, number>();
  #blocks = 0;
  readonly #report = (invariant: HeapInvariant, detail: string): void => {
    if (this.#findings.length < MOST_FINDINGS) this.#findings.push({ invariant, detail });
  };

  constructor(heap: ThreadHeap, context: AuditContext) {
    this.#heap = heap;
    this.#words = heap.views.words;
    this.#control = heap.shared.controlViews.words;
    this.#context = context;
    this.#trees = new TreeAudit(heap, this.#report);
  }

  run(): Finding[] {
    const { firstPage, pages } = this.#heap.shared;
    let accounted = 0;
    for (let page = firstPage; page < pages; page++) accounted += this.#page(page);
    this.#trees.finish();
    if (accounted !== pages - firstPage) this.#report('pages-are-conserved', `of ${pages - firstPage} pages, ${accounted} are accounted for`);
    for (const id of this.#context.live) this.#charge(id);
    this.#emptiness();
    return this.#findings;
  }

  /** Answers how many pages this one accounts for: all of a span at its head. */
  #page(page: number): number {
    const owner = this.#heap.arena.pages.owner(page);
    const entry = this.#heap.arena.pages.entry(page);
    const kind = this.#words[entry + PAGE_KIND];
    if (owner === PAGE_FREE) {
      if (kind !== PageKind.None) this.#report('free-page-holds-nothing', `page ${page} is free and has kind ${kind}`);
      else if (this.#remoteBits(entry)) this.#report('free-page-holds-nothing', `page ${page} is free and has remote bits`);
      return 1;
    }
    if (owner !== PAGE_ABANDONED && owner !== SPAN_ABANDONED) {
      if (!this.#context.isAlive(owner)) this.#report('no-dead-domain-has-a-page', `page ${page} belongs to dead domain ${owner}`);
      else this.#isTouched(owner, page, 'has it');
    }
    switch (kind) {
      case PageKind.Small:
        this.#small(page, entry, owner);
        return 1;
      case PageKind.SpanHead:
        return this.#span(page, entry);
      case PageKind.SpanPart:
        this.#part(page, entry);
        return 0;
      default:
        this.#report('owned-page-has-a-kind', `page ${page} belongs to ${owner} and holds nothing`);
        return 1;
    }
  }

  #remoteBits(entry: number): boolean {
    for (let at = X_REMOTE; at < X_REMOTE_ANY; at++) if (load(this.#words, entry + at) !== 0) return true;
    return false;
  }

  #isTouched(id: DomainId, page: number, how: string): void {
    // The host and the kernel are never reclaimed, but they note their pages all the same.
    const word = load(this.#control, touchedRow(indexOf(id), this.#heap.shared.pages) + (page >>> 5));
    if ((word & (1 << (page & 31))) === 0) this.#report('a-page-is-touched', `domain ${id} ${how} and has not noted page ${page}`);
  }

  #small(page: number, entry: number, owner: number): void {
    const size = this.#words[entry + PAGE_SIZE];
    if (!SIZE_CLASSES.includes(size)) return this.#report('page-size-is-a-class', `page ${page} has blocks of ${size} granules`);
    if (this.#remoteBits(entry)) {
      const isAnnounced =
        load(this.#words, entry + X_REMOTE_ANY) === 1 && (owner === PAGE_ABANDONED || load(this.#control, threadRow(indexOf(owner)) + X_REMOTE_HINT) === 1);
      if (!isAnnounced) this.#report('a-remote-bit-is-announced', `page ${page} has remote bits of which its owner ${owner} has not been told`);
    }
    const use = new PageUse(this.#words, entry);
    for (let at = 0, index = 0; at + size <= GRANULES_PER_PAGE; at += size, index++) {
      const bit = (load(this.#words, entry + X_REMOTE + (index >>> 5)) & (1 << (index & 31))) !== 0;
      this.#block((page << PAGE_SHIFT) + at, size, bit, use);
    }
  }

  #span(page: number, entry: number): number {
    const use = new PageUse(this.#words, entry);
    const count = Math.min(use.size, this.#heap.shared.pages - page);
    for (let part = 1; part < count; part++) {
      const at = this.#heap.arena.pages.entry(page + part);
      if (this.#words[at + PAGE_KIND] !== PageKind.SpanPart || this.#words[at + PAGE_SIZE] !== page) {
        this.#report('a-span-has-its-parts', `page ${page + part} should be a part of the span at ${page}`);
      }
    }
    const block = page << PAGE_SHIFT;
    const isRetired = this.#words[(block << 2) + GENERATION] >= LAST_GENERATION;
    if (load(this.#words, (block << 2) + X_OWNER) === NOBODY && !isRetired)
      this.#report('a-span-holds-a-block', `the block of the span at ${page} is nobody's`);
    this.#block(block, count * GRANULES_PER_PAGE, false, use);
    return use.size;
  }

  #part(page: number, entry: number): void {
    const head = this.#words[entry + PAGE_SIZE];
    const isPage = head >= this.#heap.shared.firstPage && head < page;
    const at = this.#heap.arena.pages.entry(isPage ? head : this.#heap.shared.firstPage);
    if (!isPage || this.#words[at + PAGE_KIND] !== PageKind.SpanHead || head + this.#words[at + PAGE_SIZE] <= page) {
      this.#report('a-part-has-its-span', `page ${page} says it is part of a span at ${head}`);
    }
  }

  #block(block: number, granules: number, remoteBit: boolean, use: PageUse): void {
    const word = load(this.#words, (block << 2) + X_OWNER);
    if (word === NOBODY) {
      if (remoteBit) this.#report('a-remote-bit-is-of-a-freeing-block', `block ${block} is free and has its remote bit set`);
      return;
    }
    // What lies in a page that has been given another use meanwhile is no header.
    if (!use.isCurrent()) return;
    this.#blocks++;
    const meant = ownerMeant(word);
    switch (ownerKind(word)) {
      case OwnerKind.Domain:
        if (!this.#context.isAlive(meant)) this.#report('no-dead-domain-owns', `block ${block} is owned by dead domain ${meant}`);
        else this.#isTouched(meant, block >>> PAGE_SHIFT, `owns block ${block}`);
        if (meant === KERNEL_ID) this.#context.noteKernels?.(block);
        this.#owned.set(meant, (this.#owned.get(meant) ?? 0) + this.#trees.root(block));
        break;
      case OwnerKind.Child:
        this.#trees.child(block, meant);
        break;
      case OwnerKind.Transit:
        if (!this.#context.recordLists(meant, block)) this.#report('transit-has-a-record', `block ${block} is in transit by a record that does not list it`);
        else this.#transit(block, meant);
        break;
      case OwnerKind.Freeing:
        if (!remoteBit && !this.#context.isAlive(meant)) this.#report('freeing-is-finished', `block ${block} was being freed by dead domain ${meant}`);
        return;
      case OwnerKind.Orphan:
        if (!this.#context.isKnownOrphan(block)) this.#report('an-orphan-is-waited-for', `block ${block} is an orphan that nobody waits for`);
        break;
      default:
        return this.#report('owner-word-is-valid', `block ${block} has owner word ${word}`);
    }
    this.#contents(block, granules);
  }

  #transit(block: number, ref: number): void {
    const payer = this.#context.payerOf?.(ref, block);
    if (payer !== undefined) this.#owned.set(payer, (this.#owned.get(payer) ?? 0) + this.#trees.root(block));
  }

  #contents(block: number, granules: number): void {
    const at = block << 2;
    const type = this.#words[at + TYPE];
    const slots = this.#words[at + SLOTS];
    const length = this.#heap.views.unsigned[at + LENGTH];
    if (this.#words[at + GENERATION] >= LAST_GENERATION) this.#report('a-retired-block-is-free', `block ${block} has used up its generations and is in use`);
    if (type <= 0 || type >= MAX_TYPES) this.#report('a-block-has-a-type', `block ${block} has type number ${type}`);
    if (slots < 0 || slots * 4 > length || length > granules * 16 - HEADER_BYTES) {
      return this.#report('slots-fit-the-block', `block ${block} of ${granules * 16} bytes claims ${slots} slots and ${length} bytes`);
    }
    this.#trees.slots(block);
  }

  /** Conservation: what a domain is charged for is what it owns. */
  #charge(id: DomainId): void {
    const charged = this.#control[threadRow(indexOf(id)) + CHARGED];
    const owned = this.#owned.get(id) ?? 0;
    if (charged !== owned) this.#report('charged-is-owned', `domain ${id} is charged for ${charged} granules and owns ${owned}`);
  }

  #emptiness(): void {
    const { emptyHash, live } = this.#context;
    if (emptyHash === undefined || this.#blocks > 0 || live.some((id) => id !== HOST_ID && id !== KERNEL_ID)) return;
    const hash = emptinessHash(this.#heap.shared);
    if (hash !== emptyHash) this.#report('an-empty-heap-is-as-new', `nobody has anything, and the heap's hash is ${hash}, which was ${emptyHash} after boot`);
  }
}
