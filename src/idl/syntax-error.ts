/** Syntax errors in words: what was found, what was expected, and for the common slips what to write. */
import type { SourceFile, Span } from './diagnostic.js';
import { type Fix, insertion, removal } from './fix.js';
import { KEYWORDS } from './reserved-names.js';

interface TokenLike {
  readonly image: string;
  readonly startOffset: number;
}

/** What Chevrotain's errors have in common. */
interface ParserError {
  readonly name: string;
  readonly message: string;
  readonly token: TokenLike;
}

interface SyntaxError {
  readonly span: Span;
  readonly message: string;
  readonly wayOut: string;
  readonly fix?: Fix | undefined;
  readonly isStray?: true;
}

/** What may be missing between two tokens, with what then stands behind it: before anything else, more than that is wrong. */
const CLOSERS: ReadonlyMap<string, { readonly text: string; readonly before: RegExp }> = new Map([
  [';', { text: ';', before: /^(?:[A-Za-z_@]|\}$)/ }],
  [':', { text: ':', before: /^(?:[A-Za-z_&[(])/ }],
  [')', { text: ')', before: /^[;:,)]$/ }],
  ['>', { text: '>', before: /^[;,)>]$/ }],
  [']', { text: ']', before: /^[;,)>]$/ }],
  ['}', { text: '\n}', before: /^(?:struct|enum|interface|const|)$/ }],
]);

/** The index of the first token that begins at `offset` or behind it. */
function firstFrom(tokens: readonly TokenLike[], offset: number): number {
  let low = 0;
  let high = tokens.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (tokens[middle].startOffset < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Writes what is missing behind the token before it. */
function missing(wanted: string, image: string, previous: TokenLike | undefined, next: TokenLike | undefined): Fix | undefined {
  const closer = CLOSERS.get(wanted);
  if (!previous || !closer?.before.test(image)) return undefined;
  // A word of the language may be meant as a name, and then nothing is missing.
  if ((wanted === ':' && KEYWORDS.has(image)) || (wanted === '}' && previous.image === '{')) return undefined;
  if (wanted === '}' && image !== '' && !/^[A-Za-z_]/.test(next?.image ?? '')) return undefined;
  return insertion(previous.startOffset + previous.image.length, closer.text, `Write ${wanted}`);
}

/** `name?: T` as `name: Option<T>`, where the type ends before the next `;`, `,` or `)` that is not inside it. */
function optional(question: number, tokens: readonly TokenLike[]): Fix | undefined {
  const first = firstFrom(tokens, question) + 2;
  if (tokens[first - 1]?.image !== ':') return undefined;
  let depth = 0;
  const end = tokens.findIndex(({ image }, index) => {
    if (index < first) return false;
    if (depth === 0 && /^[;,)}]$/.test(image)) return true;
    if (/^[<([]$/.test(image)) depth += 1;
    else if (/^[>)\]]$/.test(image)) depth -= 1;
    return false;
  });
  const last = tokens[end - 1];
  if (end <= first) return undefined;
  const edits = [
    { offset: question, length: 1, text: '' },
    { offset: tokens[first].startOffset, length: 0, text: 'Option<' },
    { offset: last.startOffset + last.image.length, length: 0, text: '>' },
  ];
  return { title: 'Write Option<T>', edits };
}

/** How a terminal is called in a message. */
function spoken(expected: string): string {
  if (expected === 'ID') return 'a name';
  if (expected === 'NUMBER') return 'a number';
  if (expected === 'STRING') return 'a quoted path';
  return `\`${expected}\``;
}

/** Of characters that are part of no token. */
export function explainStrayCharacters({ offset, length }: { readonly offset: number; readonly length: number }, file: SourceFile): SyntaxError {
  const image = String.fromCodePoint(file.text.codePointAt(offset) ?? 0xfffd);
  if (image === '"' || image === "'") {
    return { span: { file, offset, length: 1 }, message: 'this string does not end on its line', wayOut: 'close it with the same quote' };
  }
  if (file.text.startsWith('/*', offset)) {
    return { span: { file, offset, length: 2 }, message: 'this comment does not end', wayOut: 'close it with `*/`' };
  }
  const span = { file, offset, length };
  return { span, message: `${JSON.stringify(image)} means nothing here`, wayOut: 'remove it', fix: removal(span, 'Remove it'), isStray: true };
}

export function explainSyntaxError(error: ParserError, file: SourceFile, tokens: readonly TokenLike[]): SyntaxError {
  const atEnd = !(error.token.startOffset >= 0);
  const last = tokens.at(-1);
  // At the end of the file there is no token to point at: point behind the last one.
  const offset = atEnd ? (last ? last.startOffset + last.image.length : 0) : error.token.startOffset;
  const image = error.token.image;
  const found = atEnd ? 'the end of the file' : `\`${image.length > 30 ? `${image.slice(0, 30)}...` : image}\``;
  const expected = /Expecting token of type '([^']+)'|expecting (?:token of type )?[`']([^`']+)[`']/i.exec(error.message);
  const wanted = error.name === 'MismatchedTokenException' ? (expected?.[1] ?? expected?.[2]) : undefined;
  const span = { file, offset, length: atEnd ? 1 : Math.max(1, image.length) };
  const next = tokens[firstFrom(tokens, offset + 1)]?.image;
  const isName = next === ':' || next === '(' || next === ',' || next === ')';
  if (KEYWORDS.has(image) && (isName || wanted === 'ID' || error.name === 'NoViableAltException')) {
    return {
      span,
      message: `${found} cannot stand here`,
      wayOut: `\`${image}\` is a word of the language: choose another name, or close what stands open before it`,
    };
  }
  if (wanted === ';' || wanted === '}' || wanted === ',' || wanted === ':' || wanted === ')' || wanted === '>' || wanted === ']') {
    if (wanted === '}' && image === ';') {
      const wayOut = 'separate the variants of an enum by `,`; after the `}` of a declaration stands nothing';
      const fix = { title: 'Write ,', edits: [{ offset, length: 1, text: ',' }] };
      return { span, message: 'did not expect `;`', wayOut, fix };
    }
    const keyword = KEYWORDS.has(image) ? `; where it is meant as a name, choose another: \`${image}\` is a word of the language` : '';
    // The parser's own previous token may be one that it invented.
    const previous = tokens[firstFrom(tokens, offset) - 1];
    const where = previous ? ` behind \`${previous.image}\`` : '';
    const next = tokens[firstFrom(tokens, offset + 1)];
    const separator = wanted === ';' && image === ',' ? { title: 'Write ;', edits: [{ offset, length: 1, text: ';' }] } : undefined;
    const fix = separator ?? (image === '?' ? optional(offset, tokens) : missing(wanted, atEnd ? '' : image, previous, next));
    return { span, message: `expected \`${wanted}\` before ${found}`, wayOut: `write \`${wanted}\`${where}${keyword}`, fix };
  }
  if (wanted === '(' && tokens[firstFrom(tokens, offset) - 1]?.image === 'async') {
    return { span, message: `expected \`(\`, found ${found}`, wayOut: 'write `@async` before a method that callers are to have on `proxy.async` alone' };
  }
  if (wanted !== undefined && wanted !== 'EOF') {
    return { span, message: `expected ${spoken(wanted)}, found ${found}`, wayOut: `put ${spoken(wanted)} here` };
  }
  if (image === ';' && tokens[firstFrom(tokens, offset) - 1]?.image === '}') {
    return { span, message: 'did not expect `;`', wayOut: 'remove it: after the `}` of a declaration stands nothing', fix: removal(span, 'Remove ;') };
  }
  return { span, message: `did not expect ${found}`, wayOut: wayOutFor(image, atEnd) };
}

function wayOutFor(image: string, atEnd: boolean): string {
  if (atEnd) return 'something stands open: close it with `}` or `;`, or give the declaration that annotations stand before';
  if (image === ';') return 'something is missing before the `;`; variants of an enum are separated by `,`';
  if (image === ',') return 'fields end with `;`, parameters and variants are separated by `,`';
  if (image === '}') return 'something is missing before the `}`; every field and method ends with `;`';
  if (/^(type|export|public|class|union|trait|record|message|service|function|fn|let|var|namespace|module)$/.test(image))
    return 'declarations are `struct`, `enum`, `interface` and `const`';
  if (image === '?') return 'an optional field is written `name: Option<T>;`';
  return 'declarations look like `struct Key { name: string; }` or `interface Store { get(key: &RRef<Key>): bool; }`';
}
