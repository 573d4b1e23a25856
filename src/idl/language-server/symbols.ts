/** The outline of a file: declarations with their members. */
import { type DocumentSymbol, SymbolKind } from 'vscode-languageserver';
import type { TextDocument } from 'langium';
import type { AstNode } from 'langium';
import { isEnum, isInterface, isStruct } from '../grammar/generated/ast.js';
import type { Module } from '../modules.js';
import type { Declaration } from '../parse.js';
import { sourceOf, spanOf } from '../syntax-places.js';
import { rangeOf } from './diagnostics.js';

type Named = AstNode & { readonly name: string };

export function symbolsOf(module: Module, document: TextDocument): DocumentSymbol[] {
  const symbol = (node: Named, kind: SymbolKind, detail: string, children: DocumentSymbol[] = []): DocumentSymbol[] => {
    if (!node.name) return [];
    const whole = spanOf(module.file, node);
    const name = spanOf(module.file, node, 'name');
    // The tree of broken text may give a name a place outside its node, which editors refuse.
    const from = Math.min(whole.offset, name.offset);
    const to = Math.max(whole.offset + whole.length, name.offset + name.length);
    return [
      { name: node.name, detail, kind, range: rangeOf(document, from, to - from), selectionRange: rangeOf(document, name.offset, name.length), children },
    ];
  };
  const members = (declaration: Declaration): DocumentSymbol[] => {
    if (isStruct(declaration)) return declaration.fields.flatMap((field) => symbol(field, SymbolKind.Field, sourceOf(field, 'type') ?? ''));
    if (isEnum(declaration)) return declaration.variants.flatMap((variant) => symbol(variant, SymbolKind.EnumMember, ''));
    if (!isInterface(declaration)) return [];
    return declaration.methods.flatMap((method) => symbol(method, SymbolKind.Method, sourceOf(method, 'returns') ?? ''));
  };
  return module.document.declarations.flatMap((declaration) => {
    const [kind, detail] = isStruct(declaration)
      ? [SymbolKind.Struct, 'struct']
      : isEnum(declaration)
        ? [SymbolKind.Enum, 'enum']
        : isInterface(declaration)
          ? [SymbolKind.Interface, 'interface']
          : [SymbolKind.Constant, 'const'];
    return symbol(declaration, kind, detail, members(declaration));
  });
}
