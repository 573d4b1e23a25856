/**
 * Fuel and stack depth of a domain: how much it has done, and how deep it stands.
 *
 * The build counts both in variables of the leaf's own function, because nothing else is cheap enough. This meter fills the counter of work
 * period by period (a period is what may run between two looks at memory), and so knows what was used without being asked at each step:
 *
 *   used = what whole periods held, one more for each checkpoint + what has been granted - what the counter still holds
 *
 * Work is paid for by whoever it is done for: a call, over all its suspensions, or the turn, where it is done for none. With no fuel set only whole periods are added up, and what is left of one before the
 * domain sleeps.
 */
import type { Limits } from '../abi/limits.js';

/** Puts a number into the leaf's counter and answers what was in it. */
export type CounterSwap = (granted: number) => number;
/** Adds to how many frames may yet be entered. */
export type DepthShift = (by: number) => void;

/** What has been done for one call, or in one turn. */
export interface WorkAccount {
  fuelUsed: number;
}

export class WorkMeter {
  #fuel: number;
  #depth: number;
  readonly #turn: WorkAccount = { fuelUsed: 0 };
  #payer: WorkAccount = this.#turn;
  /** What the counter held when it was filled last. */
  #granted = 0;
  #swap: CounterSwap | null = null;
  #shift: DepthShift | null = null;
  /** Steps of this life, and of the call that was paid for last: shared memory, which the kernel reads. */
  readonly #shown: Float64Array;

  constructor({ fuel, stackDepth }: Limits, shown: Float64Array) {
    this.#shown = shown;
    this.#fuel = fuel;
    this.#depth = stackDepth;
  }

  /** The leaf's counters, handed over before any of its own code runs. */
  connect(swap: CounterSwap, shift: DepthShift): void {
    if (this.#swap !== null) return;
    this.#swap = swap;
    this.#shift = shift;
    shift(this.#depth);
  }

  /** Holds from now on; what a call has used so far stays used. */
  setLimits({ fuel, stackDepth }: Limits): void {
    this.#shift?.(stackDepth - this.#depth);
    this.#depth = stackDepth;
    this.#fuel = fuel;
    this.#pay(this.#payer);
  }

  /** Something new begins that is done for no call. */
  beginTurn(): void {
    if (this.#fuel === 0) return;
    this.#pay(this.#turn);
    this.#turn.fuelUsed = 0;
    this.#pay(this.#turn);
  }

  /** From here on `account` pays; null stands for the turn. */
  payFrom(account: WorkAccount | null): void {
    if (this.#fuel !== 0) this.#pay(account ?? this.#turn);
  }

  /** Counts up to here, whoever pays. */
  settle(): void {
    this.#pay(this.#payer);
  }

  #pay(payer: WorkAccount): void {
    if (this.#swap === null) return;
    const left = Math.max(0, this.#swap(0));
    this.#use(this.#granted - left);
    this.#payer = payer;
    this.#granted = this.#fuel === 0 ? left : Math.min(left, Math.max(0, this.#fuel - payer.fuelUsed));
    this.#swap(this.#granted);
  }

  #use(steps: number): void {
    this.#payer.fuelUsed += steps;
    this.#shown[0] += steps;
    if (this.#payer !== this.#turn) this.#shown[1] = this.#payer.fuelUsed;
  }

  /** At a checkpoint, which is a step itself: what may follow, `period` at the most, or -1 where the fuel is used up. */
  refill(period: number): number {
    this.#use(this.#granted + 1);
    this.#granted = 0;
    if (this.#fuel === 0) return (this.#granted = period);
    const left = this.#fuel - this.#payer.fuelUsed;
    return left < 0 ? -1 : (this.#granted = Math.min(period, left));
  }

  /** The next checkpoint is not further than so many steps. */
  shorten(period: number): void {
    if (this.#swap === null) return;
    const left = this.#swap(0);
    const kept = Math.min(left, period);
    this.#granted -= left - kept;
    this.#swap(kept);
  }

  get fuel(): number {
    return this.#fuel;
  }

  get stackDepth(): number {
    return this.#depth;
  }
}
