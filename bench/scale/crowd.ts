/** Many live domains in one process: memory of each, how long a start takes with a spare and without, what a call into any one of them takes, and how long it takes to end them all. */
import { setTimeout as sleep } from 'node:timers/promises';
import { boot, type DomainHandle, type KernelHandle, unwrap } from 'deciduous';
import { Adder } from '../extensions/generated/bench.js';
import { figure, type Figure, type Progress } from '../measure.js';
import { leaf } from '../places.js';

const MIB = 2 ** 20;
const WITH_SPARE = 20;
const CALLS = 20_000;

export interface Crowd {
  readonly results: { readonly [name: string]: Figure };
  /** How many lived at once; fewer than asked for where the machine has no room for more. */
  readonly live: number;
  /** Why there were no more. */
  readonly stoppedBy: string | null;
}

export async function crowd(asked: number, quick: boolean, progress: Progress): Promise<Crowd> {
  const withSpare = quick ? 1 : WITH_SPARE;
  const total = asked + withSpare + 2;
  const started = await startWithSpares(withSpare, progress, total);
  await using kernel = await boot({ spares: 0 });
  const without: number[] = [];
  const domains: DomainHandle[] = [];
  // One domain first: what the first of them alone makes the process load is no cost of each.
  domains.push(await load(kernel, 0));
  const before = process.memoryUsage.rss();
  let stoppedBy: string | null = null;
  while (domains.length < asked && stoppedBy === null) {
    const start = process.hrtime.bigint();
    try {
      domains.push(await load(kernel, domains.length));
      without.push(msSince(start));
    } catch (error) {
      stoppedBy = error instanceof Error ? error.message : String(error);
    }
    progress(withSpare + domains.length, total);
  }
  const rss = process.memoryUsage.rss() - before;
  const adders = domains.map((domain) => domain.get(Adder));
  const calls: number[] = [];
  for (let call = 0; call < (quick ? 20 : CALLS); call++) {
    const adder = adders[Math.floor(Math.random() * adders.length)];
    const start = process.hrtime.bigint();
    const sum = unwrap(adder.add(call, 1));
    calls.push(msSince(start) * 1000);
    if (sum !== call + 1) throw new Error('a wrong sum');
  }
  progress(total - 1, total);
  const start = process.hrtime.bigint();
  await Promise.all(domains.map((domain) => domain.unload()));
  const unloaded = msSince(start);
  const findings = await kernel.audit();
  if (findings.length > 0) throw new Error(`after all were unloaded, the audit says: ${JSON.stringify(findings[0])}`);
  progress(total, total);
  const each = rss / Math.max(1, domains.length - 1) / MIB;
  return {
    results: {
      resident_memory_per_domain: { p50: each, p99: each, unit: 'MiB', n: domains.length - 1 },
      start_with_spare: figure(started, 'ms'),
      start_without_spare: figure(without, 'ms'),
      call_into_any: figure(calls, 'µs'),
      unload_all: figure([unloaded], 'ms', domains.length),
    },
    live: domains.length,
    stoppedBy,
  };
}

function load(kernel: KernelHandle, number: number): Promise<DomainHandle> {
  return leaf('adder').then((built) => kernel.load(built, { name: `domain ${number}` }));
}

/** A kernel of its own, which has a spare ready before each start. */
async function startWithSpares(count: number, progress: Progress, total: number): Promise<number[]> {
  await using kernel = await boot({ spares: 1 });
  const times: number[] = [];
  for (let round = 0; round < count; round++) {
    while ((await kernel.stats()).spares < 1) await sleep(5);
    const start = process.hrtime.bigint();
    await load(kernel, round);
    times.push(msSince(start));
    progress(round + 1, total);
  }
  return times;
}

function msSince(start: bigint): number {
  return Number(process.hrtime.bigint() - start) / 1e6;
}
