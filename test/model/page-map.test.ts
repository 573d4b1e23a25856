/** The map against the plain question: which pages are free, asked one by one. */
import { assert, constantFrom, integer, property, tuple, uint8Array } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PageMap } from '../../dist/shared-heap/pages/page-map.js';
import { openShared, reserveShared } from '../../dist/shared-heap/shared-state.js';

/** A map of `pages` pages, of which the first `firstPage` are not for use. Bit patterns are bytes, so that runs of all lengths occur. */
const scene = tuple(
  integer({ min: 1, max: 70 }),
  integer({ min: 71, max: 320 }),
  uint8Array({ minLength: 40, maxLength: 40 }),
  constantFrom(0x00, 0xff, 0x0f, 0x7e),
).map(([firstPage, pages, bytes, mask]) => ({
  firstPage,
  pages,
  had: Array.from({ length: pages }, (_, page) => (bytes[page >>> 3] & mask & (1 << (page & 7))) !== 0),
}));

const memory = openShared(reserveShared(16 * 2 ** 20));

function mapOf({ firstPage, pages, had }: { firstPage: number; pages: number; had: boolean[] }): PageMap {
  const map = new PageMap({ ...memory, firstPage, pages });
  map.markFree(0, pages);
  for (let page = 0; page < pages; page++) if (had[page]) map.markHad(page, 1);
  return map;
}

/** Runs of free pages, as [first, length], by asking each page. */
function runs({ firstPage, pages, had }: { firstPage: number; pages: number; had: boolean[] }): [number, number][] {
  const found: [number, number][] = [];
  for (let page = firstPage; page < pages; page++) {
    if (had[page]) continue;
    const last = found.at(-1);
    if (last !== undefined && last[0] + last[1] === page) last[1]++;
    else found.push([page, 1]);
  }
  return found;
}

describe('the map of pages in use', () => {
  it('names the lowest free page', () => {
    assert(
      property(scene, (given) => {
        expect(mapOf(given).lowest()).toBe(runs(given)[0]?.[0] ?? 0);
      }),
      { numRuns: 2000 },
    );
  });

  it('names the upper end of the smallest run that holds a span, of equal runs the highest', () => {
    assert(
      property(scene, integer({ min: 1, max: 80 }), (given, count) => {
        const fitting = runs(given).filter(([, length]) => length >= count);
        const smallest = Math.min(...fitting.map(([, length]) => length));
        const best = fitting.findLast(([, length]) => length === smallest);
        expect(mapOf(given).tightest(count)).toBe(best === undefined ? 0 : best[0] + best[1] - count);
      }),
      { numRuns: 5000 },
    );
  });

  it('marks a run as it marks each page of it', () => {
    assert(
      property(scene, integer({ min: 0, max: 319 }), integer({ min: 1, max: 100 }), (given, first, count) => {
        const map = mapOf(given);
        const start = first % given.pages;
        const length = Math.min(count, given.pages - start);
        const seen = (): boolean[] => given.had.map((_, page) => !map.looksFree(page));
        map.markHad(start, length);
        expect(seen()).toEqual(given.had.map((had, page) => had || (page >= start && page < start + length)));
        map.markFree(start, length);
        expect(seen()).toEqual(given.had.map((had, page) => had && (page < start || page >= start + length)));
      }),
      { numRuns: 2000 },
    );
  });
});
