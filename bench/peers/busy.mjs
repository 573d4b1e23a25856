// Is busy for so many milliseconds after each start, and touches nothing that anybody shares: a fair neighbour to compare with.
import { workerData } from 'node:worker_threads';

const words = new Int32Array(workerData);
const scratch = new Float64Array(8192);
for (let seen = 0; ; ) {
  Atomics.wait(words, 0, seen);
  seen = Atomics.load(words, 0);
  const until = performance.now() + Atomics.load(words, 1) / 1000;
  for (let at = 0; performance.now() < until; at = (at + 1) & 8191) for (let i = 0; i < 64; i++) scratch[(at * 64 + i) & 8191] += i;
  Atomics.store(words, 2, seen);
}
