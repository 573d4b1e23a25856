import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { boot } from 'deciduous';
import { Peer } from '../fixtures/extensions/generated/hostile.js';
import { errorOf, extension, Holder, leafOf, Note, Relay, valueOf } from '../semantics/lab.js';

describe('nobody waits for longer than what it waits for', () => {
  it('a reply that waits for a borrow is sent when the borrow ends, even by a domain that sleeps meanwhile', async () => {
    await using kernel = await boot({ spares: 1 });
    const holder = await kernel.load(await leafOf('holder.ts'), { name: 'holder' });
    const relay = await kernel.load(await leafOf('impatient.ts'), { name: 'impatient', grant: { holder: holder.get(Holder) } });
    const note = kernel.heap.alloc(Note, { text: 'lent', weight: 3, next: null });
    const sent = performance.now();
    const result = await relay.get(Relay).async.measure(note, { timeoutMs: 20_000 });
    expect(valueOf(result)).toBe(1);
    // The borrow ends after 300 ms, and the deadline is another matter.
    expect(performance.now() - sent).toBeLessThan(10_000);
    note.drop();
  });

  it('a reply that waits for a borrow is sent though another call of the domain was the first to see that the borrow had ended', async () => {
    await using kernel = await boot({ spares: 1 });
    const holder = await kernel.load(await leafOf('holder.ts'), { name: 'holder' });
    const relay = await kernel.load(await leafOf('impatient.ts'), {
      name: 'impatient',
      grant: { holder: holder.get(Holder) },
      limits: { timeSliceMs: 60_000 },
    });
    const note = kernel.heap.alloc(Note, { text: 'lent', weight: 3, next: null });
    const measured = relay.get(Relay).async.measure(note, { timeoutMs: 20_000 });
    await delay(100);
    expect(valueOf(await relay.get(Relay).async.work(600))).toBe(1);
    expect(valueOf(await measured)).toBe(1);
    note.drop();
  });

  it('a signal that an argument aborts while the call is put together cancels the call before it is sent', async () => {
    await using kernel = await boot({ spares: 1 });
    const peer = (await kernel.load(extension('hostile/peer.ts'), { name: 'peer' })).get(Peer);
    await delay(150);
    const controller = new AbortController();
    const wide = { flag: true, a: 0, b: 0, c: 0, d: 0n, e: 0, f: 0, g: 0, h: 0n, x: 0 };
    const value = {
      ...wide,
      get y() {
        controller.abort();
        return 1;
      },
    };
    expect(errorOf(await peer.async.wide(value, { signal: controller.signal }))).toMatchObject({ code: 'Cancelled', started: false });
    expect(valueOf(await peer.async.add(1, 2))).toBe(3);
  });

  it('a call of the host with little time ends in time, though the host sleeps for another already', async () => {
    await using kernel = await boot({ spares: 1 });
    const holder = (await kernel.load(await leafOf('holder.ts'), { name: 'holder' })).get(Holder);
    const notes = [1, 2].map((weight) => kernel.heap.alloc(Note, { text: 'lent', weight, next: null }));
    const long = holder.async.hold(notes[0], 2500);
    const late: number[] = [];
    for (let round = 0; round < 9; round++) {
      await delay(13);
      const sent = performance.now();
      expect(errorOf(await holder.async.hold(notes[1], 4000, { timeoutMs: 5 })).code).toBe('TimedOut');
      late.push(performance.now() - sent);
      await delay(20);
    }
    // The median: on a busy machine a thread may miss its turn now and then.
    expect(late.toSorted((one, other) => one - other)[4]).toBeLessThan(200);
    valueOf(await long);
  });
});
