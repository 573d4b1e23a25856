/** What a domain can make of the heap costs the kernel thread no more than what there is: no scan for each child, no walk for each borrow, no ring without end. Bounds are generous: they tell seconds from minutes. */
import { describe, expect, it } from 'vitest';
import { ownedBy } from '../../dist/abi/domain-id.js';
import { PAYLOAD, SLOTS, TYPE, X_OWNER, X_REMOTE_ANY } from '../../dist/abi/heap-layout.js';
import { takeCensus } from '../../dist/shared-heap/audit/census.js';
import { emptinessHash } from '../../dist/shared-heap/audit/emptiness.js';
import { handles } from '../../dist/shared-heap/handles/handle.js';
import { Miniature } from '../interleaving/miniature.js';

const QUICK_MS = 20_000;

function quickly<Answer>(work: () => Answer): Answer {
  const began = performance.now();
  const answer = work();
  expect(performance.now() - began).toBeLessThan(QUICK_MS);
  return answer;
}

/** A list of so many notes, with views of the deepest. */
function list(world: Miniature, length: number): { root: any; deepest: any } {
  let root: any = null;
  for (let at = 0; at < length; at++) root = world.victim.note('', root);
  let deepest = root;
  while (deepest.next !== null) deepest = deepest.next;
  return { root, deepest };
}

describe('the kernel', () => {
  it('buries a lender of a long list’s deepest node in one walk, however often it is lent', () => {
    const world = new Miniature();
    world.serve(world.peer, { measure: () => new Promise(() => {}) as never });
    const { deepest } = list(world, 40_000);
    for (let call = 0; call < 200; call++)
      world.victim.endpoint.caller.send(world.target(world.peer), world.method(world.victim, 'measure'), [deepest], Number.POSITIVE_INFINITY);
    world.peer.endpoint.serveAll();
    quickly(() => world.bury());
    quickly(() => expect(takeCensus(world.kernel.heap).total.blocks).toBe(40_000));
  });

  it('counts and audits long lists and wide blocks in one pass', () => {
    const world = new Miniature();
    const { root } = list(world, 30_000);
    quickly(() => expect(takeCensus(world.kernel.heap).total.blocks).toBe(30_000));
    quickly(() => expect(world.findings()).toEqual([]));
    root.drop();
  });

  it('follows no ring without end, and no slot beyond a block, when it reads what is no header', () => {
    const world = new Miniature();
    const notes = Array.from({ length: 2000 }, () => world.victim.note(''));
    const { words } = world.shared.heapViews;
    const blocks = notes.map((note) => handles.blockToRead(note));
    // As a page would look that has just become payload full of forged headers: rings, and roots of two thousand million slots.
    for (const [index, block] of blocks.entries()) {
      words[(block << 2) + TYPE] = 1_000_000;
      words[(block << 2) + X_OWNER] = index % 3 === 0 ? ownedBy(world.victim.id) : (2 << 28) | blocks[index ^ 1];
      words[(block << 2) + SLOTS] = 0x7fffffff;
      words[(block << 2) + PAYLOAD] = 0x0fffffff;
      words[(block << 2) + PAYLOAD + 1] = blocks[(index + 1) % blocks.length];
    }
    quickly(() => expect(takeCensus(world.kernel.heap).total.blocks).toBe(2000));
    quickly(() => expect(world.findings().length).toBeGreaterThan(100));
    expect(world.kernel.registry.table.nameOf(1_000_000)).toBe('unknown type 1000000');
  });

  it('says nothing of a page that has only been told of remote bits', () => {
    const world = new Miniature();
    const before = emptinessHash(world.shared);
    world.shared.heapViews.words[world.kernel.heap.arena.pages.entry(world.shared.firstPage + 1) + X_REMOTE_ANY] = 1;
    expect(emptinessHash(world.shared)).toBe(before);
  });
});
