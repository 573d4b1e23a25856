/** Pages that tell by themselves whether they are right: number, version and checksum in front, and text that only this version of this page has. */
import { crc32 } from 'node:zlib';

export const PAGE_BYTES = 4096;
const HEADER_WORDS = 3;

/** Fills a page. The same numbers make the same bytes. */
export function writePage(words: Uint32Array, page: number, version: number): void {
  words[0] = page;
  words[1] = version;
  let state = Math.imul(page + 1, 0x9e3779b1) ^ Math.imul(version + 1, 0x85ebca6b);
  for (let at = HEADER_WORDS; at < words.length; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[at] = state;
  }
  words[2] = checksum(words, page, version);
}

/** The version that the page holds; undefined where a byte of it is wrong, or it is another page. */
export function versionIn(words: Uint32Array, page: number): number | undefined {
  return words[0] === page && words[2] === checksum(words, page, words[1]) ? words[1] : undefined;
}

function checksum(words: Uint32Array, page: number, version: number): number {
  return crc32(
    new Uint8Array(words.buffer, words.byteOffset + HEADER_WORDS * 4, words.byteLength - HEADER_WORDS * 4),
    (page ^ Math.imul(version, 0x01000193)) >>> 0,
  );
}
