/** A domain with 100,000 blocks dies: how long its blocks take to come back, and what a call beside it notices of that. */
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { type Epitaph, type KernelHandle, unwrap } from 'deciduous';
import { type Adder, Churn } from '../extensions/generated/bench.js';
import { quantile, type Figure } from '../measure.js';

const BLOCKS = 100_000;
const ROUNDS = 12;

/** Adds `reclaim` and the bystander's figures to `results`. */
export async function reclamation(
  kernel: KernelHandle,
  adder: Adder,
  extension: string,
  results: { [name: string]: Figure },
): Promise<{ reclaim_1e5_blocks_ms: number; bystander_p99_during_reclaim: number }> {
  const control = new SharedArrayBuffer(64);
  const words = new Int32Array(control);
  const busy = new Worker(fileURLToPath(new URL('../peers/busy.mjs', import.meta.url)), { workerData: control });
  await new Promise((resolve) => busy.once('online', resolve));
  const took: number[] = [];
  const during: number[] = [];
  const beside: number[] = [];
  /** Loads a domain, lets it do something with 100,000 blocks, kills it, and calls the bystander meanwhile. */
  const killBeside = async (round: number, prepare: (churn: Churn) => unknown, atOnce: () => void): Promise<{ epitaph: Epitaph; calls: number[] }> => {
    const victim = await kernel.load(extension, { name: `victim ${round}`, limits: { sharedHeapBytes: 64 * 2 ** 20, timeSliceMs: 10_000 } });
    prepare(victim.get(Churn));
    const died = new Promise<Epitaph>((resolve) => kernel.once('crash', resolve));
    // Longer than thread end and reclamation took so far; all runs last the same.
    const window =
      took.length === 0
        ? 60
        : quantile(
            [...took].sort((a, b) => a - b),
            0.5,
          ) + 10;
    warm(adder);
    atOnce();
    const kill = victim.kill();
    const calls = latencies(adder, window);
    await kill;
    return { epitaph: await died, calls };
  };
  for (let round = -1; round < ROUNDS; round++) {
    const full = await killBeside(
      round,
      (churn) => unwrap(churn.fill(BLOCKS)),
      () => {},
    );
    const reclaimMs = full.epitaph.reclaimedAfterMs - full.epitaph.endedAfterMs;
    if (full.epitaph.reclaimed.blocks < BLOCKS) throw new Error(`${full.epitaph.reclaimed.blocks} blocks came back`);
    // The control: a domain that has nothing left dies the same death, and a thread that shares nothing is busy for as long as the reclamation was.
    const empty = await killBeside(
      round,
      (churn) => unwrap(churn.churn(BLOCKS)),
      () => {
        Atomics.store(words, 1, Math.round(reclaimMs * 1000));
        Atomics.add(words, 0, 1);
        Atomics.notify(words, 0);
      },
    );
    if (round < 0) continue;
    took.push(reclaimMs);
    during.push(...full.calls);
    beside.push(...empty.calls);
  }
  await busy.terminate();
  for (const list of [took, during, beside]) list.sort((a, b) => a - b);
  results['reclaim_1e5_blocks'] = { p50: quantile(took, 0.5) * 1000, p99: quantile(took, 0.99) * 1000, unit: 'µs', n: took.length };
  results['call_during_reclaim'] = { p50: quantile(during, 0.5), p99: quantile(during, 0.99), unit: 'µs', n: during.length };
  results['call_beside_busy_thread'] = { p50: quantile(beside, 0.5), p99: quantile(beside, 0.99), unit: 'µs', n: beside.length };
  return {
    reclaim_1e5_blocks_ms: quantile(took, 0.5),
    bystander_p99_during_reclaim: quantile(during, 0.99) / quantile(beside, 0.99),
  };
}

function warm(adder: Adder): void {
  for (let i = 0; i < 2000; i++) unwrap(adder.add(i, 1));
}

/** Calls for so many milliseconds; answers how long each took, in microseconds. */
function latencies(adder: Adder, windowMs: number): number[] {
  const all: number[] = [];
  const until = process.hrtime.bigint() + BigInt(Math.round(windowMs * 1e6));
  for (let before = process.hrtime.bigint(); before < until; ) {
    unwrap(adder.add(1, 2));
    const after = process.hrtime.bigint();
    all.push(Number(after - before) / 1000);
    before = after;
  }
  return all;
}
