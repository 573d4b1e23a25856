import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { boot, type DomainHandle, type Epitaph, type KernelHandle, type Limits } from 'deciduous';
import { Programs, Witness } from '../fixtures/extensions/generated/fuel.js';
import { errorOf, leafOf, valueOf } from '../semantics/lab.js';

const PROGRAMS = [
  ...['arithmetic', 'floats', 'typed arrays', 'strings', 'json', 'sorting', 'map', 'set', 'recursion', 'closures', 'generators'],
  ...['spread', 'regular expressions', 'bigint', 'classes', 'exceptions', 'destructuring', 'parsing', 'objects', 'labels'],
  ...['math', 'clock and chance', 'disposal', 'awaits'],
];
/** Gets anywhere only where it suspends. */
const SUSPENDING = new Set(['awaits']);
/** A clock goes on with each reading. */
const READS_THE_CLOCK = new Set(['clock and chance']);
const FUEL = 20_011;
const MAJOR = process.versions.node.split('.')[0];
/** Where each program stops and with which state, as it was found on versions of Node; `FUEL_GOLDEN=write` records this one. */
const GOLDEN_FILE = fileURLToPath(new URL('./fuel-golden.json', import.meta.url));
const GOLDEN = JSON.parse(readFileSync(GOLDEN_FILE, 'utf8')) as { [program: string]: { deterministic: string; native: { readonly [major: string]: string } } };
const found: { [program: string]: { native?: string; deterministic?: string } } = {};

interface Stop {
  readonly code: string;
  readonly cause: string;
  readonly message: string;
  readonly stack: string;
  readonly notes: number;
  readonly hash: number;
}

let kernel: KernelHandle;
let witness: Witness;
const crashes: Epitaph[] = [];

beforeAll(async () => {
  kernel = await boot({ spares: 2 });
  kernel.on('crash', (epitaph) => crashes.push(epitaph));
  witness = (await kernel.load(await leafOf('fuel/witness.ts'), { name: 'witness' })).get(Witness);
});

afterAll(async () => {
  await kernel.close();
  if (process.env.FUEL_GOLDEN !== 'write') return;
  for (const [program, { native, deterministic }] of Object.entries(found)) {
    const known = GOLDEN[program] ?? { deterministic: '', native: {} };
    GOLDEN[program] = { deterministic: deterministic ?? known.deterministic, native: { ...known.native, ...(native && { [MAJOR]: native }) } };
  }
  writeFileSync(GOLDEN_FILE, `${JSON.stringify(GOLDEN, null, 2)}\n`);
});

async function load(limits: Partial<Limits>, profile?: 'deterministic'): Promise<{ domain: DomainHandle; programs: Programs }> {
  const domain = await kernel.load(await leafOf('fuel/programs.ts'), {
    name: 'programs',
    grant: { witness },
    globals: { clock: { fixed: 946_684_800_000, stepMs: 7 }, random: { seed: 42 } },
    ...(profile && { profile }),
    limits: { timeSliceMs: 60_000, initSliceMs: 60_000, ...limits },
  });
  return { domain, programs: domain.get(Programs) };
}

const fuelOf = async () => (await kernel.stats()).domains.find(({ name }) => name === 'programs')?.fuel;
const shows = (lastCall: number) => expect.poll(async () => (await fuelOf())?.lastCall, { timeout: 60_000, interval: 2 }).toBe(lastCall);

interface Manner {
  /** What the program says between the awaits of a method that suspends. */
  readonly later?: boolean;
  readonly profile?: 'deterministic';
  /** Rounds that the same code has run before, in a call of their own. */
  readonly warmRounds?: number;
}

/** Runs a program to the end of its fuel: where it stopped, and what its state had been. */
async function exhaust(program: string, fuel: number, { later = SUSPENDING.has(program), profile, warmRounds = 0 }: Manner = {}): Promise<Stop> {
  const { domain, programs } = await load({ fuel: warmRounds > 0 ? 0 : fuel }, profile);
  if (warmRounds > 0) {
    valueOf(programs.rehearse(program, warmRounds));
    await domain.setLimits({ fuel });
  }
  const [notes, died] = [valueOf(witness.notes()), crashes.length];
  const error = errorOf(await (later ? programs.async.runLater(program) : programs.async.run(program)));
  await expect.poll(() => crashes.length, { timeout: 60_000, interval: 2 }).toBe(died + 1);
  const { cause, message, stack } = crashes[died];
  await domain.unload();
  return { code: error.code, cause, message, stack, notes: valueOf(witness.notes()) - notes, hash: valueOf(witness.last()) };
}

/** What is recorded of a stop, on one line. */
function recorded({ notes, hash, stack }: Stop): string {
  const places = [...stack.matchAll(/\w+\.ts:\d+:\d+/g)].map(([place]) => place);
  return `${notes} ${hash.toString(16)} at ${places.slice(0, 3).join(' < ')}`;
}

describe('with fuel', () => {
  it.each(PROGRAMS)('%s: every run stops at the same place with the same state', async (program) => {
    const first = await exhaust(program, FUEL);
    expect(first).toMatchObject({ code: 'DomainCrashed', cause: 'out-of-fuel', message: expect.stringContaining(`the limit fuel (${FUEL}) is used up`) });
    expect(first.notes).toBeGreaterThan(0);
    const known = GOLDEN[program]?.native[MAJOR];
    // A version that nobody has recorded is compared with itself alone.
    (found[program] ??= {}).native = recorded(first);
    if (known === undefined) expect(await exhaust(program, FUEL)).toEqual(first);
    else expect(recorded(first)).toBe(known);
  });

  it.each(PROGRAMS)(
    '%s: with the deterministic profile it stops at the same place with the same state on every version of Node, its code warm or not',
    async (program) => {
      const warmRounds = READS_THE_CLOCK.has(program) ? 0 : 300;
      const stop = await exhaust(program, FUEL, { profile: 'deterministic', warmRounds });
      (found[program] ??= {}).deterministic = recorded(stop);
      expect(stop.cause).toBe('out-of-fuel');
      expect(recorded(stop)).toBe(GOLDEN[program]?.deterministic);
    },
  );

  it('a method that suspends pays for all its steps, and stops at the same place', async () => {
    const first = await exhaust('arithmetic', FUEL, { later: true });
    expect(first).toMatchObject({ cause: 'out-of-fuel' });
    expect(await exhaust('arithmetic', FUEL, { later: true })).toEqual(first);
  });

  it('one step less is one step too few, and every call has as much as the first', async () => {
    const enough = 2000;
    let [least, most] = [1, enough];
    const { domain, programs } = await load({ fuel: enough });
    valueOf(programs.rounds(1000));
    await domain.unload();
    // The fuel that a call needs is found by halving: it is the same number however often it is looked for.
    const needed = async (method: 'rounds' | 'roundsLater'): Promise<number> => {
      for ([least, most] = [100, enough]; least < most; ) {
        const middle = (least + most) >> 1;
        const tried = await load({ fuel: middle });
        const answer = await tried.programs.async[method](100);
        if (answer.ok) most = middle;
        else least = middle + 1;
        await tried.domain.unload();
      }
      return most;
    };
    const rounds = await needed('rounds');
    expect(rounds).toBe(101);
    const exact = await load({ fuel: rounds });
    for (let call = 0; call < 50; call++) expect(valueOf(exact.programs.rounds(100))).toBe(100);
    expect(errorOf(exact.programs.rounds(101))).toMatchObject({ code: 'DomainCrashed', cause: 'out-of-fuel' });
    await exact.domain.unload();
    // Each round once at the head of the loop, once where it is resumed.
    expect(await needed('roundsLater')).toBe(201);
  }, 240_000);

  it('two methods that suspend side by side pay each for itself', async () => {
    const { domain, programs } = await load({ fuel: 201 });
    const both = await Promise.all([programs.async.roundsLater(100), programs.async.roundsLater(100), programs.async.roundsLater(99)]);
    expect(both.map(valueOf)).toEqual([100, 100, 99]);
    await domain.unload();
  });

  it('what is given to then, catch, finally and queueMicrotask pays for the call that gave it, among others that do the same', async () => {
    // The method, 101 rounds, and in every third of them an executor and what it queues.
    const needed = 1 + 101 + 2 * 33;
    const alone = await load({ fuel: 5000 });
    valueOf(await alone.programs.async.roundsThen(100));
    await shows(needed);
    await alone.domain.unload();
    for (const [fuel, hasEnough] of [
      [needed, true],
      [needed - 1, false],
    ] as const) {
      const { domain, programs } = await load({ fuel });
      const crowd = await Promise.all(Array.from({ length: 8 }, (_, n) => programs.async.roundsThen(100 - (n & 1))));
      expect(crowd.every(({ ok }) => ok)).toBe(hasEnough);
      await domain.unload();
    }
  });

  it('stats() shows what the last call has used, to the step, and what the life has', async () => {
    const { domain, programs } = await load({ fuel: 5000 });
    valueOf(programs.rounds(100));
    await shows(101);
    const before = (await fuelOf())?.used ?? 0;
    expect(before).toBeGreaterThan(101);
    valueOf(await programs.async.roundsLater(100));
    await shows(201);
    valueOf(programs.rounds(4999));
    await shows(5000);
    expect((await fuelOf())?.used).toBe(before + 201 + 5000);
    // Without a limit no call has an account, and all is counted up before the domain sleeps.
    await domain.setLimits({ fuel: 0 });
    valueOf(programs.rounds(100_000));
    await expect.poll(async () => (await fuelOf())?.used, { timeout: 60_000, interval: 2 }).toBe(before + 201 + 5000 + 100_001);
    await domain.unload();
  });

  it('a limit that is set while the domain lives holds from the next call', async () => {
    const { domain, programs } = await load({});
    expect(valueOf(programs.rounds(100_000))).toBe(100_000);
    await domain.setLimits({ fuel: 1000 });
    expect(valueOf(programs.rounds(999))).toBe(999);
    await domain.setLimits({ fuel: 0 });
    expect(valueOf(programs.rounds(100_000))).toBe(100_000);
    await domain.setLimits({ fuel: 1000 });
    expect(errorOf(programs.rounds(1000))).toMatchObject({ code: 'DomainCrashed', cause: 'out-of-fuel' });
    await domain.unload();
  });
});
