/**
 * From tokens and the gaps between them to text. What the layout decides is a gap; where comments stand in it is decided here, and only by what a second
 * run would find as well: whether a comment stood behind something on its line, before something, or on lines of its own.
 */
import { isClosing, isOpening, spaceBetween } from './spacing.js';
import type { Comment, Token } from './tokens.js';

export type Gap =
  /** On the same line. A comment that lasts to the end of its line goes on at `indent`. */
  | { readonly kind: 'inline'; readonly indent: number }
  /** `}` of an empty body, directly behind its `{`. */
  | { readonly kind: 'none' }
  /** The token begins a line at `indent`. Comments before it stand at `commentIndent`. Blank lines: one at the most, exactly one, or none. */
  | { readonly kind: 'line'; readonly indent: number; readonly commentIndent: number; readonly blank: 'kept' | 'one' | 'none' };

/** Comments that stand on one line. */
type Run = readonly Comment[];

function runsOf(comments: readonly Comment[]): Run[] {
  const runs: Comment[][] = [];
  for (const comment of comments) {
    const last = runs.at(-1);
    if (last && comment.newlines === 0) last.push(comment);
    else runs.push([comment]);
  }
  return runs;
}

/** Lines that all begin with `*` are moved with the comment; any other text inside stays where it is. */
function commentText({ text }: Comment, indent: number): string {
  const [first, ...rest] = text.split('\n');
  if (rest.length === 0 || !rest.every((line) => /^\s*\*/.test(line))) return text;
  return [first, ...rest.map((line) => `${' '.repeat(indent + 1)}${line.trimStart()}`)].join('\n');
}

class Printer {
  text = '';

  #line(indent: number, blank = false): void {
    if (this.text !== '') this.text += `\n${blank ? '\n' : ''}`;
    this.text += ' '.repeat(indent);
  }

  #run(run: Run, indent: number): void {
    this.text += run.map((comment) => commentText(comment, indent)).join(' ');
  }

  inline(before: string, token: Token, indent: number): void {
    let atStart = false;
    for (const [index, comment] of token.comments.entries()) {
      if (!atStart) {
        if (comment.toEndOfLine && comment.newlines > 0) this.#line(indent);
        else if (index > 0 || comment.toEndOfLine || !isOpening(before)) this.text += ' ';
      }
      this.#run([comment], indent);
      atStart = comment.toEndOfLine;
      if (atStart) this.#line(indent);
    }
    if (token.comments.length === 0) this.text += spaceBetween(before, token.image);
    else if (!atStart && !isClosing(token.image)) this.text += ' ';
  }

  ownLine(before: string | undefined, token: Token, { indent, commentIndent, blank }: Gap & { kind: 'line' }): void {
    const runs = runsOf(token.comments);
    const closes = token.image === '}' || token.image === ')' || token.image === '';
    // Directly behind what opens a body there is no blank line.
    let wantsBlank = blank === 'one';
    let mayBlank = blank !== 'none' && before !== '{' && before !== '(';
    const next = (newlines: number, at: number): void => {
      this.#line(at, wantsBlank || (mayBlank && newlines > 1));
      wantsBlank = false;
      mayBlank = blank !== 'none';
    };
    // What stands between two tokens of one line belongs to the second of them, if it does not close something.
    const leads = runs.length > 0 && !token.comments.at(-1)?.toEndOfLine && token.newlines === 0 && !closes;
    for (const [index, run] of runs.entries()) {
      const behind = index === 0 && run[0].newlines === 0 && before !== undefined && !(leads && runs.length === 1);
      if (behind) this.text += ' ';
      else next(run[0].newlines, commentIndent);
      this.#run(run, commentIndent);
    }
    if (leads) this.text += ' ';
    else if (token.image !== '') {
      if (closes) mayBlank = false;
      next(token.newlines, indent);
    }
  }

  token({ image, suffix }: Token): void {
    this.text += image + suffix;
  }
}

/** The text of a file, or of the tokens from `from` up to, not including, `to`, without what stands before the first of them. */
export function print(tokens: readonly Token[], gaps: readonly Gap[], from?: number, to = tokens.length): string {
  const printer = new Printer();
  for (let index = from ?? 0; index < to; index++) {
    const token = tokens[index];
    if (index !== from) {
      const gap = gaps[index];
      if (gap.kind === 'inline') printer.inline(tokens[index - 1].image, token, gap.indent);
      else if (gap.kind === 'line') printer.ownLine(tokens[index - 1]?.image, token, gap);
    }
    printer.token(token);
  }
  return printer.text;
}
