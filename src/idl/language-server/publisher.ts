/**
 * Publishes diagnostics some moments after the last edit, so that edits that come together are answered together. What is published is what the text
 * says at that time: an answer to older text is never made.
 */
import type { Connection } from 'vscode-languageserver';
import { diagnosticsByFile, shownDiagnostics } from './diagnostics.js';
import type { Workspace } from './workspace.js';

/** Edits that follow one another within this belong together; the check that they wait for takes longer. */
const QUIET_MS = 10;
/** However quickly they follow one another, somebody who types on sees something. */
const LONGEST_WAIT_MS = 100;

export class Publisher {
  readonly #connection: Pick<Connection, 'sendDiagnostics' | 'console'>;
  readonly #workspace: Workspace;
  /** What was published last of each file. */
  readonly #published = new Map<string, string>();
  #timer: NodeJS.Timeout | undefined;
  #since = 0;
  #isStopped = false;

  constructor(connection: Pick<Connection, 'sendDiagnostics' | 'console'>, workspace: Workspace) {
    this.#connection = connection;
    this.#workspace = workspace;
  }

  /** Something that diagnostics depend on is another. */
  schedule(): void {
    if (this.#isStopped) return;
    const now = performance.now();
    if (this.#timer === undefined) this.#since = now;
    else if (now - this.#since > LONGEST_WAIT_MS) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#publish();
    }, QUIET_MS);
  }

  /** Nothing is published any more. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #publish(): void {
    const workspace = this.#workspace;
    const analyses = workspace.openPaths.flatMap((filePath) => workspace.analysis(filePath) ?? []);
    const byFile = diagnosticsByFile(analyses);
    for (const gone of [...this.#published.keys()].filter((each) => !byFile.has(each))) {
      this.#send(gone, []);
      this.#published.delete(gone);
    }
    for (const [filePath, diagnostics] of byFile) this.#send(filePath, shownDiagnostics(workspace, filePath, diagnostics));
  }

  #send(filePath: string, diagnostics: ReturnType<typeof shownDiagnostics>): void {
    const version = this.#workspace.openDocument(filePath)?.version;
    const answer = { uri: this.#workspace.uriOf(filePath), ...(version !== undefined && { version }), diagnostics };
    const text = JSON.stringify(answer);
    if (this.#published.get(filePath) === text) return;
    this.#published.set(filePath, text);
    void this.#connection.sendDiagnostics(answer);
  }
}
