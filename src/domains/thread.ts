/** What a domain's runtime asks of the thread that it runs in. */
import { readlinkSync } from 'node:fs';
import { reserve, wait } from '../abi/atomics.js';

/** To take a heap apart keeps a core busy for as long as the next life takes to begin, which somebody waits for. */
const LINGERS_MS = 25;
const nobodys = new Int32Array(reserve(4));

/** Ends the thread, a little later: it sleeps first. What process.exit() asks for comes at the next round of a loop. */
export function leave(): never {
  wait(nobodys, 0, 0, LINGERS_MS);
  process.exit(1);
  for (;;);
}

/** The system's id of this thread, so that the kernel can ask for its CPU time; 0 where the platform does not tell. */
export function osThread(): number {
  try {
    return Number(readlinkSync('/proc/thread-self').split('/').at(-1)) || 0;
  } catch {
    return 0;
  }
}
