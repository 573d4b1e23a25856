/** Sorting in steps: V8 sorts a million numbers in one that nothing interrupts. What is long is sorted piece by piece by the engine, and the pieces are merged here, each step counted. */
import { charge, tick } from './taming.js';

// oxlint-disable-next-line typescript/no-explicit-any -- these run over whatever an extension hands them
type Any = any;

const { apply } = Reflect;
const { sort } = Array.prototype;
/** What the engine sorts at once. */
export const LONG_TO_SORT = 2 ** 13;

/** Whether the second stands before the first. */
type Precedes = (second: Any, first: Any) => boolean;

/** Merges pieces of `piece` elements, sorted each, until all are one: from `list` to `spare` and back. Answers where they are in the end. */
export function mergePieces(list: Any, spare: Any, length: number, piece: number, precedes: Precedes): Any {
  let from = list;
  let to = spare;
  for (let size = piece; size < length; size *= 2) {
    for (let start = 0; start < length; start += 2 * size) {
      const middle = Math.min(start + size, length);
      const end = Math.min(start + 2 * size, length);
      let left = start;
      let right = middle;
      for (let at = start; at < end; at++) {
        tick();
        to[at] = right < end && (left >= middle || precedes(from[right], from[left])) ? from[right++] : from[left++];
      }
    }
    const before = from;
    from = to;
    to = before;
  }
  return from;
}

const precedesAsText: Precedes = (second, first) => second.text < first.text;

/** Sorts a list of the realm's own, in place, as Array.prototype.sort does. */
export function sortList(list: Any[], comparator: Any): Any[] {
  const { length } = list;
  if (length <= LONG_TO_SORT) return apply(sort, list, [comparator]);
  charge(length * (comparator === undefined ? 64 : 16));
  // What is undefined comes last, unseen.
  const values: Any[] = [];
  for (let at = 0; at < length; at++) {
    tick();
    const value = list[at];
    if (value !== undefined) values.push(comparator === undefined ? { text: `${value}`, value } : value);
  }
  // A function of ours around it: where the comparator is a built-in, nothing else would be asked whether it is to stop.
  const compare =
    comparator === undefined
      ? (one: Any, other: Any) => (one.text < other.text ? -1 : one.text > other.text ? 1 : 0)
      : (one: Any, other: Any) => +comparator(one, other);
  for (let at = 0; at < values.length; at += LONG_TO_SORT) {
    const piece = apply(sort, values.slice(at, at + LONG_TO_SORT), [compare]) as Any[];
    for (let n = 0; n < piece.length; n++) values[at + n] = piece[n];
  }
  const sorted = mergePieces(
    values,
    values.slice(),
    values.length,
    LONG_TO_SORT,
    comparator === undefined ? precedesAsText : (second, first) => compare(second, first) < 0,
  );
  for (let at = 0; at < length; at++) {
    tick();
    list[at] = at >= values.length ? undefined : comparator === undefined ? sorted[at].value : sorted[at];
  }
  return list;
}
