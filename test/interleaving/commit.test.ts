/** Each row of the ownership table has one commit: stopped before it, the block is as it was; stopped after it, as the row says; and there is no third state. */
import { describe, expect, it, vi } from 'vitest';
import { OwnerKind, ownerKind } from '../../dist/abi/domain-id.js';
import { handles } from '../../dist/shared-heap/handles/handle.js';
import { Miniature } from './miniature.js';
import { actAs } from './stepping.js';

vi.mock('../../dist/abi/atomics.js', async (original) => (await import('./stepping.js')).stepping((await original()) as never));

interface Case {
  readonly event: string;
  readonly from: number;
  readonly to: number;
  prepare(world: Miniature): { block: number; operate: () => void };
}

function foreign(world: Miniature): any {
  let received: any;
  world.serve(world.victim, { keep: (note: unknown) => ((received = note), 1) });
  const sent = world.peer.endpoint.caller.send(
    world.target(world.victim),
    world.method(world.peer, 'keep'),
    [world.peer.note('')],
    Number.POSITIVE_INFINITY,
  ) as never;
  world.victim.endpoint.serveAll();
  world.peer.endpoint.caller.outcomes.take(sent);
  return received;
}

const CASES: Case[] = [
  {
    event: 'alloc',
    from: OwnerKind.Nobody,
    to: OwnerKind.Domain,
    prepare: ({ victim }) => {
      const before = victim.note('');
      const block = handles.blockToRead(before);
      before.drop();
      return { block, operate: () => void victim.note('') };
    },
  },
  {
    event: 'attach',
    from: OwnerKind.Domain,
    to: OwnerKind.Child,
    prepare: ({ victim }) => {
      const parent = victim.note('');
      const child = victim.note('');
      return { block: handles.blockToRead(child), operate: () => void (parent.next = child) };
    },
  },
  {
    event: 'detach',
    from: OwnerKind.Child,
    to: OwnerKind.Domain,
    prepare: ({ victim }) => {
      const parent = victim.note('', victim.note(''));
      return { block: handles.blockToRead(parent.next), operate: () => void parent.take('next') };
    },
  },
  {
    event: 'move',
    from: OwnerKind.Domain,
    to: OwnerKind.Transit,
    prepare: (world) => {
      const note = world.victim.note('');
      const operate = (): void => {
        world.victim.endpoint.caller.send(world.target(world.peer), world.method(world.victim, 'keep'), [note], Number.POSITIVE_INFINITY);
      };
      return { block: handles.blockToRead(note), operate };
    },
  },
  {
    event: 'take',
    from: OwnerKind.Transit,
    to: OwnerKind.Domain,
    prepare: (world) => {
      world.serve(world.victim, { keep: () => 1 });
      const note = world.peer.note('');
      const block = handles.blockToRead(note);
      world.peer.endpoint.caller.send(world.target(world.victim), world.method(world.peer, 'keep'), [note], Number.POSITIVE_INFINITY);
      return { block, operate: () => void world.victim.endpoint.serveAll() };
    },
  },
  {
    event: 'drop into the own page',
    from: OwnerKind.Domain,
    to: OwnerKind.Nobody,
    prepare: ({ victim }) => {
      const note = victim.note('');
      return { block: handles.blockToRead(note), operate: () => note.drop() };
    },
  },
  {
    event: 'drop into a foreign page',
    from: OwnerKind.Domain,
    to: OwnerKind.Freeing,
    prepare: (world) => {
      const note = foreign(world);
      return { block: handles.blockToRead(note), operate: () => note.drop() };
    },
  },
  {
    event: 'drain',
    from: OwnerKind.Freeing,
    to: OwnerKind.Nobody,
    prepare: (world) => {
      const note = foreign(world);
      const block = handles.blockToRead(note);
      note.drop();
      return { block, operate: () => world.peer.heap.arena.drain() };
    },
  },
];

describe.each(CASES)('$event', ({ from, to, prepare }) => {
  it('has happened after its commit, and before it has not', () => {
    const dry = new Miniature();
    const { steps } = actAs(prepare(dry).operate);
    const seen: number[] = [];
    for (let at = 0; at <= steps; at++) {
      const world = new Miniature();
      const { block, operate } = prepare(world);
      actAs(operate, at, 'kill');
      seen.push(ownerKind(world.kernel.heap.ownership.ownerWord(block)));
    }
    const commit = seen.indexOf(to);
    expect(seen[0]).toBe(from);
    expect(commit).toBeGreaterThan(0);
    expect(seen).toEqual(seen.map((_, at) => (at < commit ? from : to)));
  });
});
