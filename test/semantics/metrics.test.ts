/** `kernel.metrics()`: what it says agrees with what happened, no counter falls, and no name breaks the text. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { boot, type DomainHandle, type KernelHandle, LoadError, type LoadOptions, serveMetrics } from 'deciduous';
import { METRICS, MOST_TYPES } from '../../dist/host/metrics/definitions.js';
import { KernelMetrics, RESTART_METRIC } from '../../dist/host/metrics/kernel-metrics.js';
import { EndedPrograms } from '../../dist/microkernel/totals.js';
import { repository } from '../unit/docs/pages.js';
import type { Way } from '../fixtures/extensions/generated/lab.js';
import { extension, Lab, leafOf, Note, valueOf } from './lab.js';

const HOSTILE = 'a "quoted"\nname{} \\';

/** By name and labels, as they stand in the text. */
function read(text: string): Map<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]));
}

interface Scene {
  readonly kernel: KernelHandle;
  readonly domain: DomainHandle;
  readonly lab: Lab;
}

interface Figure {
  readonly figure: string;
  /** As it stands in the text; DOMAIN is the name of a domain that is loaded for it. */
  readonly series: string;
  readonly options?: LoadOptions;
  /** May answer what undoes it. */
  readonly happens: (scene: Scene) => void | (() => unknown) | Promise<void | (() => unknown)>;
}

const dies =
  (way: Way) =>
  async ({ lab }: Scene): Promise<void> =>
    void (await lab.async.die(way));
const refused =
  (load: (kernel: KernelHandle) => Promise<unknown>) =>
  async ({ kernel }: Scene): Promise<void> => {
    await expect(load(kernel)).rejects.toThrow(LoadError);
  };
const crash = (cause: string, way: Way): Figure => ({
  figure: `crashes by cause, ${cause}`,
  series: `deciduous_crashes_total{domain="DOMAIN",cause="${cause}"}`,
  // Only a hang is to meet the time slice.
  options: { limits: { timeSliceMs: cause === 'hang' ? 100 : 60_000, privateHeapBytes: 32 * 2 ** 20 } },
  happens: dies(way),
});
const system = { name: 'x', domains: { a: { extension: extension('relay.ts') } } };

/** What a host is to see of its kernel, and how each of it comes about. */
const FIGURES: readonly Figure[] = [
  { figure: 'calls', series: 'deciduous_calls_total{domain="DOMAIN"}', happens: ({ lab }) => void valueOf(lab.fill(1)) },
  {
    figure: 'errors by code',
    series: 'deciduous_call_errors_total{domain="DOMAIN",code="TimedOut"}',
    options: { limits: { timeSliceMs: 60_000 } },
    happens: async ({ lab }) => {
      expect(await lab.async.work(20_000, { timeoutMs: 1 })).toMatchObject({ error: { code: 'TimedOut' } });
    },
  },
  {
    figure: 'type violations, in calls',
    series: 'deciduous_call_errors_total{domain="DOMAIN",code="InvalidType"}',
    happens({ lab }) {
      expect(lab.measure('no note' as never).ok).toBe(false);
    },
  },
  {
    figure: 'type violations, in loads',
    series: 'deciduous_refused_loads_total{reason="InvalidType"}',
    happens: refused((kernel) => kernel.load(extension('bad/provides-nothing.ts'))),
  },
  crash('panic', 'Panic'),
  crash('hang', 'Hang'),
  crash('out-of-memory', 'Memory'),
  crash('stack-overflow', 'Overflow'),
  { figure: 'crashes by cause, killed', series: 'deciduous_crashes_total{domain="DOMAIN",cause="killed"}', happens: ({ domain }) => domain.kill() },
  { figure: 'restarts', series: 'deciduous_restarts_total{domain="DOMAIN"}', options: { restart: { when: 'on-crash' } }, happens: dies('Panic') },
  {
    figure: 'restarts, given up',
    series: 'deciduous_give_ups_total{domain="DOMAIN"}',
    options: { restart: { when: 'on-crash', intensity: 0 } },
    happens: dies('Panic'),
  },
  {
    figure: 'reclaimed bytes',
    series: 'deciduous_reclaimed_bytes_total{domain="DOMAIN"}',
    happens: async (scene) => {
      valueOf(scene.lab.fill(10));
      await dies('Panic')(scene);
    },
  },
  { figure: 'heap by owner, of a domain', series: 'deciduous_heap_bytes{owner="DOMAIN"}', happens: ({ lab }) => void valueOf(lab.fill(10)) },
  {
    figure: 'heap by owner, of the host',
    series: 'deciduous_heap_bytes{owner="host"}',
    happens({ kernel }) {
      const note = kernel.heap.alloc(Note, { text: 'of the host', weight: 1, next: null });
      return () => note.drop();
    },
  },
  ...['deciduous_throttled_total', 'deciduous_throttled_seconds_total'].map(
    (name): Figure => ({
      figure: `throttling, ${name.includes('seconds') ? 'seconds' : 'how often'}`,
      series: `${name}{domain="DOMAIN"}`,
      options: { limits: { timeSliceMs: 60_000, cpuShare: 0.01 } },
      happens: async ({ lab, domain }) => {
        const working = lab.async.work(300);
        return async () => {
          await domain.setLimits({ cpuShare: 1 });
          valueOf(await working);
        };
      },
    }),
  ),
  {
    figure: 'refused loads, by the trust policy',
    series: 'deciduous_refused_loads_total{reason="malformed"}',
    happens: refused((kernel) => kernel.load(new Uint8Array(8))),
  },
  {
    figure: 'refused loads, by the build',
    series: 'deciduous_refused_loads_total{reason="PACK001"}',
    happens: refused((kernel) => kernel.load('./no-such-file.ts')),
  },
  {
    figure: 'refused loads, of a system',
    series: 'deciduous_refused_loads_total{reason="PermissionDenied"}',
    happens: refused((kernel) => kernel.start(system)),
  },
  ...['deciduous_checkpoints_total', 'deciduous_checkpoint_seconds_total'].map(
    (name): Figure => ({
      figure: `metering share, ${name.includes('seconds') ? 'seconds' : 'looks'}`,
      series: `${name}{domain="DOMAIN"}`,
      options: { limits: { timeSliceMs: 60_000 } },
      happens: ({ lab }) => void valueOf(lab.work(50)),
    }),
  ),
];

describe('metrics', () => {
  let kernel: KernelHandle;
  const now = async (): Promise<Map<string, number>> => read(await kernel.metrics());
  async function until(name: string, value: number): Promise<Map<string, number>> {
    for (let look = 0; look < 1000; look++) {
      const found = await now();
      if (found.get(name) === value) return found;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error(`${name} is ${(await now()).get(name)}, not ${value}`);
  }

  beforeAll(async () => {
    kernel = await boot();
  });
  afterAll(() => kernel.close());

  it('calls, errors, crashes, restarts and what came back are counted with the provider, through its lives', async () => {
    const domain = await kernel.load(await leafOf('lab.ts'), { name: 'lab', restart: { when: 'on-crash', backoffMs: 0, rebind: true } });
    const lab = domain.get(Lab);
    for (let round = 0; round < 5; round++) valueOf(lab.fill(1));
    expect(lab.measure('no note' as never)).toMatchObject({ ok: false, error: { code: 'InvalidType' } });
    expect(lab.die('Panic')).toMatchObject({ ok: false, error: { code: 'DomainCrashed' } });
    const found = await until('deciduous_restarts_total{domain="lab"}', 1);
    await domain.ready();
    expect(valueOf(lab.fill(3))).toBe(3);
    // The call that killed it never came to its end. Who has a reply has it before the call is counted.
    const later = await until('deciduous_calls_total{domain="lab"}', 6);
    expect(found.get('deciduous_call_errors_total{domain="lab",code="InvalidType"}')).toBe(1);
    expect(found.get('deciduous_call_errors_total{domain="lab",code="DomainCrashed"}')).toBe(1);
    expect(found.get('deciduous_crashes_total{domain="lab",cause="panic"}')).toBe(1);
    expect(found.get('deciduous_reclaimed_blocks_total{domain="lab"}')).toBeGreaterThanOrEqual(5);
    expect(found.get('deciduous_restart_seconds_count')).toBe(1);
    expect(found.get('deciduous_restart_seconds_sum')).toBeGreaterThan(0);
    expect(later.get('deciduous_domains{state="live"}')).toBe(1);
    expect(later.get('deciduous_domain_up{domain="lab"}')).toBe(1);
    expect(later.get('deciduous_heap_blocks{owner="lab"}')).toBeGreaterThanOrEqual(3);
    expect(later.get('deciduous_loads_total')).toBe(1);
    await domain.unload();
  });

  it('a counter of a program goes on when another of its name is loaded after it, and its series end in between', async () => {
    const calls = 'deciduous_calls_total{domain="again"}';
    const leaf = await leafOf('lab.ts');
    const first = await kernel.load(leaf, { name: 'again' });
    const twin = await kernel.load(leaf, { name: 'again' });
    for (const domain of [first, first, twin]) valueOf(domain.get(Lab).fill(1));
    await until(calls, 3);
    await first.unload();
    expect((await now()).get(calls)).toBe(3);
    await twin.unload();
    expect((await now()).has(calls)).toBe(false);
    const next = await kernel.load(leaf, { name: 'again' });
    expect((await now()).get(calls)).toBe(3);
    await next.unload();
    expect(next.get(Lab).fill(1)).toMatchObject({ ok: false, error: { code: 'DomainDead' } });
    expect((await now()).get('deciduous_call_errors_total{domain="(gone)",code="DomainDead"}')).toBeGreaterThanOrEqual(1);
  });

  it('no counter falls while a new version takes over', async () => {
    const leaf = await leafOf('lab.ts');
    const domain = await kernel.load(leaf, { name: 'new', limits: { timeSliceMs: 20_000 }, restart: { when: 'on-crash', rebind: true } });
    const lab = domain.get(Lab);
    for (let round = 0; round < 5; round++) valueOf(lab.fill(1));
    const calls = 'deciduous_calls_total{domain="new"}';
    await until(calls, 5);
    const running = lab.async.work(300);
    let isOver = false;
    const upgraded = domain.upgrade(leaf).finally(() => (isOver = true));
    for (let least = 5; !isOver; ) {
      const found = (await now()).get(calls) as number;
      expect(found).toBeGreaterThanOrEqual(least);
      least = found;
    }
    await upgraded;
    expect(await running).toMatchObject({ ok: true });
    valueOf(lab.fill(1));
    await until(calls, 7);
    await domain.unload();
  });

  it('checkpoints are counted, and take a part of the time that the code runs', async () => {
    const domain = await kernel.load(await leafOf('lab.ts'), { name: 'busy', limits: { timeSliceMs: 20_000 } });
    valueOf(domain.get(Lab).work(200));
    // Who has a reply has it before the time of the call is added up.
    await expect.poll(async () => (await now()).get('deciduous_checkpoints_total{domain="busy"}')).toBeGreaterThan(100);
    await expect.poll(async () => (await now()).get('deciduous_fuel_steps_total{domain="busy"}')).toBeGreaterThan(1_000_000);
    const found = await now();
    expect(found.get('deciduous_checkpoint_seconds_total{domain="busy"}')).toBeGreaterThan(0);
    await domain.unload();
  });

  it('loads that are refused are counted by their reason', async () => {
    await expect(kernel.load('./no-such-file.ts')).rejects.toMatchObject({ code: 'PACK001' });
    await expect(kernel.load(new Uint8Array(8))).rejects.toMatchObject({ reason: 'malformed' });
    const found = await now();
    expect(found.get('deciduous_refused_loads_total{reason="PACK001"}')).toBe(1);
    expect(found.get('deciduous_refused_loads_total{reason="malformed"}')).toBe(1);
  });

  it.each(FIGURES)('figures of $figure move when it happens, and no sooner', { timeout: 120_000 }, async ({ series, options, happens }) => {
    const name = series.replace(/[^a-z]+/g, '-');
    const domain = await kernel.load(await leafOf('lab.ts'), { name, ...options });
    const labelled = series.replace('DOMAIN', name);
    const before = (await now()).get(labelled) ?? 0;
    expect((await now()).get(labelled) ?? 0).toBe(before);
    const undo = await happens({ kernel, domain, lab: domain.get(Lab) });
    await expect.poll(async () => (await now()).get(labelled) ?? 0, { timeout: 30_000, interval: 10 }).toBeGreaterThan(before);
    await undo?.();
    await domain.unload();
  });

  it('a name with quotes, braces and line breaks stays one label of one line', async () => {
    const domain = await kernel.load(await leafOf('lab.ts'), { name: HOSTILE });
    valueOf(domain.get(Lab).fill(1));
    const escaped = 'a \\"quoted\\"\\nname{} \\\\';
    await until(`deciduous_calls_total{domain="${escaped}"}`, 1);
    const text = await kernel.metrics();
    expect(text.split('\n')).toContain(`deciduous_calls_total{domain="${escaped}"} 1`);
    for (const line of text.split('\n')) expect(line).toMatch(/^$|^# (HELP|TYPE) deciduous_|^deciduous_[a-z_]+(\{([a-z]+="([^"\\]|\\.)*",?)+\})? [\d.e+-]+$/);
    await domain.unload();
  });

  it('a kernel’s figures are its own', async () => {
    const other = await boot({ spares: 0 });
    const value = other.heap.alloc(Note, { text: 'here', weight: 1, next: null });
    const [mine, theirs] = [await now(), read(await other.metrics())];
    expect(theirs.get('deciduous_loads_total')).toBe(0);
    expect(mine.get('deciduous_loads_total')).toBeGreaterThan(0);
    expect(theirs.get('deciduous_heap_bytes{owner="host"}')).toBeGreaterThan(0);
    value.drop();
    await other.close();
  });

  it('of a guarded kernel count every load that was refused, by its host too, through all its processes', async () => {
    const guarded = await boot({ spares: 0, guard: { kind: 'process', backoffMs: 0 } });
    const reasons = async (): Promise<string[]> => (await guarded.metrics()).split('\n').filter((line) => line.startsWith('deciduous_refused_loads_total'));
    await expect(guarded.load('./no-such-file.ts')).rejects.toThrow(LoadError);
    await expect(guarded.load(new Uint8Array(8))).rejects.toThrow(LoadError);
    await expect(guarded.start(system)).rejects.toThrow(LoadError);
    await expect(guarded.load(await leafOf('relay.ts'))).rejects.toThrow(LoadError);
    const told = ['PACK001', 'malformed', 'PermissionDenied'].map((reason, at) => `deciduous_refused_loads_total{reason="${reason}"} ${at === 2 ? 2 : 1}`);
    expect(await reasons()).toEqual(told);
    const over = new Promise((resolve) => guarded.once('kernel-restart', resolve));
    process.kill(guarded.pid as number, 'SIGKILL');
    await Promise.all([over, guarded.stats().catch(() => {})]);
    expect(await reasons()).toEqual(told);
    await guarded.close();
  });

  it('of thousands of types those that take most have series of their own, the rest one together', async () => {
    const stats = await kernel.stats();
    const types = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`t${index}`, { blocks: 1, bytes: 5000 - index }]));
    const found = read(await new KernelMetrics().text({ ...stats, heap: { ...stats.heap, byType: types } }));
    const series = [...found.keys()].filter((key) => key.startsWith('deciduous_heap_type_blocks'));
    expect(series).toHaveLength(MOST_TYPES + 1);
    expect(found.get('deciduous_heap_type_blocks{type="(other)"}')).toBe(5000 - MOST_TYPES);
  });

  it('of unloaded programs the names that went last are remembered, and no more', () => {
    const totals = { calls: 2, errors: { DomainDead: 1 }, crashes: {} } as never;
    const ended = new EndedPrograms(3);
    for (const name of ['a', 'b', 'c', 'a', '__proto__']) ended.add(name, totals);
    const loaded = ended.with(['a', 'b', 'c', '__proto__'].map((name) => [name, totals] as const));
    expect(Object.entries(loaded).map(([name, { calls, errors }]) => [name, calls, errors.DomainDead])).toEqual([
      ['a', 6, 3],
      ['b', 2, 1],
      ['c', 4, 2],
      ['__proto__', 4, 2],
    ]);
  });

  it('docs/metrics.md lists every metric with its type, its labels and its help, and no other', () => {
    const page = readFileSync(path.join(repository, 'docs/metrics.md'), 'utf8');
    const rows = page.split('\n').filter((line) => line.startsWith('| `deciduous_'));
    const all = [...METRICS, { ...RESTART_METRIC, kind: 'histogram', labels: [] }];
    expect(rows).toEqual(all.map(({ name, kind, labels, help }) => `| \`${name}\` | ${kind} | ${labels.map((label) => `\`${label}\``).join(' ')} | ${help} |`));
    for (const [name] of page.matchAll(/deciduous_[a-z_]+/g)) expect(all.map((metric) => metric.name)).toContain(name.replace(/_bucket$/, ''));
  });

  it('every name follows the conventions: totals for counters, base units', () => {
    for (const { name, kind, help } of METRICS) {
      expect(name).toMatch(/^deciduous_[a-z]+(_[a-z]+)*$/);
      expect(name.endsWith('_total')).toBe(kind === 'counter');
      expect(name).not.toMatch(/_(ms|kib|mib|percent)/);
      expect(help).toMatch(/\.$/);
    }
  });

  it('are served at /metrics, for reading, until the server is closed', async () => {
    const served = await serveMetrics(kernel);
    const answer = await fetch(served.url);
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(read(await answer.text()).get('deciduous_spare_threads')).toBeDefined();
    expect((await fetch(served.url, { method: 'POST' })).status).toBe(405);
    expect((await fetch(served.url.replace('/metrics', '/'))).status).toBe(404);
    await expect(serveMetrics(kernel, { port: served.port })).rejects.toThrow(`127.0.0.1:${served.port}: somebody else listens there`);
    await served.close();
    await expect(fetch(served.url)).rejects.toThrow();
  });

  it('a kernel that is closed is told as such by its server', async () => {
    const closed = await boot({ spares: 0 });
    await using served = await serveMetrics(closed);
    await closed.close();
    const answer = await fetch(served.url);
    expect(answer.status).toBe(503);
    expect(await answer.text()).toContain('closed');
  });
});
