import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { boot, type DomainHandle, type KernelHandle } from 'deciduous';
import { Hub, Parcel } from '../fixtures/extensions/generated/graphs.js';
import { hashOf } from '../fixtures/extensions/graphs/hub.js';
import { errorOf, extension, valueOf } from './lab.js';

describe.each(['fast', 'paranoid'] as const)('graphs of domains, with checks: %s', (checks) => {
  let kernel: KernelHandle;
  let loaded: DomainHandle[] = [];

  beforeAll(async () => {
    kernel = await boot({ spares: 2, checks, sharedHeapBytes: 64 * 2 ** 20 });
  });

  afterAll(async () => {
    await kernel.close();
  });

  /** So many hubs, which know whom `edges` names: `edges[0]` are the numbers of the first one's neighbours. */
  async function graph(edges: readonly (readonly number[])[]): Promise<Hub[]> {
    const hubs: Hub[] = [];
    loaded = [];
    for (const [index] of edges.entries()) {
      const domain = await kernel.load(extension('graphs/hub.ts'), { name: `hub ${index}`, limits: { timeSliceMs: 20_000 } });
      loaded.push(domain);
      hubs.push(domain.get(Hub));
    }
    for (const [from, neighbours] of edges.entries()) for (const [place, to] of neighbours.entries()) valueOf(hubs[from].connect(place, hubs[to]));
    return hubs;
  }

  /** Routes name a hub's neighbours by place. */
  const done = (route: string): string => `done ${hashOf(route)}`;

  async function gone(): Promise<void> {
    await Promise.all(loaded.map((domain) => domain.unload()));
    expect(await kernel.audit()).toEqual([]);
    expect((await kernel.stats()).heap.byOwner).toEqual({});
  }

  it('a chain A -> B -> C answers, synchronously and not, with what moves and with what is lent', async () => {
    const [a] = await graph([[1], [2], []]);
    expect(valueOf(a.walk('``', 0))).toBe(done('``'));
    expect(valueOf(await a.async.walkAsync('``', 0))).toBe(done('``'));
    const moved = kernel.heap.alloc(Parcel, { text: 'moved', weight: 0 });
    const back = valueOf(a.carry('``', 0, moved));
    if (!back.ok) throw new Error(back.error);
    expect(back.value.weight).toBe(3);
    using lent = kernel.heap.alloc(Parcel, { text: 'lent', weight: 0 });
    expect(valueOf(a.weigh('``', 0, lent))).toBe(`${done('``')} 4`);
    back.value.drop();
    lent.drop();
    await gone();
  });

  it("a domain is entered again by what descends from its own call: A -> B -> A', sixty calls deep", async () => {
    const [a] = await graph([[1], [0]]);
    const route = '`'.repeat(60);
    expect(valueOf(a.walk(route, 0))).toBe(done(route));
    const moved = valueOf(a.carry(route, 0, kernel.heap.alloc(Parcel, { text: 'to and fro', weight: 0 })));
    if (!moved.ok) throw new Error(moved.error);
    expect(moved.value.weight).toBe(61);
    moved.value.drop();
    await gone();
  });

  it('a chain that is longer than a chain may be ends with an error, and everybody lives', async () => {
    const [a] = await graph([[1], [0]]);
    expect(valueOf(a.walk('`'.repeat(80), 0))).toMatch(/^ResourceExhausted at \d+$/);
    expect(valueOf(a.walk('`', 0))).toBe(done('`'));
    await gone();
  });

  it('a cycle of five is walked around and around', async () => {
    const [a] = await graph([[1], [2], [3], [4], [0]]);
    const route = '`'.repeat(50);
    expect(valueOf(a.walk(route, 0))).toBe(done(route));
    expect(valueOf(await a.async.walkAsync(route, 0))).toBe(done(route));
    await gone();
  });

  it('walks that start in every hub of a cycle at once all end, if need be with Deadlock', async () => {
    const hubs = await graph([[1], [2], [3], [4], [0]]);
    const route = '`'.repeat(12);
    for (let round = 0; round < 20; round++) {
      const answers = await Promise.all(hubs.map((hub) => hub.async.walk(route, 0)));
      for (const answer of answers) expect(valueOf(answer)).toMatch(new RegExp(`^(${done(route)}|Deadlock at \\d+)$`));
    }
    await gone();
  });

  it('one domain calls thirty-two at a time; one of them dies, and the others answer', async () => {
    const all = Array.from({ length: 32 }, (_, index) => index + 1);
    const hubs = await graph([all, ...all.map(() => [])]);
    expect(valueOf(hubs[0].spread(32, 21))).toBe('32');
    expect(errorOf(hubs[7].crash()).code).toBe('DomainCrashed');
    expect(valueOf(hubs[0].spread(32, 21))).toMatch(/^31 (DomainDead|DomainCrashed)$/);
    const answers = await Promise.all(hubs.map((hub, index) => hub.async.twice(index)));
    expect(answers.map((answer) => (answer.ok ? answer.value : answer.error.code))).toEqual(hubs.map((_, index) => (index === 7 ? 'DomainDead' : 2 * index)));
    await gone();
  }, 120_000);
});
