/** A leaf file is read strictly: what is not exactly as it is written is refused, with the place. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { boot } from 'deciduous';
import { LeafFileError, readLeaf, unseal } from '../../dist/pack/index.js';
import { contentOf, signed } from './leaves.js';

const HEADER = 32;
let leaf = Buffer.alloc(0);
let manifest = '';
beforeAll(async () => {
  leaf = Buffer.from(signed(await contentOf('adder.ts'), null));
  manifest = leaf.subarray(HEADER, HEADER + leaf.readUInt32LE(12)).toString();
});

function fault(bytes: Uint8Array): LeafFileError {
  try {
    readLeaf(unseal(bytes));
  } catch (error) {
    if (error instanceof LeafFileError) return error;
    throw error;
  }
  throw new Error('it was read');
}

/** The leaf with another manifest, its length set right. */
function withManifest(text: string | Buffer): Buffer {
  const bytes = Buffer.from(text as string);
  const head = Buffer.from(leaf.subarray(0, HEADER));
  head.writeUInt32LE(bytes.length, 12);
  return Buffer.concat([head, bytes, leaf.subarray(HEADER + leaf.readUInt32LE(12))]);
}

function withWord(offset: number, value: number): Buffer {
  const changed = Buffer.from(leaf);
  changed.writeUInt32LE(value, offset);
  return changed;
}

describe('a file is no leaf', () => {
  it.each<[string, () => Uint8Array, number, RegExp]>([
    ['that is empty', () => Buffer.alloc(0), 0, /does not begin as a leaf does/],
    ['that ends within its header', () => leaf.subarray(0, 20), 20, /ends within the header/],
    ['of another version of the format', () => withWord(8, 2), 8, /version 2 of the format/],
    ['with a manifest that is too large', () => withWord(12, 2 ** 32 - 1), 12, /8388608 are the most/],
    ['with code that is too large', () => withWord(16, 2 ** 27), 16, /67108864 are the most/],
    ['with a signature of another size', () => withWord(24, 64), 24, /0 or 96/],
    ['with something in the word that is zero', () => withWord(28, 1), 28, /to be zero/],
    ['with bytes behind its end', () => Buffer.concat([leaf, Buffer.from([0])]), -1, /1 bytes behind its end/],
    ['with a manifest that is not UTF-8', () => withManifest(Buffer.from([0x22, 0xff, 0x22])), HEADER, /manifest is not UTF-8/],
    ['with a manifest that is not JSON', () => withManifest('{'), HEADER, /not JSON/],
    ['with a manifest that nests too deeply', () => withManifest('['.repeat(100_000)), HEADER + 256, /nests more than 256 deep/],
    ['with a key that stands twice', () => withManifest(manifest.replace('"version":1}', '"version":1,"version":1}')), -1, /each key once/],
    ['with a space in its manifest', () => withManifest(manifest.replace('"name":', '"name": ')), -1, /canonical/],
    ['with keys in another order', () => withManifest(`{"version":1,${manifest.slice(1).replace(',"version":1}', '}')}`), HEADER + 2, /canonical/],
    ['with a character written otherwise', () => withManifest(manifest.replace('"adder"', '"\\u0061dder"')), -1, /canonical/],
    ['with a member that is unknown', () => withManifest(manifest.replace(',"version":1}', ',"version":1,"x":1}')), HEADER, /has a member "x"/],
    ['with a member of Object.prototype', () => withManifest(`{"__proto__":1,${manifest.slice(1)}`), HEADER, /has a member "__proto__"/],
    ['with a limit that cannot be', () => withManifest(manifest.replace('"limits":{}', '"limits":{"timers":0.5}')), HEADER, /'timers' must be a whole number/],
    ['with a version that is none', () => withManifest(manifest.replace('"version":1}', '"version":0}')), HEADER, /no version of a program/],
    [
      'with more in a schema than belongs there',
      () => withManifest(manifest.replace('"enums":{}', '"aliases":{},"enums":{}')),
      HEADER,
      /what is no part of a schema/,
    ],
    ['with a power that does not exist', () => withManifest(manifest.replace('"uses":[]', '"uses":["fs"]')), HEADER, /uses names others/],
    ['with a date that is none', () => withManifest(manifest.replace('"format"', '"expires":"2026","format"')), HEADER, /expires is no date/],
  ])('%s', (_what, bytes, offset, message) => {
    const error = fault(bytes());
    expect(error.message).toMatch(message);
    if (offset >= 0) expect(error.offset).toBe(offset);
  });

  it('whose code or source map is not UTF-8', () => {
    const at = HEADER + leaf.readUInt32LE(12);
    for (const [offset, what] of [
      [at, 'code'],
      [at + leaf.readUInt32LE(16), 'source map'],
    ] as const) {
      const changed = Buffer.from(leaf);
      changed[offset] = 0xff;
      expect(fault(changed).message).toContain(`the ${what} is not UTF-8`);
      expect(fault(changed).offset).toBe(offset);
    }
  });

  it('of gigabytes is refused by its size, and nothing is allocated for it', async () => {
    await using kernel = await boot();
    const folder = mkdtempSync(join(tmpdir(), 'format-'));
    const file = join(folder, 'large.leaf');
    writeFileSync(file, '');
    truncateSync(file, 8 * 2 ** 30);
    const before = process.memoryUsage().arrayBuffers;
    await expect(kernel.load(file)).rejects.toThrow(/8589934592 bytes, where a leaf has/);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 20);
    await expect(kernel.load(folder.concat('.leaf'))).rejects.toThrow(/no such file/);
    rmSync(folder, { recursive: true });
  });
});

describe('the page of the format', () => {
  it('says what the digest is of', () => {
    const content = leaf.subarray(HEADER);
    const digest = createHash('sha256').update('deciduous leaf digest 1\0').update(leaf.subarray(0, 24)).update(content).digest('hex');
    expect(unseal(leaf).digest).toBe(digest);
  });
});
