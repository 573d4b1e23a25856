/** The store of an owner word: the commit of every transition of a block. */
import { store } from '../../abi/atomics.js';
import { OwnerKind, ownerKind } from '../../abi/domain-id.js';
import { GENERATION, TYPE, X_OWNER } from '../../abi/heap-layout.js';
import type { TraceWriter } from '../trace.js';
import { mayFollow } from './ownership-table.js';

export class OwnerWords {
  readonly #words: Int32Array;
  readonly #isParanoid: boolean;
  readonly #trace: TraceWriter | null;
  /** One question in place of two: this store is in everything that the heap does. */
  readonly #isPlain: boolean;

  constructor(words: Int32Array, isParanoid: boolean, trace: TraceWriter | null) {
    this.#words = words;
    this.#isParanoid = isParanoid;
    this.#trace = trace;
    this.#isPlain = !isParanoid && trace === null;
  }

  commit(block: number, word: number): void {
    if (this.#isPlain) store(this.#words, (block << 2) + X_OWNER, word);
    else this.#commitWatched(block, word);
  }

  /** In paranoid mode the table of transitions is asked first, and what it does not know is an error of the heap's own. */
  #commitWatched(block: number, word: number): void {
    const at = block << 2;
    const before = this.#words[at + X_OWNER];
    if (this.#isParanoid && !mayFollow(before, word)) throw new Error(`block ${block}: no transition leads from ${before} to ${word}`);
    const kind = ownerKind(word);
    // Whoever frees a block has counted its next life before: what ends here is the one before that.
    const ended = kind === OwnerKind.Nobody || kind === OwnerKind.Freeing ? 1 : 0;
    this.#trace?.owner(block, this.#words[at + GENERATION] - ended, this.#words[at + TYPE], before, word);
    store(this.#words, at + X_OWNER, word);
    this.#trace?.confirm();
  }
}
