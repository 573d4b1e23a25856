import { describe, expect, it } from 'vitest';
import type { CallSpace } from '../../dist/proxy/call-space.js';
import { R_SEQUENCE, R_X_CALLER } from '../../dist/abi/record-layout.js';
import { CALLS_A_ROUND, CALLS_ALONE, Rota } from '../../dist/proxy/rota.js';

const RECORD = 16;

/** Records as a rota reads them: who sent each, and as which of its calls. */
function records(...sent: { caller: number; sequence: number }[]): { rota: Rota; all: number[] } {
  const words = new Int32Array(sent.length * RECORD);
  for (const [record, { caller, sequence }] of sent.entries()) {
    words[record * RECORD + R_X_CALLER] = caller;
    words[record * RECORD + R_SEQUENCE] = sequence;
  }
  const space = { words, at: (record: number) => record * RECORD } as unknown as CallSpace;
  return { rota: new Rota(space), all: sent.map((_, record) => record) };
}

const many = (caller: number, count: number): { caller: number; sequence: number }[] => Array.from({ length: count }, (_, sequence) => ({ caller, sequence }));

describe('whose call is served next', () => {
  it('the calls of one caller are served in the order in which it sent them', () => {
    const { rota, all } = records({ caller: 5, sequence: 12 }, { caller: 5, sequence: 10 }, { caller: 5, sequence: 11 });
    expect(rota.round(all, all)).toEqual([1, 2, 0]);
  });

  it('also where the count of its calls wraps', () => {
    const { rota, all } = records({ caller: 5, sequence: -(2 ** 31) }, { caller: 5, sequence: 2 ** 31 - 1 }, { caller: 5, sequence: 1 - 2 ** 31 });
    expect(rota.round(all, all)).toEqual([1, 0, 2]);
  });

  it('a call that was missed while the mailbox was looked at is served before later ones of its caller', () => {
    const { rota, all } = records({ caller: 5, sequence: 10 }, { caller: 5, sequence: 11 }, { caller: 9, sequence: 0 });
    expect(rota.round([1, 2], all)).toEqual([0, 2, 1]);
    expect(rota.round([1], [0, 1])).toEqual([0, 1]);
  });

  it('a call that came after all that was seen of its caller waits for the next look', () => {
    const { rota, all } = records({ caller: 5, sequence: 10 }, { caller: 5, sequence: 12 }, { caller: 9, sequence: 0 });
    expect(rota.round([0], all)).toEqual([0]);
    expect(rota.round([0, 1], all)).toEqual([0, 1]);
    // A call that its caller took back meanwhile, and another one of whose forerunners nobody knows.
    expect(rota.round([0], [1])).toEqual([]);
  });

  it('a caller with two hundred calls does not make another one wait for more than one of them', () => {
    const { rota, all } = records(...many(5, 200), { caller: 9, sequence: 0 });
    expect(rota.round(all, all).indexOf(200)).toBeLessThanOrEqual(1);
  });

  it('nor for more than a round of them where it comes later', () => {
    const { rota, all } = records(...many(5, 200));
    expect(rota.round(all, all)).toHaveLength(CALLS_ALONE);
    const { rota: busy, all: both } = records(...many(5, 200), { caller: 9, sequence: 0 });
    expect(busy.round(both, both)).toHaveLength(CALLS_A_ROUND + 1);
  });

  it('every caller has its turn, and begins in turn', () => {
    const { rota, all } = records({ caller: 3, sequence: 0 }, { caller: 4, sequence: 0 }, { caller: 7, sequence: 0 });
    expect(rota.round(all, all)).toEqual([0, 1, 2]);
    // The last one of the round before goes last: nobody is first for ever because of a low number.
    expect(rota.round([0, 1], [0, 1])).toEqual([0, 1]);
    expect(rota.round(all, all)).toEqual([2, 0, 1]);
  });

  it('domain ids above 2^31 are callers like others', () => {
    const { rota, all } = records({ caller: -5, sequence: 0 }, { caller: 4, sequence: 0 }, { caller: -5, sequence: 1 });
    expect([...rota.round(all, all)].sort((a, b) => a - b)).toEqual([0, 1, 2]);
    expect([...rota.round(all, all)].sort((a, b) => a - b)).toEqual([0, 1, 2]);
  });
});
