/** What a domain's runtime asks of the thread that it runs in. */
import { readlinkSync } from 'node:fs';

/** Ends the thread. What process.exit() asks for comes at the next round of a loop. */
export function leave(): never {
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
