/** One text, run against a kernel in threads of this process and against one in a process of its own: what a program that calls asynchronously sees is the same. */
import diagnostics from 'node:diagnostics_channel';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type AsyncDomain,
  type AsyncKernel,
  boot,
  defineSystem,
  LoadError,
  RRefArray,
  RRefDeque,
  RRefVec,
  type Asynchronous,
  type Epitaph,
  type SupervisorNews,
  type LoadOptions,
  type RRef,
} from 'deciduous';
import { Board, Packet, Router, Sample } from '../fixtures/extensions/generated/containers.js';
import { Broker } from '../fixtures/extensions/generated/references.js';
import { Device, DeviceShadow, Tally } from '../fixtures/extensions/generated/shadows.js';
import { Journal, Member, MemberShadow } from '../fixtures/extensions/generated/team.js';
import { errorOf, extension, Lab, lateError, leafOf, Note, valueOf } from './lab.js';
import { Counter, counter } from './upgrading.js';

const soon = (look: () => unknown) => expect.poll(look, { timeout: 20_000, interval: 5 });

/** A slow machine is not a dead kernel. */
const GUARD = { kind: 'process', heartbeatMs: 60_000 } as const;

describe.each([
  ['in threads of this process', undefined],
  ['in a process of its own', GUARD],
] as const)('a kernel %s', (_name, guard) => {
  let kernel: AsyncKernel;
  let lab: Asynchronous<Lab>;
  let domain: AsyncDomain;
  const crashes: Epitaph[] = [];
  const load = async (file: string, options: LoadOptions = {}): Promise<AsyncDomain> =>
    kernel.load(await leafOf(file), { ...options, limits: { timeSliceMs: 20_000, ...options.limits } });
  const note = (text: string, next: RRef<Note> | null = null): RRef<Note> => kernel.heap.alloc(Note, { text, weight: text.length, next });

  beforeAll(async () => {
    kernel = await boot({ spares: 1, guard });
    kernel.on('crash', (epitaph) => crashes.push(epitaph));
    domain = await load('lab.ts', { name: 'lab' });
    lab = domain.get(Lab);
  });
  afterAll(async () => {
    await domain.unload();
    expect(await kernel.audit()).toEqual([]);
    expect((await kernel.stats()).heap.byOwner).toEqual({});
    expect(kernel.heap.usedBytes).toBe(0);
    expect(await kernel.close()).toEqual({ condemned: [] });
  });

  it('takes what moves, and another comes back', async () => {
    const sent = note('first', note('second'));
    using back = valueOf(await lab.async.echo(sent));
    expect(() => sent.text).toThrow(/sent or dropped/);
    expect([back.text, back.weight, back.next?.text, back.next?.next]).toEqual(['first', 5, 'second', null]);
  });

  it('lends for as long as the call lasts', async () => {
    using lent = note('a', note('b', note('c')));
    const pending = lab.async.measure(lent);
    expect(() => {
      lent.weight = 7;
    }).toThrow(/borrows/);
    expect(valueOf(await pending)).toBe(3);
    lent.weight = 7;
    expect(lent.weight).toBe(7);
  });

  it('refuses what has another type, before it has started, and what would have moved is its owner’s still', async () => {
    using mine = note('mine');
    const wrong = errorOf(await (lab.async.work as unknown as (value: string) => ReturnType<typeof lab.async.work>)('long'));
    expect(wrong).toMatchObject({ code: 'InvalidType', started: false, blame: 'caller', method: 'Lab.work', domain: 'lab' });
    expect(wrong.message).toBe('lab Lab.work: expected u32 for milliseconds of Lab.work, got the string "long"');
    expect(errorOf(await lab.async.echo({ text: 'plain' } as never))).toMatchObject({ code: 'InvalidType', started: false });
    expect(errorOf(await (lab.async.echo as (...args: unknown[]) => ReturnType<typeof lab.async.echo>)(mine, {}, 1))).toMatchObject({ code: 'InvalidType' });
    expect(mine.text).toBe('mine');
    expect(() => kernel.heap.alloc(Note, { text: 1 as never, weight: 0, next: null })).toThrow(expect.objectContaining({ code: 'InvalidType' }));
    mine.drop();
    expect(errorOf(await lab.async.echo(mine))).toMatchObject({ code: 'LifetimeViolation', started: false, blame: 'caller' });
  });

  it('tells of a death with its cause, and of the dead for ever', async () => {
    const mortal = await load('lab.ts', { name: 'mortal' });
    const proxy = mortal.get(Lab);
    using lent = note('lent');
    const crashed = errorOf(await proxy.async.dieBorrowing(lent, 'Panic'));
    expect(crashed).toMatchObject({ code: 'DomainCrashed', cause: 'panic', started: true, domain: 'mortal', incarnation: 1, method: 'Lab.dieBorrowing' });
    expect(crashed.stack).toContain('ways.ts');
    expect(lent.text).toBe('lent');
    await soon(() => crashes.filter((epitaph) => epitaph.domain === 'mortal')).toMatchObject([{ cause: 'panic', incarnation: 1, next: 'none' }]);
    const mine = note('mine');
    expect(errorOf(await proxy.async.echo(mine))).toMatchObject({ code: 'DomainDead', started: false, method: 'Lab.echo' });
    expect(mine.text).toBe('mine');
    mine.drop();
    await expect(mortal.ready()).rejects.toThrow('mortal stays dead');
    expect([mortal.isLive, mortal.staysDead]).toEqual([false, 'it crashed, and its restart policy is never']);
    await mortal.unload();
  });

  it('hands containers over and back', async () => {
    const boxes = await load('containers/router.ts', { name: 'router' });
    const router = boxes.get(Router);
    const packet = (port: number, hops: number[]): RRef<Packet> =>
      kernel.heap.alloc(Packet, { payload: new Uint8Array(port).fill(port), port, hops: kernel.heap.alloc(RRefVec('u16'), hops) });
    const queue = kernel.heap.alloc(
      RRefDeque(Packet, 4),
      [7, 8, 7].map((port) => packet(port, [port])),
    );
    using sorted = valueOf(await router.async.sort(queue, 7));
    expect([...sorted].map((each) => each?.hops?.toArray() ?? null)).toEqual([[7, 7], [7, 7], null]);
    expect(sorted.get(0)?.payload.toUint8Array()).toEqual(new Uint8Array(7).fill(7));
    const board = kernel.heap.alloc(Board, {
      name: 'board',
      packets: kernel.heap.alloc(RRefArray(Packet, 3), [packet(1, []), null, packet(3, [])]),
      waiting: kernel.heap.alloc(RRefDeque(Packet, 4), [packet(4, [])]),
      samples: kernel.heap.alloc(RRefVec(Sample), { length: 3, fill: { at: 1n, level: 0.5, good: true, colour: 'Blue' } }),
      rows: kernel.heap.alloc(RRefArray(RRefVec('u8'), 2), [kernel.heap.alloc(RRefVec('u8'), [1, 2])]),
    });
    expect(valueOf(await router.async.keep(board))).toBe(1);
    using back = valueOf(await router.async.giveBack());
    expect([...(back?.waiting ?? [])].map((each) => each.port)).toEqual([4]);
    expect(back?.rows.get(0)?.toTypedArray()).toEqual(new Uint8Array([1, 2]));
    expect(back?.samples.at(2)).toEqual({ at: 1n, level: 0.5, good: true, colour: 'Blue' });
    using many = kernel.heap.alloc(RRefVec('f64'), new Float64Array(200_000).fill(2));
    expect(valueOf(await router.async.sum(many))).toBe(400_000);
    await boxes.unload();
  });

  it('serves what the host passes, tells it when nobody holds it, and takes it back', async () => {
    const brokers = await load('references/broker.ts', { name: 'broker' });
    const broker = brokers.get(Broker);
    const heard: number[] = [];
    let releases = 0;
    const sink = {
      hear(n: number): number {
        heard.push(n);
        return n * 2;
      },
      released: () => void releases++,
    };
    expect(valueOf(await broker.async.keep(sink))).toBe(1);
    expect(valueOf(await broker.async.tell(21))).toBe('42');
    expect(valueOf(await broker.async.keep(sink))).toBe(2);
    expect(valueOf(await broker.async.letGo(1))).toBe(1);
    expect(valueOf(await broker.async.letGo(1))).toBe(0);
    await soon(() => releases).toBe(1);
    expect(heard).toEqual([21]);
    expect(valueOf(await broker.async.keep(sink))).toBe(1);
    kernel.revoke(sink);
    expect(valueOf(await broker.async.tell(1))).toBe('PermissionDenied');
    const thrower = {
      hear: (): number => {
        throw new RangeError('not me');
      },
    };
    expect(valueOf(await broker.async.keep(thrower))).toBe(2);
    expect(valueOf(await broker.async.tell(1))).toBe('DomainCrashed');
    const speechless = {
      hear: (): number => {
        throw Object.create(null);
      },
    };
    expect(valueOf(await broker.async.keep(speechless))).toBe(3);
    expect(valueOf(await broker.async.tell(1))).toBe('DomainCrashed');
    await brokers.unload();
  });

  it('hands out references that are called, passed on, dropped and told', async () => {
    const [one, two] = await Promise.all([load('references/broker.ts', { name: 'one' }), load('references/broker.ts', { name: 'two' })]);
    const [first, second] = [one.get(Broker), two.get(Broker)];
    const theirs = valueOf(await first.async.open());
    expect(valueOf(await theirs.async.hear(1))).toBe(2);
    expect(valueOf(await second.async.keep(theirs))).toBe(1);
    theirs.drop();
    await expect(theirs.async.hear(1)).rejects.toMatchObject({ code: 'LifetimeViolation' });
    expect(valueOf(await second.async.tell(4))).toBe('5');
    expect(valueOf(await first.async.told())).toBe(0);
    expect(valueOf(await second.async.letGo(1))).toBe(0);
    await soon(async () => valueOf(await first.async.told())).toBe(1);
    await Promise.all([one.unload(), two.unload()]);
  });

  it('ends a wait by its deadline and by a signal', async () => {
    const brokers = await load('references/broker.ts', { name: 'resting' });
    const broker = brokers.get(Broker);
    expect(await lateError((timeoutMs) => broker.async.rest(60_000, { timeoutMs }), 20)).toMatchObject({ code: 'TimedOut', started: true });
    const abort = new AbortController();
    const pending = broker.async.rest(60_000, { signal: abort.signal });
    abort.abort();
    expect(errorOf(await pending)).toMatchObject({ code: 'Cancelled' });
    expect(errorOf(await broker.async.rest(1, { signal: AbortSignal.abort() }))).toMatchObject({ code: 'Cancelled', started: false });
    using mine = note('mine');
    for (const options of [{ timeoutMs: -1 }, { timeoutMs: '20' }, { timeoutMs: () => 20 }, { signal: {} }])
      await expect(lab.async.echo(mine, options as never)).rejects.toMatchObject({ name: 'InvalidType' });
    expect(mine.text).toBe('mine');
    await brokers.unload();
  });

  it('begins a program anew, through which a shadow’s calls go on and other proxies end', async () => {
    const lives: number[] = [];
    const tally = kernel.provide(Tally, { began: (life) => void lives.push(life) });
    const restarted: number[] = [];
    kernel.on('restart', ({ domain: name, incarnation }) => name === 'device' && restarted.push(incarnation));
    const device = await load('shadows/device.ts', { name: 'device', grant: { tally }, restart: { when: 'on-crash', intensity: 100 } });
    const plain = device.get(Device);
    expect(valueOf(await plain.async.life())).toBe(1);
    expect(valueOf(await device.get(DeviceShadow).async.double(21, 'Panic', 2))).toBe(42);
    await device.ready();
    expect(device.incarnation).toBe(3);
    await soon(() => restarted).toEqual([2, 3]);
    expect(lives).toEqual([1, 2, 3]);
    expect(errorOf(await plain.async.life())).toMatchObject({ code: 'DomainDead', started: false });
    expect(valueOf(await device.get(Device).async.life())).toBe(3);
    await device.unload();
  });

  it('refuses a load and says why', async () => {
    const missing = kernel.load('no-such-file.ts');
    await expect(missing).rejects.toThrow(LoadError);
    await expect(missing).rejects.toMatchObject({ code: 'PACK001', extension: 'no-such-file.ts' });
    await expect(load('shadows/device.ts', { name: 'ungranted' })).rejects.toMatchObject({ code: 'PermissionDenied', extension: 'ungranted' });
    await expect(kernel.load(extension('lab.ts'), { limits: { timeSlice: 1 } as never })).rejects.toThrow(TypeError);
    await expect(kernel.load(extension('lab.ts'), { grant: { log: {} } })).rejects.toThrow(/grant.log for .* must be a proxy/);
    expect(() => domain.get(Broker)).toThrow(/lab does not provide references.Broker.*it provides lab: lab.Lab/);
  });

  it('supervises: who dies is started again with those loaded after it, a group that dies too often is its parent’s business, and all goes together', async () => {
    const lives: string[] = [];
    const news: SupervisorNews[] = [];
    const hear = (heard: SupervisorNews): void => void news.push(heard);
    kernel.on('supervisor', hear);
    const journal = kernel.provide(Journal, {
      began: (name, life) => {
        lives.push(`${name}#${life}`);
        return 0;
      },
    });
    const root = await kernel.supervise({ name: 'root', intensity: 100 });
    const group = await kernel.supervise({ name: 'group', strategy: 'rest-for-one', intensity: 1, periodMs: 600_000, parent: root });
    const limits = { timeSliceMs: 20_000 };
    const member = async (name: string): Promise<AsyncDomain> => group.load(await leafOf('supervision/member.ts'), { name, limits, grant: { journal } });
    const members = [await member('a'), await member('b'), await member('c')];
    const incarnations = (): number[] => members.map(({ incarnation }) => incarnation);
    expect(lives.splice(0)).toEqual(['a#1', 'b#1', 'c#1']);
    const proxies = members.map((each) => each.get(Member));
    expect(errorOf(await proxies[1].async.die())).toMatchObject({ code: 'DomainCrashed', cause: 'panic' });
    await soon(incarnations).toEqual([1, 2, 2]);
    expect(lives.splice(0)).toEqual(['b#2', 'c#2']);
    expect(valueOf(await members[2].get(MemberShadow).async.life())).toBe(2);
    errorOf(await proxies[0].async.die());
    await soon(incarnations).toEqual([2, 3, 3]);
    expect(lives.splice(0)).toEqual(['a#2', 'b#3', 'c#3']);
    // A proxy of a domain under a supervisor leads to whichever life there is.
    expect(valueOf(await proxies[0].async.life())).toBe(2);
    expect(news.map(({ supervisor, did, because }) => [supervisor, did, because])).toEqual([
      ['group', 'restart', 'b'],
      ['group', 'escalate', 'a'],
      ['root', 'restart', 'group'],
    ]);
    expect(group.path).toEqual(['root', 'group']);
    expect((await kernel.stats()).supervisors).toMatchObject([{ name: 'root', children: [{ name: 'group', strategy: 'rest-for-one', state: 'running' }] }]);
    const racing = group.load(await leafOf('supervision/member.ts'), { name: 'racing', grant: { journal } }).catch((error: unknown) => error);
    await Promise.all([root.unload(), racing]);
    expect(await racing).toMatchObject({ code: 'DomainDead' });
    const { supervisors, domains } = await kernel.stats();
    expect([supervisors, domains.map(({ name }) => name)]).toEqual([[], ['lab']]);
    expect(members.map(({ isLive }) => isLive)).toEqual([false, false, false]);
    await expect(group.load(await leafOf('supervision/member.ts'), { name: 'late', grant: { journal } })).rejects.toMatchObject({ code: 'DomainDead' });
    await expect(kernel.supervise({ name: 'orphan', parent: root })).rejects.toThrow('orphan: its parent was unloaded');
    await expect(kernel.supervise({ name: '' })).rejects.toThrow('name must be a string that is not empty');
    await expect(kernel.supervise({ name: 'foreign', parent: {} as never })).rejects.toThrow('parent must be what supervise() of this kernel answered');
    kernel.off('supervisor', hear);
  });

  it('starts a system in the order of its dependence, and nothing of one of which a domain does not come', async () => {
    const lives: string[] = [];
    let answer = 0;
    const journal = kernel.provide(Journal, { began: (name, life) => (lives.push(`${name}#${life}`), answer) });
    const grant = { journal: { host: 'journal' } } as const;
    const shop = defineSystem({
      name: 'shop',
      domains: {
        asks: { extension: extension('supervision/follower.ts'), grant: { ...grant, peer: { domain: 'answers', interface: 'Member' } } },
        answers: { extension: extension('supervision/member.ts'), grant },
      },
      supervision: { name: 'shop', strategy: 'one-for-all', intensity: 100, children: ['asks', 'answers'] },
    });
    const system = await kernel.start(shop, { host: { journal } });
    expect([system.started, lives.splice(0)]).toEqual([
      ['answers', 'asks'],
      ['answers#1', 'asks#1'],
    ]);
    expect(valueOf(await system.domain('asks').get(Member).async.peer())).toBe(1);
    errorOf(await system.domain('answers').get(Member).async.die());
    await soon(() => lives).toEqual(['answers#1', 'asks#1'].map((life) => life.replace('1', '2')));
    expect(system.supervisor('shop').path).toEqual(['shop']);
    await system.unload();
    await expect(kernel.start(shop)).rejects.toThrow("kernel.start() was given no 'journal'");
    answer = 1;
    await expect(kernel.start(shop, { host: { journal } })).rejects.toThrow(LoadError);
    const { supervisors, domains } = await kernel.stats();
    expect([supervisors, domains.map(({ name }) => name)]).toEqual([[], ['lab']]);
  });

  it('upgrades: every proxy leads on to the new version, and one that does not begin leaves the present one', async () => {
    const told: unknown[] = [];
    kernel.on('upgrade', (upgraded) => told.push(upgraded));
    const program = await kernel.load(await counter({ version: 1 }), { name: 'counter', globals: { clock: true } });
    const plain = asynchronous(program.get(Counter));
    const long = plain.later(50);
    // Calls begin in the order in which they were sent: the long one has, and stays with its version.
    expect(valueOf(await plain.version())).toBe(1);
    await program.upgrade(await counter({ version: 2 }));
    expect(valueOf(await long)).toBe(1);
    expect([valueOf(await plain.version()), program.incarnation, program.provenance.version]).toEqual([2, 2, 2]);
    expect(valueOf(await asynchronous(program.get(Counter)).version())).toBe(2);
    await expect(program.upgrade(await counter({ version: 3, init: "throw new Error('not today');" }))).rejects.toMatchObject({ name: 'LoadError' });
    await expect(program.upgrade(await counter({ version: 3, idl: 'other' }))).rejects.toThrow(/cannot be replaced by this version/);
    await expect(program.upgrade('no-such-file.ts')).rejects.toMatchObject({ code: 'PACK001' });
    await expect(program.upgrade(await counter({ version: 3 }), { drain: 1 } as never)).rejects.toThrow("upgrade() has no option 'drain'");
    expect([valueOf(await plain.version()), program.provenance.version, program.isLive]).toEqual([2, 2, true]);
    expect(told.splice(0)).toEqual([{ domain: 'counter', incarnation: 2, from: 1, to: 2 }]);
    // Asked for before this thread has heard that version 4 serves: it leads there all the same.
    const upgrading = program.upgrade(await counter({ version: 4 }));
    await new Promise((resolve) => setImmediate(resolve));
    const until = Date.now() + 400;
    while (Date.now() < until);
    const early = asynchronous(program.get(Counter));
    await upgrading;
    expect(valueOf(await early.version())).toBe(4);
    await program.unload();
    await expect(program.upgrade(await counter({ version: 3 }))).rejects.toMatchObject({ code: 'DomainDead', message: 'counter: it was unloaded' });
  });

  it('tells channels of diagnostics what happens, with itself', async () => {
    const heard: string[] = [];
    const ends = ['load', 'refused', 'crash', 'restart', 'unload'].map((name) => {
      const listener = (message: unknown): void => {
        const about = message as { readonly kernel: unknown; readonly domain?: string; readonly incarnation?: number; readonly error?: LoadError };
        if (about.kernel === kernel) heard.push([name, about.domain, about.incarnation, about.error?.extension].filter((part) => part !== undefined).join(' '));
      };
      diagnostics.subscribe(`deciduous:${name}`, listener);
      return () => diagnostics.unsubscribe(`deciduous:${name}`, listener);
    });
    const mortal = await load('lab.ts', { name: 'watched', restart: { when: 'on-crash' } });
    await mortal.get(Lab).async.die('Panic');
    await soon(() => heard).toEqual(['load watched 1', 'crash watched 1', 'restart watched 2']);
    await mortal.unload();
    await kernel.load('no-such-file.ts').catch(() => {});
    await soon(() => heard.slice(3)).toEqual(['unload watched 2', 'refused no-such-file.ts']);
    for (const end of ends) end();
  });

  it('lends a lock, changes limits, and counts what is there', async () => {
    const lock = await kernel.lock('ledger');
    expect(valueOf(await lock.async.tryAcquire())).toMatchObject({ ok: true });
    expect(valueOf(await lock.async.release())).toMatchObject({ ok: true });
    expect(valueOf(await lock.async.release())).toMatchObject({ ok: false });
    await expect(kernel.lock('')).rejects.toThrow(TypeError);
    await domain.setLimits({ timeSliceMs: 12_345 });
    expect(domain.limits.timeSliceMs).toBe(12_345);
    const stats = await kernel.stats();
    expect(stats.domains.find(({ name }) => name === 'lab')).toMatchObject({ state: 'live', limits: { timeSliceMs: 12_345 } });
  });
});

/** The methods of what the test has made up: their types are for the system to check. */
function asynchronous(proxy: object): { readonly [method: string]: (...args: unknown[]) => Promise<never> } {
  return (proxy as { readonly async: never }).async;
}
