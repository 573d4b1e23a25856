/** Throughput with crashes and without, in windows that take turns on one machine: what the machine does otherwise, it does to both. */
import { setTimeout as sleep } from 'node:timers/promises';
import { boot } from 'deciduous';
import { Client, type Faults, type Work } from '../../samples/recovery/client.js';
import { Rig, type MediumKind } from '../../samples/recovery/rig.js';
import { figure, quantile, type Figure, type Progress } from '../measure.js';

export interface Scenario {
  /** Begins the names of its results and ratios; '' for the paper's. */
  readonly name: string;
  readonly medium: MediumKind;
  readonly faults: Faults;
  /** Pairs of windows for each kind of work. */
  readonly pairs: number;
  readonly windowMs: number;
}

const SECOND = 1000;
export const SCENARIOS: readonly Scenario[] = [
  { name: '', medium: 'memory', faults: { whom: 'device', everyMs: SECOND }, pairs: 8, windowMs: 2 * SECOND },
  { name: 'on_file_', medium: 'file', faults: { whom: 'device', everyMs: SECOND }, pairs: 4, windowMs: 2 * SECOND },
  { name: 'on_kept_', medium: 'kept', faults: { whom: 'device', everyMs: SECOND }, pairs: 4, windowMs: 2 * SECOND },
  { name: 'ten_a_second_', medium: 'memory', faults: { whom: 'device', everyMs: 100 }, pairs: 4, windowMs: 2 * SECOND },
  { name: 'of_files_', medium: 'memory', faults: { whom: 'files', everyMs: SECOND }, pairs: 4, windowMs: 2 * SECOND },
  { name: 'of_both_', medium: 'memory', faults: { whom: 'both', everyMs: SECOND }, pairs: 4, windowMs: 2 * SECOND },
];

const PAGES = 1024;
const MB = 1e6 / 4096;

export interface Outcome {
  readonly results: { readonly [name: string]: Figure };
  readonly ratios: { readonly [name: string]: number };
  readonly wrong: number;
  readonly failed: number;
}

export async function windows({ name, medium, faults, pairs, windowMs }: Scenario, quick: boolean, progress: Progress): Promise<Outcome> {
  await using kernel = await boot({ spares: 2 });
  const rig = await Rig.open(kernel, medium);
  const results: { [name: string]: Figure } = {};
  const ratios: { [name: string]: number } = {};
  try {
    const client = await Client.open(rig, 'data', PAGES);
    const rounds = quick ? 1 : pairs;
    const ms = quick ? 150 : windowMs;
    for (const [index, work] of (['read', 'write'] as const satisfies Work[]).entries()) {
      const rates = { with: [] as number[], without: [] as number[] };
      const took: number[] = [];
      if (!quick) await client.run(work, SECOND, null);
      for (let round = 0; round < rounds; round++) {
        for (const way of round % 2 === 0 ? (['without', 'with'] as const) : (['with', 'without'] as const)) {
          // What the crashes of one window have left to be done is no other window's.
          for (let stats = await kernel.stats(); stats.spares < 2 || stats.standbys < 2; stats = await kernel.stats()) await sleep(5);
          const window = await client.run(work, ms, way === 'with' ? { ...faults, everyMs: quick ? ms / 2 : faults.everyMs } : null);
          rates[way].push(window.pages / window.seconds / MB);
          took.push(...window.crashes.map(({ tookMs }) => tookMs));
        }
        progress(index * rounds + round + 1, 2 * rounds);
      }
      results[`${name}${work}_with_crashes`] = figure(rates.with, 'MB/s');
      results[`${name}${work}_without`] = figure(rates.without, 'MB/s');
      results[`${name}${work}_call_that_met_a_crash`] = figure(took, 'ms');
      const quotients = rates.with.map((rate, round) => rate / rates.without[round]).sort((a, b) => a - b);
      ratios[`${name}${work}_with_crashes_vs_without`] = quantile(quotients, 0.5);
    }
    await client.verify();
    client.close();
    return { results, ratios, wrong: client.wrong, failed: client.failed };
  } finally {
    await rig.close();
  }
}
