/**
 * Three domains and the reclaimer, too many for every order: operations are drawn from a seed, one domain is killed at a moment that is drawn too, and the kernel buries it while the others go on.
 * Schedules are random walks, and PCT (Burckhardt and others, ASPLOS 2010): random priorities with two changes, which finds a fault that takes three ordered steps with a known probability.
 */
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isDeep, NO_TIMEOUT_MS, secondsOr, SEED } from './depth.js';
import { formatReplay, replayCommand } from './replay-string.js';
import { type Order, type Outcome, type Spec, Stage } from './stage.js';
import { C, Policy, TRACE_STRIDE } from './support/board.mjs';
import { numbers } from './support/random-program.mjs';

const SECONDS = secondsOr(12);
/** The first of a run; each execution has the next one. */
const FIRST_SEED = isDeep ? SEED : 1;
/** About as many steps as an execution has, and as C has writes. */
const STEPS = 3000;
const WRITES = 120;

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open({ cast: 'all', paranoid: true });
}, 120_000);
afterAll(() => stage.close());

function orderOf(seed: number, policy: number): Order {
  const draw = numbers(seed * 2 + policy);
  const stop = draw(4) === 0 ? undefined : ({ actor: C, at: draw(WRITES), by: 'kill' } as const);
  const changes = [draw(STEPS), draw(STEPS)].sort((one, other) => one - other);
  return { plan: [], policy, seed: draw(2 ** 31), priorities: [1, 2, 3, 4].map(() => 1 + draw(1000)), changes, stop };
}

/** The schedule that an execution took, as a plan. */
function planOf({ steps }: Outcome): number[] {
  const plan: number[] = [];
  for (let step = 0; step < steps; step++) {
    const actor = stage.trace[step * TRACE_STRIDE] & 15;
    if (plan.at(-2) === actor) plan[plan.length - 1] = step + 1;
    else plan.push(actor, step + 1);
  }
  return plan;
}

test.each([
  ['random walks', Policy.RandomWalk],
  ['PCT schedules of depth 3', Policy.Priorities],
])('three domains and the reclaimer lose nothing in %s', { timeout: NO_TIMEOUT_MS }, async (name, policy) => {
  const until = performance.now() + SECONDS * 1000;
  let steps = 0;
  let kills = 0;
  let seed = FIRST_SEED;
  for (; performance.now() < until; seed++) {
    const spec: Spec = { first: '', second: '', random: seed };
    const order = orderOf(seed, policy);
    const outcome = stage.play(spec, order);
    steps += outcome.steps;
    if (outcome.stopped) kills++;
    if (outcome.findings.length > 0) {
      if (outcome.findings.some(({ kind }) => kind === 'hang')) await stage.restart();
      const replay = { build: 'real', spec, plan: planOf(outcome), stop: order.stop };
      expect.fail([...outcome.findings.map(({ actor, detail }) => `${actor}: ${detail}`), formatReplay(replay), replayCommand(replay)].join('\n'));
    }
    if (seed % 50 === 0) await setImmediate();
  }
  console.log(`${name}: seeds ${FIRST_SEED} to ${seed - 1}, ${steps} steps, ${kills} kills`);
});
