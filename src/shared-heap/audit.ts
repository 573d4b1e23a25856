/**
 * The audit: every invariant of the heap, checked by reading all of it. Runs on the kernel thread.
 *
 * It is exact while nothing moves: no call in flight, no domain allocating. Of a busy heap it may report what is merely under way.
 */
import { load } from '../abi/atomics.js';
import { indexOf, NOBODY, OwnerKind, ownerKind, ownerMeant, type DomainId } from '../abi/domain-id.js';
import {
  GRANULES_PER_PAGE,
  HEADER_BYTES,
  MAX_TYPES,
  PAGE_ABANDONED,
  PAGE_FREE,
  PAGE_KIND,
  PAGE_SHIFT,
  PAGE_SIZE,
  PageKind,
  PAYLOAD,
  SIZE_CLASSES,
  SLOTS,
  SPAN_ABANDONED,
  TYPE,
  X_OWNER,
  X_REMOTE,
} from '../abi/heap-layout.js';
import { CHARGED, threadRow } from '../abi/thread-layout.js';
import type { ThreadHeap } from './heap.js';

export interface Violation {
  /** Which invariant: a stable name. */
  readonly invariant: string;
  readonly detail: string;
}

export interface AuditContext {
  /** Whether a domain id is a life whose thread may still own things. */
  isAlive(id: DomainId): boolean;
  /** Whether the use of a call record that a transit word names still lists the block. */
  recordLists(ref: number, block: number): boolean;
  /** Whether the kernel waits for the last borrow of an orphan. */
  isKnownOrphan(block: number): boolean;
  /** The domains whose charge is to be compared with what they own. */
  readonly live: readonly DomainId[];
}

export class HeapAudit {
  readonly #words: Int32Array;
  readonly #heap: ThreadHeap;
  readonly #context: AuditContext;
  readonly #violations: Violation[] = [];
  readonly #owned = new Map<DomainId, number>();

  constructor(heap: ThreadHeap, context: AuditContext) {
    this.#heap = heap;
    this.#words = heap.views.words;
    this.#context = context;
  }

  run(): Violation[] {
    const { firstPage, pages } = this.#heap.shared;
    for (let page = firstPage; page < pages; page++) this.#page(page);
    for (const id of this.#context.live) this.#charge(id);
    return this.#violations;
  }

  #report(invariant: string, detail: string): void {
    if (this.#violations.length < 1000) this.#violations.push({ invariant, detail });
  }

  #page(page: number): void {
    const owner = this.#heap.arena.pages.owner(page);
    const entry = this.#heap.arena.pages.entry(page);
    const kind = this.#words[entry + PAGE_KIND];
    if (owner === PAGE_FREE) {
      if (kind !== PageKind.None) this.#report('free-page-holds-nothing', `page ${page} is free and has kind ${kind}`);
      return;
    }
    if (owner !== PAGE_ABANDONED && owner !== SPAN_ABANDONED && !this.#context.isAlive(owner)) {
      this.#report('no-dead-domain-has-a-page', `page ${page} belongs to dead domain ${owner}`);
    }
    if (kind === PageKind.Small) this.#small(page, entry);
    else if (kind === PageKind.SpanHead) this.#span(page, entry);
    else if (kind === PageKind.SpanPart) this.#part(page, entry);
    else this.#report('owned-page-has-a-kind', `page ${page} belongs to ${owner} and holds nothing`);
  }

  #small(page: number, entry: number): void {
    const size = this.#words[entry + PAGE_SIZE];
    if (!SIZE_CLASSES.includes(size)) return this.#report('page-size-is-a-class', `page ${page} has blocks of ${size} granules`);
    for (let at = 0, index = 0; at + size <= GRANULES_PER_PAGE; at += size, index++) {
      const bit = (load(this.#words, entry + X_REMOTE + (index >>> 5)) & (1 << (index & 31))) !== 0;
      this.#block((page << PAGE_SHIFT) + at, size, bit);
    }
  }

  #span(page: number, entry: number): void {
    const count = this.#words[entry + PAGE_SIZE];
    for (let part = 1; part < count; part++) {
      const at = this.#heap.arena.pages.entry(page + part);
      if (this.#words[at + PAGE_KIND] !== PageKind.SpanPart || this.#words[at + PAGE_SIZE] !== page) {
        this.#report('a-span-has-its-parts', `page ${page + part} should be a part of the span at ${page}`);
      }
    }
    this.#block(page << PAGE_SHIFT, count * GRANULES_PER_PAGE, false);
  }

  #part(page: number, entry: number): void {
    const head = this.#words[entry + PAGE_SIZE];
    const at = this.#heap.arena.pages.entry(head);
    if (this.#words[at + PAGE_KIND] !== PageKind.SpanHead || head + this.#words[at + PAGE_SIZE] <= page) {
      this.#report('a-part-has-its-span', `page ${page} says it is part of a span at ${head}`);
    }
  }

  #block(block: number, granules: number, remoteBit: boolean): void {
    const word = load(this.#words, (block << 2) + X_OWNER);
    if (word === NOBODY) {
      if (remoteBit) this.#report('a-remote-bit-is-of-a-freeing-block', `block ${block} is free and has its remote bit set`);
      return;
    }
    const meant = ownerMeant(word);
    switch (ownerKind(word)) {
      case OwnerKind.Domain:
        if (!this.#context.isAlive(meant)) this.#report('no-dead-domain-owns', `block ${block} is owned by dead domain ${meant}`);
        this.#owned.set(meant, (this.#owned.get(meant) ?? 0) + this.#heap.ownership.measure(block));
        break;
      case OwnerKind.Child:
        if (!this.#names(meant, block)) this.#report('parent-and-child-agree', `block ${block} says it is a child of ${meant}, which does not name it`);
        break;
      case OwnerKind.Transit:
        if (!this.#context.recordLists(meant, block)) this.#report('transit-has-a-record', `block ${block} is in transit by a record that does not list it`);
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

  #contents(block: number, granules: number): void {
    const type = this.#words[(block << 2) + TYPE];
    const slots = this.#words[(block << 2) + SLOTS];
    if (type <= 0 || type >= MAX_TYPES) this.#report('a-block-has-a-type', `block ${block} has type number ${type}`);
    if (slots < 0 || slots * 4 > granules * 16 - HEADER_BYTES) return this.#report('slots-fit-the-block', `block ${block} claims ${slots} slots`);
    for (let slot = 0; slot < slots; slot++) {
      const child = this.#words[(block << 2) + PAYLOAD + slot];
      if (child === 0) continue;
      const word = load(this.#words, (child << 2) + X_OWNER);
      if (ownerKind(word) !== OwnerKind.Child || ownerMeant(word) !== block) {
        this.#report('parent-and-child-agree', `slot ${slot} of block ${block} names ${child}, which is no child of it`);
      }
    }
  }

  #names(parent: number, child: number): boolean {
    if (parent <= 0 || parent >>> PAGE_SHIFT >= this.#heap.shared.pages || load(this.#words, (parent << 2) + X_OWNER) === NOBODY) return false;
    const first = (parent << 2) + PAYLOAD;
    for (let at = first, end = first + this.#words[(parent << 2) + SLOTS]; at < end; at++) if (this.#words[at] === child) return true;
    return false;
  }

  /** Conservation: what a domain is charged for is what it owns. */
  #charge(id: DomainId): void {
    const charged = this.#heap.shared.controlViews.words[threadRow(indexOf(id)) + CHARGED];
    const owned = this.#owned.get(id) ?? 0;
    if (charged !== owned) this.#report('charged-is-owned', `domain ${id} is charged for ${charged} granules and owns ${owned}`);
  }
}
