/** What a process of its own costs: asynchronous calls to a guarded kernel beside the same ones to a kernel in this process, and the time from the end of its process to the next good reply. */
import { availableParallelism } from 'node:os';
import { boot, unwrap, type AsyncKernel } from 'deciduous';
import { AdderShadow, Blob, Mover } from '../extensions/generated/bench.js';
import { figure, measure, timedAsync, type SuiteOptions, type SuiteResult, type Way } from '../measure.js';
import { leaf } from '../places.js';

const IN_FLIGHT = 256;
const BLOCK_BYTES = 4096;
const KILLS = 10;

export async function run({ progress, quick }: SuiteOptions): Promise<SuiteResult> {
  await using threads = await boot({ spares: 0 });
  await using guarded = await boot({ spares: 0, guard: { kind: 'process', heartbeatMs: 60_000, intensity: Number.POSITIVE_INFINITY, backoffMs: 0 } });
  const results = await measure([...(await waysOf(threads, '')), ...(await waysOf(guarded, '_guarded'))], progress, quick);
  const adder = await shadow(guarded);
  const recoveries: number[] = [];
  for (let kill = 0; kill < (quick ? 1 : KILLS); kill++) {
    const { pid } = guarded;
    if (pid === null) throw new Error('the kernel is between two processes');
    const begun = performance.now();
    process.kill(pid, 'SIGKILL');
    // Issued to the process that is ending, and once more to the next.
    unwrap(await adder.async.add(1, 2));
    if (guarded.pid !== pid) recoveries.push(performance.now() - begun);
  }
  return {
    suite: 'guard',
    node: process.versions.node,
    cores: availableParallelism(),
    results: { ...results, recovery: figure(recoveries, 'ms') },
    ratios: Object.fromEntries(
      ['call', 'call_256', 'move_4k'].map((name) => [`${name}_guarded_vs_threads`, results[`${name}_guarded`].p50 / results[name].p50]),
    ),
    aims: {},
    leftOut: {},
  };
}

async function shadow(kernel: AsyncKernel) {
  return (await kernel.load(await leaf('adder'), { name: 'adder' })).get(AdderShadow);
}

async function waysOf(kernel: AsyncKernel, suffix: string): Promise<Way[]> {
  const adder = await shadow(kernel);
  const mover = (await kernel.load(await leaf('adder'), { name: 'mover' })).get(Mover);
  const one = async (): Promise<void> => {
    if (unwrap(await adder.async.add(1, 2)) !== 3) throw new Error('a wrong sum');
  };
  const data = new Uint8Array(BLOCK_BYTES).fill(7);
  const move = async (): Promise<void> => {
    using back = unwrap(await mover.async.move(kernel.heap.alloc(Blob, { data })));
    if (back.data.length !== BLOCK_BYTES) throw new Error('a wrong block');
  };
  const many = async (operations: number): Promise<number> => {
    const begun = performance.now();
    const chain = async (): Promise<void> => {
      for (let call = 0; call < operations / IN_FLIGHT; call++) await one();
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, chain));
    return ((performance.now() - begun) * 1e6) / (Math.ceil(operations / IN_FLIGHT) * IN_FLIGHT);
  };
  return [
    { name: `call${suffix}`, batch: timedAsync(one), batchSize: 1, samples: 4000 },
    { name: `call_256${suffix}`, batch: many, batchSize: 10 * IN_FLIGHT, samples: 40 },
    { name: `move_4k${suffix}`, batch: timedAsync(move), batchSize: 1, samples: 2000 },
  ];
}
