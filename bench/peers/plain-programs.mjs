/** The programs of bench/metering in a plain worker: neither built nor counted nor locked down. */
import { parentPort, workerData } from 'node:worker_threads';
import { makePrograms } from '../metering/programs.js';

const programs = makePrograms(workerData);
parentPort.on('message', ({ program, times }) => {
  const work = programs[program];
  let last = 0;
  for (let time = 0; time < times; time++) last = work();
  parentPort.postMessage(last);
});
parentPort.postMessage('ready');
