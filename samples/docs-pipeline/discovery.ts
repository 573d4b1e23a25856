/** Which documents there are. */
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { UsageError } from './arguments.js';
import { reasonOf } from './file-failure.js';
import { bytes, plural } from './units.js';

export interface Source {
  /** Where it is read from. */
  readonly file: string;
  /** Relative to the folder that is published, with `/` between its parts. */
  readonly path: string;
}

/** Files larger than this are no documentation. */
export const LARGEST_BYTES = 1024 * 1024;

/** All sorted by path. */
export interface Discovery {
  readonly sources: readonly Source[];
  /** Paths of files that would be documents, were they not larger than LARGEST_BYTES. */
  readonly tooLarge: readonly string[];
  /** Folders that cannot be looked into, and why; each path ends in `/`. */
  readonly unreadable: readonly { readonly path: string; readonly reason: string }[];
}

/**
 * Every README.md below `folder`, or every .md file where `all` is set. Links are not followed, so nothing is found twice. A file that cannot be examined is a source all the same: reading it will
 * tell why. Throws UsageError where there is nothing to publish.
 */
export async function findDocuments(folder: string, all: boolean): Promise<Discovery> {
  const root = path.resolve(folder);
  const status = await stat(root).catch(() => undefined);
  if (status === undefined) throw new UsageError(`There is no folder ${root}.\nName one that holds Markdown files: npm start -- --input DIR`);
  if (!status.isDirectory())
    throw new UsageError(`${root} is not a folder.\nName the folder that the file is in: npm start -- --input ${path.dirname(folder)}`);
  const sources: Source[] = [];
  const tooLarge: string[] = [];
  const unreadable: { path: string; reason: string }[] = [];
  const pathOf = (file: string): string => path.relative(root, file).split(path.sep).join('/');
  // Folder by folder, and not all at once: then one that cannot be read hides nothing but itself. Folders that are found are looked into by the same loop.
  const folders = [root];
  for (const each of folders) {
    const entries = await readdir(each, { withFileTypes: true }).catch((error: unknown) => {
      if (each === root) throw new UsageError(`${root} cannot be read: ${reasonOf(error)}.\nName another folder: npm start -- --input DIR`);
      unreadable.push({ path: `${pathOf(each)}/`, reason: `cannot be read: ${reasonOf(error)}` });
      return [];
    });
    for (const entry of entries) {
      const file = path.join(each, entry.name);
      if (entry.isDirectory()) folders.push(file);
      const wanted = all ? /\.(?:md|markdown)$/i.test(entry.name) : entry.name === 'README.md';
      if (!entry.isFile() || !wanted) continue;
      const size = await stat(file).then(
        (it) => it.size,
        () => 0,
      );
      if (size > LARGEST_BYTES) tooLarge.push(pathOf(file));
      else sources.push({ file, path: pathOf(file) });
    }
  }
  if (sources.length === 0) {
    const what = all ? 'Markdown file (.md)' : 'README.md';
    const but = [
      tooLarge.length > 0 ? `Left out: ${plural(tooLarge.length, 'file')} larger than ${bytes(LARGEST_BYTES)}.\n` : '',
      unreadable.length > 0 ? `Not searched: ${plural(unreadable.length, 'folder')} that cannot be read.\n` : '',
    ].join('');
    throw new UsageError(
      `There is no ${what} below ${root}.\n${but}${all ? 'Name a folder that holds some' : 'Run npm install first, or name a folder with documents'}: npm start -- --input DIR`,
    );
  }
  const byPath = (a: { readonly path: string }, b: { readonly path: string }): number => (a.path < b.path ? -1 : 1);
  return { sources: sources.sort(byPath), tooLarge: tooLarge.sort(), unreadable: unreadable.sort(byPath) };
}
