/** Live upgrade: a new version takes over while callers call (docs/semantics.md, "Live upgrade"). */
import { performance } from 'node:perf_hooks';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DomainHandle, LoadOptions } from 'deciduous';
import { errorOf, valueOf, World } from './lab.js';
import { Client, clientLeaf, counter, Counter, Gate, Longer, type Made } from './upgrading.js';

const UPGRADES = process.env['DEEP'] === '1' ? 100 : 4;
const GLOBALS = { clock: true };

let world: World;
/** By the test that runs. */
const loaded: DomainHandle[] = [];
beforeAll(async () => {
  world = await World.open({ spares: 2, checks: 'paranoid' });
});
beforeEach(() => {
  world.crashes.length = 0;
});
afterEach(async () => {
  await Promise.all(loaded.splice(0).map((domain) => domain.unload()));
});
afterAll(async () => {
  await world.kernel.close();
});

async function load(made: Made, options: LoadOptions = {}): Promise<{ domain: DomainHandle; calls: any }> {
  const domain = await world.kernel.load(await counter(made), {
    globals: GLOBALS,
    ...options,
    limits: { initSliceMs: 2000, timeSliceMs: 5000, ...options.limits },
  });
  loaded.push(domain);
  return { domain, calls: domain.get(Counter) };
}

/** Ends a test: everything comes back. */
async function allIsBack(...domains: DomainHandle[]): Promise<void> {
  expect(await world.kernel.audit()).toEqual([]);
  for (const domain of domains) await domain.unload();
  expect(await world.kernel.audit()).toEqual([]);
}

describe.each([{ keeps: false }, { keeps: true }])('an upgrade of a program that keeps something: $keeps', ({ keeps }) => {
  it(`is noticed by no caller: ${UPGRADES} upgrades while four call without pause, no error, no wrong answer`, async () => {
    const { domain, calls } = await load({ version: 1, keeps });
    const client = await world.kernel.load(await clientLeaf(), { grant: { counter: calls }, globals: GLOBALS, limits: { timeSliceMs: 5000 } });
    const driver: any = client.get(Client);
    valueOf(driver.start());
    let running = true;
    let added = 0;
    let last = 0;
    let longest = 0;
    const failed: string[] = [];
    const note = (answer: any, began: number): void => {
      longest = Math.max(longest, performance.now() - began);
      if (!answer.ok) failed.push(`${answer.error.code} ${answer.error.started} ${answer.error.message}`);
    };
    const hostAsync = async (): Promise<void> => {
      while (running) {
        const began = performance.now();
        const answer = await calls.async.add(1);
        note(answer, began);
        added++;
        if (answer.ok) last = answer.value;
      }
    };
    const hostSync = async (): Promise<void> => {
      let version = 0;
      while (running) {
        const began = performance.now();
        const answer = calls.version();
        note(answer, began);
        if (answer.ok && answer.value < version) failed.push(`version ${answer.value} after ${version}`);
        version = answer.value;
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    };
    const callers = [hostAsync(), hostSync()];
    for (let version = 2; version < 2 + UPGRADES; version++) await domain.upgrade(await counter({ version, keeps }));
    running = false;
    await Promise.all(callers);
    const [made, errors, wrong, pause] = String(valueOf(driver.stop())).split(' ');
    expect([failed, errors, wrong]).toEqual([[], 'none', '0']);
    expect(Number(made) + added).toBeGreaterThan(UPGRADES);
    // Each acknowledged addition is there, whichever version made it.
    if (keeps) expect(last).toBe(added);
    expect([valueOf(calls.version()), domain.incarnation, world.crashes]).toEqual([1 + UPGRADES, 1 + UPGRADES, []]);
    console.log(`longest pause of ${Number(made) + added} calls: ${Math.max(longest, Number(pause)).toFixed(1)} ms`);
    await client.unload();
    await allIsBack(domain);
  }, 120_000);

  it('goes on with every proxy: those that follow no restart, those granted, and those for a longer interface', async () => {
    const { domain, calls } = await load({ version: 1, keeps });
    const client = await world.kernel.load(await clientLeaf(), { grant: { counter: calls }, globals: GLOBALS, limits: { timeSliceMs: 5000 } });
    await domain.upgrade(await counter({ version: 2, keeps, idl: 'longer', provides: 'another: Counter, counter: Counter, second: Counter' }));
    expect([valueOf(calls.version()), valueOf(domain.get(Longer, 'counter').more() as never)]).toEqual([2, 200]);
    await domain.upgrade(await counter({ version: 3, keeps, idl: 'longer', provides: 'another: Counter, counter: Counter, second: Counter' }));
    const driver: any = client.get(Client);
    valueOf(driver.start());
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(String(valueOf(driver.stop())).split(' ')[1]).toBe('none');
    expect(valueOf(calls.version())).toBe(3);
    await client.unload();
    await allIsBack(domain);
  });

  it('ends what runs in the present version, and begins in the new one what had not begun', async () => {
    const { domain, calls } = await load({ version: 1, keeps });
    const later = calls.async.later(150);
    // Served in the same round at the earliest.
    expect(valueOf(await calls.async.version())).toBe(1);
    const waiting = [calls.async.busy(50), calls.async.version(), calls.async.version()];
    await domain.upgrade(await counter({ version: 2, keeps }));
    expect(valueOf(await later)).toBe(1);
    const versions = (await Promise.all(waiting)).map((answer) => valueOf(answer));
    expect(versions.every((version) => version === 1 || version === 2)).toBe(true);
    expect(valueOf(calls.version())).toBe(2);
    await allIsBack(domain);
  });

  it('fails back: a version that does not start changes nothing for its callers', async () => {
    const { domain, calls } = await load({ version: 1, keeps });
    expect(valueOf(calls.add(7))).toBe(7);
    for (const init of ['throw new Error("not today");', 'for (;;);']) {
      const during = calls.async.add(0);
      await expect(domain.upgrade(await counter({ version: 2, keeps, init }))).rejects.toMatchObject({ name: 'LoadError', code: 'DomainCrashed' });
      expect(valueOf(await during)).toBe(7);
    }
    expect([valueOf(calls.version()), valueOf(calls.add(1)), world.crashes]).toEqual([1, 8, []]);
    await domain.upgrade(await counter({ version: 3, keeps }));
    expect(valueOf(calls.version())).toBe(3);
    await allIsBack(domain);
  });

  it('of a program under way is refused to another upgrade at once', async () => {
    const { domain, calls } = await load({ version: 1, keeps });
    // Both are there before the first upgrade begins: building one takes longer than an upgrade.
    const [second, third] = [await counter({ version: 2, keeps }), await counter({ version: 3, keeps })];
    const first = domain.upgrade(second);
    await expect(domain.upgrade(third)).rejects.toMatchObject({ code: 'Overloaded' });
    await first;
    expect(valueOf(calls.version())).toBe(2);
    await allIsBack(domain);
  });

  it('is over when the program is unloaded meanwhile', async () => {
    const { domain, calls } = await load({ version: 1, keeps });
    const upgrade = domain.upgrade(await counter({ version: 2, keeps, init: 'for (;;);' }));
    const refused = expect(upgrade).rejects.toMatchObject({ name: 'LoadError' });
    await new Promise((resolve) => setTimeout(resolve, 100));
    await domain.unload();
    await refused;
    expect(errorOf(calls.version()).code).toBe('DomainDead');
    await allIsBack();
  });

  it('is over when the present version dies before the new one has taken over, and its restart policy decides', async () => {
    const { domain, calls } = await load({ version: 1, keeps }, { restart: { when: 'on-crash', rebind: true } });
    const upgrade = domain.upgrade(await counter({ version: 2, keeps, init: 'for (;;);' }));
    const refused = expect(upgrade).rejects.toMatchObject({ code: 'DomainCrashed' });
    await new Promise((resolve) => setTimeout(resolve, 100));
    await domain.kill();
    await refused;
    await domain.ready();
    expect(valueOf(calls.version())).toBe(1);
    await domain.upgrade(await counter({ version: 3, keeps }));
    expect(valueOf(calls.version())).toBe(3);
    await allIsBack(domain);
  });

  it('leaves a program that dies and begins anew as its new version', async () => {
    const { domain, calls } = await load({ version: 1, keeps }, { restart: { when: 'on-crash' } });
    await domain.upgrade(await counter({ version: 2, keeps }));
    await domain.kill();
    await domain.ready();
    // A proxy that follows no restart ends with the crash, as it would have without the upgrade.
    expect([errorOf(calls.version()).code, valueOf(domain.get(Counter).version() as never)]).toEqual(['DomainDead', 2]);
    await allIsBack(domain);
  });

  it('that the kernel closes upon leaves nothing running', async () => {
    const own = await World.open({ spares: 0 });
    const domain = await own.kernel.load(await counter({ version: 1, keeps }), { globals: GLOBALS });
    const refused = expect(domain.upgrade(await counter({ version: 2, keeps, init: 'for (;;);' }))).rejects.toThrow();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await own.kernel.close()).toEqual({ condemned: [] });
    await refused;
  });
});

/** A call that has begun, and will not end by itself. One that had not begun would be the next version's. */
async function begun(calls: any): Promise<{ call: Promise<any>; end: () => void }> {
  let begin = (): void => {};
  let end = (): void => {};
  const hasBegun = new Promise<void>((resolve) => (begin = resolve));
  const hasEnded = new Promise<void>((resolve) => (end = resolve));
  const pass = (): Promise<void> => {
    begin();
    return hasEnded;
  };
  const call = calls.async.failAfter(world.kernel.provide(Gate, { pass }));
  await hasBegun;
  return { call, end };
}

describe('an upgrade', () => {
  it('kills what runs for longer than drainMs, where nothing is kept; where something is, it is refused, and the present version goes on', async () => {
    const beside = await load({ version: 1 });
    const lost = await begun(beside.calls);
    await beside.domain.upgrade(await counter({ version: 2 }), { drainMs: 50 });
    expect(errorOf(await lost.call)).toMatchObject({ code: 'DomainCrashed', cause: 'killed', started: true });
    lost.end();
    expect(valueOf(beside.calls.version())).toBe(2);
    const keeping = await load({ version: 1, keeps: true });
    const kept = await begun(keeping.calls);
    await expect(keeping.domain.upgrade(await counter({ version: 2, keeps: true }), { drainMs: 50 })).rejects.toMatchObject({ code: 'TimedOut' });
    expect(valueOf(keeping.calls.version())).toBe(1);
    await allIsBack(beside.domain, keeping.domain);
    expect(errorOf(await kept.call).code).toBe('DomainCrashed');
    kept.end();
  });

  it('reports a version that crashes after it was replaced, and goes on', async () => {
    const { domain, calls } = await load({ version: 1 });
    let open = (): void => {};
    const opened = new Promise<void>((resolve) => (open = resolve));
    let begin = (): void => {};
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const gate = world.kernel.provide(Gate, {
      pass: () => {
        begin();
        return opened;
      },
    });
    const failing = calls.async.failAfter(gate);
    await begun;
    const upgrade = domain.upgrade(await counter({ version: 2 }), { drainMs: 60_000 });
    while (valueOf(await calls.async.version()) !== 2) await new Promise((resolve) => setTimeout(resolve, 5));
    open();
    expect(errorOf(await failing)).toMatchObject({ code: 'DomainCrashed', cause: 'panic', incarnation: 1 });
    await upgrade;
    await world.died();
    expect([world.crashes.map(({ incarnation, cause }) => [incarnation, cause]), valueOf(calls.version())]).toEqual([[[1, 'panic']], 2]);
    expect(domain.isLive).toBe(true);
    await allIsBack(domain);
  });

  it.each([
    ['provides less', { version: 2, provides: 'second: Counter' }, "it does not provide 'counter' (counting.Counter) any more"],
    ['provides another interface', { version: 2, idl: 'other' }, "'counter' is another counting.Counter"],
    ['keeps nothing of what is kept', { version: 2 }, "it does not keep 'tally' (counting.Tally)"],
    ['keeps it as another type', { version: 2, keeps: 'other' }, "it keeps 'tally' as counting.Parcel, and what is there is a counting.Tally"],
  ] as const)('is refused before anything changes where the new version %s', async (_, made, why) => {
    const { domain, calls } = await load({ version: 1, keeps: true });
    await expect(domain.upgrade(await counter(made))).rejects.toMatchObject({ name: 'LoadError', code: 'InvalidType', message: expect.stringContaining(why) });
    expect([valueOf(calls.version()), domain.incarnation]).toEqual([1, 1]);
    await allIsBack(domain);
  });

  it('may keep what the version before did not, and gives that up where it does not start', async () => {
    const { domain, calls } = await load({ version: 1 });
    await expect(domain.upgrade(await counter({ version: 2, keeps: true, init: 'throw new Error("no");' }))).rejects.toThrow('no');
    expect(valueOf(calls.add(1))).toBe(1);
    expect((await world.kernel.stats()).domains.map(({ keptBytes }) => keptBytes)).toEqual([0]);
    await domain.upgrade(await counter({ version: 3, keeps: true }));
    expect(valueOf(calls.add(5))).toBe(5);
    await allIsBack(domain);
  });

  it('refuses options that do not exist or cannot be, and programs that are gone', async () => {
    const { domain } = await load({ version: 1 });
    const leaf = await counter({ version: 2 });
    await expect(domain.upgrade(leaf, { drain: 1 } as never)).rejects.toThrow("upgrade() has no option 'drain'; options are drainMs");
    await expect(domain.upgrade(leaf, { drainMs: -1 })).rejects.toThrow('drainMs must be a number of milliseconds from 0 to 2147483647, not -1');
    await domain.unload();
    await expect(domain.upgrade(leaf)).rejects.toMatchObject({ code: 'DomainDead' });
  });
});
