/** A trace for Perfetto: what it draws, and that a reader of the format finds nothing amiss. */
import { readFileSync } from 'node:fs';
import { expect, it, describe } from 'vitest';
import { boot, type TraceCall, type TraceDomain, type TraceEvent } from 'deciduous';
import { chromeTrace } from '../../dist/host/chrome-trace.js';
import { errorOf, extension, Holder, Lab, Note, Relay, valueOf } from '../semantics/lab.js';
import { faultsOf, looseEnds } from './trace-format.js';

const golden = new URL('../fixtures/trace/panic.chrome.json', import.meta.url);

const domain = (id: number, name: string, incarnation = 1): TraceDomain => ({
  id,
  name,
  incarnation,
  label: name === 'host' || name === 'kernel' ? name : `${name}#${incarnation}`,
});
const [host, kernel, store, log] = [domain(512, 'host'), domain(513, 'kernel'), domain(1026, 'store', 2), domain(515, 'log')];
const call = (id: string, caller: TraceDomain, callee: TraceDomain, method: string, rest: Partial<TraceCall> = {}): TraceCall => ({
  id,
  caller,
  callee,
  method,
  parent: null,
  waits: true,
  lent: 0,
  moved: 0,
  ...rest,
});
/** Gives each event its place and a time, ten microseconds apart. */
const told = (events: readonly object[]): TraceEvent[] =>
  events.map((event, order) => ({ order, timeMs: 100 + order / 100, ownedBytes: 0, ...event }) as TraceEvent);

const PUT = call('514/7', host, store, 'Store.put', { moved: 1 });
const WRITE = call('1000/0', store, log, 'Log.write', { parent: PUT.id });
/** The host puts a value into a store, which writes to a log and then panics; the kernel buries it. */
const PANIC = told([
  { kind: 'ownership', by: host, event: 'alloc', block: 4096, generation: 0, type: 'kv.Entry', from: { kind: 'nobody' }, to: { kind: 'domain', domain: host } },
  {
    kind: 'ownership',
    by: host,
    event: 'move',
    block: 4096,
    generation: 0,
    type: 'kv.Entry',
    from: { kind: 'domain', domain: host },
    to: { kind: 'transit', record: 514 },
  },
  { kind: 'sent', by: host, call: PUT, ownedBytes: 64 },
  { kind: 'taken', by: store, call: PUT },
  {
    kind: 'ownership',
    by: store,
    event: 'take',
    block: 4096,
    generation: 0,
    type: 'kv.Entry',
    from: { kind: 'transit', record: 514 },
    to: { kind: 'domain', domain: store },
  },
  { kind: 'sent', by: store, call: WRITE, ownedBytes: 64 },
  { kind: 'taken', by: log, call: WRITE },
  { kind: 'replied', by: log, call: WRITE },
  { kind: 'outcome', by: store, call: WRITE, ownedBytes: 64 },
  { kind: 'life', by: store, domain: store, stage: 'panicked', cause: 'panic', ownedBytes: 64 },
  { kind: 'faulted', by: store, call: PUT, fault: { code: 'DomainCrashed', cause: 'panic' }, ownedBytes: 64 },
  { kind: 'outcome', by: host, call: PUT, fault: { code: 'DomainCrashed', cause: 'panic' } },
  { kind: 'life', by: kernel, domain: store, stage: 'dead', cause: 'panic' },
  { kind: 'life', by: kernel, domain: store, stage: 'settled', callers: 0 },
  { kind: 'life', by: kernel, domain: store, stage: 'thread ended' },
  {
    kind: 'ownership',
    by: kernel,
    event: 'owner dies',
    block: 4096,
    generation: 0,
    type: 'kv.Entry',
    from: { kind: 'domain', domain: store },
    to: { kind: 'nobody' },
  },
  { kind: 'life', by: kernel, domain: store, stage: 'reclaimed', blocks: 1, bytes: 64, borrowsDeferred: 0 },
  { kind: 'life', by: kernel, domain: store, stage: 'buried' },
  { kind: 'life', by: kernel, domain: store, stage: 'resources released', resources: 0 },
]);

describe('a small trace', () => {
  it('is drawn as it was: slices, arrows, instants, counters', () => {
    const trace = chromeTrace(PANIC, 0, {});
    expect(faultsOf(trace)).toEqual([]);
    expect(looseEnds(trace)).toEqual([]);
    expect(trace).toEqual(JSON.parse(readFileSync(golden, 'utf8')));
  });

  it('has no changes of owner where nobody wants them', () => {
    const { traceEvents } = chromeTrace(PANIC, 0, { ownership: false });
    expect(traceEvents.filter(({ cat }) => cat === 'ownership')).toEqual([]);
    expect(traceEvents.length).toBe(chromeTrace(PANIC, 0, {}).traceEvents.length - 4);
  });

  it('closes at a death what the dead had not ended, and at its end what nobody has', () => {
    const waiting = call('514/8', host, store, 'Store.get');
    const trace = chromeTrace(
      told([
        { kind: 'sent', by: host, call: waiting },
        { kind: 'taken', by: store, call: waiting },
        { kind: 'life', by: kernel, domain: store, stage: 'dead', cause: 'hang' },
        { kind: 'abandoned', by: kernel, call: waiting, fault: { code: 'DomainCrashed', cause: 'hang' } },
        { kind: 'life', by: kernel, domain: store, stage: 'settled', callers: 1 },
      ]),
      3,
      {},
    );
    expect(faultsOf(trace)).toEqual([]);
    const ends = trace.traceEvents.filter(({ ph, args }) => ph === 'E' && args?.cut !== undefined);
    expect(ends.map(({ tid, ts, args }) => [tid, ts, args?.cut])).toEqual([
      [3, 20, 'its thread died'],
      [1, 40, 'the trace ends here'],
    ]);
    expect(trace.otherData.lost).toBe(3);
  });

  it('is drawn as far as it goes where beginnings are lost', () => {
    for (let from = 0; from < PANIC.length; from++) expect(faultsOf(chromeTrace(PANIC.slice(from), from, {})), `from ${from}`).toEqual([]);
    for (let without = 0; without < PANIC.length; without++)
      expect(
        faultsOf(
          chromeTrace(
            PANIC.filter((_, at) => at !== without),
            1,
            {},
          ),
        ),
        `without ${without}`,
      ).toEqual([]);
  });

  it('of nothing is empty, and can be read', () => {
    expect(faultsOf(chromeTrace([], 0, {}))).toEqual([]);
  });
});

describe('the trace of a run', () => {
  it('with calls within calls, promises, refusals and deaths is well formed, and every arrow that began has its end', async () => {
    await using on = await boot({ spares: 1, trace: true });
    const load = (file: string, options: object = {}) => on.load(extension(file), { name: file.replace('.ts', ''), limits: { timeSliceMs: 60 }, ...options });
    const lab = await load('lab.ts');
    const proxy = lab.get(Lab);
    const holding = (await load('holder.ts')).get(Holder);
    const relaying = (await load('relay.ts', { grant: { lab: proxy, holder: holding } })).get(Relay);
    const note = (): any => on.heap.alloc(Note, { text: 'a note', weight: 6, next: null });
    using lent = note();
    valueOf(proxy.measure(lent));
    valueOf(relaying.measure(lent));
    await Promise.all([proxy.async.fill(3), relaying.async.measure(lent), relaying.async.work(5), holding.async.hold(lent, 20)]);
    valueOf(await relaying.async.pass(note())).drop();
    /** How many calls of a method have come so far. */
    const count = async (kind: string): Promise<number> =>
      (await on.trace()).events.filter((event) => 'call' in event && event.kind === kind && event.call.method === 'Holder.hold').length;
    // Given up once it has begun: one that had not would be refused.
    const taken = await count('taken');
    const giveUp = new AbortController();
    const givenUp = holding.async.hold(lent, 80, { signal: giveUp.signal });
    await expect.poll(() => count('taken')).toBe(taken + 1);
    giveUp.abort();
    await givenUp;
    const dying = [proxy.async.die('Hang'), proxy.async.keep(note()), proxy.async.measure(lent)];
    for (const result of await Promise.all(dying)) errorOf(result);
    await lab.unload();
    errorOf(proxy.fill(1));
    await expect.poll(() => count('released')).toBe(1);
    const trace = (await on.trace()).toChromeTrace();
    expect(faultsOf(trace)).toEqual([]);
    // A call that was refused was never taken: its arrow has no end, and every other has.
    const refused = trace.traceEvents.filter(({ name, ph }) => ph === 'B' && name.includes(' refused: ')).length;
    expect(looseEnds(trace).filter((end) => !/^call .*: s$/.test(end))).toEqual([]);
    expect(looseEnds(trace)).toHaveLength(refused);
    expect(refused).toBe(2);
    const names = trace.traceEvents.filter(({ name }) => name === 'thread_name').map(({ tid, args }) => `${tid} ${String(args?.name)}`);
    expect(names).toEqual(['1 host', '2 kernel', '3 lab#1', '4 holder#1', '5 relay#1']);
    expect(JSON.parse(JSON.stringify(trace))).toEqual(trace);
  });
});
