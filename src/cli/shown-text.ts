/**
 * Text of strangers on a terminal: names in a leaf, log lines, messages of an extension. Written as it is, it could move the cursor, colour itself as if it were ours, or turn the order of the letters round; so
 * what is not to be seen is shown by its number.
 */

/** Control characters, of which a terminal obeys some, and those that change the direction of what follows. */
const UNSEEN = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

const numbered = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Lines, with nothing in them that a terminal would obey. */
export function shown(text: string): string {
  return text.replaceAll(UNSEEN, (character) => (character === '\n' || character === '\t' ? character : numbered(character)));
}

/** As one line: it cannot pass for two. Of JSON, the same value. */
export function shownInLine(text: string): string {
  return text.replaceAll(UNSEEN, numbered);
}
