/** Kill anything anywhere: each transition of heap and calls is stopped before each of its steps, and what the kernel then finds is whole. */
import { describe, expect, it, vi } from 'vitest';
import type { PendingCall } from '../../dist/proxy/pending-call.js';
import { type Member, Miniature } from './miniature.js';
import { actAs, asAnother } from './stepping.js';

vi.mock('../../dist/abi/atomics.js', async (original) => (await import('./stepping.js')).stepping((await original()) as never));

interface Scenario {
  readonly name: string;
  /** Brings about what the operation needs; not stopped. Answers the operation of the victim, and how many blocks the peer must have at the end. */
  prepare(world: Miniature): { operate: () => void; finish?: () => void; peerBlocks?: number };
}

/** A value that was made by one member and is owned by another. */
function given(world: Miniature, from: Member, to: Member, text: string, next: unknown = null): any {
  world.serve(to, { keep: () => 1 });
  const sent = from.endpoint.caller.send(world.target(to), world.method(from, 'keep'), [from.note(text, next)], Number.POSITIVE_INFINITY) as PendingCall;
  let received: unknown;
  to.endpoint.callee.exports[0] = {
    ...to.endpoint.callee.exports[0],
    functions: to.endpoint.callee.exports[0].functions.map(() => (note: unknown) => ((received = note), 1)),
  };
  to.endpoint.serveAll();
  from.endpoint.caller.outcomes.take(sent);
  to.endpoint.callee.exports.length = 0;
  return received;
}

const HEAP: Scenario[] = [
  { name: 'alloc of a leaf', prepare: ({ victim }) => ({ operate: () => void victim.note('') }) },
  { name: 'alloc of a tree', prepare: ({ victim }) => ({ operate: () => void victim.note('outer', victim.note('inner', victim.note('core'))) }) },
  { name: 'alloc of a span', prepare: ({ victim }) => ({ operate: () => void victim.note('x'.repeat(200_000)) }) },
  {
    name: 'drop of a tree',
    prepare: ({ victim }) => {
      const tree = victim.note('outer', victim.note('inner'));
      return { operate: () => tree.drop() };
    },
  },
  {
    name: 'drop of a span',
    prepare: ({ victim }) => {
      const large = victim.note('x'.repeat(200_000));
      return { operate: () => large.drop() };
    },
  },
  {
    name: 'drop of what another domain allocated',
    prepare: (world) => {
      const tree = given(world, world.peer, world.victim, 'from the peer', world.peer.note('and its child'));
      return { operate: () => tree.drop() };
    },
  },
  {
    name: 'drop of a span that another domain allocated',
    prepare: (world) => {
      const large = given(world, world.peer, world.victim, 'x'.repeat(200_000));
      return { operate: () => large.drop() };
    },
  },
  {
    name: 'attach',
    prepare: ({ victim }) => {
      const root = victim.note('root');
      const child = victim.note('child', victim.note('grandchild'));
      return { operate: () => void (root.next = child) };
    },
  },
  {
    name: 'replace of a child and of a text',
    prepare: ({ victim }) => {
      const root = victim.note('root', victim.note('old child'));
      const child = victim.note('new child');
      return {
        operate: () => {
          root.next = child;
          root.text = 'a new text';
        },
      };
    },
  },
  {
    name: 'replace of a child that is kept',
    prepare: ({ victim }) => {
      const root = victim.note('root', victim.note('old child', victim.note('grandchild')));
      const child = victim.note('new child', victim.note('its own'));
      return { operate: () => void root.replace('next', child) };
    },
  },
  {
    name: 'detach',
    prepare: ({ victim }) => {
      const root = victim.note('root', victim.note('child', victim.note('grandchild')));
      return { operate: () => void root.take('next') };
    },
  },
  {
    name: 'detach of what another domain allocated',
    prepare: (world) => {
      const root = given(world, world.peer, world.victim, 'root', world.peer.note('child'));
      return { operate: () => void root.take('next').drop() };
    },
  },
  {
    name: 'taking in what another domain gave back',
    prepare: (world) => {
      const kept = Array.from({ length: 40 }, (_, index) => given(world, world.victim, world.peer, `note ${index}`));
      for (const note of kept) note.drop();
      return { operate: () => world.victim.heap.arena.sweep() };
    },
  },
];

const CALLS: Scenario[] = [
  {
    name: 'sending a moved and a lent value, and taking the outcome',
    prepare: (world) => {
      world.serve(world.peer, { measure: (note: any) => note.weight, echo: (note: any) => note });
      const lent = world.victim.note('lent');
      const moved = world.victim.note('moved', world.victim.note('its child'));
      return {
        operate: () => {
          for (const [method, value] of [
            ['measure', lent],
            ['echo', moved],
          ] as const) {
            const sent = world.victim.endpoint.caller.send(world.target(world.peer), world.method(world.victim, method), [value], Number.POSITIVE_INFINITY);
            asAnother(() => void world.peer.endpoint.serveAll());
            world.victim.endpoint.caller.outcomes.take(sent as PendingCall);
          }
        },
        finish: () => void world.peer.endpoint.serveAll(),
      };
    },
  },
  {
    name: 'serving a call that moves a value in and another out',
    prepare: (world) => {
      world.serve(world.victim, { echo: (note: any) => (note.drop(), world.victim.note('the answer', world.victim.note('and more'))) });
      const sent = world.peer.endpoint.caller.send(
        world.target(world.victim),
        world.method(world.peer, 'echo'),
        [world.peer.note('the question', world.peer.note('and more'))],
        Number.POSITIVE_INFINITY,
      );
      return { operate: () => void world.victim.endpoint.serveAll(), finish: () => settle(world, sent as PendingCall) };
    },
  },
  {
    name: 'serving a call that borrows',
    prepare: (world) => {
      world.serve(world.victim, { measure: (note: any) => note.next.weight });
      const note = world.peer.note('outer', world.peer.note('inner'));
      const sent = world.peer.endpoint.caller.send(world.target(world.victim), world.method(world.peer, 'measure'), [note], Number.POSITIVE_INFINITY);
      return {
        operate: () => void world.victim.endpoint.serveAll(),
        finish: () => {
          settle(world, sent as PendingCall);
          // The borrow has ended whatever happened: the owner can change and drop it.
          note.weight = 5;
          note.drop();
        },
      };
    },
  },
  {
    name: 'giving a call up',
    prepare: (world) => {
      world.serve(world.peer, { keep: (note: any) => (note.drop(), 1) });
      const sent = world.victim.endpoint.caller.send(
        world.target(world.peer),
        world.method(world.victim, 'keep'),
        [world.victim.note('wanted back')],
        Number.POSITIVE_INFINITY,
      ) as PendingCall;
      return {
        operate: () => {
          world.victim.endpoint.caller.giveUp(sent, 'Cancelled');
          world.victim.endpoint.caller.outcomes.take(sent);
        },
        finish: () => void world.peer.endpoint.serveAll(),
      };
    },
  },
];

/** The peer takes the outcome of its call, whatever it is, and drops what it got. */
function settle(world: Miniature, call: PendingCall): void {
  expect(world.peer.endpoint.caller.isSettled(call)).toBe(true);
  const result = world.peer.endpoint.caller.outcomes.take(call) as { ok: boolean; value?: any; error?: { started: boolean } };
  if (result.ok) result.value?.drop?.();
  else if (result.error?.started === false) for (const handle of call.moved) handle.drop();
  world.peer.endpoint.caller.outcomes.sweep();
  expect(world.peer.endpoint.caller.outcomes.lingering).toBe(0);
}

describe.each([...HEAP, ...CALLS])('$name', ({ prepare }) => {
  it.each(['kill', 'overflow'] as const)('survives a %s before each of its steps: audit empty, nothing lost, nothing freed twice', (by) => {
    const dry = new Miniature();
    const { operate, finish } = prepare(dry);
    const { steps } = actAs(operate);
    expect(steps).toBeGreaterThan(3);
    dry.bury();
    finish?.();
    expect(dry.findings()).toEqual([]);
    expect(dry.blocks()).toBe(0);
    for (let at = 0; at < steps; at++) {
      const world = new Miniature();
      const scenario = prepare(world);
      const { stopped } = actAs(scenario.operate, at, by);
      if (by === 'kill') expect(stopped, `step ${at}`).toBe(true);
      world.bury();
      scenario.finish?.();
      world.orphans.look();
      expect(world.findings(), `${by} before step ${at} of ${steps}`).toEqual([]);
      expect(world.blocks(), `${by} before step ${at} of ${steps}`).toBe(0);
    }
  });
});
