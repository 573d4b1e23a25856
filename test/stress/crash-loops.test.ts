/**
 * Crash loops: domains that die as fast as they are started, alone, in groups and under a supervisor that escalates, by panics with memory in their hands, by kills and in their initialisation. Afterwards nothing has leaked. Some
 * dozens of crashes as a rule, 10,000, or CRASHES, with DEEP=1; what was measured is printed as one line of JSON.
 */
import { readdirSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { type DomainHandle, type RpcResult, unwrap } from 'deciduous';
import { BEGIN, Member, Team } from '../semantics/team.js';
import { DEEP_MINUTES } from '../model/depth.js';

const CRASHES = DEEP_MINUTES > 0 ? Number(process.env['CRASHES'] ?? 10_000) : 60;
const SAMPLES = 50;
/** Of the samples, so many are warm-up: code is compiled, pools and pages are filled. */
const WARM = 10;
/** What a crash may leave in memory, on average: a hundredth of what one life costs while it lasts. Too few crashes tell nothing of that. */
const MOST_BYTES_A_CRASH = 3000;

interface Sample {
  readonly crashes: number;
  readonly rss: number;
}

const threads = (): number => readdirSync('/proc/self/task').length;
const descriptors = (): number => readdirSync('/proc/self/fd').length;

/** Bytes of each crash, by least squares. */
function slope(samples: readonly Sample[]): number {
  const mean = (of: (sample: Sample) => number): number => samples.reduce((sum, sample) => sum + of(sample), 0) / samples.length;
  const [x, y] = [mean(({ crashes }) => crashes), mean(({ rss }) => rss)];
  const covariance = mean(({ crashes, rss }) => (crashes - x) * (rss - y));
  return covariance / mean(({ crashes }) => (crashes - x) ** 2);
}

it(`${CRASHES} crashes in loops leave no thread, no descriptor, no block and no memory behind`, { timeout: 3_600_000 }, async () => {
  await using team = await Team.open({ spares: 2 });
  const endless = { intensity: Number.POSITIVE_INFINITY };
  const root = await team.kernel.supervise({ name: 'root', ...endless });
  const all = await team.kernel.supervise({ name: 'all', strategy: 'one-for-all', parent: root, ...endless });
  // Every third death here is one too many: its parent starts it again.
  const touchy = await team.kernel.supervise({ name: 'touchy', parent: root, intensity: 2, periodMs: 3_600_000 });
  const alone = await team.member(team.kernel, 'alone', { restart: { when: 'on-crash', rebind: true, ...endless } });
  const killed = await team.member(team.kernel, 'killed', { restart: { when: 'always', rebind: true, ...endless } });
  const first = await team.member(all, 'first');
  const second = await team.follower(all, 'second', first);
  const strict = await team.member(touchy, 'strict');

  const died = (): number => team.world.crashes.length;
  const panic = (domain: DomainHandle) => (): Promise<RpcResult<unknown>> => domain.get(Member).async.keepAndDie(5);
  /** Lets one domain die as soon as it lives, until there are enough deaths. */
  const loop = async (domain: DomainHandle, die: () => Promise<unknown>, pauseMs = 0): Promise<void> => {
    for (let round = 1; died() < CRASHES; round++) {
      await domain.ready();
      const life = domain.incarnation;
      // Now and then the next life dies while it begins.
      if (round % 7 === 0 && domain === alone) team.orders.set('alone', BEGIN.panic);
      await die();
      if (round % 7 === 0) setTimeout(() => team.orders.delete('alone'), 30);
      while (domain.incarnation === life && died() < CRASHES) await pause(1);
      await pause(pauseMs);
    }
  };

  await pause(500);
  const before = { threads: threads(), descriptors: descriptors(), heap: (await team.kernel.stats()).heap.blockBytes };
  const began = performance.now();
  const samples: Sample[] = [];
  let most = 0;
  let told = 0;
  const sampler = setInterval(() => {
    most = Math.max(most, threads());
    if (died() >= (samples.length * CRASHES) / SAMPLES) samples.push({ crashes: died(), rss: process.memoryUsage.rss() });
    if (DEEP_MINUTES > 0 && samples.length > told && samples.length % 5 === 0) {
      told = samples.length;
      console.log(`${died()} crashes, ${Math.round((performance.now() - began) / 1000)} s, ${threads()} threads, ${descriptors()} descriptors`);
    }
    // Epitaphs are what a test keeps and a host need not.
    for (const epitaph of team.world.crashes) Object.assign(epitaph, { stack: '', message: '' });
  }, 20);
  await Promise.all([
    loop(alone, panic(alone)),
    loop(killed, () => killed.kill()),
    // Each of these deaths takes two lives, and a new thread for each.
    loop(first, panic(first), 500),
    loop(second, () => second.get(Member).async.die(), 500),
    loop(strict, panic(strict)),
  ]);
  clearInterval(sampler);
  const seconds = (performance.now() - began) / 1000;

  team.orders.clear();
  const domains = [alone, killed, first, second, strict];
  await expect.poll(() => domains.map(({ isLive }) => isLive), { timeout: 60_000 }).toEqual(domains.map(() => true));
  for (const domain of domains) expect(unwrap(await domain.get(Member).async.life())).toBe(domain.incarnation);
  await team.world.comesClean();
  expect((await team.kernel.stats()).heap.blockBytes).toBe(before.heap);
  // A spare may be on its way, or a thread that has said its last word on its way out.
  await expect.poll(threads, { timeout: 60_000 }).toBeLessThanOrEqual(before.threads + 4);
  await expect.poll(descriptors, { timeout: 60_000 }).toBeLessThanOrEqual(before.descriptors + 8);
  const bytes = slope(samples.slice(WARM));
  const { crashes, restarts, supervisors } = await team.kernel.stats();
  const figures = {
    crashes,
    restarts,
    escalations: team.news.filter(({ did }) => did === 'escalate').length,
    seconds: Math.round(seconds),
    msEach: Math.round((seconds * 10_000) / crashes) / 10,
    threads: [before.threads, most, threads()],
    descriptors: [before.descriptors, descriptors()],
    rssMiB: [samples[WARM], samples.at(-1)].map((sample) => Math.round((sample as Sample).rss / 2 ** 20)),
    bytesEach: Math.round(bytes),
    audit: (await team.kernel.audit()).length,
    gaveUp: team.gaveUp.length,
  };
  console.log(JSON.stringify(figures));
  expect(crashes).toBe(died());
  expect(crashes).toBeGreaterThanOrEqual(CRASHES);
  expect(team.gaveUp).toEqual([]);
  expect(supervisors).toMatchObject([{ name: 'root', state: 'running', children: [{ name: 'all' }, { name: 'touchy' }] }]);
  expect(figures.escalations).toBeGreaterThan(0);
  if (DEEP_MINUTES > 0) expect(bytes).toBeLessThan(MOST_BYTES_A_CRASH);

  // And the loop that is not endless ends where it should, once.
  const last = await team.member(team.kernel, 'last', { restart: { when: 'on-crash', intensity: 5, periodMs: 3_600_000 } });
  team.orders.set('last', BEGIN.panic);
  await last.kill();
  await expect(last.ready()).rejects.toThrow(/more often/);
  await expect.poll(() => team.gaveUp).toMatchObject([{ domain: 'last', supervisor: null }]);
  expect(last.incarnation).toBe(1);
  expect(team.world.crashes.filter(({ domain }) => domain === 'last')).toHaveLength(6);
  await team.world.isClean();
});
