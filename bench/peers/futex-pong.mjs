// Sleeps until word 0 changes, adds, and says so in word 1: both sides sleep, nobody spins.
import { workerData } from 'node:worker_threads';

const words = new Int32Array(workerData);
const floats = new Float64Array(workerData);
for (let seen = 0; ; ) {
  Atomics.wait(words, 0, seen);
  const turn = Atomics.load(words, 0);
  if (turn === seen) continue;
  seen = turn;
  floats[3] = floats[1] + floats[2];
  Atomics.store(words, 1, seen);
  Atomics.notify(words, 1);
}
