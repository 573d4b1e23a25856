/** Files of text as verbs read and write them: whole, in UTF-8, and with a sentence where that cannot be done. */
import { chmodSync, existsSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { UsageError } from './verb.js';

/** Throws an Error for bytes that are not UTF-8: read as if they were, they would be lost when the text is written again. */
export function decode(bytes: Uint8Array, name: string): string {
  const text = Buffer.from(bytes).toString('utf8');
  if (!Buffer.from(text).equals(bytes)) throw new Error(`${name} is not UTF-8: save it in that encoding`);
  return text;
}

/** Throws a UsageError for a file that is not there, and an Error for one that cannot be read. */
export function readText(filePath: string): string {
  let bytes: Uint8Array;
  // Some devices never end. A pipe may: shells make them of commands.
  const kind = statSync(filePath, { throwIfNoEntry: false });
  if (kind?.isCharacterDevice() || kind?.isBlockDevice()) throw new UsageError(`${filePath} is a device: name a file`);
  try {
    bytes = readFileSync(filePath);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new UsageError(`there is no file ${filePath}`);
    if (code === 'EISDIR') throw new UsageError(`${filePath} is a folder: name the files in it`);
    throw new Error(`${filePath} cannot be read: ${(error as Error).message}`);
  }
  return decode(bytes, filePath);
}

/** How a file compares with the text that it should have. */
export function compareText(filePath: string, text: string): 'unchanged' | 'differs' | 'missing' {
  try {
    return readFileSync(filePath, 'utf8') === text ? 'unchanged' : 'differs';
  } catch {
    return 'missing';
  }
}

/** Makes a folder, and those above it that are missing, one by one: Node's own `recursive` tries for ever where a folder is there and says that it is not, as below /proc. */
function makeFolder(folder: string): void {
  const missing: string[] = [];
  for (let at = path.resolve(folder); !existsSync(at); at = path.dirname(at)) missing.unshift(at);
  for (const each of missing) {
    try {
      mkdirSync(each);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/** Writes a file beside and puts it in the place of the old one, so that nobody finds half of it. Throws an Error that says why it cannot. */
export function writeText(filePath: string, text: string): void {
  let beside: string | undefined;
  try {
    makeFolder(path.dirname(filePath));
    const old = statSync(filePath, { throwIfNoEntry: false });
    // What a link leads to is replaced, and not the link.
    const place = old ? realpathSync(filePath) : filePath;
    beside = `${place}.${process.pid}.tmp`;
    writeFileSync(beside, text);
    if (old) chmodSync(beside, old.mode);
    renameSync(beside, place);
  } catch (error) {
    if (beside !== undefined) rmSync(beside, { force: true });
    throw new Error(`${filePath} cannot be written: ${(error as Error).message}`);
  }
}
