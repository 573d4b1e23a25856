/** The language server: which requests there are, and who answers them. */
import { TextDocument } from 'langium';
import {
  type CancellationToken,
  type Connection,
  ErrorCodes,
  type InitializeParams,
  type InitializeResult,
  LSPErrorCodes,
  type Position,
  ResponseError,
  TextDocumentSyncKind,
} from 'vscode-languageserver';
import { codeActions } from './code-actions.js';
import { completionsAt } from './completion.js';
import { definitionOf, referencesOf } from './definition.js';
import { formatting } from './formatting.js';
import { hoverAt } from './hover.js';
import { Publisher } from './publisher.js';
import { renamable, rename, RenameRefusal } from './rename.js';
import { symbolsOf } from './symbols.js';
import { Workspace } from './workspace.js';

const CAPABILITIES: InitializeResult['capabilities'] = {
  textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
  completionProvider: { triggerCharacters: ['@', '.', ':', '<', '"', '/'] },
  hoverProvider: true,
  definitionProvider: true,
  referencesProvider: true,
  renameProvider: { prepareProvider: true },
  documentSymbolProvider: true,
  documentFormattingProvider: true,
  codeActionProvider: { codeActionKinds: ['quickfix', 'source.fixAll.deciduous'] },
  workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
};

/** Answers what comes over `connection`, which is to be listened to afterwards. */
export function serve(connection: Connection, version: string): void {
  const workspace = new Workspace();
  const publisher = new Publisher(connection, workspace);
  const folders = new Set<string>();
  let links = false;
  let tellsFolders = false;
  let phase: 'new' | 'serving' | 'ended' = 'new';

  /** A request about a document: refused where it is not open, and not begun where nobody wants the answer any more. */
  function about<Params extends { readonly textDocument: { readonly uri: string } }, Answer>(
    answer: (params: Params, filePath: string) => Answer,
  ): (params: Params, token: CancellationToken) => Answer | ResponseError<void> {
    return (params, token) => {
      if (phase === 'new') return new ResponseError(ErrorCodes.ServerNotInitialized, 'the first request is `initialize`');
      if (phase === 'ended') return new ResponseError(ErrorCodes.InvalidRequest, 'the server was told to shut down');
      if (token.isCancellationRequested) return new ResponseError(LSPErrorCodes.RequestCancelled, 'no longer wanted');
      const uri = params?.textDocument?.uri;
      if (typeof uri !== 'string') return new ResponseError(ErrorCodes.InvalidParams, 'the request names no document');
      const filePath = workspace.pathOf(uri);
      if (!workspace.openDocument(filePath)) return new ResponseError(ErrorCodes.InvalidParams, `${uri} is not open: open it first`);
      try {
        return answer(params, filePath);
      } catch (error) {
        if (error instanceof RenameRefusal) return new ResponseError(LSPErrorCodes.RequestFailed, error.message);
        throw error;
      }
    };
  }

  /** A request about a place in a document. */
  function at<Params extends { readonly textDocument: { readonly uri: string }; readonly position: Position }, Answer>(
    answer: (params: Params, filePath: string) => Answer,
  ): (params: Params, token: CancellationToken) => Answer | ResponseError<void> {
    return about((params, filePath) => {
      const place = params.position as Partial<Position> | null | undefined;
      if (typeof place?.line !== 'number' || typeof place.character !== 'number') {
        throw new ResponseError(ErrorCodes.InvalidParams, 'the request names no position');
      }
      return answer(params, filePath);
    });
  }

  connection.onInitialize((params: InitializeParams): InitializeResult => {
    // oxlint-disable-next-line typescript/no-deprecated -- older editors send nothing else
    const { workspaceFolders, rootUri } = params;
    const roots = workspaceFolders?.map(({ uri }) => uri) ?? (rootUri ? [rootUri] : []);
    links = params.capabilities?.textDocument?.definition?.linkSupport === true;
    tellsFolders = params.capabilities?.workspace?.workspaceFolders === true;
    phase = 'serving';
    for (const uri of roots) folders.add(workspace.pathOf(uri));
    return { capabilities: CAPABILITIES, serverInfo: { name: 'deciduous', version } };
  });
  connection.onInitialized(() => {
    // An editor that has one folder for all its life is not asked to tell of others.
    if (!tellsFolders) return;
    connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
      for (const { uri } of removed) folders.delete(workspace.pathOf(uri));
      for (const { uri } of added) folders.add(workspace.pathOf(uri));
    });
  });
  connection.onShutdown(() => {
    phase = 'ended';
    publisher.stop();
  });

  connection.onDidOpenTextDocument(({ textDocument: { uri, languageId, version: number, text } }) => {
    workspace.put(TextDocument.create(uri, languageId, number, text));
    publisher.schedule();
  });
  connection.onDidChangeTextDocument(({ textDocument: { uri, version: number }, contentChanges }) => {
    const document = workspace.openDocument(workspace.pathOf(uri));
    // An edit of what was never opened has nothing to be applied to.
    if (!document) return;
    // A new document each time: what was computed from the old one still reads the old text.
    const copy = TextDocument.create(document.uri, document.languageId, document.version, document.getText());
    workspace.put(TextDocument.update(copy, contentChanges, number));
    publisher.schedule();
  });
  connection.onDidCloseTextDocument(({ textDocument: { uri } }) => {
    workspace.close(uri);
    publisher.schedule();
  });
  connection.onDidChangeWatchedFiles(() => publisher.schedule());

  connection.onCompletion(at(({ position }, filePath) => completionsAt(workspace, filePath, position)));
  connection.onHover(at(({ position }, filePath) => hoverAt(workspace, filePath, position) ?? null));
  connection.onDefinition(at(({ position }, filePath) => definitionOf(workspace, filePath, position, links) ?? null));
  connection.onReferences(
    at(({ position, context }, filePath) => referencesOf(workspace, [...folders], filePath, position, context.includeDeclaration) ?? null),
  );
  connection.onPrepareRename(at(({ position }, filePath) => renamable(workspace, filePath, position)));
  connection.onRenameRequest(at(({ position, newName }, filePath) => rename(workspace, [...folders], filePath, position, newName)));
  connection.onDocumentSymbol(
    about((_, filePath) => {
      const found = workspace.module(filePath);
      return found ? symbolsOf(found.module, workspace.document(filePath)) : [];
    }),
  );
  connection.onDocumentFormatting(about((_, filePath) => formatting(workspace.document(filePath), filePath) ?? null));
  connection.onCodeAction(about(({ range, context }, filePath) => codeActions(workspace, filePath, range, context.only)));
}
