/** What was signed cannot be changed: not a byte of it, and not by putting parts of signed leaves together. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { boot, LoadError } from 'deciduous';
import { Trust } from '../../dist/host/trust.js';
import { contentOf, signed, signer, stranger, trustOf, verdict } from './leaves.js';
import { seedFrom } from '../model/depth.js';

// A usual run is the same each time; FC_SEED replays another.
fc.configureGlobal({ seed: seedFrom('FC_SEED', 1) });

const HEADER = 32;
const SEAL = 96;
const KEY = 32;

let leaf = new Uint8Array();
let other = new Uint8Array();
/** The same content as `leaf`, signed by a key that nobody trusts. */
let foreign = new Uint8Array();
beforeAll(async () => {
  leaf = new Uint8Array(signed(await contentOf('adder.ts')));
  other = new Uint8Array(signed(await contentOf('impatient.ts')));
  foreign = new Uint8Array(signed(await contentOf('adder.ts'), stranger));
});

function partOf(offset: number): 'header' | 'content' | 'key' | 'signature' {
  if (offset < HEADER) return 'header';
  if (offset < leaf.length - SEAL) return 'content';
  return offset < leaf.length - SEAL + KEY ? 'key' : 'signature';
}

/** Why a change of one byte is refused, by where it is. */
const REASONS = { header: 'malformed', content: 'bad-signature', key: 'unknown-key', signature: 'bad-signature' } as const;

describe('a signed leaf', () => {
  it.each([0xff, 0x01])('is refused after any one byte of it was changed by %i, with the reason that fits the place', (mask) => {
    const trust = trustOf();
    expect(verdict(leaf, trust)).toBe('loaded');
    const wrong: string[] = [];
    for (let offset = 0; offset < leaf.length; offset++) {
      const changed = leaf.slice();
      changed[offset] ^= mask;
      const found = verdict(changed, trust);
      if (found !== REASONS[partOf(offset)]) wrong.push(`${offset}: ${found}`);
    }
    expect(wrong).toEqual([]);
  });

  it('is refused by a host that trusts anybody, too, after a byte was changed', () => {
    const trust = new Trust('any');
    expect(verdict(leaf, trust)).toBe('loaded');
    for (let offset = 0; offset < leaf.length; offset += 11) {
      const changed = leaf.slice();
      changed[offset] ^= 0x10;
      expect([offset, verdict(changed, trust)]).toEqual([offset, partOf(offset) === 'header' ? 'malformed' : 'bad-signature']);
    }
  });

  it('is refused after any number of bytes was changed, cut off, put in or put behind', () => {
    const trust = trustOf();
    const at = fc.nat({ max: 1_000_000 });
    const change = fc.oneof(
      fc.record({ kind: fc.constant('set' as const), at, bytes: fc.uint8Array({ minLength: 1, maxLength: 64 }) }),
      fc.record({ kind: fc.constant('insert' as const), at, bytes: fc.uint8Array({ minLength: 1, maxLength: 64 }) }),
      fc.record({ kind: fc.constant('remove' as const), at, bytes: fc.uint8Array({ minLength: 1, maxLength: 64 }) }),
      fc.record({ kind: fc.constant('truncate' as const), at, bytes: fc.constant(new Uint8Array()) }),
      fc.record({ kind: fc.constant('extend' as const), at, bytes: fc.uint8Array({ minLength: 1, maxLength: 200 }) }),
    );
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        let bytes = Buffer.from(leaf);
        for (const { kind, at: place, bytes: given } of changes) {
          const offset = place % (bytes.length + 1);
          const [before, after] = [bytes.subarray(0, offset), bytes.subarray(offset)];
          if (kind === 'set') bytes = Buffer.concat([before, given, after.subarray(given.length)]);
          else if (kind === 'insert') bytes = Buffer.concat([before, given, after]);
          else if (kind === 'remove') bytes = Buffer.concat([before, after.subarray(given.length)]);
          else if (kind === 'truncate') bytes = Buffer.from(before);
          else bytes = Buffer.concat([bytes, given]);
        }
        fc.pre(!bytes.equals(leaf));
        expect(verdict(bytes, trust)).not.toBe('loaded');
      }),
      { numRuns: 1_000 },
    );
  });

  it('cannot be put together from parts of two leaves that the same key has signed', () => {
    const trust = trustOf();
    expect(verdict(other, trust)).toBe('loaded');
    fc.assert(
      fc.property(fc.nat(leaf.length), fc.nat(other.length), fc.boolean(), (a, b, swapped) => {
        const [first, second] = swapped ? [other, leaf] : [leaf, other];
        const spliced = Buffer.concat([first.subarray(0, a), second.subarray(b)]);
        fc.pre(!spliced.equals(first) && !spliced.equals(second));
        expect(verdict(spliced, trust)).not.toBe('loaded');
      }),
      { numRuns: 2_000 },
    );
    // Header and content of one, key and signature of the other.
    expect(verdict(Buffer.concat([leaf.subarray(0, -SEAL), other.subarray(-SEAL)]), trust)).toBe('bad-signature');
    // The key that is trusted, before a signature by one that is not.
    const mine = leaf.subarray(-SEAL, -SEAL + KEY);
    expect(verdict(Buffer.concat([foreign.subarray(0, -SEAL), mine, foreign.subarray(-SEAL + KEY)]), trust)).toBe('bad-signature');
  });

  it('has nobody move a boundary between its parts: the lengths are signed', () => {
    for (const [from, to] of [
      [12, 16],
      [16, 20],
      [20, 16],
    ] as const) {
      const moved = Buffer.from(leaf);
      moved.writeUInt32LE(moved.readUInt32LE(from) - 1, from);
      moved.writeUInt32LE(moved.readUInt32LE(to) + 1, to);
      expect(verdict(moved)).toBe('bad-signature');
    }
  });

  it('takes no other key for the signature that makes every text hold', () => {
    // Points of small order, for which some verifiers accept one signature of everything.
    for (const point of ['01'.padEnd(64, '0'), '00'.repeat(32), 'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f']) {
      const forged = Buffer.from(leaf);
      Buffer.from(point, 'hex').copy(forged, forged.length - SEAL);
      forged.fill(0, forged.length - SEAL + KEY);
      expect(verdict(forged)).toBe('unknown-key');
    }
  });

  it('is refused by load() as by the policy, with a LoadError, and nothing is left', async () => {
    await using kernel = await boot({ trust: { keys: [signer.publicPem] }, spares: 1 });
    for (const offset of [0, 9, 13, 40, 1000, leaf.length - 70, leaf.length - 1]) {
      const changed = leaf.slice();
      changed[offset] ^= 1;
      const error = await kernel.load(changed).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(LoadError);
      expect((error as LoadError).reason).toBe(REASONS[partOf(offset)]);
    }
    expect((await kernel.stats()).domains).toEqual([]);
    expect((await kernel.load(leaf)).isLive).toBe(true);
  });
});
