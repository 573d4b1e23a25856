/** What a host accepts of the process of its kernel, whose memory may be anybody's. */
import { Duplex, PassThrough } from 'node:stream';
import { serialize } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { Channel } from '../../../dist/host/guard/channel.js';
import { copyIn, copyOut, type CopyEnds, Malformed } from '../../../dist/host/guard/copies.js';
import { newGuardedEmitter, tell } from '../../../dist/host/guard/guarded-events.js';
import { checkHeard, heardFault, heardLoaded } from '../../../dist/host/guard/hearing.js';
import { LocalHeap } from '../../../dist/host/guard/local-heap.js';
import { checkedGuard, GUARD_DEFAULTS } from '../../../dist/host/guard/policy.js';
import { Note } from '../../fixtures/extensions/generated/lab.js';

function framed(message: unknown): Buffer {
  const body = serialize(message);
  const header = Buffer.alloc(4);
  header.writeUInt32LE(body.length);
  return Buffer.concat([header, body]);
}

function channel(): { readonly socket: PassThrough; readonly heard: unknown[]; readonly ends: [string, boolean][] } {
  const socket = new PassThrough();
  const heard: unknown[] = [];
  const ends: [string, boolean][] = [];
  new Channel(
    socket as never,
    (message) => void heard.push(message),
    (why, isAtFault) => void ends.push([why, isAtFault]),
  );
  return { socket, heard, ends };
}

const nobody = (): void => {};
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a channel', () => {
  it('hears messages whole, however they are cut', async () => {
    const { socket, heard } = channel();
    const all = Buffer.concat([framed({ n: 1 }), framed('two'), framed([3])]);
    for (const byte of all) socket.write(Buffer.of(byte));
    socket.write(all);
    await turn();
    expect(heard).toEqual([{ n: 1 }, 'two', [3], { n: 1 }, 'two', [3]]);
  });

  it.each([
    { what: 'a message longer than any may be', bytes: Buffer.from([255, 255, 255, 255]), why: 'it announced a message of 4294967295 bytes' },
    { what: 'what is no message', bytes: Buffer.from([2, 0, 0, 0, 7, 7]), why: 'it said what is no message' },
  ])('ends at $what, and hears nothing after it', async ({ bytes, why }) => {
    const { socket, heard, ends } = channel();
    socket.write(Buffer.concat([framed(1), bytes, framed(2)]));
    await turn();
    expect(heard).toEqual([1]);
    expect(ends).toEqual([[why, true]]);
  });
});

describe('what nobody reads', () => {
  it('counts with what it takes to keep it, however small its messages are, and no longer than until it is read', async () => {
    const socket = new Duplex({ highWaterMark: 1, read: () => {}, write: (_chunk, _encoding, done: () => void) => void takes.push(done) });
    const takes: (() => void)[] = [];
    const channel = new Channel<string, never>(socket as never, nobody, nobody);
    for (let message = 0; message < 100; message++) channel.send('a');
    expect(channel.unsentBytes).toBeGreaterThan(100 * 1000);
    await turn();
    while (takes.length > 0) {
      takes.shift()?.();
      await turn();
    }
    expect(channel.unsentBytes).toBe(0);
  });
});

describe('a message', () => {
  it.each([
    null,
    7,
    {},
    { op: 'toString' },
    { op: 'done' },
    { op: 'done', id: 0.5, value: 1 },
    { op: 'outcome', id: 1, result: 1, fault: null },
    { op: 'serve', id: 1, exported: '1', method: 0, args: {} },
    { op: 'event', event: 'kernel-crash', data: {} },
    { op: 'life', life: { program: 1, incarnation: 1, isLive: 'yes', staysDead: null } },
  ])('of no kind, or without the parts of its kind, is refused: %j', (message) => {
    expect(() => checkHeard(message)).toThrow(Malformed);
  });

  it('of each part that it must have is heard', () => {
    for (const message of [
      { op: 'pong' },
      { op: 'done', id: 1, value: undefined },
      { op: 'life', life: { program: 1, incarnation: 2, isLive: true, staysDead: null } },
    ])
      expect(() => checkHeard(message)).not.toThrow();
  });

  it('of a fault is taken part by part', () => {
    const fault = { code: 'TimedOut', started: true, blame: 'callee', details: { expected: 1, detail: 'x' }, more: 'unheard' } as never;
    expect(heardFault(fault)).toEqual({ code: 'TimedOut', started: true, blame: 'callee', details: { detail: 'x' } });
    expect(() => heardFault({ code: 'Nonsense', started: true, blame: 'callee' } as never)).toThrow(Malformed);
    expect(() => heardFault({ code: 'TimedOut', started: true, blame: 'callee', through: [{}] } as never)).toThrow(Malformed);
    expect(() => heardLoaded({ incarnation: 1, limits: {}, provides: { a: 1 } })).toThrow(Malformed);
  });
});

describe('a copy', () => {
  const heap = new LocalHeap(4 * 2 ** 20, true, () => {
    throw new Error('no references here');
  });
  const ends: CopyEnds = {
    alloc: (token, value) => heap.alloc(token, value),
    passed: () => ({ bound: 1 }),
    received: () => null,
  };
  const list = { kind: 'rref', target: { kind: 'named', name: 'lab.Note' } } as const;
  const alloc = (text: string, next: unknown): unknown => heap.alloc(Note as never, { text, weight: 1, next });

  it('of a chain needs no stack', () => {
    let head: unknown = null;
    for (let n = 0; n < 20_000; n++) head = alloc(String(n), head);
    const before = heap.usedBytes;
    const copy = copyOut([list], Note.schema, [head], ends);
    expect(copy.nodes).toHaveLength(20_000);
    expect(copy.types).toHaveLength(2);
    (head as Disposable)[Symbol.dispose]();
    const [back] = copyIn([list], Note.schema, copy, ends) as [{ text: string; next: { text: string } }];
    expect([back.text, back.next.text]).toEqual(['19999', '19998']);
    expect(heap.usedBytes).toBe(before);
    (back as unknown as Disposable)[Symbol.dispose]();
    expect(heap.usedBytes).toBe(0);
  });

  const types = ['lab.Note'];
  const note = (next: unknown): unknown => ({ text: 'a', weight: 1, next });
  it.each([
    { what: 'nothing', copy: null },
    { what: 'too few values', copy: { values: [], types, nodes: [] } },
    { what: 'a node that is not there', copy: { values: [3], types, nodes: [] } },
    {
      what: 'a node that two lead to',
      copy: {
        values: [0],
        types,
        nodes: [
          [0, note(1)],
          [0, note(2)],
          [0, note(2)],
        ],
      },
    },
    { what: 'a node that leads to itself', copy: { values: [0], types, nodes: [[0, note(0)]] } },
    {
      what: 'a child before its parent',
      copy: {
        values: [1],
        types,
        nodes: [
          [0, note(null)],
          [0, note(0)],
        ],
      },
    },
    {
      what: 'a node that nothing leads to',
      copy: {
        values: [0],
        types,
        nodes: [
          [0, note(null)],
          [0, note(null)],
        ],
      },
    },
    { what: 'a node of no type', copy: { values: [0], types: [], nodes: [[0, note(null)]] } },
    { what: 'a node of an unknown type', copy: { values: [0], types: ['lab.Nobody'], nodes: [[0, note(null)]] } },
    { what: 'a node of a type that has none', copy: { values: [0], types: ['void'], nodes: [[0, note(null)]] } },
    { what: 'a node that is none', copy: { values: [0], types, nodes: [7] } },
    { what: 'a type that is said and not named', copy: { values: [0], types: [list.target], nodes: [[0, note(null)]] } },
  ])('with $what is refused, and nothing of it is left', ({ copy }) => {
    expect(() => copyIn([list], Note.schema, copy as never, ends)).toThrow(Malformed);
    expect(heap.usedBytes).toBe(0);
  });
});

describe('a list', () => {
  it('that is long and has nothing in it is refused at its first hole', () => {
    const holes = Object.assign([], { length: 2 ** 32 - 1 }) as unknown[];
    const nothing = (): never => {
      throw new Error('nothing is allocated or passed');
    };
    const ends: CopyEnds = { alloc: nothing, passed: nothing, received: nothing };
    const eight = { kind: 'array', element: { kind: 'scalar', scalar: 'u8' }, length: 8 } as const;
    expect(() => copyIn([eight], Note.schema, { values: [holes], types: [], nodes: [] }, ends)).toThrow('a list with holes');
    expect(() => copyIn([], Note.schema, { values: [], types: [], nodes: holes as never }, ends)).toThrow('a list with holes');
    const event = { op: 'event', event: 'give-up', data: { domain: 'a', domains: holes, supervisor: null, path: [], reason: 'b' } };
    expect(() => checkHeard(event)).toThrow(Malformed);
  });
});

describe('an event', () => {
  const EPITAPH_PARTS = ['cause', 'chain', 'reclaimed', 'escalation', 'endedAfterMs'];
  const crash = {
    ...{ domain: 'a', incarnation: 1, cause: 'panic', message: '', stack: '', chain: [], through: [], duringInit: false, kept: [], borrowsDeferred: 0 },
    ...{ reclaimed: { blocks: 0, bytes: 0, types: {} }, resourcesReleased: { count: 0, counts: {}, order: [], failed: [] }, callersSettled: 0 },
    ...{ settledAfterMs: 0.5, endedAfterMs: 1, reclaimedAfterMs: 1, resourcesReleasedAfterMs: 1, escalation: { flaggedMs: null }, next: 'none' },
  };
  it('has the parts that listeners look at, or is refused', () => {
    expect(() => checkHeard({ op: 'event', event: 'crash', data: crash })).not.toThrow();
    expect(() => checkHeard({ op: 'event', event: 'log', data: { domain: 'a', level: 'Info', text: 'b', dropped: 0 } })).not.toThrow();
    for (const part of EPITAPH_PARTS) expect(() => checkHeard({ op: 'event', event: 'crash', data: { ...crash, [part]: 'x' } })).toThrow(Malformed);
    expect(() => checkHeard({ op: 'event', event: 'log', data: { domain: 'a', level: 'Info', text: 7, dropped: 0 } })).toThrow(Malformed);
  });
});

describe('an event is told', () => {
  it('in its order and after whatever happens now, so that nothing of the kernel stops at a listener', async () => {
    const events = newGuardedEmitter();
    const heard: string[] = [];
    events.on('kernel-give-up', ({ reason }) => heard.push(reason));
    tell(events, 'kernel-give-up', { reason: 'one' });
    tell(events, 'kernel-give-up', { reason: 'two' });
    expect(heard).toEqual([]);
    await turn();
    expect(heard).toEqual(['one', 'two']);
  });
});

describe('the option guard', () => {
  it('has defaults, and says what it cannot be', () => {
    expect(checkedGuard('process')).toEqual(GUARD_DEFAULTS);
    expect(checkedGuard({ kind: 'process', intensity: 7 })).toEqual({ ...GUARD_DEFAULTS, intensity: 7 });
    expect(checkedGuard({ kind: 'process', backoffMs: 60_000, periodMs: 7 })).toEqual({
      ...GUARD_DEFAULTS,
      backoffMs: 60_000,
      mostBackoffMs: 60_000,
      periodMs: 7,
      stableMs: 7,
    });
    expect(() => checkedGuard({ kind: 'process', periodMs: 0 })).toThrow('guard.periodMs must be more than 0: within no time no restart is one too many');
    for (const wrong of ['thread', true, null, {}, { kind: 'process', heartBeatMs: 1 }]) expect(() => checkedGuard(wrong)).toThrow(TypeError);
    for (const wrong of [
      { heartbeatMs: 1 },
      { heartbeatMs: '2000' },
      { intensity: -1 },
      { periodMs: Number.NaN },
      { mostCondemned: 0 },
      { backoffMs: -1 },
      { stableMs: 'long' },
    ])
      expect(() => checkedGuard({ kind: 'process', ...wrong })).toThrow(RangeError);
  });
});
