/** Where a name is declared, and where it is used. */
import path from 'node:path';
import type { Location, LocationLink, Position } from 'vscode-languageserver';
import type { Span } from '../diagnostic.js';
import type { Module } from '../modules.js';
import { rangeOf } from './diagnostics.js';
import { nameAt, namesIn } from './names.js';
import { projectModules } from './project.js';
import type { Workspace } from './workspace.js';

function locationOf(workspace: Workspace, { file, offset, length }: Span): Location {
  const document = workspace.document(file.path);
  return { uri: workspace.uriOf(file.path), range: rangeOf(document, offset, length) };
}

/** With `links`, the stretch that was asked about as well: not every editor takes that. */
export function definitionOf(workspace: Workspace, filePath: string, position: Position, links: boolean): LocationLink[] | Location | undefined {
  const found = workspace.module(filePath);
  const document = workspace.document(filePath);
  const name = found && nameAt(found.module, document.offsetAt(position));
  if (!name) return undefined;
  const target = locationOf(workspace, name.meaning.span);
  if (!links) return target;
  return [
    {
      originSelectionRange: rangeOf(document, name.span.offset, name.span.length),
      targetUri: target.uri,
      targetRange: target.range,
      targetSelectionRange: target.range,
    },
  ];
}

/** Every place where a name stands, in the open files, what they import, and the editor's folders. */
export function placesOf(workspace: Workspace, folders: readonly string[], key: string, withImports: boolean): Span[] {
  return projectModules(workspace, folders).flatMap((module: Module) =>
    namesIn(module).flatMap(({ span, meaning, role }) => (meaning.key === key && (withImports || role !== 'import') ? [span] : [])),
  );
}

export function referencesOf(
  workspace: Workspace,
  folders: readonly string[],
  filePath: string,
  position: Position,
  withDeclaration: boolean,
): Location[] | undefined {
  const found = workspace.module(filePath);
  const name = found && nameAt(found.module, workspace.document(filePath).offsetAt(position));
  if (!name) return undefined;
  const { key, span: declared } = name.meaning;
  const isDeclaration = (span: Span): boolean => path.resolve(span.file.path) === path.resolve(declared.file.path) && span.offset === declared.offset;
  return placesOf(workspace, folders, key, true)
    .filter((span) => withDeclaration || !isDeclaration(span))
    .map((span) => locationOf(workspace, span));
}
