/** The end of the last restart. The books are closed, and the audit is asked, when nothing is under way any more. */
import type { KernelHandle } from 'deciduous';
import type { Ledger } from './ledger.js';

const LONGEST_WAIT_MS = 10_000;

/**
 * Resolves when every plugin lives and the ledger has heard of every crash and restart that the kernel knows of; false where that took too long. Crashes are told by events, and the last may
 * come after the call that it failed: the caller of a call that hangs is told after one time slice, and its plugin dies after two.
 */
export async function untilQuiet(kernel: KernelHandle, ledger: Ledger): Promise<boolean> {
  const from = performance.now();
  while (performance.now() - from < LONGEST_WAIT_MS) {
    const { domains } = await kernel.stats();
    const agree = domains.every(({ name, state, crashes, restarts }) => {
      const heard = ledger.crashesOf(name);
      return (
        state === 'live' &&
        heard === Object.values(crashes).reduce((sum, times) => sum + times, 0) &&
        heard === restarts &&
        ledger.restartsOf(name) === restarts
      );
    });
    if (agree) return true;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return false;
}
