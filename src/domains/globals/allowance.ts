/** So much of something in a second, and no more than one second's worth at once. It is asked before anything is made; what exceeds it throws. */
import { ByteBudget } from '../../abi/byte-budget.js';
import { ResourceExhausted } from '../../shared-heap/faults.js';

export class Allowance {
  readonly #resource: string;
  readonly #perSecond: number;
  readonly #budget: ByteBudget;

  constructor(resource: string, perSecond: number) {
    this.#resource = resource;
    this.#perSecond = perSecond;
    this.#budget = new ByteBudget(perSecond);
  }

  /** Throws ResourceExhausted where `amount` is more than is left. */
  take(amount: number): void {
    if (!this.#budget.affords(amount)) throw new ResourceExhausted(this.#resource, `${amount} more would exceed ${this.#perSecond} a second`);
  }
}
