/** The trace: what it tells, in which order, and what it does not lose without saying so. */
import { afterEach, describe, expect, it } from 'vitest';
import { boot, type CallEvent, type DomainHandle, type KernelHandle, type LifeEvent, type Trace, type TraceEvent } from 'deciduous';
import { reserveShared } from '../../dist/shared-heap/shared-state.js';
import { DEATHS, errorOf, extension, Lab, Note, Relay, Holder, valueOf } from '../semantics/lab.js';
import { violations } from './trace-claims.js';

let kernel: KernelHandle | undefined;
const start = async (options: Parameters<typeof boot>[0] = {}): Promise<KernelHandle> => {
  kernel = await boot({ spares: 1, trace: true, ...options });
  return kernel;
};
afterEach(async () => {
  await kernel?.close();
  kernel = undefined;
});

const ALWAYS = { when: 'on-crash', intensity: 1000, periodMs: 1000, backoffMs: 0, rebind: true } as const;
const lab = (on: KernelHandle, name = 'lab', restart: object = {}): Promise<DomainHandle> =>
  on.load(extension('lab.ts'), { name, restart, limits: { timeSliceMs: 60, privateHeapBytes: 32 * 2 ** 20 } });
const note = (on: KernelHandle, text: string): any => on.heap.alloc(Note, { text, weight: text.length, next: null });
const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
const callsOf = ({ events }: Trace, method: string): string[][] => {
  const courses = new Map<string, string[]>();
  for (const event of events)
    if ('call' in event && event.call.method === method) courses.set(event.call.id, [...(courses.get(event.call.id) ?? []), event.kind]);
  return [...courses.values()];
};
const stagesOf = ({ events }: Trace, label: string): string[] =>
  events.filter((event): event is LifeEvent => event.kind === 'life' && event.domain.label === label).map(({ stage }) => stage);
const outcomeOf = ({ events }: Trace, method: string): CallEvent =>
  events.find((event): event is CallEvent => event.kind === 'outcome' && event.call.method === method) as CallEvent;
/** Until the kernel has buried a domain. */
async function buried(on: KernelHandle, label: string): Promise<Trace> {
  for (;;) {
    const trace = await on.trace();
    // What was held for it is released in turns of the kernel's own, and its row is vacated meanwhile.
    const stages = stagesOf(trace, label);
    if (stages.includes('vacated') && stages.includes('resources released')) return trace;
    await pause(5);
  }
}

describe('a call', () => {
  it('is sent, taken, replied and has its outcome, in this order, by the thread that did it', async () => {
    const on = await start();
    const proxy = (await lab(on)).get(Lab);
    using lent = note(on, 'lent');
    expect(valueOf(proxy.measure(lent))).toBe(1);
    const trace = await on.trace();
    const course = trace.events.filter((event): event is CallEvent => 'call' in event);
    expect(course.map(({ kind, by }) => `${kind} by ${by.label}`)).toEqual(['sent by host', 'taken by lab#1', 'replied by lab#1', 'outcome by host']);
    const [{ call }] = course;
    expect(call).toMatchObject({
      method: 'Lab.measure',
      parent: null,
      waits: true,
      lent: 1,
      moved: 0,
      caller: { label: 'host' },
      callee: { label: 'lab#1', name: 'lab', incarnation: 1 },
    });
    expect(course.every((event) => event.call === call)).toBe(true);
    expect(violations(trace)).toEqual([]);
  });

  it('that another call led to names it as its parent, and one that is awaited says that nobody blocks for it', async () => {
    const on = await start();
    const first = (await lab(on)).get(Lab);
    const relay = (await on.load(extension('relay.ts'), { name: 'relay', grant: { lab: first, holder: (await holder(on)).get(Holder) } })).get(Relay);
    using lent = note(on, 'lent on');
    expect(valueOf(await relay.async.measure(lent))).toBe(1);
    const trace = await on.trace();
    const sent = trace.events.filter((event): event is CallEvent => event.kind === 'sent');
    expect(sent.map(({ call }) => `${call.caller.label} -> ${call.callee.label} ${call.method} ${call.waits ? 'waits' : 'goes on'}`)).toEqual([
      'host -> relay#1 Relay.measure goes on',
      'relay#1 -> lab#1 Lab.measure waits',
    ]);
    expect(sent[1].call.parent).toBe(sent[0].call.id);
    expect(violations(trace)).toEqual([]);
  });

  it('that is refused says why: before there is a record for it, in its mailbox, and by its caller', async () => {
    const on = await start();
    const domain = await lab(on);
    const proxy = domain.get(Lab);
    await domain.setLimits({ timeSliceMs: 60_000 });
    const busy = proxy.async.work(1500);
    const late = proxy.async.keep(note(on, 'late'), { timeoutMs: 10 });
    expect(errorOf(await late)).toMatchObject({ code: 'TimedOut', started: false });
    await busy;
    await domain.unload();
    expect(errorOf(proxy.measure(note(on, 'nobody'))).code).toBe('DomainDead');
    const trace = await on.trace();
    expect(outcomeOf(trace, 'Lab.keep').fault).toEqual({ code: 'TimedOut' });
    expect(callsOf(trace, 'Lab.keep')).toEqual([['sent', 'refused', 'outcome']]);
    expect(trace.events.find((event) => event.kind === 'unsent')).toMatchObject({
      method: 'Lab.measure',
      fault: { code: 'DomainDead' },
      callee: { label: 'lab#1' },
    });
    const moves = trace.events.filter((event) => event.kind === 'ownership').map(({ event }) => event);
    expect(moves.slice(moves.indexOf('move'), moves.indexOf('move') + 2)).toEqual(['move', 'take back']);
    expect(violations(trace)).toEqual([]);
  });

  it('whose method answers with a promise is suspended, and one that is given up is abandoned, told, and ended by its callee', async () => {
    const on = await start();
    const proxy = (await holder(on)).get(Holder);
    const lent = note(on, 'held');
    const held = await proxy.async.hold(lent, 3000, { timeoutMs: 1500 });
    expect(errorOf(held)).toMatchObject({ code: 'TimedOut', started: true });
    let trace = await on.trace();
    while (!callsOf(trace, 'Holder.hold')[0].includes('released')) {
      await pause(20);
      trace = await on.trace();
    }
    lent.drop();
    expect(callsOf(trace, 'Holder.hold')).toEqual([['sent', 'taken', 'suspended', 'abandoned', 'outcome', 'ended', 'released']]);
    expect(violations(trace)).toEqual([]);
  });
});

const holder = (on: KernelHandle): Promise<DomainHandle> => on.load(extension('holder.ts'), { name: 'holder' });

describe('a death', () => {
  it.each(DEATHS)('by $name is told in the order of the design: marked, callers settled, thread ended, memory back', async ({ way, cause }) => {
    const on = await start();
    const domain = await lab(on);
    const proxy = domain.get(Lab);
    if (cause !== 'hang') await domain.setLimits({ timeSliceMs: 60_000 });
    // What is told to hang says so when it does.
    if (cause === 'killed') on.once('log', () => void domain.kill());
    const dying = proxy.async.dieHolding(note(on, 'with it'), way);
    errorOf(await dying);
    const trace = await buried(on, 'lab#1');
    const stages = stagesOf(trace, 'lab#1').filter((stage) => stage !== 'panicked');
    expect(stages.slice(0, 6)).toEqual(['starting', 'live', 'dead', 'settled', 'thread ended', 'reclaimed']);
    expect([...stages.slice(6)].sort()).toEqual(['buried', 'resources released', 'vacated']);
    expect(trace.events.find((event) => event.kind === 'life' && event.stage === 'dead')).toMatchObject({ cause });
    const reclaimed = trace.events.find((event) => event.kind === 'life' && event.stage === 'reclaimed');
    expect(reclaimed).toMatchObject({ blocks: 2, borrowsDeferred: 0 });
    expect(trace.events.filter((event) => event.kind === 'ownership' && event.event === 'owner dies')).toHaveLength(1);
    expect(violations(trace)).toEqual([]);
  });

  it('leaves a trace that can be read: each life has its name and number, its calls their methods and outcomes', async () => {
    const on = await start();
    const domain = await lab(on, 'phoenix', ALWAYS);
    for (let life = 1; life <= 3; life++) {
      errorOf(await domain.get(Lab).async.die('Panic'));
      await buried(on, `phoenix#${life}`);
      await domain.ready();
    }
    const trace = await on.trace();
    const labels = new Set(trace.events.map(({ by }) => by.label));
    expect([...labels]).toEqual(expect.arrayContaining(['phoenix#1', 'phoenix#2', 'phoenix#3']));
    const outcomes = trace.events.filter((event): event is CallEvent => event.kind === 'outcome');
    expect(outcomes.map(({ call, fault }) => `${call.callee.label} ${call.method} ${fault?.code} ${fault?.cause}`)).toEqual(
      [1, 2, 3].map((life) => `phoenix#${life} Lab.die DomainCrashed panic`),
    );
    expect(violations(trace)).toEqual([]);
  });

  it('under a storm of calls breaks no chain: each change of owner begins where the one before has ended', async () => {
    const on = await start({ trace: { events: 60_000 } });
    const domains = await Promise.all(['a', 'b', 'c'].map((name) => lab(on, name, ALWAYS)));
    let ended = 0;
    const readings: Promise<void>[] = [];
    const least = Date.now() + 2500;
    let deaths = 0;
    on.on('crash', () => deaths++);
    /** For some seconds, and for as long as a busy machine takes to get somewhere. */
    const goesOn = (): boolean => Date.now() < least || deaths < 4 || ended <= 50;
    const caller = async (domain: DomainHandle): Promise<void> => {
      const proxy = domain.get(Lab);
      // So many that no ring is full before the end.
      for (let round = 0; round < 400 && goesOn(); round++) {
        const value = note(on, 'x'.repeat(ended % 50));
        const results = await Promise.all([proxy.async.measure(value), proxy.async.fill(2), proxy.async.echo(note(on, 'echo'))]);
        const [measured, , echoed] = results;
        if (echoed.ok) (echoed.value as any).drop();
        if (measured.ok) value.drop();
        ended += results.length;
        if (results.every(({ ok }) => !ok)) await pause(1);
      }
    };
    const killer = async (): Promise<void> => {
      for (let round = 0; goesOn(); round++) {
        await pause(40 + (round % 7) * 5);
        void domains[round % 3].kill();
        // What is read while all this goes on holds the same.
        readings.push(on.trace().then((trace) => expect(violations(trace)).toEqual([])));
      }
    };
    await Promise.all([...domains.map(caller), killer()]);
    await Promise.all(readings);
    const trace = await on.trace();
    expect(trace.lost).toBe(0);
    expect(ended).toBeGreaterThan(50);
    expect(trace.events.filter((event) => event.kind === 'life' && event.stage === 'dead').length).toBeGreaterThan(3);
    expect(violations(trace)).toEqual([]);
    expect(readings.length).toBeGreaterThan(3);
  });
});

describe('a ring that is full', () => {
  it('keeps the newest of its thread, and counts what it has lost', async () => {
    const on = await start({ trace: { events: 64 } });
    const proxy = (await lab(on)).get(Lab);
    const rounds = 500;
    for (let round = 0; round < rounds; round++) valueOf(proxy.fill(0));
    const trace = await on.trace();
    const last = trace.events.at(-1) as TraceEvent;
    expect(trace.events.filter(({ by }) => by.label === 'host')).toHaveLength(64);
    expect(trace.events.filter(({ by }) => by.label === 'lab#1')).toHaveLength(64);
    expect(trace.lost).toBe(last.order + 1 - trace.events.length);
    expect(trace.lost).toBeGreaterThanOrEqual(rounds * 4 - 128);
    expect(last.kind).toBe('outcome');
    expect(violations(trace)).toEqual([]);
    expect(() => trace.toChromeTrace()).not.toThrow();
  });

  it('goes on where the thread before it in its row had stopped', async () => {
    const on = await start({ trace: { events: 64 } });
    for (let life = 1; life <= 4; life++) {
      const domain = await lab(on, `life${life}`);
      for (let round = 0; round < 20; round++) valueOf(domain.get(Lab).fill(0));
      await domain.unload();
      await buried(on, `life${life}#1`);
    }
    const trace = await on.trace();
    const own = trace.events.filter(({ by }) => by.name.startsWith('life'));
    expect(own).toHaveLength(64);
    expect(new Set(own.map(({ by }) => by.label))).toEqual(new Set(['life3#1', 'life4#1']));
  });
});

describe('the option', () => {
  it('is off unless asked for: no memory, and trace() says what to do', async () => {
    const on = await start({ trace: false });
    await expect(on.trace()).rejects.toThrow(
      new TypeError('this kernel keeps no trace: ask for one with boot({ trace: true }), or { events: N } for more or less than 16,384 of each thread'),
    );
    expect(reserveShared(4 * 2 ** 20).trace).toBe(null);
  });

  it.each([
    [{ trace: 'yes' }, 'trace must be true, false or { events }, not yes'],
    [{ trace: { events: 1 } }, 'trace.events must be a whole number from 64 to 60000, not 1'],
    [{ trace: { evens: 100 } }, "trace has no option 'evens'; its option is events"],
    [{ trace: {} }, 'trace.events must be a whole number from 64 to 60000, not undefined'],
  ])('that cannot be is refused: %j', async (options, message) => {
    await expect(boot(options as never)).rejects.toThrow(message);
  });

  it('still answers after the kernel is closed, and what it answers is frozen', async () => {
    const on = await start();
    valueOf((await lab(on)).get(Lab).fill(0));
    await on.close();
    const trace = await on.trace();
    expect(callsOf(trace, 'Lab.fill')).toEqual([['sent', 'taken', 'replied', 'outcome']]);
    expect(stagesOf(trace, 'lab#1')).toContain('thread ended');
    for (const part of [trace, trace.events, ...trace.events]) expect(Object.isFrozen(part)).toBe(true);
    expect(violations(trace)).toEqual([]);
  });
});
