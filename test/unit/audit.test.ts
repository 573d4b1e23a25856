/** Every invariant of the audit fires: for each, a fault such as a mistake in the kernel or the heap would leave behind, planted into a heap in order. */
import { describe, expect, it } from 'vitest';
import { domainId, freeingBy, indexOf, KERNEL_ID, NOBODY, ORPHAN, ownedBy } from '../../dist/abi/domain-id.js';
import {
  GENERATION,
  LAST_GENERATION,
  PAGE_GENERATION,
  PAGE_KIND,
  PAGE_SHIFT,
  PAGE_SIZE,
  PAYLOAD,
  PageKind,
  SLOTS,
  TOTAL,
  TYPE,
  X_OWNER,
  X_PAGE_OWNER,
  X_REMOTE,
} from '../../dist/abi/heap-layout.js';
import { R_STATE, CallState, withState } from '../../dist/abi/record-layout.js';
import { EXPORTED_MAP, X_RELEASED_MAP } from '../../dist/abi/reference-layout.js';
import { LIFE, referenceArea, SPINNERS, threadRow, touchedRow, X_REMOTE_HINT } from '../../dist/abi/thread-layout.js';
import { CALL_INVARIANTS } from '../../dist/proxy/call-audit.js';
import type { PendingCall } from '../../dist/proxy/pending-call.js';
import { emptinessHash } from '../../dist/shared-heap/audit/emptiness.js';
import { handles } from '../../dist/shared-heap/handles/handle.js';
import { MEDIA_INVARIANTS } from '../../dist/microkernel/media.js';
import { REFERENCE_INVARIANTS } from '../../dist/microkernel/reference-audit.js';
import { HEAP_INVARIANTS } from '../../dist/shared-heap/audit/invariants.js';
import { Broker } from '../fixtures/extensions/generated/references.js';
import { type Member, Miniature } from '../interleaving/miniature.js';

const block = (handle: any): number => handles.blockToRead(handle);
const heapWords = (world: Miniature): Int32Array => world.shared.heapViews.words;
const entryOf = (world: Miniature, handle: any): number => world.kernel.heap.arena.pages.entry(block(handle) >>> PAGE_SHIFT);

function header(world: Miniature, of: number, word: number, value: number): void {
  heapWords(world)[(of << 2) + word] = value;
}
function lend(world: Miniature, from: Member, to: Member, value: unknown): PendingCall {
  return from.endpoint.caller.send(world.target(to), world.method(from, 'measure'), [value], Number.POSITIVE_INFINITY) as PendingCall;
}
function move(world: Miniature, from: Member, to: Member, value: unknown): PendingCall {
  return from.endpoint.caller.send(world.target(to), world.method(from, 'keep'), [value], Number.POSITIVE_INFINITY) as PendingCall;
}
const STRANGER = domainId(9, 5);
const large = 'x'.repeat(200_000);

/** The mistake, in words, and what it leaves behind. */
const FAULTS: { readonly [invariant: string]: readonly [string, (world: Miniature) => void] } = {
  'no-dead-domain-has-a-page': [
    'the reclaimer forgets to give up the pages',
    (world) => {
      world.victim.note('');
      world.kernel.heap.arena.abandonAll = () => {};
      world.reclaimer.reclaim = () => ({ blocks: 0, bytes: 0, types: new Map(), deferred: [] });
      world.bury();
    },
  ],
  'free-page-holds-nothing': [
    'a page is freed before its kind is cleared',
    (world) => void (heapWords(world)[entryOf(world, world.victim.note('')) + X_PAGE_OWNER] = 0),
  ],
  'owned-page-has-a-kind': [
    'a claimed page is never committed',
    (world) => void (heapWords(world)[entryOf(world, world.victim.note('')) + PAGE_KIND] = PageKind.None),
  ],
  'page-size-is-a-class': ['a page is given blocks of no class', (world) => void (heapWords(world)[entryOf(world, world.victim.note('')) + PAGE_SIZE] = 9)],
  'a-span-has-its-parts': [
    'a part of a span is given back alone',
    (world) => {
      const note = world.victim.note(large);
      const raw = heapWords(world)[(block(note) << 2) + PAYLOAD];
      world.victim.heap.arena.pages.release((raw >>> PAGE_SHIFT) + 1);
    },
  ],
  'a-part-has-its-span': [
    'the head of a span is given back before its parts',
    (world) => {
      const raw = heapWords(world)[(block(world.victim.note(large)) << 2) + PAYLOAD];
      world.victim.heap.arena.pages.release(raw >>> PAGE_SHIFT);
    },
  ],
  'a-span-holds-a-block': [
    'the block of a span is freed and the span is not',
    (world) => {
      const raw = heapWords(world)[(block(world.victim.note(large)) << 2) + PAYLOAD];
      header(world, raw, X_OWNER, NOBODY);
    },
  ],
  'a-page-is-touched': [
    'a block is taken without a note of its page',
    (world) => {
      const note = world.victim.note('');
      const words = world.shared.controlViews.words;
      words.fill(0, touchedRow(indexOf(world.victim.id), world.shared.pages), touchedRow(indexOf(world.victim.id), world.shared.pages) + 4);
      expect(note.weight).toBe(0);
    },
  ],
  'pages-are-conserved': [
    'a span claims more pages than it has',
    (world) => {
      const raw = heapWords(world)[(block(world.victim.note(large)) << 2) + PAYLOAD];
      heapWords(world)[world.kernel.heap.arena.pages.entry(raw >>> PAGE_SHIFT) + PAGE_SIZE] += 1;
    },
  ],
  'owner-word-is-valid': ['an owner word of no kind is stored', (world) => header(world, block(world.victim.note('')), X_OWNER, 7 << 28)],
  'no-dead-domain-owns': ['the reclaimer misses a block', (world) => header(world, block(world.victim.note('')), X_OWNER, ownedBy(STRANGER))],
  'a-block-has-a-type': ['a header is written without its type', (world) => header(world, block(world.victim.note('')), TYPE, 0)],
  'slots-fit-the-block': ['a header claims more slots than there is room for', (world) => header(world, block(world.victim.note('')), SLOTS, 100_000)],
  'a-retired-block-is-free': [
    'a block is handed out whose generations are used up',
    (world) => header(world, block(world.victim.note('')), GENERATION, LAST_GENERATION),
  ],
  'freeing-is-finished': ['the reclaimer leaves what was being freed', (world) => header(world, block(world.victim.note('')), X_OWNER, freeingBy(STRANGER))],
  'a-remote-bit-is-of-a-freeing-block': [
    'a drainer frees a block and leaves its bit',
    (world) => {
      const note = world.victim.note('');
      const entry = entryOf(world, note);
      const index = (block(note) & 4095) / heapWords(world)[entry + PAGE_SIZE];
      note.drop();
      heapWords(world)[entry + X_REMOTE + (index >>> 5)] |= 1 << (index & 31);
    },
  ],
  'a-remote-bit-is-announced': [
    'a block is given back and its page’s owner is not told',
    (world) => {
      const note = world.victim.note('');
      let kept: any;
      world.serve(world.peer, { keep: (given: unknown) => ((kept = given), 1) });
      const call = move(world, world.victim, world.peer, note);
      world.peer.endpoint.serveAll();
      world.victim.endpoint.caller.outcomes.take(call);
      kept.drop();
      world.shared.controlViews.words[threadRow(indexOf(world.victim.id)) + X_REMOTE_HINT] = 0;
    },
  ],
  'parent-and-child-agree': [
    'a child is made a root and its slot is not cleared',
    (world) => header(world, block(world.victim.note('', world.victim.note('')).next), X_OWNER, ownedBy(world.victim.id)),
  ],
  'a-child-has-one-slot': [
    'a child is attached twice',
    (world) => {
      const parent = world.victim.note('some text', world.victim.note(''));
      const first = (block(parent) << 2) + PAYLOAD;
      heapWords(world)[first] = heapWords(world)[first + 1];
    },
  ],
  'a-tree-has-a-root': [
    'a root is attached below itself',
    (world) => {
      const parent = world.victim.note('', world.victim.note(''));
      const [a, b] = [block(parent), block(parent.next)];
      header(world, b, PAYLOAD + 1, a);
      header(world, a, X_OWNER, (2 << 28) | b);
    },
  ],
  'a-total-is-its-tree': ['a child is attached and not counted', (world) => header(world, block(world.victim.note('', world.victim.note(''))), TOTAL, 4)],
  'transit-has-a-record': [
    'a record is released before what it carries is taken',
    (world) => header(world, block(world.victim.note('')), X_OWNER, (3 << 28) | 1000),
  ],
  'an-orphan-is-waited-for': ['the kernel forgets an orphan', (world) => header(world, block(world.victim.note('')), X_OWNER, ORPHAN)],
  'charged-is-owned': ['a domain is charged twice', (world) => world.victim.heap.arena.charge(4)],
  'an-empty-heap-is-as-new': [
    'the reclaimer leaves the notes of pages behind',
    (world) => {
      world.shared.controlViews.words[touchedRow(40, world.shared.pages)] = 1;
      world.bury();
    },
  ],
  'a-free-list-is-free': ['a block is freed behind the back of its arena', (world) => header(world, block(world.victim.note('')), X_OWNER, NOBODY)],
  'a-handle-has-its-block': ['a block is freed under its handle', (world) => world.victim.heap.arena.free(block(world.victim.note('')))],
  'no-dead-domain-holds-a-record': [
    'the records of a dead caller are not released',
    (world) => {
      world.serve(world.peer, {});
      lend(world, world.victim, world.peer, world.victim.note(''));
      world.victimIsDead = true;
    },
  ],
  'no-dead-domain-borrows': [
    'a call to a dead callee is not settled',
    (world) => {
      world.serve(world.victim, {});
      lend(world, world.peer, world.victim, world.peer.note(''));
      world.victimIsDead = true;
    },
  ],
  'claimed-is-momentary': [
    'a record is claimed and never sent',
    (world) => {
      world.serve(world.peer, {});
      const { at } = lend(world, world.victim, world.peer, world.victim.note(''));
      const words = world.shared.controlViews.words;
      words[at + R_STATE] = withState(words[at + R_STATE], CallState.Claimed);
    },
  ],
  'what-moves-is-in-transit': [
    'a call takes its argument along and stays its owner',
    (world) => {
      world.serve(world.peer, {});
      const note = world.victim.note('');
      const of = block(note);
      move(world, world.victim, world.peer, note);
      header(world, of, X_OWNER, ownedBy(world.victim.id));
    },
  ],
  'a-lent-block-lives': [
    'a lent block is freed by its owner',
    (world) => {
      world.serve(world.peer, {});
      const note = world.victim.note('');
      const of = block(note);
      lend(world, world.victim, world.peer, note);
      world.victim.heap.arena.free(of);
    },
  ],
  'a-holder-lives': [
    'the holds of a dead domain are not released',
    (world) => {
      world.references.grant(world.victim.id, [{ provider: world.peer.id, binding: null, exported: 0 }]);
      world.resources.releaseAll = () => ({ count: 0, counts: {}, order: [], failed: [] });
      world.bury();
    },
  ],
  'a-reference-leads-to-the-living': [
    'what a dead domain gave out is not forgotten',
    (world) => {
      giveOut(world);
      world.references.look();
      world.references.holders.forgetProvider = () => {};
      world.bury();
    },
  ],
  'what-carries-a-reference-is-under-way': [
    'a refused call goes on holding what it carried',
    (world) => {
      world.references.holders.end = () => {};
      giveOut(world);
      const call = pass(world);
      world.victim.endpoint.caller.giveUp(call, 'Cancelled');
    },
  ],
  'what-is-received-was-passed': [
    'a sender does not log what it passes',
    (world) => {
      world.victim.endpoint.references.pass = () => {};
      giveOut(world);
    },
  ],
  'what-is-held-is-exported': [
    'a number is given back while somebody holds it',
    (world) => {
      giveOut(world);
      world.shared.controlViews.words[areaOf(world) + EXPORTED_MAP] = 0;
    },
  ],
  'what-is-held-is-not-told-released': [
    'a bit is not taken back when a reference is passed again',
    (world) => {
      giveOut(world);
      world.shared.controlViews.words[areaOf(world) + X_RELEASED_MAP] = 1;
      world.references.look();
      world.shared.controlViews.words[areaOf(world) + X_RELEASED_MAP] = 1;
    },
  ],
  'what-nobody-holds-is-forgotten': [
    'a provider is not told',
    (world) => {
      world.references.holders.takeUnheld = () => [];
      world.references.grant(world.peer.id, [{ provider: world.victim.id, binding: null, exported: 0 }]);
      world.references.ungrant(world.peer.id, [{ provider: world.victim.id, binding: null, exported: 0 }]);
    },
  ],
  'a-kept-block-has-its-medium': [
    'what was kept is forgotten with its medium',
    (world) => {
      world.medium(world.victim).put(world.victim.note('kept'));
      world.bury();
      void world.media.free(world.program as never);
      header(world, block(world.peer.note('')), X_OWNER, ownedBy(KERNEL_ID));
    },
  ],
  'a-medium-names-its-own': [
    'what is in a medium is dropped',
    (world) => {
      const medium = world.medium(world.victim);
      medium.put(world.victim.note('kept'));
      world.victim.heap.ownership.drop(block(medium.value));
    },
  ],
  'no-dead-thread-spins': [
    'the mark of a thread that was killed while it spun is left',
    (world) => {
      world.shared.controlViews.words[threadRow(7) + LIFE] = 1 << 4;
      world.shared.controlViews.words[SPINNERS] |= 1 << 7;
    },
  ],
};

/** Has the victim's object passed to the peer, which keeps it. */
function giveOut(world: Miniature): void {
  const methods = Object.fromEntries(Broker.schema.interfaces[Broker.name].methods.map(({ name }) => [name, () => 0]));
  world.peer.interfaces.provide(Broker.name, Broker.schema, methods);
  pass(world);
  world.peer.endpoint.serveAll();
}

function pass(world: Miniature): PendingCall {
  const { methods } = world.victim.interfaces.runtime(Broker.name, Broker.schema);
  const keep = methods.find(({ name }) => name === 'keep') as (typeof methods)[number];
  return world.victim.endpoint.caller.send(world.target(world.peer), keep, [{ hear: () => 0 }], Number.POSITIVE_INFINITY) as PendingCall;
}

const areaOf = (world: Miniature): number => referenceArea(indexOf(world.victim.id), world.shared.pages);

describe('the audit', () => {
  it('has a planted fault for every invariant that it can report', () => {
    expect(Object.keys(FAULTS).sort()).toEqual(
      [...Object.keys(HEAP_INVARIANTS), ...Object.keys(CALL_INVARIANTS), ...Object.keys(REFERENCE_INVARIANTS), ...Object.keys(MEDIA_INVARIANTS)].sort(),
    );
  });

  it.each(Object.entries(FAULTS).map(([invariant, [mistake, plant]]) => ({ invariant, mistake, plant })))(
    'reports $invariant when $mistake',
    ({ invariant, plant }) => {
      const world = new Miniature();
      expect(world.findings()).toEqual([]);
      plant(world);
      const found = world.findings(invariant === 'an-empty-heap-is-as-new').map((finding) => finding.split(':', 1)[0]);
      expect(found).toContain(invariant);
    },
  );

  it('finds nothing in a heap in order, with trees, texts, spans, borrows and what is in transit', () => {
    const world = new Miniature();
    world.serve(world.peer, { keep: () => 1, measure: () => 1 });
    const notes = [world.victim.note('a', world.victim.note('b')), world.victim.note(large), world.peer.note('c')];
    lend(world, world.victim, world.peer, notes[0]);
    move(world, world.victim, world.peer, notes[1]);
    expect(world.findings()).toEqual([]);
  });

  it('finds the heap as new when all domains have gone, generations apart', () => {
    const world = new Miniature();
    const before = emptinessHash(world.shared);
    for (let round = 0; round < 3; round++) {
      const list = Array.from({ length: 500 }, (_, at) => world.victim.note('text '.repeat(at)));
      for (const note of list.filter((_, at) => at % 2 === 0)) note.drop();
    }
    world.peer.heap.arena.sweep();
    world.bury();
    world.kernel.heap.arena.abandonAll();
    const { words } = world.shared.heapViews;
    const reused = Array.from({ length: world.shared.pages }, (_, page) => words[world.kernel.heap.arena.pages.entry(page) + PAGE_GENERATION]).filter(
      (each) => each > 0,
    );
    expect(reused.length).toBeGreaterThan(10);
    expect(emptinessHash(world.shared)).toBe(before);
  });
});
