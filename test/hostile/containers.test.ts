/** Containers in the hands of a domain that looks for a way out: what it reaches, and what its methods do to what they were not made for. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { boot, RRefArray, RRefDeque, RRefVec, type DomainHandle, type KernelHandle, type RRef } from 'deciduous';
import { Board, Packet, Router, Sample } from '../fixtures/extensions/generated/containers.js';
import { extension, valueOf } from '../semantics/lab.js';

type Outcomes = { [name: string]: string };

describe.each(['fast', 'paranoid'] as const)('a domain with containers, with checks: %s', (checks) => {
  let kernel: KernelHandle;
  let domain: DomainHandle;
  let router: Router;
  beforeAll(async () => {
    kernel = await boot({ spares: 0, checks });
    domain = await kernel.load(extension('containers/router.ts'), { name: 'router', limits: { timeSliceMs: 20_000 } });
    router = domain.get(Router);
  });
  afterAll(async () => {
    await domain.unload();
    expect(await kernel.audit()).toEqual([]);
    expect((await kernel.stats()).heap.byOwner).toEqual({});
    await kernel.close();
  });

  const packet = (port: number): RRef<Packet> =>
    kernel.heap.alloc(Packet, { payload: new Uint8Array(port), port, hops: kernel.heap.alloc(RRefVec('u16'), [port]) });
  const board = (): RRef<Board> =>
    kernel.heap.alloc(Board, {
      name: 'board',
      packets: kernel.heap.alloc(RRefArray(Packet, 3), [packet(1), null, packet(3)]),
      waiting: kernel.heap.alloc(RRefDeque(Packet, 4), [packet(4)]),
      samples: kernel.heap.alloc(RRefVec(Sample), { length: 3, fill: { at: 1n, level: 0.5, good: true, colour: 'Blue' } }),
      rows: kernel.heap.alloc(RRefArray(RRefVec('u8'), 2), [kernel.heap.alloc(RRefVec('u8'), [1, 2])]),
    });

  it('reaches no shared memory, no Buffer and nothing unfrozen, wherever it walks: handles, elements, iterators, tokens, bytes, errors', () => {
    const { findings, count } = JSON.parse(valueOf(router.walk(board()))) as { findings: { what: string; path: string }[]; count: number };
    expect(count).toBeGreaterThan(700);
    // SES answers an inert function of its own, made anew for whoever asks.
    expect(findings.filter(({ path }) => !/^globalThis\.\w*Error\.prepareStackTrace$/.test(path))).toEqual([]);
  });

  it('uses no method on a container of another type, and changes none while it is read', () => {
    const outcomes = JSON.parse(valueOf(router.attack(board()))) as Outcomes;
    for (const [name, outcome] of Object.entries(outcomes)) expect(outcome, name).toMatch(/^(InvalidType|LifetimeViolation|RangeError|TypeError): /);
    expect(Object.keys(outcomes).length).toBeGreaterThan(15);
  });
});
