/** Which words threads read and write plainly while others do: a short list, and why each is on it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PAGE_GENERATION, PAGE_KIND } from '../../dist/abi/heap-layout.js';
import { R_STATE, R_X_CALLER, R_X_VERDICT } from '../../dist/abi/record-layout.js';
import { LIFE, PENDING_WORDS, WATCHED, X_PENDING } from '../../dist/abi/thread-layout.js';
import { actorsOf } from './campaign.js';
import { isDeep } from './depth.js';
import { Exploration } from './exploration.js';
import { BURIALS, CALL_PAIRS, HEAP_PAIRS } from './pairs.js';
import { racesIn } from './races.js';
import { Stage } from './stage.js';

const ALLOWED: { readonly [word: string]: string } = {
  'map of pages in use': 'a hint: a page is had by compare-and-swap of its owner word, whatever the map says',
  [`page entry, word ${PAGE_KIND}`]: 'read by whoever looks for a page or buries a domain, who then asks the owner word',
  [`page entry, word ${PAGE_GENERATION}`]: 'the reclaimer compares it before and after it reads a page that is not its own',
  // Which looks are plain, and why they may be, is in docs/decisions/0016.
  [`thread row, word ${LIFE}`]: 'a caller looks before it sends, and again, synchronised, when it has sent',
  [`thread row, word ${WATCHED}`]: 'read behind a synchronised look at the life word of the same row, which was behind the store of SENT',
  ...Object.fromEntries(
    Array.from({ length: PENDING_WORDS - 1 }, (_, word) => [
      `thread row, word ${X_PENDING + 1 + word}`,
      'read behind a synchronised look at the first of these words; what is taken is taken by an atomic operation',
    ]),
  ),
  [`call record, word ${R_STATE}`]:
    'written plainly by whoever has claimed it, before SENT, and on release before the caller word is stored; what else reads it plainly has seen it synchronised before or swaps it after',
  [`call record, word ${R_X_CALLER}`]: 'read to ring: whoever is rung for nothing looks and finds nothing',
  [`call record, word ${R_X_VERDICT}`]: 'written by the kernel before the state says that it counts',
};

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
}, 120_000);
afterAll(() => stage.close());

test('a plain access races with another thread on words of this list and on no others', { timeout: isDeep ? 3_600_000 : 120_000 }, () => {
  const found = new Map<string, string>();
  for (const spec of [...HEAP_PAIRS, ...CALL_PAIRS, ...BURIALS].flatMap(({ specs }) => specs)) {
    const exploration = new Exploration({ trace: stage.trace, play: (order) => stage.play(spec, order) }, actorsOf(spec));
    exploration.run({ executions: isDeep ? 10_000 : 40, until: Number.POSITIVE_INFINITY }, ({ steps }) => {
      for (const word of racesIn(stage.trace, steps, stage.pages)) found.set(word, `${spec.first} + ${spec.second}`);
    });
  }
  console.log([...found].map(([word, pair]) => `${word}: for instance in ${pair}`).join('\n'));
  expect([...found.keys()].filter((word) => !(word in ALLOWED))).toEqual([]);
});
