/** Which program has which binding (src/abi/binding.ts). A place is given to the next program as soon as the one before is gone, a binding never: grants of programs that are gone may be kept by others for as long as they like. */
import { MAX_BINDINGS } from '../abi/thread-layout.js';

/** Beyond these the number of a use would not fit: it begins anew, after four million programs in one place. */
const USES = 2 ** 31 / MAX_BINDINGS - 1;

export class Bindings {
  /** The next use of each place. */
  readonly #uses = new Int32Array(MAX_BINDINGS);
  readonly #taken = new Map<number, number>();

  /** A binding that no program had before; -1 where every place is taken. */
  take(): number {
    for (let place = 0; place < MAX_BINDINGS; place++) {
      if (this.#taken.has(place)) continue;
      const binding = this.#uses[place] * MAX_BINDINGS + place;
      this.#uses[place] = (this.#uses[place] + 1) % USES;
      this.#taken.set(place, binding);
      return binding;
    }
    return -1;
  }

  /** Whether a loaded program has it. */
  isTaken(binding: number): boolean {
    return this.#taken.get(binding % MAX_BINDINGS) === binding;
  }

  free(binding: number): void {
    if (this.isTaken(binding)) this.#taken.delete(binding % MAX_BINDINGS);
  }
}
