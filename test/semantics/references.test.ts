/** Interface references: held by whoever has a proxy, gone when the last one drops it or dies, and taken back when the provider says so. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, vi } from 'vitest';
import type { DomainHandle, LoadOptions } from 'deciduous';
import { Broker, Sink } from '../fixtures/extensions/generated/references.js';
import { DEEP_MINUTES } from '../model/depth.js';
import { DEATHS, errorOf, extension, valueOf, World } from './lab.js';

interface Brokered {
  readonly domain: DomainHandle;
  readonly broker: Broker;
}

async function broker(world: World, name = 'broker', options: LoadOptions = {}): Promise<Brokered> {
  const domain = await world.kernel.load(extension('references/broker.ts'), { name, limits: { timeSliceMs: 20_000 }, ...options });
  return { domain, broker: domain.get(Broker) };
}

/** A sink of the host's: what it heard, and how often it was told that nobody holds it. */
function sink(): { readonly heard: number[]; releases: number; hear(n: number): number; released(): void } {
  return {
    heard: [],
    releases: 0,
    hear(n) {
      this.heard.push(n);
      return n * 2;
    },
    released() {
      this.releases++;
    },
  };
}

/** Several times as many as there are numbers for exports. */
const CALLBACKS = DEEP_MINUTES > 0 ? 100_000 : 20_000;

const soon = (look: () => unknown) => expect.poll(look, { timeout: 10_000, interval: 5 });

/** Long enough for whatever would be told by mistake. */
const aWhile = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 60));

async function statsOf(world: World, name: string) {
  return (await world.kernel.stats()).domains.find((domain) => domain.name === name);
}

describe.each(['fast', 'paranoid'] as const)('with %s checks', (checks) => {
  const open = (): Promise<World> => World.open({ checks, spares: 2 });

  it('an object passed as an argument can be called for as long as it is held, and is told once when it no longer is', async () => {
    await using world = await open();
    const { broker: b } = await broker(world);
    const mine = sink();
    expect(valueOf(b.keep(mine))).toBe(1);
    expect(valueOf(b.tell(21))).toBe('42');
    valueOf(b.tellLater(4));
    await soon(() => mine.heard).toEqual([21, 4]);
    await aWhile();
    expect(mine.releases).toBe(0);
    expect(await statsOf(world, 'broker')).toMatchObject({ referencesHeld: 1 });
    expect(valueOf(b.letGo(1))).toBe(0);
    await soon(() => mine.releases).toBe(1);
    await aWhile();
    expect(mine.releases).toBe(1);
    expect(await statsOf(world, 'broker')).toMatchObject({ referencesHeld: 0, resources: {} });
    expect(await world.kernel.audit()).toEqual([]);
  });

  it('a reference that is a result is held by the caller, and its provider told when the caller drops it', async () => {
    await using world = await open();
    const { broker: b } = await broker(world);
    const theirs = valueOf(b.open());
    expect(valueOf(theirs.hear(1))).toBe(2);
    expect(valueOf(await theirs.async.hear(2))).toBe(3);
    expect(await statsOf(world, 'broker')).toMatchObject({ exportsGivenOut: 1 });
    expect(valueOf(b.told())).toBe(0);
    theirs.drop();
    await soon(() => valueOf(b.told())).toBe(1);
    expect(await statsOf(world, 'broker')).toMatchObject({ exportsGivenOut: 0 });
    expect(await world.kernel.audit()).toEqual([]);
  });

  it('a reference that travels through B to C is held by each of them, and told only when the last one has dropped it', async () => {
    await using world = await open();
    const [b, c] = [await broker(world, 'b'), await broker(world, 'c')];
    const mine = sink();
    valueOf(b.broker.keep(mine));
    expect(valueOf(b.broker.passTo(c.broker))).toBe('1');
    expect(valueOf(c.broker.tell(1))).toBe('2');
    valueOf(b.broker.letGo(1));
    await aWhile();
    expect(mine.releases).toBe(0);
    expect(valueOf(c.broker.tell(2))).toBe('4');
    valueOf(c.broker.letGo(1));
    await soon(() => mine.releases).toBe(1);
    expect(await world.kernel.audit()).toEqual([]);
  });

  it('a reference dropped while it travels on arrives, and one passed back to its provider leads to it still', async () => {
    await using world = await open();
    const [b, c] = [await broker(world, 'b'), await broker(world, 'c')];
    const mine = sink();
    valueOf(b.broker.keep(mine));
    expect(valueOf(await b.broker.async.passAndDrop(c.broker))).toBe('1');
    await aWhile();
    expect(mine.releases).toBe(0);
    const back = valueOf(c.broker.show()) as Sink;
    valueOf(c.broker.letGo(1));
    await aWhile();
    expect(mine.releases).toBe(0);
    expect(valueOf(back.hear(5))).toBe(10);
    back.drop();
    await soon(() => mine.releases).toBe(1);
    expect(await world.kernel.audit()).toEqual([]);
  });

  it('a domain holds what it received as often as it received it', async () => {
    await using world = await open();
    const { broker: b } = await broker(world);
    const mine = sink();
    const other = sink();
    valueOf(b.keepThree([mine, mine, other]));
    valueOf(b.maybe(mine));
    expect(await statsOf(world, 'broker')).toMatchObject({ referencesHeld: 2 });
    for (const left of [3, 2, 1]) expect(valueOf(b.letGo(3))).toBe(left);
    await soon(() => other.releases).toBe(1);
    expect(mine.releases).toBe(0);
    valueOf(b.letGo(1));
    await soon(() => mine.releases).toBe(1);
  });

  it('more references than a record or a log has room for arrive, and are let go of', async () => {
    await using world = await open();
    const { broker: b } = await broker(world);
    const many = Array.from({ length: 300 }, () => sink());
    expect(valueOf(b.keepMany(many))).toBe(300);
    expect(await statsOf(world, 'broker')).toMatchObject({ referencesHeld: 300 });
    for (let left = 299; left >= 0; left--) expect(valueOf(b.letGo(1))).toBe(left);
    await soon(() => many.every(({ releases }) => releases === 1)).toBe(true);
    expect(await world.kernel.audit()).toEqual([]);
  });

  it('a call that was refused, abandoned or never answered leaves nobody holding what it carried', async () => {
    await using world = await open();
    const { domain, broker: b } = await broker(world);
    const [refused, abandoned, dead] = [sink(), sink(), sink()];
    const resting = b.async.rest(150);
    const aborted = new AbortController();
    const cancelled = b.async.keep(refused, { signal: aborted.signal });
    aborted.abort();
    const answer = await cancelled;
    // The answer may have been there already.
    if (!answer.ok) expect(answer.error.code).toBe('Cancelled');
    valueOf(await resting);
    // What it had begun to serve it may have kept.
    if (refused.releases === 0) while (valueOf(b.letGo(1)) > 0);
    await soon(() => refused.releases).toBe(1);
    const working = b.async.die('Hang');
    const waiting = b.async.keep(abandoned, { timeoutMs: 20 });
    expect(errorOf(await waiting)).toMatchObject({ code: 'TimedOut', started: false });
    await domain.kill();
    expect(errorOf(await working).code).toBe('DomainCrashed');
    expect(errorOf(b.keep(dead))).toMatchObject({ code: 'DomainDead', started: false });
    await soon(() => abandoned.releases).toBe(1);
    // Nobody ever had it: there is nothing to tell.
    await aWhile();
    expect(dead.releases).toBe(0);
    expect(await world.kernel.audit()).toEqual([]);
  });

  it('an export that was not sent is not kept', async () => {
    await using world = await open();
    const { domain, broker: b } = await broker(world);
    await domain.kill();
    for (let round = 0; round < 10_000; round++) errorOf(b.keep(sink()));
    expect(await world.kernel.audit()).toEqual([]);
  });

  it('a proxy that was dropped throws at whoever calls or passes it, says what to do, and may be dropped again', async () => {
    await using world = await open();
    const [b, c] = [await broker(world, 'b'), await broker(world, 'c')];
    valueOf(b.broker.keep(sink()));
    expect(valueOf(b.broker.misuse(c.broker))).toBe('threw LifetimeViolation LifetimeViolation');
    const theirs = valueOf(b.broker.open());
    const { async } = theirs;
    theirs.drop();
    theirs.drop();
    theirs[Symbol.dispose]();
    expect(() => theirs.hear(1)).toThrow(/was dropped: whoever needs it longer drops it later/);
    await expect(async.hear(1)).rejects.toThrow(/was dropped/);
    expect(errorOf(c.broker.keep(theirs))).toMatchObject({ code: 'LifetimeViolation', started: false, blame: 'caller' });
    await soon(() => valueOf(b.broker.told())).toBe(1);
    const named = b.domain.get(Broker);
    named.drop();
    expect(() => named.told()).toThrow(/was dropped/);
    expect(valueOf(b.broker.told())).toBe(1);
  });

  it('a reference dropped by a getter of its own call is not called: its number may stand for something else by then', async () => {
    await using world = await open();
    const { broker: b } = await broker(world);
    const relay = valueOf(b.open()) as unknown as { drop(): void };
    const other = await broker(world, 'other');
    const sinks = {
      length: 3,
      get 0() {
        relay.drop();
        return sink();
      },
    };
    expect(errorOf(other.broker.keepThree(Object.assign([], sinks) as never)).code).toBe('InvalidType');
    const mine = sink();
    const hostile = [mine, mine, mine];
    const theirs = valueOf(b.open());
    Object.defineProperty(hostile, 1, {
      get() {
        theirs.drop();
        return theirs;
      },
    });
    expect(errorOf(other.broker.keepThree(hostile as never))).toMatchObject({ code: 'LifetimeViolation', started: false });
    Object.defineProperty(hostile, 1, { value: mine });
    const late = valueOf(b.open());
    Object.defineProperty(hostile, 0, { value: late });
    Object.defineProperty(hostile, 2, {
      get() {
        late.drop();
        return mine;
      },
    });
    expect(errorOf(other.broker.keepThree(hostile as never))).toMatchObject({ code: 'LifetimeViolation', started: false });
    await soon(() => valueOf(b.told())).toBe(3);
    expect(mine.releases).toBe(0);
    expect(await world.kernel.audit()).toEqual([]);
  });

  it('a reference passed again at the moment of its release is not taken for released', async () => {
    await using world = await open();
    const { broker: b } = await broker(world);
    const mine = sink();
    for (let round = 1; round <= 300; round++) {
      expect(valueOf(b.keep(mine))).toBe(1);
      valueOf(b.letGo(1));
      if (round % 7 === 0) await new Promise((resolve) => setTimeout(resolve, round % 6));
      expect(valueOf(b.keep(mine))).toBe(1);
      const told = mine.releases;
      if (round % 3 === 0) await new Promise((resolve) => setTimeout(resolve, 12));
      expect(valueOf(b.tell(round))).toBe(String(round * 2));
      expect(mine.releases).toBe(told);
      valueOf(b.letGo(1));
    }
    const told = mine.releases;
    await soon(() => mine.releases).toBeGreaterThan(told);
    expect(await world.kernel.audit()).toEqual([]);
  });

  it('a full mailbox of its provider loses no release', async () => {
    await using world = await open();
    const { broker: b } = await broker(world);
    const theirs = Array.from({ length: 40 }, () => valueOf(b.open()));
    const calls = Array.from({ length: 256 }, () => b.async.rest(1500));
    expect(errorOf(b.told())).toMatchObject({ code: 'Overloaded' });
    for (const each of theirs) each.drop();
    await Promise.all(calls);
    await soon(() => valueOf(b.told())).toBe(40);
  });

  it(`${CALLBACKS} callbacks passed and dropped in a row exhaust nothing`, async () => {
    await using world = await open();
    const { broker: b } = await broker(world);
    let releases = 0;
    for (let round = 0; round < CALLBACKS; round++) {
      const each = { hear: (n: number) => n, released: () => releases++ };
      if (valueOf(b.use(each)) !== 1) throw new Error(`round ${round}`);
    }
    await soon(() => releases).toBe(CALLBACKS);
    expect(await statsOf(world, 'broker')).toMatchObject({ referencesHeld: 0 });
    expect(await world.kernel.audit()).toEqual([]);
  }, 120_000);

  it('more exports than there are numbers are refused while all are held, and accepted when some are dropped', async () => {
    await using world = await open();
    const { broker: b } = await broker(world);
    for (let round = 0; round < 4096; round++) {
      const result = b.keep(sink());
      if (!result.ok) throw result.error;
    }
    const mine = sink();
    expect(errorOf(b.keep(mine))).toMatchObject({ code: 'ResourceExhausted', started: false, resource: 'exports' });
    valueOf(b.letGo(1));
    expect(valueOf(b.keep(mine))).toBe(4096);
    expect(valueOf(b.tell(1))).toBe('2');
    expect(await world.kernel.audit()).toEqual([]);
  }, 120_000);

  it('what is revoked answers PermissionDenied to every holder, through every domain, and is a new reference when it is passed again', async () => {
    await using world = await open();
    const [b, c] = [await broker(world, 'b'), await broker(world, 'c')];
    const mine = sink();
    valueOf(b.broker.keep(mine));
    valueOf(b.broker.passTo(c.broker));
    world.kernel.revoke(mine);
    world.kernel.revoke(mine);
    for (const each of [b, c]) expect(valueOf(each.broker.tell(1))).toBe('PermissionDenied');
    const back = valueOf(c.broker.show()) as Sink;
    expect(errorOf(back.hear(1))).toMatchObject({ code: 'PermissionDenied', started: false, message: expect.stringMatching(/revoked/) });
    expect(mine.heard).toEqual([]);
    valueOf(b.broker.keep(mine));
    expect(valueOf(b.broker.tell(2))).toBe('4');
    expect(valueOf(c.broker.tell(2))).toBe('PermissionDenied');
    // Who has answered may still be giving back what the call had lent.
    await soon(() => world.kernel.audit()).toEqual([]);
    back.drop();
    for (const each of [b, c]) while (valueOf(each.broker.letGo(1)) > 0);
    await soon(() => mine.releases).toBe(1);
  });

  it('a domain takes back what it gave out, and the host what it provides; what is somebody else’s is refused', async () => {
    await using world = await open();
    const { domain, broker: b } = await broker(world);
    const theirs = valueOf(b.open());
    expect(valueOf(theirs.hear(1))).toBe(2);
    valueOf(b.takeBack());
    expect(errorOf(theirs.hear(1))).toMatchObject({ code: 'PermissionDenied', started: false });
    const provided = world.kernel.provide(Sink, sink());
    valueOf(b.keep(provided));
    expect(valueOf(b.tell(1))).toBe('2');
    world.kernel.revoke(provided);
    expect(valueOf(b.tell(1))).toBe('PermissionDenied');
    expect(() => world.kernel.revoke(domain.get(Broker))).toThrow(/leads to broker/);
    expect(() => world.kernel.revoke(5 as never)).toThrow(/not the number 5/);
    world.kernel.revoke({});
  });

  it('what the host provides is told each time the last domain lets go of it, and stays', async () => {
    await using world = await open();
    const { broker: b } = await broker(world);
    const mine = sink();
    const provided = world.kernel.provide(Sink, mine);
    for (const round of [1, 2, 3]) {
      valueOf(b.keep(provided));
      valueOf(b.keep(mine));
      expect(valueOf(b.tell(round))).toBe(String(round * 2));
      valueOf(b.letGo(1));
      await aWhile();
      expect(mine.releases).toBe(round - 1);
      valueOf(b.letGo(1));
      await soon(() => mine.releases).toBe(round);
    }
    expect(valueOf(provided.hear(9))).toBe(18);
  });

  it('what is thrown by released() ends a domain and blames no call, and harms a host nothing', async () => {
    await using world = await open();
    const { broker: b } = await broker(world);
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    for (const released of [
      () => {
        throw new Error('thrown by the host');
      },
      () => Promise.reject(new Error('rejected by the host')),
    ]) {
      valueOf(b.use({ hear: () => 1, released }));
    }
    await soon(() => warned.mock.calls.map(([text]) => String(text).split('\n', 1)[0]).sort()).toEqual([
      'Error: rejected by the host',
      'Error: thrown by the host',
    ]);
    warned.mockRestore();
    const theirs = valueOf(b.open());
    valueOf(b.thrower());
    theirs.drop();
    const [epitaph] = await world.died(1);
    expect(epitaph).toMatchObject({ cause: 'panic', message: 'Error: released was told to throw', callersSettled: 0 });
    await world.isClean();
  });

  it('a proxy that is lost is dropped when garbage is collected', async () => {
    await using world = await open();
    const { broker: b } = await broker(world, 'broker', { limits: { timeSliceMs: 20_000, privateHeapBytes: 16 * 2 ** 20 } });
    const mine = sink();
    valueOf(b.keep(mine));
    valueOf(b.lose());
    await expect
      .poll(
        async () => {
          valueOf(await b.async.churn(50));
          return mine.releases;
        },
        { timeout: 30_000, interval: 1 },
      )
      .toBe(1);
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    let facade: Sink['async'] | null = valueOf(b.open()).async;
    collect();
    await aWhile();
    // Who can call through it holds it.
    expect(valueOf(await facade.hear(1))).toBe(2);
    facade = null;
    await expect
      .poll(
        () => {
          collect();
          return valueOf(b.told());
        },
        { timeout: 10_000 },
      )
      .toBe(1);
  }, 120_000);

  it('what is granted is held by each life, by a program that may begin anew between its lives, and by nobody afterwards', async () => {
    await using world = await open();
    const mine = sink();
    const provided = world.kernel.provide(Sink, mine);
    const grant = { sink: provided, log: world.kernel.log };
    const once = await broker(world, 'once', { grant });
    await soon(async () => (await statsOf(world, 'once'))?.referencesHeld).toBe(0);
    await soon(() => mine.releases).toBe(1);
    const { domain } = await broker(world, 'often', { grant, restart: { when: 'on-crash', intensity: 10 } });
    await aWhile();
    expect(mine.releases).toBe(1);
    await domain.kill();
    await domain.ready();
    await aWhile();
    expect(mine.releases).toBe(1);
    await domain.unload();
    await soon(() => mine.releases).toBe(2);
    await once.domain.unload();
    expect(await world.kernel.audit()).toEqual([]);
  });
});

/** One that a hang and a full heap end soon. */
function mortal(world: World, name: string): Promise<Brokered> {
  return broker(world, name, { limits: { timeSliceMs: 100, privateHeapBytes: 32 * 2 ** 20 } });
}

describe.each(DEATHS)('when a domain dies by $name', (death) => {
  it('row 17: references that it held are released, and each provider is told once', async () => {
    await using world = await World.open({ spares: 2 });
    const [b, c] = [await mortal(world, 'b'), await broker(world, 'c')];
    const [mine, held, shared] = [sink(), sink(), sink()];
    const theirs = valueOf(c.broker.open());
    for (const each of [theirs, mine, shared]) valueOf(b.broker.keep(each));
    theirs.drop();
    valueOf(b.broker.passTo(c.broker));
    await world.dieIn(death, b.domain, () => b.broker.async.dieHolding(held, death.way));
    await soon(() => [mine.releases, held.releases]).toEqual([1, 1]);
    await soon(() => valueOf(c.broker.told())).toBe(1);
    expect(world.crashes[0].resourcesReleased.counts).toEqual({ reference: 4 });
    expect(world.crashes[0].resourcesReleased.order[0]).toMatch(/^host, export/);
    // Of what somebody else holds, too, nothing is said.
    expect(shared.releases).toBe(0);
    expect(valueOf(c.broker.tell(4))).toBe('8');
    valueOf(c.broker.letGo(1));
    await soon(() => shared.releases).toBe(1);
    await world.isClean();
  });

  it('row 18: references that it gave out answer DomainDead, to whoever holds them, through whoever they came', async () => {
    await using world = await World.open({ spares: 2 });
    const [b, c] = [await mortal(world, 'b'), await broker(world, 'c')];
    const theirs = valueOf(b.broker.open());
    valueOf(c.broker.keep(theirs));
    expect(valueOf(c.broker.tell(1))).toBe('2');
    await world.dieIn(death, b.domain, () => b.broker.async.die(death.way));
    expect(errorOf(theirs.hear(1))).toMatchObject({ code: 'DomainDead', started: false, domain: 'b' });
    expect(valueOf(c.broker.tell(1))).toBe('DomainDead');
    const again = valueOf(c.broker.show()) as Sink;
    expect(errorOf(again.hear(1)).code).toBe('DomainDead');
    for (const each of [theirs, again]) each.drop();
    valueOf(c.broker.letGo(1));
    expect(await statsOf(world, 'c')).toMatchObject({ referencesHeld: 0 });
    await world.isClean();
  });
});

describe('an upgrade', () => {
  it('of its provider ends what a reference leads to, which says so and what to do', async () => {
    await using world = await World.open({ spares: 2 });
    const [b, c] = [await broker(world, 'b'), await broker(world, 'c')];
    const theirs = valueOf(b.broker.open());
    valueOf(c.broker.keep(theirs));
    await b.domain.upgrade(extension('references/broker.ts'));
    const error = errorOf(theirs.hear(1));
    expect(error).toMatchObject({ code: 'DomainDead', started: false, blame: 'callee', domain: 'b' });
    expect(error.message).toMatch(/it leads to one life of its provider, which has ended by a death or an upgrade: ask to be passed it again$/);
    expect(valueOf(c.broker.tell(1))).toBe('DomainDead');
    expect(valueOf(valueOf(b.broker.open()).hear(1))).toBe(2);
  });
});

describe('deaths at once', () => {
  it('a holder and its provider that die together leave nothing', async () => {
    await using world = await World.open({ spares: 2 });
    const [b, c] = [await broker(world, 'b'), await broker(world, 'c')];
    for (const [from, to] of [
      [b, c],
      [c, b],
    ]) {
      const theirs = valueOf(from.broker.open());
      valueOf(to.broker.keep(theirs));
      theirs.drop();
    }
    await Promise.all([b.domain.kill(), c.domain.kill()]);
    await world.died(2);
    await world.isClean();
  });
});
