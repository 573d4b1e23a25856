/** The server and editors that keep the protocol otherwise than ours does: what is asked too early, too late or not at all, and texts and files of every kind. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type CodeAction,
  CodeActionRequest,
  createProtocolConnection,
  ErrorCodes,
  ExitNotification,
  HoverRequest,
  InitializeRequest,
  type ProtocolConnection,
  ShutdownRequest,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver-protocol/node';
import { spawn } from 'node:child_process';
import { compile } from '../../../dist/idl/index.js';
import { LanguageClient, messageOf, uriOf } from './language-client.js';

let folder = '';
const inFolder = (name: string): string => path.join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'deciduous-lsp-protocol-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a server that was not asked to begin, or was asked to end', () => {
  async function codeOf(connection: ProtocolConnection): Promise<unknown> {
    const about = { textDocument: { uri: uriOf(inFolder('any.idl')) }, position: { line: 0, character: 0 } };
    return connection.sendRequest(HoverRequest.type, about).then(
      () => 'answered',
      (error: { code: number }) => error.code,
    );
  }

  it('refuses what it is asked, publishes nothing any more, and exits with 0', async () => {
    const child = spawn(process.execPath, ['dist/cli/main.js', 'idl', 'lsp', '--stdio'], { stdio: 'pipe' });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    const connection = createProtocolConnection(new StreamMessageReader(child.stdout), new StreamMessageWriter(child.stdin));
    const published: string[] = [];
    connection.onNotification('textDocument/publishDiagnostics', ({ uri }: { uri: string }) => {
      published.push(uri);
    });
    connection.listen();
    expect(await codeOf(connection)).toBe(ErrorCodes.ServerNotInitialized);
    // oxlint-disable-next-line typescript/no-deprecated -- the protocol demands it all the same
    await connection.sendRequest(InitializeRequest.type, { processId: null, rootUri: null, capabilities: {} });
    expect(await codeOf(connection)).toBe(ErrorCodes.InvalidParams);
    await connection.sendRequest(ShutdownRequest.type);
    await connection.sendNotification('textDocument/didOpen', {
      textDocument: { uri: uriOf(inFolder('any.idl')), languageId: 'deciduous', version: 1, text: 'package;' },
    });
    expect(await codeOf(connection)).toBe(ErrorCodes.InvalidRequest);
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(published).toEqual([]);
    await connection.sendNotification(ExitNotification.type);
    expect(await ended).toBe(0);
    connection.dispose();
  });
});

describe('a server at work', () => {
  let client: LanguageClient;
  beforeAll(async () => {
    client = await LanguageClient.start(folder);
  });
  afterAll(async () => {
    expect(await client.stop()).toBe(0);
    expect(client.errors).toBe('');
  });

  it.each([['hover'], ['completion'], ['definition'], ['references'], ['prepareRename'], ['rename']])(
    'refuses textDocument/%s without a position in words',
    async (feature) => {
      const uri = uriOf(inFolder('placeless.idl'));
      await client.open(uri, 'package placeless;\n');
      const about = { textDocument: { uri }, newName: 'New', context: { includeDeclaration: true } };
      await expect(client.connection.sendRequest(`textDocument/${feature}`, about)).rejects.toMatchObject({
        code: ErrorCodes.InvalidParams,
        message: 'the request names no position',
      });
      await client.close(uri);
    },
  );

  it('says of an import that is a folder, no text or no file what the command line says, and notices when that changes', async () => {
    const file = inFolder('user.idl');
    const text = 'package user;\nimport "./lib.idl";\nstruct T { s: lib.S; }\n';
    const compiled = (): string[] => compile([{ path: file, text }]).diagnostics.map(({ message }) => message);
    await client.ofVersion(uriOf(file), await client.open(uriOf(file), text));
    const ways: [string, () => void][] = [
      ['is a folder', () => mkdirSync(inFolder('lib.idl'))],
      ['is not UTF-8', () => writeFileSync(inFolder('lib.idl'), Buffer.from('package lib; // \u00e9\nstruct S { a: u8; }\n', 'latin1'))],
      ['is no file', () => symlinkSync('/dev/null', inFolder('lib.idl'))],
    ];
    for (const [what, make] of ways) {
      rmSync(inFolder('lib.idl'), { recursive: true, force: true });
      make();
      await client.connection.sendNotification('workspace/didChangeWatchedFiles', { changes: [] });
      const found = await client.diagnostics(uriOf(file), ({ diagnostics }) => diagnostics.some((each) => messageOf(each).includes(what)));
      expect(found.map((each) => messageOf(each).split('\nway out:')[0])).toEqual(compiled());
    }
    await client.close(uriOf(file));
  });

  it('refuses an idl.lock that is no text, as the command line does', async () => {
    mkdirSync(inFolder('locked/idl.lock'), { recursive: true });
    const uri = uriOf(inFolder('locked/some.idl'));
    await client.open(uri, 'package some;\nstruct S { a: u8; }\n');
    const found = await client.diagnostics(uriOf(inFolder('locked/idl.lock')), ({ diagnostics }) => diagnostics.length > 0);
    expect(found.map(({ code }) => code)).toEqual(['IDL036']);
    await client.close(uri);
  });

  it('mends at the right place in a text with a byte order mark', async () => {
    const uri = uriOf(inFolder('marked.idl'));
    await client.open(uri, '\ufeffpackage marked;\nstruct S { a: boolean; }\n');
    const range = { start: { line: 1, character: 15 }, end: { line: 1, character: 15 } };
    const [action] = (await client.connection.sendRequest(CodeActionRequest.type, {
      textDocument: { uri },
      range,
      context: { diagnostics: [], only: ['quickfix'] },
    })) as CodeAction[];
    expect(action.edit!.changes![uri]).toEqual([{ range: { start: { line: 1, character: 14 }, end: { line: 1, character: 21 } }, newText: 'bool' }]);
    await client.close(uri);
  });
});
