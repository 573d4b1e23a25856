/** An editor with one file open: sends edits and waits for what the server says of them. */
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import {
  createProtocolConnection,
  DidChangeTextDocumentNotification,
  DidOpenTextDocumentNotification,
  ExitNotification,
  InitializedNotification,
  InitializeRequest,
  type Position,
  PublishDiagnosticsNotification,
  ShutdownRequest,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver-protocol/node';

const URI = 'file:///nowhere/large.idl';

export async function openEditor(text: string) {
  const command = path.join(path.dirname(createRequire(import.meta.url).resolve('deciduous/package.json')), 'dist/cli/main.js');
  const child = spawn(process.execPath, [command, 'idl', 'lsp'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const connection = createProtocolConnection(new StreamMessageReader(child.stdout), new StreamMessageWriter(child.stdin));
  const waiting = new Map<number, (found: number) => void>();
  connection.onNotification(PublishDiagnosticsNotification.type, ({ version, diagnostics }) => {
    if (version !== undefined) waiting.get(version)?.(diagnostics.length);
  });
  connection.listen();
  // oxlint-disable-next-line typescript/no-deprecated -- the protocol demands a root all the same
  await connection.sendRequest(InitializeRequest.type, { processId: process.pid, rootUri: null, workspaceFolders: null, capabilities: {} });
  await connection.sendNotification(InitializedNotification.type, {});
  let latest = 0;
  const answered = (version: number): Promise<number> => new Promise((resolve) => waiting.set(version, resolve));

  async function change(position: Position, removed: number, put: string): Promise<number> {
    const version = ++latest;
    const answer = answered(version);
    const range = { start: position, end: { line: position.line, character: position.character + removed } };
    await connection.sendNotification(DidChangeTextDocumentNotification.type, { textDocument: { uri: URI, version }, contentChanges: [{ range, text: put }] });
    return answer;
  }

  const opened = answered(++latest);
  await connection.sendNotification(DidOpenTextDocumentNotification.type, { textDocument: { uri: URI, languageId: 'deciduous', version: latest, text } });
  await opened;

  return {
    /** Replaces so many characters. Answers how many diagnostics there are then, when the server has said it. */
    change,
    ask: (method: 'textDocument/hover' | 'textDocument/completion', position: Position): Promise<unknown> =>
      connection.sendRequest(method, { textDocument: { uri: URI }, position }),
    async close(): Promise<void> {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      await connection.sendRequest(ShutdownRequest.type);
      await connection.sendNotification(ExitNotification.type);
      await ended;
      connection.dispose();
    },
  };
}
