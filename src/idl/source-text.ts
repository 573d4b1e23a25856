/** Files as the compiler reads them from disk: text in UTF-8, or an error that says what else it is. */
import { readFileSync, statSync } from 'node:fs';

/** The text of a file, or undefined where there is none. What it throws says what is wrong with a file that is there, and goes on from the file's name. */
export type ReadFile = (filePath: string) => string | undefined;

/** What is there is no text. Its message says what it is, and goes on from the file's name. */
export class UnreadableSource extends Error {}

/** The text of a file; undefined where there is none. Throws UnreadableSource for a folder, for what the system does not let one read, and for what is no text. */
export function readFromDisk(filePath: string): string | undefined {
  let bytes: Buffer;
  try {
    const found = statSync(filePath, { throwIfNoEntry: false });
    if (!found) return undefined;
    if (found.isDirectory()) throw new UnreadableSource('is a folder');
    // A pipe that nobody writes to would never be read to its end, nor a device that has none.
    if (!found.isFile()) throw new UnreadableSource('is no file, but a device or a pipe');
    bytes = readFileSync(filePath);
  } catch (error) {
    if (error instanceof UnreadableSource) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new UnreadableSource(`cannot be read: ${message}`);
  }
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) throw new UnreadableSource('is UTF-16');
  if (bytes.includes(0)) throw new UnreadableSource(`is no text: byte ${bytes.indexOf(0)} is zero`);
  const text = bytes.toString('utf8');
  if (!Buffer.from(text).equals(bytes)) throw new UnreadableSource(`is not UTF-8: see line ${firstWrongLine(bytes, text)}`);
  return text;
}

/** The line of the first bytes that are none of UTF-8. They became replacement characters, which may also have been written as such. */
function firstWrongLine(bytes: Buffer, text: string): number {
  let at = 0;
  let line = 1;
  for (const character of text) {
    if (character === '\ufffd' && bytes.toString('latin1', at, at + 3) !== '\u00ef\u00bf\u00bd') return line;
    if (character === '\n') line += 1;
    at += Buffer.byteLength(character);
  }
  return line;
}
