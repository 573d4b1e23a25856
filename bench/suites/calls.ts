/** Calls: close to the hardware's limit, bounded in time, settled whatever dies. Each figure beside its peer, which is measured in the same run. docs/benchmarks.md says how, and why these. */
import { availableParallelism } from 'node:os';
import { async } from '../calls/async.js';
import { cold } from '../calls/cold.js';
import { death } from '../calls/death.js';
import type { Group } from '../calls/group.js';
import { hot } from '../calls/hot.js';
import { idle } from '../calls/idle.js';
import { RATIOS } from '../calls/ratios.js';
import type { Figure, SuiteOptions, SuiteResult } from '../measure.js';

/** What is left of a group when it has ended sleeps; idle comes first all the same, when nothing else has run. */
const GROUPS: readonly Group[] = [idle, hot, cold, async, death];

export const parts: readonly string[] = RATIOS.map(({ name }) => name);

export async function run({ progress, only, quick }: SuiteOptions): Promise<SuiteResult> {
  const chosen = RATIOS.filter(({ name }) => only === null || only.includes(name));
  const wanted = new Set(chosen.flatMap(({ of }) => of));
  const groups = GROUPS.filter(({ gives }) => gives.some((name) => wanted.has(name)));
  const seconds = groups.reduce((sum, group) => sum + group.seconds, 0);
  const results: { [name: string]: Figure } = {};
  const missing: { [name: string]: string } = {};
  let before = 0;
  for (const group of groups) {
    const measured = await group.run({ wanted, quick, progress: (done, of) => progress(before + (group.seconds * done) / of, seconds) });
    Object.assign(results, measured.results);
    Object.assign(missing, measured.leftOut);
    before += group.seconds;
  }
  const ratios: { [name: string]: number } = {};
  const aims: { [name: string]: { aim: string; met: boolean } } = {};
  const leftOut: { [name: string]: string } = {};
  for (const { name, of, value, aim, isMet } of chosen) {
    const lacking = of.find((result) => missing[result] !== undefined);
    if (lacking !== undefined) leftOut[name] = missing[lacking];
    else {
      ratios[name] = value(results);
      aims[name] = { aim, met: isMet(ratios[name]) };
    }
  }
  return { suite: 'calls', node: process.versions.node, cores: availableParallelism(), results, ratios, aims, leftOut };
}
