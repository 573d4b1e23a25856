/**
 * Doc comments: the run of `///` lines that ends right before a node, with nothing but space between.
 */
import type { CstNode } from 'langium';

interface Comment {
  readonly startOffset: number;
  readonly image: string;
}

/** As `\s` has it; most characters are settled by their number. */
function isSpace(unit: number): boolean {
  return unit === 32 || (unit >= 9 && unit <= 13) || (unit > 127 && /\s/.test(String.fromCharCode(unit)));
}

export class DocComments {
  readonly #text: string;
  readonly #byEnd = new Map<number, Comment>();

  constructor(text: string, hidden: readonly Comment[]) {
    this.#text = text;
    for (const token of hidden) {
      // Four slashes draw a line. Space at the end of one is passed like that between comments.
      if (/^\/\/\/(?!\/)/.test(token.image)) this.#byEnd.set(token.startOffset + token.image.trimEnd().length, token);
    }
  }

  /** The lines before a node, without slashes and their one space, joined by newlines; undefined where there are none. */
  before(node: CstNode | undefined): string | undefined {
    if (!node) return undefined;
    const lines: string[] = [];
    let at = node.offset;
    for (;;) {
      while (at > 0 && isSpace(this.#text.charCodeAt(at - 1))) at -= 1;
      const comment = this.#byEnd.get(at);
      if (!comment) break;
      lines.unshift(comment.image.slice(3).replace(/^ /, '').trimEnd());
      at = comment.startOffset;
    }
    const doc = lines.join('\n').trim();
    return doc === '' ? undefined : doc;
  }
}
