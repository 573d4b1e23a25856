import { describe, expect, it } from 'vitest';
import { compile, renderDiagnostic, RULES } from '../../../dist/idl/index.js';
import { CORPUS } from './corpus.js';

/** The text without marks, and where the marks were. */
function unmark(marked: string): { text: string; expected: string[] } {
  const expected: string[] = [];
  let text = '';
  for (const [index, part] of marked.split('«').entries()) {
    const [code, rest] = index === 0 ? [undefined, part] : part.split('»');
    if (code !== undefined) expected.push(`${code} ${text.split('\n').length}:${text.length - text.lastIndexOf('\n')}`);
    text += rest;
  }
  return { text, expected };
}

const compileText = (text: string) => compile([{ path: 'p.idl', text }], { read: () => undefined });
const placesOf = (text: string): string[] => compileText(text).diagnostics.map(({ code, line, column }) => `${code} ${line}:${column}`);

describe('what the compiler refuses', () => {
  it.each(CORPUS.map(({ claim, marked }) => [claim, marked]))('%s', (_, marked) => {
    const { text, expected } = unmark(marked);
    const { diagnostics, files, schemas } = compileText(text);
    expect(diagnostics.map(({ code, line, column }) => `${code} ${line}:${column}`)).toEqual(expected);
    expect(files).toEqual([]);
    expect(schemas).toEqual([]);
    for (const diagnostic of diagnostics) {
      expect(diagnostic.message).not.toMatch(/undefined|\[object/);
      expect(diagnostic.wayOut).not.toMatch(/^$|undefined|\[object/);
      expect(diagnostic.excerpt).toMatch(/\n +\| [ \t]*\^+$/);
    }
  });

  it('every code has a file in the corpus or a test of its own below', () => {
    const covered = new Set(CORPUS.flatMap(({ marked }) => [...marked.matchAll(/«(IDL\d+)»/g)].map(([, code]) => code)));
    const elsewhere = [RULES.import[0], RULES.importCycle[0]];
    expect(
      Object.values(RULES)
        .map(([code]) => code)
        .filter((code) => !covered.has(code) && !elsewhere.includes(code as never)),
    ).toEqual([]);
    expect(new Set(Object.values(RULES).map(([code]) => code)).size).toBe(Object.keys(RULES).length);
  });

  it('one run tells of several errors, those behind a syntax error too', () => {
    const text = [
      'package p;',
      'struct A { x u32; y: Foo; }',
      'struct B { m: Map<u8, u8>; }',
      'interface I { m(a: &mut RRef<B>): RpcResult<void>; }',
      'struct C { a: A; z: Nope; }',
    ].join('\n');
    expect(placesOf(text)).toEqual(['IDL001 2:14', 'IDL005 2:22', 'IDL008 3:15', 'IDL011 4:20', 'IDL012 4:35', 'IDL005 5:21']);
  });

  it('a declaration lost to a syntax error does not make its uses unknown', () => {
    expect(placesOf('package p;\nstruct A ( x: u32; }\nstruct B { a: A; }').filter((place) => place.startsWith('IDL005'))).toEqual([]);
  });

  it('a diagnostic shows the line, carets below it, the rule and a way out', () => {
    const [diagnostic] = compileText('package p;\nstruct S {\n\tage: number;\n}\n').diagnostics;
    expect(renderDiagnostic(diagnostic)).toBe(
      'p.idl:3:7: IDL008: `number` does not say how wide it is\n' +
        '   3 | \tage: number;\n' +
        '     | \t     ^^^^^^\n' +
        `  rule: ${RULES.notExchangeable[1]}\n` +
        '  way out: write f64, u32, i32 or another scalar of a known width\n',
    );
  });

  it('an excerpt of a very long line is cut around the error, and control characters do not reach the terminal', () => {
    const [diagnostic] = compileText(`package p; struct S { /* ${'x'.repeat(5000)} \u001b[31m */ f: Nope; }`).diagnostics;
    expect(diagnostic.excerpt.length).toBeLessThan(300);
    expect(diagnostic.excerpt).toContain('f: Nope;');
    expect(diagnostic.excerpt).not.toContain('\u001b');
  });

  it('a misspelt name is answered with the one that was meant', () => {
    expect(compileText('package p;\nstruct Entry { a: u8; }\nstruct S { e: Entri; }').diagnostics[0].wayOut).toBe('did you mean Entry?');
  });

  it('an unreplayable method of an interface that is not recoverable is fine, and says why it is not replayable', () => {
    const { diagnostics, schemas } = compileText('package p;\nstruct T { a: u8; }\ninterface I { m(a: RRef<T>): void; }');
    expect(diagnostics).toEqual([]);
    expect(schemas[0].interfaces['p.I'].methods[0]).toMatchObject({ replayable: false, notReplayableBecause: expect.stringContaining('`a` moves') });
  });

  it.each([
    ['24 slots of arguments', `interface I { m(${Array.from({ length: 24 }, (_, i) => `a${i}: string`).join(', ')}): [bytes; 24]; }`],
    ['a result whose sides share their slots', 'interface I { m(): Result<[string; 24], [bytes; 24]>; }'],
    ['recursion with an RRef between', 'struct S { s: Option<RRef<S>>; }'],
    ['recursion with a container between', 'struct S { s: RRefArray<S, 2>; t: RRefDeque<S, 2>; }'],
    [
      'containers in containers, with constants for lengths',
      'const N: u16 = 65536;\nstruct S { s: RRefArray<RRefDeque<RRefVec<f64>, N>, N>; }'.replace('u16', 'u32'),
    ],
    [
      'every Copy type as the element of a vec',
      'enum E { A, B((u8, f64)) }\nstruct S { a: RRefVec<E>; b: RRefVec<(bool, [u8; 2])>; c: RRefVec<Option<E>>; d: RRefVec<Result<u8, E>>; }',
    ],
    ['24 containers as arguments', `interface I { m(${Array.from({ length: 24 }, (_, i) => `a${i}: RRefVec<u8>`).join(', ')}): RRefVec<u8>; }`],
    ['256 variants', `enum E { ${Array.from({ length: 256 }, (_, i) => `V${i}`).join(', ')} }`],
    ['31 levels of nesting', `struct S { a: ${'[Option<'.repeat(15)}u8${'>;1]'.repeat(15)}; }`],
    ['a file without declarations', ''],
    ['a name that contextual keywords use', 'struct S { type: u8; of: u8; get: u8; from: u8; options: u8; string: u8; }'],
  ])('%s is accepted', (_, body) => {
    expect(compileText(`package p;\n${body}\n`).diagnostics).toEqual([]);
  });
});
