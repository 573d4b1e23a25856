import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { boot, type DomainHandle, type Epitaph, type KernelHandle, type Limits } from 'deciduous';
import { Programs, Witness } from '../fixtures/extensions/generated/fuel.js';
import { errorOf, leafOf, valueOf } from '../semantics/lab.js';

let kernel: KernelHandle;
let witness: Witness;
const crashes: Epitaph[] = [];

beforeAll(async () => {
  kernel = await boot({ spares: 2 });
  kernel.on('crash', (epitaph) => crashes.push(epitaph));
  witness = (await kernel.load(await leafOf('fuel/witness.ts'), { name: 'witness' })).get(Witness);
});

afterAll(() => kernel.close());

async function load(limits: Partial<Limits>): Promise<{ domain: DomainHandle; programs: Programs }> {
  const domain = await kernel.load(await leafOf('fuel/programs.ts'), {
    name: 'programs',
    grant: { witness },
    globals: { clock: { fixed: 0 }, random: { seed: 1 } },
    limits: { timeSliceMs: 60_000, initSliceMs: 60_000, ...limits },
  });
  return { domain, programs: domain.get(Programs) };
}

const RECURSIONS = [
  ...['plain', 'mutual', 'methods', 'values', 'catching', 'callbacks', 'defaults', 'patterns', 'fields', 'delegation', 'delegation forwards'],
  ...['getters', 'defined getters'],
];
/** What is not counted: the engine does it in one step of its own, or no text shows that it recurses. */
const UNCOUNTED = ['delegation of async generators', 'proxies', 'nested JSON', 'nested text', 'caught overflow'];

describe('the limit stackDepth', () => {
  it.each(RECURSIONS)('ends recursion (%s) at the same depth every time, and says so', async (way) => {
    const found: number[] = [];
    for (let run = 0; run < 2; run++) {
      const { domain, programs } = await load({ stackDepth: 100 });
      let depth = 20;
      // Dives that end leave the count as it was: each goes one deeper than the last.
      for (; ; depth++) if (!(await programs.async.dive(way, depth)).ok) break;
      await expect.poll(() => crashes.at(-1)?.cause, { timeout: 60_000, interval: 2 }).toBe('stack-overflow');
      expect(crashes.at(-1)?.message).toContain('more than 100 frames');
      await domain.unload();
      crashes.length = 0;
      found.push(depth);
    }
    expect(found[0]).toBe(found[1]);
    expect(found[0]).toBeGreaterThan(30);
    expect(found[0]).toBeLessThan(220);
  });

  it.each(UNCOUNTED)('what no count sees (%s) ends as the same panic at the end of the engine’s stack, and is not caught', async (way) => {
    const { domain, programs } = await load({ stackDepth: 100, privateHeapBytes: 512 * 2 ** 20 });
    expect(valueOf(programs.dive(way, 90))).toBe(90);
    crashes.length = 0;
    void programs.async.dive(way, 200_000);
    await expect.poll(() => crashes.at(-1)?.cause, { timeout: 60_000, interval: 2 }).toBe('stack-overflow');
    expect(crashes.at(-1)?.message).toMatch(/the stack is exhausted|Maximum call stack size exceeded/);
    await domain.unload();
    crashes.length = 0;
  });

  it.each(['thrown', 'generators', 'async'])('is not used up by frames that are gone (%s)', async (way) => {
    const { domain, programs } = await load({ stackDepth: 64 });
    expect(valueOf(programs.dive(way, 20))).toBe(20);
    expect(valueOf(programs.dive(way, 20))).toBe(20);
    expect(valueOf(programs.dive('plain', 40))).toBe(40);
    await domain.unload();
  });

  it('can be set while the domain lives', async () => {
    const { domain, programs } = await load({ stackDepth: 64 });
    expect(valueOf(programs.dive('plain', 40))).toBe(40);
    await domain.setLimits({ stackDepth: 2000 });
    expect(valueOf(programs.dive('plain', 1900))).toBe(1900);
    await domain.setLimits({ stackDepth: 64 });
    expect(errorOf(programs.dive('plain', 1900))).toMatchObject({ code: 'DomainCrashed', cause: 'stack-overflow' });
    await domain.unload();
  });

  it('refuses what is no depth', async () => {
    await expect(load({ stackDepth: 15 })).rejects.toThrow(/'stackDepth' must be a whole number from 16 to/);
    await expect(load({ fuel: -1 })).rejects.toThrow(/'fuel' must be a whole number from 0 to/);
  });
});
