/**
 * The bytes of a `.leaf` file, and what a signature signs. docs/leaf-format.md is this in prose.
 *
 * ```
 *  0  8  89 'L' 'E' 'A' 'F' 0D 0A 1A     a transfer as text would change it
 *  8  4  version of the format: 1        numbers are unsigned, little-endian
 * 12  4  bytes of the manifest
 * 16  4  bytes of the code
 * 20  4  bytes of the source map
 * 24  4  bytes of the signature: 0 or 96
 * 28  4  zero
 * 32     manifest, code, source map, signature (32 of the public key, 64 of Ed25519), one right behind the other
 * ```
 * The digest is SHA-256 over a title, the first 24 bytes and the three parts; what is signed is another title, the public key and the digest.
 * Lengths come before what they measure and the rest is of fixed size, so no two leaves have the same text to sign.
 */
import { createHash } from 'node:crypto';
import { LeafFileError } from './leaf-file-error.js';

const MAGIC = Buffer.from([0x89, 0x4c, 0x45, 0x41, 0x46, 0x0d, 0x0a, 0x1a]);
const FORMAT_VERSION = 1;
const HEADER_BYTES = 32;
const DIGESTED_HEADER_BYTES = 24;
const KEY_BYTES = 32;
const SIGNATURE_BYTES = KEY_BYTES + 64;

const MIB = 2 ** 20;
/** The most that each part may have. */
const PARTS = [
  { name: 'manifest', at: 12, most: 8 * MIB },
  { name: 'code', at: 16, most: 64 * MIB },
  { name: 'source map', at: 20, most: 64 * MIB },
] as const;

export const LARGEST_LEAF_BYTES = HEADER_BYTES + PARTS.reduce((sum, { most }) => sum + most, 0) + SIGNATURE_BYTES;

const DIGEST_TITLE = 'deciduous leaf digest 1\0';
const SIGNATURE_TITLE = 'deciduous leaf signature 1\0';

/** The parts of a file, as views of its bytes, with where the manifest begins. */
export interface LeafParts {
  readonly manifest: Uint8Array;
  readonly code: Uint8Array;
  readonly sourceMap: Uint8Array;
  /** 64 lower-case hexadecimal digits. The same for every signature of one content. */
  readonly digest: string;
  /** Raw, of Ed25519. */
  readonly signature: { readonly publicKey: Uint8Array; readonly bytes: Uint8Array } | null;
  readonly offsets: { readonly manifest: number; readonly code: number; readonly sourceMap: number };
}

function digestOf(head: Uint8Array, content: readonly Uint8Array[]): string {
  const hash = createHash('sha256').update(DIGEST_TITLE).update(head.subarray(0, DIGESTED_HEADER_BYTES));
  for (const part of content) hash.update(part);
  return hash.digest('hex');
}

/** What the holder of a key signs. */
export function signedText(publicKey: Uint8Array, digest: string): Buffer {
  return Buffer.concat([Buffer.from(SIGNATURE_TITLE), publicKey, Buffer.from(digest, 'hex')]);
}

/** Takes a file apart. Nothing is copied, and nothing is read beyond the header before all lengths agree. Throws a LeafFileError. */
export function splitLeaf(bytes: Uint8Array): LeafParts {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const differs = MAGIC.findIndex((byte, at) => byte !== file[at]);
  if (differs >= 0) throw new LeafFileError(differs, 'it does not begin as a leaf does');
  if (file.length < HEADER_BYTES) throw new LeafFileError(file.length, `it ends within the header, which has ${HEADER_BYTES} bytes`);
  const version = file.readUInt32LE(8);
  if (version !== FORMAT_VERSION) throw new LeafFileError(8, `version ${version} of the format, where this reader knows version ${FORMAT_VERSION}`);
  const lengths = PARTS.map(({ name, at, most }) => {
    const length = file.readUInt32LE(at);
    if (length > most) throw new LeafFileError(at, `a ${name} of ${length} bytes, where ${most} are the most`);
    return length;
  });
  const signatureBytes = file.readUInt32LE(24);
  if (signatureBytes !== 0 && signatureBytes !== SIGNATURE_BYTES)
    throw new LeafFileError(24, `a signature of ${signatureBytes} bytes, where 0 or ${SIGNATURE_BYTES} are`);
  if (file.readUInt32LE(28) !== 0) throw new LeafFileError(28, 'four bytes that are to be zero');
  const total = lengths.reduce((sum, length) => sum + length, HEADER_BYTES + signatureBytes);
  if (file.length < total) throw new LeafFileError(file.length, `it ends here, and its header tells of ${total} bytes`);
  if (file.length > total) throw new LeafFileError(total, `${file.length - total} bytes behind its end`);
  const ends = lengths.reduce<number[]>((found, length) => [...found, (found.at(-1) ?? 0) + length], [HEADER_BYTES]);
  const [manifest, code, sourceMap] = lengths.map((length, index) => file.subarray(ends[index], ends[index] + length));
  const sealed = file.subarray(ends[3]);
  return {
    manifest,
    code,
    sourceMap,
    digest: digestOf(file, [manifest, code, sourceMap]),
    signature: signatureBytes === 0 ? null : { publicKey: sealed.subarray(0, KEY_BYTES), bytes: sealed.subarray(KEY_BYTES) },
    offsets: { manifest: ends[0], code: ends[1], sourceMap: ends[2] },
  };
}

/** Puts a file together; `sign` answers public key and signature of what has the digest that it is given. Throws a LeafFileError for a part that is too large. */
export function joinLeaf(
  content: readonly [manifest: Uint8Array, code: Uint8Array, sourceMap: Uint8Array],
  sign: ((digest: string) => Uint8Array) | null,
): Uint8Array {
  const head = Buffer.alloc(HEADER_BYTES);
  MAGIC.copy(head);
  head.writeUInt32LE(FORMAT_VERSION, 8);
  for (const [index, { name, at, most }] of PARTS.entries()) {
    const { length } = content[index];
    if (length > most) throw new LeafFileError(at, `a ${name} of ${length} bytes, where ${most} are the most`);
    head.writeUInt32LE(length, at);
  }
  if (sign === null) return Buffer.concat([head, ...content]);
  head.writeUInt32LE(SIGNATURE_BYTES, 24);
  return Buffer.concat([head, ...content, sign(digestOf(head, content))]);
}
