/**
 * The hostile corpus: each case in a process of its own, with a neighbour beside it, against all oracles. A bounded choice as a rule; all of it with HOSTILE=all (`npm run test:hostile`) or in a deep run.
 */
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { DEEP_MINUTES } from '../../model/depth.js';
import { CASES, QUICK, WITHOUT_CODE } from './catalogue.js';
import { observe } from './child.js';
import { FAILING } from './failing.js';
import { judge } from './oracles.js';

const PROGRAM = fileURLToPath(new URL('support/domain-child.mjs', import.meta.url));
const isWhole = process.env['HOSTILE'] === 'all' || DEEP_MINUTES > 0;
const chosen = CASES.filter(({ id }) => isWhole || QUICK.has(id));

describe.concurrent('a hostile extension', { timeout: 120_000 }, () => {
  it.each(chosen.map((one) => [one.id, one.title, one] as const))('%s %s', async (id, _, one) => {
    const seen = await observe(one, { program: PROGRAM, limitMs: 60_000 });
    const { end, wrong } = judge(one, seen, true);
    const told = JSON.stringify({ end, wrong, outcome: seen.report?.outcome, stderr: seen.stderr.slice(-500) });
    expect(Object.keys(wrong), told).toEqual(FAILING[id]?.oracles ?? []);
  });
});

describe('the corpus', () => {
  it('names each case once', () => {
    const ids = [...CASES, ...WITHOUT_CODE].map(({ id }) => id);
    expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
  });

  it('lists as failing, or as quick, only cases that there are, and says why', () => {
    const ids = new Set(CASES.map(({ id }) => id));
    expect([...Object.keys(FAILING), ...QUICK].filter((id) => !ids.has(id))).toEqual([]);
    for (const { why } of Object.values(FAILING)) expect(why.length).toBeGreaterThan(20);
  });
});
