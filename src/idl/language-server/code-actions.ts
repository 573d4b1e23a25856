/** Machine fixes as the editor's quick fixes, and all of a file's at once. */
import { type CodeAction, CodeActionKind, type Range, type TextEdit } from 'vscode-languageserver';
import type { TextDocument } from 'langium';
import { applyFixes } from '../apply-fixes.js';
import type { Diagnostic } from '../diagnostic.js';
import { rangeOf, rangeOfDiagnostic, shownDiagnostics } from './diagnostics.js';
import { replaceWhole } from './whole-text.js';
import type { Workspace } from './workspace.js';

const FIX_ALL = `${CodeActionKind.SourceFixAll}.deciduous`;

function touches(a: Range, b: Range): boolean {
  const before = (one: Range, other: Range): boolean =>
    one.end.line < other.start.line || (one.end.line === other.start.line && one.end.character < other.start.character);
  return !before(a, b) && !before(b, a);
}

/** `only`: the kinds that the editor asks for; all where it says nothing. */
export function codeActions(workspace: Workspace, filePath: string, range: Range, only: readonly string[] | undefined): CodeAction[] {
  const analysis = workspace.analysis(filePath);
  const document = workspace.openDocument(filePath);
  if (!analysis || !document) return [];
  const wants = (kind: string): boolean => !only || only.some((each) => kind === each || kind.startsWith(`${each}.`));
  const own = analysis.diagnostics.filter(({ file }) => file === filePath);
  const actions: CodeAction[] = [];
  if (wants(CodeActionKind.QuickFix)) {
    // Offsets of fixes do not count a byte order mark.
    const unmarked = workspace.document(filePath);
    const near = own.filter((each) => each.fix && touches(rangeOfDiagnostic(unmarked, each), range));
    actions.push(...near.map((each) => quickFix(workspace, filePath, unmarked, each)));
  }
  if (wants(FIX_ALL) && own.some(({ fix }) => fix)) {
    const { sources } = applyFixes([{ path: filePath, text: document.getText() }], { read: workspace.read, parse: workspace.parse });
    const edits = replaceWhole(document, sources[0].text);
    if (edits.length > 0) actions.push({ title: 'Mend all that has one way out', kind: FIX_ALL, edit: { changes: { [document.uri]: edits } } });
  }
  return actions;
}

function quickFix(workspace: Workspace, filePath: string, document: TextDocument, diagnostic: Diagnostic): CodeAction {
  const edits = (diagnostic.fix?.edits ?? []).map(({ offset, length, text }): TextEdit => ({ range: rangeOf(document, offset, length), newText: text }));
  return {
    title: diagnostic.fix?.title ?? '',
    kind: CodeActionKind.QuickFix,
    isPreferred: true,
    diagnostics: shownDiagnostics(workspace, filePath, [diagnostic]),
    edit: { changes: { [document.uri]: edits } },
  };
}
