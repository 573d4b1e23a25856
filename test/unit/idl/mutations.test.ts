import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compile, renderDiagnostic } from '../../../dist/idl/index.js';

const folders = ['idl', 'test/fixtures/idl'];
const VALID = folders.flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.idl'))
    .map((name) => ({ path: path.join(folder, name), text: readFileSync(path.join(folder, name), 'utf8') })),
);

/** Compiles and holds the answer to what is promised whatever the text. */
function compileHostile(filePath: string, text: string): number {
  const { diagnostics, schemas, files } = compile([{ path: filePath, text }]);
  const lines = text.split(/\r\n|\r|\n/);
  for (const diagnostic of diagnostics) {
    expect(diagnostic.code).toMatch(/^IDL\d{3}$/);
    if (diagnostic.file !== filePath) continue;
    expect(diagnostic.line).toBeGreaterThanOrEqual(1);
    expect(diagnostic.line).toBeLessThanOrEqual(lines.length);
    expect(diagnostic.column).toBeGreaterThanOrEqual(1);
    expect(diagnostic.column).toBeLessThanOrEqual(lines[diagnostic.line - 1].length + 1);
    expect(renderDiagnostic(diagnostic)).not.toContain('undefined');
  }
  // Either everything is said to be wrong, or everything is made.
  expect(diagnostics.length > 0).toBe(schemas.length === 0);
  expect(diagnostics.length > 0).toBe(files.length === 0);
  return diagnostics.length;
}

const token = fc.constantFrom(
  ...'package import struct enum interface const mut true false { } ( ) [ ] < > <= => & @ | ? : ; , . = - " \' /// /* */ // RRef RRefArray RRefVec RRefDeque Option Result void string bytes u8 f64 kv 0 0x 1e999 99999999999 __proto__ constructor'.split(
    ' ',
  ),
  '"./common.idl"',
  '\n',
  '\u0000',
  '\ud800',
  '\ufeff',
  '💥',
  'a'.repeat(300),
  'Option<'.repeat(40),
  '(((((((((',
  '[[[[[[[[[[[[',
);

type Edit = { readonly at: number; readonly remove: number; readonly insert: string };
const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.nat(10_000),
  remove: fc.oneof(fc.constant(0), fc.nat(4), fc.nat(60)),
  insert: fc.oneof(fc.constant(''), token, fc.string({ maxLength: 4 })),
});

function apply(text: string, edits: readonly Edit[]): string {
  return edits.reduce((now, { at, remove, insert }) => {
    const start = at % (now.length + 1);
    return now.slice(0, start) + insert + now.slice(start + remove);
  }, text);
}

describe('hostile text', () => {
  it('every valid file compiles as it is', () => {
    expect(VALID.length).toBeGreaterThan(5);
    for (const { path: filePath, text } of VALID) expect(compileHostile(filePath, text)).toBe(0);
  });

  it('whatever is done to a valid file, the compiler answers with positioned diagnostics or with code, and never throws', () => {
    fc.assert(
      fc.property(fc.constantFrom(...VALID), fc.array(edit, { minLength: 1, maxLength: 5 }), (file, edits) => {
        compileHostile(file.path, apply(file.text, edits));
      }),
      { numRuns: 1500 },
    );
  }, 60_000);

  it('rows of random tokens never make it throw', () => {
    fc.assert(
      fc.property(fc.array(token, { maxLength: 60 }), (tokens) => {
        compileHostile('p.idl', tokens.join(' '));
      }),
      { numRuns: 500 },
    );
  }, 60_000);

  it('a file cut off anywhere never makes it throw', () => {
    const { path: filePath, text } = VALID.find((file) => file.path.endsWith('test.idl')) as (typeof VALID)[number];
    for (let end = 0; end < text.length; end += 7) compileHostile(filePath, text.slice(0, end));
  }, 60_000);

  it.each([
    ['ten thousand open brackets', `package p; struct S { a: ${'['.repeat(10_000)}`],
    ['ten thousand loans', `package p; interface I { m(a: ${'&'.repeat(10_000)}RRef<I>): void; }`],
    ['ten thousand suffixes', `package p; struct S { a: u8${'[]'.repeat(10_000)}; }`],
    ['ten thousand unions', `package p; struct S { a: u8${'|u8'.repeat(10_000)}; }`],
    [
      'a chain of five thousand structs',
      `package p;\n${Array.from({ length: 5000 }, (_, i) => `struct S${i} { a: S${i + 1}; }`).join('\n')}\nstruct S5000 { a: u8; }`,
    ],
    ['a chain the other way round', `package p;\nstruct S0 { a: u8; }\n${Array.from({ length: 5000 }, (_, i) => `struct S${i + 1} { a: S${i}; }`).join('\n')}`],
    [
      'structs that double sixty times',
      `package p;\nstruct S0 { a: u8; }\n${Array.from({ length: 60 }, (_, i) => `struct S${i + 1} { a: S${i}; b: S${i}; }`).join('\n')}`,
    ],
    ['a number of a million digits', `package p; const N: u64 = ${'9'.repeat(1_000_000)};`],
    ['a name of a million letters', `package p; struct S { a: ${'a'.repeat(1_000_000)}; }`],
  ])(
    '%s are refused soon',
    (_, text) => {
      const start = performance.now();
      expect(compileHostile('p.idl', text)).toBeGreaterThan(0);
      expect(performance.now() - start).toBeLessThan(5000);
    },
    20_000,
  );

  it('enums that double sixty times are small, and compile soon', () => {
    const text = `package p;\nenum E0 { A }\n${Array.from({ length: 60 }, (_, i) => `enum E${i + 1} { A(E${i}), B(E${i}) }`).join('\n')}`;
    expect(compileHostile('p.idl', text)).toBe(0);
  });
});
