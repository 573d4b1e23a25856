import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkLocks, compile, type Diagnostic, renderDiagnostic, RULES } from '../../../dist/idl/index.js';
import { tokenize } from '../../../dist/idl/parse.js';
import { CORPUS, type WrongFile } from './corpus.js';
import { ANNOTATIONS } from './corpus-annotations.js';
import { LOCKED } from './corpus-locked.js';
import { PLACES } from './corpus-places.js';
import { SEVERAL } from './corpus-several.js';
import { shownOf, underCarets, unmark } from './marks.js';

const ALL: readonly WrongFile[] = [...CORPUS, ...ANNOTATIONS, ...SEVERAL, ...PLACES, ...LOCKED];
const codesOf = ({ marked, beside }: WrongFile): string[] =>
  [marked, ...Object.values(beside ?? {})].flatMap((text) => [...text.matchAll(/«(IDL\d+)/g)].map(([, code]) => code));

const compileText = (text: string) => compile([{ path: 'p.idl', text }], { read: () => undefined });
const placesOf = (text: string): string[] => compileText(text).diagnostics.map(({ code, line, column }) => `${code} ${line}:${column}`);

describe('what the compiler refuses', () => {
  it.each(ALL.map((file) => [file.claim, file] as const))('%s', (_, { marked, published, beside = {} }) => {
    const whole = new Map([['p.idl', unmark(marked)], ...Object.entries(beside).map(([name, text]) => [name, unmark(text)] as const)]);
    const text = whole.get('p.idl')?.text ?? '';
    const read = (filePath: string) => whole.get(path.relative(process.cwd(), path.resolve(filePath)))?.text;
    const lock = published === undefined ? undefined : checkLocks([{ path: 'p.idl', text: published }], { read: () => undefined }).plans[0].text;
    const readAll = (filePath: string) => (filePath === 'idl.lock' && lock !== undefined ? lock : read(filePath));
    const { diagnostics, compilation } = checkLocks([{ path: 'p.idl', text }], { read: readAll, list: () => [] });
    const { files, schemas } = compilation;
    for (const [name, { places }] of whole) {
      const found = diagnostics.filter(({ file }) => file === name);
      expect(found.map(({ code, line, column }) => `${code} ${line}:${column}`).sort()).toEqual(places.map(({ place }) => place).sort());
      for (const { place, underlined, from } of places) {
        if (underlined === undefined) {
          // Only at the end of a file there is nothing to underline.
          expect(tokenize(whole.get(name)?.text.slice(from) ?? '').tokens).toEqual([]);
          continue;
        }
        const { length, excerpt } = found.find(({ code, line, column }) => `${code} ${line}:${column}` === place) as Diagnostic;
        expect(length).toBe(underlined.length);
        const shown = underCarets(excerpt);
        const line = shownOf(underlined);
        // Of what is wider than an excerpt the first part is shown.
        if (line.length < 60) expect(shown).toBe(line);
        else expect(line.startsWith(shown) && shown.length >= 60).toBe(true);
      }
    }
    expect(diagnostics.every(({ file }) => whole.has(file))).toBe(true);
    // What breaks others is right by itself.
    const isRight = published !== undefined || 'idl.lock' in beside;
    expect([files.length > 0, schemas.length > 0]).toEqual([isRight, isRight]);
    if (!isRight) expect(compile([{ path: 'p.idl', text }], { read })).toEqual({ diagnostics, files: [], schemas: [], packages: [] });
    for (const diagnostic of diagnostics) {
      expect(diagnostic.message).not.toMatch(/undefined|\[object/);
      expect(diagnostic.wayOut).not.toMatch(/^$|undefined|\[object/);
      expect(diagnostic.excerpt).toMatch(/\n +\| [ \t]*\^+$/);
      expect(renderDiagnostic(diagnostic)).toContain(`${diagnostic.excerpt}\n  rule: ${diagnostic.rule}\n  way out: ${diagnostic.wayOut}\n`);
    }
  });

  it('the corpus is as large as it is said to be: 120 files and more, three for each code, and 15 with two to six errors', () => {
    expect(ALL.length).toBeGreaterThanOrEqual(230);
    expect(new Set(ALL.map(({ marked, beside }) => JSON.stringify([marked, beside]))).size).toBe(ALL.length);
    const codes = ALL.map((file) => codesOf(file));
    const rare = Object.values(RULES).filter(([code]) => codes.filter((each) => each.includes(code)).length < 3);
    expect(rare.map(([code]) => code)).toEqual([]);
    expect(new Set(Object.values(RULES).map(([code]) => code)).size).toBe(Object.keys(RULES).length);
    expect(codes.filter((each) => each.length >= 2 && each.length <= 6).length).toBeGreaterThanOrEqual(40);
  });

  it('every code has a page that is linked from the lists of codes', () => {
    const lists = ['docs/idl.md', 'docs/errors/README.md'].map((page) => readFileSync(page, 'utf8'));
    for (const [code, rule] of Object.values(RULES)) {
      expect(readFileSync(`docs/errors/${code}.md`, 'utf8')).toContain(`# ${code}`);
      for (const list of lists) expect(list).toContain(`${code}.md)`);
      // Within a table a bar would end the cell.
      expect(lists[0]).toContain(`| ${rule.replaceAll(/(`[^`]*)\|([^`]*`)/g, '$1\\|$2')} |`);
    }
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

  it('a word of the language before `:` or `(` is meant as a name, and async before a method as an annotation', () => {
    const saying = (body: string): string[] => compileText(`package p;\n${body}`).diagnostics.map(({ message, wayOut }) => `${message}; ${wayOut}`);
    for (const body of [
      'struct S { a: u8; enum: u8; }',
      'interface I { a(): void; import(): void; }',
      'interface I { m(a: u8, const: u8): void; }',
      'enum E { A, true, B }',
    ])
      expect(saying(body)).toEqual([expect.stringMatching(/^`\w+` cannot stand here; `\w+` is a word of the language: choose another name/)]);
    expect(saying('interface I { async m(): void; }')).toEqual([expect.stringContaining('write `@async` before a method')]);
  });

  it('fifty thousand errors on one line are told without the line being read again for each', { timeout: 120_000 }, () => {
    const text = `package p; struct S { ${'a: u8; '.repeat(50_000)}}`;
    expect(compile([{ path: 'p.idl', text }]).diagnostics).toHaveLength(49_999);
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
    ['23 slots and data that needs a block of its own', 'interface I { m(a: [string; 23], b: [u64; 21]): ([bytes; 23], [u64; 21]); }'],
    ['24 slots and 256 bytes of data', 'interface I { m(a: [string; 24], b: [u64; 20]): ([bytes; 24], [u64; 20]); }'],
    ['a value of 1 MiB to the byte', 'struct S { a: [u64; 65536]; b: [u64; 65536]; }\ninterface I { m(s: S): S; }'],
    ['names of 127 characters', `struct ${'S'.repeat(127)} { ${'f'.repeat(127)}: u8; }`],
    ['512 definitions', Array.from({ length: 512 }, (_, i) => `struct S${i} { a: u8; }`).join('\n')],
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
    [
      'times in both units, whole and decimal, at both ends',
      'interface I { @deadline(1ms) a(): void; @deadline(86_400s) b(): void; @deadline(1.5ms) c(): void; @deadline(0.001s) d(): void; }',
    ],
    ['every annotation of a method on one', 'interface I { @idempotent @async @deadline(50 ms) @since(1) m(i: I): I; }'],
    ['an idempotent method that passes and returns references, in a recoverable interface', '@recoverable\ninterface I { @idempotent m(i: I): Option<I>; }'],
    ['versions that rise and stay', 'interface I { a(): void; @since(1) b(): void; @since(2) c(): void; @since(2) d(): void; @since(65535) e(): void; }'],
    ['a name that contextual keywords use', 'struct S { type: u8; of: u8; get: u8; from: u8; options: u8; string: u8; }'],
  ])('%s is accepted', (_, body) => {
    expect(compileText(`package p;\n${body}\n`).diagnostics).toEqual([]);
  });
});
