/**
 * Searching a text for a long one. V8 compares at each place anew, so where much of the one nearly matches the other it takes time in proportion to the product of their lengths, in one step that nothing ends. Where that
 * is large, the search goes in steps here, in proportion to their sum (Knuth, Morris and Pratt, Fast Pattern Matching in Strings, 1977).
 */
import { charge, tick } from './taming.js';

const { apply } = Reflect;
const { charCodeAt, slice } = String.prototype;
const Table = Int32Array;

/** So many comparisons are a fraction of a second. */
const MOST_COMPARISONS = 2 ** 28;
/** What is shorter is found soon in any text. */
export const SHORT_SEARCH = 8;

export function isLongSearch(whole: string, part: string): boolean {
  return part.length <= whole.length && whole.length * part.length > MOST_COMPARISONS && part.length >= SHORT_SEARCH;
}

const codeAt = (text: string, at: number): number => apply(charCodeAt, text, [at]);

/** For each beginning of `part` (for a search backwards: each end), how much of its own beginning it ends with. Kept, because a text is often searched more than once for the same. */
let kept: { readonly part: string; readonly by: 1 | -1; readonly table: Int32Array } | null = null;

function bordersOf(part: string, by: 1 | -1, codeOf: (n: number) => number): Int32Array {
  if (kept !== null && kept.part === part && kept.by === by) return kept.table;
  charge(part.length * 4);
  const table = new Table(part.length);
  for (let at = 1, matched = 0; at < part.length; at++) {
    tick();
    const code = codeOf(at);
    while (matched > 0 && code !== codeOf(matched)) matched = table[matched - 1];
    if (code === codeOf(matched)) matched++;
    table[at] = matched;
  }
  kept = { part, by, table };
  return table;
}

/** Where `part`, which is not empty, stands in `whole`: the first place from `from` on, or the last up to it. -1 where there is none. */
export function find(whole: string, part: string, from: number, by: 1 | -1): number {
  const last = part.length - 1;
  const codeOf = by === 1 ? (n: number): number => codeAt(part, n) : (n: number): number => codeAt(part, last - n);
  const borders = bordersOf(part, by, codeOf);
  let matched = 0;
  for (let at = by === 1 ? from : Math.min(from + last, whole.length - 1); at >= 0 && at < whole.length; at += by) {
    tick();
    const code = codeAt(whole, at);
    while (matched > 0 && code !== codeOf(matched)) matched = borders[matched - 1];
    if (code === codeOf(matched)) matched++;
    if (matched > last) return by === 1 ? at - last : at;
  }
  return -1;
}

/** Puts what `replacement` answers in the place of each `part`, or of the first one. */
export function replaceFound(whole: string, part: string, isEach: boolean, replacement: (at: number) => string): string {
  let made = '';
  let from = 0;
  for (let at = find(whole, part, 0, 1); at >= 0; at = isEach ? find(whole, part, from, 1) : -1) {
    const by = replacement(at);
    made += `${apply(slice, whole, [from, at])}${by}`;
    charge(made.length);
    from = at + part.length;
  }
  return from === 0 ? whole : made + apply(slice, whole, [from]);
}

/** What stands between the places of `part`, `most` pieces at the most. */
export function cutAt(whole: string, part: string, most: number): string[] {
  const pieces: string[] = [];
  for (let from = 0; pieces.length < most; ) {
    const at = find(whole, part, from, 1);
    pieces.push(apply(slice, whole, at < 0 ? [from] : [from, at]));
    if (at < 0) break;
    from = at + part.length;
  }
  return pieces;
}
