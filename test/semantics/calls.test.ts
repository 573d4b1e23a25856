import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { boot, type DomainHandle, type KernelHandle, type Limits, type LogLine } from 'deciduous';
import type { Clock } from '../fixtures/extensions/generated/clock.js';
import { Asker, Counter, Item, Node } from '../fixtures/extensions/generated/calls.js';
import { Leaf, Peer } from '../fixtures/extensions/generated/hostile.js';
import { violations } from '../unit/trace-claims.js';
import { errorOf, extension, lateError, valueOf } from './lab.js';

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe.each(['fast', 'paranoid'] as const)('calls, with checks: %s', (checks) => {
  let kernel: KernelHandle;
  const loaded: DomainHandle[] = [];

  beforeAll(async () => {
    kernel = await boot({ spares: 2, checks, trace: { events: 60_000 } });
  });

  afterAll(async () => {
    for (const domain of loaded) await domain.unload();
    expect(await kernel.audit()).toEqual([]);
    expect((await kernel.stats()).heap.byOwner).toEqual({});
    // Kept all the while: it is cheap enough, and it tells whether each step had the one before it.
    expect(violations(await kernel.trace())).toEqual([]);
    await kernel.close();
  });

  const domains = new WeakMap<Node, DomainHandle>();
  const domainOf = (node: Node): DomainHandle => domains.get(node) as DomainHandle;
  async function node(name: string, limits: Partial<Limits> = {}): Promise<Node> {
    const domain = await kernel.load(extension('calls/node.ts'), { name, limits: { timeSliceMs: 20_000, ...limits } });
    loaded.push(domain);
    const proxy = domain.get(Node);
    domains.set(proxy, domain);
    return proxy;
  }
  /** Two nodes that know each other. */
  async function pair(limits: Partial<Limits> = {}): Promise<[Node, Node]> {
    const [a, b] = [await node('a', limits), await node('b', limits)];
    valueOf(a.meet(b));
    valueOf(b.meet(a));
    return [a, b];
  }
  const item = (n: number, text = 'an item'): ReturnType<KernelHandle['heap']['alloc']> & Item => kernel.heap.alloc(Item, { text, n, next: null }) as never;

  describe('fairness', () => {
    it('the calls of one caller are served in the order in which it sent them, whatever records they lie in', async () => {
      const a = await node('orderly');
      const first = valueOf(a.served());
      const answers: Promise<number>[] = [];
      // Records come free one by one while others are under way, so that later calls lie in lower ones.
      for (let sent = 0; sent < 1500; sent++) {
        if (sent >= 100) await answers[sent - 100];
        answers.push(a.async.served().then(valueOf));
      }
      expect(await Promise.all(answers)).toEqual(answers.map((_, index) => first + 1 + index));
    });

    it('two hundred calls under one signal are one listener to Node, and one abort ends them all', async () => {
      const a = await node('signalled');
      const warnings: string[] = [];
      const warned = (warning: Error): void => void warnings.push(warning.message);
      process.on('warning', warned);
      const controller = new AbortController();
      const early = valueOf(await a.async.rest(1, { signal: controller.signal }));
      const calls = Array.from({ length: 200 }, () => a.async.rest(30_000, { signal: controller.signal }));
      await pause(20);
      controller.abort();
      const outcomes = await Promise.all(calls);
      process.off('warning', warned);
      expect(early).toBe(1);
      expect(new Set(outcomes.map((outcome) => errorOf(outcome).code))).toEqual(new Set(['Cancelled']));
      expect(warnings).toEqual([]);
      await domainOf(a).unload();
    });

    it('a domain that floods another one does not keep the host from being served', async () => {
      const [a, b] = await pair();
      const counter = valueOf(a.counter());
      for (let flood = 0; flood < 20; flood++) {
        valueOf(b.countLater(counter, 200));
        await pause(6);
        expect(valueOf(a.work(10))).toBe(45);
      }
    });
  });

  describe('chains', () => {
    it('a domain that is blocked in a call serves what descends from that call', async () => {
      const [a] = await pair();
      expect(valueOf(a.relay(1))).toBe('1');
      expect(valueOf(a.relay(2))).toBe('2');
      expect(valueOf(a.relay(25))).toBe('25');
      expect(valueOf(await a.async.relay(26))).toBe('26');
      expect(valueOf(await a.async.relayAsync(27))).toBe('27');
    });

    it('and nothing else: what is unrelated waits until the domain is no longer blocked', async () => {
      const [a] = await pair();
      const holding = a.async.hold(200);
      await pause(60);
      const served = a.async.served();
      expect(valueOf(await holding)).toBe('0');
      expect(valueOf(await served)).toBe(1);
    });

    it('mutual recursion ends with an error at the depth that a chain may have, and both domains go on', async () => {
      const [a, b] = await pair();
      expect(valueOf(a.relay(200))).toBe('ResourceExhausted');
      expect(valueOf(await a.async.relayAsync(200))).toBe('ResourceExhausted');
      expect(valueOf(a.relay(10))).toBe('10');
      expect(valueOf(b.relay(10))).toBe('10');
    });

    it('many chains at once through the same two domains all end', async () => {
      const [a, b] = await pair();
      const chains = Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? a : b).async.relayAsync(index % 20));
      expect((await Promise.all(chains)).map((answer) => valueOf(answer))).toEqual(Array.from({ length: 40 }, (_, index) => String(index % 20)));
    });

    it("what moves along a chain comes back, and what is lent along it is the owner's all the time", async () => {
      const [a] = await pair();
      const passed = valueOf(await a.async.pass(item(9, 'well travelled')));
      expect(passed.text).toBe('well travelled');
      expect(passed.n).toBe(0);
      passed.drop();
      const lent = item(0);
      expect(valueOf(await a.async.measure(lent))).toBe(0);
      lent.n = 4;
      lent.drop();
    });

    it('a crash in the middle of a chain is told to those before it, and ends nobody else', async () => {
      const [a, b] = await pair();
      const holding = a.async.hold(60_000);
      // What it has asked the other for is under way.
      await expect.poll(async () => (await kernel.stats()).domains.filter(({ name }) => name === 'a').at(-1)?.callsInFlight).toBe(1);
      await domainOf(b).kill();
      expect(valueOf(await holding)).toBe('DomainCrashed');
      expect(valueOf(await a.async.served())).toBe(1);
      expect(valueOf(a.relay(3))).toBe('DomainDead');
    });
  });

  describe('time', () => {
    it('a caller waits for as long as it said: TimedOut, and the domain is alive', async () => {
      const [a] = await pair();
      let [began, least] = [0, 0];
      const rest = (timeoutMs: number) => {
        [began, least] = [Date.now(), timeoutMs - 5];
        return a.async.rest(60_000, { timeoutMs });
      };
      expect(await lateError(rest, 400)).toMatchObject({ code: 'TimedOut', started: true, blame: 'neither' });
      expect(Date.now() - began).toBeLessThan(30_000);
      expect(Date.now() - began).toBeGreaterThanOrEqual(least);
      expect(valueOf(await a.async.served())).toBe(1);
    });

    it('a deadline that has passed already sends nothing, and gives back what would have moved', async () => {
      const [a] = await pair();
      const kept = item(0, 'never sent');
      expect(errorOf(await a.async.pass(kept, { timeoutMs: 0 }))).toMatchObject({ code: 'TimedOut', started: false });
      expect(kept.text).toBe('never sent');
      kept.drop();
    });

    it('a call that has not begun when its time is up gives back what would have moved', async () => {
      const [a, b] = await pair();
      const holding = a.async.hold(2000);
      const kept = item(0, 'back again');
      expect(errorOf(await a.async.pass(kept, { timeoutMs: 50 }))).toMatchObject({ code: 'TimedOut', started: false });
      expect(kept.text).toBe('back again');
      kept.drop();
      valueOf(await holding);
      expect(valueOf(b.served())).toBe(1);
    });

    it("deadlines travel: a nested call ends before its caller's time is up, so that the caller can react", async () => {
      const [a] = await pair();
      const began = Date.now();
      const outcome = await a.async.hold(20_000, { timeoutMs: 400 });
      // The margin may be lost on a busy machine; that nobody waits for the twenty seconds may not.
      if (outcome.ok) expect(outcome.value).toBe('TimedOut');
      else expect(outcome.error.code).toBe('TimedOut');
      expect(valueOf(await a.async.served())).toBeGreaterThan(0);
      expect(Date.now() - began).toBeLessThan(18_000);
    });

    it('a domain sets limits to its own calls', async () => {
      const [a] = await pair();
      expect(valueOf(await a.async.limited(20_000, 40))).toBe('TimedOut');
      expect(valueOf(await a.async.limited(5, 10_000))).toBe('5');
    });

    it.each([Number.NaN, -1, 'soon', {}])('a limit of %s is an error at once or a time that has passed, never a wait without end', async (limit) => {
      const [a] = await pair();
      const began = Date.now();
      const outcome = await a.async.rest(400, { timeoutMs: limit as number }).then(
        (answer) => (answer.ok ? 'answered' : answer.error.code),
        (error: Error) => error.name,
      );
      expect(outcome).toMatch(/^(TimedOut|InvalidType|TypeError|RangeError|answered)$/);
      expect(Date.now() - began).toBeLessThan(5000);
    });

    it('after one time slice the caller gets TimedOut, and a domain that ends before two is alive', async () => {
      // How fast the machine is does not matter: the work grows by a quarter until it takes more than one slice, and is then far from two.
      const a = await node('worker', { timeSliceMs: 500 });
      let rounds = 10_000_000;
      let answer = await a.async.work(rounds);
      while (answer.ok) answer = await a.async.work((rounds = Math.ceil(rounds * 1.25)));
      expect(answer.error).toMatchObject({ code: 'TimedOut', started: true });
      expect(valueOf(await a.async.served())).toBe(1);
      expect(domainOf(a).isLive).toBe(true);
    });

    it('time in which a domain waits for its own call does not count', async () => {
      const [a] = await pair({ timeSliceMs: 60 });
      expect(valueOf(await a.async.hold(400))).toBe('0');
      expect(domainOf(a).isLive).toBe(true);
    });
  });

  describe('calls that wait for each other', () => {
    const ROUNDS = 20_000_000;

    /** Collides until two have met: a machine with other work may run one after the other, and then there is nothing to find. */
    async function untilTheyMeet(collide: () => Promise<unknown>[], started = 'Deadlock'): Promise<string[]> {
      for (let tries = 0; ; tries++) {
        const codes = (await Promise.all(collide())).map((outcome) => valueOf(outcome as never) as unknown as string).sort();
        if (codes.includes(started) || tries === 20) return codes;
        expect(codes).toEqual(codes.map(() => 'reached'));
      }
    }

    it('from unrelated chains end with Deadlock for one of them, and the other comes through', async () => {
      const [a, b] = await pair();
      for (let round = 0; round < 3; round++) {
        expect(await untilTheyMeet(() => [a.async.collide(ROUNDS), b.async.collide(ROUNDS)])).toEqual(['Deadlock', 'reached']);
      }
    });

    it('give back what one of them would have moved: its call never started', async () => {
      const [a, b] = await pair();
      const collide = (): Promise<unknown>[] => [a.async.collideWith(ROUNDS, item(1, 'mine')), b.async.collideWith(ROUNDS, item(2, 'mine'))];
      expect(await untilTheyMeet(collide, 'Deadlock false mine')).toEqual(['Deadlock false mine', 'reached']);
    });

    it('in a ring of four end with a Deadlock, and the others come through', async () => {
      const ring = await Promise.all(['a', 'b', 'c', 'd'].map((name) => node(name)));
      for (const [index, each] of ring.entries()) valueOf(each.meet(ring[(index + 1) % ring.length]));
      const codes = await untilTheyMeet(() => ring.map((each) => each.async.collide(ROUNDS)));
      expect(codes).toEqual(['Deadlock', 'reached', 'reached', 'reached']);
    });

    it('but of one chain are no deadlock, however long it stays blocked', async () => {
      const [a] = await pair();
      expect(valueOf(await a.async.relay(20))).toBe('20');
      expect(valueOf(await a.async.hold(300))).toBe('0');
    });
  });

  describe('cancelling', () => {
    it('a signal that was aborted before sends nothing', async () => {
      const [a] = await pair();
      const kept = item(0, 'stays');
      expect(errorOf(await a.async.pass(kept, { signal: AbortSignal.abort() }))).toMatchObject({ code: 'Cancelled', started: false });
      kept.drop();
    });

    it('a signal that aborts meanwhile settles the call at once; what it lent stays lent until the callee has ended', async () => {
      const [a] = await pair();
      const controller = new AbortController();
      const resting = a.async.rest(60_000, { signal: controller.signal });
      // Calls begin in the order in which they were sent: that one has.
      expect(valueOf(await a.async.served())).toBe(1);
      const began = Date.now();
      controller.abort();
      expect(errorOf(await resting)).toMatchObject({ code: 'Cancelled', started: true });
      expect(Date.now() - began).toBeLessThan(30_000);
      expect(valueOf(await a.async.served())).toBe(2);
      await domainOf(a).unload();
    });

    it('a signal that aborts afterwards changes nothing', async () => {
      const [a] = await pair();
      const controller = new AbortController();
      expect(valueOf(await a.async.rest(1, { signal: controller.signal }))).toBe(1);
      controller.abort();
      expect(valueOf(await a.async.served())).toBe(1);
    });

    it('one signal cancels many calls, each once', async () => {
      const [a] = await pair();
      const controller = new AbortController();
      const calls = Array.from({ length: 50 }, () => a.async.rest(30_000, { signal: controller.signal }));
      await pause(30);
      controller.abort();
      for (const answer of await Promise.all(calls)) expect(errorOf(answer).code).toBe('Cancelled');
      await domainOf(a).unload();
    });
  });

  describe('what the host and the kernel provide', () => {
    async function asker(implementation: { up(by: number): number | Promise<number> }): Promise<Asker> {
      const counter = kernel.provide(Counter, implementation);
      const domain = await kernel.load(extension('calls/asker.ts'), {
        name: 'asker',
        grant: { counter, clock: kernel.clock, log: kernel.log },
        limits: { timeSliceMs: 20_000 },
      });
      loaded.push(domain);
      return domain.get(Asker);
    }

    it('a domain calls the host while the host is idle, and while the host is blocked in a call to that very domain', async () => {
      let sum = 0;
      const proxy = await asker({ up: (by) => (sum += by) });
      expect(valueOf(await proxy.async.ask(10))).toBe(10);
      expect(valueOf(proxy.ask(10))).toBe(20);
      expect(valueOf(await proxy.async.ask(1000))).toBe(1020);
    });

    it('a domain that calls the host waits while the host is blocked elsewhere, and is answered then', async () => {
      let sum = 0;
      const proxy = await asker({ up: (by) => (sum += by) });
      const [a] = await pair();
      const asking = proxy.async.ask(3);
      expect(valueOf(a.hold(150))).toBe('0');
      expect(valueOf(await asking)).toBe(3);
    });

    it('the host may answer later', async () => {
      let sum = 0;
      const proxy = await asker({
        up: async (by) => {
          await pause(5);
          return (sum += by);
        },
      });
      expect(valueOf(await proxy.async.ask(5))).toBe(5);
    });

    it('two callers of one callee that never pause are both served, whoever came first', async () => {
      // Neither stops asking before both have been served: how late a busy machine starts the second makes no difference.
      const served = { first: 0, second: 0 };
      const counting =
        (name: keyof typeof served) =>
        (by: number): number => {
          served[name]++;
          return Math.min(served.first, served.second) < 200 ? by : 0;
        };
      const first = await asker({ up: counting('first') });
      const second = await asker({ up: counting('second') });
      const asked = await Promise.all([first.async.ask(5_000_000), second.async.ask(5_000_000)]);
      expect(asked.map(valueOf)).toEqual([0, 0]);
    });

    it("the kernel's clock tells the time, and its log carries lines with the name of the writer", async () => {
      const lines: LogLine[] = [];
      const listen = (line: LogLine): void => void lines.push(line);
      kernel.on('log', listen);
      const proxy = await asker({ up: (by) => by });
      expect(Math.abs(valueOf(await proxy.async.time()) - Date.now())).toBeLessThan(10_000);
      valueOf(await proxy.async.write('a line for people'));
      await expect.poll(() => lines).toMatchObject([{ domain: 'asker', level: 'Warn', text: 'a line for people' }]);
      kernel.off('log', listen);
    });

    it('a grant is a proxy of the very interface that is imported', async () => {
      const file = extension('calls/asker.ts');
      const counter = kernel.provide(Counter, { up: (by) => by });
      await expect(kernel.load(file, { grant: { counter: kernel.clock, clock: kernel.clock, log: kernel.log } })).rejects.toMatchObject({
        code: 'PermissionDenied',
      });
      await expect(kernel.load(file, { grant: { counter, clock: kernel.clock } })).rejects.toMatchObject({ code: 'PermissionDenied' });
      await expect(kernel.load(file, { grant: { counter: { up: () => 1 }, clock: kernel.clock, log: kernel.log } })).rejects.toThrow(/proxy/);
      expect(() => kernel.provide(Counter, {} as never)).toThrow(/lacks up/);
    });

    it("the host calls the kernel's own interfaces as a domain does", async () => {
      const clock = kernel.clock as unknown as Clock;
      expect(Math.abs(valueOf(await clock.async.now()) - Date.now())).toBeLessThan(10_000);
      expect(Math.abs(valueOf(clock.now()) - Date.now())).toBeLessThan(10_000);
    });
  });

  describe('interface references', () => {
    it('an object of the host is called by the domain that got it, during the call and after it', async () => {
      const [a] = await pair();
      let sum = 0;
      const counter: Counter = { up: (by: number) => (sum += by) } as never;
      expect(valueOf(await a.async.count(counter, 4))).toBe(4);
      expect(valueOf(a.count(counter, 4))).toBe(8);
      valueOf(await a.async.countLater(counter, 3));
      await expect.poll(() => sum).toBe(11);
    });

    it('a domain gives out an interface of its own; it can be passed on, and is dead when its domain is', async () => {
      const [a, b] = await pair();
      const counter = valueOf(await a.async.counter());
      expect(valueOf(await counter.async.up(5))).toBe(5);
      expect(valueOf(await b.async.count(counter, 2))).toBe(7);
      await domainOf(a).kill();
      expect(errorOf(await counter.async.up(1))).toMatchObject({ code: 'DomainDead', started: false });
    });

    it('what is no such interface is refused before anything is sent', async () => {
      const [a] = await pair();
      for (const wrong of [null, 5, {}, { up: 1 }, kernel.clock]) {
        expect(errorOf(a.count(wrong as never, 1))).toMatchObject({ code: 'InvalidType', started: false });
      }
    });
  });

  describe('values', () => {
    let peer: Peer;
    beforeAll(async () => {
      const domain = await kernel.load(extension('hostile/peer.ts'), { name: 'peer', limits: { timeSliceMs: 20_000, sharedHeapBytes: 16 * 2 ** 20 } });
      loaded.push(domain);
      peer = domain.get(Peer);
    });

    it.each([0, 1, 255, 256, 257, 65_000, 65_536, 2 ** 20])('texts and bytes of %i come back as they were', async (length) => {
      const text = 'aé😀'
        .repeat(Math.ceil(length / 7))
        .slice(0, length - (length % 2))
        .replace(/[\ud800-\udbff]$/, '');
      expect(valueOf(await peer.async.text(text)) === text).toBe(true);
      expect(valueOf(peer.text('x'.repeat(length))) === 'x'.repeat(length)).toBe(true);
      const bytes = Uint8Array.from({ length }, (_, index) => index * 7);
      // A comparison element by element takes seconds.
      expect(Buffer.compare(valueOf(await peer.async.bytes(bytes)), bytes)).toBe(0);
      expect(Buffer.compare(valueOf(peer.bytes(Buffer.from(bytes))), bytes)).toBe(0);
    });

    it('every construct of the IDL makes the round trip', async () => {
      const wide = {
        flag: true,
        a: 255,
        b: 65_535,
        c: 2 ** 32 - 1,
        d: 2n ** 64n - 1n,
        e: -128,
        f: -32_768,
        g: -(2 ** 31),
        h: -(2n ** 63n),
        x: 0.5,
        y: Math.PI,
      };
      expect(valueOf(peer.wide(wide))).toEqual(wide);
      expect(valueOf(peer.list([1, 2, 3, 4]))).toEqual([1, 2, 3, 4]);
      expect(valueOf(peer.pair([7, 'seven']))).toEqual([7, 'seven']);
      expect(valueOf(peer.maybe(null))).toBe(null);
      expect(valueOf(peer.maybe(0))).toBe(0);
      expect(valueOf(peer.nothing())).toBe(undefined);
      expect(valueOf(peer.checked(3))).toEqual({ ok: true, value: 3 });
      expect(valueOf(peer.checked(12))).toEqual({ ok: false, error: 'Bad' });
      expect(valueOf(peer.checked(22))).toEqual({ ok: false, error: 'Worse' });
      expect(valueOf(peer.shape({ tag: 'Nothing' }))).toEqual({ tag: 'Nothing' });
      expect(valueOf(peer.shape({ tag: 'Circle', value: 1.5 }))).toEqual({ tag: 'Circle', value: 1.5 });
      expect(valueOf(peer.shape({ tag: 'Named', value: 'round' }))).toEqual({ tag: 'Named', value: 'round' });
      const leaf = kernel.heap.alloc(Leaf, { text: 'held', data: new Uint8Array([1]), n: 1, next: null });
      const held = valueOf(peer.shape({ tag: 'Held', value: leaf }));
      expect(() => leaf.n).toThrow(/sent/);
      if (held.tag !== 'Held') throw new Error(held.tag);
      expect(held.value.data.toUint8Array()).toEqual(new Uint8Array([1]));
      held.value.drop();
    });

    it('a wrong or missing argument is InvalidType, and nothing is sent', async () => {
      expect(errorOf(peer.add('1' as never, 2))).toMatchObject({ code: 'InvalidType', started: false, blame: 'caller' });
      expect(errorOf(peer.add(1, undefined as never))).toMatchObject({ code: 'InvalidType', started: false });
      expect(errorOf((peer.add as (a: number) => ReturnType<Peer['add']>).call(peer, 1))).toMatchObject({ code: 'InvalidType', started: false });
      expect(errorOf(await peer.async.wide({} as never))).toMatchObject({ code: 'InvalidType', started: false });
      const kept = kernel.heap.alloc(Leaf, { text: 'kept', data: new Uint8Array(), n: 1, next: null });
      expect(errorOf(await peer.async.swap(kept, null as never))).toMatchObject({ code: 'InvalidType', started: false });
      const other = item(1);
      expect(errorOf(await peer.async.echo(other as never)).code).toBe('InvalidType');
      other.drop();
      expect(kept.text).toBe('kept');
      kept.drop();
    });

    it('a surplus argument is an error and never ignored', async () => {
      const answer = (peer.add as (...args: number[]) => ReturnType<Peer['add']>).call(peer, 1, 2, 3);
      expect(errorOf(answer)).toMatchObject({ code: 'InvalidType', started: false, blame: 'caller' });
    });

    it('two hundred and fifty-six calls are in flight at once, and each has its own answer', async () => {
      const answers = await Promise.all(Array.from({ length: 256 }, (_, index) => peer.async.pair([index, `call ${index}`])));
      expect(answers.map((answer) => valueOf(answer))).toEqual(Array.from({ length: 256 }, (_, index) => [index, `call ${index}`]));
    });

    it("what a call lent is the owner's again when the domain has died in it, without a further call", async () => {
      const domain = await kernel.load(extension('hostile/peer.ts'), { name: 'mortal' });
      const lent = kernel.heap.alloc(Leaf, { text: 'lent', data: new Uint8Array(), n: 1, next: null });
      const resting = domain.get(Peer).async.rest(lent, 60_000);
      await pause(30);
      expect(() => {
        lent.n = 2;
      }).toThrow(/borrows/);
      await domain.unload();
      expect(errorOf(await resting).code).toBe('DomainCrashed');
      await expect
        .poll(() => {
          try {
            lent.n = 2;
            return lent.n;
          } catch {
            return 0;
          }
        })
        .toBe(2);
      lent.drop();
    });
  });
});
