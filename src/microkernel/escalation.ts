/** The steps by which lives are stopped, noted as they are taken: when, of each life, and how often, of all. */
import { nowMs } from '../abi/clock.js';
import type { Escalation, EscalationCounts } from '../abi/escalation.js';

/** When a life took each step, by the clock of all threads; null for none. */
export interface StopTimes {
  flaggedAt: number | null;
  terminatedAt: number | null;
  condemnedAt: number | null;
}

/** Beside the times of steps, whether the domain's own word says that it ended as it was told. */
export class Escalations {
  readonly #counts = { flagged: 0, panicked: 0, terminated: 0, condemned: 0 };

  get counts(): EscalationCounts {
    return { ...this.#counts };
  }

  flagged(times: StopTimes): void {
    times.flaggedAt = nowMs();
    this.#counts.flagged++;
  }

  terminated(times: StopTimes): void {
    if (times.terminatedAt !== null) return;
    times.terminatedAt = nowMs();
    this.#counts.terminated++;
  }

  condemned(times: StopTimes): void {
    times.condemnedAt = nowMs();
    this.#counts.condemned++;
  }

  /** How long each step took, now that the thread has ended. `panickedAt`: 0 where it said nothing. */
  report({ flaggedAt, terminatedAt, condemnedAt }: StopTimes, panickedAt: number): Escalation {
    const endedAt = nowMs();
    const answeredAt = panickedAt > 0 ? panickedAt : null;
    if (flaggedAt !== null && answeredAt !== null) this.#counts.panicked++;
    const between = (from: number | null, to: number): number | null => (from === null ? null : Math.max(0, to - from));
    return {
      flagMs: between(flaggedAt, answeredAt ?? terminatedAt ?? endedAt),
      panicMs: between(answeredAt, endedAt),
      terminateMs: between(terminatedAt, condemnedAt ?? endedAt),
      condemnedMs: between(condemnedAt, endedAt),
    };
  }
}
