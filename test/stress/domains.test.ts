/**
 * Four domains in workers of their own, through the public API: they build trees, move and lend them to each other and to the host, and are killed at random moments and started again.
 * Whatever happens, each call ends once, with the right value or an error of the system, and between the storms the audit is empty.
 *
 * STRESS_SEED replays the choices of a run, though not its timing. DEEP=1: see test/model/depth.ts.
 */
import { boot } from 'deciduous';
import { describe, expect, it } from 'vitest';
import { fileURLToPath } from 'node:url';
import { packExtension } from 'deciduous/pack';
import { DEEP_MINUTES, seedFrom } from '../model/depth.js';
import { Storm } from './storm.js';

const SEED = seedFrom('STRESS_SEED', 7);
const SECONDS = DEEP_MINUTES > 0 ? DEEP_MINUTES * 60 : 60;
const STORM_MS = 10_000;
const DOMAINS = 4;
const FILE = fileURLToPath(new URL('../fixtures/stress/worker.ts', import.meta.url));

describe('four domains that are killed at random moments', () => {
  it.each(['fast', 'paranoid'] as const)(
    'leave the heap whole, and every call ends once and rightly (%s checks)',
    { timeout: SECONDS * 2000 + 120_000 },
    async (checks) => {
      await using kernel = await boot({ sharedHeapBytes: 64 * 2 ** 20, spares: 2, checks });
      const asNew = (await kernel.stats()).heap;
      const causes = new Map<string, number>();
      const wrong: string[] = [];
      kernel.on('crash', ({ cause, message }) => {
        causes.set(cause, (causes.get(cause) ?? 0) + 1);
        if (cause !== 'killed' && !message.includes('told to panic')) wrong.push(`${cause}: ${message}`);
      });
      const leaf = await packExtension(FILE);
      const limits = { sharedHeapBytes: 4 * 2 ** 20, timeSliceMs: 10_000, privateHeapBytes: 256 * 2 ** 20 };
      const restart = { when: 'on-crash', intensity: 1e9, periodMs: 1000, rebind: true } as const;
      const domains = await Promise.all(Array.from({ length: DOMAINS }, (_, index) => kernel.load(leaf, { name: `worker ${index}`, limits, restart })));
      const storm = new Storm(kernel, domains, SEED);
      const introductions = new Set<Promise<void>>();
      const introduce = (index: number): void => {
        const done = storm.introduce(index).finally(() => introductions.delete(done));
        introductions.add(done);
      };
      domains.forEach((_, index) => introduce(index));
      kernel.on('restart', ({ domain }) => introduce(domains.findIndex(({ name }) => name === domain)));
      const began = performance.now();
      let quiet = 0;
      while (performance.now() - began < (SECONDS / 2) * 1000) {
        await storm.rage(STORM_MS);
        await Promise.all(introductions);
        await storm.calm();
        expect(wrong).toEqual([]);
        await expect.poll(() => kernel.audit()).toEqual([]);
        await expect.poll(async () => (await kernel.stats()).heap.byOwner).toEqual({});
        quiet++;
      }
      const seconds = (performance.now() - began) / 1000;
      for (const domain of domains) await domain.unload();
      expect(await kernel.audit()).toEqual([]);
      const stats = await kernel.stats();
      expect(stats.domains).toEqual([]);
      expect(stats.heap).toEqual(asNew);
      const operations = storm.calls + storm.inner;
      const list = (counts: Map<string, number>): string => [...counts].map(([what, count]) => `${what} ${count}`).join(', ');
      console.log(
        `seed ${SEED}, ${checks}: ${operations} operations in ${seconds.toFixed(0)} s, ${(operations / seconds).toFixed(0)} a second; ${storm.kills} kills, ${quiet} audits; calls of the host: ${list(storm.outcomes)}; deaths: ${list(causes)}`,
      );
      expect(storm.kills).toBeGreaterThan(SECONDS / 6);
    },
  );
});
