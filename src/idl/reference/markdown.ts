/**
 * Text that people wrote, as Markdown that says nothing else. Code spans, paragraphs and lists with `-` are kept; everything else that Markdown or HTML would
 * read as markup is shown as it was written, so that no comment ends a table, opens a tag or links anywhere.
 */

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is replaced
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

function escaped(text: string): string {
  return text
    .replaceAll(/[\\*_[\]|~${}`]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}

/** One line of text. Code spans stay, unless a table would read what is in them. */
export function inline(text: string): string {
  const parts = text
    .replaceAll('\n', ' ')
    .replaceAll(UNSEEN, '\ufffd')
    .trim()
    .split(/(?<!`)`([^`|\\]+)`(?!`)/);
  return parts.map((part, index) => (index % 2 === 1 ? `\`${part}\`` : escaped(part))).join('');
}

/** A line of a comment of several, where what it begins with would make it a heading, a list, a rule or code. */
function blockLine(line: string): string {
  const text = line.trim();
  const item = /^-\s+(.+)$/s.exec(text);
  if (item) return `- ${blockLine(item[1])}`;
  return inline(text)
    .replace(/^[#+=:-]/, '\\$&')
    .replace(/^(\d{1,9})([.)])/, '$1\\$2');
}

/** Paragraphs and lists. */
export function prose(text: string): string {
  return text
    .split('\n')
    .map(blockLine)
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n');
}

/** What stands in a table of contents: the first sentence of a comment. */
export function summary(text: string | undefined): string {
  const [paragraph] = (text ?? '').split(/\n\s*\n/);
  return inline(/^.*?[.!?](?=\s|$)/s.exec(paragraph)?.[0] ?? paragraph);
}

/** Source text, as code where Markdown allows it. */
export function code(text: string): string {
  return /[`|\\\n]/.test(text) ? inline(text) : `\`${text}\``;
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `|${cells.map((cell) => (cell === '' ? ' |' : ` ${cell} |`)).join('')}\n`;
  return line(head) + `|${head.map(() => '---|').join('')}\n` + rows.map(line).join('');
}
