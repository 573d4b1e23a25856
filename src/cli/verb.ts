/**
 * What the verbs of the command line have in common: how they describe themselves, and how they refuse wrong use.
 *
 * A verb's `run` answers its exit code: 0 fine, 1 what was asked for did not hold. Wrong use is a UsageError and makes 2.
 */
import { readFileSync } from 'node:fs';
import type { CommandMeta } from 'citty';
import { shown, shownInLine } from './shown-text.js';

export interface VerbMeta extends CommandMeta {
  readonly name: string;
  readonly description: string;
  /** Command lines that work, shown by `--help`. */
  readonly examples: readonly string[];
}

/** For the `meta` of a command. */
export function verbMeta(meta: VerbMeta): CommandMeta {
  return meta;
}

/** The command was called in a way that means nothing. The message says what to write instead. */
export class UsageError extends Error {}

/** Writes lines to standard output: the answer that was asked for. */
export function print(text: string): void {
  process.stdout.write(closed(shown(text)));
}

/** Writes lines to standard error: what is wrong, and progress. */
export function complain(text: string): void {
  process.stderr.write(closed(shown(text)));
}

const closed = (text: string): string => (text.endsWith('\n') ? text : `${text}\n`);

/** An answer for programs: one JSON object on one line. */
export function printJson(answer: object): void {
  print(shownInLine(JSON.stringify(answer)));
}

export function packageVersion(): string {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
  return manifest.version;
}
