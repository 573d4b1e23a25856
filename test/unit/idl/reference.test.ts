/** Reference pages: what they say, and that no comment says more than text. The pages are read with a Markdown parser that lets HTML through. */
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import MarkdownIt from 'markdown-it';
import { describe, expect, it } from 'vitest';
import { compile, reference } from '../../../dist/idl/index.js';
import { layoutOf } from '../../../dist/abi/type-layout.js';
import { seedFrom } from '../../model/depth.js';

// A usual run is the same each time; FC_SEED replays another.
fc.configureGlobal({ seed: seedFrom('FC_SEED', 1) });

const reader = new MarkdownIt('commonmark', { html: true }).enable(['table', 'strikethrough']);

function pagesOf(text: string): Map<string, string> {
  const compilation = compile([{ path: 'p.idl', text }]);
  expect(compilation.diagnostics).toEqual([]);
  return new Map(reference(compilation).map((page) => [page.path, page.text]));
}

const pageOf = (body: string): string => pagesOf(`package p;\n${body}\n`).get('p.md')!;

describe('a reference page', () => {
  it('of every construct is the one that is committed, and so is the list of pages', () => {
    const golden = 'test/fixtures/reference/pages';
    const source = 'test/fixtures/reference/shop.idl';
    const pages = reference(compile([{ path: source, text: readFileSync(source, 'utf8') }]));
    expect(pages.map((page) => page.path).sort()).toEqual(readdirSync(golden).sort());
    for (const page of pages) expect(page.text).toBe(readFileSync(path.join(golden, page.path), 'utf8'));
  });

  it('gives each field the slot and byte at which it lies', () => {
    const body = 'struct S { a: u8; text: string; b: u64; child: Option<RRef<S>>; list: [bytes; 3]; pair: (u8, u16); }';
    const page = pageOf(body);
    const rows = [...page.matchAll(/^\| `(\w+)` \| .*? \| ([\d to]*) ?\| ([\d to]*) ?\| \|$/gm)].map(([, name, slots, bytes]) => [
      name,
      slots.trim(),
      bytes.trim(),
    ]);
    expect(rows).toEqual([
      ['a', '', '0'],
      ['text', '0', '4 to 7'],
      ['b', '', '8 to 15'],
      ['child', '1', ''],
      ['list', '2 to 4', '16 to 27'],
      ['pair', '', '28 to 31'],
    ]);
    const [schema] = compile([{ path: 'p.idl', text: `package p;\n${body}` }]).schemas;
    expect(layoutOf({ kind: 'named', name: 'p.S' }, schema)).toEqual({ slots: 5, bytes: 32, align: 8 });
    expect(page).toContain('Takes 5 slots and 32 bytes of data aligned to 8, 52 bytes in all.');
    expect(page).toContain(schema.structs['p.S'].id);
  });

  it('says of each argument what moves, is lent, copied or a capability, and why a method is not replayable', () => {
    const page = pageOf('struct T { a: u8; }\ninterface I {\n  m(moved: RRef<T>, lent: &RRef<T>, plain: T, back: I): Option<RRef<T>>;\n  ok(a: u8): void;\n}');
    const rule = (name: string): string | undefined => new RegExp(`^\\| ${name} \\| [^|]* \\| ([^|]*) \\|`, 'm').exec(page)?.[1];
    expect(rule('`moved`')).toMatch(/^moves/);
    expect(rule('`lent`')).toMatch(/^lent/);
    expect(rule('`plain`')).toBe('copied');
    expect(rule('`back`')).toMatch(/^a capability/);
    expect(rule('\\*result\\*')).toMatch(/^moves: the caller's/);
    expect(page).toMatch(/- Not replayable: moved moves.*; back passes an interface reference/);
    expect(page).toMatch(/### I\.ok[\s\S]*- Method 1\.[\s\S]*- Replayable/);
  });

  it('tells tags of variants, where payloads lie, constants and annotations', () => {
    const page = pageOf(
      'const N: u8 = 3;\nconst TEXT: string = "a|b`c";\nenum E { None, Some(u64), Two(u8, E2) }\nenum E2 { A, B }\n@recoverable @noForward interface I {\n  @deadline(50ms) @async m(): u8;\n  @since(2) n(): void;\n}',
    );
    expect(page).toContain('| `N` | `u8` | `3` | |');
    expect(page).toContain('| `TEXT` | `string` | "a\\|b\\`c" | |');
    expect(page).toContain('the data of a payload begins at byte 8');
    expect(page).toContain('| 1 | `Some` | `u64` | 8 bytes | |');
    expect(page).toContain('| 1 | `B` | |');
    for (const part of ['`@recoverable`', '`@noForward`', '50 ms', '`@async`', 'Since version 2.']) expect(page).toContain(part);
  });

  it('links types to their sections, across pages and where names differ in case alone', () => {
    const read = (file: string): string | undefined => (path.basename(file) === 'q.idl' ? 'package q;\nstruct Far { a: u8; }' : undefined);
    const compilation = compile([{ path: 'p.idl', text: 'package p;\nimport "./q.idl";\nstruct A { b: q.Far; c: E; d: e; }\nenum E { X }\nenum e { Y }' }], {
      read,
    });
    expect(compilation.diagnostics).toEqual([]);
    const page = reference(compilation).find((each) => each.path === 'p.md')!.text;
    expect(page).toContain('[`q.Far`](q.md#struct-far)');
    expect(page).toContain('| `c` | [`E`](#enum-e) |');
    expect(page).toContain('| `d` | [`e`](#enum-e-1) |');
  });
});

/** What a page consists of, without the text in it. */
function outline(text: string): { readonly shape: string[]; readonly html: string[]; readonly links: string[] } {
  const tokens = reader.parse(text, {});
  const all = tokens.flatMap((token) => [token, ...(token.children ?? [])]);
  return {
    shape: tokens.map((token) => token.type).filter((type) => /^(heading|table|tr|th|td|code_block|fence|hr|blockquote)/.test(type)),
    html: all.filter((token) => token.type.startsWith('html')).map((token) => token.content),
    links: all.flatMap((token) => (token.type === 'link_open' || token.type === 'image' ? [String(token.attrGet('href') ?? token.attrGet('src'))] : [])),
  };
}

const markup = fc.constantFrom(
  ...[
    '|',
    '||',
    '`',
    '``',
    '```',
    '~~~',
    '\\',
    '\\|',
    '<b>',
    '</td>',
    '<!--',
    '-->',
    '<script>',
    '<http://a.b>',
    '[x](y)',
    '![x](y)',
    '[x]: y',
    '*',
    '**',
    '_',
    '~~',
  ],
  ...[
    '&lt;',
    '&#60;',
    '# ',
    '===',
    '---',
    '- ',
    '+ ',
    '1. ',
    '> ',
    '    code',
    '\t',
    '\u2028',
    '\u202e',
    '$x$',
    '{x}',
    'word',
    ' ',
    '`a|b`',
    '`RRef<T>`',
    '`\\`',
    '|---|',
  ],
);
const docLine = fc
  .array(
    fc.oneof(
      markup,
      fc.string({ maxLength: 4 }).map((text) => text.replaceAll(/[\r\n]/g, ' ')),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''));
const docLines = fc.array(docLine, { minLength: 1, maxLength: 4 });

function source(docs: readonly (readonly string[])[]): string {
  const doc = (index: number): string => docs[index].map((line) => `/// ${line}\n`).join('');
  return `${doc(0)}package p;\n${doc(1)}struct S {\n${doc(2)}a: u8;\n}\n${doc(3)}enum E {\n${doc(4)}A,\n${doc(5)}B(S),\n}\n${doc(6)}interface I {\n${doc(7)}m(\n${doc(8)}a: S): E;\n}\n${doc(9)}const C: u8 = 1;\n`;
}

describe('comments on reference pages', () => {
  const plain = pagesOf(source(Array.from({ length: 10 }, () => ['word'])));

  it('make no headings, tables, cells, code, links or HTML of their own, whatever they hold', () => {
    expect(outline(plain.get('p.md')!).shape.length).toBeGreaterThan(60);
    fc.assert(
      fc.property(fc.array(docLines, { minLength: 10, maxLength: 10 }), (docs) => {
        for (const [name, text] of pagesOf(source(docs))) {
          const { html, ...rest } = outline(text);
          const { html: _, ...expected } = outline(plain.get(name)!);
          expect(html).toEqual([]);
          expect(rest).toEqual(expected);
        }
      }),
      { numRuns: 300, examples: [[Array.from({ length: 10 }, () => ['|', ':-'])]] },
    );
  });

  it('keep their words, code spans, paragraphs and lists', () => {
    const page = pageOf('/// Takes `RRef<T>` & more. A second sentence.\n///\n/// - one\n/// - two <b>\nstruct S {\n  /// a | b and `c|d`\n  a: u8;\n}');
    expect(page).toContain('\nTakes `RRef<T>` &amp; more. A second sentence.\n\n- one\n- two &lt;b&gt;\n');
    expect(page).toContain('| struct | [`S`](#struct-s) | Takes `RRef<T>` &amp; more. |');
    expect(page).toContain('a \\| b and \\`c\\|d\\` |');
  });
});

describe('deciduous idl reference', () => {
  function run(...words: string[]) {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['dist/cli/main.js', 'idl', 'reference', ...words], { encoding: 'utf8' });
    expect(stdout + stderr).not.toMatch(/\n\s+at /);
    return { status, stdout, stderr };
  }

  it('writes pages, compares them with --check, and refuses wrong files and wrong use', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'deciduous-reference-'));
    try {
      expect(run('idl/kv.idl', '--out', folder, '--check').status).toBe(1);
      expect(readdirSync(folder)).toEqual([]);
      expect(run('idl/kv.idl', '--out', folder).status).toBe(0);
      expect(readdirSync(folder).sort()).toEqual(['README.md', 'kv.md', 'log.md']);
      expect(JSON.parse(run('idl/kv.idl', '--out', folder, '--check', '--json').stdout)).toMatchObject({
        ok: true,
        files: [{ state: 'unchanged' }, { state: 'unchanged' }, { state: 'unchanged' }],
      });
      const wrong = run('test/fixtures/extensions/lab.idl', 'README.md', '--out', folder, '--json');
      expect(wrong.status).toBe(1);
      expect(JSON.parse(wrong.stdout)).toMatchObject({ ok: false, files: [] });
      expect(run('idl/kv.idl').status).toBe(2);
      expect(run('--help').stdout).toMatch(/EXAMPLES\n\n {2}deciduous idl reference/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
