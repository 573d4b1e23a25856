/** What a new project's manifest asks for as `deciduous`. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../verb.js';

const HOME = fileURLToPath(new URL('../../..', import.meta.url));

function fileSpec(target: string, folder: string): string {
  return `file:${path.relative(folder, target).replaceAll(path.sep, '/')}`;
}

/**
 * Without a wish, this very version; or, where this command is not installed in some node_modules but runs from a checkout, that checkout, because its version may not be
 * published. A path to a packed archive or a folder is written relative to the project. Everything else is for npm to understand.
 *
 * Throws a UsageError for a path that leads nowhere.
 */
export function deciduousVersion(wish: string | undefined, folder: string): string {
  if (wish === undefined) {
    if (!HOME.split(path.sep).includes('node_modules')) return fileSpec(HOME, folder);
    return (JSON.parse(readFileSync(path.join(HOME, 'package.json'), 'utf8')) as { version: string }).version;
  }
  const place = wish.replace(/^file:/, '');
  if (place === wish && !/^\.{0,2}[\\/]|^\.\.?$|^[A-Za-z]:[\\/]|\.tgz$/.test(wish)) return wish;
  if (/^[a-z+]+:\/\//.test(place)) return wish;
  const target = path.resolve(place);
  if (!existsSync(target)) throw new UsageError(`there is no ${target}: --deciduous takes a version, or a path to the package`);
  return fileSpec(target, folder);
}
