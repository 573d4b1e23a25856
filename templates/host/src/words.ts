/** The extension as the rest of the program sees it. */
import { fileURLToPath } from 'node:url';
import type { DomainHandle, KernelHandle } from 'deciduous';

const EXTENSION = fileURLToPath(new URL('../extension/words.ts', import.meta.url));

/** Loads the extension. After a crash it starts again, and proxies reach its next life. */
export function loadWords(kernel: KernelHandle): Promise<DomainHandle> {
  return kernel.load(EXTENSION, {
    limits: { timeSliceMs: 1000, sharedHeapBytes: 2 ** 20 },
    restart: { when: 'on-crash', intensity: 5, periodMs: 60_000, rebind: true },
  });
}
