import { describe, expect, it } from 'vitest';
import { boot } from 'deciduous';
import { Leaf, Peer } from '../fixtures/extensions/generated/hostile.js';
import { errorOf, extension, valueOf } from '../semantics/lab.js';

const file = extension('hostile/peer.ts');

describe('ends that meet', () => {
  it('fifteen crashes in a row, each answered by a new life under the same proxy, leave nothing', async () => {
    await using kernel = await boot({ spares: 1 });
    const domain = await kernel.load(file, { name: 'mortal', restart: { when: 'on-crash', rebind: true, intensity: 1000 } });
    const peer = domain.get(Peer);
    for (let life = 1; life <= 15; life++) {
      expect(errorOf(await peer.async.crash())).toMatchObject({ code: 'DomainCrashed', cause: 'panic' });
      await domain.ready();
      expect(valueOf(peer.add(life, 1))).toBe(life + 1);
    }
    expect(domain.incarnation).toBe(16);
    expect(await kernel.audit()).toEqual([]);
  });

  it('a program that is unloaded while it crashes, and killed before, during and after, ends once', async () => {
    await using kernel = await boot({ spares: 1 });
    const crashing = await kernel.load(file, { name: 'crashing', restart: { when: 'on-crash', rebind: true } });
    const crash = crashing.get(Peer).async.crash();
    await crashing.unload();
    expect(errorOf(await crash).code).toBe('DomainCrashed');
    const domains = await Promise.all(Array.from({ length: 6 }, (_, index) => kernel.load(file, { name: `d${index}` })));
    await Promise.all(domains.map((domain) => Promise.all([domain.kill(), domain.unload(), domain.kill(), domain.unload()])));
    expect((await kernel.stats()).domains).toEqual([]);
    expect(await kernel.audit()).toEqual([]);
  });

  it('close() settles every call under way, every load, and whatever is asked afterwards', async () => {
    const kernel = await boot({ spares: 0 });
    const domain = await kernel.load(file, { name: 'resting' });
    const peer = domain.get(Peer);
    const lent = kernel.heap.alloc(Leaf, { text: '', data: new Uint8Array(), n: 1, next: null });
    const calls = Array.from({ length: 20 }, () => peer.async.rest(lent, 60_000));
    const loading = kernel.load(file, { name: 'too late' }).then(
      () => 'loaded',
      () => 'refused',
    );
    await new Promise((resolve) => setTimeout(resolve, 20));
    await kernel.close();
    for (const call of calls) expect(errorOf(await call)).toMatchObject({ code: 'DomainCrashed', cause: 'killed' });
    expect(await loading).toMatch(/loaded|refused/);
    expect(errorOf(peer.add(1, 2)).code).toBe('DomainDead');
    await expect(kernel.stats()).rejects.toThrow();
    await expect(kernel.load(file)).rejects.toThrow();
  });
});
