import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { compile, type Diagnostic } from '../../../dist/idl/index.js';
import { CORPUS, type WrongFile } from './corpus.js';
import { PLACES } from './corpus-places.js';
import { SEVERAL } from './corpus-several.js';
import { unmark } from './marks.js';

const IMPORTED = 'package other;\nstruct Point { x: f64; }\nstruct Pointer { x: f64; }\nconst MANY: u32 = 8;\n';

/** What is wrong with `text` itself, beside other files. */
function diagnose(text: string, beside: Readonly<Record<string, string>> = { 'other.idl': IMPORTED }): readonly Diagnostic[] {
  const read = (filePath: string): string | undefined => beside[path.relative(process.cwd(), path.resolve(filePath))];
  return compile([{ path: 'p.idl', text }], { read }).diagnostics.filter(({ file }) => file === 'p.idl');
}

/** Each wrong file without its marks, and what is wrong with it. */
function eachWrong(visit: (text: string, beside: Readonly<Record<string, string>>, diagnostic: Diagnostic) => void): void {
  const all: readonly WrongFile[] = [...CORPUS, ...SEVERAL, ...PLACES];
  for (const { marked, beside = {} } of all) {
    const text = unmark(marked).text.replace(/^\ufeff/, '');
    const others = Object.fromEntries(Object.entries(beside).map(([name, each]) => [name, unmark(each).text]));
    for (const diagnostic of diagnose(text, others)) visit(text, others, diagnostic);
  }
}

function applied(text: string, { fix }: Diagnostic): string {
  const edits = [...(fix?.edits ?? [])].sort((a, b) => b.offset - a.offset);
  return edits.reduce((now, { offset, length, text: put }) => now.slice(0, offset) + put + now.slice(offset + length), text);
}

function counted(diagnostics: readonly Diagnostic[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { code } of diagnostics) counts.set(code, (counts.get(code) ?? 0) + 1);
  return counts;
}

/** What is held of every fix, wherever it is offered. */
function expectMends(text: string, diagnostic: Diagnostic, beside?: Readonly<Record<string, string>>): string {
  const after = applied(text, diagnostic);
  const before = counted(diagnose(text, beside));
  const left = counted(diagnose(after, beside));
  // One error of syntax is told for a line: behind it the next may come to light, further on.
  const behind = diagnose(after, beside).filter(({ code, line, column }) => code === diagnostic.code && line === diagnostic.line && column > diagnostic.column);
  expect((left.get(diagnostic.code) ?? 0) - Math.min(1, behind.length), after).toBeLessThan(before.get(diagnostic.code)!);
  for (const [code, count] of left) expect(count, `${code} in ${after}`).toBeLessThanOrEqual(before.get(code) ?? 0);
  return after;
}

const field = (type: string): string => `package p;\nimport "./other.idl";\nconst MOST: u32 = 4;\nstruct T { a: u8; }\nstruct S { f: ${type}; }\n`;
const method = (params: string, returns: string): string => `package p;\nstruct T { a: u8; }\ninterface I { m(${params})${returns}; }\n`;

describe('machine fixes', () => {
  it.each([
    ['a misspelt type becomes the one that was meant', field('Tt'), field('T')],
    ['a misspelt scalar becomes the one that was meant', field('flags32').replace('flags32', 'bol'), field('bool')],
    ['a misspelt type of another package becomes the one that was meant', field('other.Pont'), field('other.Point')],
    ['a misspelt constant becomes the one that was meant', field('[u8; MOSTT]'), field('[u8; MOST]')],
    ['a misspelt constant of another package becomes the one that was meant', field('[u8; other.MANI]'), field('[u8; other.MANY]')],
    ['a type of an imported package is written with its package', field('Point'), field('other.Point')],
    ['boolean becomes bool', field('boolean'), field('bool')],
    ['String becomes string', field('String'), field('string')],
    ['Uint8Array becomes bytes', field('Uint8Array'), field('bytes')],
    ['Float64Array becomes a vec', field('Float64Array'), field('RRefVec<f64>')],
    ['Box becomes RRef', field('Box<T>'), field('RRef<T>')],
    ['a promise becomes what it promises', field('Promise<Option<u8>>'), field('Option<u8>')],
    ['u8[] becomes bytes', field('u8[]'), field('bytes')],
    ['f64[] becomes a vec', field('f64[]'), field('RRefVec<f64>')],
    ['Vec<u32> becomes a vec', field('Vec<u32>'), field('RRefVec<u32>')],
    ['an array without length becomes a vec', field('[i16]'), field('RRefVec<i16>')],
    ['T? becomes an option', field('T?'), field('Option<T>')],
    ['a union with null becomes an option', field('other.Point | null'), field('Option<other.Point>')],
    ['a union with undefined on the left becomes an option', field('undefined | u8'), field('Option<u8>')],
    ['a bound on what has none goes', field('u8 <= 4'), field('u8 ')],
    ['type arguments of a scalar go', field('u8<T>'), field('u8')],
    ['type arguments of a struct go', field('T<u8>'), field('T')],
    ['a tuple of one becomes the one', field('(u8)'), field('u8')],
    ['an RRef to an RRef becomes one', field('RRef<RRef<T>>'), field('RRef<T>')],
    ['an RRef to a container becomes the container', field('RRef<RRefVec<u8>>'), field('RRefVec<u8>')],
    ['the children of an array lose their RRef', field('RRefArray<RRef<T>, 4>'), field('RRefArray<T, 4>')],
    ['a loan in a field moves instead', field('&RRef<T>'), field('RRef<T>')],
    ['a struct that contains itself does so through an RRef', field('S'), field('Option<RRef<S>>')],
    ['an optional struct that contains itself does so through an RRef', field('Option<S>'), field('Option<RRef<S>>')],
    ['&mut moves', method('a: &mut RRef<T>', ': void'), method('a: RRef<T>', ': void')],
    ['a loan of a loan becomes one', method('a: &&RRef<T>', ': void'), method('a: &RRef<T>', ': void')],
    ['RpcResult becomes what it is a result of', method('', ': RpcResult<Option<u8>>'), method('', ': Option<u8>')],
    ['a method that says nothing of its result returns nothing', method('a: (u8, u8)', ''), method('a: (u8, u8)', ': void')],
    ['an import gets its ./', field('u8').replace('./other', 'other'), field('u8')],
    ['a package line is put first', 'struct S { a: u8; }\n', 'package p;\nstruct S { a: u8; }\n'],
    ['a package line moves to the top', '/// Doc.\nstruct S { a: u8; }\npackage p;\n', 'package p;\n/// Doc.\nstruct S { a: u8; }\n'],
    ['a package in upper case becomes one in lower case', 'package Kv;\nstruct S { a: u8; }\n', 'package kv;\nstruct S { a: u8; }\n'],
    ['a second package line of the same name goes', 'package p;\npackage p;\nstruct S { a: u8; }\n', 'package p;\nstruct S { a: u8; }\n'],
    [
      'a second annotation goes',
      'package p;\n@recoverable @recoverable\ninterface I { m(): void; }\n',
      'package p;\n@recoverable \ninterface I { m(): void; }\n',
    ],
    [
      'a second annotation on its own line goes with the line',
      'package p;\n@recoverable\n@recoverable\ninterface I { m(): void; }\n',
      'package p;\n@recoverable\ninterface I { m(): void; }\n',
    ],
    [
      'a misspelt annotation becomes the one that was meant',
      'package p;\n@recoverabel\ninterface I { m(): void; }\n',
      'package p;\n@recoverable\ninterface I { m(): void; }\n',
    ],
    [
      'arguments of an annotation that takes none go',
      'package p;\n@recoverable(5)\ninterface I { m(): void; }\n',
      'package p;\n@recoverable\ninterface I { m(): void; }\n',
    ],
    ['a missing semicolon is written', 'package p;\nstruct S { a: u8 }\n', 'package p;\nstruct S { a: u8; }\n'],
    ['a missing semicolon at a line end is written there', 'package p\nstruct S { a: u8; }\n', 'package p;\nstruct S { a: u8; }\n'],
    ['a missing colon is written', 'package p;\nstruct S { a u8; }\n', 'package p;\nstruct S { a: u8; }\n'],
    ['a missing brace is written', 'package p;\nstruct S { a: u8;\nstruct T { a: u8; }\n', 'package p;\nstruct S { a: u8;\n}\nstruct T { a: u8; }\n'],
    ['a missing bracket is written', field('Option<u8').replace(';\n}', '; }'), field('Option<u8>')],
    ['variants are separated by commas', 'package p;\nenum E { A; B }\n', 'package p;\nenum E { A, B }\n'],
    ['fields are separated by semicolons', 'package p;\nstruct S { a: u8, b: u8; }\n', 'package p;\nstruct S { a: u8; b: u8; }\n'],
    [
      'an optional field becomes one of an option',
      'package p;\nstruct S { a?: [Option<u8>; 2]; b: u8; }\n',
      'package p;\nstruct S { a: Option<[Option<u8>; 2]>; b: u8; }\n',
    ],
    [
      'an optional parameter becomes one of an option',
      'package p;\ninterface I { m(a: u8, b?: (u8, u8)): void; }\n',
      'package p;\ninterface I { m(a: u8, b: Option<(u8, u8)>): void; }\n',
    ],
    ['a stray character goes', 'package p;\nstruct S { a: u8; $ }\n', 'package p;\nstruct S { a: u8; }\n'],
  ])('%s', (_, text, wanted) => {
    const [diagnostic, ...others] = diagnose(text);
    expect(diagnostic?.fix?.title).toMatch(/^[A-Z]/);
    expect(expectMends(text, diagnostic)).toBe(wanted);
    expect(others).toEqual([]);
    expect(diagnose(applied(text, diagnostic))).toEqual([]);
  });

  it.each([
    ['two names that are equally near', field('Pointe').replace('struct T', 'struct Pointa { a: u8; }\nstruct Pointb { a: u8; }\nstruct T')],
    ['a number without a width', field('number')],
    ['a list of structs', field('T[]')],
    ['a union of two types', field('u8 | string')],
    ['an option of an option', field('Option<Option<u8>>')],
    ['a duplicate field', 'package p;\nstruct S { a: u8; a: u16; }\n'],
    ['a reserved name', 'package p;\nstruct S { drop: u8; }\n'],
    ['an import of what is not there', 'package p;\nimport "missing.idl";\nstruct S { a: u8; }\n'],
  ])('%s is left to people: there is a choice', (_, text) => {
    const [diagnostic] = diagnose(text);
    expect(diagnostic).toBeDefined();
    expect(diagnostic.fix).toBeUndefined();
  });

  it('every fix that the corpus of wrong files is offered mends it, and breaks nothing else', () => {
    let offered = 0;
    eachWrong((text, beside, diagnostic) => {
      if (!diagnostic.fix) return;
      offered += 1;
      expectMends(text, diagnostic, beside);
    });
    expect(offered).toBeGreaterThan(50);
  });

  it('edits of a fix stand in order and do not overlap', () => {
    eachWrong((text, _, { fix }) => {
      let end = 0;
      for (const edit of fix?.edits ?? []) {
        expect(edit.offset).toBeGreaterThanOrEqual(end);
        end = edit.offset + edit.length;
        expect(end).toBeLessThanOrEqual(text.length);
      }
    });
  });
});
