/** What the verbs of `deciduous idl` have in common: the files that they are given, and how they tell what is wrong in them. */
import { applyFixes, compile, type Compilation, type Diagnostic, renderDiagnostic, type SourceFile } from '../../idl/index.js';
import { readText, writeWhole } from '../text-file.js';
import { complain, UsageError } from '../verb.js';

export const FILES = { type: 'positional', required: true, description: 'Interface definition files; what they import is read too' } as const;
export const JSON_OPTION = { type: 'boolean', description: 'Answer with one JSON object' } as const;

export function readSource(filePath: string): SourceFile {
  return { path: filePath, text: readText(filePath) };
}

export function sourcesFrom(files: readonly string[]): SourceFile[] {
  if (files.length === 0) throw new UsageError('name at least one .idl file');
  return files.map(readSource);
}

export function compileFiles(files: readonly string[]): Compilation {
  return compile(sourcesFrom(files));
}

/** Mends the files in place. Answers what was mended, each with its place in the file as it was before the round that mended it. */
export function fixFiles(files: readonly string[]): readonly Diagnostic[] {
  const before = files.map(readSource);
  const { sources, applied } = applyFixes(before);
  for (const [index, { path: filePath, text }] of sources.entries()) if (text !== before[index].text) writeWhole(filePath, text);
  return applied;
}

/** Tells people what is wrong. */
export function complainOf(diagnostics: readonly Diagnostic[]): void {
  for (const diagnostic of diagnostics) complain(renderDiagnostic(diagnostic));
  complain(diagnostics.length === 1 ? '1 error' : `${diagnostics.length} errors`);
}
