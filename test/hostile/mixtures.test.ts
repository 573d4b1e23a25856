/** Random mixtures: a value of every construct with any of its parts replaced by attacks, answered and asked with. MIXTURES_SEED replays a run. DEEP=1: see depth.ts. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Any } from '../fixtures/extensions/answers/any.js';
import { LATER, MIXTURE } from '../fixtures/extensions/answers/attacks.js';
import { attacksIn, FIELDS, mixture, type Plan } from '../fixtures/extensions/answers/mixture.js';
import { release, show } from '../fixtures/extensions/answers/show.js';
import { DEEP_MINUTES, seedFrom } from '../model/depth.js';
import { valueOf } from '../semantics/lab.js';
import { HostWorld, Liars } from './liars.js';

const BUDGET_MS = DEEP_MINUTES === 0 ? 12_000 : DEEP_MINUTES * 60_000;

/** Most values have few attacks in them, or the first would hide the others. */
const plans: fc.Arbitrary<Plan> = fc.uniqueArray(
  fc.constantFrom(...Object.keys(FIELDS)).chain((field) => fc.tuple(fc.constant(field), fc.nat(attacksIn(field).length - 1))),
  { maxLength: 5, selector: ([field]) => field },
);

type Outcome = { readonly shown: string } | { readonly code: string };

function told(result: Any): Outcome {
  if (!result.ok) return { code: result.error.code };
  try {
    return { shown: show(result.value) };
  } finally {
    release(result.value);
  }
}

function check(plan: Plan, outcome: Outcome): void {
  const { expected } = mixture(plan);
  if ('shown' in expected) expect(outcome).toEqual(expected);
  else expect(expected.codes).toContain('code' in outcome ? outcome.code : outcome.shown);
}

describe('random mixtures of attacks', () => {
  let liars: Liars;
  beforeAll(async () => {
    liars = await Liars.gather('paranoid');
  });
  afterAll(() => liars[Symbol.asyncDispose]());

  it(
    'a value arrives that its type allows, or an error that one of its parts deserves; whoever answers, asks or is asked',
    async () => {
      const world = new HostWorld(liars);
      const memory = process.memoryUsage().rss;
      let calls = 0;
      const attempt = async (plan: Plan): Promise<void> => {
        valueOf(liars.liar.plan(JSON.stringify(plan)));
        check(plan, told(liars.answers.everything(MIXTURE, liars.lent)));
        // What one attack is by way of a promise is another attack: a call that went on has ended.
        const isAtOnce = plan.some(([field, number]) => attacksIn(field)[number].isAtOnce === true);
        if (!isAtOnce) check(plan, told(await liars.answers.async.everything(MIXTURE + LATER, liars.lent)));
        check(plan, JSON.parse(valueOf(await liars.liar.async.askPlan())) as Outcome);
        const result = liars.takes.everything(mixture(plan).make(world));
        check(plan, result.ok ? { shown: result.value } : { code: result.error.code });
        world.tidy();
        calls += 4;
      };
      const until = performance.now() + BUDGET_MS;
      // Round by round: a time limit of the checker's own would go on with a call that is under way.
      for (let seed = seedFrom('MIXTURES_SEED', 1); performance.now() < until; seed++) {
        await fc.assert(fc.asyncProperty(plans, attempt), { seed, numRuns: 50 });
        await liars.nothingIsLeft();
      }
      expect(calls).toBeGreaterThanOrEqual(200);
      expect(liars.crashes).toEqual([]);
      // Texts of eight million characters were among them, and a host's own heap is committed as it is touched.
      expect(process.memoryUsage().rss - memory).toBeLessThan(400 * 2 ** 20);
    },
    BUDGET_MS + 120_000,
  );
});
