/** A call that its caller carries over to the life that has replaced its callee, killed at every step: it is served once or not at all, and nothing is left over. */
import { describe, expect, it, vi } from 'vitest';
import { indexOf } from '../../dist/abi/domain-id.js';
import { bindingWord, lineWord, threadRow, X_BINDING, X_PROGRAM_LIFE } from '../../dist/abi/thread-layout.js';
import type { PendingCall } from '../../dist/proxy/pending-call.js';
import { Miniature, type Member } from './miniature.js';
import { actAs } from './stepping.js';

vi.mock('../../dist/abi/atomics.js', async (original) => (await import('./stepping.js')).stepping((await original()) as never));

const BINDING = 7;

function lives(world: Miniature, member: Member, incarnation: number): void {
  const row = threadRow(indexOf(member.id));
  world.shared.controlViews.words[row + X_BINDING] = BINDING + 1;
  world.shared.controlViews.words[row + X_PROGRAM_LIFE] = incarnation;
}

/** The victim has called the peer, which is replaced before it has begun; the victim carries the call over, up to the step before which it is killed. */
function trial(method: 'keep' | 'measure', at: number, by: 'kill' | 'overflow' = 'kill'): { steps: number; served: number; stopped: boolean } {
  const world = new Miniature();
  let served = 0;
  const serve = (note: any): number => {
    served++;
    expect(note.text).toBe('carried');
    expect(note.next.text).toBe('with it');
    if (method === 'keep') note.drop();
    return 1;
  };
  world.serve(world.peer, { [method]: () => expect.unreachable('the replaced one begins nothing') });
  const heir = world.beginAnew();
  world.serve(heir, { [method]: serve });
  lives(world, world.peer, 1);
  lives(world, heir, 2);
  const { words } = world.shared.controlViews;
  const note = world.victim.note('carried', world.victim.note('with it'));
  const target = { ...world.target(world.peer), line: { binding: BINDING, incarnation: 1 } };
  const { caller } = world.victim.endpoint;
  const call = caller.send(target, world.method(world.victim, method), [note], Number.POSITIVE_INFINITY) as PendingCall;
  words[lineWord(BINDING)] = 1;
  words[bindingWord(BINDING)] = heir.id;
  expect(world.undertaker.settlement.turnAway(world.peer.id)).toBe(false);
  let isCarried = false;
  const { steps, stopped } = actAs(() => void (isCarried = caller.succession.carriesOver(call)), at, by);
  if (!stopped) {
    expect(isCarried).toBe(true);
    heir.endpoint.serveAll();
    expect(caller.outcomes.take(call)).toEqual({ ok: true, value: 1 });
    if (method === 'measure') note.drop();
    expect(world.findings()).toEqual([]);
  }
  world.bury();
  heir.endpoint.serveAll();
  world.orphans.look();
  expect(world.findings(), `${method}, stopped before step ${at}`).toEqual([]);
  heir.heap.arena.sweep();
  expect(world.blocks(), `${method}, stopped before step ${at}`).toBe(0);
  return { steps, served, stopped };
}

describe('a call that is carried over', () => {
  it.each(['keep', 'measure'] as const)('of a value that %s takes is whole, or nobody has it, at whatever step its caller is killed', (method) => {
    const { steps, served } = trial(method, -1);
    expect(served).toBe(1);
    const outcomes = new Set<number>();
    for (let at = 0; at < steps; at++) outcomes.add(trial(method, at).served);
    expect([...outcomes].every((count) => count === 0 || count === 1)).toBe(true);
    expect(outcomes.has(0)).toBe(true);
  });

  it('is torn by a stack overflow at any step, and its caller dies of that', () => {
    const { steps } = trial('keep', -1);
    for (let at = 0; at < steps; at++) trial('keep', at, 'overflow');
  });
});
