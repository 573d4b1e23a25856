/**
 * How large a regular expression may be. V8 compiles one in a step that nothing interrupts and that recurses on the native stack: a hundred thousand look-behinds in each other end the process, and of quantifiers in
 * each other the time is a cubic function. What is within these bounds compiles in under a second, as a rule in well under a millisecond. The same holds for literals in source and for patterns made at run time.
 */
const MOST_CHARACTERS = 2 ** 16;
/** Groups in each other. */
const MOST_DEPTH = 48;
/** Groups and quantifiers. */
const MOST_PARTS = 2048;
/** A property that texts have stands for thousands of alternatives. */
const PARTS_OF_TEXT_PROPERTY = 512;
const TEXT_PROPERTY = /^\{(?:RGI_|Basic_Emoji|Emoji_Keycap)/;

/** What makes the pattern too large, or undefined. It need not be well-formed. */
export function patternExcess(pattern: string): string | undefined {
  if (pattern.length <= MOST_DEPTH) return undefined;
  if (pattern.length > MOST_CHARACTERS) return `it has ${pattern.length} characters, and may have ${MOST_CHARACTERS}`;
  let depth = 0;
  let parts = 0;
  let inClass = false;
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at];
    if (character === '\\') {
      at++;
      if ((pattern[at] === 'p' || pattern[at] === 'P') && TEXT_PROPERTY.test(pattern.slice(at + 1, at + 16))) parts += PARTS_OF_TEXT_PROPERTY;
    } else if (inClass) inClass = character !== ']';
    else if (character === '[') inClass = true;
    else if (character === '(') {
      if (pattern[at + 1] === '?') at++;
      parts++;
      if (++depth > MOST_DEPTH) return `its groups are nested more than ${MOST_DEPTH} deep`;
    } else if (character === ')') depth--;
    else if (character === '*' || character === '+' || character === '?' || character === '{') parts++;
    if (parts > MOST_PARTS) return `it has more than ${MOST_PARTS} groups and quantifiers`;
  }
  return undefined;
}
