/** The store of an owner word: the commit of every transition of a block. */
import { store } from '../../abi/atomics.js';
import { X_OWNER } from '../../abi/heap-layout.js';
import { mayFollow } from './ownership-table.js';

export class OwnerWords {
  readonly #words: Int32Array;
  readonly #isParanoid: boolean;

  constructor(words: Int32Array, isParanoid: boolean) {
    this.#words = words;
    this.#isParanoid = isParanoid;
  }

  /** In paranoid mode the table of transitions is asked first, and what it does not know is an error of the heap's own. */
  commit(block: number, word: number): void {
    const at = (block << 2) + X_OWNER;
    if (this.#isParanoid && !mayFollow(this.#words[at], word)) throw new Error(`block ${block}: no transition leads from ${this.#words[at]} to ${word}`);
    store(this.#words, at, word);
  }
}
