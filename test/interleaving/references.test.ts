/**
 * Kill anything anywhere, for interface references: whoever passes, receives or drops one is stopped before each of its steps on shared memory, and then nobody holds what it held, everybody else holds what they had, and
 * each provider is told.
 */
import { describe, expect, it, vi } from 'vitest';
import type { PendingCall } from '../../dist/proxy/pending-call.js';
import { Broker } from '../fixtures/extensions/generated/references.js';
import { type Member, Miniature } from './miniature.js';
import { actAs, asAnother } from './stepping.js';

vi.mock('../../dist/abi/atomics.js', async (original) => (await import('./stepping.js')).stepping((await original()) as never));

interface Dropped {
  drop(): void;
}

/** A broker that keeps what it gets, and what its sinks were told. */
class Party {
  readonly kept: Dropped[] = [];
  told = 0;
  readonly member: Member;
  readonly world: Miniature;

  constructor(world: Miniature, member: Member) {
    this.world = world;
    this.member = member;
    const methods = Object.fromEntries(Broker.schema.interfaces[Broker.name].methods.map(({ name }) => [name, () => 0]));
    member.interfaces.provide(Broker.name, Broker.schema, {
      ...methods,
      keep: (sink: Dropped) => this.kept.push(sink),
      open: () => this.sink(),
      show: () => this.kept.at(-1) ?? null,
    });
  }

  sink(): object {
    return { hear: (n: number) => n, released: () => void this.told++ };
  }

  send(to: Party, method: string, ...args: unknown[]): PendingCall {
    const { methods } = this.member.interfaces.runtime(Broker.name, Broker.schema);
    const runtime = methods.find(({ name }) => name === method) as never;
    return this.member.endpoint.caller.send(this.world.target(to.member), runtime, args, Number.POSITIVE_INFINITY) as PendingCall;
  }

  /** The outcome of a call of its own; the value where there is one. */
  take(call: PendingCall): any {
    const result = this.member.endpoint.caller.outcomes.take(call) as { ok: boolean; value?: unknown };
    this.member.endpoint.caller.outcomes.sweep();
    return result.ok ? result.value : undefined;
  }

  serve(): void {
    this.member.endpoint.serveAll();
  }

  /** Hears what the kernel has to say. */
  listen(): void {
    const { exports } = this.member.endpoint.references;
    for (let due = exports.takeReleased(); due !== undefined; due = exports.takeReleased()) due();
  }

  dropAll(): void {
    for (const sink of this.kept.splice(0)) sink.drop();
  }

  get exported(): number {
    return this.member.endpoint.references.exports.entries.filter(({ receiver, isPermanent }) => receiver !== null && !isPermanent).length;
  }
}

interface Scene {
  readonly world: Miniature;
  readonly victim: Party;
  readonly peer: Party;
}

function scene(): Scene {
  const world = new Miniature();
  return { world, victim: new Party(world, world.victim), peer: new Party(world, world.peer) };
}

/** Has the one keep a sink of the other's. */
function given({ from, to }: { from: Party; to: Party }): void {
  const call = from.send(to, 'keep', from.sink());
  to.serve();
  from.take(call);
}

interface Scenario {
  readonly name: string;
  /** Whether the peer gives a sink of its own out, which must then be told once. */
  readonly gives: 'nothing' | 'a sink' | 'a sink if it gets to it';
  /** Brings about what the operation needs; not stopped. Answers the operation of the victim, and what the peer does afterwards. */
  prepare(scene: Scene): { operate: () => void; finish?: () => void };
}

const SCENARIOS: Scenario[] = [
  {
    name: 'passing an object of its own, and taking the outcome',
    gives: 'nothing',
    prepare: ({ victim, peer }) => ({
      operate() {
        const call = victim.send(peer, 'keep', victim.sink());
        asAnother(() => peer.serve());
        victim.take(call);
      },
      finish: () => peer.serve(),
    }),
  },
  {
    name: 'passing on what it holds, and dropping it while the call is under way',
    gives: 'a sink',
    prepare({ victim, peer }) {
      given({ from: peer, to: victim });
      return {
        operate() {
          const call = victim.send(peer, 'keep', victim.kept[0]);
          victim.dropAll();
          asAnother(() => peer.serve());
          victim.take(call);
        },
        finish: () => peer.serve(),
      };
    },
  },
  {
    name: 'receiving an argument',
    gives: 'a sink',
    prepare({ victim, peer }) {
      const call = peer.send(victim, 'keep', peer.sink());
      return { operate: () => victim.serve(), finish: () => void peer.take(call) };
    },
  },
  {
    name: 'answering with an object of its own',
    gives: 'nothing',
    prepare({ victim, peer }) {
      const call = peer.send(victim, 'open');
      return {
        operate: () => victim.serve(),
        finish() {
          const sink = peer.take(call) as Dropped | undefined;
          if (sink !== undefined) peer.kept.push(sink);
        },
      };
    },
  },
  {
    name: 'answering with what it holds',
    gives: 'a sink',
    prepare({ victim, peer }) {
      given({ from: peer, to: victim });
      const call = peer.send(victim, 'show');
      return {
        operate: () => victim.serve(),
        finish() {
          const sink = peer.take(call) as Dropped | undefined;
          if (sink !== undefined) peer.kept.push(sink);
        },
      };
    },
  },
  {
    name: 'receiving a result, and dropping it',
    gives: 'a sink if it gets to it',
    prepare: ({ victim, peer }) => ({
      operate() {
        const call = victim.send(peer, 'open');
        asAnother(() => peer.serve());
        victim.take(call)?.drop();
      },
      finish: () => peer.serve(),
    }),
  },
  {
    name: 'giving up a call that carries a reference',
    gives: 'a sink',
    prepare({ victim, peer }) {
      given({ from: peer, to: victim });
      const call = victim.send(peer, 'keep', victim.kept[0]);
      return {
        operate() {
          victim.member.endpoint.caller.giveUp(call, 'Cancelled');
          victim.take(call);
        },
        finish: () => peer.serve(),
      };
    },
  },
  {
    name: 'hearing that nobody holds it, and giving it out again',
    gives: 'nothing',
    prepare({ world, victim, peer }) {
      given({ from: victim, to: peer });
      peer.dropAll();
      world.references.look();
      return {
        operate() {
          victim.listen();
          const call = victim.send(peer, 'keep', victim.sink());
          asAnother(() => peer.serve());
          victim.take(call);
        },
        finish: () => peer.serve(),
      };
    },
  },
];

/** What must hold when the victim is dead and the peer has come to rest. */
function check({ world, peer }: Scene, gives: Scenario['gives'], when: string): void {
  world.orphans.look();
  world.references.look();
  expect(world.findings(), when).toEqual([]);
  const { holders } = world.references;
  expect(holders.heldBy(world.victim.id), when).toBe(0);
  expect(holders.givenOutBy(world.victim.id), when).toBe(0);
  // What came back to the peer it still holds; what led to the victim leads nowhere.
  const held = gives !== 'nothing' && peer.kept.length > 0 ? 1 : 0;
  expect([holders.heldBy(world.peer.id), holders.givenOutBy(world.peer.id)], when).toEqual([held, held]);
  peer.listen();
  if (held === 1) expect(peer.told, when).toBe(0);
  peer.dropAll();
  world.references.look();
  peer.listen();
  expect([...holders.all()], when).toEqual([]);
  expect(peer.exported, when).toBe(0);
  if (gives === 'a sink') expect(peer.told, when).toBe(1);
  else expect(peer.told, when).toBeLessThanOrEqual(gives === 'nothing' ? 0 : 1);
  expect(world.findings(), when).toEqual([]);
}

describe.each(SCENARIOS)('$name', ({ prepare, gives }) => {
  it.each(['kill', 'overflow'] as const)('survives a %s before each of its steps: nothing is held by the dead, nothing lost, every provider told', (by) => {
    const dry = scene();
    const { operate, finish } = prepare(dry);
    const { steps } = actAs(operate);
    expect(steps).toBeGreaterThan(2);
    dry.world.bury();
    finish?.();
    check(dry, gives, 'undisturbed');
    for (let at = 0; at < steps; at++) {
      const each = scene();
      const scenario = prepare(each);
      const { stopped } = actAs(scenario.operate, at, by);
      if (by === 'kill') expect(stopped, `step ${at}`).toBe(true);
      each.world.bury();
      scenario.finish?.();
      check(each, gives, `${by} before step ${at} of ${steps}`);
    }
  });

  it.each([0, 1, 2])('comes right when the kernel looks in between, and the peer acts on what it is told (%i)', (phase) => {
    const dry = scene();
    const { steps } = actAs(prepare(dry).operate);
    for (let at = phase; at < steps; at += 3) {
      const each = scene();
      const scenario = prepare(each);
      actAs(scenario.operate, at);
      each.world.references.look();
      each.peer.listen();
      each.peer.serve();
      each.world.references.look();
      each.world.bury();
      each.peer.listen();
      scenario.finish?.();
      check(each, gives, `kill before step ${at} of ${steps}, the kernel having looked`);
    }
  });
});

describe('logs in any order', () => {
  it('a reference received and dropped before its passing is read is told once, and not before', () => {
    const { world, victim, peer } = scene();
    const call = victim.send(peer, 'keep', victim.sink());
    peer.serve();
    peer.dropAll();
    world.references.drain(world.peer.id);
    for (const reference of world.references.holders.takeUnheld()) throw new Error(`told of export ${reference.exported} too early`);
    victim.listen();
    expect(victim.told).toBe(0);
    world.references.look();
    victim.listen();
    expect(victim.told).toBe(1);
    victim.take(call);
    world.references.look();
    victim.listen();
    expect(victim.told).toBe(1);
    expect(world.findings()).toEqual([]);
  });

  it('what is said of earlier holders is not acted on while a later passing has not been read', () => {
    const { world, victim, peer } = scene();
    const mine = victim.sink();
    const first = victim.send(peer, 'keep', mine);
    peer.serve();
    victim.take(first);
    peer.dropAll();
    world.references.look();
    // The bit is set, and before it is looked at the object is passed again.
    const second = victim.send(peer, 'keep', mine);
    victim.listen();
    expect(victim.told).toBe(0);
    peer.serve();
    victim.take(second);
    world.references.look();
    victim.listen();
    expect(victim.told).toBe(0);
    expect(world.findings()).toEqual([]);
    peer.dropAll();
    world.references.look();
    victim.listen();
    expect(victim.told).toBe(1);
    expect(victim.exported).toBe(0);
  });

  it('a number is not used again while a call for it waits', () => {
    const { world, victim, peer } = scene();
    given({ from: victim, to: peer });
    const held = peer.kept[0] as unknown as { async: { hear(n: number): Promise<{ ok: boolean; value?: number }> } };
    const pending = held.async.hear(7);
    peer.dropAll();
    world.references.look();
    victim.listen();
    expect(victim.told).toBe(0);
    expect(victim.exported).toBe(1);
    victim.serve();
    victim.listen();
    expect(victim.told).toBe(1);
    expect(victim.exported).toBe(0);
    peer.member.endpoint.asyncCalls.poll();
    return expect(pending).resolves.toEqual({ ok: true, value: 7 });
  });
});
