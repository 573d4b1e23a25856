/** What stands between two tokens on one line: a space or nothing. */

/** Nothing stands between these and what follows. */
const OPENING = new Set(['(', '[', '<', '<=', '&', '@', '.', '-']);
/** Nothing stands between these and what precedes. */
const CLOSING = new Set([')', ']', '>', '<', '<=', ';', ',', ':', '?', '.']);

const isWord = (image: string): boolean => /^[A-Za-z_]/.test(image);

/** A number and its unit are written together where they stay two tokens: `50ms`, but not `5 e3` or `0 x1`. */
function isUnitOf(number: string, word: string): boolean {
  return /^[0-9]+$/.test(number) && /^[a-df-wyz]/i.test(word);
}

export function isOpening(image: string): boolean {
  return OPENING.has(image);
}

export function isClosing(image: string): boolean {
  return CLOSING.has(image);
}

export function spaceBetween(before: string, next: string): '' | ' ' {
  if (isOpening(before) || isClosing(next)) return '';
  // The parameters of a method, the payload of a variant, the arguments of an annotation; elsewhere `(` and `[` begin a type.
  if (next === '(') return isWord(before) ? '' : ' ';
  if (next === '[') return isWord(before) || /^[>\])?]$/.test(before) ? '' : ' ';
  return isUnitOf(before, next) ? '' : ' ';
}
