/**
 * The process of a guarded kernel: starts here, hears its host on descriptor 3, and ends when that closes, however its host has ended.
 *
 * It ends by SIGKILL alone: no thread of it that does not stop can hold that up. What a terminal or a supervisor signals to all processes of a program is for the host to follow.
 */
import { writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { ServedKernel } from './served-kernel.js';

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
process.title = 'deciduous kernel';

const end = (why: string): void => {
  try {
    writeSync(2, `${why}\n`);
  } catch {
    // Nobody may be there to read it.
  }
  process.kill(process.pid, 'SIGKILL');
};
new ServedKernel(new Socket({ fd: 3, readable: true, writable: true }), end);
