/**
 * Where lines begin. The structure is read from the tokens alone, of which the parser has said that they are a file of the language: declarations end with
 * `;` or `}`, members with `;` or `,`, and lists in parentheses have commas.
 *
 * The author's line ends count in three places only, and what is made of them is found there again: a body stays on one line where it was on one and fits,
 * what follows an annotation of a member stays on its line, and a blank line stays.
 */
import { type Gap, print } from './print.js';
import { startsLine, type Token } from './tokens.js';

/** Columns up to which a body on one line, or a method with its parameters on one line, may reach. */
const WIDTH = 100;
const INDENT = 2;

interface Statement {
  readonly end: number;
  readonly group: 'package' | 'import' | 'declaration';
  /** It takes several lines, and stands apart from others for that. */
  readonly isBlock: boolean;
}

class Layout {
  readonly gaps: Gap[] = [];
  readonly #tokens: readonly Token[];

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  file(): void {
    let at = 0;
    let before: Statement | undefined;
    while (at < this.#tokens.length - 1) {
      const statement = this.#statement(at);
      const apart = before !== undefined && (before.isBlock || statement.isBlock || before.group !== statement.group);
      this.#line(at, 0, apart ? 'one' : 'kept');
      at = statement.end;
      before = statement;
    }
    this.#line(at, 0, 'kept');
  }

  #is(index: number, ...images: readonly string[]): boolean {
    return images.includes(this.#tokens[index]?.image);
  }

  #line(index: number, indent: number, blank: 'kept' | 'one' | 'none', commentIndent = indent): void {
    this.gaps[index] = { kind: 'line', indent, commentIndent, blank };
  }

  #inline(from: number, to: number, indent: number): void {
    for (let index = from; index < to; index++) this.gaps[index] = { kind: 'inline', indent };
  }

  /** The first token from `from` on that is one of `images` and in no bracket that opened since. */
  #find(from: number, ...images: readonly string[]): number {
    let depth = 0;
    for (let index = from; index < this.#tokens.length; index++) {
      if (depth === 0 && this.#is(index, ...images)) return index;
      if (this.#is(index, '(', '[', '<')) depth += 1;
      else if (this.#is(index, ')', ']', '>')) depth -= 1;
    }
    return this.#tokens.length - 1;
  }

  /** Where what follows an annotation begins. */
  #afterAnnotation(at: number): number {
    return this.#is(at + 2, '(') ? this.#find(at + 3, ')') + 1 : at + 2;
  }

  #statement(start: number): Statement {
    let at = start;
    while (this.#is(at, '@')) {
      const next = this.#afterAnnotation(at);
      this.#inline(at + 1, next, INDENT);
      if (!this.#is(next, '@') || startsLine(this.#tokens[next])) this.#line(next, 0, 'none');
      else this.#inline(next, next + 1, INDENT);
      at = next;
    }
    const open = this.#find(at, '{', ';');
    this.#inline(at + 1, open + 1, INDENT);
    const group = this.#is(at, 'package') ? 'package' : this.#is(at, 'import') ? 'import' : 'declaration';
    if (!this.#is(open, '{')) return { end: open + 1, group, isBlock: at > start };
    const close = this.#find(open + 1, '}');
    const onOneLine = this.#body(at, open, close);
    return { end: close + 1, group, isBlock: !onOneLine || at > start };
  }

  /** Lays out a body and answers whether it stays on the line of its head. */
  #body(head: number, open: number, close: number): boolean {
    this.#inline(open + 1, close + 1, INDENT);
    const inside = this.#tokens.slice(open + 1, close + 1);
    const isEmpty = inside.length === 1 && inside[0].comments.length === 0;
    if (isEmpty) this.gaps[close] = { kind: 'none' };
    if (isEmpty || (!inside.some(startsLine) && fits(print(this.#tokens, this.gaps, head, close + 1), 0))) return true;
    const last = this.#tokens[close - 1];
    if (close > open + 1 && last.image !== ';') last.suffix = ',';
    for (let at = open + 1; at < close; ) {
      const end = Math.min(close, this.#find(at, ';', ',', '}') + 1);
      this.#line(at, INDENT, 'kept');
      this.#member(at, end, this.#is(head, 'interface'));
      at = end;
    }
    this.#line(close, 0, 'none', INDENT);
    return false;
  }

  #member(start: number, end: number, endsWithComma: boolean): void {
    this.#inline(start + 1, end, 2 * INDENT);
    let lineStart = start;
    let at = start;
    while (this.#is(at, '@')) {
      at = this.#afterAnnotation(at);
      if (!startsLine(this.#tokens[at])) continue;
      this.#line(at, INDENT, 'none');
      lineStart = at;
    }
    const open = at + 1;
    if (!this.#is(open, '(') || this.#is(open + 1, ')')) return;
    const close = this.#find(open + 1, ')');
    const hasLines = this.#tokens.slice(open + 1, close + 1).some((token) => token.comments.some((comment) => comment.toEndOfLine));
    if (!hasLines && fits(print(this.#tokens, this.gaps, lineStart, end), INDENT)) return;
    if (endsWithComma) this.#tokens[close - 1].suffix = ',';
    this.#inline(open + 1, close, 3 * INDENT);
    for (let param = open + 1; param < close; param = this.#find(param, ',', ')') + 1) this.#line(param, 2 * INDENT, 'none');
    this.#line(close, INDENT, 'none', 2 * INDENT);
  }
}

function fits(text: string, indent: number): boolean {
  return !text.includes('\n') && indent + text.length <= WIDTH;
}

/** What stands before each token. Adds commas to `tokens` where a list is broken into lines. */
export function layOut(tokens: readonly Token[]): Gap[] {
  const layout = new Layout(tokens);
  layout.file();
  return layout.gaps;
}
