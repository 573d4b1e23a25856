/** One call `add(i, 1)`, ours beside what people use today; and moving a value of 64 bytes and of 1 MiB. */
import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import * as Comlink from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import { boot, unwrap } from 'deciduous';
import { Adder, Blob, Mover } from '../extensions/generated/bench.js';
import { measure, timed, timedAsync, type SuiteResult, type Way } from '../measure.js';

const here = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

export async function run(progress: (done: number, of: number) => void): Promise<SuiteResult> {
  await using kernel = await boot({ spares: 1 });
  const domain = await kernel.load(here('extensions/adder.ts'), { name: 'adder', limits: { sharedHeapBytes: 64 * 2 ** 20 } });
  const adder = domain.get(Adder);
  const mover = domain.get(Mover);

  const shared = new SharedArrayBuffer(64);
  const words = new Int32Array(shared);
  const floats = new Float64Array(shared);
  // A thread that spins for ever beside the other measurements would take a core from them, so it lives for its own batch only.
  const raw = async (operations: number): Promise<number> => {
    Atomics.store(words, 0, 0);
    const worker = new Worker(here('peers/raw-pong.mjs'), { workerData: shared });
    await new Promise((resolve) => worker.once('online', resolve));
    const pingPong = timed(() => {
      floats[1] = 1;
      floats[2] = 2;
      Atomics.store(words, 0, 1);
      while (Atomics.load(words, 0) !== 0);
    });
    pingPong(20_000);
    const ns = pingPong(operations);
    await worker.terminate();
    return ns;
  };

  const comlinkWorker = new Worker(here('peers/comlink-adder.mjs'));
  const remote = Comlink.wrap<{ add(a: number, b: number): number }>(nodeEndpoint(comlinkWorker));
  const isolated = await isolatedVm();

  let i = 0;
  const call = (): void => {
    i = (i + 1) & 0xffff;
    if (unwrap(adder.add(i, 1)) !== i + 1) throw new Error('a wrong sum');
  };
  const moving = (bytes: number): ((operations: number) => number) => {
    let blob = kernel.heap.alloc(Blob, { data: new Uint8Array(bytes) });
    return timed(() => {
      blob = unwrap(mover.move(blob));
    });
  };
  const ways: Way[] = [
    { name: 'raw', batch: raw, batchSize: 50_000, samples: 20 },
    { name: 'hot', batch: timed(call), batchSize: 100, samples: 20_000 },
    { name: 'async', batch: timedAsync(() => adder.async.add(1, 2)), batchSize: 1, samples: 2000 },
    { name: 'comlink', batch: timedAsync(() => remote.add(1, 2)), batchSize: 1, samples: 4000 },
    ...(isolated === null ? [] : [{ name: 'isolated_vm', batch: isolated.batch, batchSize: 2000, samples: 100 }]),
    { name: 'move_64B', batch: moving(64), batchSize: 20, samples: 4000 },
    { name: 'move_1MiB', batch: moving(2 ** 20), batchSize: 20, samples: 4000 },
  ];
  const results = await measure(ways, progress);
  await comlinkWorker.terminate();
  isolated?.close();
  const p50 = (name: string): number => results[name]?.p50 ?? Number.NaN;
  const ratios: { [name: string]: number } = {
    hot_vs_raw: p50('hot') / p50('raw'),
    comlink_vs_hot: p50('comlink') / p50('hot'),
    ...(isolated === null ? {} : { isolated_vm_vs_hot: p50('isolated_vm') / p50('hot') }),
    move_1MiB_vs_64B: p50('move_1MiB') / p50('move_64B'),
  };
  const aims = {
    hot_vs_raw: { aim: 'below 4', met: ratios.hot_vs_raw < 4 },
    comlink_vs_hot: { aim: 'above 40', met: ratios.comlink_vs_hot > 40 },
    isolated_vm_vs_hot: { aim: 'above 3', met: (ratios.isolated_vm_vs_hot ?? Number.NaN) > 3 },
    move_1MiB_vs_64B: { aim: 'below 1.3', met: ratios.move_1MiB_vs_64B < 1.3 },
  };
  return { suite: 'calls', node: process.versions.node, cores: availableParallelism(), results, ratios, aims };
}

/** isolated-vm in a process of its own; null where its native part was not built for this Node. */
async function isolatedVm(): Promise<{ batch: (operations: number) => Promise<number>; close: () => void } | null> {
  const child = fork(here('peers/isolated-vm-adder.mjs'), [], { execArgv: ['--no-node-snapshot'], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  const isReady = await new Promise<boolean>((resolve) => {
    child.once('message', () => resolve(true));
    child.once('exit', () => resolve(false));
  });
  if (!isReady) {
    console.error('isolated-vm could not be started on this Node: it is left out');
    return null;
  }
  return {
    batch: (operations) =>
      new Promise((resolve) => {
        child.once('message', (ns) => resolve(ns as number));
        child.send(operations);
      }),
    close: () => void child.kill(),
  };
}
