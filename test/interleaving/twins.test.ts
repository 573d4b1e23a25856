/** The explorer is not blind: a heap with one line broken is caught, whichever of these lines it is. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { campaign } from './campaign.js';
import { describeFailure } from './explore-pairs.js';
import { formatReplay } from './replay-string.js';
import { Stage } from './stage.js';
import { TWINS } from './twins.js';

let real: Stage;
beforeAll(async () => {
  real = await Stage.open();
}, 120_000);
afterAll(() => real.close());

test.each(TWINS)('a twin is caught: $name', { timeout: 120_000 }, async (twin) => {
  const stage = await Stage.open({ twin });
  try {
    let executions = 0;
    for (const spec of twin.pairs) {
      const tally = campaign(stage, spec, { orders: 5000, stops: 10_000, seed: 1, until: performance.now() + 30_000 });
      executions += tally.orders.executions + tally.kills + tally.overflows;
      if (!tally.failure) continue;
      // What is found in the heap as it is too is no merit of the twin.
      const sound = campaign(real, spec, { orders: 300, stops: 300, seed: 1, until: performance.now() + 10_000 });
      if (sound.failure) expect.fail(`the heap without this fault fails too, ${describeFailure('real', spec, sound)}`);
      const { findings, plan, stop } = tally.failure;
      console.log(
        `${twin.name}: caught after ${executions} executions. ${findings[0].detail.split('\n', 1)[0]}\n  ${formatReplay({ build: twin.name, spec, plan, stop })}`,
      );
      return;
    }
    expect.fail(`not caught in ${executions} executions`);
  } finally {
    await stage.close();
  }
});
