/** Which documents there are. */
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { UsageError } from './arguments.js';

export interface Source {
  /** Where it is read from. */
  readonly file: string;
  /** Relative to the folder that is published, with `/` between its parts. */
  readonly path: string;
}

/** Files larger than this are no documentation. */
const LARGEST_BYTES = 1024 * 1024;

/**
 * Every README.md below `folder`, or every .md file where `all` is set, sorted by path. Links are not followed, so nothing is found twice. Throws UsageError where there is nothing to publish.
 */
export async function findDocuments(folder: string, all: boolean): Promise<Source[]> {
  const root = path.resolve(folder);
  const status = await stat(root).catch(() => undefined);
  if (status === undefined) throw new UsageError(`There is no folder ${root}.\nName one that holds Markdown files: npm start -- --input DIR`);
  if (!status.isDirectory())
    throw new UsageError(`${root} is not a folder.\nName the folder that the file is in: npm start -- --input ${path.dirname(folder)}`);
  const found: Source[] = [];
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    const wanted = all ? /\.(?:md|markdown)$/i.test(entry.name) : entry.name === 'README.md';
    if (!entry.isFile() || !wanted) continue;
    const file = path.join(entry.parentPath, entry.name);
    if ((await stat(file)).size <= LARGEST_BYTES) found.push({ file, path: path.relative(root, file).split(path.sep).join('/') });
  }
  if (found.length === 0) {
    const what = all ? 'Markdown file (.md)' : 'README.md';
    throw new UsageError(
      `There is no ${what} below ${root}.\n${all ? 'Name a folder that holds some' : 'Run npm install first, or name a folder with documents'}: npm start -- --input DIR`,
    );
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}
