import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type PACK_CODES, PackError, packExtension } from '../../../dist/pack/index.js';
import { writeExtension } from './support/pack-and-run.js';

async function refusal(entry: string): Promise<PackError> {
  try {
    await packExtension(entry);
  } catch (error) {
    expect(error).toBeInstanceOf(PackError);
    return error as PackError;
  }
  throw new Error('it was not refused');
}

/** `^` in the source marks the place that the refusal has to name. */
async function refusalOf(marked: string, file = 'extension.ts', more: { readonly [path: string]: string } = {}): Promise<PackError> {
  const at = marked.indexOf('^');
  const before = marked.slice(0, at).split('\n');
  const error = await refusal(writeExtension({ [file]: marked.replace('^', ''), ...more }));
  if (at >= 0) expect([error.line, error.column]).toEqual([before.length, (before.at(-1) ?? '').length + 1]);
  return error;
}

const END = '\nexport default 1;\n';

const DEFINES = "import { defineDomain } from 'deciduous/domain';\nexport default defineDomain({ provides: {}, init: () => ({}), ";

const REFUSED: readonly (readonly [keyof typeof PACK_CODES, string, string])[] = [
  ['PACK003', 'text that is not TypeScript', 'const x = 1;\nconst ^= 2;'],
  ['PACK003', 'await in a function that is not async', `export function f() {\n  ^await (0);\n}${END}`],
  ['PACK004', 'a package that is not installed', `import x from ^'no-such-package-anywhere';\nx();${END}`],
  ['PACK004', 'a file that is not there', `import { x } from ^'./nowhere.js';\nx();${END}`],
  ['PACK004', 'code from the network', `import x from 'https://example.org/x.js';\nx();${END}`],
  ['PACK005', 'a module of Node', `import { readFileSync } from ^'node:fs';\nreadFileSync('/etc/passwd');${END}`],
  ['PACK005', 'a module of Node without its prefix', `import cp from ^'child_process';\ncp.fork('x');${END}`],
  ['PACK006', "the host's half of deciduous", `import { boot } from ^'deciduous';\nboot();${END}`],
  ['PACK006', 'values of deciduous/schema', `import { typeToken } from ^'deciduous/schema';\ntypeToken();${END}`],
  ['PACK008', 'an entry without a default export', 'export const x = 1;'],
  ['PACK009', 'import() of a computed name', `const n = String(1);\nexport const p = ^import(n);${END}`],
  ['PACK009', 'import() of deciduous/domain', `export const p = import(^'deciduous/domain');${END}`],
  ['PACK009', 'require() of deciduous/domain', `export const p = require(^'deciduous/domain');${END}`],
  ['PACK010', 'a direct eval', `export const f = (x) => ^eval(x);\nf('1');${END}`],
  ['PACK010', 'a direct eval under an escaped name', `export const f = (x) => ^\\u0065val(x);\nf('1');${END}`],
  ['PACK011', 'an HTML-like comment', `const x = 1;\n^<!-- y\nexport = x;`],
  ['PACK012', "a name of the build's own", `let ^$d$f = 9;\nexport const g = () => { $d$f = 1e9; };${END}`],
  ['PACK012', "a free name of the build's own", `globalThis.x = ^$d$;${END}`],
  ['PACK012', "a name of the build's own, escaped", `globalThis.x = ^\\u0024d$;${END}`],
  ['PACK012', "a label of the build's own", `^$d$a: for (;;) break $d$a;${END}`],
  ['PACK012', "a parameter of the build's own", `globalThis.f = ({ a: [^$d$k] }) => $d$k;${END}`],
  ['PACK013', 'await outside of a function', `^await Promise.resolve(1);${END}`],
  ['PACK013', 'for await outside of a function', `for await (const x of []) ;${END}`],
  ['PACK014', 'import.meta', `globalThis.x = ^import.meta.url;${END}`],
  ['PACK015', 'arguments outside of a function', `globalThis.x = () => ^arguments[0];${END}`],
  [
    'PACK020',
    'uses that is computed',
    `import { defineDomain } from 'deciduous/domain';\nconst powers = ['clock', 'url'];\nexport default defineDomain({ uses: ^powers, provides: {}, init: () => ({}) });`,
  ],
  [
    'PACK020',
    'a power that there is not',
    `import { defineDomain as define } from 'deciduous/domain';\nexport default define({ uses: ['clock', ^'network'], provides: {}, init: () => ({}) });`,
  ],
  ['PACK017', 'a name that deciduous/domain does not have', `import { ^boot } from 'deciduous/domain';\nboot();${END}`],
  ['PACK018', 'a BigInt of too many digits', `export const x =\n  ^0x${'7'.repeat(70_000)}n;${END}`],
  [
    'PACK021',
    'a regular expression whose groups are nested too deeply',
    `const x =\n  ^/${'('.repeat(49)}x${')'.repeat(49)}/;\nexport const y = x.test('');${END}`,
  ],
  ['PACK018', 'a hundred thousand look-behinds in each other', `const x = /${'(?<='.repeat(1e5)}x${')'.repeat(1e5)}/;\nexport const y = x.test('');${END}`],
  ['PACK020', 'limits that are computed when it runs', `${DEFINES}limits: ^Object.assign({}, {}) });`],
  ['PACK020', 'a limit that is computed when it runs', `${DEFINES}limits: { timers: ^Math.random() } });`],
  ['PACK020', 'a limit that does not exist', `${DEFINES}limits: { slices: ^7 } });`],
  ['PACK020', 'a limit that cannot be', `${DEFINES}limits: { timers: ^0.5 } });`],
  ['PACK020', 'a version that is no whole number', `${DEFINES}version: ^1.5 });`],
];

describe('the build refuses, with place, reason and way out,', () => {
  it.each(REFUSED)('%s: %s', async (code, _title, source) => {
    const error = await refusalOf(source);
    expect(error.code).toBe(code);
    expect(error.message.startsWith(`${code}: `)).toBe(true);
    expect(error.message).not.toContain('node_modules/esbuild');
    if (error.line !== undefined) expect(error.message).toMatch(/\n +\| +\^/);
  });

  it('PACK001: an entry that is missing, or a folder', async () => {
    expect(await refusal('/nowhere/extension.ts')).toMatchObject({ code: 'PACK001', file: '/nowhere/extension.ts' });
    expect((await refusal('/nowhere/extension.ts')).message).toContain('there is no such file');
    expect((await refusal(tmpdir())).code).toBe('PACK001');
  });

  it('PACK002: an entry or an import that is no program', async () => {
    expect((await refusal(writeExtension({ 'notes.txt': 'x' }))).code).toBe('PACK002');
    expect((await refusalOf(`import ^'./a.css';${END}`, 'extension.ts', { 'a.css': 'a{}' })).code).toBe('PACK002');
  });

  it('PACK011: with, in a library too', async () => {
    const more = { 'old.cjs': 'module.exports = (o) => {\n  with (o) return x;\n};' };
    const error = await refusalOf(`import f from './old.cjs';\nf({});${END}`, 'extension.ts', more);
    expect(error).toMatchObject({ code: 'PACK011', line: 2 });
    expect(error.file).toContain('old.cjs');
  });

  it('PACK016: a file outside of the folder, through .. and through a symbolic link', async () => {
    const outside = join(tmpdir(), `outside-${process.pid}.json`);
    writeFileSync(outside, '{"secret":1}');
    const climbing = await refusalOf(`import s from ^'${'../'.repeat(20)}${outside.slice(1)}';\ns();${END}`);
    expect(climbing.code).toBe('PACK016');
    const entry = writeExtension({ 'extension.ts': `import s from './link.json';\ns();${END}` });
    symlinkSync(outside, join(dirname(entry), 'link.json'));
    expect((await refusal(entry)).code).toBe('PACK016');
  });

  it('PACK016: a schema outside of the folder, through a symbolic link', async () => {
    const outside = join(tmpdir(), `outside-${process.pid}.schema.json`);
    writeFileSync(outside, 'root:secret');
    const entry = writeExtension({ 'extension.ts': `import { Key } from './kv.js';\nKey();${END}` });
    symlinkSync(outside, join(dirname(entry), 'kv.schema.json'));
    const error = await refusal(entry);
    expect(error.code).toBe('PACK016');
    expect(error.message).not.toContain('secret');
  });

  it('PACK018: a file that is larger than programs are', async () => {
    const error = await refusalOf(`import data from ^'./data.json';\ndata();${END}`, 'extension.ts', { 'data.json': `"${'x'.repeat(2 ** 24)}"` });
    expect(error.code).toBe('PACK018');
  });

  it('PACK016 no longer, where a root is given that holds the file', async () => {
    const folder = join(tmpdir(), `pack-root-${process.pid}`);
    mkdirSync(join(folder, 'inner'), { recursive: true });
    writeFileSync(join(folder, 'shared.ts'), 'export const x: number = 5;');
    writeFileSync(join(folder, 'inner', 'extension.ts'), "import { x } from '../shared.js';\nexport default x;");
    const entry = join(folder, 'inner', 'extension.ts');
    expect((await refusal(entry)).code).toBe('PACK016');
    expect((await packExtension(entry, { root: folder })).name).toBe('extension');
  });

  it('PACK018: a program nested too deeply', async () => {
    const error = await refusalOf(`export default ${'['.repeat(20_000)}${']'.repeat(20_000)};`);
    expect(error.code).toBe('PACK018');
  });

  it('the importer and what to ask for instead, where a module of Node is imported', async () => {
    const error = await refusalOf(`import { get } from ^'https';\nget('x');${END}`);
    expect(error.message).toContain('extension.ts imports https');
    expect(error.message).toContain('An extension has no network');
  });
});

describe('the build does not refuse', () => {
  it('types that vanish, imports that are known, and code that nobody reaches', async () => {
    const entry = writeExtension({
      'extension.ts': [
        "import type { RRef } from 'deciduous/schema';",
        "import type { Kernel } from 'deciduous';",
        "import { used } from './third.js';",
        'export const f = (x: RRef<Kernel>) => [used, import("./other.js")];',
        'export default f;',
      ].join('\n'),
      'other.ts': 'export const other = 1;',
      'third.ts': 'export const used = 1; export function dead() { return import(String(1)); }',
    });
    expect((await packExtension(entry)).code).not.toContain('dead');
  });
});
