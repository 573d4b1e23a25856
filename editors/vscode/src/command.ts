/** Which program serves the editor. */
import path from 'node:path';

export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  /** Windows runs `.cmd` files through its shell alone. */
  readonly shell: boolean;
}

export interface Surroundings {
  /** The setting `deciduous.path`; empty where it says nothing. */
  readonly configured: string;
  /** The folders of the workspace, in order. */
  readonly folders: readonly string[];
  readonly platform: NodeJS.Platform;
  exists(filePath: string): boolean;
}

const SERVE = ['idl', 'lsp', '--stdio'];

/** The setting, else the workspace's own `deciduous`, else what npx finds without fetching anything. */
export function serverCommand({ configured, folders, platform, exists }: Surroundings): Command {
  const isWindows = platform === 'win32';
  const paths = isWindows ? path.win32 : path.posix;
  const run = (command: string, before: readonly string[] = []): Command => {
    const shell = isWindows && /\.(?:cmd|bat)$/i.test(command);
    return { command: shell ? `"${command}"` : command, args: [...before, ...SERVE], shell };
  };
  const set = configured.trim();
  if (set !== '') return run(paths.isAbsolute(set) || !/[\\/]/.test(set) || folders.length === 0 ? set : paths.join(folders[0], set));
  for (const folder of folders) {
    const own = paths.join(folder, 'node_modules', '.bin', isWindows ? 'deciduous.cmd' : 'deciduous');
    if (exists(own)) return run(own);
  }
  return run(isWindows ? 'npx.cmd' : 'npx', ['--no', 'deciduous']);
}
