/**
 * The hostile corpus: each case in a process of its own, with a neighbour beside it, against all oracles. Each attack as a rule, and those that are known to cost more than they should; with HOSTILE=all, in a deep run, and by
 * `npm run test:hostile` its variants too, which add a letter or a word to its number.
 */
import { availableParallelism } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEEP_MINUTES } from '../../model/depth.js';
import { Corpus } from './attempt.js';
import { CASES, WITHOUT_CODE } from './catalogue.js';
import { FAILING } from './failing.js';
import { FUELLED } from './fuelled.js';
import { OVERSHOOTS } from './overshoots.js';
import { Places } from './places.js';

const isWhole = process.env['HOSTILE'] === 'all' || DEEP_MINUTES > 0;
const isVariant = (id: string): boolean => !/^[A-Z]\d+$/.test(id) && FAILING[id] === undefined && OVERSHOOTS[id] === undefined;
const chosen = CASES.filter(({ id }) => isWhole || !isVariant(id));
let corpus: Corpus;
const places = new Places(availableParallelism());

beforeAll(async () => {
  corpus = await Corpus.prepare();
});

afterAll(() => corpus.end());

describe.concurrent('a hostile extension', { timeout: 240_000 }, () => {
  it.each(chosen.map((one) => [one.id, one.title, one] as const))('%s %s', async (id, _, one) => {
    const { seen, verdict } = await places.take(() => corpus.attempt(one));
    const told = JSON.stringify({ ...verdict, outcome: seen.report?.outcome, stderr: seen.stderr.slice(-500) });
    expect(Object.keys(verdict.wrong), told).toEqual(FAILING[id]?.oracles ?? []);
  });
});

describe('the corpus', () => {
  it('names each case once', () => {
    const ids = [...CASES, ...WITHOUT_CODE].map(({ id }) => id);
    expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
  });

  it('makes exceptions only for cases that there are, and says why', () => {
    const ids = new Set(CASES.map(({ id }) => id));
    expect([...Object.keys(FAILING), ...Object.keys(OVERSHOOTS), ...FUELLED.keys()].filter((id) => !ids.has(id))).toEqual([]);
    for (const { why } of [...Object.values(FAILING), ...Object.values(OVERSHOOTS)]) expect(why.length).toBeGreaterThan(20);
  });
});
