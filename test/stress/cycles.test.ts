/** A thousand lives: what one leaves behind, a thousand leave behind visibly. */
import { readdirSync } from 'node:fs';
import { packExtension } from 'deciduous/pack';
import { describe, expect, it } from 'vitest';
import { DEATHS, errorOf, extension, Lab, World } from '../semantics/lab.js';

const CYCLES = 1000;
/** Ways that end at once; a hang costs two slices each time. */
const QUICK = DEATHS.filter((death) => death.cause === 'panic' || death.cause === 'stack-overflow');

function threads(): number {
  return readdirSync('/proc/self/task').length;
}
function descriptors(): number {
  return readdirSync('/proc/self/fd').length;
}

describe('load, crash, reclaim', () => {
  it(`${CYCLES} cycles leave audit empty, threads and descriptors at the baseline, and memory flat`, { timeout: 600_000 }, async () => {
    await using world = await World.open({ spares: 2 });
    const leaf = await packExtension(extension('lab.ts'));
    const rss: number[] = [];
    let baseline = { threads: 0, descriptors: 0 };
    for (let cycle = 0; cycle < CYCLES; cycle++) {
      if (cycle === 50) {
        await settle();
        baseline = { threads: threads(), descriptors: descriptors() };
      }
      const domain = await world.kernel.load(leaf, { name: `lab ${cycle % 7}` });
      const lab = domain.get(Lab);
      const death = QUICK[cycle % QUICK.length];
      await lab.async.fill(20);
      const moved = world.list(3);
      const lent = world.list(2);
      await lab.async.measure(lent);
      expect(errorOf(await lab.async.dieHolding(moved, death.way)).code).toBe('DomainCrashed');
      lent.drop();
      await domain.unload();
      if (cycle % 50 === 49) rss.push(process.memoryUsage().rss);
    }
    await settle();
    await world.isClean();
    expect(world.crashes.length).toBe(CYCLES);
    expect(world.crashes.every((epitaph) => epitaph.reclaimed.types['lab.Note'] === 23)).toBe(true);
    expect((await world.kernel.stats()).domains).toEqual([]);
    expect(threads()).toBeLessThanOrEqual(baseline.threads + 1);
    expect(descriptors()).toBeLessThanOrEqual(baseline.descriptors + 4);
    // Flat: the second half of the run ends where it began, within what a garbage collector leaves to chance.
    const middle = Math.max(...rss.slice(5, 10));
    expect(rss.at(-1) as number).toBeLessThan(middle * 1.25 + 64 * 2 ** 20);
  });
});

/** Until the spares that are being started have come up. */
async function settle(): Promise<void> {
  for (let before = -1, now = threads(); before !== now; before = now, now = threads()) await new Promise((resolve) => setTimeout(resolve, 400));
}
