/** The kernel of the small world: it buries with the production Undertaker, and it looks, in memory that nobody watches, whether everything is as it should be. */
import * as b from './board.mjs';

export class Kernel {
  #buried = 0;
  /** The block that takes the room which an execution does not have; 0 for none. */
  #filler = 0;

  constructor(world) {
    this.world = world;
    Object.assign(this, world.makeKernel());
    const { build } = world;
    this.looker = new build.ThreadHeap(world.raw, build.KERNEL_ID, { paranoid: true, harden: () => {} });
  }

  /** Leaves `room` pages to the others, all of them where it is 0. */
  begin(room) {
    const { build, raw } = this.world;
    const pages = raw.pages - raw.firstPage - room;
    if (room !== 0) this.#filler = this.heap.arena.alloc(pages * build.PAGE_BYTES - build.HEADER_BYTES, build.RAW_TYPE, 0, true);
  }

  isDead(actor) {
    return (this.world.board[b.DEAD] & (1 << actor)) !== 0;
  }

  /** The actor's thread has ended: what the kernel does then. */
  bury(actor) {
    this.#buried |= 1 << actor;
    const program = { binding: 0, name: b.ACTOR_NAMES[actor], calls: 0, orphanedGranules: 0, life: null, limits: { logBytesPerSecond: 0 } };
    const life = this.world.build.newLife(program, this.world.ids[actor], { hasEnded: true });
    this.undertaker.bury(life, { code: 1, error: null }, 'none');
  }

  buryTheDead() {
    this.world.board[b.STATE_HASH] = this.hash();
    for (let actor = 0; actor < b.KERNEL; actor++) if (this.isDead(actor) && (this.#buried & (1 << actor)) === 0) this.bury(actor);
    this.orphans.look();
    // Calls are under way, so charges are not compared yet.
    this.#report('after the concurrent part', this.#audit([]));
  }

  verify() {
    const { build, raw } = this.world;
    this.orphans.look();
    this.undertaker.look();
    if (this.#filler !== 0) this.heap.freeRaw(this.#filler);
    this.heap.arena.sweep();
    this.heap.arena.abandonAll();
    const living = this.world.ids.filter((_id, actor) => actor < b.KERNEL && !this.isDead(actor));
    this.#report('at the end', this.#audit(living));
    this.#report(
      'at the end',
      this.heap.check().map(({ invariant, detail }) => `${invariant}: ${detail}`),
    );
    const { total, pagesInUse } = build.takeCensus(this.looker);
    if (total.blocks !== 0) this.#report('at the end', [`nothing-is-lost: nobody has a handle of ${this.#blocks().join(', ')}`]);
    if (pagesInUse !== 0) this.#report('at the end', [`pages-come-back: ${pagesInUse} pages are in use`]);
    if (this.orphans.count !== 0) this.#report('at the end', [`estates-end: the kernel still waits for ${this.orphans.count}`]);
    for (const row of [2, 3, 4]) {
      for (let slot = 0; slot < build.RECORDS_PER_MAILBOX; slot++) {
        const record = row * build.RECORDS_PER_MAILBOX + slot;
        const caller = raw.controlViews.words[build.recordWord(record, raw.pages) + build.R_X_CALLER];
        if (caller !== 0) this.#report('at the end', [`records-come-back: record ${record} is held by ${caller}`]);
      }
    }
  }

  /** What is in use, in words. */
  #blocks() {
    const { build, raw } = this.world;
    const { words } = raw.heapViews;
    const found = [];
    for (let page = raw.firstPage; page < raw.pages; page++) {
      const entry = page * build.PAGE_ENTRY_WORDS;
      if (words[entry + build.PAGE_KIND] !== build.PageKind.Small && words[entry + build.PAGE_KIND] !== build.PageKind.SpanHead) continue;
      const size = words[entry + build.PAGE_KIND] === build.PageKind.Small ? words[entry + build.PAGE_SIZE] : build.GRANULES_PER_PAGE;
      for (let at = 0; at + size <= build.GRANULES_PER_PAGE; at += size) {
        const block = (page << build.PAGE_SHIFT) + at;
        const word = words[block << 2];
        if (word === build.NOBODY) continue;
        const kind = Object.keys(build.OwnerKind).find((name) => build.OwnerKind[name] === build.ownerKind(word));
        found.push(`block ${block} (${kind} ${build.ownerMeant(word)}, page ${page} of ${words[entry]})`);
      }
    }
    return found;
  }

  #report(when, findings) {
    for (const finding of findings) this.world.build.seam.note('audit', `${finding} (${when})`);
  }

  #audit(live) {
    const { build } = this.world;
    const { space } = this.endpoint;
    const isAlive = (id) => id === build.KERNEL_ID || this.world.ids.some((each, actor) => each === id && !this.isDead(actor));
    const audit = new build.HeapAudit(this.looker, {
      isAlive,
      recordLists: (ref, block) => build.recordLists(space, ref, block),
      isKnownOrphan: (block) => this.orphans.isKnown(block),
      live,
    });
    const calls = build.auditCalls(space, this.table.used(), {
      isAlive,
      isHeld: (record) => this.orphans.holds(record),
      ownerWord: (block) => this.looker.ownership.ownerWord(block),
    });
    return [...audit.run(), ...calls].map(({ invariant, detail }) => `${invariant}: ${detail}`);
  }

  /** Of everything that tells one state of the heap from another: pages, headers, slots, call records, thread rows. */
  hash() {
    const { build, raw } = this.world;
    const heap = raw.heapViews.words;
    const control = raw.controlViews.words;
    let hash = 0x811c9dc5;
    const mix = (words, from, to) => {
      for (let at = from; at < to; at++) hash = Math.imul(hash ^ words[at], 0x01000193);
    };
    for (let page = raw.firstPage; page < raw.pages; page++) {
      const entry = page * build.PAGE_ENTRY_WORDS;
      mix(heap, entry, entry + build.PAGE_ENTRY_WORDS);
      const size = heap[entry + build.PAGE_KIND] === build.PageKind.Small ? heap[entry + build.PAGE_SIZE] : build.GRANULES_PER_PAGE;
      if (!(size > 0)) continue;
      for (let at = 0; at + size <= build.GRANULES_PER_PAGE; at += size) {
        const word = ((page << build.PAGE_SHIFT) + at) << 2;
        mix(heap, word, word + build.PAYLOAD + 4);
      }
    }
    for (let row = 0; row < 5; row++) {
      mix(control, build.threadRow(row), build.threadRow(row) + build.THREAD_WORDS);
      const touched = build.touchedRow(row, raw.pages);
      mix(control, touched, touched + build.touchedWords(raw.pages));
      for (let slot = 0; slot < build.RECORDS_PER_MAILBOX; slot++) {
        const at = build.recordWord(row * build.RECORDS_PER_MAILBOX + slot, raw.pages);
        if (control[at + build.R_STATE] !== 0 || control[at + build.R_X_CALLER] !== 0) mix(control, at, at + build.RECORD_WORDS);
      }
    }
    return hash | 0;
  }
}
