/** All interface definitions that a name may be used in: what is open, what that imports, and what lies in the editor's folders. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { declare } from '../declarations.js';
import { Reporter } from '../diagnostic.js';
import { loadModules, type Module } from '../modules.js';
import type { Workspace } from './workspace.js';

/** What is generated or fetched is nobody's source. */
const PASSED_OVER = new Set(['node_modules', 'dist']);
/** A folder that holds more was not opened for its interfaces. */
const MOST_FOLDERS = 5000;
const MOST_FILES = 2000;

/** The paths of the .idl files in `folders` and below. */
export function definitionFiles(folders: readonly string[]): string[] {
  const found: string[] = [];
  const pending = [...folders];
  for (let seen = 0; pending.length > 0 && seen < MOST_FOLDERS && found.length < MOST_FILES; seen += 1) {
    const folder = pending.shift() as string;
    for (const entry of entriesOf(folder)) {
      const whole = path.join(folder, entry.name);
      if (entry.isDirectory() && !PASSED_OVER.has(entry.name) && !entry.name.startsWith('.')) pending.push(whole);
      else if (entry.isFile() && entry.name.endsWith('.idl')) found.push(whole);
    }
  }
  return found;
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** The modules of a workspace, each once, with what they declare. */
export function projectModules(workspace: Workspace, folders: readonly string[]): Module[] {
  const paths = [...new Set([...workspace.openPaths, ...definitionFiles(folders)])];
  const sources = paths.flatMap((filePath) => {
    const text = workspace.textOf(filePath);
    return text === undefined ? [] : [{ path: filePath, text }];
  });
  const reporter = new Reporter();
  const modules = loadModules(sources, workspace.textOf, reporter, workspace.parse);
  for (const module of modules) declare(module, reporter);
  return modules;
}
