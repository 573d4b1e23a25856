/** Diagnostics as editors show them: those of the compiler, of each open file and of what it imports. */
import { readFileSync } from 'node:fs';
import { DiagnosticSeverity, type Diagnostic as Shown, type Range } from 'vscode-languageserver';
import type { TextDocument } from 'langium';
import type { Diagnostic } from '../diagnostic.js';
import type { Analysis, Workspace } from './workspace.js';

/** The pages of the codes, which ship with the package. */
const PAGES = new URL('../../../docs/errors/', import.meta.url);
const pages = new Map<string, string | undefined>();

function pageOf(code: string): string | undefined {
  if (!pages.has(code)) {
    const page = new URL(`${code}.md`, PAGES);
    try {
      readFileSync(page);
      pages.set(code, page.href);
    } catch {
      pages.set(code, undefined);
    }
  }
  return pages.get(code);
}

export function rangeOf(document: TextDocument, offset: number, length: number): Range {
  return { start: document.positionAt(offset), end: document.positionAt(offset + length) };
}

export function rangeOfDiagnostic(document: TextDocument, { line, column, length }: Diagnostic): Range {
  const start = { line: line - 1, character: column - 1 };
  return { start, end: document.positionAt(document.offsetAt(start) + length) };
}

function shown(document: TextDocument, diagnostic: Diagnostic): Shown {
  const page = pageOf(diagnostic.code);
  return {
    range: rangeOfDiagnostic(document, diagnostic),
    severity: DiagnosticSeverity.Error,
    code: diagnostic.code,
    ...(page !== undefined && { codeDescription: { href: page } }),
    source: 'deciduous',
    message: `${diagnostic.message}\nway out: ${diagnostic.wayOut}`,
    data: { rule: diagnostic.rule, wayOut: diagnostic.wayOut },
  };
}

/** By file, what any of the analyses says of it, each once: two open files may import a third that is wrong. */
export function diagnosticsByFile(analyses: readonly Analysis[]): Map<string, Diagnostic[]> {
  const byFile = new Map<string, Map<string, Diagnostic>>();
  for (const analysis of analyses) {
    if (!byFile.has(analysis.path)) byFile.set(analysis.path, new Map());
    for (const diagnostic of [...analysis.diagnostics, ...analysis.published]) {
      const { file, code, line, column, message } = diagnostic;
      let those = byFile.get(file);
      if (!those) byFile.set(file, (those = new Map()));
      those.set(`${code} ${line} ${column} ${message}`, diagnostic);
    }
  }
  return new Map([...byFile].map(([file, those]) => [file, [...those.values()].sort((a, b) => a.line - b.line || a.column - b.column)]));
}

export function shownDiagnostics(workspace: Workspace, filePath: string, diagnostics: readonly Diagnostic[]): Shown[] {
  const document = workspace.document(filePath);
  return diagnostics.map((diagnostic) => shown(document, diagnostic));
}
