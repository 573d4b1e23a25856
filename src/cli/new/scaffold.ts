/**
 * A project made from the template in `templates/host`, which is a project itself: `scaffold-app` stands there for its name and `scaffold` for the package of
 * its interface, in texts and in the names of files. What is generated from the interface is generated here.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync, type Stats, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { compile, renderDiagnostic } from '../../idl/index.js';
import type { ProjectName } from './project-name.js';

const TEMPLATE = fileURLToPath(new URL('../../../templates/host', import.meta.url));
/** npm takes no file of that name into a package. */
const RENAMED: { readonly [file: string]: string } = { gitignore: '.gitignore' };

interface ProjectFile {
  /** Relative to the project. */
  readonly path: string;
  readonly text: string;
}

function filled(text: string, name: ProjectName): string {
  return text.replaceAll(/scaffold-app|\bscaffold\b/g, (word) => (word === 'scaffold' ? name.idl : name.npm));
}

/** The manifest with the version of ours that the project is to use. */
function manifest(text: string, deciduous: string): string {
  const parsed = JSON.parse(text) as { readonly dependencies: { readonly [name: string]: string } };
  return `${JSON.stringify({ ...parsed, dependencies: { ...parsed.dependencies, deciduous } }, undefined, 2)}\n`;
}

/** The files of a project, sorted by path. `deciduous` is what its manifest asks for: a version, or `file:` and a path. */
export function projectFiles(name: ProjectName, deciduous: string): ProjectFile[] {
  const templates = readdirSync(TEMPLATE, { recursive: true, encoding: 'utf8' }).filter((file) => statSync(path.join(TEMPLATE, file)).isFile());
  const files = templates.map((file): ProjectFile => {
    const text = filled(readFileSync(path.join(TEMPLATE, file), 'utf8'), name);
    const place = filled((RENAMED[file] ?? file).replaceAll(path.sep, '/'), name);
    return { path: place, text: place === 'package.json' ? manifest(text, deciduous) : text };
  });
  const { diagnostics, files: generated } = compile(files.filter((file) => file.path.endsWith('.idl')));
  if (diagnostics.length > 0) throw new Error(`the template's interface is refused:\n${renderDiagnostic(diagnostics[0])}`);
  return [...files, ...generated.map((file) => ({ path: `generated/${file.path}`, text: file.text }))].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Throws an Error where something is at `folder` already, an empty folder aside. */
export function refuseToOverwrite(folder: string): void {
  let found: Stats | undefined;
  try {
    found = statSync(folder, { throwIfNoEntry: false });
  } catch (error) {
    throw new Error(`${folder} cannot be written: ${(error as Error).message}`);
  }
  if (!found) return;
  if (!found.isDirectory()) throw new Error(`${folder} is a file: choose another name, or another place with --folder`);
  if (readdirSync(folder).length > 0) throw new Error(`${folder} is not empty: choose another name, or another place with --folder`);
}

/** Writes a project beside its place and moves it there whole. Where that fails nothing of it is left. Throws an Error that says why. */
export function writeProject(folder: string, files: readonly ProjectFile[]): void {
  refuseToOverwrite(folder);
  const parent = path.dirname(folder);
  const beside = path.join(parent, `.${path.basename(folder)}.${process.pid}.tmp`);
  let made: string | undefined;
  try {
    made = mkdirSync(parent, { recursive: true });
    for (const file of files) {
      const place = path.join(beside, file.path);
      mkdirSync(path.dirname(place), { recursive: true });
      writeFileSync(place, file.text);
    }
    if (existsSync(folder)) rmdirSync(folder);
    renameSync(beside, folder);
  } catch (error) {
    rmSync(beside, { recursive: true, force: true });
    if (made !== undefined) rmSync(made, { recursive: true, force: true });
    throw new Error(`${folder} cannot be written: ${(error as Error).message}`);
  }
}
