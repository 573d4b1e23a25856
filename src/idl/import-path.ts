/**
 * Where an import leads: `./` and `../` from the file that imports, anything else to a file of a package, which is found as Node finds a package. From the
 * importing file's real folder upwards, each `node_modules` is looked into; before that, a package may name itself. What a package *exports* says nothing
 * about its definitions: they are no modules, and each file of an installed package can be imported.
 */
import { realpathSync } from 'node:fs';
import path from 'node:path';
import type { ReadFile } from './source-text.js';

/** A name with or without a scope, and the path in the package. */
const IN_PACKAGE = /^((?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*)\/(.+)$/i;

/** Where the file is, or why there can be none. `relative` is what to write where a file beside the importing one was meant. */
export type Destination = { readonly path: string } | { readonly wrong: string; readonly wayOut: string; readonly relative?: string };

/** What links lead to, so that one file is one module; what is only in memory is where it says. */
function real(place: string): string {
  try {
    return realpathSync(place);
  } catch {
    return path.resolve(place);
  }
}

function foldersFrom(start: string): string[] {
  const folders = [start];
  for (let at = start; path.dirname(at) !== at; ) folders.push((at = path.dirname(at)));
  return folders;
}

/** The name that the `package.json` of a folder gives; undefined where there is none, or none that can be read. */
function packageNameIn(folder: string, read: ReadFile): string | undefined {
  try {
    const manifest: unknown = JSON.parse(read(path.join(folder, 'package.json')) ?? 'null');
    const name = typeof manifest === 'object' && manifest !== null && 'name' in manifest ? manifest.name : undefined;
    return typeof name === 'string' ? name : undefined;
  } catch {
    return undefined;
  }
}

function isThere(place: string, read: ReadFile): boolean {
  try {
    return read(place) !== undefined;
  } catch {
    // Something is: the reader that asks for it will be told what.
    return true;
  }
}

/** Where `target`, imported by the file at `from`, is. A relative path is not looked for. */
export function destinationOf(from: string, target: string, read: ReadFile): Destination {
  const folder = path.dirname(from);
  if (/^\.\.?\//.test(target)) return { path: path.join(folder, target) };
  const beside = !path.isAbsolute(target) && !/^[a-z]+:/i.test(target) && isThere(path.join(folder, target), read);
  const relative = beside ? { relative: `./${target}` } : {};
  const [, name, rest] = IN_PACKAGE.exec(target) ?? [];
  if (name === undefined || path.posix.normalize(rest) !== rest || rest.startsWith('../')) {
    const wayOut = `write "./${path.posix.basename(target)}", relative to this file, or a package and a path in it: "some-package/idl/kv.idl"`;
    return { wrong: `\`${target}\` is neither a relative path nor a file of a package`, wayOut, ...relative };
  }
  const start = real(folder);
  const found = find(start, name, rest, read);
  if (found !== undefined) return { path: path.isAbsolute(from) ? found : path.relative('', found) };
  if (beside) return { wrong: `there is no package \`${name}\` here, and a file ./${target}`, wayOut: `write "./${target}"`, ...relative };
  const installed = foldersFrom(start).find((each) => packageNameIn(path.join(each, 'node_modules', name), read) !== undefined);
  return installed === undefined
    ? { wrong: `no package \`${name}\` is installed here or above`, wayOut: `install it: npm install ${name}; a file beside this one is "./${target}"` }
    : { wrong: `package \`${name}\` has no file ${rest}`, wayOut: `see what is in ${path.join(installed, 'node_modules', name)}` };
}

function find(start: string, name: string, rest: string, read: ReadFile): string | undefined {
  const folders = foldersFrom(start);
  const own = folders.find((each) => packageNameIn(each, read) !== undefined);
  const places = folders.filter((each) => path.basename(each) !== 'node_modules').map((each) => path.join(each, 'node_modules', name, rest));
  if (own !== undefined && packageNameIn(own, read) === name) places.unshift(path.join(own, rest));
  const place = places.find((each) => isThere(each, read));
  return place === undefined ? undefined : real(place);
}
