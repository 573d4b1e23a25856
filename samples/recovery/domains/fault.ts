import type { FaultImpl, Moment } from '../generated/recovery.js';

/** A defect that waits for the next read or write. */
export class Defect {
  #moment: Moment | null = null;

  readonly fault: FaultImpl = {
    arm: (moment) => {
      this.#moment = moment;
    },
  };

  /** To be called before the work is done, and after it. */
  strike(moment: Moment): void {
    if (this.#moment === moment) throw new Error(`the defect struck: ${moment}`);
  }
}
