/** What the language itself names: types and annotations, each with what it is. */
import { AstUtils } from 'langium';
import { SCALARS } from '../../abi/schema.js';
import { SCALAR_BYTES } from '../../abi/type-layout.js';
import { ANNOTATIONS } from '../annotations.js';
import type { Span } from '../diagnostic.js';
import { isAnnotation, isNamedType } from '../grammar/generated/ast.js';
import type { Module } from '../modules.js';
import { spanOf } from '../syntax-places.js';

function scalarText(scalar: keyof typeof SCALAR_BYTES): string {
  const bytes = SCALAR_BYTES[scalar];
  const type = scalar === 'bool' ? '`boolean`' : scalar === 'u64' || scalar === 'i64' ? '`bigint`' : '`number`';
  return `${type} in TypeScript; ${bytes} byte${bytes === 1 ? '' : 's'}, aligned to ${bytes}`;
}

/** Each built-in type by name: how it is written, and what it is. */
export const BUILT_INS: ReadonlyMap<string, { readonly written: string; readonly text: string }> = new Map([
  ...SCALARS.map((scalar) => [scalar, { written: scalar, text: scalarText(scalar) }] as const),
  ['string', { written: 'string<=N', text: 'UTF-8 in a block of its own; `<=N` bounds its bytes. A slot, and 4 bytes' }],
  ['bytes', { written: 'bytes<=N', text: 'Bytes in a block of their own; `<=N` bounds them. A slot, and 4 bytes' }],
  ['void', { written: 'void', text: 'What a method returns that returns nothing, or the first type of its `Result`' }],
  ['Option', { written: 'Option<T>', text: '`T | null` in TypeScript. A byte more than T; nothing more for an `RRef`' }],
  ['Result', { written: 'Result<T, E>', text: 'An expected outcome: `{ ok: true, value } | { ok: false, error }`. The larger of the two, and a byte' }],
  ['RRef', { written: 'RRef<T>', text: 'A handle to a struct or enum on the shared heap. It moves; `&RRef<T>` lends it for the call. A slot' }],
  ['RRefArray', { written: 'RRefArray<T, N>', text: 'A handle to N slots for children of type T. A slot, and a block of N slots' }],
  ['RRefDeque', { written: 'RRefDeque<T, N>', text: 'A handle to a ring of N slots for children of type T. A slot, and a block of N slots and 8 bytes' }],
  ['RRefVec', { written: 'RRefVec<T>', text: 'A handle to a run of plain values. A slot, and a block as long as the values' }],
]);

/** The built-in type or the annotation at an offset. */
export function builtInAt(module: Module, offset: number): { readonly span: Span; readonly text: string } | undefined {
  for (const declaration of module.document.declarations) {
    for (const node of AstUtils.streamAst(declaration)) {
      const isType = isNamedType(node);
      if (!isType && !isAnnotation(node)) continue;
      const span = spanOf(module.file, node, 'name');
      if (!node.name || offset < span.offset || offset > span.offset + span.length) continue;
      const known = isType ? BUILT_INS.get(node.name) : ANNOTATIONS.get(node.name);
      if (known) return { span, text: `\`\`\`idl\n${known.written}\n\`\`\`\n\n${known.text}.` };
    }
  }
  return undefined;
}
