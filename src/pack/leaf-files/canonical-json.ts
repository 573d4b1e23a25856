/**
 * JSON of which there is one text for each value: keys in the order of their UTF-16 units and each once, no space, strings and numbers as
 * `JSON.stringify` writes them. A reader that writes again what it has read, and compares, has refused every other spelling,
 * keys that stand twice included.
 */
import { LeafFileError } from './leaf-file-error.js';

/** Types nest 100 deep, and each level of one is two of JSON. Deeper text would exhaust the stack of who walks it. */
const DEEPEST = 256;

export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  members.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`).join(',')}}`;
}

/** The offset at which nesting becomes too deep, or -1. Asked of bytes, before anything is made of them. */
function tooDeepAt(bytes: Uint8Array): number {
  let depth = 0;
  let isText = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (isText) {
      if (byte === 0x5c) at++;
      else if (byte === 0x22) isText = false;
    } else if (byte === 0x22) isText = true;
    else if (byte === 0x7b || byte === 0x5b) {
      if (++depth > DEEPEST) return at;
    } else if (byte === 0x7d || byte === 0x5d) depth--;
  }
  return -1;
}

/** The value of canonical text. `offset` is where `bytes` begin in the file. Throws a LeafFileError for any other text. */
export function readCanonicalJson(bytes: Uint8Array, text: string, offset: number): unknown {
  const deep = tooDeepAt(bytes);
  if (deep >= 0) throw new LeafFileError(offset + deep, `the manifest nests more than ${DEEPEST} deep`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new LeafFileError(offset, `the manifest is not JSON: ${(error as Error).message}`);
  }
  const again = Buffer.from(canonicalJson(value));
  if (again.equals(bytes)) return value;
  const same = bytes.findIndex((byte, at) => byte !== again[at]);
  throw new LeafFileError(offset + (same < 0 ? bytes.length : same), 'the manifest is not in canonical form: each key once, in order, and no space');
}
