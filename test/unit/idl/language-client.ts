/** An editor, as far as the language server can tell: starts the built command and talks to it over its standard input and output. */
import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  createProtocolConnection,
  type Diagnostic,
  DidChangeTextDocumentNotification,
  DidCloseTextDocumentNotification,
  DidOpenTextDocumentNotification,
  ExitNotification,
  InitializedNotification,
  InitializeRequest,
  LogMessageNotification,
  type ProtocolConnection,
  PublishDiagnosticsNotification,
  type PublishDiagnosticsParams,
  ShutdownRequest,
  StreamMessageReader,
  StreamMessageWriter,
  type TextDocumentContentChangeEvent,
} from 'vscode-languageserver-protocol/node';

/** The text of a diagnostic: it may be marked up, and ours never is. */
export function messageOf({ message }: Diagnostic): string {
  if (typeof message !== 'string') throw new TypeError('a message with marks');
  return message;
}

export const uriOf = (filePath: string): string => pathToFileURL(path.resolve(filePath)).href;

export class LanguageClient {
  readonly connection: ProtocolConnection;
  readonly #process: ChildProcess;
  readonly #ended: Promise<number | null>;
  readonly #latest = new Map<string, PublishDiagnosticsParams>();
  readonly #waiting = new Set<() => void>();
  #versions = 0;
  /** What the server wrote to its standard error, or to the editor's log. */
  errors = '';

  private constructor(child: ChildProcess) {
    this.#process = child;
    this.#ended = new Promise((resolve) => child.once('exit', resolve));
    child.stderr!.on('data', (data: Buffer) => (this.errors += data.toString()));
    this.connection = createProtocolConnection(new StreamMessageReader(child.stdout!), new StreamMessageWriter(child.stdin!));
    this.connection.onNotification(PublishDiagnosticsNotification.type, (params) => {
      this.#latest.set(params.uri, params);
      for (const look of this.#waiting) look();
    });
    // What a handler throws is told to the editor, and nowhere else.
    this.connection.onNotification(LogMessageNotification.type, ({ message }) => {
      this.errors += `${message}\n`;
    });
    this.connection.listen();
  }

  static async start(folder: string): Promise<LanguageClient> {
    const client = new LanguageClient(spawn(process.execPath, ['dist/cli/main.js', 'idl', 'lsp', '--stdio'], { stdio: 'pipe' }));
    await client.connection.sendRequest(InitializeRequest.type, {
      processId: process.pid,
      // oxlint-disable-next-line typescript/no-deprecated -- the protocol demands it all the same
      rootUri: null,
      workspaceFolders: [{ uri: uriOf(folder), name: 'work' }],
      capabilities: { textDocument: { definition: { linkSupport: false } } },
    });
    await client.connection.sendNotification(InitializedNotification.type, {});
    return client;
  }

  async open(uri: string, text: string): Promise<number> {
    const version = ++this.#versions;
    await this.connection.sendNotification(DidOpenTextDocumentNotification.type, { textDocument: { uri, languageId: 'deciduous', version, text } });
    return version;
  }

  async change(uri: string, ...contentChanges: TextDocumentContentChangeEvent[]): Promise<number> {
    const version = ++this.#versions;
    await this.connection.sendNotification(DidChangeTextDocumentNotification.type, { textDocument: { uri, version }, contentChanges });
    return version;
  }

  async close(uri: string): Promise<void> {
    await this.connection.sendNotification(DidCloseTextDocumentNotification.type, { textDocument: { uri } });
  }

  /** The diagnostics of a version, or of what is published last where that satisfies `isWanted`. Rejects when none come for half a minute. */
  async diagnostics(uri: string, isWanted: (params: PublishDiagnosticsParams) => boolean): Promise<readonly Diagnostic[]> {
    let resolve!: (diagnostics: readonly Diagnostic[]) => void;
    let reject!: (error: Error) => void;
    const promise = new Promise<readonly Diagnostic[]>((...both) => ([resolve, reject] = both));
    const timer = setTimeout(() => reject(new Error(`no such diagnostics of ${uri}; the last: ${JSON.stringify(this.#latest.get(uri))}`)), 30_000);
    const look = (): void => {
      const params = this.#latest.get(uri);
      if (params && isWanted(params)) resolve(params.diagnostics);
    };
    this.#waiting.add(look);
    look();
    try {
      return await promise;
    } finally {
      this.#waiting.delete(look);
      clearTimeout(timer);
    }
  }

  ofVersion(uri: string, version: number): Promise<readonly Diagnostic[]> {
    return this.diagnostics(uri, (params) => params.version === version);
  }

  get isRunning(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** Goes without a word. Answers the server's exit code, null where it had to be killed. */
  async abandon(): Promise<number | null> {
    this.connection.dispose();
    this.#process.stdin!.end();
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), 10_000);
    const code = await this.#ended;
    clearTimeout(timer);
    return code;
  }

  /** Ends the server as an editor does. Answers its exit code. */
  async stop(): Promise<number | null> {
    if (this.isRunning) {
      await this.connection.sendRequest(ShutdownRequest.type);
      await this.connection.sendNotification(ExitNotification.type);
    }
    const code = await this.#ended;
    this.connection.dispose();
    return code;
  }
}
