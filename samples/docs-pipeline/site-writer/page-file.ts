/**
 * Where a document's page lies in the site: at its path with `.html` behind it, wherever that is safe.
 *
 * It is not where a part of the path is longer than file systems like, or where a folder is named as a page would be (`x.md.html/` beside `x.md`). Such a part is cut, and gets a hash of its whole
 * name: `a-very-long-na~0123456789abcdef`. Names that end like that by themselves are hashed too. So a part either stands as it was or ends in a hash, no folder ends in `.html` and every page
 * does: two documents never share a page, and no page is where another one needs a folder. The hash depends on names alone, so that a page stays where it is when its text changes.
 */
import { createHash } from 'node:crypto';

/** Bytes of one part. File systems take 255, encrypted ones 143, and `.html` comes on top. */
const LONGEST_PART = 120;
/** Bytes of a whole path. Systems take 1024 or more, the folder of the site included. */
const LONGEST_PATH = 600;
/** Characters of a name that stay in front of its hash, for people. */
const KEPT = 20;
const UNSAFE = /\.html$|~[0-9a-f]{16}$/i;

export function pageFile(path: string): string {
  const parts = path.split('/');
  const file = parts.map((part) => (Buffer.byteLength(part) > LONGEST_PART || UNSAFE.test(part) ? hashed(part, part) : part)).join('/');
  return `pages/${Buffer.byteLength(file) > LONGEST_PATH ? hashed(parts[parts.length - 1], path) : file}.html`;
}

/** The beginning of `name` and a hash of `whole`. Cut between characters: half a surrogate pair is no name. */
function hashed(name: string, whole: string): string {
  return `${Array.from(name).slice(0, KEPT).join('')}~${createHash('sha256').update(whole).digest('hex').slice(0, 16)}`;
}
