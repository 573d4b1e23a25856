/** What it costs to run in a domain: the same programs there and in a plain worker, what an idle domain holds, and how long loading takes. */
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { boot, type KernelHandle, unwrap } from 'deciduous';
import { packExtension } from 'deciduous/pack';
import { type Figure, figure, type SuiteOptions, type SuiteResult } from '../measure.js';
import { Programs } from '../metering/generated/metering.js';
import { here, leaf } from '../places.js';

const NAMES = [
  'numeric',
  'strings',
  'json',
  'parsing',
  'sorting',
  'markdown',
  'recursion',
  'closures',
  'typedArrays',
  'mapAndSet',
  'regularExpressions',
  'bigint',
];
/** One sample takes about so long, which makes the way there and back small beside it. */
const SAMPLE_MS = 30;
const SAMPLES = 15;
const WARM_UP_MS = 400;
const IDLE_DOMAINS = 16;
const LOADS = 24;

type Run = (program: string, times: number) => Promise<number>;

async function timeOf(run: Run, program: string, times: number): Promise<number> {
  const start = process.hrtime.bigint();
  await run(program, times);
  return Number(process.hrtime.bigint() - start) / 1e6;
}

/** One program both ways, in turns. Answers the time of one run of it, in microseconds. */
async function compare(inDomain: Run, inWorker: Run, program: string, quick: boolean): Promise<{ domain: Figure; worker: Figure }> {
  const [ours, theirs] = [await inDomain(program, 1), await inWorker(program, 1)];
  if (ours !== theirs) throw new Error(`${program}: ${ours} in a domain, ${theirs} in a plain worker`);
  let times = 1;
  for (let spent = 0; !quick && spent < WARM_UP_MS; ) {
    const took = await timeOf(inWorker, program, times);
    spent += took + (await timeOf(inDomain, program, times));
    if (took < SAMPLE_MS) times = Math.ceil(times * Math.min(4, SAMPLE_MS / Math.max(took, 1)));
  }
  const [domain, worker]: [number[], number[]] = [[], []];
  for (let sample = 0; sample < (quick ? 1 : SAMPLES); sample++) {
    domain.push(((await timeOf(inDomain, program, times)) * 1000) / times);
    worker.push(((await timeOf(inWorker, program, times)) * 1000) / times);
  }
  return { domain: figure(domain, 'µs', times), worker: figure(worker, 'µs', times) };
}

/** The documents of this repository: what the markdown program renders. */
function documents(): string {
  const folder = here('../docs');
  return readdirSync(folder)
    .filter((file) => file.endsWith('.md'))
    .sort()
    .map((file) => readFileSync(`${folder}/${file}`, 'utf8'))
    .join('\n')
    .slice(0, 60_000);
}

async function plainWorker(text: string): Promise<{ worker: Worker; run: Run }> {
  const worker = new Worker(here('peers/plain-programs.mjs'), { workerData: text });
  const next = (): Promise<number> =>
    new Promise((resolve, reject) => {
      const failed = (error: Error): void => reject(error);
      worker.once('error', failed);
      worker.once('message', (value: number) => {
        worker.off('error', failed);
        resolve(value);
      });
    });
  await next();
  return {
    worker,
    run: (program, times) => {
      worker.postMessage({ program, times });
      return next();
    },
  };
}

/** How much more memory the process has for each domain that sleeps. */
async function idleMib(kernel: KernelHandle, quick: boolean): Promise<number> {
  const domains = quick ? 2 : IDLE_DOMAINS;
  const adder = await leaf('adder');
  const before = process.memoryUsage.rss();
  for (let loaded = 0; loaded < domains; loaded++) await kernel.load(adder, { name: `idle ${loaded}` });
  await sleep(quick ? 100 : 3000);
  return (process.memoryUsage.rss() - before) / domains / 2 ** 20;
}

/** How long `load()` of a leaf takes, in microseconds: `spares` started threads wait for it, or none. */
async function loads(spares: number, quick: boolean): Promise<Figure> {
  await using kernel = await boot({ spares });
  const adder = await leaf('adder');
  const took: number[] = [];
  for (let load = 0; load < (quick ? 1 : LOADS); load++) {
    // The spare that the last one took is replaced by then.
    if (spares > 0) await sleep(quick ? 50 : 400);
    const start = process.hrtime.bigint();
    const domain = await kernel.load(adder, { name: `load ${load}` });
    took.push(Number(process.hrtime.bigint() - start) / 1000);
    await domain.unload();
  }
  return figure(took, 'µs');
}

export async function run({ progress, quick }: SuiteOptions): Promise<SuiteResult> {
  const results: { [name: string]: Figure } = {};
  const factors: number[] = [];
  const steps = NAMES.length + 3;
  const text = documents();
  {
    await using kernel = await boot({ spares: 0 });
    const limits = { timeSliceMs: 60_000, initSliceMs: 60_000, privateHeapBytes: 512 * 2 ** 20, sharedHeapBytes: 16 * 2 ** 20 };
    const programs = (await kernel.load(await packExtension(here('metering/runner.ts')), { name: 'runner', limits })).get(Programs);
    unwrap(await programs.async.prepare(text));
    const plain = await plainWorker(text);
    const inDomain: Run = async (program, times) => unwrap(await programs.async.run(program, times));
    for (const [index, name] of NAMES.entries()) {
      const { domain, worker } = await compare(inDomain, plain.run, name, quick);
      results[`${name}_domain`] = domain;
      results[`${name}_worker`] = worker;
      factors.push(domain.p50 / worker.p50);
      progress(index + 1, steps);
    }
    await plain.worker.terminate();
  }
  const idle = await (async () => {
    await using kernel = await boot({ spares: 0 });
    return await idleMib(kernel, quick);
  })();
  progress(steps - 2, steps);
  results['load_leaf_warm'] = await loads(2, quick);
  progress(steps - 1, steps);
  results['load_leaf_cold'] = await loads(0, quick);
  progress(steps, steps);
  const ratios = {
    ...Object.fromEntries(NAMES.map((name, index) => [`metering_${name}`, factors[index]])),
    metering_geomean: Math.exp(factors.reduce((sum, factor) => sum + Math.log(factor), 0) / factors.length),
    metering_worst: Math.max(...factors),
    idle_domain_mib: idle,
    load_leaf_ms: results['load_leaf_warm'].p50 / 1000,
    load_leaf_cold_ms: results['load_leaf_cold'].p50 / 1000,
  };
  const below = (ratio: keyof typeof ratios, most: number): { aim: string; met: boolean } => ({ aim: `below ${most}`, met: ratios[ratio] < most });
  const aims = {
    metering_geomean: below('metering_geomean', 1.3),
    metering_worst: below('metering_worst', 2.5),
    idle_domain_mib: below('idle_domain_mib', 16),
    load_leaf_ms: below('load_leaf_ms', 5),
    load_leaf_cold_ms: below('load_leaf_cold_ms', 150),
  };
  return { suite: 'metering', node: process.version, cores: availableParallelism(), results, ratios, aims, leftOut: {} };
}
