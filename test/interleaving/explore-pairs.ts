/** Explores groups of pairs as tests, one for each group, and prints what each pair took. */
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { campaign, type Tally } from './campaign.js';
import type { Group } from './pairs.js';
import { formatReplay, replayCommand } from './replay-string.js';
import { type Spec, Stage } from './stage.js';

/** With DEEP=1 nothing is cut short: it runs for hours. */
export const isDeep = process.env['DEEP'] === '1';
export const DEEP_MS = 24 * 3_600_000;

/** What one pair may take here. With more kills and overflows than fit, some are chosen from the seed. */
const ORDERS = isDeep ? Number.POSITIVE_INFINITY : 4000;
const STOPS = isDeep ? Number.POSITIVE_INFINITY : 1500;
const SEED = Number(process.env['SEED'] ?? 20_251_121);

export function explorePairs(title: string, groups: readonly Group[], seconds: number): void {
  describe(title, () => {
    let stage: Stage;
    let executions = 0;
    let left = groups.reduce((count, { specs }) => count + specs.length, 0);
    const deadline = performance.now() + (isDeep ? DEEP_MS : seconds * 1000);
    beforeAll(async () => {
      stage = await Stage.open();
      const most = isDeep
        ? 'no limits'
        : `at most ${ORDERS} orders and ${STOPS} executions with a kill or an overflow a pair, chosen from seed ${SEED}, ${seconds} s for all`;
      console.log(`${title}: ${left} pairs, ${most}. Each pair: orders / with kills / with overflows (stops tried of stops).`);
    });
    afterAll(async () => {
      console.log(`${title}: ${executions} executions`);
      await stage.close();
    });
    test.each(groups)(
      '$name paired: in every order, with every kill and every overflow, nothing is lost and nothing is freed twice',
      { timeout: DEEP_MS },
      async ({ name, specs }) => {
        const lines: string[] = [];
        for (const spec of specs) {
          // A pair may take four times its share of what is left; what is cut short by the clock says so.
          const until = performance.now() + Math.max(((deadline - performance.now()) / left--) * 4, 100);
          const tally = campaign(stage, spec, { orders: ORDERS, stops: STOPS, seed: SEED, until });
          executions += tally.orders.executions + tally.orders.pruned + tally.kills + tally.overflows;
          lines.push(describeTally(tally, performance.now() >= until));
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
