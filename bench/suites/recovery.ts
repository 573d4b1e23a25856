/** Recovery: what crashes cost whoever reads and writes through shadows, and how soon there is an answer again. The machine and its client are those of samples/recovery. docs/benchmarks.md says how. */
import { availableParallelism } from 'node:os';
import type { Figure, SuiteOptions, SuiteResult } from '../measure.js';
import { replies } from '../recovery/replies.js';
import { SCENARIOS, windows } from '../recovery/windows.js';

interface Aim {
  readonly aim: string;
  isMet(ratio: number): boolean;
}

const above = (least: number): Aim => ({ aim: `above ${least}`, isMet: (ratio) => ratio > least });
const below = (most: number): Aim => ({ aim: `below ${most}`, isMet: (ratio) => ratio < most });

const AIMS: { readonly [ratio: string]: Aim } = {
  read_with_crashes_vs_without: above(0.95),
  write_with_crashes_vs_without: above(0.9),
  crash_to_reply_with_spare_p50_ms: below(3),
  crash_to_reply_with_spare_p99_ms: below(15),
  crash_to_reply_without_p50_ms: below(120),
  wrong_pages: { aim: '0', isMet: (count) => count === 0 },
  failed_calls: { aim: '0', isMet: (count) => count === 0 },
};

const THROUGHPUT = SCENARIOS.flatMap(({ name }) => ['read', 'write'].map((work) => `${name}${work}_with_crashes_vs_without`));
const REPLIES = ['crash_to_reply_with_spare_p50_ms', 'crash_to_reply_with_spare_p99_ms', 'crash_to_reply_without_p50_ms'];
export const parts: readonly string[] = [...THROUGHPUT, ...REPLIES];

/** Seconds that the replies take, beside those of the windows. */
const REPLIES_SECONDS = 60;

export async function run({ progress, only, quick }: SuiteOptions): Promise<SuiteResult> {
  const isWanted = (name: string): boolean => only === null || only.includes(name);
  const scenarios = SCENARIOS.filter(({ name }) => ['read', 'write'].some((work) => isWanted(`${name}${work}_with_crashes_vs_without`)));
  const withReplies = REPLIES.some(isWanted);
  const secondsOf = ({ pairs, windowMs }: (typeof SCENARIOS)[number]): number => (4 * pairs * windowMs) / 1000;
  const total = scenarios.reduce((sum, scenario) => sum + secondsOf(scenario), withReplies ? REPLIES_SECONDS : 0);
  let before = 0;
  const results: { [name: string]: Figure } = {};
  const ratios: { [name: string]: number } = {};
  const pages = { wrong: 0, failed: 0 };
  if (withReplies) {
    Object.assign(results, (await replies(quick, (done, of) => progress((REPLIES_SECONDS * done) / of, total))).results);
    ratios['crash_to_reply_with_spare_p50_ms'] = results['crash_to_reply_with_spare'].p50;
    ratios['crash_to_reply_with_spare_p99_ms'] = results['crash_to_reply_with_spare'].p99;
    ratios['crash_to_reply_without_p50_ms'] = results['crash_to_reply_without'].p50;
    before += REPLIES_SECONDS;
  }
  for (const scenario of scenarios) {
    const outcome = await windows(scenario, quick, (done, of) => progress(before + (secondsOf(scenario) * done) / of, total));
    Object.assign(results, outcome.results);
    Object.assign(ratios, outcome.ratios);
    pages.wrong += outcome.wrong;
    pages.failed += outcome.failed;
    before += secondsOf(scenario);
  }
  if (scenarios.length > 0) Object.assign(ratios, { wrong_pages: pages.wrong, failed_calls: pages.failed });
  const told = Object.fromEntries(Object.entries(ratios).filter(([name]) => !parts.includes(name) || isWanted(name)));
  const aims = Object.fromEntries(
    Object.entries(told).flatMap(([name, ratio]) => (AIMS[name] === undefined ? [] : [[name, { aim: AIMS[name].aim, met: AIMS[name].isMet(ratio) }]])),
  );
  return { suite: 'recovery', node: process.versions.node, cores: availableParallelism(), results, ratios: told, aims, leftOut: {} };
}
