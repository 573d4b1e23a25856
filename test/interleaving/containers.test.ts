/** Each change of a container is stopped before each of its steps, and what the kernel then finds is whole: between the attach and the length, too. */
import { describe, expect, it, vi } from 'vitest';
import { RRefArray, RRefDeque, RRefVec } from '../../dist/abi/container-tokens.js';
import { registerSchemas } from '../../dist/microkernel/schema-check.js';
import { Packet, Sample } from '../fixtures/extensions/generated/containers.js';
import { Miniature } from './miniature.js';
import { actAs } from './stepping.js';

vi.mock('../../dist/abi/atomics.js', async (original) => (await import('./stepping.js')).stepping((await original()) as never));

interface Maker {
  packet(port: number): any;
  array(...children: unknown[]): any;
  queue(...children: unknown[]): any;
  ring(...ports: number[]): any;
  vec(length: number): any;
}

interface Scenario {
  readonly name: string;
  /** More than one operation, so that an overflow may strike between two. */
  readonly isSeveral?: true;
  /** Brings about what the operation needs; not stopped. Answers the operation. */
  prepare(make: Maker): () => void;
}

const SCENARIOS: Scenario[] = [
  { name: 'alloc of an array with children', prepare: ({ array, packet }) => seeded([packet(1), packet(2)], (children) => array(...children)) },
  { name: 'alloc of a deque', prepare: ({ queue, packet }) => seeded([packet(1), packet(2)], (children) => queue(...children)) },
  {
    name: 'alloc of a vec',
    prepare:
      ({ vec }) =>
      () =>
        void vec(1000),
  },
  {
    name: 'alloc of a vec that is a span',
    prepare:
      ({ vec }) =>
      () =>
        void vec(20_000),
  },
  { name: 'set of an empty slot', prepare: ({ array, packet }) => seeded([array(), packet(1)], ([three, one]) => three.set(0, one)) },
  { name: 'set over a child', prepare: ({ array, packet }) => seeded([array(packet(1)), packet(2)], ([three, two]) => three.set(0, two)) },
  { name: 'replace of a child', prepare: ({ array, packet }) => seeded([array(packet(1)), packet(2)], ([three, two]) => three.replace(0, two)) },
  { name: 'take', prepare: ({ array, packet }) => seeded([array(packet(1))], ([three]) => three.take(0)) },
  { name: 'pushBack', prepare: ({ ring, packet }) => seeded([ring(1), packet(2)], ([queue, two]) => queue.pushBack(two)) },
  { name: 'pushFront, over the edge of the ring', prepare: ({ ring, packet }) => seeded([ring(1), packet(2)], ([queue, two]) => queue.pushFront(two)) },
  { name: 'popFront', prepare: ({ ring }) => seeded([ring(1, 2)], ([queue]) => queue.popFront()) },
  { name: 'popBack', prepare: ({ ring }) => seeded([ring(1, 2)], ([queue]) => queue.popBack()) },
  {
    name: 'a push, a pop and the drop of all of it',
    isSeveral: true,
    prepare: ({ ring, packet }) =>
      seeded([ring(1, 2), packet(3)], ([queue, three]) => {
        queue.pushBack(three);
        queue.popFront().drop();
        queue.drop();
      }),
  },
];

/** What the operation needs is made before it, so that the making is not stopped. */
function seeded(values: any[], operate: (values: any[]) => unknown): () => void {
  return () => void operate(values);
}

function world(): { world: Miniature; make: Maker } {
  const made = new Miniature();
  const { heap, registry } = made.victim;
  registerSchemas([Packet.schema], made.kernel.registry);
  const alloc = (token: unknown, value: unknown): unknown => heap.alloc(registry.byToken(token as never), value);
  const packet = (port: number): unknown => alloc(Packet, { payload: new Uint8Array(4), port, hops: null });
  return {
    world: made,
    make: {
      packet,
      array: (...children) => alloc(RRefArray(Packet, 3), children),
      queue: (...children) => alloc(RRefDeque(Packet, 4), children),
      ring: (...ports) => alloc(RRefDeque(Packet, 4), ports.map(packet)),
      vec: (length) => alloc(RRefVec(Sample), { length, fill: { at: 1n, level: 1, good: true, colour: 'Red' } }),
    },
  };
}

describe.each(SCENARIOS)('$name', ({ prepare, isSeveral }) => {
  it.each(['kill', 'overflow'] as const)('survives a %s before each of its steps: audit empty, nothing lost, nothing freed twice', (by) => {
    const dry = world();
    const { steps } = actAs(prepare(dry.make));
    expect(steps).toBeGreaterThan(2);
    dry.world.bury();
    expect(dry.world.findings()).toEqual([]);
    expect(dry.world.blocks()).toBe(0);
    for (let at = 0; at < steps; at++) {
      const each = world();
      const operate = prepare(each.make);
      const { bytes } = each.world.shared.heapViews;
      const before = by === 'overflow' ? bytes.slice() : bytes;
      const { stopped } = actAs(operate, at, by);
      if (by === 'kill') expect(stopped, `step ${at}`).toBe(true);
      // An overflow that is no panic has changed nothing.
      else if (each.world.victim.heap.operation.panic === null && !isSeveral) expect(Buffer.compare(before, bytes), `overflow before step ${at}`).toBe(0);
      each.world.bury();
      expect(each.world.findings(), `${by} before step ${at} of ${steps}`).toEqual([]);
      expect(each.world.blocks(), `${by} before step ${at} of ${steps}`).toBe(0);
    }
  });
});
