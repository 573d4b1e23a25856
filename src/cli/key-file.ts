/** Keys as verbs read and write them. A private key belongs to its owner alone, and is not used where the file system lets others read it. */
import type { KeyObject } from 'node:crypto';
import { chmodSync, closeSync, fstatSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { KeyError, readPrivateKey, readPublicKey } from '../pack/index.js';
import { readText } from './text-file.js';
import { UsageError } from './verb.js';

const PRIVATE_MODE = 0o600;
const PUBLIC_MODE = 0o644;
const OTHERS = 0o077;

/** Writes both or neither. Throws a UsageError where one is there already. */
export function writeKeyPair(file: string, privatePem: string, publicPem: string): void {
  writeNew(file, privatePem, PRIVATE_MODE);
  try {
    writeNew(`${file}.pub`, publicPem, PUBLIC_MODE);
  } catch (error) {
    rmSync(file, { force: true });
    throw error;
  }
}

/** The mode is given when the file is made: there is no moment at which others could open it. */
function writeNew(file: string, text: string, mode: number): void {
  try {
    writeFileSync(file, text, { flag: 'wx', mode });
    chmodSync(file, mode);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST')
      throw new UsageError(`${file} exists, and a key that is lost cannot be made again: name another file with --out`);
    throw new Error(`${file} cannot be written: ${(error as Error).message}`);
  }
}

/** Throws an Error for a file that others may read or write, and for what is no Ed25519 private key. */
export function privateKeyFrom(file: string): KeyObject {
  let fd: number;
  try {
    fd = openSync(file, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new UsageError(`there is no file ${file}: deciduous keygen makes a key`);
    throw new Error(`${file} cannot be read: ${(error as Error).message}`);
  }
  try {
    const found = fstatSync(fd);
    if (found.isDirectory()) throw new UsageError(`${file} is a folder: name the key in it`);
    const { mode } = found;
    if (process.platform !== 'win32' && (mode & OTHERS) !== 0)
      throw new Error(
        `${file} can be used by others than its owner (mode ${(mode & 0o777).toString(8)}): chmod 600 ${file}, or make another key if they may have read it`,
      );
    return readPrivateKey(readFileSync(fd, 'utf8'));
  } catch (error) {
    if (error instanceof KeyError) throw new Error(`${file} is ${error.message}`);
    throw error;
  } finally {
    closeSync(fd);
  }
}

/** Throws an Error for what is no Ed25519 public key. */
export function publicKeyFrom(file: string): KeyObject {
  try {
    return readPublicKey(readText(file));
  } catch (error) {
    if (error instanceof KeyError) throw new Error(`${file} is ${error.message}`);
    throw error;
  }
}
