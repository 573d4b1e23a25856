/** Ten thousand random edits, and what is left at the end. `LSP_SEED` replays a run. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Diagnostic, Position, TextDocumentContentChangeEvent } from 'vscode-languageserver-protocol/node';
import { compile } from '../../../dist/idl/index.js';
import { LanguageClient, messageOf, uriOf } from './language-client.js';
import { seedFrom } from '../../model/depth.js';

const EDITS = 10_000;
/** Far beyond what a check takes: more is a hang. */
const HANG_MS = 20_000;
const TOKENS =
  'package import struct enum interface const mut true { } ( ) [ ] < > <= => & @ | ? : ; , . = - " \' /// /* */ // RRef RRefVec RRefArray Option Result void string bytes u8 boolean kv p N 0 16 1e9 @since(2) &RRef<S>'
    .split(' ')
    .concat(['\n', '\r\n', '\r', '\t', '\u0000', '\ud800', '\ufeff', '💥', 'struct S { a: u8; }\n', '"./kv.idl"', 'Option<'.repeat(20)]);

const seed = seedFrom('LSP_SEED', 1);
let state = seed + 1;
function random(below: number): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
}

let folder = '';
let client: LanguageClient;
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'deciduous-lsp-edits-'));
  client = await LanguageClient.start(folder);
});
afterAll(async () => {
  expect(await client.stop()).toBe(0);
  rmSync(folder, { recursive: true, force: true });
});

/** Line ends as the protocol has them. */
function positionOf(text: string, offset: number): Position {
  const lines = text.slice(0, offset).split(/\r\n|\r|\n/);
  return { line: lines.length - 1, character: lines.at(-1)!.length };
}

/** An offset that a position can name: not within a line end. */
function someOffset(text: string): number {
  const offset = random(text.length + 1);
  return text[offset - 1] === '\r' && text[offset] === '\n' ? offset - 1 : offset;
}

const told = (diagnostics: readonly Diagnostic[]): string[] =>
  diagnostics.map((each) => `${each.range.start.line + 1}:${each.range.start.character + 1} ${each.code} ${messageOf(each).split('\nway out:')[0]}`).sort();

describe(`ten thousand random edits (LSP_SEED=${seed})`, () => {
  const originals = readdirSync('idl')
    .filter((name) => name.endsWith('.idl'))
    .map((name) => readFileSync(path.join('idl', name), 'utf8'));

  it('make no exception, and leave the diagnostics that the compiler gives for the text at the end', async () => {
    const paths = ['a.idl', 'b.idl', 'kv.idl'].map((name) => path.join(folder, name));
    const texts = paths.map((_, index) => originals[index % originals.length]);
    const versions: number[] = [];
    for (const [index, filePath] of paths.entries()) versions[index] = await client.open(uriOf(filePath), texts[index]);
    for (let edit = 0; edit < EDITS; edit += 1) {
      const which = random(paths.length);
      const uri = uriOf(paths[which]);
      const changes: TextDocumentContentChangeEvent[] = [];
      const several = random(10) === 0 ? 3 : 1;
      for (let count = 0; count < several; count += 1) {
        const text = texts[which];
        if (random(60) === 0 || text.length > 6000) {
          texts[which] = originals[random(originals.length)];
          changes.push({ text: texts[which] });
          continue;
        }
        const from = someOffset(text);
        let to = Math.min(text.length, from + (random(3) === 0 ? random(30) : random(3)));
        if (text[to - 1] === '\r' && text[to] === '\n') to += 1;
        const put = random(4) === 0 ? '' : TOKENS[random(TOKENS.length)];
        changes.push({ range: { start: positionOf(text, from), end: positionOf(text, to) }, text: put });
        texts[which] = text.slice(0, from) + put + text.slice(to);
      }
      versions[which] = await client.change(uri, ...changes);
      // Now and then the editor waits, asks, or closes and opens again.
      if (edit % 50 === 0) {
        const start = performance.now();
        await client.ofVersion(uri, versions[which]);
        expect(performance.now() - start).toBeLessThan(HANG_MS);
      }
      if (edit % 25 === 0) {
        const position = positionOf(texts[which], someOffset(texts[which]));
        const about = { textDocument: { uri }, position };
        await Promise.all([
          client.connection.sendRequest('textDocument/hover', about),
          client.connection.sendRequest('textDocument/completion', about),
          client.connection.sendRequest('textDocument/definition', about),
          client.connection.sendRequest('textDocument/references', { ...about, context: { includeDeclaration: true } }),
          client.connection.sendRequest('textDocument/documentSymbol', about),
          client.connection.sendRequest('textDocument/codeAction', { ...about, range: { start: position, end: position }, context: { diagnostics: [] } }),
          client.connection.sendRequest('textDocument/formatting', { ...about, options: { tabSize: 2, insertSpaces: true } }),
          client.connection.sendRequest('textDocument/rename', { ...about, newName: 'Renamed' }).catch((error: unknown) => {
            // A refusal says why; an exception would say that the request failed unexpectedly.
            expect(String(error)).not.toMatch(/unexpectedly|internal error/i);
          }),
        ]);
      }
      if (edit % 500 === 499) {
        await client.close(uri);
        versions[which] = await client.open(uri, texts[which]);
      }
    }
    // Nothing was lost on the way: the server's text is the editor's.
    const mine = new Map(paths.map((filePath, index) => [path.resolve(filePath), texts[index]]));
    const read = (filePath: string): string | undefined => mine.get(path.resolve(filePath));
    const start = { line: 0, character: 0 };
    for (const [index, filePath] of paths.entries()) {
      versions[index] = await client.change(uriOf(filePath), { range: { start, end: start }, text: '' });
    }
    for (const [index, filePath] of paths.entries()) await client.ofVersion(uriOf(filePath), versions[index]);
    const all = paths.flatMap((filePath, index) => compile([{ path: filePath, text: texts[index] }], { read }).diagnostics);
    for (const [index, filePath] of paths.entries()) {
      const own = all.filter(({ file }) => path.resolve(file) === filePath).map(({ line, column, code, message }) => `${line}:${column} ${code} ${message}`);
      expect(told(await client.ofVersion(uriOf(filePath), versions[index])), `LSP_SEED=${seed}`).toEqual([...new Set(own)].sort());
    }
    expect(client.errors).toBe('');
    expect(client.isRunning).toBe(true);
  }, 300_000);
});
