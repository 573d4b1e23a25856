import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { boot, type DomainHandle, type Epitaph, type KernelHandle, type Limits, type LogLine, type RpcResult } from 'deciduous';
import { Leaf, Peer, Suspect } from '../fixtures/extensions/generated/hostile.js';
import { errorOf, extension, valueOf } from '../semantics/lab.js';

/** Attacks that end their domain, and the cause that the epitaph names. */
const DEADLY: readonly { readonly cause: Epitaph['cause']; readonly limits: Partial<Limits>; readonly attacks: readonly string[] }[] = [
  {
    cause: 'hang',
    limits: { timeSliceMs: 40 },
    attacks: [
      'plain',
      'try-finally',
      'promise jobs',
      'an async loop',
      'queueMicrotask',
      'a promise executor',
      'a regular expression',
      'a comparator',
      'a generator',
      'an array callback',
      'a replacer',
      'a proxy trap',
      'a getter',
      'valueOf',
      'toPrimitive',
      'toJSON',
      'a field initialiser',
      'a default parameter',
      'a catch pattern',
      'a static block',
      'a tag',
      'a getter of an argument',
      'a getter of an argument of alloc',
      'a proxied array as an argument',
      'a disposer',
      'a timer',
      'an own species',
      'a thenable in a promise',
    ],
  },
  {
    cause: 'stack-overflow',
    limits: { timeSliceMs: 10_000 },
    attacks: [
      'recursion',
      'recursion that catches',
      'a panic swallowed by finally',
      'recursion through a getter',
      'recursion through toString',
      'recursion through a proxy',
      'recursion through sort',
      'recursion while it allocates',
      'recursion while it calls',
      'a swallowed panic',
    ],
  },
  {
    cause: 'out-of-memory',
    limits: { timeSliceMs: 20_000, privateHeapBytes: 24 * 2 ** 20 },
    attacks: [
      'an array that grows',
      'many arrays',
      'many objects',
      'many strings',
      'a map',
      'a set',
      'closures',
      'array buffers',
      'typed arrays',
      'promises',
      'symbols',
      'a memory bomb that catches',
    ],
  },
  {
    cause: 'panic',
    limits: {},
    attacks: [
      'a rejected promise',
      'an unhandled rejection',
      'a panic in a job',
      'a panic in a timer',
      'a panic in queueMicrotask',
      'null',
      'undefined',
      'a symbol',
      'a function',
      'a thrown proxy',
      'a revoked proxy',
      'a cyclic cause',
      'a long message',
      'a lone surrogate',
      'a foreign fault',
      'a resizable buffer',
    ],
  },
];

/** Attacks whose end may be told in more than one way. */
const EITHER: readonly (readonly [attack: string, causes: readonly Epitaph['cause'][]])[] = [
  ['hostile getters', ['panic', 'hang']],
  // Near the limit the guard itself finds no room, and the finalizer dives again: the slice ends it where the guard does not.
  ['recursion that catches, in finally', ['stack-overflow', 'hang']],
  ['a swallowed overflow while it calls', ['stack-overflow', 'hang']],
];

let kernel: KernelHandle;
let neighbour: DomainHandle;
let peer: Peer;
const crashes: Epitaph[] = [];
const lines: LogLine[] = [];

beforeAll(async () => {
  kernel = await boot({ spares: 2 });
  kernel.on('crash', (epitaph) => crashes.push(epitaph));
  kernel.on('log', (line) => lines.push(line));
  neighbour = await kernel.load(extension('hostile/peer.ts'), {
    name: 'neighbour',
    limits: { timeSliceMs: 10_000, sharedHeapBytes: 64 * 2 ** 20, privateHeapBytes: 2 ** 29 },
  });
  peer = neighbour.get(Peer);
});

afterAll(async () => {
  expect((await kernel.stats()).domains).toMatchObject([{ name: 'neighbour', state: 'live', crashes: {}, restarts: 0 }]);
  await kernel.close();
});

async function load(limits: Partial<Limits>): Promise<{ domain: DomainHandle; suspect: Suspect }> {
  const domain = await kernel.load(extension('hostile/attacker.ts'), { name: 'attacker', grant: { peer }, limits });
  return { domain, suspect: domain.get(Suspect) };
}

/** Calls the neighbour again and again while the attack goes on; every answer has to be right. */
async function besideTheNeighbour<T>(attack: () => Promise<T>): Promise<T> {
  let done = false;
  let answers = 0;
  const asking = (async () => {
    while (!done || answers === 0) {
      expect(valueOf(await peer.async.add(answers, 1))).toBe(answers + 1);
      expect(valueOf(await peer.async.pair([answers, 'still here']))).toEqual([answers, 'still here']);
      answers++;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  })();
  try {
    return await attack();
  } finally {
    done = true;
    await asking;
  }
}

async function nothingIsLeft(): Promise<void> {
  await expect.poll(async () => (await kernel.audit()).length).toBe(0);
  const { heap, domains } = await kernel.stats();
  expect(Object.keys(heap.byOwner).filter((owner) => owner !== '(being freed)')).toEqual([]);
  expect(domains.map(({ name }) => name)).toEqual(['neighbour']);
}

/** Runs an attack to its domain's end. */
async function die(attack: string, limits: Partial<Limits>): Promise<{ epitaph: Epitaph; result: RpcResult<unknown> }> {
  const before = crashes.length;
  const { domain, suspect } = await load(limits);
  try {
    const result = await besideTheNeighbour(async () => {
      const answer = await suspect.async.attack(attack);
      await expect.poll(() => crashes.length, { timeout: 60_000, interval: 5 }).toBe(before + 1);
      return answer;
    });
    return { epitaph: crashes[before], result };
  } finally {
    await domain.unload();
    await nothingIsLeft();
  }
}

describe.each(DEADLY)('an attack that ends in $cause', ({ cause, limits, attacks }) => {
  it.each(attacks)('%s: the domain ends, its caller is told, and its neighbour answers throughout', async (attack) => {
    const { epitaph, result } = await die(attack, limits);
    expect(epitaph.cause).toBe(cause);
    if (!result.ok) expect(['DomainCrashed', 'TimedOut']).toContain(result.error.code);
    if (!result.ok && result.error.code === 'DomainCrashed') expect(result.error.cause).toBe(cause);
    expect(`${epitaph.message}${epitaph.stack}`.length).toBeLessThan(10_000);
  });
});

describe('an attack with more than one end', () => {
  it.each(EITHER)('%s', async (attack, causes) => {
    const { epitaph } = await die(attack, { timeSliceMs: 60 });
    expect(causes).toContain(epitaph.cause);
  });
});

describe('an attack that is held off', () => {
  it('a log flood: what exceeds the budget is dropped and counted, and the domain goes on', async () => {
    const { domain, suspect } = await load({ timeSliceMs: 10_000, logBytesPerSecond: 16_384 });
    const began = Date.now();
    lines.length = 0;
    await besideTheNeighbour(async () => valueOf(await suspect.async.attack('a log flood')));
    valueOf(await suspect.async.attack('a huge log line'));
    await new Promise((resolve) => setTimeout(resolve, 100));
    const bytes = lines.reduce((sum, line) => sum + line.text.length * 2, 0);
    expect(lines.length).toBeGreaterThan(0);
    expect(bytes).toBeLessThan(16_384 * (2 + (Date.now() - began) / 1000));
    await domain.unload();
    await nothingIsLeft();
  });

  it('a million timers: the limit refuses them, and the domain goes on', async () => {
    const { domain, suspect } = await load({ timeSliceMs: 10_000, timers: 100 });
    expect(valueOf(await besideTheNeighbour(() => suspect.async.attack('a million timers')))).toBe(1001);
    expect(valueOf(await suspect.async.attack('a huge log line'))).toBe(1);
    await domain.unload();
    await nothingIsLeft();
  });

  it('an interval that is always due: the domain still answers its callers', async () => {
    const { domain, suspect } = await load({ timeSliceMs: 10_000 });
    valueOf(await suspect.async.attack('a busy interval'));
    for (let call = 0; call < 5; call++) expect(valueOf(await suspect.async.attack('a huge log line', { timeoutMs: 10_000 }))).toBe(1);
    await domain.unload();
    await nothingIsLeft();
  });

  it('a full shared heap: ResourceExhausted for the domain at its quota, room for everybody else', async () => {
    const { domain, suspect } = await load({ timeSliceMs: 10_000, sharedHeapBytes: 2 ** 20 });
    const blocks = valueOf(await besideTheNeighbour(() => suspect.async.attack('the shared heap')));
    expect(blocks).toBeGreaterThan(50);
    expect(blocks).toBeLessThan(105);
    valueOf(await peer.async.make(2 ** 20)).drop();
    await domain.unload();
    await nothingIsLeft();
  });

  it('results without end: what a domain is given counts for its quota, too', async () => {
    const { domain, suspect } = await load({ timeSliceMs: 10_000, sharedHeapBytes: 2 ** 20 });
    const taken = valueOf(await besideTheNeighbour(() => suspect.async.attack('results without end')));
    expect(taken).toBeGreaterThan(5);
    expect(taken).toBeLessThan(11);
    await domain.unload();
    await nothingIsLeft();
  });

  it.each(['a deep list', 'a deep list, given away'])('%s: no stack is exhausted by walking or dropping it', async (attack) => {
    const { domain, suspect } = await load({ timeSliceMs: 10_000, sharedHeapBytes: 32 * 2 ** 20 });
    expect(valueOf(await suspect.async.attack(attack))).toBe(20_000);
    await domain.unload();
    await nothingIsLeft();
  });

  it('a deep list of the host is lent, moved, given back and dropped', async () => {
    let head = kernel.heap.alloc(Leaf, { text: 'last', data: new Uint8Array(1), n: 0, next: null });
    for (let length = 1; length < 100_000; length++) head = kernel.heap.alloc(Leaf, { text: '', data: new Uint8Array(), n: length, next: head });
    expect(valueOf(await peer.async.measure(head))).toBe(100_000);
    const back = valueOf(await peer.async.echo(head));
    expect(back.n).toBe(99_999);
    back.drop();
    await nothingIsLeft();
  });

  it('a mailbox that is filled: Overloaded at once, and room again when the calls have ended', async () => {
    const victim = await kernel.load(extension('hostile/peer.ts'), { name: 'victim' });
    const domain = await kernel.load(extension('hostile/attacker.ts'), {
      name: 'attacker',
      grant: { peer: victim.get(Peer) },
      limits: { timeSliceMs: 10_000 },
    });
    const refused = valueOf(await besideTheNeighbour(() => domain.get(Suspect).async.attack('a full mailbox')));
    expect(refused).toBeGreaterThanOrEqual(600 - 256);
    await domain.unload();
    // The calls of the dead one go on in the victim; the victim is asked again as soon as a record is free.
    await victim.unload();
    await nothingIsLeft();
  });

  it('a signal that throws: no call is lost to the mailbox of the callee', async () => {
    const { domain, suspect } = await load({ timeSliceMs: 10_000 });
    valueOf(await suspect.async.attack('a hostile signal'));
    const note = kernel.heap.alloc(Leaf, { text: '', data: new Uint8Array(), n: 3, next: null });
    const answers = await Promise.all(Array.from({ length: 200 }, () => peer.async.measure(note)));
    for (const answer of answers) expect(valueOf(answer)).toBe(1);
    note.drop();
    await domain.unload();
    await nothingIsLeft();
  });

  it("calls beyond the records of a mailbox are refused at once, and what they would have moved stays the caller's", async () => {
    const victim = await kernel.load(extension('hostile/peer.ts'), { name: 'victim' });
    const proxy = victim.get(Peer);
    const lent = kernel.heap.alloc(Leaf, { text: '', data: new Uint8Array(), n: 5, next: null });
    const waiting = Array.from({ length: 256 }, () => proxy.async.rest(lent, 2000));
    const moved = kernel.heap.alloc(Leaf, { text: 'mine', data: new Uint8Array(), n: 5, next: null });
    expect(errorOf(proxy.echo(moved))).toMatchObject({ code: 'Overloaded', started: false });
    expect(moved.text).toBe('mine');
    for (const answer of await Promise.all(waiting)) expect(valueOf(answer)).toBe(5);
    valueOf(await proxy.async.echo(moved)).drop();
    lent.drop();
    await victim.unload();
    await nothingIsLeft();
  });
});
