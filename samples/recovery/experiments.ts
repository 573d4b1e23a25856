/** The experiments: who crashes, how often, and on which medium. */
import type { KernelHandle } from 'deciduous';
import { Client, type Faults, type Window, type Work } from './client.js';
import { Rig, type MediumKind } from './rig.js';

export interface Experiment {
  readonly name: string;
  readonly medium: MediumKind;
  readonly faults: Faults;
}

/** The first is the paper's. */
export const EXPERIMENTS: readonly Experiment[] = [
  { name: 'device, once a second', medium: 'memory', faults: { whom: 'device', everyMs: 1000 } },
  { name: 'device on a file, once a second', medium: 'file', faults: { whom: 'device', everyMs: 1000 } },
  { name: 'device that keeps its blocks, once a second', medium: 'kept', faults: { whom: 'device', everyMs: 1000 } },
  { name: 'device, ten times a second', medium: 'memory', faults: { whom: 'device', everyMs: 100 } },
  { name: 'file system, once a second', medium: 'memory', faults: { whom: 'files', everyMs: 1000 } },
  { name: 'both, once a second', medium: 'memory', faults: { whom: 'both', everyMs: 1000 } },
];

/** Pages of 4 KiB in the client's file. */
const PAGES = 1024;

export interface Finding {
  readonly experiment: Experiment;
  readonly windows: { readonly [work in Work]: Window };
  /** Pages that were not what had been acknowledged, and calls that were not answered. */
  readonly wrong: number;
  readonly failed: number;
}

/** Runs one experiment: so many seconds of reading, then as many of writing, then every page once more. */
export async function runExperiment(
  kernel: KernelHandle,
  experiment: Experiment,
  seconds: number,
  tell: (work: Work, done: number, crashes: number) => void,
): Promise<Finding> {
  const rig = await Rig.open(kernel, experiment.medium);
  try {
    const client = await Client.open(rig, 'data', PAGES);
    const run = (work: Work): Promise<Window> =>
      client.run(work, seconds * 1000, experiment.faults, (elapsedMs, crashes) => tell(work, elapsedMs / (seconds * 1000), crashes));
    const windows = { read: await run('read'), write: await run('write') };
    await client.verify();
    client.close();
    return { experiment, windows, wrong: client.wrong, failed: client.failed };
  } finally {
    await rig.close();
  }
}
