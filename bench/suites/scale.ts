/** How far it goes on one machine: many live domains, and many of them calling at once. There are no peers and no aims here; docs/benchmarks.md says what the figures are. */
import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import type { SuiteOptions, SuiteResult } from '../measure.js';
import { crowd } from '../scale/crowd.js';
import { drawCurve } from '../scale/curve.js';
import { pairs } from '../scale/pairs.js';

const COUNTS = [1, 2, 4, 8, 16, 32, 64];
const FOR_MS = 2000;

export async function run({ progress, quick, domains, svg }: SuiteOptions): Promise<SuiteResult> {
  const asked = quick ? Math.min(domains, 4) : domains;
  const many = await crowd(asked, quick, (done, of) => progress(done / of, 2));
  const curve = await pairs(quick ? [1, 2] : COUNTS, quick ? 50 : FOR_MS, (done, of) => progress(1 + done / of, 2));
  const cores = availableParallelism();
  const node = process.versions.node;
  if (svg !== null) await writeFile(svg, drawCurve(curve, `${cores} ${cores === 1 ? 'core' : 'cores'}, Node ${node}`));
  const ratios = Object.fromEntries(curve.map(({ pairs: count, callsPerSecond }) => [`calls_per_second_${count}_pairs`, callsPerSecond]));
  const leftOut = many.stoppedBy === null ? {} : { live_domains: `no more than ${many.live} of ${asked} could be loaded: ${many.stoppedBy}` };
  return { suite: 'scale', node, cores, results: many.results, ratios: { live_domains: many.live, ...ratios }, aims: {}, curve, leftOut };
}
