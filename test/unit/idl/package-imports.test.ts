/** Imports of files of npm packages, and of what is no text: on disk, as they are installed. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { compile } from '../../../dist/idl/index.js';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function folderWith(files: { readonly [place: string]: string | Buffer }): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'deciduous-imports-'));
  folders.push(folder);
  for (const [place, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, place)), { recursive: true });
    writeFileSync(path.join(folder, place), content);
  }
  return folder;
}

const POINT = 'package geo;\nstruct Point { x: f64; }';
const importing = (target: string, body = 'struct Line { from: geo.Point; }'): string => `package main;\nimport "${target}";\n${body}`;

/** Compiles main.idl, or another file of the folder. */
function compileIn(folder: string, text: string, place = 'app/main.idl') {
  const { diagnostics, schemas, files } = compile([{ path: path.join(folder, place), text }]);
  return { said: diagnostics.map(({ code, line, column, message, wayOut }) => `${code} ${line}:${column} ${message}; ${wayOut}`), diagnostics, schemas, files };
}
const packagesOf = ({ said, schemas }: ReturnType<typeof compileIn>): string[] => {
  expect(said).toEqual([]);
  return schemas.map((schema) => schema.package).sort();
};

describe('an import from a package', () => {
  it('finds a file of the nearest installed package, whatever the package exports', () => {
    const folder = folderWith({
      'node_modules/shapes/package.json': '{"name":"shapes","exports":{".":"./index.js"}}',
      'node_modules/shapes/idl/geo.idl': 'package geo;\nstruct Point { far: f64; }',
      'app/node_modules/shapes/package.json': '{"name":"shapes"}',
      'app/node_modules/shapes/idl/geo.idl': POINT,
    });
    expect(packagesOf(compileIn(folder, importing('shapes/idl/geo.idl')))).toEqual(['geo', 'main']);
    expect(compileIn(folder, importing('shapes/idl/geo.idl')).schemas.find((each) => each.package === 'geo')?.structs['geo.Point'].fields[0].name).toBe('x');
    expect(packagesOf(compileIn(folder, importing('shapes/idl/geo.idl'), 'lib/deep/main.idl'))).toEqual(['geo', 'main']);
  });

  it('writes the module of the package beside the own one, which imports it from there', () => {
    const folder = folderWith({ 'node_modules/@land/shapes/geo.idl': POINT });
    const { files } = compileIn(folder, importing('@land/shapes/geo.idl'));
    expect(files.map((file) => file.path).sort()).toEqual(['geo.schema.json', 'geo.ts', 'main.schema.json', 'main.ts']);
    expect(files.find((file) => file.path === 'main.ts')?.text).toContain("import type * as geo from './geo.js';");
  });

  it('finds the files of the package itself by its own name, before any that is installed', () => {
    const folder = folderWith({
      'package.json': '{"name":"own"}',
      'idl/geo.idl': POINT,
      'node_modules/own/idl/geo.idl': 'package geo;\nstruct Other { x: f64; }',
    });
    expect(packagesOf(compileIn(folder, importing('own/idl/geo.idl')))).toEqual(['geo', 'main']);
  });

  it('follows links, so that one file is one module, and its own imports start from where it really is', () => {
    const folder = folderWith({
      'store/shapes/geo.idl': 'package geo;\nimport "units/units.idl";\nstruct Point { x: units.Metre; }',
      'store/node_modules/units/units.idl': 'package units;\nstruct Metre { value: f64; }',
      'app/node_modules/.keep': '',
    });
    symlinkSync(path.join(folder, 'store/shapes'), path.join(folder, 'app/node_modules/shapes'));
    const text = importing('shapes/geo.idl', 'import "../store/shapes/geo.idl";\nstruct Line { from: geo.Point; }');
    expect(packagesOf(compileIn(folder, text))).toEqual(['geo', 'main', 'units']);
  });

  it('finds the interfaces of deciduous, here and where it is installed', () => {
    const text = 'package main;\nimport "deciduous/idl/kv.idl";\ninterface Door { open(store: kv.KvStore): void; }';
    expect(packagesOf(compileIn(process.cwd(), text, 'samples/main.idl'))).toEqual(['kv', 'log', 'main']);
    const folder = folderWith({ 'node_modules/.keep': '' });
    symlinkSync(process.cwd(), path.join(folder, 'node_modules/deciduous'));
    expect(packagesOf(compileIn(folder, text))).toEqual(['kv', 'log', 'main']);
  });

  it.each<[string, string, RegExp]>([
    ['a package that is not installed', 'gone/idl/geo.idl', /^IDL002 2:8 no package `gone` is installed here or above; install it: npm install gone/],
    ['a scope that is not installed', '@land/gone/geo.idl', /^IDL002 2:8 no package `@land\/gone` is installed/],
    [
      'a file that its package does not have',
      'shapes/idl/other.idl',
      /^IDL002 2:8 package `shapes` has no file idl\/other\.idl; see what is in .*node_modules\/shapes$/,
    ],
    ['a package alone', 'shapes', /^IDL002 2:8 `shapes` is neither a relative path nor a file of a package; write "\.\/shapes"/],
    ['a scope alone', '@land/shapes', /^IDL002 2:8 `@land\/shapes` is neither/],
    ['a way out of the package', 'shapes/../../secret.idl', /^IDL002 2:8 `shapes\/\.\.\/\.\.\/secret\.idl` is neither/],
    ['an absolute path', '/shapes/geo.idl', /^IDL002 2:8 `\/shapes\/geo\.idl` is neither/],
    ['an address', 'https://example.org/geo.idl', /^IDL002 2:8 .* is neither/],
    ['a path of another system', 'C:\\\\geo.idl', /^IDL002 2:8 .* is neither/],
    ['nothing', '', /^IDL002 2:8 `` is neither/],
  ])('of %s is refused', (_, target, why) => {
    const folder = folderWith({ 'node_modules/shapes/package.json': '{"name":"shapes"}', 'node_modules/shapes/idl/geo.idl': POINT });
    const { said } = compileIn(folder, importing(target));
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(why);
  });

  it('that means a file beside it is told so, and the fix writes the path', () => {
    const folder = folderWith({ 'app/lib/geo.idl': POINT });
    const { said, diagnostics } = compileIn(folder, importing('lib/geo.idl'));
    expect(said[0]).toContain('there is no package `lib` here, and a file ./lib/geo.idl; write "./lib/geo.idl"');
    expect(diagnostics[0].fix?.edits).toEqual([{ offset: 21, length: 13, text: '"./lib/geo.idl"' }]);
  });

  it('does not stumble over a package.json that is none', () => {
    const folder = folderWith({ 'app/package.json': '{ "name": ', 'app/sub/package.json': 'null', 'node_modules/shapes/geo.idl': POINT });
    expect(packagesOf(compileIn(folder, importing('shapes/geo.idl'), 'app/sub/main.idl'))).toEqual(['geo', 'main']);
  });

  it('can be read from memory alone', () => {
    const files: { readonly [place: string]: string } = { '/nowhere/node_modules/shapes/geo.idl': POINT };
    const { diagnostics, schemas } = compile([{ path: '/nowhere/app/main.idl', text: importing('shapes/geo.idl') }], { read: (place) => files[place] });
    expect(diagnostics).toEqual([]);
    expect(schemas.map((schema) => schema.package)).toEqual(['geo', 'main']);
  });
});

describe('an import of what is no text', () => {
  it.each<[string, Buffer | undefined, RegExp]>([
    ['a folder', undefined, /geo\.idl is a folder; import an \.idl file/],
    ['a picture', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x00, 0x00]), /geo\.idl is no text: byte 4 is zero/],
    ['text in Latin 1', Buffer.from('package geo;\n// \u00fcber\nstruct Point { x: f64; }', 'latin1'), /geo\.idl is not UTF-8: see line 2;/],
    ['text that ends within a character', Buffer.from([...Buffer.from('package geo;\n\n// \ufffd '), 0xe2, 0x82]), /geo\.idl is not UTF-8: see line 3;/],
    ['text in UTF-16', Buffer.from('\ufeffpackage geo;', 'utf16le'), /geo\.idl is UTF-16;/],
  ])('%s is told at the import, and what is behind it is not called unknown', (_, content, why) => {
    const folder = folderWith(content === undefined ? { 'app/geo.idl/.keep': '' } : { 'app/geo.idl': content });
    const { said } = compileIn(folder, importing('./geo.idl'));
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(/^IDL002 2:8 /);
    expect(said[0]).toMatch(why);
  });

  it('and what a reader of the caller throws is told as it says it', () => {
    const read = (): never => {
      throw new Error('is locked by its editor');
    };
    const { diagnostics } = compile([{ path: 'main.idl', text: importing('./geo.idl') }], { read });
    expect(diagnostics.map(({ code, message }) => `${code} ${message}`)).toEqual(['IDL002 geo.idl is locked by its editor']);
  });
});
