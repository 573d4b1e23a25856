/**
 * A binding stands for a loaded program through its lives. Its number says which place it has and which use of the place this is, so that what was made for a program that is gone never leads to the one that has its place now.
 *
 *   binding       31 bits:  use of the place (22) | place (9)
 *   binding word  32 bits:  the id of the domain that the program lives in
 *                           ~binding, which is negative: between two lives of that program; the next begins, or is decided on
 *                           0: it has no life, and will have none
 */
import { load, store } from './atomics.js';
import { indexOf, type DomainId } from './domain-id.js';
import { bindingWord, lineWord, threadRow, X_BINDING } from './thread-layout.js';

/** The domain that the program lives in now; 0 between lives, and for ever once it is unloaded. */
export function lifeOf(words: Int32Array, binding: number): DomainId {
  const id = load(words, bindingWord(binding));
  // The row says which use of the place its tenant's program has. Of a row with a newer tenant the id is of a life that has ended: whoever calls it learns that.
  return id > 0 && words[threadRow(indexOf(id)) + X_BINDING] === binding + 1 ? id : 0;
}

/** One life of a program, for whoever follows it through upgrades and not through crashes. */
export interface Line {
  readonly binding: number;
  /** Which of the program's lives. */
  readonly incarnation: number;
}

/** The domain that has taken over, by upgrades alone, from a life of the program, or is that life; 0 where there is none. */
export function heirOf(words: Int32Array, binding: number, incarnation: number): DomainId {
  // The line of a life that begins after a crash is written before it is named: who sees the life sees that, too.
  const id = lifeOf(words, binding);
  return id !== 0 && words[lineWord(binding)] <= incarnation ? id : 0;
}

/** Whether the program has ended a life and may begin another. */
export function isBetweenLives(words: Int32Array, binding: number): boolean {
  return load(words, bindingWord(binding)) === ~binding;
}

/** Says, for the kernel, that the life which was is over, and whether another may follow. */
export function endBinding(words: Int32Array, binding: number, mayFollow: boolean): void {
  store(words, bindingWord(binding), mayFollow ? ~binding : 0);
}
