/**
 * Diagnostics: what is wrong, where, by which rule, and the way out. The compiler collects them and goes on, so that one run tells all.
 */
import type { Fix } from './fix.js';
import { LineMap } from './line-map.js';
import { RULES, type RuleCode, type RuleName } from './rules.js';

export interface SourceFile {
  /** As it was given, or relative to the file that imports it. */
  readonly path: string;
  readonly text: string;
}

/** A stretch of a file, in UTF-16 units. */
export interface Span {
  readonly file: SourceFile;
  readonly offset: number;
  readonly length: number;
}

export interface Diagnostic {
  readonly code: RuleCode;
  readonly severity: 'error';
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
  readonly length: number;
  readonly message: string;
  readonly rule: string;
  readonly wayOut: string;
  /** The source line, and a line of carets below it. */
  readonly excerpt: string;
  /** Edits of the same file after which this is no longer wrong; absent where the way out is a choice. */
  readonly fix?: Fix;
}

const EXCERPT_WIDTH = 120;

/** Terminals give two columns to these, and none to marks that stand on the character before them. */
const WIDE = /^[\p{Emoji_Presentation}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff01-\uff60]$/u;
const NARROW = /^[\p{Mn}\p{Me}\p{Cf}]$/u;

function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += NARROW.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return columns;
}

/** Carets stop at the end of the line; a very long line is cut around them. Control characters could fool a terminal and are replaced. */
function excerptOf(whole: string, line: number, column: number, length: number): string {
  const from = column > EXCERPT_WIDTH - 20 ? column - 40 : 0;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is replaced
  const shown = whole.slice(from, from + EXCERPT_WIDTH).replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]|\p{Cs}/gu, '\ufffd');
  const before = shown.slice(0, column - 1 - from);
  const indent = before.replace(/[^\t]+/g, (run) => ' '.repeat(columnsOf(run)));
  const carets = '^'.repeat(Math.max(1, columnsOf(shown.slice(before.length, before.length + length))));
  const gutter = String(line).padStart(4);
  return `${gutter} | ${shown}\n${' '.repeat(gutter.length)} | ${indent}${carets}`;
}

/** What is said of words that a parser which stumbles takes for names and annotations. What is said of types goes on: their notation is like nothing else. */
const ECHOES: ReadonlySet<RuleName> = new Set(['reserved', 'duplicate', 'empty', 'returnType', 'annotation', 'duration', 'since']);

/** Collects diagnostics; the same rule broken twice at one place is told once. */
export class Reporter {
  readonly #found = new Map<string, Diagnostic>();
  readonly #lines = new Map<SourceFile, LineMap>();
  readonly #muffled = new Map<SourceFile, readonly { readonly from: number; readonly to: number }[]>();

  /** Says where the parser stumbled: there, what depends on taking a word for a name or an annotation is not told. */
  muffle(file: SourceFile, stretches: readonly { readonly from: number; readonly to: number }[]): void {
    this.#muffled.set(file, stretches);
  }

  report(span: Span, rule: RuleName, message: string, wayOut: string, fix?: Fix): void {
    const [code, sentence] = RULES[rule];
    const offset = Math.max(0, Math.min(span.offset, span.file.text.length));
    const length = Math.max(1, span.length);
    const keyOf = (each: string): string => `${span.file.path}\n${offset}\n${each}`;
    const key = keyOf(code);
    // What the parser did not expect it may have taken for something else, of which there is nothing to be said.
    if (ECHOES.has(rule) && this.#muffled.get(span.file)?.some(({ from, to }) => offset < to && offset + length > from)) return;
    if (this.#found.has(key) || this.#found.has(keyOf(RULES.syntax[0]))) return;
    const lines = this.#linesOf(span.file);
    const { line, column } = lines.positionOf(offset);
    const excerpt = excerptOf(lines.line(line), line, column, length);
    this.#found.set(key, {
      code,
      severity: 'error',
      file: span.file.path,
      line,
      column,
      length,
      message,
      rule: sentence,
      wayOut,
      excerpt,
      ...(fix && { fix }),
    });
  }

  /** Nothing was reported so far. */
  get isSilent(): boolean {
    return this.#found.size === 0;
  }

  #linesOf(file: SourceFile): LineMap {
    let lines = this.#lines.get(file);
    if (!lines) this.#lines.set(file, (lines = new LineMap(file.text)));
    return lines;
  }

  /** By file in the order of their first mention, then by place. */
  sorted(): Diagnostic[] {
    const all = [...this.#found.values()];
    const files = [...new Set(all.map((one) => one.file))];
    return all.sort((a, b) => files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line || a.column - b.column || (a.code < b.code ? -1 : 1));
  }
}

/** A diagnostic as people read it. */
export function renderDiagnostic(diagnostic: Diagnostic): string {
  const { code, file, line, column, message, rule, wayOut, excerpt } = diagnostic;
  return `${file}:${line}:${column}: ${code}: ${message}\n${excerpt}\n  rule: ${rule}\n  way out: ${wayOut}\n`;
}
