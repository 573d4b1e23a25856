/** The CPU time of a program through its lives, and what it may use of its share. */
import { nowMs } from '../abi/clock.js';
import type { DomainId } from '../abi/domain-id.js';
import type { CpuStats } from '../abi/kernel-protocol.js';

export class CpuAccount {
  /** Milliseconds of CPU time that it may use at once; below 0 its debt. */
  credit = Number.POSITIVE_INFINITY;
  at = 0;
  /** Whose CPU time `cpuMs` is. */
  life: DomainId | null = null;
  cpuMs = 0;
  usedMs = 0;
  waitsSince: number | null = null;
  throttled = 0;
  throttledMs = 0;

  get stats(): CpuStats {
    const waiting = this.waitsSince === null ? 0 : nowMs() - this.waitsSince;
    return { usedMs: this.usedMs, throttled: this.throttled, throttledMs: this.throttledMs + waiting, isThrottled: this.waitsSince !== null };
  }
}
