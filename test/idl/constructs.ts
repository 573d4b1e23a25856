/** What the language consists of: the rules of its grammar, the rows of the table of types in docs/idl.md, and the annotations that the compiler knows. */
import { readFileSync } from 'node:fs';
import type { AstNode } from 'langium';
import { DeciduousAstReflection } from '../../dist/idl/grammar/generated/ast.js';
import { compile } from '../../dist/idl/index.js';
import { Reporter } from '../../dist/idl/diagnostic.js';
import { parse } from '../../dist/idl/parse.js';

/** What the grammar reads so that the compiler can say what to write instead. The corpus of wrong files has each. */
const READ_TO_BE_REFUSED = new Set([
  'ListType',
  'ListType.element',
  'NullableType',
  'NullableType.value',
  'UnionType',
  'UnionType.left',
  'UnionType.right',
  'LentType.mutable',
  'TupleType.function',
  'TupleType.returns',
  'TupleElement.label',
]);

/** Each type of node, and each of its properties, of which some file has to have one with a value. */
export function constructsOfGrammar(): string[] {
  const reflection = new DeciduousAstReflection();
  // Of the types that are others' supertypes there are no nodes.
  const concrete = reflection.getAllTypes().filter((type) => reflection.getAllSubTypes(type).every((each) => each === type));
  return concrete
    .flatMap((type) => [type, ...Object.keys(reflection.getTypeMetaData(type).properties).map((property) => `${type}.${property}`)])
    .filter((construct) => !READ_TO_BE_REFUSED.has(construct) && !isNeverAnnotated(construct));
}

/** A file with an annotation where each kind of node has its own. */
const ANNOTATED: { readonly [construct: string]: (annotation: string) => string } = {
  'Const.annotations': (annotation) => `${annotation} const N: u8 = 1;`,
  'Enum.annotations': (annotation) => `${annotation} enum E { A }`,
  'Field.annotations': (annotation) => `struct S { ${annotation} a: u8; }`,
  'Interface.annotations': (annotation) => `${annotation} interface I { m(): void; }`,
  'Method.annotations': (annotation) => `interface I { ${annotation} m(): void; }`,
  'Struct.annotations': (annotation) => `${annotation} struct S { a: u8; }`,
  'Variant.annotations': (annotation) => `enum E { ${annotation} A }`,
};

/** The grammar reads annotations everywhere; whether one may stand somewhere is asked of the compiler. */
function isNeverAnnotated(construct: string): boolean {
  if (construct === 'Annotation.arguments') return !annotations().some((each) => each.includes('('));
  if (!Object.hasOwn(ANNOTATED, construct)) return false;
  return annotations().every((annotation) => {
    const { diagnostics } = compile([{ path: 'p.idl', text: `package p;\n${ANNOTATED[construct](annotation)}` }]);
    return diagnostics.some(({ message }) => message.includes('does not apply'));
  });
}

/** As the compiler lists them to whoever misspells one. */
function annotations(): string[] {
  const [{ wayOut }] = compile([{ path: 'p.idl', text: 'package p;\n@misspelt interface I { m(): void; }' }]).diagnostics;
  return [...wayOut.matchAll(/@\w+(\([^)]*\))?/g)].map(([annotation]) => annotation);
}

/** How each row of the table is found in a file. The first column of a row without an entry here is a construct that nothing finds. */
const ROWS: readonly (readonly [row: RegExp, text: RegExp])[] = [
  ...['bool', 'u8', 'u16', 'u32', 'u64', 'i8', 'i16', 'i32', 'i64', 'f32', 'f64', 'void'].map(
    (name) => [new RegExp(`^${name}$`), new RegExp(`: ${name}[,;)]`)] as const,
  ),
  [/^string$/, /: string[,;)]/],
  [/^string<=N$/, /: string<=\w/],
  [/^bytes$/, /: bytes[,;)]/],
  [/^bytes<=N$/, /: bytes<=\w/],
  [/^\[T; N\]$/, /: \[.+; \w+\]/],
  [/^\(A, B\)$/, /: \(\w+, \w+\)/],
  [/^Option<T>$/, /: Option<\w+>/],
  [/^Result<T, E>$/, /: Result<\w+, \w+>/],
  [/^Result<void, E>$/, /: Result<void, \w+>/],
  [/^struct$/, /^struct \w+/m],
  [/^enum$/, /^enum \w+/m],
  [/^RRef<T>$/, /: RRef<\w+>/],
  [/^&RRef<T>$/, /: &RRef<\w+>/],
  [/^RRefArray<T, N>$/, /: RRefArray<\w+, \w+>/],
  [/^RRefDeque<T, N>$/, /: RRefDeque<\w+, \w+>/],
  [/^RRefVec<T>$/, /: RRefVec<\w+>/],
  [/^an interface's name$/, /: Counter[,)]/],
];

/** The first column of the table of types, and the annotations. */
export function constructsOfDocs(): string[] {
  const page = readFileSync('docs/idl.md', 'utf8');
  const table = /^\| IDL \| TypeScript \|.*\n\|[-|]+\n((?:\|.*\n)+)/m.exec(page)?.[1] ?? '';
  const types = table
    .trim()
    .split('\n')
    .map((row) => row.split(' | ')[0].replace(/^\| /, ''));
  // A row names several where they are alike: `u8` `u16`.
  const named = types.flatMap((type) => (type.startsWith('`') ? [...type.matchAll(/`([^`]+)`/g)].map(([, each]) => each) : [type]));
  if (named.length < 25) throw new Error(`the table of types in docs/idl.md has ${named.length} rows: it is not where it was`);
  return [...named, 'Result<void, E>', ...annotations().map((annotation) => annotation.replace(/\(.*/, ''))];
}

/** The constructs that the files have. */
export function constructsUsed(files: readonly string[]): Set<string> {
  const used = new Set<string>();
  for (const path of files) {
    const text = readFileSync(path, 'utf8');
    const parsed = parse({ path, text }, new Reporter());
    if (!parsed || parsed.recovered) throw new Error(`${path} cannot be parsed`);
    used.add('Document');
    for (const part of ['packages', 'imports', 'declarations'] as const) {
      if (parsed.document[part].length > 0) used.add(`Document.${part}`);
      for (const node of parsed.document[part]) visit(node, used);
    }
    for (const construct of constructsOfDocs()) {
      const row = ROWS.find(([name]) => name.test(construct));
      if (construct.startsWith('@') ? new RegExp(`^ *${construct}\\b`, 'm').test(text) : row?.[1].test(text)) used.add(construct);
    }
  }
  return used;
}

function visit(node: AstNode, used: Set<string>): void {
  used.add(node.$type);
  for (const [property, value] of Object.entries(node)) {
    if (property.startsWith('$')) continue;
    const values: unknown[] = Array.isArray(value) ? value : [value];
    if (values.some((each) => each !== undefined && each !== false)) used.add(`${node.$type}.${property}`);
    for (const each of values) if (typeof each === 'object' && each !== null && '$type' in each) visit(each as AstNode, used);
  }
}
