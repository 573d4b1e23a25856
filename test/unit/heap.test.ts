/** The heap of one thread, without any other: what its user or an attacker can do to it. */
import { describe, expect, it } from 'vitest';
import { CALL_TRANSITIONS } from '../../dist/proxy/call-transitions.js';
import { CallState } from '../../dist/abi/record-layout.js';
import { handles } from '../../dist/shared-heap/handles/handle.js';
import { Miniature } from '../interleaving/miniature.js';

describe('allocation', () => {
  it('gives no byte of an earlier owner to the next', () => {
    const { victim, shared } = new Miniature();
    for (const bytes of [16, 100, 1000, 10_000, 100_000, 500_000]) {
      const first = victim.heap.arena.alloc(bytes, 1, 0, false);
      shared.heapViews.bytes.fill(0xff, first * 16 + 32, first * 16 + 32 + bytes);
      victim.heap.arena.free(first);
      for (let tries = 0; tries < 3; tries++) {
        const block = victim.heap.arena.alloc(bytes, 1, 0, false);
        expect(shared.heapViews.bytes.subarray(block * 16 + 32, block * 16 + 32 + bytes).every((byte) => byte === 0)).toBe(true);
      }
    }
  });

  it('refuses what exceeds the quota with what was asked, used and allowed, and loses nothing', () => {
    const { victim, findings } = withFindings();
    const before = victim.heap.arena.charged;
    expect(() => victim.note('x'.repeat(20_000_000))).toThrow(/ResourceExhausted|asked for 20\d+ bytes/);
    expect(victim.heap.arena.charged).toBe(before);
    expect(findings()).toEqual([]);
  });

  it('uses the whole heap and gets all of it back', () => {
    const { victim, findings } = withFindings();
    for (let round = 0; round < 3; round++) {
      const notes: { drop(): void }[] = [];
      try {
        for (;;) notes.push(victim.note('y'.repeat(10_000)));
      } catch (error) {
        expect(String(error)).toMatch(/no room/);
      }
      expect(notes.length).toBeGreaterThan(500);
      for (const note of notes) note.drop();
    }
    expect(findings()).toEqual([]);
  });

  it('retires no more than it must: a block that is freed is found again', () => {
    const { victim } = new Miniature();
    const seen = new Set<number>();
    for (let round = 0; round < 1000; round++) {
      const block = victim.heap.arena.alloc(100, 1, 0, false);
      seen.add(block);
      victim.heap.arena.free(block);
    }
    expect(seen.size).toBe(1);
  });
});

describe('trees', () => {
  it('are dropped without recursion, however deep', () => {
    const { victim, findings } = withFindings();
    let list = null;
    for (let depth = 0; depth < 30_000; depth++) list = victim.note('', list);
    list.drop();
    expect(findings()).toEqual([]);
    expect(victim.heap.arena.charged).toBe(0);
  });

  it('have no cycles: a root cannot be attached below itself, directly or through a child', () => {
    const { victim, findings } = withFindings();
    const root = victim.note('root', victim.note('child'));
    expect(() => (root.next = root)).toThrow(/below itself/);
    const child = root.next;
    expect(() => (child.next = root)).toThrow(/below itself/);
    expect(root.next.text).toBe('child');
    root.drop();
    expect(findings()).toEqual([]);
  });

  it('end their views when they are dropped, when a child is taken, and when one is replaced', () => {
    const { victim } = new Miniature();
    const root = victim.note('root', victim.note('child', victim.note('grandchild')));
    const grandchild = root.next.next;
    const child = root.take('next');
    expect(() => grandchild.text).toThrow(/shape/);
    expect(child.next.text).toBe('grandchild');
    const view = child.next;
    child.next = victim.note('another');
    expect(() => view.text).toThrow(/shape/);
    const last = child.next;
    child.drop();
    expect(() => last.text).toThrow(/sent or dropped/);
    expect(() => child.drop()).toThrow(/sent or dropped/);
    root.drop();
  });

  it('are torn by an overflow between the end of their handle and their drop, which is a panic and no leak', () => {
    const { victim } = new Miniature();
    const claim = handles.rootOf(victim.note('root', victim.note('child')));
    const overflow = (): never => {
      throw new RangeError('Maximum call stack size exceeded');
    };
    expect(() => victim.heap.dropTree({ block: claim.block, end: overflow })).toThrow(RangeError);
    expect(victim.heap.operation.panic).toMatchObject({ crash: 'stack-overflow' });
  });

  it('are exchanged by replace: the former child comes back, the new one moves in, other views end', () => {
    const { victim, findings } = withFindings();
    const root = victim.note('root', victim.note('first', victim.note('below')));
    const view = root.next;
    const below = view.next;
    const second = victim.note('second');
    const first = root.replace('next', second);
    expect([first.text, first.next.text, root.next.text]).toEqual(['first', 'below', 'second']);
    for (const ended of [view, below]) expect(() => ended.text).toThrow(/shape/);
    expect(() => second.text).toThrow(/sent or dropped/);
    // The view through which it was done goes on; putting in what was not there ends none.
    const child = root.next;
    expect(child.replace('next', first)).toBeNull();
    expect(child.text).toBe('second');
    const again = child.replace('next', null);
    expect([child.text, child.next, again.text]).toEqual(['second', null, 'first']);
    expect(root.replace('next', null).drop()).toBeUndefined();
    expect(findings()).toEqual([]);
    again.drop();
    root.drop();
    expect(findings()).toEqual([]);
    expect(victim.heap.arena.charged).toBe(0);
  });

  it('are refused by replace as by assignment, and are afterwards what they were', () => {
    const { victim, findings } = withFindings();
    const root = victim.note('root', victim.note('child'));
    const child = root.next;
    const other = victim.note('other');
    const sent = victim.note('sent');
    sent.drop();
    expect(() => child.replace('next', root)).toThrow(/below itself/);
    expect(() => root.replace('next', sent)).toThrow(/sent or dropped/);
    expect(() => root.replace('next', child)).toThrow(/cannot be moved/);
    expect(() => sent.replace('next', null)).toThrow(/sent or dropped/);
    for (const wrong of [{}, 5, 'next', { ...other }]) expect(() => root.replace('next', wrong)).toThrow(/expected RRef<lab.Note>/);
    for (const field of ['text', 'weight', 'nothing', '__proto__']) expect(() => root.replace(field, other)).toThrow(/has no RRef field/);
    expect(() => root.replace({ toString: () => 'next' }, other)).toThrow(/name of a field/);
    handles.lend(child);
    expect(() => root.replace('next', other)).toThrow(/while a call borrows/);
    handles.unlend(child);
    handles.lend(other);
    expect(() => root.replace('next', other)).toThrow(/while a call borrows/);
    handles.unlend(other);
    expect([child.text, other.text]).toEqual(['child', 'other']);
    for (const each of [root, other]) each.drop();
    expect(findings()).toEqual([]);
    expect(victim.heap.arena.charged).toBe(0);
  });

  it('are the same after a getter of the value has dropped what the value names', () => {
    const { victim, findings, registry, Note } = withFindings();
    const inner = victim.note('inner');
    const value = {
      text: 'outer',
      get weight() {
        inner.drop();
        return 1;
      },
      next: inner,
    };
    expect(() => victim.heap.alloc(registry.byToken(Note), value)).toThrow(/sent or dropped/);
    expect(findings()).toEqual([]);
    expect(victim.heap.arena.charged).toBe(0);
  });
});

describe('the table of a call record', () => {
  it('has one row for each state, event and outcome, and leads from every state to release', () => {
    const rows = CALL_TRANSITIONS.map(({ from, event, to }) => `${from} ${event} ${to}`);
    expect(new Set(rows).size).toBe(rows.length);
    const pairs = CALL_TRANSITIONS.map(({ from, event }) => `${from} ${event}`);
    expect(new Set(pairs).size).toBe(pairs.length);
    const reach = new Set<string>(['Free']);
    for (let before = -1; before !== reach.size; ) {
      before = reach.size;
      for (const { from, to } of CALL_TRANSITIONS) if (reach.has(to)) reach.add(from);
    }
    expect([...reach].sort()).toEqual(Object.keys(CallState).sort());
  });
});

function withFindings() {
  const world = new Miniature();
  return { victim: world.victim, registry: world.victim.registry, Note: world.Note, findings: () => world.findings() };
}
