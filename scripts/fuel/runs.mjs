/** All runs on one version of Node: `node scripts/fuel/runs.mjs RUNS NATIVE_RUNS DOMAIN_RUNS`. Says each step as a line of JSON, and at the end what each program ended with, by limit, and how often. */
import { Worker } from 'node:worker_threads';
import { readPowers } from '../../dist/abi/powers.js';
import { packExtension } from '../../dist/pack/index.js';
import { runInDomains } from './domains.mjs';
import { GLOBALS, PROFILES, PROGRAMS_FILE } from './plan.mjs';

const THREADS = 2;
const [deterministic, native, domainRuns] = process.argv.slice(2).map(Number);
/** Runs of each program with each profile. */
const RUNS = { deterministic, native };
const say = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);
const leaf = await packExtension(PROGRAMS_FILE);

/** Adds what one thread has found to what others have. */
function merge(found, program, outcomes) {
  const of = (found[program] ??= {});
  for (const [key, counts] of Object.entries(outcomes))
    for (const [outcome, count] of Object.entries(counts)) (of[key] ??= {})[outcome] = (of[key][outcome] ?? 0) + count;
}

function runInCompartments(profile, programs, found, number) {
  const given = profile === 'deterministic' ? profile : undefined;
  const worker = new Worker(new URL('./compartment-worker.mjs', import.meta.url), {
    workerData: {
      profile: given,
      leaf: { code: leaf.code, uses: leaf.uses },
      powers: readPowers(GLOBALS, given),
      programs,
      runs: RUNS[profile],
      share: { number, of: THREADS },
    },
    resourceLimits: { maxOldGenerationSizeMb: 2048, stackSizeMb: 4 },
    env: {},
  });
  return new Promise((resolve, reject) => {
    worker.on('message', ({ progress, program, outcomes }) => {
      if (progress) say({ progress });
      else merge(found, program, outcomes);
    });
    worker.on('error', reject);
    worker.on('exit', resolve);
  });
}

const { programs, domains } = await runInDomains(leaf, domainRuns, say);
const compartments = {};
for (const profile of PROFILES) {
  compartments[profile] = {};
  await Promise.all(Array.from({ length: THREADS }, (_, number) => runInCompartments(profile, programs, compartments[profile], number)));
}
say({ done: { node: process.version, digest: leaf.code.length, programs, domains, compartments } });
process.exit(0);
