/** A lock and its holder, stopped anywhere: who is told what, and that the lock is always somebody's or free. */
import { describe, expect, it, vi } from 'vitest';
import { HOST_ID } from '../../dist/abi/domain-id.js';
import type { KernelLock } from '../../dist/microkernel/lock.js';
import { Locks } from '../../dist/microkernel/locks.js';
import { ServedCall } from '../../dist/microkernel/served-call.js';
import type { PendingCall } from '../../dist/proxy/pending-call.js';
import { Lock } from '../fixtures/extensions/generated/lock.js';
import { type Member, Miniature } from './miniature.js';
import { actAs, asAnother } from './stepping.js';

vi.mock('../../dist/abi/atomics.js', async (original) => (await import('./stepping.js')).stepping((await original()) as never));

/** A small world whose kernel has one lock. */
class Locksmith extends Miniature {
  readonly locks: Locks;
  readonly #exported: number;

  constructor() {
    super();
    const { endpoint, interfaces } = this.kernel;
    this.locks = new Locks({
      resources: this.undertaker.resources,
      current: () => ServedCall.current(endpoint),
      holder: (id) => ({ name: id === this.victim.id ? 'victim' : 'peer', incarnation: 1 }),
      provide: (lock: KernelLock) => interfaces.provide(Lock.name, Lock.schema, lock),
    });
    this.#exported = this.locks.open('shared');
  }

  send(member: Member, method: string, args: unknown[] = []): PendingCall {
    const { methods } = member.interfaces.runtime(Lock.name, Lock.schema);
    const runtime = methods.find(({ name }) => name === method);
    const sent = member.endpoint.caller.send({ ...this.target(this.kernel), exported: this.#exported }, runtime as never, args, Number.POSITIVE_INFINITY);
    return sent as PendingCall;
  }

  take(member: Member, sent: PendingCall): unknown {
    const outcome = member.endpoint.caller.outcomes.take(sent);
    return outcome.ok ? outcome.value : outcome.error.code;
  }

  /** A whole call, answered at once. */
  ask(member: Member, method: string, args: unknown[] = []): unknown {
    const sent = this.send(member, method, args);
    this.kernel.endpoint.serveAll();
    return this.take(member, sent);
  }
}

const CLEAN = { ok: true, value: { poisoned: false } };
const POISONED = { ok: true, value: { poisoned: true } };
const DONE = { ok: true, value: undefined };
const failed = (error: string): object => ({ ok: false, error });
const microtasks = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};

describe('a holder that is stopped before each of its steps', () => {
  /** Acquires and releases; `seen` says how far it came. */
  function operation(world: Locksmith, seen: { taking: boolean; told: boolean; released: boolean }): () => void {
    return () => {
      const acquired = world.send(world.victim, 'acquire', [1000]);
      asAnother(() => void world.kernel.endpoint.serveAll());
      seen.taking = true;
      world.take(world.victim, acquired);
      seen.told = true;
      const released = world.send(world.victim, 'release');
      asAnother(() => {
        world.kernel.endpoint.serveAll();
        seen.released = true;
      });
      world.take(world.victim, released);
    };
  }

  it.each(['kill', 'overflow'] as const)(
    'leaves the lock free after a %s: poisoned if its code had been told and had not released it, clean if it was never told',
    (by) => {
      const dry = new Locksmith();
      const { steps } = actAs(operation(dry, { taking: false, told: false, released: false }));
      expect(steps).toBeGreaterThan(10);
      const outcomes = { neverTaken: 0, told: 0, released: 0 };
      for (let at = 0; at < steps; at++) {
        const world = new Locksmith();
        const seen = { taking: false, told: false, released: false };
        actAs(operation(world, seen), at, by);
        world.bury();
        const next = world.ask(world.peer, 'tryAcquire');
        if (seen.released || !seen.taking) {
          expect(next, `step ${at}`).toEqual(CLEAN);
          outcomes[seen.released ? 'released' : 'neverTaken']++;
        } else if (seen.told) {
          expect(next, `step ${at}`).toEqual(POISONED);
          expect(world.ask(world.peer, 'lastDeath')).toEqual({ name: 'victim', incarnation: 1 });
          outcomes.told++;
        } else expect([CLEAN, POISONED], `step ${at}`).toContainEqual(next);
        // It was told once.
        expect(world.ask(world.peer, 'release')).toEqual(DONE);
        expect(world.ask(world.peer, 'tryAcquire')).toEqual(CLEAN);
        expect(world.findings(), `step ${at}`).toEqual([]);
      }
      for (const count of Object.values(outcomes)) expect(count).toBeGreaterThan(0);
    },
  );
});

describe('a holder that dies with the answer in its record', () => {
  it('never knew: the next one is not told of it', () => {
    const world = new Locksmith();
    world.send(world.victim, 'acquire', [0]);
    world.kernel.endpoint.serveAll();
    expect(world.ask(world.peer, 'tryAcquire')).toEqual(failed('Busy'));
    world.bury();
    expect(world.ask(world.peer, 'tryAcquire')).toEqual(CLEAN);
    expect(world.ask(world.peer, 'lastDeath')).toBe(null);
  });

  it('and that would have told it of an earlier death: the next one is told of that', () => {
    const world = new Locksmith();
    // An earlier life, as far as the lock is concerned.
    const undertaken = world.undertaker.resources;
    expect(world.ask(world.peer, 'tryAcquire')).toEqual(CLEAN);
    undertaken.examineAll(world.peer.id);
    undertaken.releaseAll(world.peer.id);
    world.send(world.victim, 'acquire', [0]);
    world.kernel.endpoint.serveAll();
    world.bury();
    expect(world.ask(world.peer, 'tryAcquire')).toEqual(POISONED);
    expect(world.ask(world.peer, 'lastDeath')).toEqual({ name: 'peer', incarnation: 1 });
  });
});

describe('a holder that is condemned', () => {
  it('keeps the lock until its thread has ended', () => {
    const world = new Locksmith();
    expect(world.ask(world.victim, 'acquire', [0])).toEqual(CLEAN);
    world.undertaker.markDead(world.life() as never, 'hang');
    expect(world.ask(world.peer, 'tryAcquire')).toEqual(failed('Busy'));
    world.bury();
    expect(world.ask(world.peer, 'tryAcquire')).toEqual(POISONED);
  });
});

describe('a wait that ends while the lock is handed over', () => {
  async function waiting(): Promise<{ world: Locksmith; sent: PendingCall }> {
    const world = new Locksmith();
    expect(world.ask(world.victim, 'acquire', [0])).toEqual(CLEAN);
    const sent = world.send(world.peer, 'acquire', [60_000]);
    world.kernel.endpoint.serveAll();
    await microtasks();
    expect(world.peer.endpoint.caller.isSettled(sent)).toBe(false);
    return { world, sent };
  }

  it('given up before the release: the lock is free', async () => {
    const { world, sent } = await waiting();
    expect(world.peer.endpoint.caller.giveUp(sent, 'Cancelled')).toBe(true);
    expect(world.ask(world.victim, 'release')).toEqual(DONE);
    await microtasks();
    expect(world.take(world.peer, sent)).toBe('Cancelled');
    expect(world.ask(world.victim, 'tryAcquire')).toEqual(CLEAN);
  });

  it('given up after the lock was given to it, and before the reply: the lock is free', async () => {
    const { world, sent } = await waiting();
    world.send(world.victim, 'release');
    world.kernel.endpoint.serveAll();
    // Until the reply is sent nobody can release it, its new holder included.
    expect(world.ask(world.peer, 'release')).toEqual(failed('NotOwner'));
    expect(world.peer.endpoint.caller.giveUp(sent, 'Cancelled')).toBe(true);
    await microtasks();
    expect(world.take(world.peer, sent)).toBe('Cancelled');
    expect(world.ask(world.victim, 'tryAcquire')).toEqual(CLEAN);
  });

  it('given up after the reply: it was too late, and the lock is its own', async () => {
    const { world, sent } = await waiting();
    world.send(world.victim, 'release');
    world.kernel.endpoint.serveAll();
    await microtasks();
    expect(world.peer.endpoint.caller.giveUp(sent, 'Cancelled')).toBe(false);
    expect(world.take(world.peer, sent)).toEqual(CLEAN);
    expect(world.ask(world.victim, 'tryAcquire')).toEqual(failed('Busy'));
    expect(world.ask(world.peer, 'release')).toEqual(DONE);
  });

  it('the poison goes to the first who hears of it: a lost reply tells nobody', async () => {
    const { world, sent } = await waiting();
    world.bury();
    expect(world.peer.endpoint.caller.giveUp(sent, 'Cancelled')).toBe(true);
    await microtasks();
    expect(world.take(world.peer, sent)).toBe('Cancelled');
    expect(world.ask(world.peer, 'tryAcquire')).toEqual(POISONED);
    expect(world.ask(world.peer, 'release')).toEqual(DONE);
    expect(world.ask(world.peer, 'tryAcquire')).toEqual(CLEAN);
  });

  it('its time is up: Busy, and it is not in the queue any more', async () => {
    const { world, sent } = await waiting();
    world.locks.look(Number.POSITIVE_INFINITY);
    await microtasks();
    expect(world.take(world.peer, sent)).toEqual(failed('Busy'));
    expect(world.ask(world.victim, 'release')).toEqual(DONE);
    expect(world.ask(world.victim, 'tryAcquire')).toEqual(CLEAN);
    expect(world.undertaker.resources.counts(world.peer.id)).toEqual({});
    expect(world.undertaker.resources.counts(HOST_ID)).toEqual({});
  });
});
