/** The colours of the editor: the grammar run by the editor's own engine. */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type * as Oniguruma from 'vscode-oniguruma';
import type * as Textmate from 'vscode-textmate';

const require = createRequire(import.meta.url);
const textmate = require('vscode-textmate') as typeof Textmate;
const oniguruma = require('vscode-oniguruma') as typeof Oniguruma;
const FILE = 'editors/vscode/syntaxes/deciduous.tmLanguage.json';

let grammar: Textmate.IGrammar;
beforeAll(async () => {
  const wasm = readFileSync(require.resolve('vscode-oniguruma/release/onig.wasm'));
  await oniguruma.loadWASM(wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength) as ArrayBuffer);
  const registry = new textmate.Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (patterns) => oniguruma.createOnigScanner(patterns),
      createOnigString: (text) => oniguruma.createOnigString(text),
    }),
    loadGrammar: async () => textmate.parseRawGrammar(readFileSync(FILE, 'utf8'), FILE),
  });
  grammar = (await registry.loadGrammar('source.deciduous'))!;
});

interface Piece {
  readonly text: string;
  readonly scopes: readonly string[];
  readonly line: number;
}

/** The stretches of a text with their scopes, without space. */
function pieces(text: string): Piece[] {
  let stack: Textmate.StateStack = textmate.INITIAL;
  return text.split('\n').flatMap((line, number) => {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, stack);
    stack = ruleStack;
    return tokens
      .map(({ startIndex, endIndex, scopes }) => ({ text: line.slice(startIndex, endIndex).trim(), scopes, line: number + 1 }))
      .filter((piece) => piece.text !== '');
  });
}

/** `word scope` for each stretch: the innermost scope, without the language's name. */
const scoped = (text: string): string[] => pieces(text).map((piece) => `${piece.text} ${piece.scopes.at(-1)!.replace(/\.deciduous$/, '')}`);

const SHIPPED = [
  ...readdirSync('idl').map((name) => path.join('idl', name)),
  ...readdirSync('test/fixtures/idl').map((name) => path.join('test/fixtures/idl', name)),
  'samples/docs-pipeline/pipeline.idl',
].filter((name) => name.endsWith('.idl'));

describe('the grammar of the editor', () => {
  it.each(SHIPPED)('gives every token of %s a scope, and calls none wrong', (name) => {
    const found = pieces(readFileSync(name, 'utf8'));
    expect(found.length).toBeGreaterThan(10);
    expect(found.filter(({ scopes }) => scopes.length < 2 || scopes.at(-1)!.startsWith('meta.'))).toEqual([]);
    expect(found.filter(({ scopes }) => scopes.some((scope) => scope.startsWith('invalid.')))).toEqual([]);
  });

  it('knows packages and imports', () => {
    expect(scoped('package shop;\nimport "./a.idl";')).toEqual([
      'package keyword.other.package',
      'shop entity.name.namespace',
      '; punctuation.terminator',
      'import keyword.control.import',
      '" punctuation.definition.string.begin',
      './a.idl string.quoted.double',
      '" punctuation.definition.string.end',
      '; punctuation.terminator',
    ]);
  });

  it('tells documentation from other comments, wherever they stand', () => {
    const text = '/// doc\n//// ruler\n// line\n/* block\nstill */\nstruct S { a: /* in */ u8; // end\n}';
    const comments = pieces(text).filter(({ scopes }) => scopes.some((scope) => scope.startsWith('comment.')));
    expect(comments.map(({ text: each, scopes }) => `${each} ${scopes.find((scope) => scope.startsWith('comment.'))}`)).toEqual([
      '/// comment.line.documentation.deciduous',
      'doc comment.line.documentation.deciduous',
      '// comment.line.double-slash.deciduous',
      '// ruler comment.line.double-slash.deciduous',
      '// comment.line.double-slash.deciduous',
      'line comment.line.double-slash.deciduous',
      '/* comment.block.deciduous',
      'block comment.block.deciduous',
      'still comment.block.deciduous',
      '*/ comment.block.deciduous',
      '/* comment.block.deciduous',
      'in comment.block.deciduous',
      '*/ comment.block.deciduous',
      '// comment.line.double-slash.deciduous',
      'end comment.line.double-slash.deciduous',
    ]);
    expect(scoped(text)).toContain('u8 support.type.primitive');
  });

  it('knows structs, and generics in generics', () => {
    expect(scoped('struct Order { lines: [Option<RRef<kv.Entry>>; MOST]; name: string<=80; }')).toEqual([
      'struct storage.type.struct',
      'Order entity.name.type.struct',
      '{ punctuation.section.block.begin',
      'lines variable.other.property',
      ': punctuation.separator.type',
      '[ punctuation.section.array.begin',
      'Option support.type.generic',
      '< punctuation.definition.typeparameters.begin',
      'RRef support.type.reference',
      '< punctuation.definition.typeparameters.begin',
      'kv entity.name.namespace',
      '. punctuation.accessor',
      'Entry entity.name.type',
      '> punctuation.definition.typeparameters.end',
      '> punctuation.definition.typeparameters.end',
      '; punctuation.separator',
      'MOST variable.other.constant',
      '] punctuation.section.array.end',
      '; punctuation.terminator',
      'name variable.other.property',
      ': punctuation.separator.type',
      'string support.type.primitive',
      '<= keyword.operator.bound',
      '80 constant.numeric',
      '; punctuation.terminator',
      '} punctuation.section.block.end',
    ]);
  });

  it('knows enums with payloads', () => {
    expect(scoped('enum E { None, At(u8, (f64, S)) }')).toEqual([
      'enum storage.type.enum',
      'E entity.name.type.enum',
      '{ punctuation.section.block.begin',
      'None variable.other.enummember',
      ', punctuation.separator',
      'At variable.other.enummember',
      '( punctuation.section.payload.begin',
      'u8 support.type.primitive',
      ', punctuation.separator',
      '( punctuation.section.tuple.begin',
      'f64 support.type.primitive',
      ', punctuation.separator',
      'S entity.name.type',
      ') punctuation.section.tuple.end',
      ') punctuation.section.payload.end',
      '} punctuation.section.block.end',
    ]);
  });

  it('knows interfaces, methods over several lines, loans and annotations with arguments', () => {
    expect(
      scoped('@recoverable\ninterface I {\n  @deadline(50ms) @since(2)\n  get(\n    key: &RRef<Key>,\n    at: (u8, u8),\n  ): Result<void, E>;\n}'),
    ).toEqual([
      '@ punctuation.definition.annotation',
      'recoverable storage.type.annotation',
      'interface storage.type.interface',
      'I entity.name.type.interface',
      '{ punctuation.section.block.begin',
      '@ punctuation.definition.annotation',
      'deadline storage.type.annotation',
      '( punctuation.section.arguments.begin',
      '50 constant.numeric',
      'ms keyword.other.unit',
      ') punctuation.section.arguments.end',
      '@ punctuation.definition.annotation',
      'since storage.type.annotation',
      '( punctuation.section.arguments.begin',
      '2 constant.numeric',
      ') punctuation.section.arguments.end',
      'get entity.name.function',
      '( punctuation.section.parameters.begin',
      'key variable.parameter',
      ': punctuation.separator.type',
      '& storage.modifier.lend',
      'RRef support.type.reference',
      '< punctuation.definition.typeparameters.begin',
      'Key entity.name.type',
      '> punctuation.definition.typeparameters.end',
      ', punctuation.separator',
      'at variable.parameter',
      ': punctuation.separator.type',
      '( punctuation.section.tuple.begin',
      'u8 support.type.primitive',
      ', punctuation.separator',
      'u8 support.type.primitive',
      ') punctuation.section.tuple.end',
      ', punctuation.separator',
      ') punctuation.section.parameters.end',
      ': punctuation.separator.type',
      'Result support.type.generic',
      '< punctuation.definition.typeparameters.begin',
      'void support.type.primitive',
      ', punctuation.separator',
      'E entity.name.type',
      '> punctuation.definition.typeparameters.end',
      '; punctuation.terminator',
      '} punctuation.section.block.end',
    ]);
  });

  it('knows constants of every kind', () => {
    expect(
      scoped('const A: i32 = -0x1F;\nconst B: string = "a \\" b";\nconst C: bool = true;').filter((each) => !/punctuation|storage|support/.test(each)),
    ).toEqual([
      'A variable.other.constant',
      '= keyword.operator.assignment',
      '- keyword.operator.arithmetic',
      '0x1F constant.numeric',
      'B variable.other.constant',
      '= keyword.operator.assignment',
      'a string.quoted.double',
      '\\" constant.character.escape',
      'b string.quoted.double',
      'C variable.other.constant',
      '= keyword.operator.assignment',
      'true constant.language.boolean',
    ]);
  });

  it.each([
    ['&mut', 'interface I { m(a: &mut RRef<S>): void; }', 'mut'],
    ['?', 'struct S { a: u8?; }', '?'],
    ['an optional field', 'struct S { a?: u8; }', '?'],
    ['a union', 'struct S { a: u8 | null; }', '|'],
    ['[]', 'struct S { a: u8[]; }', '[]'],
    ['RpcResult', 'interface I { m(): RpcResult<void>; }', 'RpcResult'],
  ])('marks %s as wrong', (_, text, wrong) => {
    expect(
      pieces(text)
        .filter(({ scopes }) => scopes.at(-1)!.startsWith('invalid.'))
        .map((piece) => piece.text),
    ).toEqual([wrong]);
  });

  it('finds its way again behind a declaration that does not end', () => {
    expect(scoped('struct A { a: u8\n}\nstruct B { b: u16; }\nenum C { X').slice(-7)).toEqual([
      'u16 support.type.primitive',
      '; punctuation.terminator',
      '} punctuation.section.block.end',
      'enum storage.type.enum',
      'C entity.name.type.enum',
      '{ punctuation.section.block.begin',
      'X variable.other.enummember',
    ]);
  });
});
