/** Searching in steps finds what the engine finds. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutAt, find, replaceFound } from '../../../dist/domains/builtins/text-search.js';
import { seedFrom } from '../../model/depth.js';

// A usual run is the same each time; FC_SEED replays another.
fc.configureGlobal({ seed: seedFrom('FC_SEED', 1) });

/** Of two letters, so that much nearly matches. */
const text = (most: number): fc.Arbitrary<string> => fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: most });
const part = text(6).filter((of) => of !== '');

describe('searching in steps', () => {
  it('finds the first place from anywhere on, and the last up to anywhere', () => {
    fc.assert(
      fc.property(text(40), part, fc.nat(45), (whole, of, from) => {
        expect(find(whole, of, from, 1)).toBe(whole.indexOf(of, from));
        expect(find(whole, of, from, -1)).toBe(whole.lastIndexOf(of, from));
      }),
      { numRuns: 2000 },
    );
  });

  it('cuts and replaces at the places at which the engine does', () => {
    fc.assert(
      fc.property(text(40), part, fc.nat(8), (whole, of, most) => {
        expect(cutAt(whole, of, most)).toEqual(whole.split(of, most));
        const by = (at: number): string => `<${at}>`;
        expect(replaceFound(whole, of, true, by)).toBe(whole.replaceAll(of, (_, at: number) => by(at)));
        expect(replaceFound(whole, of, false, by)).toBe(whole.replace(of, (_, at: number) => by(at)));
      }),
      { numRuns: 2000 },
    );
  });

  it('takes time in proportion to the text where nearly all of it matches', () => {
    const near = `${'a'.repeat(5000)}b${'a'.repeat(5000)}`;
    expect(find('a'.repeat(200_000), near, 0, 1)).toBe(-1);
    expect(find(`${near}${'a'.repeat(200_000)}`, near, Number.POSITIVE_INFINITY, -1)).toBe(0);
  });
});
