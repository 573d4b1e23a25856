/** The reclaimer reads pages of live domains, and those go on using them: what lies in a payload is never taken for a header. */
import { describe, expect, it, vi } from 'vitest';
import { ownedBy, freeingBy } from '../../dist/abi/domain-id.js';
import { PAGE_GENERATION, PAGE_KIND, PAGE_SHIFT, RAW_TYPE } from '../../dist/abi/heap-layout.js';
import type { PendingCall } from '../../dist/proxy/pending-call.js';
import { handles } from '../../dist/shared-heap/handles/handle.js';
import { Miniature } from './miniature.js';

const seam = vi.hoisted(() => ({ beforeLoad: (_index: number): void => {} }));

vi.mock('../../dist/abi/atomics.js', async (original) => {
  const real = (await original()) as { load(words: Int32Array, index: number): number };
  return {
    ...real,
    load: (words: Int32Array, index: number) => {
      seam.beforeLoad(index);
      return real.load(words, index);
    },
  };
});

describe.each([
  { what: 'blocks that the dead domain owned', forge: ownedBy },
  { what: 'blocks that the dead domain was freeing', forge: freeingBy },
])('a payload full of words that name $what', ({ forge }) => {
  it.each([
    { use: 'larger blocks', bytes: 30_000 },
    { use: 'a span', bytes: 0 },
  ])('is nobody’s header, though its page had small blocks when the reclaimer first looked and has $use now', ({ bytes: given }) => {
    const world = new Miniature();
    // A span of the whole heap covers every page.
    const bytes = given || (world.shared.pages - world.shared.firstPage) * 65536 - 32;
    // A page of the peer's in which the victim once had a block, and which has none now.
    let kept: any;
    world.serve(world.victim, { keep: (note: unknown) => ((kept = note), 1) });
    const note = world.peer.note('');
    const page = handles.blockToRead(note) >>> PAGE_SHIFT;
    const call = world.peer.endpoint.caller.send(world.target(world.victim), world.method(world.peer, 'keep'), [note], Number.POSITIVE_INFINITY) as PendingCall;
    world.victim.endpoint.serveAll();
    world.peer.endpoint.caller.outcomes.take(call);
    kept.drop();

    let forged = 0;
    const entry = world.peer.heap.arena.pages.entry(page);
    const reuse = (): void => {
      world.peer.heap.arena.sweep();
      const block = world.peer.heap.arena.alloc(bytes, RAW_TYPE, 0, false);
      if (block >>> PAGE_SHIFT <= page) {
        forged = block;
        world.shared.heapViews.words.fill(forge(world.victim.id), (block << 2) + 8, (block << 2) + 8 + bytes / 4);
      }
    };
    let looks = 0;
    seam.beforeLoad = (index) => {
      // The second look at the page's kind is where its blocks are about to be visited.
      if (index === entry + PAGE_KIND) looks++;
      if (index !== entry + PAGE_GENERATION || looks === 0) return;
      seam.beforeLoad = () => {};
      reuse();
    };
    world.bury();
    seam.beforeLoad = () => {};
    expect(forged).toBeGreaterThan(0);
    const { words } = world.shared.heapViews;
    expect(words.subarray((forged << 2) + 8, (forged << 2) + 8 + bytes / 4).every((word) => word === forge(world.victim.id))).toBe(true);
    expect(world.findings()).toEqual([]);
  });
});
