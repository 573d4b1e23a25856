/** Runs in domains: each is a life of its own, through the kernel, beside another domain that works all the time. */
import { boot } from '../../dist/host/index.js';
import { packExtension } from '../../dist/pack/index.js';
import { GLOBALS, keyOf, LIMITS, plan, PROFILES, WITNESS_FILE } from './plan.mjs';

const PATIENT = { timeSliceMs: 600_000, initSliceMs: 600_000, privateHeapBytes: 512 * 2 ** 20 };

async function method(domain, interfaceName, name, ...args) {
  const [as, token] = Object.entries(domain.provided).find(([, { name: provided }]) => provided === interfaceName);
  const result = await domain.get(token, as).async[name](...args);
  return result;
}

function valueOf(result) {
  if (!result.ok) throw result.error;
  return result.value;
}

class Trial {
  // oxlint-disable-next-line typescript/prefer-readonly -- this is JavaScript
  #crashes = new Map();
  constructor(kernel, leaf, witnessLeaf) {
    Object.assign(this, { kernel, leaf, witnessLeaf });
    kernel.on('crash', (epitaph) => this.#crashes.get(epitaph.domain)?.(epitaph));
  }

  load(name, profile, witness, limits) {
    const [as, token] = Object.entries(witness.provided)[0];
    return this.kernel.load(this.leaf, {
      name,
      globals: GLOBALS,
      grant: { witness: witness.get(token, as) },
      limits: { ...PATIENT, ...limits },
      ...(profile === 'deterministic' && { profile }),
    });
  }

  async run({ program, fuel, later, warmRounds }, profile, witness, name) {
    const domain = await this.load(name, profile, witness, warmRounds > 0 ? {} : { fuel });
    if (warmRounds > 0) {
      valueOf(await method(domain, 'fuel.Programs', 'rehearse', program, warmRounds));
      await domain.setLimits({ fuel });
    }
    const before = valueOf(await method(witness, 'fuel.Witness', 'notes'));
    const died = new Promise((resolve) => this.#crashes.set(name, resolve));
    const result = await method(domain, 'fuel.Programs', later ? 'runLater' : 'run', program);
    if (result.ok) throw new Error(`${program} ended before its fuel did`);
    const { cause, stack } = await died;
    this.#crashes.delete(name);
    await domain.unload();
    const notes = valueOf(await method(witness, 'fuel.Witness', 'notes')) - before;
    const last = valueOf(await method(witness, 'fuel.Witness', 'last'));
    const at = [...stack.matchAll(/(\w+\.ts:\d+:\d+)/g)].map(([, place]) => place).slice(0, 3);
    return `${notes} ${last.toString(16)}${cause === 'out-of-fuel' ? '' : ` ${cause}`} at ${at.join(' < ')}`;
  }
}

/** `runs` runs of each program with each profile: half with one limit, half with others. */
export async function runInDomains(leaf, runs, say) {
  const kernel = await boot({ spares: 2 });
  const witnessLeaf = await packExtension(WITNESS_FILE);
  const trial = new Trial(kernel, leaf, witnessLeaf);
  const witnesses = [await kernel.load(witnessLeaf, { name: 'witness-0' }), await kernel.load(witnessLeaf, { name: 'witness-1' })];
  const reader = await trial.load('reader', 'native', witnesses[0], {});
  const programs = valueOf(await method(reader, 'fuel.Programs', 'names')).split(',');
  let isBusy = true;
  const busy = (async () => {
    while (isBusy) valueOf(await method(reader, 'fuel.Programs', 'rehearse', 'sorting', 300));
  })();
  const domains = Object.fromEntries(PROFILES.map((profile) => [profile, {}]));
  const jobs = PROFILES.flatMap((profile) => programs.flatMap((program) => chosen(program, runs).map((one) => ({ profile, one }))));
  await Promise.all(
    witnesses.map(async (witness, number) => {
      for (let job = jobs.pop(); job; job = jobs.pop()) {
        const { profile, one } = job;
        const outcome = await trial.run(one, profile, witness, `programs-${number}`);
        const of = ((domains[profile][one.program] ??= {})[keyOf(one)] ??= {});
        of[outcome] = (of[outcome] ?? 0) + 1;
        say({ progress: 1 });
      }
    }),
  );
  isBusy = false;
  await busy;
  await kernel.close();
  return { programs, domains };
}

/** Of the plan, the first limit fresh and warm in turn, and then others: few runs should compare something. */
function chosen(program, runs) {
  const all = [...plan(program, 4 * LIMITS)];
  return Array.from({ length: runs }, (_, n) => all[n % 4 === 3 ? n : (n % 2) * LIMITS]);
}
