/** A call between two threads that both sleep: before each, a pause in which the callee stops spinning and parks. Beside it a bare futex, with the same pauses. */
import { Worker } from 'node:worker_threads';
import { boot, unwrap } from 'deciduous';
import { Adder } from '../extensions/generated/bench.js';
import { measure, type Way } from '../measure.js';
import { here, leaf } from '../places.js';
import type { Group } from './group.js';

/** Spinning ends after less than 2 ms, and serving after 2 more. */
const PAUSE_MS = 10;

export const cold: Group = {
  gives: ['cold', 'futex'],
  seconds: 10,
  async run({ wanted, quick, progress }) {
    await using kernel = await boot({ spares: 0 });
    const ways: Way[] = [];
    if (wanted.has('cold')) {
      const adder = (await kernel.load(await leaf('adder'), { name: 'adder' })).get(Adder);
      const call = (): void => {
        if (unwrap(adder.add(1, 2)) !== 3) throw new Error('a wrong sum');
      };
      ways.push({ name: 'cold', batch: paused(call), batchSize: 1, samples: 400 });
    }
    const shared = new SharedArrayBuffer(64);
    const worker = new Worker(here('peers/futex-pong.mjs'), { workerData: shared });
    await new Promise((resolve) => worker.once('online', resolve));
    if (wanted.has('futex')) ways.push({ name: 'futex', batch: paused(futexPingPong(shared)), batchSize: 1, samples: 400 });
    const results = await measure(ways, progress, quick);
    await worker.terminate();
    return { results, leftOut: {} };
  },
};

const nap = new Int32Array(new SharedArrayBuffer(4));

/** Sleeps before each operation, and times the operation alone. */
function paused(operation: () => void): Way['batch'] {
  return (operations) => {
    let ns = 0n;
    for (let done = 0; done < operations; done++) {
      Atomics.wait(nap, 0, 0, PAUSE_MS);
      const start = process.hrtime.bigint();
      operation();
      ns += process.hrtime.bigint() - start;
    }
    return Number(ns) / operations;
  };
}

function futexPingPong(shared: SharedArrayBuffer): () => void {
  const words = new Int32Array(shared);
  const floats = new Float64Array(shared);
  let turn = 0;
  return () => {
    const before = turn;
    turn = (turn + 1) | 0;
    floats[1] = 1;
    floats[2] = 2;
    Atomics.store(words, 0, turn);
    Atomics.notify(words, 0);
    while (Atomics.load(words, 1) !== turn) Atomics.wait(words, 1, before);
    if (floats[3] !== 3) throw new Error('a wrong sum');
  };
}
