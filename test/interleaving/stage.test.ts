/** Nothing hangs: who goes on for ever, or never goes on, is a finding, and the next execution is as good as the first. */
import { expect, test } from 'vitest';
import { Stage } from './stage.js';

const ALLOC = 'return cache.take();';

test('an actor that takes steps without end is a finding', { timeout: 120_000 }, async () => {
  const twin = {
    name: 'endless',
    file: 'shared-heap/pages/small-pages.js',
    edits: [{ find: ALLOC, replace: `while (sizeClass >= 0 && load(this.#words, 0) >= 0);\n        ${ALLOC}` }],
  };
  const stage = await Stage.open({ twin });
  try {
    // B is played on the explorer's own thread, A on another.
    for (const second of ['alloc-first-page', 'alloc-span']) {
      const { findings } = stage.play({ first: 'alloc-first-page', second }, { plan: [] });
      expect(findings.map(({ detail }) => detail)).toContain('more than 20000 steps');
    }
  } finally {
    await stage.close();
  }
});

test('an actor that never comes to its next step is a finding, and after a restart all is well', { timeout: 120_000 }, async () => {
  const twin = {
    name: 'asleep',
    file: 'shared-heap/pages/small-pages.js',
    edits: [
      { find: ALLOC, replace: `for (const until = Date.now() + (this.#pages.asleep ?? 1e4); this.#me === 514 && Date.now() < until; );\n        ${ALLOC}` },
    ],
  };
  const stage = await Stage.open({ twin });
  try {
    const { findings } = stage.play({ first: 'alloc-first-page', second: 'free-own-span' }, { plan: [] });
    expect(findings.map(({ detail }) => detail)).toContain('an actor did not go on');
    await stage.restart();
    expect(stage.play({ first: 'alloc-span', second: 'free-own-span' }, { plan: [] }).findings).toEqual([]);
  } finally {
    await stage.close();
  }
});

test('a twin whose line is not there is an error that says so', async () => {
  const twin = { name: 'elsewhere', file: 'shared-heap/pages/small-pages.js', edits: [{ find: 'no such line', replace: '' }] };
  await expect(Stage.open({ twin })).rejects.toThrow(
    "the twin 'elsewhere' changes a line of shared-heap/pages/small-pages.js that is there 0 times, not once: no such line",
  );
});
