/** What the host itself counts: loads, which the kernel never hears of when they are refused on the way. */
import { LoadError } from '../load-error.js';

export class HostCounts {
  loads = 0;
  /** By the reason of the trust policy, else by the code: both are closed sets. */
  readonly refused = new Map<string, number>();

  /** A load has failed. What is no LoadError is a mistake of the host program, and no extension's. */
  failed(error: unknown): void {
    if (!(error instanceof LoadError)) return;
    const reason = error.reason ?? error.code;
    this.refused.set(reason, (this.refused.get(reason) ?? 0) + 1);
  }
}
