import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { boot, type DomainHandle, type Epitaph, type KernelHandle, type Limits } from 'deciduous';
import { Programs, Witness } from '../fixtures/extensions/generated/fuel.js';
import { errorOf, leafOf, valueOf } from '../semantics/lab.js';

const PROGRAMS = [
  ...['arithmetic', 'floats', 'typed arrays', 'strings', 'json', 'sorting', 'map', 'set', 'recursion', 'closures', 'generators'],
  ...['spread', 'regular expressions', 'bigint', 'classes', 'exceptions', 'destructuring', 'parsing', 'objects', 'labels'],
];

let kernel: KernelHandle;
let witness: Witness;
const crashes: Epitaph[] = [];

beforeAll(async () => {
  kernel = await boot({ spares: 2 });
  kernel.on('crash', (epitaph) => crashes.push(epitaph));
  witness = (await kernel.load(await leafOf('fuel/witness.ts'), { name: 'witness' })).get(Witness);
});

afterAll(() => kernel.close());

async function load(limits: Partial<Limits>): Promise<{ domain: DomainHandle; programs: Programs }> {
  const domain = await kernel.load(await leafOf('fuel/programs.ts'), {
    name: 'programs',
    grant: { witness },
    limits: { timeSliceMs: 60_000, initSliceMs: 60_000, ...limits },
  });
  return { domain, programs: domain.get(Programs) };
}

const fuelOf = async () => (await kernel.stats()).domains.find(({ name }) => name === 'programs')?.fuel;
const shows = (lastCall: number) => expect.poll(async () => (await fuelOf())?.lastCall, { timeout: 20_000, interval: 2 }).toBe(lastCall);

/** Runs a program to the end of its fuel: where it stopped, and what its state had been. */
async function exhaust(program: string, fuel: number, later = false): Promise<unknown> {
  const { domain, programs } = await load({ fuel });
  const [notes, died] = [valueOf(witness.notes()), crashes.length];
  const error = errorOf(await (later ? programs.async.runLater(program) : programs.async.run(program)));
  await expect.poll(() => crashes.length, { timeout: 20_000, interval: 2 }).toBe(died + 1);
  const { cause, message, stack } = crashes[died];
  await domain.unload();
  return { code: error.code, cause, message, stack, notes: valueOf(witness.notes()) - notes, hash: valueOf(witness.last()) };
}

describe('with fuel', () => {
  it.each(PROGRAMS)('%s: every run stops at the same place with the same state', async (program) => {
    const first = await exhaust(program, 20_011);
    expect(first).toMatchObject({ code: 'DomainCrashed', cause: 'out-of-fuel', message: expect.stringContaining('the limit fuel (20011) is used up') });
    expect((first as { notes: number }).notes).toBeGreaterThan(0);
    expect(await exhaust(program, 20_011)).toEqual(first);
  });

  it('a method that suspends pays for all its steps, and stops at the same place', async () => {
    const first = await exhaust('arithmetic', 20_011, true);
    expect(first).toMatchObject({ cause: 'out-of-fuel' });
    expect(await exhaust('arithmetic', 20_011, true)).toEqual(first);
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
  });

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
    await expect.poll(async () => (await fuelOf())?.used, { timeout: 20_000, interval: 2 }).toBe(before + 201 + 5000 + 100_001);
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
