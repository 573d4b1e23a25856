/** How a domain that runs for too long is stopped: flag, panic at the next checkpoint, terminate(), condemned. Plain data. */

/** Milliseconds of each step that an end took; null for a step that it did not take. */
export interface Escalation {
  /** From the flag to the panic that answered it, or to terminate() where none did. */
  readonly flagMs: number | null;
  /** From the panic to the end of the thread. */
  readonly panicMs: number | null;
  /** From terminate() to the end of the thread, or to its condemnation. */
  readonly terminateMs: number | null;
  /** From the condemnation to the end of the thread. */
  readonly condemnedMs: number | null;
}

/** How many lives took each step. */
export interface EscalationCounts {
  readonly flagged: number;
  /** Of those flagged, how many panicked at a checkpoint. */
  readonly panicked: number;
  readonly terminated: number;
  readonly condemned: number;
}
