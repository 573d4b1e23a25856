/** Files as verbs read and write them: whole, text in UTF-8, and with a sentence where that cannot be done. */
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
export function readBytes(filePath: string): Uint8Array {
  // Some devices never end. A pipe may: shells make them of commands.
  const kind = statSync(filePath, { throwIfNoEntry: false });
  if (kind?.isCharacterDevice() || kind?.isBlockDevice()) throw new UsageError(`${filePath} is a device: name a file`);
  try {
    return readFileSync(filePath);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new UsageError(`there is no file ${filePath}`);
    if (code === 'EISDIR') throw new UsageError(`${filePath} is a folder: name the files in it`);
    throw new Error(`${filePath} cannot be read: ${(error as Error).message}`);
  }
}

/** As `readBytes`, and throws an Error for a file that is not UTF-8. */
export function readText(filePath: string): string {
  return decode(readBytes(filePath), filePath);
}

/** How a file compares with the text that it should have. */
export function compareText(filePath: string, text: string): 'unchanged' | 'differs' | 'missing' {
  try {
    return readFileSync(filePath, 'utf8') === text ? 'unchanged' : 'differs';
  } catch {
    return 'missing';
  }
}

/**
 * Makes the folders of a path, from the first that is missing: Node's own way tries the same folder for ever where the system says that a folder that exists has no place for another, as under
 * /proc.
 */
function makeFolders(folder: string): void {
  const missing: string[] = [];
  for (let at = path.resolve(folder); !existsSync(at); at = path.dirname(at)) missing.push(at);
  for (const each of missing.reverse()) mkdirSync(each);
}

/** Writes a file beside and puts it in the place of the old one, so that nobody finds half of it. Throws an Error that says why it cannot. */
export function writeWhole(filePath: string, content: string | Uint8Array): void {
  let beside: string | undefined;
  try {
    makeFolders(path.dirname(filePath));
    const old = statSync(filePath, { throwIfNoEntry: false });
    // What a link leads to is replaced, and not the link.
    const place = old ? realpathSync(filePath) : filePath;
    beside = `${place}.${process.pid}.tmp`;
    writeFileSync(beside, content);
    if (old) chmodSync(beside, old.mode);
    renameSync(beside, place);
  } catch (error) {
    if (beside !== undefined) rmSync(beside, { force: true });
    throw new Error(`${filePath} cannot be written: ${(error as Error).message}`);
  }
}
