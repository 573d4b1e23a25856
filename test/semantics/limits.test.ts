/** Each limit, met by an extension that wants more, beside a neighbour that goes on being answered. */
import { spawn } from 'node:child_process';
import type { DomainHandle, KernelStats, LoadOptions, RpcResult } from 'deciduous';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { Asker, Counter } from '../fixtures/extensions/generated/calls.js';
import { Eater, Office } from '../fixtures/extensions/generated/limits.js';
import { extension, leafOf, valueOf, World } from './lab.js';

let world: World;
let office: Office;
let neighbour: Eater;

beforeAll(async () => {
  world = await World.open({ spares: 1 });
  office = (await world.kernel.load(extension('limits/office.ts'), { name: 'office' })).get(Office);
  neighbour = (await load('neighbour')).eater;
});
afterAll(() => world.kernel.close());

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function load(name: string, limits: LoadOptions['limits'] = {}, restart: LoadOptions['restart'] = {}): Promise<{ domain: DomainHandle; eater: Eater }> {
  const domain = await world.kernel.load(await leafOf('limits/eater.ts'), { name, limits, restart, grant: { clock: world.kernel.clock, office } });
  return { domain, eater: domain.get(Eater) };
}

async function statsOf(name: string): Promise<KernelStats['domains'][number]> {
  const found = (await world.kernel.stats()).domains.find((domain) => domain.name === name);
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
}

/** Runs what is hostile, and sees that the neighbour is answered meanwhile. */
async function beside<T>(hostile: () => Promise<T>): Promise<T> {
  let isOver = false;
  const run = hostile().finally(() => (isOver = true));
  do {
    expect(valueOf(await neighbour.async.ping())).toBe(1);
    await pause(5);
  } while (!isOver);
  return run;
}

const fine = async (call: Promise<RpcResult<string>>): Promise<string> => valueOf(await call);

describe('a share of the CPU', () => {
  it('throttles a domain that always stops short of its slice, carries its debt over, and costs bystanders nothing', { timeout: 120_000 }, async () => {
    const { domain, eater } = await load('spinner', { timeSliceMs: 100, cpuShare: 0.05 });
    valueOf(await eater.async.spinAlways(60));
    await pause(500);
    const before = (await statsOf('spinner')).cpu;
    const began = performance.now();
    // On a busy machine the system throttles it as well, so what is waited for is that it had to wait, not a time.
    await beside(async () => {
      await pause(2000);
      await expect.poll(async () => (await statsOf('spinner')).cpu.throttled).toBeGreaterThan(before.throttled + 1);
    });
    const after = (await statsOf('spinner')).cpu;
    const share = (after.usedMs - before.usedMs) / (performance.now() - began);
    expect(share).toBeGreaterThan(0);
    expect(share).toBeLessThan(0.15);
    expect(after.throttled).toBeGreaterThan(before.throttled);
    expect(after.throttledMs).toBeGreaterThan(before.throttledMs);
    expect(world.crashes).toEqual([]);
    // A caller's deadline goes on while its callee waits; raised, the limit lets it go at once.
    await expect.poll(async () => (await statsOf('spinner')).cpu.isThrottled, { timeout: 20_000, interval: 1 }).toBe(true);
    const late = await eater.async.ping({ timeoutMs: 1 });
    if (!late.ok) expect(late.error).toMatchObject({ code: 'TimedOut', started: false });
    await domain.setLimits({ cpuShare: 1 });
    expect(valueOf(await eater.async.ping())).toBe(1);
    expect((await statsOf('spinner')).limits.cpuShare).toBe(1);
    expect((await statsOf('spinner')).cpu.isThrottled).toBe(false);
    await domain.unload();
  });
});

describe('a time slice', () => {
  it('is ended by a flag and a panic at the next checkpoint, where there is one: the epitaph has the place, and how long each step took', async () => {
    /** What the kernel counted before a domain looped, and how that ended. */
    const loop = async () => {
      const before = (await world.kernel.stats()).escalation;
      const { domain, eater } = await load('looper', { timeSliceMs: 30 });
      const count = world.crashes.length;
      const outcome = await beside(async () => eater.async.spin(60_000));
      expect(outcome).toMatchObject({ ok: false, error: { code: 'TimedOut' } });
      return { before, domain, epitaph: (await world.died(count + 1))[count] };
    };
    let { before, domain, epitaph } = await loop();
    // A thread that a busy machine gives no turn within half a second after the flag is ended without it.
    for (let tries = 0; epitaph.escalation.terminateMs !== null && tries < 10; tries++) {
      await domain.unload();
      ({ before, domain, epitaph } = await loop());
    }
    expect(epitaph).toMatchObject({
      cause: 'hang',
      escalation: { flagMs: expect.any(Number), panicMs: expect.any(Number), terminateMs: null, condemnedMs: null },
    });
    expect(epitaph.stack).toMatch(/eater\.ts|looper\.leaf/);
    const after = (await world.kernel.stats()).escalation;
    expect(after).toEqual({ ...before, flagged: before.flagged + 1, panicked: before.panicked + 1 });
    await domain.unload();
  });

  it('is enough when it was raised while the domain ran', async () => {
    const { domain, eater } = await load('raised', { timeSliceMs: 30 });
    await domain.setLimits({ timeSliceMs: 5000 });
    expect((await eater.async.spin(200)).ok).toBe(true);
    expect((await statsOf('raised')).limits.timeSliceMs).toBe(5000);
    await domain.unload();
  });
});

describe('timers', () => {
  it('beyond the limit are refused by its name, what is pending stays, and a limit that is raised lets more come', async () => {
    const { domain, eater } = await load('clockmaker', { timers: 10 });
    expect(await beside(() => fine(eater.async.timers(11)))).toBe('ResourceExhausted timers');
    expect((await statsOf('clockmaker')).timers).toBe(10);
    await domain.setLimits({ timers: 20 });
    expect(await fine(eater.async.timers(10))).toBe('fine');
    // Lower than what is pending: nothing is taken away, nothing more is given.
    await domain.setLimits({ timers: 5 });
    expect(await fine(eater.async.timers(1))).toBe('ResourceExhausted timers');
    expect((await statsOf('clockmaker')).timers).toBe(20);
    await domain.unload();
  });
});

describe('a private heap', () => {
  it('shows its use, and a limit below that ends the domain at its next checkpoint', async () => {
    const { domain, eater } = await load('filler', { privateHeapBytes: 64 * 2 ** 20 });
    expect(valueOf(await eater.async.fill(30))).toBe(30);
    await expect.poll(async () => (await statsOf('filler')).privateHeapBytes).toBeGreaterThan(25 * 2 ** 20);
    const count = world.crashes.length;
    await domain.setLimits({ privateHeapBytes: 16 * 2 ** 20 });
    void eater.async.spin(1);
    expect((await world.died(count + 1))[count].cause).toBe('out-of-memory');
    await domain.unload();
  });
});

describe('calls in flight', () => {
  it('beyond the limit are refused by its name, before they begin, and a limit that is raised lets more go', async () => {
    const { domain, eater } = await load('caller', { callsInFlight: 5 });
    expect(await beside(() => fine(eater.async.calls(4)))).toBe('fine');
    expect((await statsOf('caller')).callsInFlight).toBe(4);
    expect(await fine(eater.async.calls(2))).toBe('ResourceExhausted callsInFlight');
    expect((await statsOf('caller')).callsInFlight).toBe(5);
    await domain.setLimits({ callsInFlight: 8 });
    expect(await fine(eater.async.calls(1))).toBe('fine');
    await domain.setLimits({ callsInFlight: 2 });
    expect(await fine(eater.async.calls(1))).toBe('ResourceExhausted callsInFlight');
    expect((await statsOf('caller')).callsInFlight).toBe(6);
    await domain.unload();
  });
});

describe('interface references', () => {
  it('beyond the limit are refused by its name, in answers and in arguments, and a limit that is raised lets more come', async () => {
    // Two were granted: the clock and the office.
    const { domain, eater } = await load('collector', { referencesHeld: 10 });
    expect(await beside(() => fine(eater.async.collect(9)))).toBe('ResourceExhausted referencesHeld');
    await expect.poll(async () => (await statsOf('collector')).referencesHeld).toBe(10);
    const ticket = { number: () => 7 };
    expect(await eater.async.keep(ticket)).toMatchObject({ ok: false, error: { code: 'ResourceExhausted', resource: 'referencesHeld', started: false } });
    await domain.setLimits({ referencesHeld: 12 });
    expect(valueOf(await eater.async.keep(ticket))).toBe(9);
    expect(await fine(eater.async.collect(1))).toBe('fine');
    valueOf(await eater.async.letGo());
    await domain.setLimits({ referencesHeld: 3 });
    expect(await fine(eater.async.collect(2))).toBe('ResourceExhausted referencesHeld');
    await domain.unload();
    expect(await world.kernel.audit()).toEqual([]);
  });

  it('leave room for others: holders that never drop, together, cannot use up what a provider may give out', { timeout: 120_000 }, async () => {
    const hogs = [await load('hog', { timeSliceMs: 60_000 }), await load('second hog', { timeSliceMs: 60_000 })];
    for (const { eater } of hogs) expect(await beside(() => fine(eater.async.collect(4096)))).toBe('ResourceExhausted exports');
    expect((await statsOf('office')).exportsGivenOut).toBeLessThan(4000);
    expect(await fine(neighbour.async.collect(500))).toBe('fine');
    valueOf(await neighbour.async.letGo());
    for (const { domain } of hogs) await domain.unload();
    await expect.poll(async () => (await statsOf('office')).exportsGivenOut).toBeLessThan(10);
  });
});

describe('console output', () => {
  it('beyond the limit is dropped and counted, and a limit that is raised lets more through', async () => {
    const { domain, eater } = await load('gossip', { logBytesPerSecond: 2000 });
    const lines: number[] = [];
    const hear = (line: { domain: string; dropped: number }): void => void (line.domain === 'gossip' && lines.push(line.dropped));
    world.kernel.on('log', hear);
    await beside(async () => eater.async.lines(1000));
    await domain.setLimits({ logBytesPerSecond: 2 ** 20 });
    await pause(300);
    valueOf(await eater.async.lines(100));
    // The first line that passes again says how many did not: then all have been told of.
    await expect.poll(() => lines.reduce((sum, dropped) => sum + dropped, lines.length)).toBe(1100);
    expect(lines.length).toBeGreaterThan(100);
    // Some twenty, and as many more for each second that a busy machine takes.
    expect(lines.length).toBeLessThan(600);
    world.kernel.off('log', hear);
    await domain.unload();
  });
});

describe('limits that are changed', () => {
  it('while the domain dies are no promise for ever, and hold for its next life', async () => {
    const { domain, eater } = await load('dying', { timeSliceMs: 60 }, { when: 'on-crash' });
    const count = world.crashes.length;
    const hanging = eater.async.spin(600_000);
    await pause(30);
    await domain.setLimits({ timers: 3 });
    expect((await hanging).ok).toBe(false);
    await world.died(count + 1);
    await expect.poll(async () => (await statsOf('dying')).state).toBe('live');
    expect(await fine(domain.get(Eater).async.timers(4))).toBe('ResourceExhausted timers');
    await domain.unload();
  });

  it('bound what comes through the log capability, too', async () => {
    const counter = world.kernel.provide(Counter, { up: (by: number) => by } as never);
    const grant = { clock: world.kernel.clock, log: world.kernel.log, counter };
    const domain = await world.kernel.load(await leafOf('calls/asker.ts'), { name: 'writer', limits: { logBytesPerSecond: 1 }, grant });
    const asker = domain.get(Asker);
    const said: string[] = [];
    const hear = (line: { domain: string; text: string }): void => void (line.domain === 'writer' && said.push(line.text));
    world.kernel.on('log', hear);
    valueOf(await asker.async.write('beyond'));
    await domain.setLimits({ logBytesPerSecond: 2 ** 20 });
    await expect
      .poll(async () => {
        valueOf(await asker.async.write('within'));
        return said[0];
      })
      .toBe('within');
    world.kernel.off('log', hear);
    await domain.unload();
  });
});

describe('a limit that cannot be', () => {
  it.each([
    [{ timers: 0.5 }, /'timers' must be a whole number from 1/],
    [{ logBytesPerSecond: 10.5 }, /'logBytesPerSecond' must be a whole number/],
    [{ cpuShare: 0 }, /'cpuShare' must be a number from 0.01 to 1, not 0/],
    [{ cpuShare: 15 }, /'cpuShare' must be a number from 0.01 to 1, not 15/],
    [{ timeSliceMs: '50' }, /'timeSliceMs' must be a number/],
    [{ timeslice: 5 }, /there is no limit 'timeslice'; limits are .*timeSliceMs, .*cpuShare/],
  ])('%j is refused with what it may be, by load() and setLimits()', async (limits, message) => {
    await expect(load('never', limits as never)).rejects.toThrow(message as RegExp);
    const { domain } = await load('kept');
    await expect(domain.setLimits(limits as never)).rejects.toThrow(message as RegExp);
    await domain.unload();
  });
});

describe('a thread that cannot be stopped', () => {
  it('keeps close() no longer than some seconds, which names it; every step of stopping is timed and counted', { timeout: 120_000 }, async () => {
    const program = `
      const { boot } = await import(process.argv[1]);
      const { packExtension } = await import(process.argv[2]);
      const { Eater, Office } = JSON.parse(process.argv[4]);
      const kernel = await boot({ spares: 0 });
      const office = kernel.provide(Office, { open: () => ({ number: () => 1 }), wait: () => 1 });
      const deaf = await kernel.load(await packExtension(process.argv[3]), { name: 'deaf', limits: { timeSliceMs: 30 }, grant: { clock: kernel.clock, office } });
      const awake = setInterval(() => {}, 1000);
      const condemned = new Promise((resolve) => kernel.once('condemned', resolve));
      const call = await deaf.get(Eater).async.search(2 ** 20);
      await condemned;
      const { escalation } = await kernel.stats();
      const report = await kernel.close();
      process.stdout.write(JSON.stringify({ code: call.error.code, escalation, report }), () => process.kill(process.pid, 'SIGKILL'));
    `;
    const at = (place: string): string => new URL(`../../dist/${place}`, import.meta.url).href;
    const words = [at('host/index.js'), at('pack/index.js'), extension('limits/eater.ts'), JSON.stringify({ Eater, Office })];
    const child = spawn(process.execPath, ['--input-type=module', '-e', program, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    let told = '';
    child.stdout.on('data', (text) => (told += String(text)));
    const signal = await beside(() => new Promise((resolve) => child.once('close', (_, by) => resolve(by))));
    expect(signal).toBe('SIGKILL');
    expect(JSON.parse(told)).toEqual({
      code: 'TimedOut',
      escalation: { flagged: 1, panicked: 0, terminated: 1, condemned: 1 },
      report: { condemned: ['deaf'] },
    });
  });
});
