/** What a supervisor has under it, a program or another supervisor, and the time by which it works. */
import type { RestartType } from '../../abi/supervision.js';

/** `told`: the supervisor has heard of the end already, from whoever found it. */
export type Started = { readonly ok: true } | { readonly ok: false; readonly told: boolean; readonly reason: string };

export interface Child {
  readonly name: string;
  readonly when: RestartType;
  /** Begins a life. Never rejects. */
  start(): Promise<Started>;
  /** Ends the present life, if there is one, and a start that is under way. Resolves when nothing of it runs, or when it is condemned, because its thread does not stop. */
  stop(): Promise<void>;
  /** Resolves when nothing of its former lives runs: of a condemned one, when its thread has ended after all. */
  gone(): Promise<void>;
  /** There will be no further life. */
  endForGood(reason: string): void;
}

export interface SupervisionClock {
  now(): number;
  /** Runs something once, later; what it answers takes that back. */
  after(milliseconds: number, run: () => void): () => void;
}
