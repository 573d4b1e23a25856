/** Every name in a file, and what it means: declarations, members, packages, and the uses of them. */
import path from 'node:path';
import { AstUtils } from 'langium';
import type { AstNode } from 'langium';
import type { Span } from '../diagnostic.js';
import { isArrayType, isEnum, isInterface, isNamedType, isStruct } from '../grammar/generated/ast.js';
import type { Module } from '../modules.js';
import type { Declaration } from '../parse.js';
import { lookup } from '../resolve-type.js';
import { leavesOf, spanOf } from '../syntax-places.js';

export type NameKind = 'package' | 'struct' | 'enum' | 'interface' | 'const' | 'field' | 'variant' | 'method' | 'parameter';

/** What a name means. Two uses mean the same where `key` is the same. */
export interface Meaning {
  readonly key: string;
  readonly kind: NameKind;
  readonly name: string;
  readonly home: Module;
  /** Absent for a package. */
  readonly declaration?: Declaration;
  /** The member, or the parameter's method; absent for what is declared at the top. */
  readonly member?: AstNode & { readonly name: string };
  /** Where it is declared. */
  readonly span: Span;
}

export interface NameUse {
  readonly span: Span;
  readonly meaning: Meaning;
  readonly role: 'declaration' | 'use' | 'import';
}

function kindOf(declaration: Declaration): NameKind {
  return isStruct(declaration) ? 'struct' : isEnum(declaration) ? 'enum' : isInterface(declaration) ? 'interface' : 'const';
}

const place = (module: Module): string => path.resolve(module.file.path);

export function packageMeaning(home: Module): Meaning | undefined {
  const [statement] = home.document.packages;
  if (home.package === '' || !statement) return undefined;
  return { key: place(home), kind: 'package', name: home.package, home, span: spanOf(home.file, statement, 'name') };
}

export function declarationMeaning(home: Module, declaration: Declaration): Meaning {
  const span = spanOf(home.file, declaration, 'name');
  // Of two declarations of one name, the first is what uses mean.
  const isFirst = home.declarations.get(declaration.name) === declaration;
  const key = `${place(home)}#${declaration.name}${isFirst ? '' : `@${span.offset}`}`;
  return { key, kind: kindOf(declaration), name: declaration.name, home, declaration, span };
}

type Named = AstNode & { readonly name: string };

function membersOf(declaration: Declaration): { readonly kind: NameKind; readonly member: Named; readonly within?: Named }[] {
  if (isStruct(declaration)) return declaration.fields.map((member) => ({ kind: 'field', member }));
  if (isEnum(declaration)) return declaration.variants.map((member) => ({ kind: 'variant', member }));
  if (!isInterface(declaration)) return [];
  return declaration.methods.flatMap((method) => [
    { kind: 'method', member: method },
    ...method.params.map((param) => ({ kind: 'parameter' as const, member: param, within: method })),
  ]);
}

function memberUses(home: Module, declaration: Declaration, into: NameUse[]): void {
  const { key } = declarationMeaning(home, declaration);
  for (const { kind, member } of membersOf(declaration)) {
    if (!member.name) continue;
    const span = spanOf(home.file, member, 'name');
    // Members are never named elsewhere, so the place tells two of one name apart.
    const meaning: Meaning = { key: `${key}.${member.name}@${span.offset}`, kind, name: member.name, home, declaration, member, span };
    into.push({ span, meaning, role: 'declaration' });
  }
}

/** The parts of a qualified name that stands in a property, each with its place. */
function qualified(module: Module, node: AstNode, property: string, into: NameUse[]): void {
  const parts = leavesOf(node, property).filter(({ text }) => /^[A-Za-z_]/.test(text));
  if (parts.length === 0 || parts.length > 2) return;
  const found = lookup(module, parts.map(({ text }) => text).join('.'));
  const spans = parts.map(({ offset, length }): Span => ({ file: module.file, offset, length }));
  const [qualifier] = parts;
  const home = parts.length === 1 ? undefined : qualifier.text === module.package ? module : module.imports.get(qualifier.text);
  const meaning = home && packageMeaning(home);
  if (meaning) into.push({ span: spans[0], meaning, role: 'use' });
  if (found) into.push({ span: spans[spans.length - 1], meaning: declarationMeaning(found.home, found.declaration), role: 'use' });
}

/** All names of a module that mean something, in no order. */
export function namesIn(module: Module): NameUse[] {
  const names: NameUse[] = [];
  const own = packageMeaning(module);
  if (own) names.push({ span: own.span, meaning: own, role: 'declaration' });
  for (const statement of module.document.imports) {
    const imported = typeof statement.path === 'string' ? importedBy(module, statement.path) : undefined;
    const meaning = imported && packageMeaning(imported);
    if (meaning) names.push({ span: spanOf(module.file, statement, 'path'), meaning, role: 'import' });
  }
  for (const declaration of module.document.declarations) {
    if (declaration.name) {
      const meaning = declarationMeaning(module, declaration);
      names.push({ span: meaning.span, meaning, role: 'declaration' });
      memberUses(module, declaration, names);
    }
    for (const node of AstUtils.streamAst(declaration)) {
      if (isNamedType(node)) {
        qualified(module, node, 'name', names);
        qualified(module, node, 'bound', names);
      } else if (isArrayType(node)) qualified(module, node, 'length', names);
    }
  }
  return names;
}

function importedBy(module: Module, target: string): Module | undefined {
  const filePath = path.resolve(path.dirname(module.file.path), target);
  return [...module.imports.values()].find((each) => place(each) === filePath);
}

/** The name at an offset; at the border of two, the one that begins there. */
export function nameAt(module: Module, offset: number): NameUse | undefined {
  const touching = namesIn(module).filter(({ span }) => span.offset <= offset && offset <= span.offset + span.length);
  return touching.find(({ span }) => offset < span.offset + span.length) ?? touching[0];
}
