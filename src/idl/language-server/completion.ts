/** Completion: what may be written at a place. The grammar says of what kind, the declarations what there is. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { type CompletionItem, CompletionItemKind, InsertTextFormat, type Position } from 'vscode-languageserver';
import { ANNOTATIONS, type Annotated } from '../annotations.js';
import { isConst, isEnum, isInterface, isStruct } from '../grammar/generated/ast.js';
import type { Module } from '../modules.js';
import type { Declaration } from '../parse.js';
import { sourceOf } from '../syntax-places.js';
import { BUILT_INS } from './built-ins.js';
import { expectedAt } from './expected.js';
import type { Workspace } from './workspace.js';

/** What stands before a declaration or a member that is opened by this word. */
const MEMBERS: { readonly [inside: string]: Annotated } = { struct: 'field', enum: 'variant', interface: 'method' };
/** Refused wherever it stands. */
const NEVER = new Set(['mut']);
const SHAPES: { readonly [name: string]: string } = {
  Option: 'Option<$1>',
  Result: 'Result<$1, $2>',
  RRef: 'RRef<$1>',
  RRefArray: 'RRefArray<$1, $2>',
  RRefDeque: 'RRefDeque<$1, $2>',
  RRefVec: 'RRefVec<$1>',
};

export function completionsAt(workspace: Workspace, filePath: string, position: Position): CompletionItem[] {
  const found = workspace.module(filePath);
  const document = workspace.document(filePath);
  const text = document.getText();
  const offset = document.offsetAt(position);
  const begun = /[A-Za-z_][A-Za-z0-9_]*$/.exec(text.slice(Math.max(0, offset - 200), offset))?.[0].length ?? 0;
  const expected = expectedAt(text, offset - begun);
  if (!expected) return found ? pathsAt(found.module, text, offset) : [];
  const { keywords, annotation, type, length, inside, qualifier } = expected;
  const items: CompletionItem[] = [...keywords]
    .filter((word) => /^[a-z]/.test(word) && !NEVER.has(word))
    .map((label) => ({ label, kind: CompletionItemKind.Keyword }));
  if (annotation) items.push(...annotations(inside));
  if (!found) return items;
  const { module } = found;
  if (qualifier !== undefined) {
    const home = qualifier === module.package ? module : module.imports.get(qualifier);
    if (home) items.push(...declared(home, type, length));
    return items;
  }
  if (type) items.push(...builtIns(inside), ...declared(module, true, false), ...packages(module, isType));
  if (length) items.push(...declared(module, false, true), ...packages(module, isConst));
  return items;
}

function annotations(inside: string | undefined): CompletionItem[] {
  const member = inside === undefined ? undefined : MEMBERS[inside];
  return [...ANNOTATIONS]
    .filter(([, { places }]) =>
      member === undefined ? places.some((place) => place !== 'method' && place !== 'field' && place !== 'variant') : places.includes(member),
    )
    .map(([label, { written, text, places }]) => ({
      label,
      kind: CompletionItemKind.Event,
      detail: written,
      documentation: `${text}. It stands before: ${places.join(', ')}.`,
      insertText: written.slice(1).replace(/\((.*)\)/, '($${1:$1})'),
      insertTextFormat: InsertTextFormat.Snippet,
    }));
}

function builtIns(inside: string | undefined): CompletionItem[] {
  return [...BUILT_INS]
    .filter(([name]) => name !== 'void' || inside === 'interface')
    .map(([label, { text }]) => ({
      label,
      kind: CompletionItemKind.TypeParameter,
      documentation: { kind: 'markdown', value: `${text}.` },
      ...(SHAPES[label] !== undefined && { insertText: SHAPES[label], insertTextFormat: InsertTextFormat.Snippet }),
    }));
}

const isType = (declaration: Declaration): boolean => !isConst(declaration);

function declared(home: Module, types: boolean, constants: boolean): CompletionItem[] {
  return [...home.declarations.values()]
    .filter((declaration) => (isConst(declaration) ? constants : types))
    .map((declaration) => {
      const doc = home.docs.before(declaration.$cstNode);
      return { ...appearance(home, declaration), label: declaration.name, ...(doc !== undefined && { documentation: doc }) };
    });
}

function appearance(home: Module, declaration: Declaration): { kind: CompletionItemKind; detail: string } {
  const name = `${home.package}.${declaration.name}`;
  if (isStruct(declaration)) return { kind: CompletionItemKind.Struct, detail: `struct ${name}` };
  if (isEnum(declaration)) return { kind: CompletionItemKind.Enum, detail: `enum ${name}` };
  if (isInterface(declaration)) return { kind: CompletionItemKind.Interface, detail: `interface ${name}` };
  return { kind: CompletionItemKind.Constant, detail: `${sourceOf(declaration, 'type') ?? ''} = ${sourceOf(declaration, 'value') ?? ''}` };
}

/** What imported packages declare, written with their package. */
function packages(module: Module, wanted: (declaration: Declaration) => boolean): CompletionItem[] {
  return [...module.imports.values()].flatMap((home) =>
    [...home.declarations.values()].filter(wanted).map((declaration) => {
      const label = `${home.package}.${declaration.name}`;
      // So that it is found by the name alone too.
      return { ...appearance(home, declaration), label, filterText: `${declaration.name} ${label}` };
    }),
  );
}

/** The files that an import which has been begun could name, and the folders on the way to them. */
function pathsAt(module: Module, text: string, offset: number): CompletionItem[] {
  const line = text.slice(Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1, offset);
  const begun = /^\s*import\s+["']([^"']*)$/.exec(line)?.[1];
  if (begun === undefined) return [];
  const folder = path.resolve(path.dirname(module.file.path), begun.slice(0, begun.lastIndexOf('/') + 1));
  const prefix = begun.includes('/') ? '' : './';
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => (entry.isDirectory() ? !entry.name.startsWith('.') && entry.name !== 'node_modules' : entry.name.endsWith('.idl')))
      .filter((entry) => path.join(folder, entry.name) !== path.resolve(module.file.path))
      .map((entry) => ({
        label: `${prefix}${entry.name}${entry.isDirectory() ? '/' : ''}`,
        kind: entry.isDirectory() ? CompletionItemKind.Folder : CompletionItemKind.File,
      }));
  } catch {
    return [];
  }
}
