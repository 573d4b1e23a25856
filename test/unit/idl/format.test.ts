import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compile, format } from '../../../dist/idl/index.js';
import { tokenize } from '../../../dist/idl/parse.js';
import { CORPUS } from './corpus.js';
import { unmark } from './marks.js';
import { mutant } from './mutants.js';
import { VALID } from './valid-files.js';
import { seedFrom } from '../../model/depth.js';

// A usual run is the same each time; FC_SEED replays another.
fc.configureGlobal({ seed: seedFrom('FC_SEED', 1) });

function formatted(text: string): string {
  const { text: once, diagnostics } = format({ path: 'a.idl', text });
  expect(diagnostics).toBeUndefined();
  expect(format({ path: 'a.idl', text: once! }).text).toBe(once);
  return once!;
}

const lines = (...all: readonly string[]): string => all.map((line) => `${line}\n`).join('');

interface Case {
  readonly claim: string;
  readonly from: string;
  readonly to: string;
}

const CASES: readonly Case[] = [
  { claim: 'an empty file stays empty', from: '', to: '' },
  { claim: 'a file of space becomes empty', from: '\ufeff \t\r\n\n', to: '' },
  { claim: 'a byte order mark goes', from: '\ufeffpackage p;\n', to: 'package p;\n' },
  { claim: 'line ends of Windows become those of everybody', from: 'package p;\r\nimport "./a.idl";\r\n', to: 'package p;\n\nimport "./a.idl";\n' },
  { claim: 'a lone carriage return is a line end', from: 'package p; // a\r// b\rconst A: u8 = 1;', to: 'package p; // a\n\n// b\nconst A: u8 = 1;\n' },
  { claim: 'line ends of Windows in a comment become those of everybody', from: '/* a\r\n b */ package p;', to: '/* a\n b */ package p;\n' },
  { claim: 'a missing last line end is added', from: 'package p;', to: 'package p;\n' },
  { claim: 'tabs become spaces', from: 'package p;\nstruct S {\n\ta:\tu8;\n}\n', to: lines('package p;', '', 'struct S {', '  a: u8;', '}') },
  { claim: 'tabs in comments and strings stay', from: 'const A: string = "\t"; // a\tb\t', to: 'const A: string = "\t"; // a\tb\n' },
  {
    claim: 'blank lines are at most one',
    from: 'const A: u8 = 1;\n\n\n\nconst B: u8 = 2;\nconst C: u8 = 3;',
    to: lines('const A: u8 = 1;', '', 'const B: u8 = 2;', 'const C: u8 = 3;'),
  },
  {
    claim: 'no blank line begins or ends a body',
    from: 'struct S {\n\n\n  a: u8;\n\n\n  b: u8;\n\n\n}',
    to: lines('struct S {', '  a: u8;', '', '  b: u8;', '}'),
  },
  {
    claim: 'a body that was on one line stays there',
    from: 'struct  S{a:u8;b:u8;}\nenum E{A,B,}\ninterface I{m():void;}',
    to: lines('struct S { a: u8; b: u8; }', '', 'enum E { A, B }', '', 'interface I { m(): void; }').replaceAll('}\n\n', '}\n'),
  },
  {
    claim: 'a body that was on several lines stays so',
    from: 'struct S { a: u8;\n}\nenum E { A\n}',
    to: lines('struct S {', '  a: u8;', '}', '', 'enum E {', '  A,', '}'),
  },
  { claim: 'an empty body has no space', from: 'struct S { \n }', to: 'struct S {}\n' },
  {
    claim: 'a body too long for its line is broken',
    from: `struct S { ${'a'.repeat(50)}: u8; ${'b'.repeat(50)}: u8; }`,
    to: lines('struct S {', `  ${'a'.repeat(50)}: u8;`, `  ${'b'.repeat(50)}: u8;`, '}'),
  },
  {
    claim: 'annotations of a declaration stand before its line',
    from: '@recoverable @noForward interface I { m(): u8; }',
    to: lines('@recoverable @noForward', 'interface I { m(): u8; }'),
  },
  {
    claim: 'annotations of a member stay on its line, or before it',
    from: 'interface I {\n@a m(): u8;\n@b(50  ms, "x")\nn(): u8;\n}',
    to: lines('interface I {', '  @a m(): u8;', '  @b(50ms, "x")', '  n(): u8;', '}'),
  },
  {
    claim: 'a number and a word that would become one stay two',
    from: 'interface I { @a(5 e3, 0 x1, 1 _0, 7  s) m(): u8; }',
    to: 'interface I { @a(5 e3, 0 x1, 1 _0, 7s) m(): u8; }\n',
  },
  {
    claim: 'parameters that do not fit stand one below the other',
    from: `interface I { m(${'a'.repeat(40)}: u8, ${'b'.repeat(40)}: &RRef<T>,): Result<void, E>; n(a: u8,): u8; }`,
    to: lines('interface I {', '  m(', `    ${'a'.repeat(40)}: u8,`, `    ${'b'.repeat(40)}: &RRef<T>,`, '  ): Result<void, E>;', '  n(a: u8): u8;', '}'),
  },
  {
    claim: 'parameters that fit stand on one line',
    from: 'interface I {\n  m(\n    a: u8,\n    b: u8,\n  ): u8;\n}',
    to: lines('interface I {', '  m(a: u8, b: u8): u8;', '}'),
  },
  {
    claim: 'parameters with comments to the end of the line stand one below the other',
    from: 'interface I { m(/// what\na: u8, b: u8 // why\n): u8; }',
    to: lines('interface I {', '  m( /// what', '    a: u8,', '    b: u8, // why', '  ): u8;', '}'),
  },
  {
    claim: 'a payload that does not fit stands one below the other, without a last comma, which the language does not have',
    from: `enum E { ${'A'.repeat(60)}(RRef<T>, ${'b'.repeat(60)}), B }`,
    to: lines('enum E {', `  ${'A'.repeat(60)}(`, '    RRef<T>,', `    ${'b'.repeat(60)}`, '  ),', '  B,', '}'),
  },
  {
    claim: 'types have no space but behind commas and semicolons',
    from: 'struct S { a : [ Option < ( u8 , bytes <= N , ) > ; N ] ; b : & RRef < p . T > ; c : RRefArray<T,4>; d: T [ ] ? | null; e: & mut T; f: (a:u8)=>void; }',
    to: lines(
      'struct S {',
      '  a: [Option<(u8, bytes<=N)>; N];',
      '  b: &RRef<p.T>;',
      '  c: RRefArray<T, 4>;',
      '  d: T[]? | null;',
      '  e: &mut T;',
      '  f: (a: u8) => void;',
      '}',
    ),
  },
  { claim: 'a sign stands before its number', from: 'const A: i8 = - 5;', to: 'const A: i8 = -5;\n' },
  {
    claim: 'comments stay where they are',
    from: lines(
      '// head',
      '',
      'package p; // of p',
      '/// doc',
      '/* before */ struct /* name */ S /* body */ { // of S',
      '/* a */ a /* 1 */ : /* 2 */ u8 /* 3 */ ; /* 4 */ // of a',
      '',
      '',
      '// alone',
      '',
      'b: // why',
      'u8;',
      '// last',
      '} // end',
      '// tail',
    ),
    to: lines(
      '// head',
      '',
      'package p; // of p',
      '',
      '/// doc',
      '/* before */ struct /* name */ S /* body */ { // of S',
      '  /* a */ a /* 1 */: /* 2 */ u8 /* 3 */; /* 4 */ // of a',
      '',
      '  // alone',
      '',
      '  b: // why',
      '    u8;',
      '  // last',
      '} // end',
      '// tail',
    ),
  },
  {
    claim: 'a comment before a last comma is behind it',
    from: 'enum E {\n  A, B // b\n  , // c\n}',
    to: lines('enum E {', '  A,', '  B, // b', '  // c', '}'),
  },
  {
    claim: 'a comment between two members of one line leads the second',
    from: 'struct S { a: u8; /* b */ b: u8;\n}',
    to: lines('struct S {', '  a: u8;', '  /* b */ b: u8;', '}'),
  },
  {
    claim: 'a comment whose lines begin with a star moves as a whole',
    from: 'struct S {\n      /* a\n       * b\n     */\n  a: u8;\n}',
    to: lines('struct S {', '  /* a', '   * b', '   */', '  a: u8;', '}'),
  },
  {
    claim: 'other lines in a comment stay where they are',
    from: 'struct S {\n      /* a\n      b */\n  a: u8;\n}',
    to: lines('struct S {', '  /* a', '      b */', '  a: u8;', '}'),
  },
  {
    claim: 'a comment on a line of its own inside a member stays there',
    from: 'struct S {\n  a:\n// why\nu8;\n}',
    to: lines('struct S {', '  a:', '    // why', '    u8;', '}'),
  },
  { claim: 'a file of comments alone keeps them', from: '\n\n// a  \n\n\n/* b */', to: '// a\n\n/* b */\n' },
];

describe('formatted', () => {
  it.each(CASES)('$claim', ({ from, to }) => {
    expect(formatted(from)).toBe(to);
  });

  it('a file with an error of syntax is refused with every such error, and one whose types are unknown is not', () => {
    const { text, diagnostics } = format({ path: 'bad.idl', text: 'package p;\nstruct S { a u8; }\nstruct { }\n' });
    expect(text).toBeUndefined();
    expect(diagnostics).toMatchObject([
      { code: 'IDL001', file: 'bad.idl', line: 2 },
      { code: 'IDL001', line: 3 },
    ]);
    expect(format({ path: 'deep.idl', text: `struct S { a: ${'('.repeat(40)}` }).diagnostics).toMatchObject([{ code: 'IDL025' }]);
    expect(formatted('struct S { a: Nope; }')).toBe('struct S { a: Nope; }\n');
  });
});

/** Tokens without commas before a bracket that closes, and comments without the space around their lines, in one order. */
function substanceOf(text: string): string[] {
  const { tokens, hidden } = tokenize(text);
  const kept = tokens.filter(({ image }, index) => image !== ',' || !/^[)}]$/.test(tokens[index + 1]?.image ?? ''));
  return [...kept, ...hidden]
    .sort((a, b) => a.startOffset - b.startOffset)
    .map(({ image }) =>
      image
        .split(/\r\n|\r|\n/)
        .map((line) => line.trim())
        .join('\n'),
    );
}

const space = fc.stringMatching(/^[ \t\n\r]{1,4}$/);
const words = fc.stringMatching(/^[ -~\t*]{0,12}$/);
const comment = fc.oneof(
  words.map((text) => `//${text}\n`),
  words.map((text) => `/// ${text}\r\n`),
  fc.array(words, { minLength: 1, maxLength: 3 }).map((parts) => `/*${parts.join('\n  * ').replaceAll('/', '|')} */`),
);
const noise = fc
  .oneof(
    { weight: 6, arbitrary: fc.constantFrom(' ', '\n', '\n\n\n') },
    { weight: 2, arbitrary: fc.array(fc.oneof(space, comment), { maxLength: 4 }).map((parts) => parts.join('')) },
  )
  .map((text) => (text === '' ? ' ' : text));

describe('every valid file, with space and comments anywhere between its tokens', () => {
  it('there are such files', () => {
    expect(VALID.length).toBeGreaterThan(15);
  });

  it.each(VALID)('$path keeps its tokens, comments, documentation and ids, and is formatted once', (file) => {
    const { tokens } = tokenize(file.text);
    fc.assert(
      fc.property(fc.infiniteStream(noise), fc.constantFrom('\n', '\r\n', '\r'), fc.boolean(), (gaps, lineEnd, oneLine) => {
        const gap = (): string => {
          const next: string = gaps.next().value;
          return oneLine && !next.includes('//') ? next.replaceAll(/\s+/g, ' ') : next.replaceAll(/\r\n|\r|\n/g, lineEnd);
        };
        const text = tokens.map(({ image }) => gap() + image).join('') + gap();
        const once = formatted(text);
        expect(substanceOf(once)).toEqual(substanceOf(text));
        expect(once).not.toMatch(/[ \t]\n|\n\n\n|\r|^\n|[^\n]$/);
        const before = compile([{ path: file.path, text }]);
        expect(before.diagnostics).toEqual([]);
        expect(compile([{ path: file.path, text: once }]).schemas).toEqual(before.schemas);
      }),
      { numRuns: 15 },
    );
  });
});

describe('files that are wrong', () => {
  /** Whether it was formatted, which leaves it as wrong as it was. */
  function isFormatted(text: string): boolean {
    const { text: once, diagnostics } = format({ path: 'a.idl', text });
    if (once === undefined) {
      expect(diagnostics?.length).toBeGreaterThan(0);
      return false;
    }
    expect(substanceOf(once)).toEqual(substanceOf(text));
    expect(format({ path: 'a.idl', text: once }).text).toBe(once);
    return true;
  }

  it('are refused for their syntax, or keep every token and comment', () => {
    const judged = CORPUS.map(({ marked }) => isFormatted(unmark(marked).text));
    expect(judged.filter((each) => each).length).toBeGreaterThan(100);
    expect(judged.filter((each) => !each).length).toBeGreaterThan(5);
  });

  it('so are valid files that were changed at random', { timeout: 120_000 }, () => {
    let count = 0;
    fc.assert(
      fc.property(mutant, ({ text }) => {
        if (isFormatted(text)) count += 1;
      }),
      { numRuns: 400 },
    );
    expect(count).toBeGreaterThan(10);
  });
});
