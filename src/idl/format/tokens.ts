/**
 * A file as its formatter sees it: the tokens, each with the comments before it and with how many line ends the author put before each of them. Commas that
 * the grammar leaves to taste, behind the last of a list, are taken out; the layout puts one back where it wants one.
 */

/** A token or comment as the lexer found it. */
export interface Lexeme {
  readonly image: string;
  readonly startOffset: number;
}

export interface Comment {
  /** Without space at the ends of its lines, which end in `\n`. */
  readonly text: string;
  /** It lasts to the end of its line, so what follows stands on another. */
  readonly toEndOfLine: boolean;
  /** Line ends between it and what stands before it. */
  readonly newlines: number;
}

export interface Token {
  readonly image: string;
  readonly comments: readonly Comment[];
  /** Line ends between it and what stands before it: the last of its comments, where it has any. */
  readonly newlines: number;
  /** A comma that the layout adds behind it. */
  suffix: '' | ',';
}

const LINE_END = /\r\n|\r|\n/g;

function commentOf(image: string, newlines: number): Comment {
  const lines = image.split(LINE_END).map((line) => line.trimEnd());
  return { text: lines.join('\n'), toEndOfLine: image.startsWith('//'), newlines };
}

/** Whether the author went on to another line somewhere between the token before and this one. */
export function startsLine({ newlines, comments }: Token): boolean {
  return newlines > 0 || comments.some((comment) => comment.newlines > 0 || comment.toEndOfLine);
}

/** The tokens of a text in order, and behind them an empty one that holds the comments at its end. */
export function tokensOf(text: string, lexemes: readonly Lexeme[], comments: readonly Lexeme[]): Token[] {
  const all = [...lexemes.map((each) => ({ ...pick(each), isComment: false })), ...comments.map((each) => ({ ...pick(each), isComment: true }))].sort(
    (a, b) => a.startOffset - b.startOffset,
  );
  const tokens: Token[] = [];
  let waiting: Comment[] = [];
  let at = 0;
  for (const { image, startOffset, isComment } of [...all, { image: '', startOffset: text.length, isComment: false }]) {
    const newlines = text.slice(at, startOffset).match(LINE_END)?.length ?? 0;
    at = startOffset + image.length;
    if (isComment) {
      waiting.push(commentOf(image, newlines));
    } else {
      tokens.push({ image, comments: waiting, newlines, suffix: '' });
      waiting = [];
    }
  }
  return withoutLastCommas(tokens);
}

function pick({ image, startOffset }: Lexeme): Lexeme {
  return { image, startOffset };
}

/** A comma before a bracket that closes says nothing. Its comments go to the bracket. */
function withoutLastCommas(tokens: readonly Token[]): Token[] {
  const kept: Token[] = [];
  let comma: Token | undefined;
  for (const token of tokens) {
    const closes = token.image === ')' || token.image === '}';
    if (comma && closes) {
      const [first, ...rest] = token.comments;
      // Behind a comment that lasts to the end of its line, what stood behind the comma is on a line of its own.
      const onNext = comma.comments.at(-1)?.toEndOfLine === true;
      const moved = first && { ...first, newlines: Math.max(first.newlines, onNext ? 1 : 0) };
      kept.push({ ...token, comments: [...comma.comments, ...(moved ? [moved, ...rest] : [])] });
      comma = undefined;
      continue;
    }
    if (comma) kept.push(comma);
    comma = token.image === ',' ? token : undefined;
    if (!comma) kept.push(token);
  }
  return kept;
}
