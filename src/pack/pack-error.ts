/**
 * PackError: why the trusted build refuses an extension, where, and what its author can do about it.
 *
 * The codes are stable. A message has up to four parts: the code with what is wrong, the place, the line with a caret, and the
 * way out. An error crosses threads as `PackFault`, which is data, because structured clone drops classes and their fields.
 */

/** The stable codes and what each refuses. */
export const PACK_CODES = {
  PACK001: 'the entry file cannot be read',
  PACK002: 'a file of a kind that the build does not know',
  PACK003: 'a syntax error',
  PACK004: 'an import that does not resolve',
  PACK005: 'a module of Node itself',
  PACK006: 'a part of deciduous that an extension does not get',
  PACK007: 'a generated module whose schema does not hold',
  PACK008: 'no default export',
  PACK009: 'import() of something that is not known when the extension is built',
  PACK010: 'a direct eval',
  PACK011: 'syntax that strict code does not have, or that engines read in two ways',
  PACK012: "a name that is the build's own",
  PACK013: 'await outside of a function',
  PACK014: 'import.meta',
  PACK015: 'arguments outside of a function',
  PACK016: "a file outside of the extension's folder",
  PACK017: 'an import of a name that its module does not export',
  PACK018: 'a program that is too large or nested too deeply',
  PACK019: 'text that the compartment would refuse',
  PACK020: 'a definition that cannot be read before it runs',
  PACK021: 'a regular expression that is too large',
} as const;

export type PackCode = keyof typeof PACK_CODES;

/** A refusal as data. Lines and columns count from 1. */
export interface PackFault {
  readonly code: PackCode;
  readonly what: string;
  readonly wayOut: string;
  readonly file?: string | undefined;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
  /** The text of the line, for the excerpt. */
  readonly lineText?: string | undefined;
}

/** How much of a line an excerpt shows on either side of the caret: bundled libraries have lines of a megabyte. */
const EXCERPT_SIDE = 60;

function excerpt(lineText: string, line: number, column: number): string {
  const at = Math.max(0, Math.min(column - 1, lineText.length));
  const from = Math.max(0, at - EXCERPT_SIDE);
  const text = lineText.slice(from, at + EXCERPT_SIDE).replace(/[\t\r\n]/g, ' ');
  const gutter = String(line);
  return `  ${gutter} | ${text}\n  ${' '.repeat(gutter.length)} | ${' '.repeat(at - from)}^`;
}

function messageOf(fault: PackFault): string {
  const parts = [`${fault.code}: ${fault.what}`];
  if (fault.file !== undefined) {
    const place = fault.line === undefined ? fault.file : `${fault.file}:${fault.line}:${fault.column ?? 1}`;
    parts.push(`  at ${place}`);
    if (fault.lineText !== undefined && fault.line !== undefined) {
      parts.push(excerpt(fault.lineText, fault.line, fault.column ?? 1));
    }
  }
  parts.push(`  ${fault.wayOut}`);
  return parts.join('\n');
}

/** Thrown by every function of the trusted build whose input is not fit to run in a domain. */
export class PackError extends Error {
  override readonly name = 'PackError';
  readonly code: PackCode;
  /** The file at fault, as an absolute path. */
  readonly file?: string;
  /** Counted from 1. */
  readonly line?: number;
  /** Counted from 1, in UTF-16 units. */
  readonly column?: number;
  /** The same refusal as data, for crossing threads and for `--json`. */
  readonly fault: PackFault;

  constructor(fault: PackFault) {
    super(messageOf(fault));
    this.code = fault.code;
    this.fault = fault;
    if (fault.file !== undefined) this.file = fault.file;
    if (fault.line !== undefined) this.line = fault.line;
    if (fault.column !== undefined) this.column = fault.column;
  }
}
