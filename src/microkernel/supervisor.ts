/** Whether and when a program that ended is started again. */
import type { RestartPolicy } from '../abi/kernel-protocol.js';
import { nowMs } from '../abi/clock.js';

export type Decision = { readonly next: 'restart'; readonly afterMs: number } | { readonly next: 'give-up' } | { readonly next: 'none' };

const LONGEST_BACKOFF_MS = 30_000;

export class Supervisor {
  readonly #policy: RestartPolicy;
  #crashes: number[] = [];

  constructor(policy: RestartPolicy) {
    this.#policy = policy;
  }

  /** Decides after one more end. `crashed` is false where the end was asked for. */
  decide(crashed: boolean): Decision {
    const { when, intensity, periodMs, backoffMs } = this.#policy;
    if (when === 'never' || (when === 'on-crash' && !crashed)) return { next: 'none' };
    const now = nowMs();
    this.#crashes = this.#crashes.filter((at) => now - at < periodMs);
    this.#crashes.push(now);
    if (this.#crashes.length > intensity) return { next: 'give-up' };
    const afterMs = backoffMs === 0 ? 0 : Math.min(backoffMs * 2 ** (this.#crashes.length - 1), LONGEST_BACKOFF_MS);
    return { next: 'restart', afterMs };
  }
}
