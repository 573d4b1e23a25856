/** The editor's side: starts `deciduous idl lsp` and hands the editor what it answers. */
import { existsSync } from 'node:fs';
import { commands, type ExtensionContext, window, workspace } from 'vscode';
import { LanguageClient, type LanguageClientOptions } from 'vscode-languageclient/node';
import { serverCommand } from './command.js';

let client: LanguageClient | undefined;

function makeClient(): LanguageClient {
  const folders = (workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file').map(({ uri }) => uri.fsPath);
  const configured = workspace.getConfiguration('deciduous').get('path', '');
  const { command, args, shell } = serverCommand({ configured, folders, platform: process.platform, exists: existsSync });
  const options: LanguageClientOptions = {
    documentSelector: [
      { scheme: 'file', language: 'deciduous' },
      { scheme: 'untitled', language: 'deciduous' },
    ],
    // What an open file imports may change without being open.
    synchronize: { fileEvents: workspace.createFileSystemWatcher('**/*.idl') },
  };
  const run = { command, args: [...args], options: { shell, ...(folders.length > 0 && { cwd: folders[0] }) } };
  return new LanguageClient('deciduous', 'Deciduous IDL', run, options);
}

/** What a folder brings along is run where the folder is trusted, and not before. */
async function start(): Promise<void> {
  if (!workspace.isTrusted) return;
  client = makeClient();
  try {
    await client.start();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    client = undefined;
    void window.showErrorMessage(`The language server of Deciduous did not start: ${reason}. Install deciduous in the workspace, or set deciduous.path.`);
  }
}

async function stop(): Promise<void> {
  const old = client;
  client = undefined;
  await old?.dispose();
}

async function restart(): Promise<void> {
  await stop();
  await start();
}

export async function activate(context: ExtensionContext): Promise<void> {
  context.subscriptions.push(
    commands.registerCommand('deciduous.restartServer', restart),
    workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('deciduous.path')) void restart();
    }),
    workspace.onDidGrantWorkspaceTrust(() => void start()),
  );
  await start();
}

export function deactivate(): Promise<void> {
  return stop();
}
