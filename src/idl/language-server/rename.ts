/**
 * Renaming: every place where a name stands, or a reason why not. The compiler is the judge: what it has against the renamed files and had not before is
 * the reason, so that reserved, taken and colliding names are refused by the rules that hold anyway.
 */
import path from 'node:path';
import type { Position, Range, TextEdit, WorkspaceEdit } from 'vscode-languageserver';
import type { Diagnostic, Span } from '../diagnostic.js';
import { placesOf } from './definition.js';
import { rangeOf } from './diagnostics.js';
import { nameAt, type NameUse } from './names.js';
import type { Workspace } from './workspace.js';

/** Why a name cannot be renamed, in words. */
export class RenameRefusal extends Error {}

function nameToRename(workspace: Workspace, filePath: string, position: Position): NameUse {
  const found = workspace.module(filePath);
  const name = found && nameAt(found.module, workspace.document(filePath).offsetAt(position));
  if (!name) throw new RenameRefusal('there is no name here that this file, or one that it imports, declares');
  if (name.role === 'import') throw new RenameRefusal('this is the path of a file: rename the file, and correct the path');
  return name;
}

/** What would be renamed. Throws a RenameRefusal where there is nothing. */
export function renamable(workspace: Workspace, filePath: string, position: Position): { range: Range; placeholder: string } {
  const { span, meaning } = nameToRename(workspace, filePath, position);
  return { range: rangeOf(workspace.document(filePath), span.offset, span.length), placeholder: meaning.name };
}

/** Throws a RenameRefusal that says why not. */
export function rename(workspace: Workspace, folders: readonly string[], filePath: string, position: Position, to: string): WorkspaceEdit {
  const { meaning } = nameToRename(workspace, filePath, position);
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(to)) throw new RenameRefusal(`\`${to}\` is not a name: use letters, digits and _, no digit first`);
  if (to === meaning.name) return { changes: {} };
  const byFile = new Map<string, Span[]>();
  for (const span of placesOf(workspace, folders, meaning.key, false)) {
    const key = path.resolve(span.file.path);
    byFile.set(key, [...(byFile.get(key) ?? []), span]);
  }
  const renamed = new Map([...byFile].map(([each, spans]) => [each, written(spans, to)]));
  const reason = objection(workspace.checkWith([...byFile.keys()]).diagnostics, workspace.checkWith([...byFile.keys()], renamed).diagnostics);
  if (reason) throw new RenameRefusal(`\`${meaning.name}\` cannot be called \`${to}\`: ${reason.message}`);
  const changes: Record<string, TextEdit[]> = {};
  for (const [each, spans] of byFile) {
    const document = workspace.document(each);
    changes[workspace.uriOf(each)] = spans.map(({ offset, length }) => ({ range: rangeOf(document, offset, length), newText: to }));
  }
  return { changes };
}

/** The text of the spans' file with `to` in their places. */
function written(spans: readonly Span[], to: string): string {
  const { text } = spans[0].file;
  let at = 0;
  const parts = [...spans]
    .sort((a, b) => a.offset - b.offset)
    .map(({ offset, length }) => {
      const part = text.slice(at, offset) + to;
      at = offset + length;
      return part;
    });
  return parts.join('') + text.slice(at);
}

/** A diagnostic of a rule that is broken more often afterwards. */
function objection(before: readonly Diagnostic[], after: readonly Diagnostic[]): Diagnostic | undefined {
  const had = new Map<string, number>();
  for (const { code } of before) had.set(code, (had.get(code) ?? 0) + 1);
  const old = new Set(before.map(({ code, message }) => `${code} ${message}`));
  const worse = after.filter(({ code }) => after.filter((each) => each.code === code).length > (had.get(code) ?? 0));
  return worse.find(({ code, message }) => !old.has(`${code} ${message}`)) ?? worse[0];
}
