/**
 * A binding stands for a loaded program through its lives. Its number says which place it has and which use of the place this is, so that what was made for a program that is gone never leads to the one that has its place now.
 *
 *   binding  31 bits:  use of the place (22) | place (9)
 */
import { load } from './atomics.js';
import { indexOf, type DomainId } from './domain-id.js';
import { bindingWord, threadRow, X_BINDING } from './thread-layout.js';

/** The domain that the program lives in now; 0 between lives, and for ever once it is unloaded. */
export function lifeOf(words: Int32Array, binding: number): DomainId {
  const id = load(words, bindingWord(binding));
  // The row says which use of the place its tenant's program has. Of a row with a newer tenant the id is of a life that has ended: whoever calls it learns that.
  return id !== 0 && words[threadRow(indexOf(id)) + X_BINDING] === binding + 1 ? id : 0;
}
