/** The holes that an obvious shared heap has, one test for each: what an adversarial reading of the design found before there was any code. */
import { describe, expect, it, vi } from 'vitest';
import { indexOf } from '../../dist/abi/domain-id.js';
import { GENERATION, LAST_GENERATION } from '../../dist/abi/heap-layout.js';
import { CHARGED, threadRow, X_QUOTA } from '../../dist/abi/thread-layout.js';
import type { PendingCall } from '../../dist/proxy/pending-call.js';
import { emptinessHash } from '../../dist/shared-heap/audit/emptiness.js';
import { handles } from '../../dist/shared-heap/handles/handle.js';
import { type Member, Miniature } from './miniature.js';
import { actAs } from './stepping.js';

vi.mock('../../dist/abi/atomics.js', async (original) => (await import('./stepping.js')).stepping((await original()) as never));

const isLifetimeViolation = expect.objectContaining({ name: 'LifetimeViolation' });

function send(world: Miniature, from: Member, to: Member, method: string, value: unknown): PendingCall {
  return from.endpoint.caller.send(world.target(to), world.method(from, method), [value], Number.POSITIVE_INFINITY) as PendingCall;
}
function charged(world: Miniature, member: Member): number {
  return world.shared.controlViews.words[threadRow(indexOf(member.id)) + CHARGED];
}
/** Does it once to count the steps, then stops it before each of them, buries the victim, and looks. */
function atEveryStep(by: 'kill' | 'overflow', prepare: (world: Miniature) => () => void, afterwards: (world: Miniature) => void = () => {}): void {
  const { steps } = actAs(prepare(new Miniature()));
  expect(steps).toBeGreaterThan(3);
  for (let at = 0; at < steps; at++) {
    const world = new Miniature();
    actAs(prepare(world), at, by);
    world.bury();
    afterwards(world);
    world.orphans.look();
    expect(world.findings(), `step ${at}`).toEqual([]);
    expect(world.blocks(), `step ${at}`).toBe(0);
  }
}

describe('trap', () => {
  it('1: an operation that a stack overflow tears is a panic that stays, whatever the extension catches', () => {
    const dry = new Miniature().victim;
    dry.note('').drop();
    const { steps } = actAs(() => void dry.note('text'));
    for (let at = 0; at < steps; at++) {
      const { victim } = new Miniature();
      // So that its type is known: looking that up is before the operation.
      victim.note('').drop();
      let caught = false;
      actAs(
        () => {
          try {
            victim.note('text');
          } catch {
            caught = true;
          }
        },
        at,
        'overflow',
      );
      if (!caught) continue;
      expect(victim.heap.operation.panic).toMatchObject({ crash: 'stack-overflow' });
      expect(() => victim.note('again')).toThrow(expect.objectContaining({ name: 'Panic' }));
    }
  });

  it('2: a thread may end between any two steps, of straight-line code too', () => {
    atEveryStep(
      'kill',
      ({ victim }) =>
        () =>
          void victim.note('outer', victim.note('inner')),
    );
  });

  it('3: what a killed callee was lent stays lent until its thread has ended', () => {
    const world = new Miniature();
    const note = world.peer.note('lent');
    const life = world.life();
    world.serve(world.victim, {
      measure: () => {
        world.undertaker.markDead(life as never, 'killed');
        // The caller has its error, and the callee is still at it.
        expect(world.peer.endpoint.caller.isSettled(call)).toBe(true);
        world.peer.endpoint.caller.outcomes.take(call);
        expect(() => (note.weight = 1)).toThrow(isLifetimeViolation);
        return 1;
      },
    });
    const call = send(world, world.peer, world.victim, 'measure', note);
    world.victim.endpoint.serveAll();
    world.bury();
    note.weight = 1;
    note.drop();
    expect(world.findings()).toEqual([]);
  });

  it('4: a borrow is what the record lists: dying before, while or after it is listed neither leaks it nor takes away another', () => {
    atEveryStep(
      'kill',
      (world) => {
        world.serve(world.peer, { measure: () => 1 });
        const note = world.victim.note('lent twice');
        send(world, world.victim, world.peer, 'measure', note);
        return () => void send(world, world.victim, world.peer, 'measure', note);
      },
      (world) => void world.peer.endpoint.serveAll(),
    );
  });

  it('5: a remote free is done once, whether its giver dies before, between or after its two steps', () => {
    atEveryStep('kill', (world) => {
      let kept: any;
      world.serve(world.victim, { keep: (note: unknown) => ((kept = note), 1) });
      const call = send(world, world.peer, world.victim, 'keep', world.peer.note('to be given back'));
      world.victim.endpoint.serveAll();
      world.peer.endpoint.caller.outcomes.take(call);
      return () => kept.drop();
    });
  });

  it('6: views end with their root, and nothing is attached below itself', () => {
    const world = new Miniature();
    world.serve(world.peer, { keep: (note: any) => (note.drop(), 1) });
    const root = world.victim.note('root', world.victim.note('child'));
    const view = root.next;
    expect(() => (view.next = root)).toThrow(isLifetimeViolation);
    expect(() => (root.next = root)).toThrow(isLifetimeViolation);
    send(world, world.victim, world.peer, 'keep', root);
    expect(() => view.weight).toThrow(isLifetimeViolation);
    expect(() => (view.weight = 1)).toThrow(isLifetimeViolation);
  });

  it('7: the end of a scope does not drop what was sent, though the same block came back', () => {
    const world = new Miniature();
    world.serve(world.peer, { echo: (note: unknown) => note });
    const sent = world.victim.note('there and back');
    const call = send(world, world.victim, world.peer, 'echo', sent);
    world.peer.endpoint.serveAll();
    const answer = world.victim.endpoint.caller.outcomes.take(call) as { ok: true; value: any };
    expect(handles.blockToRead(answer.value)).toBe(call.moved.map((handle) => handles.rootBlock(handle))[0]);
    sent[Symbol.dispose]();
    expect(answer.value.text).toBe('there and back');
    answer.value.drop();
    expect(world.blocks()).toBe(0);
  });

  it('8: a block whose generations are used up is never handed out again, and a span neither', () => {
    const world = new Miniature();
    const { victim } = world;
    const { words } = world.shared.heapViews;
    for (const bytes of [100, 200_000]) {
      const block = victim.heap.arena.alloc(bytes, 1, 0, true);
      words[(block << 2) + GENERATION] = LAST_GENERATION - 1;
      victim.heap.arena.charge(-victim.heap.arena.granulesOf(block));
      victim.heap.arena.free(block);
      for (let tries = 0; tries < 200; tries++) expect(victim.heap.arena.alloc(bytes === 100 ? 100 : 40_000, 1, 0, true)).not.toBe(block);
    }
    expect(world.findings()).toEqual([]);
  });

  it('9: what a value runs while it is read runs before anything shared is touched', () => {
    const world = new Miniature();
    const { victim } = world;
    const type = victim.registry.byToken(world.Note);
    const child = victim.note('child');
    const value = {
      get text() {
        for (let round = 0; round < 50; round++) victim.note('inside').drop();
        return 'outer';
      },
      get weight() {
        child.drop();
        return 1;
      },
      next: child,
    };
    expect(() => victim.heap.alloc(type, value)).toThrow(isLifetimeViolation);
    const other = victim.note('other');
    const nested: any = victim.heap.alloc(type, {
      text: 'outer',
      get weight() {
        return handles.blockToRead(victim.note('kept') as never);
      },
      next: other,
    });
    expect(nested.next.text).toBe('other');
    expect(world.findings()).toEqual([]);
  });

  it('10: a moved tree is charged to its sender until the call runs, then to its receiver, and a receiver without room refuses it', () => {
    const world = new Miniature();
    let kept: any;
    world.serve(world.peer, { keep: (note: unknown) => ((kept = note), 1) });
    const tree = (): any => world.victim.note('root', world.victim.note('x'.repeat(5000), world.victim.note('leaf')));
    const first = tree();
    const cost = charged(world, world.victim);
    const call = send(world, world.victim, world.peer, 'keep', first);
    expect([charged(world, world.victim), charged(world, world.peer)]).toEqual([cost, 0]);
    world.peer.endpoint.serveAll();
    world.victim.endpoint.caller.outcomes.take(call);
    expect([charged(world, world.victim), charged(world, world.peer)]).toEqual([0, cost]);
    // Detaching splits the total, at the cost of a walk.
    const middle = kept.take('next');
    expect(charged(world, world.peer)).toBe(cost);
    middle.drop();
    kept.drop();
    expect(charged(world, world.peer)).toBe(0);
    world.shared.controlViews.words[threadRow(indexOf(world.peer.id)) + X_QUOTA] = cost - 1;
    const second = tree();
    const refused = send(world, world.victim, world.peer, 'keep', second);
    world.peer.endpoint.serveAll();
    expect(world.victim.endpoint.caller.outcomes.take(refused)).toMatchObject({ ok: false, error: { code: 'ResourceExhausted', started: false } });
    second.drop();
    expect(charged(world, world.victim)).toBe(0);
    expect(world.findings()).toEqual([]);
  });

  it('11: a list of many nodes is reclaimed without recursion', () => {
    const world = new Miniature();
    let list: any = null;
    for (let node = 0; node < 60_000; node++) list = world.victim.note('', list);
    const before = world.blocks();
    expect(before).toBe(60_000);
    world.bury();
    expect(world.blocks()).toBe(0);
    expect(world.findings()).toEqual([]);
  });

  it('12: as new leaves generations out, and nothing else', () => {
    const world = new Miniature();
    const before = emptinessHash(world.shared);
    const note = world.victim.note('used once');
    expect(emptinessHash(world.shared)).not.toBe(before);
    note.drop();
    world.bury();
    expect(world.findings(true)).toEqual([]);
    expect(emptinessHash(world.shared)).toBe(before);
  });
});
