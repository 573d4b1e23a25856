// The bare limit: one word that says whose turn it is, both sides spinning.
import { workerData } from 'node:worker_threads';

const words = new Int32Array(workerData);
const floats = new Float64Array(workerData);
for (;;) {
  while (Atomics.load(words, 0) !== 1);
  floats[3] = floats[1] + floats[2];
  Atomics.store(words, 0, 0);
}
