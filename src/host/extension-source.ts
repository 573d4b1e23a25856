/**
 * From what `load()` is given to a leaf that may run: a source file is built, a leaf file is read once and judged, a leaf object is taken as it is.
 *
 * Who can replace a file can do so at any moment, so nothing is read twice: what is judged is what runs, in every life of the program.
 */
import { constants } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { basename, extname, resolve } from 'node:path';
import type { Leaf } from '../abi/leaf.js';
import { LARGEST_LEAF_BYTES, packInPool, PackError } from '../pack/index.js';
import { LoadError } from './load-error.js';
import type { Trust } from './trust.js';

/** Where the code of a domain comes from. */
export interface Provenance {
  /** `source` was built when it was loaded; an `object` is a leaf that the host program made or holds. */
  readonly from: 'source' | 'leaf file' | 'object';
  /** The id of the trusted key that signed it; null where the host trusts `any`, and so nobody's key was asked for. */
  readonly signedBy: string | null;
  /** Of a leaf file, 64 hexadecimal digits. */
  readonly digest: string | null;
  /** Of the program, where its manifest says it. */
  readonly version: number | null;
}

export interface Obtained {
  readonly leaf: Leaf;
  readonly provenance: Provenance;
}

/** Throws a LoadError where there is nothing to load, or nothing that `trust` lets pass. */
export async function obtain(extension: string | Uint8Array | Leaf, name: string | undefined, trust: Trust): Promise<Obtained> {
  if (typeof extension === 'string') {
    if (extname(extension) === '.leaf') return judged(await readLeafFile(extension), extension, trust);
    trust.refuseUnsigned(extension, 'source');
    return unsigned(await buildLeaf(extension, name), 'source');
  }
  // A copy: who gave the bytes may change them, also from another thread.
  if (extension instanceof Uint8Array) return judged(copied(extension), name ?? 'leaf', trust);
  trust.refuseUnsigned(name ?? String(extension.name), 'a leaf object');
  return unsigned(extension, 'object');
}

function unsigned(leaf: Leaf, from: Provenance['from']): Obtained {
  return { leaf, provenance: { from, signedBy: null, digest: null, version: leaf.manifest?.version ?? null } };
}

function judged(bytes: Uint8Array, name: string, trust: Trust): Obtained {
  const { file, digest, signedBy } = trust.judge(bytes, name);
  return { leaf: file.leaf, provenance: { from: 'leaf file', signedBy, digest, version: file.leaf.manifest.version } };
}

function copied(bytes: Uint8Array): Uint8Array {
  if (bytes.length > LARGEST_LEAF_BYTES) throw tooLarge('leaf', bytes.length);
  return new Uint8Array(bytes);
}

function tooLarge(file: string, bytes: number): LoadError {
  return new LoadError('InvalidType', file, `${bytes} bytes, where a leaf has ${LARGEST_LEAF_BYTES} at the most`, undefined, 'malformed');
}

/** The bytes of a file at one moment. Whether it is a file, and of what size, is asked of what was opened, and opening waits for nobody. */
async function readLeafFile(file: string): Promise<Uint8Array> {
  const path = resolve(file);
  let handle: Awaited<ReturnType<typeof open>>;
  try {
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code === 'ENOENT' ? `there is no such file: ${path}` : (error as Error).message;
    throw new LoadError('PACK001', file, why);
  }
  try {
    const found = await handle.stat();
    if (!found.isFile()) throw new LoadError('PACK001', file, 'it is no file');
    if (found.size > LARGEST_LEAF_BYTES) throw tooLarge(file, found.size);
    // One byte more shows that it grew in between, which its header will not agree with.
    const bytes = new Uint8Array(found.size + 1);
    let length = 0;
    while (length < bytes.length) {
      const { bytesRead } = await handle.read(bytes, length, bytes.length - length, length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return bytes.subarray(0, length);
  } finally {
    await handle.close();
  }
}

async function buildLeaf(file: string, name: string | undefined): Promise<Leaf> {
  const path = resolve(file);
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw new LoadError('PACK001', file, `there is no such file: ${path}`);
  try {
    return await packInPool(path, name === undefined ? { name: basename(path, extname(path)) } : { name });
  } catch (error) {
    if (error instanceof PackError) throw new LoadError(error.code, file, error.message);
    throw new LoadError('DomainDead', file, `the build was cut short: ${error instanceof Error ? error.message : String(error)}`);
  }
}
