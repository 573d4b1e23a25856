/** A thread that is stopped anywhere, also in the middle of telling what it does, leaves a trace without a torn or a wrong event. */
import { describe, expect, it, vi } from 'vitest';
import { ownedBy, ownerKind, OwnerKind } from '../../dist/abi/domain-id.js';
import { makeTrace, type Trace } from '../../dist/host/trace.js';
import { readTrace } from '../../dist/host/trace-reader.js';
import type { PendingCall } from '../../dist/proxy/pending-call.js';
import { violations } from '../unit/trace-claims.js';
import { Miniature } from './miniature.js';
import { actAs, asAnother } from './stepping.js';

vi.mock('../../dist/abi/atomics.js', async (original) => (await import('./stepping.js')).stepping((await original()) as never));

const ENTRIES = 128;
/** Some hundred worlds of a hundred megabytes of addresses each: on a machine that is busy otherwise they take their time. */
const LONGEST_MS = 180_000;
/** Fewer than any of these writes. */
const FEW = 3;

function traceOf(world: Miniature): Trace {
  const { traceViews } = world.shared;
  if (traceViews === null) throw new Error('this world keeps no trace');
  return makeTrace(traceViews, (type) => `type ${type}`);
}

/** What the entries hold, the time and the doubt apart. */
function said(world: Miniature): Map<number, string> {
  const { entries } = readTrace(world.shared.traceViews as never);
  return new Map(entries.map(({ order, kind, who, charged, operands }) => [order, JSON.stringify({ kind, who, charged, operands })]));
}

const SCENARIOS: { readonly name: string; prepare(world: Miniature): { operate: () => void; finish?: () => void } }[] = [
  {
    name: 'allocating, attaching, detaching and dropping',
    prepare: ({ victim }) => ({
      operate: () => {
        const root = victim.note('root', victim.note('child'));
        const child = root.take('next');
        root.next = victim.note('another');
        child.drop();
        root.drop();
      },
    }),
  },
  {
    name: 'lending, moving and taking outcomes',
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
    name: 'serving what moves in, and moving out another',
    prepare: (world) => {
      world.serve(world.victim, { echo: (note: any) => (note.drop(), world.victim.note('the answer')) });
      const sent = world.peer.endpoint.caller.send(
        world.target(world.victim),
        world.method(world.peer, 'echo'),
        [world.peer.note('the question', world.peer.note('and more'))],
        Number.POSITIVE_INFINITY,
      ) as PendingCall;
      return {
        operate: () => void world.victim.endpoint.serveAll(),
        finish: () => {
          const result = world.peer.endpoint.caller.outcomes.take(sent) as { ok: boolean; value?: any; error?: { started: boolean } };
          if (result.ok) result.value.drop();
          else if (result.error?.started === false) for (const handle of sent.moved) (handle as any).drop();
          world.peer.endpoint.caller.outcomes.sweep();
        },
      };
    },
  },
  {
    name: 'giving a call up',
    prepare: (world) => {
      world.serve(world.peer, { keep: (note: any) => (note.drop(), 1) });
      const note = world.victim.note('wanted back');
      const sent = world.victim.endpoint.caller.send(
        world.target(world.peer),
        world.method(world.victim, 'keep'),
        [note],
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

/** Where the trace says that each block has ended, and what its owner word is: they agree, unless the trace itself doubts it. */
function disagreements(world: Miniature, { events }: Trace): string[] {
  const last = new Map<number, Extract<Trace['events'][number], { kind: 'ownership' }>>();
  for (const event of events) if (event.kind === 'ownership') last.set(event.block, event);
  const found: string[] = [];
  for (const [block, { to, inDoubt, order }] of last) {
    const word = world.kernel.heap.ownership.ownerWord(block);
    const kinds = {
      nobody: OwnerKind.Nobody,
      domain: OwnerKind.Domain,
      child: OwnerKind.Child,
      transit: OwnerKind.Transit,
      freeing: OwnerKind.Freeing,
      orphan: OwnerKind.Orphan,
    };
    const agrees = to.kind === 'domain' ? word === ownedBy(to.domain.id) : ownerKind(word) === kinds[to.kind];
    if (!agrees && !inDoubt) found.push(`block ${block} is ${word}, and the trace ends with ${to.kind} (${order})`);
  }
  return found;
}

describe.each(SCENARIOS)('$name, traced,', ({ prepare }) => {
  it.each(['kill', 'overflow'] as const)(
    'survives a %s before each step, the steps of telling included',
    (by) => {
      const dry = new Miniature(ENTRIES);
      const { operate } = prepare(dry);
      const { steps } = actAs(operate);
      const whole = traceOf(dry);
      expect(violations(whole)).toEqual([]);
      expect(whole.events.some(({ inDoubt }) => inDoubt)).toBe(false);
      let doubts = 0;
      for (let at = 0; at < steps; at++) {
        const world = new Miniature(ENTRIES);
        const { operate: again, finish } = prepare(world);
        actAs(again, at, by);
        if (by === 'kill') {
          const before = traceOf(world);
          const inDoubt = before.events.filter((event) => event.inDoubt).length;
          doubts += inDoubt;
          // At most one step of the stopped thread is in doubt, and an entry that was begun is nothing or whole.
          expect(inDoubt, `step ${at}`).toBeLessThanOrEqual(1);
          expect(disagreements(world, before), `before the burial, step ${at}`).toEqual([]);
        }
        world.bury();
        finish?.();
        world.orphans.look();
        const after = traceOf(world);
        expect(violations({ ...after, lost: 0 }), `step ${at} of ${steps}`).toEqual([]);
        expect(disagreements(world, after), `after the burial, step ${at}`).toEqual([]);
        // The tables of ownership and calls, and what the burial found, settle most doubts.
        expect(after.events.filter(({ inDoubt }) => inDoubt).length, `step ${at}`).toBeLessThanOrEqual(1);
        expect(after.lost, `step ${at}`).toBeLessThanOrEqual(1);
        expect(world.findings(), `step ${at}`).toEqual([]);
        expect(world.blocks(), `step ${at}`).toBe(0);
      }
      if (by === 'kill') expect(doubts).toBeGreaterThan(3);
    },
    LONGEST_MS,
  );
});

describe.each(SCENARIOS)('$name, in a ring that comes round,', ({ prepare }) => {
  it(
    'never shows an old entry with parts of a new one, wherever its writer is killed',
    () => {
      const dry = new Miniature(ENTRIES);
      actAs(prepare(dry).operate);
      const whole = said(dry);
      const small = new Miniature(FEW);
      const { steps } = actAs(prepare(small).operate);
      for (let at = 0; at < steps; at++) {
        const world = new Miniature(FEW);
        actAs(prepare(world).operate, at, 'kill');
        for (const [order, entry] of said(world)) expect(entry, `step ${at}, order ${order}`).toBe(whole.get(order));
      }
      expect(traceOf(small).lost).toBeGreaterThan(0);
    },
    LONGEST_MS,
  );
});
