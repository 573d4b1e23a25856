/**
 * The words of media: what a program keeps on the shared heap beyond the life that made it. A loaded program has MEDIA_OF_ONE places, by its binding.
 *
 *   word  0 ROOT     the block that the medium holds, 0 for none: the commit word of `put` and `take`
 *         1 INTENT   what the change is that is under way; means something while the word below is odd
 *         2 CHANGES  odd while a change is under way, and then one more: the commit word of a change
 *         3          reserved, zero
 *
 * The thread of the program's present life writes them, and between two lives the kernel, which clears a ROOT that did not hold. No count and no generation of the block stands here: the words say what is meant, and the owner word of the block
 * whether it is so.
 */
import { MAX_BINDINGS, threadsEnd } from './thread-layout.js';

export const MEDIA_OF_ONE = 4;
const MEDIUM_WORDS = 4;

export const MEDIUM_ROOT = 0;
export const MEDIUM_INTENT = 1;
export const MEDIUM_CHANGES = 2;

/** The largest intent: 0 is for rest. */
export const MOST_INTENT = 2 ** 31 - 1;

/** The first word of a medium's place. */
export function mediumWord(binding: number, place: number, pages: number): number {
  return threadsEnd(pages) + ((binding & (MAX_BINDINGS - 1)) * MEDIA_OF_ONE + place) * MEDIUM_WORDS;
}
/** Bytes of the control block, of which they are the end. */
export function controlBytes(pages: number): number {
  return (threadsEnd(pages) + MAX_BINDINGS * MEDIA_OF_ONE * MEDIUM_WORDS) * 4;
}

/** How many changes of a medium have been committed, and whether one is under way. */
export function changesCommitted(word: number): number {
  return word >>> 1;
}
export function isUnderWay(word: number): boolean {
  return (word & 1) !== 0;
}
