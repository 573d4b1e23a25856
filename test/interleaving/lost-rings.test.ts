import { describe, expect, it } from 'vitest';
import { load, store } from '../../dist/abi/atomics.js';
import { indexOf } from '../../dist/abi/domain-id.js';
import { PARKED, threadRow, X_DOORBELL } from '../../dist/abi/thread-layout.js';
import { PendingCall } from '../../dist/proxy/pending-call.js';
import { Miniature } from './miniature.js';

describe('a domain that was killed between its answer and the ring', () => {
  it('is rung for by whoever buries it: a caller that sleeps for long has its reply at once', () => {
    const world = new Miniature();
    world.serve(world.victim, { work: () => 7 });
    const call = world.peer.endpoint.caller.send(world.target(world.victim), world.method(world.victim, 'work'), [1], Number.POSITIVE_INFINITY);
    if (!(call instanceof PendingCall)) throw call.error;
    // The peer is awake, so nobody rings; then it is as if it had fallen asleep just before the answer.
    expect(world.victim.endpoint.serveAll()).toBe(1);
    const { words } = world.shared.controlViews;
    const row = threadRow(indexOf(world.peer.id));
    store(words, row + PARKED, 1);
    const rings = load(words, row + X_DOORBELL);
    world.bury();
    expect(load(words, row + X_DOORBELL)).toBeGreaterThan(rings);
    store(words, row + PARKED, 0);
    expect(world.peer.endpoint.caller.outcomes.take(call)).toEqual({ ok: true, value: 7 });
    expect(world.findings()).toEqual([]);
  });
});
