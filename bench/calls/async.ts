/** Calls that nobody blocks for: one at a time, and 256 in flight; beside them the least that the same can be over a message port. */
import { Worker } from 'node:worker_threads';
import { boot, unwrap } from 'deciduous';
import { Adder } from '../extensions/generated/bench.js';
import { measure, timedAsync, type Way } from '../measure.js';
import { here, leaf } from '../places.js';
import type { Group } from './group.js';

/** As many as a mailbox takes. */
const IN_FLIGHT = 256;

type Add = (a: number) => Promise<number>;

export const async: Group = {
  gives: ['async', 'postmessage', 'async_256', 'postmessage_256'],
  seconds: 8,
  async run({ wanted, quick, progress }) {
    await using kernel = await boot({ spares: 0 });
    const adder = (await kernel.load(await leaf('adder'), { name: 'adder' })).get(Adder);
    const ours: Add = async (a) => unwrap(await adder.async.add(a, 1));
    const worker = new Worker(here('peers/post-adder.mjs'));
    const theirs = posting(worker);
    const ways: Way[] = [
      { name: 'async', batch: timedAsync(() => one(ours)), batchSize: 1, samples: 4000 },
      { name: 'postmessage', batch: timedAsync(() => one(theirs)), batchSize: 1, samples: 4000 },
      { name: 'async_256', batch: (operations) => many(ours, operations), batchSize: 40 * IN_FLIGHT, samples: 60 },
      { name: 'postmessage_256', batch: (operations) => many(theirs, operations), batchSize: 40 * IN_FLIGHT, samples: 60 },
    ];
    const results = await measure(
      ways.filter(({ name }) => wanted.has(name)),
      progress,
      quick,
    );
    await worker.terminate();
    return { results, leftOut: {} };
  },
};

/** A port keeps the order, so whose answer it is needs no number: a list of whoever waits is all. */
function posting(worker: Worker): Add {
  const waiting: ((sum: number) => void)[] = [];
  let first = 0;
  worker.on('message', (sum: number) => {
    waiting[first++](sum);
    if (first === waiting.length) waiting.length = first = 0;
  });
  return (a) =>
    new Promise((resolve) => {
      waiting.push(resolve);
      worker.postMessage([a, 1]);
    });
}

async function one(add: Add): Promise<void> {
  if ((await add(1)) !== 2) throw new Error('a wrong sum');
}

/** Keeps so many calls in flight: each that ends is followed by another. Answers the time for each call. */
async function many(add: Add, operations: number): Promise<number> {
  const chain = async (): Promise<void> => {
    for (let i = 0; i < operations / IN_FLIGHT; i++) if ((await add(i)) !== i + 1) throw new Error('a wrong sum');
  };
  const start = process.hrtime.bigint();
  await Promise.all(Array.from({ length: IN_FLIGHT }, chain));
  return Number(process.hrtime.bigint() - start) / operations;
}
