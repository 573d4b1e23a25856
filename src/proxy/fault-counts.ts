/**
 * How many errors calls have answered, by the provider that they were for and by code. Counted where an error is made, by whoever made the call; a call that succeeds comes nowhere near.
 *
 * A row belongs to a program, not to one of its lives. Who counts sees in the row's first word whether it still does; whoever reads that just before the row has another owner counts for that one, which is statistics' worst.
 */
import { add, load, store } from '../abi/atomics.js';
import { ERROR_CODES, errorNumber } from '../abi/codes.js';
import { HOST_ID, incarnationOf, indexOf, KERNEL_ID, type DomainId } from '../abi/domain-id.js';
import type { RpcErrorCode } from '../abi/result.js';
import { FaultPlace, FAULT_WORDS, faultRow, LIFE, lifeIncarnation, MAX_BINDINGS, threadRow, X_BINDING } from '../abi/thread-layout.js';

export type FaultTally = { readonly [code in RpcErrorCode]?: number };

export class FaultCounts {
  readonly #words: Int32Array;
  readonly #first: number;

  constructor(words: Int32Array, pages: number) {
    this.#words = words;
    this.#first = faultRow(0, pages);
  }

  /** Counts one error of a call to `callee`, 0 where nobody was there; `binding` is that of what it was made through, where it follows a program. */
  note(callee: DomainId, binding: number | null, code: RpcErrorCode): void {
    add(this.#words, this.#row(this.#place(callee, binding)) + errorNumber(code), 1);
  }

  #row(place: number): number {
    return this.#first + place * FAULT_WORDS;
  }

  #place(callee: DomainId, followed: number | null): number {
    if (callee === HOST_ID) return FaultPlace.Host;
    if (callee === KERNEL_ID) return FaultPlace.Kernel;
    const binding = followed ?? this.#bindingOf(callee);
    if (binding === null) return FaultPlace.Gone;
    const place = binding & (MAX_BINDINGS - 1);
    return load(this.#words, this.#row(place)) === binding + 1 ? place : FaultPlace.Gone;
  }

  /** Null where the row of that life has another tenant by now. */
  #bindingOf(callee: DomainId): number | null {
    const row = threadRow(indexOf(callee));
    if (callee === 0 || lifeIncarnation(load(this.#words, row + LIFE)) !== incarnationOf(callee)) return null;
    const word = this.#words[row + X_BINDING];
    return word === 0 ? null : word - 1;
  }

  /** For the kernel: from here on the place counts for that binding, from zero. */
  open(binding: number): void {
    const row = this.#row(binding & (MAX_BINDINGS - 1));
    for (let word = 1; word < FAULT_WORDS; word++) store(this.#words, row + word, 0);
    store(this.#words, row, binding + 1);
  }

  /** For the kernel: what comes from here on is for a program that is gone. */
  close(binding: number): void {
    store(this.#words, this.#row(binding & (MAX_BINDINGS - 1)), 0);
  }

  ofBinding(binding: number): FaultTally {
    return this.at(binding & (MAX_BINDINGS - 1));
  }

  /** Codes of which there was none are left out. */
  at(place: number): FaultTally {
    const row = this.#row(place);
    const counts = ERROR_CODES.map((code) => [code, load(this.#words, row + errorNumber(code)) >>> 0] as const);
    return Object.fromEntries(counts.filter(([, count]) => count > 0));
  }
}

if (ERROR_CODES.length >= FAULT_WORDS) throw new Error('a row of faults has no room for every code');
