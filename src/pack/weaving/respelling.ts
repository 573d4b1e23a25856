/**
 * Another spelling for text that SES would judge wrongly.
 *
 * SES refuses source by its text: `import` or `eval` before a parenthesis, and both halves of an HTML comment, wherever they are.
 * Inside strings, templates and regular expressions an escape says the same in other letters. Which letter is escaped matters:
 * - the second letter of the word, because the first may itself follow a backslash;
 * - the second hyphen after `<!`, because `(?<!-` is a look-behind and `!--` in a class is a range up to the hyphen;
 * - the `>` of the other half, which no regular expression uses as syntax after a hyphen.
 * What changes for the program: the `source` of a regular expression and the text of a function. Values stay the same.
 */
import type { AnyNode } from 'acorn';
import type MagicString from 'magic-string';

const JUDGED_WORD = /(?<=^|[^.]|\.\.\.)\b(?:import(?=\s*(?:\(|\/[/*]))|eval(?=\s*\())/g;
const OPEN_COMMENT = /<!--/g;
const CLOSE_COMMENT = /-->/g;
/** A name whose end SES takes for one of the two words: `import`, `#eval`, `$import`. */
const JUDGED_NAME = /(?:^|[^\w])(?:import|eval)$/;

interface Change {
  readonly at: number;
  readonly text: string;
}

function changes(text: string): Change[] {
  const found: Change[] = [];
  for (const { 0: word, index } of text.matchAll(JUDGED_WORD)) {
    found.push({ at: index + 1, text: word === 'import' ? '\\x6d' : '\\x76' });
  }
  for (const { index } of text.matchAll(OPEN_COMMENT)) found.push({ at: index + 3, text: '\\x2d' });
  for (const { index } of text.matchAll(CLOSE_COMMENT)) found.push({ at: index + 2, text: '\\x3e' });
  return found.sort((a, b) => a.at - b.at);
}

/** Whether SES would refuse a program that contains `text`, as far as its text goes. */
export function isJudged(text: string): boolean {
  return changes(text).length > 0;
}

/** The source of a string, an untagged template's piece or a regular expression, re-spelled. */
export function respell(source: string): string {
  let respelled = '';
  let from = 0;
  for (const { at, text } of changes(source)) {
    respelled += source.slice(from, at) + text;
    from = at + 1;
  }
  return respelled + source.slice(from);
}

/** A JavaScript string literal for `value` that SES accepts anywhere. */
export function literal(value: string): string {
  return respell(JSON.stringify(value).replace(/[\u2028\u2029]/g, (c) => (c === '\u2028' ? '\\u2028' : '\\u2029')));
}

function isUseOfName(node: AnyNode, parent: AnyNode | undefined): boolean {
  if (parent?.type === 'MemberExpression') return parent.computed || parent.object === node;
  if (parent?.type === 'Property' || parent?.type === 'MethodDefinition' || parent?.type === 'PropertyDefinition') {
    return parent.computed || parent.value === node;
  }
  return true;
}

/** Re-spells `node` in `edit` where it is a literal, a piece of an untagged template, or a name that reads like a keyword. */
export function respellNode(node: AnyNode, parent: AnyNode | undefined, isTagged: boolean, edit: MagicString): void {
  const { start, end } = node;
  const source = edit.original.slice(start, end);
  if ((node.type === 'Literal' && (typeof node.value === 'string' || node.regex)) || (node.type === 'TemplateElement' && !isTagged)) {
    if (isJudged(source)) edit.update(start, end, respell(source));
    return;
  }
  if ((node.type !== 'Identifier' && node.type !== 'PrivateIdentifier') || !JUDGED_NAME.test(source)) return;
  // `eval` itself, in use as a value, is no call: a direct one has been refused.
  if (source === 'eval' && isUseOfName(node, parent)) return;
  const second = Math.max(source.lastIndexOf('import'), source.lastIndexOf('eval')) + 1;
  const escape = source[second] === 'm' ? '\\u006d' : '\\u0076';
  edit.update(start, end, source.slice(0, second) + escape + source.slice(second + 1));
}
