/** Explores groups of pairs as tests, one for each group, and prints what each pair took. */
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { campaign, type Tally } from './campaign.js';
import { isDeep, NO_TIMEOUT_MS, secondsOr, SEED } from './depth.js';
import type { Group } from './pairs.js';
import { formatReplay, replayCommand } from './replay-string.js';
import { type Spec, Stage } from './stage.js';

/** What one pair may take here. With more kills and overflows than fit, some are chosen from the seed. */
interface PairBudget {
  readonly orders: number;
  readonly stops: number;
  /** For all pairs of the file together. A pair may take four times its share of what is left; what the clock cuts short says so. */
  readonly seconds: number;
}

export function explorePairs(title: string, groups: readonly Group[], budget: PairBudget): void {
  const { orders, stops } = isDeep ? { orders: Number.POSITIVE_INFINITY, stops: Number.POSITIVE_INFINITY } : budget;
  const seconds = secondsOr(budget.seconds);
  describe(title, () => {
    let stage: Stage;
    let executions = 0;
    let left = 0;
    let deadline = 0;
    let chosen: Map<string, readonly Spec[]>;
    beforeAll(async () => {
      stage = await Stage.open();
      const writesOf = (spec: Spec): number => stage.play(spec, { plan: [] }).tornWrites;
      chosen = new Map(groups.map(({ name, specs, choose }) => [name, choose?.(writesOf) ?? specs]));
      for (const specs of chosen.values()) left += specs.length;
      deadline = performance.now() + seconds * 1000;
      const most = isDeep ? 'as far as time allows' : `at most ${orders} orders and ${stops} executions with a kill or an overflow a pair`;
      console.log(
        `${title}: ${left} pairs, ${most}, chosen from EXPLORE_SEED=${SEED}, ${seconds} s for all. Each pair: orders / with kills / with overflows (stops tried of stops).`,
      );
    });
    afterAll(async () => {
      console.log(`${title}: ${executions} executions`);
      await stage.close();
    });
    test.each(groups)(
      '$name paired: in every order, with every kill and every overflow, nothing is lost and nothing is freed twice',
      { timeout: NO_TIMEOUT_MS },
      async ({ name }) => {
        const lines: string[] = [];
        for (const spec of chosen.get(name) as readonly Spec[]) {
          const until = performance.now() + Math.max(((deadline - performance.now()) / left--) * 4, 100);
          const tally = campaign(stage, spec, { orders, stops, seed: SEED, until });
          executions += tally.orders.executions + tally.orders.pruned + tally.kills + tally.overflows;
          lines.push(describeTally(tally, performance.now() >= until));
          // Whoever hung would hang in the next pair too.
          if (tally.failure?.findings.some(({ kind }) => kind === 'hang')) await stage.restart();
          if (tally.failure) expect.fail(describeFailure('real', spec, tally));
          await setImmediate();
        }
        console.log(`${name} + ${lines.join(', ')}`);
      },
    );
  });
}

function describeTally({ spec, orders, kills, overflows, stops, stopsTried, stopsComplete }: Tally, wasCut: boolean): string {
  const killed = spec.killed ? `@${spec.killed.at}` : '';
  const room = spec.room === undefined ? '' : `~${spec.room}`;
  const tried = stopsComplete === stops ? '' : ` (${stopsTried} of ${stops}, ${stopsComplete} of them in every order)`;
  return `${spec.second}${killed}${room} ${orders.executions}${orders.complete ? '' : '+'}/${kills}/${overflows}${tried}${wasCut ? ' cut by the clock' : ''}`;
}

export function describeFailure(build: string, spec: Spec, { failure, orders }: Pick<Tally, 'failure' | 'orders'>): string {
  if (!failure) return '';
  const replay = { build, spec, plan: failure.plan, stop: failure.stop };
  const findings = failure.findings.map(({ kind, actor, detail }) => `  ${kind} (${actor}): ${detail}`);
  return [`after ${orders.executions} executions:`, ...findings, formatReplay(replay), replayCommand(replay)].join('\n');
}
