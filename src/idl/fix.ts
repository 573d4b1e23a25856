/** Machine fixes: edits that make one diagnostic go away, where there is one way out and no choice in it. */
/** As a diagnostic's span, which is made of this. */
interface Stretch {
  readonly file: { readonly text: string };
  readonly offset: number;
  readonly length: number;
}

export interface Edit {
  /** In UTF-16 units of the diagnostic's file, as it was when it was compiled. */
  readonly offset: number;
  /** How much is replaced; 0 inserts. */
  readonly length: number;
  readonly text: string;
}

export interface Fix {
  /** What it does, as an imperative: `Write u32`. */
  readonly title: string;
  /** In the order of the file; they do not overlap. */
  readonly edits: readonly Edit[];
}

/** Writes `text` where `span` is. */
export function replacement(span: Stretch, text: string, title = `Write ${text}`): Fix {
  return { title, edits: [{ offset: span.offset, length: span.length, text }] };
}

/** What is written in a span. */
export function written({ file, offset, length }: Stretch): string {
  return file.text.slice(offset, offset + length);
}

/** Puts `text` at an offset. */
export function insertion(offset: number, text: string, title: string): Fix {
  return { title, edits: [{ offset, length: 0, text }] };
}

/** Takes a span away, with the space behind it where something stands before it on its line, and with its line where nothing else stands there. */
export function removal({ file: { text }, offset, length }: Stretch, title: string): Fix {
  let end = offset + length;
  while (text[end] === ' ' || text[end] === '\t') end += 1;
  const lineStart = Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1;
  const alone = text.slice(lineStart, offset).trim() === '' && (end >= text.length || text[end] === '\r' || text[end] === '\n');
  if (!alone) return { title, edits: [{ offset, length: end - offset, text: '' }] };
  if (text[end] === '\r') end += 1;
  if (text[end] === '\n') end += 1;
  return { title, edits: [{ offset: lineStart, length: end - lineStart, text: '' }] };
}
