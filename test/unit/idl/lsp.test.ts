import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type CodeAction,
  CodeActionRequest,
  type CompletionItem,
  CompletionRequest,
  DefinitionRequest,
  type Diagnostic,
  DocumentFormattingRequest,
  DocumentSymbolRequest,
  type Hover,
  HoverRequest,
  type Location,
  type MarkupContent,
  type Position,
  PrepareRenameRequest,
  ReferencesRequest,
  RenameRequest,
  type TextEdit,
} from 'vscode-languageserver-protocol/node';
import { checkLocks, compile, format } from '../../../dist/idl/index.js';
import { LanguageClient, messageOf, uriOf } from './language-client.js';

const COMMON = `/// What several packages share.
package common;

const MOST: u32 = 3;

/// A place.
struct Point { x: f64; y: f64; }

struct Order {
  id: u8;
  /// How much.
  price: u64;
  name: string<=MOST;
  at: Point;
  next: Option<RRef<Order>>;
}

enum Colour { Red, Custom(u32) }
`;
const SHOP = `package shop;
import "./common.idl";

struct Box { of: common.Order; sides: [common.Colour; common.MOST]; }

@recoverable
interface Prices { total(order: &RRef<common.Order>): u64; }

interface Shop {
  place(order: RRef<common.Order>, box: Box, count: u32, sink: Prices): Result<RRef<common.Order>, common.Colour>;
}
`;

let folder = '';
let client: LanguageClient;
const inFolder = (name: string): string => path.join(folder, name);
const uri = (name: string): string => uriOf(inFolder(name));
let common = '';
let shop = '';

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'deciduous-lsp-'));
  writeFileSync(inFolder('common.idl'), COMMON);
  writeFileSync(inFolder('shop.idl'), SHOP);
  common = uri('common.idl');
  shop = uri('shop.idl');
  client = await LanguageClient.start(folder);
  await client.open(common, COMMON);
  await client.ofVersion(shop, await client.open(shop, SHOP));
});
afterAll(async () => {
  expect(await client.stop()).toBe(0);
  expect(client.errors).toBe('');
  rmSync(folder, { recursive: true, force: true });
});

/** The place of the `nth` `found` in `text`, `into` units from its beginning. */
function at(text: string, found: string, into = 0, nth = 0): Position {
  let offset = text.indexOf(found);
  for (let count = 0; count < nth; count += 1) offset = text.indexOf(found, offset + 1);
  expect(offset).toBeGreaterThanOrEqual(0);
  const before = text.slice(0, offset + into).split('\n');
  return { line: before.length - 1, character: before.at(-1)!.length };
}

function offsetAt(text: string, { line, character }: Position): number {
  return text.split('\n').slice(0, line).join('\n').length + (line > 0 ? 1 : 0) + character;
}

function edited(text: string, edits: readonly TextEdit[]): string {
  return [...edits]
    .sort((a, b) => offsetAt(text, b.range.start) - offsetAt(text, a.range.start))
    .reduce((now, { range, newText }) => now.slice(0, offsetAt(text, range.start)) + newText + now.slice(offsetAt(text, range.end)), text);
}

async function hover(document: string, position: Position): Promise<string> {
  const answer: Hover | null = await client.connection.sendRequest(HoverRequest.type, { textDocument: { uri: document }, position });
  return answer ? (answer.contents as MarkupContent).value : '';
}

/** Opens a file that is not on disk, with `|` where the cursor stands, and answers what may be written there. */
async function complete(marked: string): Promise<CompletionItem[]> {
  const text = marked.replace('|', '');
  const document = uri('scratch.idl');
  await client.open(document, text);
  const answer = await client.connection.sendRequest(CompletionRequest.type, { textDocument: { uri: document }, position: at(marked, '|') });
  await client.close(document);
  return answer as CompletionItem[];
}
const labels = async (marked: string): Promise<string[]> => (await complete(marked)).map(({ label }) => label);

/** What an editor shows, as the command line says it. */
const told = (diagnostics: readonly Diagnostic[]): string[] =>
  diagnostics.map((each) => `${each.range.start.line + 1}:${each.range.start.character + 1} ${each.code} ${messageOf(each)}`);
const compiled = (filePath: string, text: string): string[] =>
  compile([{ path: filePath, text }])
    .diagnostics.filter(({ file }) => file === filePath)
    .map(({ line, column, code, message, wayOut }) => `${line}:${column} ${code} ${message}\nway out: ${wayOut}`);

describe('diagnostics', () => {
  it('are those of the command line, with the page of the rule', async () => {
    const text = 'package wrong;\nstruct S { a: number; b: Nope; }\ninterface I { m(a: &mut RRef<S>): RpcResult<void>; }\nstruct T { x u8; }\n';
    const document = uri('wrong.idl');
    const diagnostics = await client.ofVersion(document, await client.open(document, text));
    expect(told(diagnostics)).toEqual(compiled(inFolder('wrong.idl'), text));
    expect(diagnostics.length).toBe(5);
    for (const { source, codeDescription, severity } of diagnostics) {
      expect({ source, severity }).toEqual({ source: 'deciduous', severity: 1 });
      expect(readFileSync(new URL(codeDescription!.href), 'utf8')).toMatch(/^# IDL\d+/);
    }
    await client.close(document);
    await client.diagnostics(document, (params) => params.diagnostics.length === 0);
  });

  it('follow unsaved text of an imported file, and what is on disk once it is closed', async () => {
    await client.change(common, { text: COMMON.replace('struct Order', 'struct Bestellung') });
    const broken = await client.diagnostics(shop, (params) => params.diagnostics.length > 0);
    expect(broken.map(({ code }) => code)).toEqual(['IDL005', 'IDL005', 'IDL005', 'IDL005']);
    expect(broken[0].message).toContain('package `common` declares no `Order`');
    await client.close(common);
    await client.diagnostics(shop, (params) => params.diagnostics.length === 0);
    await client.open(common, COMMON);
  });

  it('of an imported file that is not open are shown at that file, and go when it is mended or no longer imported', async () => {
    writeFileSync(inFolder('bad.idl'), 'package bad;\nstruct S { a: boolean; }\n');
    const user = uri('user.idl');
    await client.open(user, 'package user;\nimport "./bad.idl";\nstruct T { s: bad.S; }\n');
    const found = await client.diagnostics(uri('bad.idl'), (params) => params.diagnostics.length > 0);
    expect(told(found)).toEqual(['2:15 IDL008 `boolean` is called bool here\nway out: write bool']);
    await client.change(user, { text: 'package user;\nstruct T { s: u8; }\n' });
    await client.diagnostics(uri('bad.idl'), (params) => params.diagnostics.length === 0);
    await client.close(user);
  });

  it('name what breaks what was published while it is typed, and nothing of what does not', async () => {
    mkdirSync(inFolder('locked'));
    const text = 'package stable;\nstruct S { a: u8; }\ninterface I { one(s: S): void; }\n';
    const [{ text: lock }] = checkLocks([{ path: inFolder('locked/stable.idl'), text }]).plans;
    writeFileSync(inFolder('locked/idl.lock'), lock);
    const document = uri('locked/stable.idl');
    const grown = text.replace('void; }', 'void; two(): void; }');
    expect(await client.ofVersion(document, await client.open(document, grown))).toEqual([]);
    await client.change(document, { text: grown.replace('a: u8', 'a: u16') });
    const [broken] = await client.diagnostics(document, (params) => params.diagnostics.length > 0);
    expect(told([broken])).toEqual([
      '2:15 IDL035 stable.S.a is u8 in what was published and u16 in this file\nway out: leave it as it was, and add what is new beside it under another name; where nobody was built with it, `deciduous idl lock --accept-breaking` publishes the change',
    ]);
    await client.change(document, { text });
    await client.diagnostics(document, (params) => params.diagnostics.length === 0);
    await client.close(document);
  });

  it('of a file whose import is deleted name what is missing', async () => {
    writeFileSync(inFolder('gone.idl'), 'package gone;\nstruct S { a: u8; }\n');
    const user = uri('user.idl');
    const text = 'package user;\nimport "./gone.idl";\nstruct T { s: gone.S; }\n';
    expect(await client.ofVersion(user, await client.open(user, text))).toEqual([]);
    rmSync(inFolder('gone.idl'));
    await client.connection.sendNotification('workspace/didChangeWatchedFiles', { changes: [{ uri: uri('gone.idl'), type: 3 }] });
    const found = await client.diagnostics(user, (params) => params.diagnostics.length > 0);
    expect(found.map(({ code }) => code)).toEqual(['IDL002']);
    await client.close(user);
  });
});

describe('completion', () => {
  it('offers the words of the language where they may stand, and no others', async () => {
    expect(await labels('package p;\n|')).toEqual(expect.arrayContaining(['import', 'struct', 'enum', 'interface', 'const']));
    expect(await labels('package p;\nstruct S { a: u8; }\nint|')).toContain('interface');
    expect(await labels('package p;\nstruct S { | }')).toEqual([]);
    expect(await labels('package p;\nconst B: bool = |')).toEqual(['true', 'false']);
  });

  it('offers types in the place of a type, imported ones with their package', async () => {
    const found = await labels('package p;\nimport "./common.idl";\nconst N: u8 = 2;\nstruct Own { a: u8; }\nstruct S { a: Option<|>; }');
    expect(found).toEqual(expect.arrayContaining(['u8', 'string', 'RRef', 'Own', 'S', 'common.Point', 'common.Colour']));
    for (const wrong of ['N', 'common.MOST', 'void', 'mut']) expect(found).not.toContain(wrong);
    expect(await labels('package p;\ninterface I { m(): |; }')).toContain('void');
    expect(await labels('package p;\nimport "./common.idl";\nstruct S { a: common.|; }')).toEqual(['Point', 'Order', 'Colour']);
  });

  it('offers constants in the place of a length', async () => {
    const head = 'package p;\nimport "./common.idl";\nconst N: u8 = 2;\nstruct Own { a: u8; }\n';
    for (const place of ['struct S { a: [u8; |]; }', 'struct S { a: string<=|; }', 'struct S { a: RRefArray<Own, |>; }']) {
      expect(await labels(head + place), place).toEqual(['N', 'common.MOST']);
    }
    expect(await labels(`${head}struct S { a: [u8; common.|]; }`)).toEqual(['MOST']);
  });

  it('offers annotations behind @ where they apply, with what they take', async () => {
    const top = await complete('package p;\n@|\ninterface I { m(): void; }');
    expect(top.map(({ label }) => label)).toEqual(expect.arrayContaining(['recoverable', 'noForward', 'deadline']));
    expect(top.map(({ label }) => label)).not.toContain('idempotent');
    expect(top.find(({ label }) => label === 'deadline')).toMatchObject({ detail: '@deadline(50ms)', insertText: 'deadline(${1:50ms})' });
    const method = await labels('package p;\ninterface I { a(): void; @| }');
    expect(method).toEqual(expect.arrayContaining(['idempotent', 'async', 'deadline', 'since']));
    expect(method).not.toContain('recoverable');
  });

  it('offers the files that an import could name', async () => {
    expect(await labels('package p;\nimport "|";')).toEqual(expect.arrayContaining(['./common.idl', './shop.idl']));
    expect(await labels('package p;\nimport "./|";')).toContain('common.idl');
  });

  it('offers what fits behind errors elsewhere, and nothing within comments and strings', async () => {
    expect(await labels('package p;\nstruct Bad { x x x; [ }\nstruct S { a b; c: | }')).toContain('u32');
    expect(await labels('package p;\n// a comment |')).toEqual([]);
    expect(await labels('package p;\n/* a | comment */')).toEqual([]);
    expect(await labels('package p;\nconst S: string = "a |";')).toEqual([]);
  });
});

describe('hover', () => {
  it('of a struct shows the layout that its values have', async () => {
    const text = await hover(common, at(COMMON, 'Order {'));
    expect(text).toContain('struct common.Order');
    expect(text).toContain('2 slots, 40 bytes of data, aligned to 8. In a block: 48 bytes behind the header, data from byte 8 on.');
    expect(text).toContain('| price | `u64` |  | 8 | 8 | 8 |');
    expect(text).toContain('| name | `string<=3` | 0 | 16 | 4 | 4 |');
    expect(text).toContain('| at | `common.Point` |  | 24 | 16 | 8 |');
    expect(text).toContain('| next | `Option<RRef<common.Order>>` | 1 |  | 0 | 1 |');
  });

  it('shows the ids that the compiler gives', async () => {
    const { schemas } = compile([{ path: inFolder('shop.idl'), text: SHOP }]);
    const schema = schemas.at(-1)!;
    expect(await hover(common, at(COMMON, 'Order {'))).toContain(schema.structs['common.Order'].id);
    expect(await hover(common, at(COMMON, 'Colour {'))).toContain(schema.enums['common.Colour'].id);
    expect(await hover(shop, at(SHOP, 'Shop {'))).toContain(`fingerprint \`${schema.interfaces['shop.Shop'].id}\``);
  });

  it('of a method says of each parameter what moves, is lent, copied or a capability, and whether it may be issued again', async () => {
    const text = await hover(shop, at(SHOP, 'place('));
    expect(text).toMatch(/- `order`: moves/);
    expect(text).toMatch(/- `box`: copied, and the RRefs in it move/);
    expect(text).toMatch(/- `count`: copied\n/);
    expect(text).toMatch(/- `sink`: a capability/);
    expect(text).toMatch(/- returns: /);
    expect(text).toContain('Not replayable: order moves, and the callee may have consumed it before it died');
    expect(text).toMatch(/The arguments take \d+ slots, \d+ bytes of data/);
    expect(await hover(shop, at(SHOP, 'total('))).toContain('Replayable');
    expect(await hover(shop, at(SHOP, 'order: &'))).toContain('lent');
  });

  it('of fields, variants, constants, packages, built-in types and annotations says what they are', async () => {
    expect(await hover(common, at(COMMON, 'price'))).toMatch(/How much\.\n\n8 bytes of data, aligned to 8; offset 8 in the data\./);
    expect(await hover(common, at(COMMON, 'Custom'))).toContain('tag 1; its payload takes 4 bytes of data, aligned to 4.');
    expect(await hover(shop, at(SHOP, 'MOST'))).toContain('const common.MOST: u32 = 3');
    expect(await hover(shop, at(SHOP, 'common.Order'))).toContain('What several packages share.');
    expect(await hover(common, at(COMMON, 'f64'))).toContain('8 bytes, aligned to 8');
    expect(await hover(shop, at(SHOP, 'recoverable'))).toContain('issued again after a crash');
    expect(await hover(shop, at(SHOP, '{ of'))).toBe('');
  });

  it('gives no figures for what has errors', async () => {
    const document = uri('half.idl');
    const text = 'package half;\nstruct S { a: u8; b: Nope; }\nstruct T { s: S; }\nstruct R { r: R; }\n';
    await client.open(document, text);
    for (const name of ['S {', 'T {', 'R {']) expect(await hover(document, at(text, name))).toContain('known when its errors are mended');
    await client.close(document);
  });
});

describe('names', () => {
  const definition = (document: string, position: Position): Promise<unknown> =>
    client.connection.sendRequest(DefinitionRequest.type, { textDocument: { uri: document }, position });

  it('lead to their declarations, in other files too', async () => {
    const start = (found: string) => ({ uri: common, range: { start: at(COMMON, found), end: expect.anything() } });
    expect(await definition(shop, at(SHOP, 'Order>'))).toEqual(start('Order {'));
    expect(await definition(shop, at(SHOP, 'MOST'))).toEqual(start('MOST'));
    expect(await definition(shop, at(SHOP, 'common.Order'))).toEqual(start('common;'));
    expect(await definition(shop, at(SHOP, './common'))).toEqual(start('common;'));
    expect(await definition(shop, at(SHOP, 'Prices)'))).toMatchObject({ uri: shop, range: { start: at(SHOP, 'Prices {') } });
    expect(await definition(shop, at(SHOP, 'u64'))).toBeNull();
  });

  it('are found wherever they are used, in files of the folder that nobody opened as well', async () => {
    writeFileSync(inFolder('closed.idl'), 'package closed;\nimport "./common.idl";\nstruct C { o: common.Order; }\n');
    const ask = (includeDeclaration: boolean): Promise<Location[] | null> =>
      client.connection.sendRequest(ReferencesRequest.type, {
        textDocument: { uri: shop },
        position: at(SHOP, 'Order>'),
        context: { includeDeclaration },
      });
    const found = (await ask(true))!.map((each) => `${path.basename(each.uri)}:${each.range.start.line + 1}`).sort();
    expect(found).toEqual(['closed.idl:3', 'common.idl:15', 'common.idl:9', 'shop.idl:10', 'shop.idl:10', 'shop.idl:4', 'shop.idl:7']);
    expect((await ask(false))!.length).toBe(found.length - 1);
    rmSync(inFolder('closed.idl'));
  });

  it('are renamed in every file that uses them, and all of it compiles as before', async () => {
    const rename = await client.connection.sendRequest(RenameRequest.type, {
      textDocument: { uri: shop },
      position: at(SHOP, 'Order>'),
      newName: 'Purchase',
    });
    const texts = new Map([
      ['common.idl', edited(COMMON, rename!.changes![common])],
      ['shop.idl', edited(SHOP, rename!.changes![shop])],
    ]);
    expect(texts.get('shop.idl')).toBe(SHOP.replaceAll('common.Order', 'common.Purchase'));
    expect(texts.get('common.idl')).toBe(COMMON.replaceAll('Order', 'Purchase'));
    expect(compile([{ path: 'shop.idl', text: texts.get('shop.idl')! }], { read: (name) => texts.get(name) }).diagnostics).toEqual([]);
  });

  it('of packages are renamed with every place that is written with them', async () => {
    const rename = await client.connection.sendRequest(RenameRequest.type, { textDocument: { uri: common }, position: at(COMMON, 'common;'), newName: 'base' });
    expect(edited(SHOP, rename!.changes![shop])).toBe(SHOP.replaceAll(/common\.(?!idl)/g, 'base.'));
  });

  it.each([
    ['a word of TypeScript', 'class', /reserved word of TypeScript/],
    ['a type of the language', 'u32', /type of the language/],
    ['a name that is taken', 'Point', /declared twice/],
    ['what generated code would declare twice', 'PointValue', /both declare/],
    ['no name at all', '1st', /not a name/],
    ['a keyword', 'struct', /cannot be called/],
  ])('are not renamed to %s, and the reason is told', async (_, newName, reason) => {
    const answer = client.connection.sendRequest(RenameRequest.type, { textDocument: { uri: common }, position: at(COMMON, 'Order {'), newName });
    await expect(answer).rejects.toThrow(reason);
  });

  it('that can be renamed are shown before, and others refused', async () => {
    const prepare = (document: string, position: Position): Promise<unknown> =>
      client.connection.sendRequest(PrepareRenameRequest.type, { textDocument: { uri: document }, position });
    expect(await prepare(shop, at(SHOP, 'Order>', 2))).toMatchObject({ placeholder: 'Order', range: { start: at(SHOP, 'Order>') } });
    expect(await prepare(common, at(COMMON, 'price'))).toMatchObject({ placeholder: 'price' });
    await expect(prepare(shop, at(SHOP, 'u64'))).rejects.toThrow(/no name here/);
    await expect(prepare(shop, at(SHOP, './common'))).rejects.toThrow(/rename the file/);
  });
});

describe('documents', () => {
  it('have an outline', async () => {
    const symbols = await client.connection.sendRequest(DocumentSymbolRequest.type, { textDocument: { uri: common } });
    expect(symbols).toMatchObject([
      { name: 'MOST', detail: 'const' },
      { name: 'Point', children: [{ name: 'x', detail: 'f64' }, { name: 'y' }] },
      { name: 'Order', detail: 'struct', selectionRange: { start: at(COMMON, 'Order {') } },
      { name: 'Colour', children: [{ name: 'Red' }, { name: 'Custom' }] },
    ]);
  });

  it('are formatted as the command line does it, and left alone where they have errors of syntax', async () => {
    const document = uri('form.idl');
    const formatting = (): Promise<TextEdit[] | null> =>
      client.connection.sendRequest(DocumentFormattingRequest.type, { textDocument: { uri: document }, options: { tabSize: 2, insertSpaces: true } });
    const text = 'package   form;\n\n\n\nstruct   S{a:u8;b :  u16;}\r\n// end';
    await client.open(document, text);
    const formatted = format({ path: 'form.idl', text }).text!;
    expect(edited(text, (await formatting())!)).toBe(formatted);
    await client.change(document, { text: formatted });
    expect(await formatting()).toEqual([]);
    await client.change(document, { text: 'package form;\nstruct S { a u8; }' });
    expect(await formatting()).toBeNull();
    await client.close(document);
  });

  it('are mended by quick fixes, one at a time or all at once', async () => {
    const document = uri('mend.idl');
    const text = 'package mend;\nstruct S { a: boolean; b: u8 | null; c: number }\n';
    await client.open(document, text);
    const actions = async (only?: string[]): Promise<CodeAction[]> => {
      const position = at(text, 'boolean');
      const range = { start: position, end: position };
      const answer = await client.connection.sendRequest(CodeActionRequest.type, {
        textDocument: { uri: document },
        range,
        context: { diagnostics: [], ...(only && { only }) },
      });
      return answer as CodeAction[];
    };
    const [quick] = await actions(['quickfix']);
    expect(quick).toMatchObject({ title: 'Write bool', kind: 'quickfix', isPreferred: true, diagnostics: [{ code: 'IDL008' }] });
    expect(edited(text, quick.edit!.changes![document])).toBe(text.replace('boolean', 'bool'));
    const [all] = await actions(['source.fixAll']);
    expect(edited(text, all.edit!.changes![document])).toBe('package mend;\nstruct S { a: bool; b: Option<u8>; c: number; }\n');
    expect((await actions()).length).toBe(2);
    await client.close(document);
  });
});

describe('the server', () => {
  it.each([
    [
      'a request about a document that is not open',
      'textDocument/hover',
      { textDocument: { uri: 'file:///nowhere.idl' }, position: { line: 0, character: 0 } },
    ],
    ['a request without a document', 'textDocument/hover', {}],
    ['a request that does not exist', 'textDocument/fly', {}],
    ['a document that is no URI', 'textDocument/documentSymbol', { textDocument: { uri: '::%' } }],
    ['a position that is no position', 'textDocument/completion', { textDocument: { uri: 'SHOP' }, position: 'here' }],
  ])('answers %s with an error, and goes on', async (_, method, params) => {
    const whole = JSON.parse(JSON.stringify(params).replace('SHOP', shop)) as object;
    await expect(client.connection.sendRequest(method, whole)).rejects.toThrow();
    expect(client.isRunning).toBe(true);
    expect(await hover(shop, at(SHOP, 'Shop {'))).toContain('interface shop.Shop');
  });

  it('takes positions beyond the text for its end', async () => {
    const beyond = { line: 10_000, character: 10_000 };
    expect(await hover(shop, beyond)).toBe('');
    expect(await client.connection.sendRequest(DefinitionRequest.type, { textDocument: { uri: shop }, position: beyond })).toBeNull();
    await expect(client.connection.sendRequest(CompletionRequest.type, { textDocument: { uri: shop }, position: beyond })).resolves.toBeDefined();
  });

  it('serves documents that were never saved', async () => {
    const text = 'package fresh;\nstruct S { a: boolean; }\n';
    const found = await client.ofVersion('untitled:Untitled-1', await client.open('untitled:Untitled-1', text));
    expect(found.map(({ code }) => code)).toEqual(['IDL008']);
    await client.close('untitled:Untitled-1');
  });

  it('is not loaded by the other verbs', () => {
    const program = `import { register } from 'node:module';
      register('data:text/javascript,' + encodeURIComponent("export async function load(url, context, next) { if (/idl.language-server|vscode-languageserver.lib|langium.lib.lsp/.test(url)) throw new Error('LOADED ' + url); return next(url, context); }"));
      process.argv = [process.argv[0], 'dist/cli/main.js', 'idl', 'check', 'idl/kv.idl'];
      await import(${JSON.stringify(path.resolve('dist/cli/main.js'))});`;
    const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
    expect({ stdout, status, loaded: stderr.match(/LOADED .*/)?.[0] }).toEqual({ stdout: 'log, kv: fine\n', status: 0, loaded: undefined });
  });

  it('ends when the editor has gone', async () => {
    const other = await LanguageClient.start(folder);
    expect(await other.abandon()).not.toBeNull();
  });
});
