import { rmSync } from 'node:fs';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { describe, expect, it } from 'vitest';
import type { DomainHandle, Epitaph, RestartPolicy } from 'deciduous';
import { Client, Device, DeviceShadow, Helper, Sheet, Shredder, Tally, type Way } from '../fixtures/extensions/generated/shadows.js';
import { errorOf, lateError, leafOf, valueOf, World } from './lab.js';
import { tokenOf, writeExtension } from './versions.js';

/** Crashes as often as it likes and is always brought back. */
const ALWAYS: Partial<RestartPolicy> = { when: 'on-crash', intensity: 1000, periodMs: 1000 };

const DEATHS: readonly { readonly name: string; readonly way: Way; readonly cause: Epitaph['cause'] }[] = [
  { name: 'a panic', way: 'Panic', cause: 'panic' },
  { name: 'a hang', way: 'Hang', cause: 'hang' },
  { name: 'heap exhaustion', way: 'Memory', cause: 'out-of-memory' },
  { name: 'a stack overflow', way: 'Overflow', cause: 'stack-overflow' },
  { name: 'a kill', way: 'Wait', cause: 'killed' },
];

const MIXED = `package mixed;
struct Point { x: u32; }
interface Sink { told(life: u32): void; }
@recoverable
interface Mixer { @idempotent mix(to: Sink, data: bytes, at: Point): string; }`;
const MIXER = `import { defineDomain } from 'deciduous/domain';
import { Mixer } from './generated/mixed.js';
export default defineDomain({
  provides: { mixer: Mixer },
  init: ({ incarnation }) => ({
    mixer: {
      mix(to, data, at) {
        to.told(incarnation);
        if (incarnation < 3) throw new Error('told to panic');
        return data.join('.') + ' ' + at.x;
      },
    },
  }),
});`;

class Scene {
  constructor(
    readonly world: World,
    readonly device: DomainHandle,
    /** In which lives an attempt has begun, in order. */
    readonly lives: number[],
  ) {}

  static async open(world: World, restart: Partial<RestartPolicy> = ALWAYS): Promise<Scene> {
    const lives: number[] = [];
    const tally = world.kernel.provide(Tally, { began: (life) => void lives.push(life) });
    const device = await world.kernel.load(await leafOf('shadows/device.ts'), {
      name: 'device',
      grant: { tally },
      restart,
      limits: { timeSliceMs: 60, privateHeapBytes: 32 * 2 ** 20 },
    });
    return new Scene(world, device, lives);
  }

  async client(): Promise<Client> {
    const domain = await this.world.kernel.load(await leafOf('shadows/client.ts'), {
      name: 'client',
      grant: { device: this.device.get(DeviceShadow), plain: this.device.get(Device) },
      limits: { timeSliceMs: 60 },
    });
    return domain.get(Client);
  }

  /** Kills the device soon after each of its first attempts has begun. */
  killOnceBegun(lives = 1): void {
    let killed = 0;
    const waiting = setInterval(() => {
      const life = this.lives.at(-1) ?? 0;
      if (life > lives) clearInterval(waiting);
      // Once: a second kill might meet the next life.
      if (life === killed || life > lives) return;
      killed = life;
      void this.device.kill();
    }, 5);
    waiting.unref();
  }
}

function told(result: Awaited<ReturnType<Client['async']['double']>>): string {
  return result.ok ? result.value : result.error.code;
}

describe.each(DEATHS)('a device that dies by $name in the middle of a call', ({ way, cause }) => {
  it('is not noticed by who calls it through a shadow from the host, and what was lent is unchanged and free again', async () => {
    await using world = await World.open({ checks: 'paranoid' });
    const scene = await Scene.open(world);
    const device = scene.device.get(DeviceShadow);
    const sheet = world.kernel.heap.alloc(Sheet, { text: 'four', weight: 7 });
    if (way === 'Wait') scene.killOnceBegun();
    expect(valueOf(await device.async.weigh(sheet, way, 1))).toBe(11);
    expect(world.crashes.map((epitaph) => epitaph.cause)).toEqual([cause]);
    expect(scene.lives).toEqual([1, 2]);
    sheet.weight = 8;
    expect(sheet.text).toBe('four');
    sheet.drop();
    await world.comesClean();
  });

  it('is not noticed by a domain that blocks in a call through a shadow', async () => {
    await using world = await World.open({ checks: 'paranoid' });
    const scene = await Scene.open(world);
    const client = await scene.client();
    if (way === 'Wait') scene.killOnceBegun();
    expect(valueOf(await client.async.weigh('seven..', way, 1))).toBe('8');
    expect(world.crashes.map((epitaph) => [epitaph.domain, epitaph.cause])).toEqual([['device', cause]]);
    expect(scene.lives).toEqual([1, 2]);
    await world.comesClean();
  });
});

describe('a call through a shadow', () => {
  it('begins three times at the most, and then its error says so', async () => {
    await using world = await World.open();
    const scene = await Scene.open(world);
    const device = scene.device.get(DeviceShadow);
    const error = errorOf(await device.async.double(1, 'Panic', 1000));
    expect(error).toMatchObject({ code: 'DomainCrashed', cause: 'panic', started: true, incarnation: 3 });
    expect(error.message).toBe('device Device.double: Error: told to panic (panic), issued 3 times');
    expect(scene.lives).toEqual([1, 2, 3]);
    expect(errorOf(device.double(1, 'Panic', 1000)).message).toContain('issued 3 times');
    expect(scene.lives).toEqual([1, 2, 3, 4, 5, 6]);
    await scene.device.ready();
    await world.comesClean();
  });

  it('that moves what it is given is not issued again: its error comes at once, and says that it started', async () => {
    await using world = await World.open();
    const scene = await Scene.open(world);
    const shredder = scene.device.get({ ...Shredder, shadow: true as const });
    const sheet = world.kernel.heap.alloc(Sheet, { text: 'gone', weight: 1 });
    const error = errorOf(await shredder.async.shred(sheet, 'Panic', 1));
    expect(error).toMatchObject({ code: 'DomainCrashed', started: true });
    expect(error.message).not.toContain('issued');
    expect(() => sheet.text).toThrow(/sent or dropped/);
    await scene.device.ready();
    expect(scene.lives).toEqual([1]);
    await world.comesClean();
  });

  it('passes what it passed the first time, though its owner has gone on with it', async () => {
    await using world = await World.open();
    const scene = await Scene.open(world);
    const device = scene.device.get(DeviceShadow);
    const data = new Uint8Array([1, 2, 3]);
    const spelt = device.async.spell('abc', data, 'Panic', 2);
    data.fill(9);
    expect(valueOf(await spelt)).toBe('abc 1.2.3 3');
    await world.comesClean();
  });

  it('keeps what it lends from being changed between two attempts, and drops it afterwards where its owner has', async () => {
    await using world = await World.open({ checks: 'paranoid' });
    const scene = await Scene.open(world, { ...ALWAYS, backoffMs: 2500 });
    const device = scene.device.get(DeviceShadow);
    const [kept, dropped] = ['kept', 'dropped'].map((text) => world.kernel.heap.alloc(Sheet, { text, weight: 10 }));
    const weights = [device.async.weigh(kept, 'Panic', 1), device.async.weigh(dropped, 'Panic', 1)];
    await world.died();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(() => (kept.weight = 1)).toThrow(/cannot be changed while a call borrows/);
    dropped.drop();
    expect((await Promise.all(weights)).map(valueOf)).toEqual([14, 17]);
    kept.weight = 1;
    kept.drop();
    await world.comesClean();
  });

  it('passes an interface reference anew where its method is idempotent', async () => {
    await using world = await World.open();
    const scene = await Scene.open(world);
    const told: number[] = [];
    let released = 0;
    const to = { began: (life: number) => void told.push(life), released: () => released++ };
    expect(valueOf(await scene.device.get(DeviceShadow).async.tell(to, 'Panic', 2))).toBe(3);
    expect(told).toEqual([1, 2, 3]);
    await scene.device.unload();
    while (released === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    await world.comesClean();
  });

  it('reads what else such a method is passed once, whatever becomes of it meanwhile', async () => {
    await using world = await World.open({ checks: 'paranoid' });
    const folder = writeExtension(MIXED, MIXER);
    const mixer = await world.kernel.load(path.join(folder, 'main.ts'), { name: 'mixer', restart: ALWAYS });
    rmSync(folder, { recursive: true, force: true });
    const { async } = mixer.get({ ...tokenOf(MIXED, 'mixed.Mixer'), shadow: true }) as unknown as {
      async: { mix(...args: unknown[]): Promise<unknown> };
    };
    const data = new Uint8Array([1, 2, 3]);
    const told: unknown[] = [];
    const reads: number[] = [];
    const point = {
      get x() {
        reads.push(1);
        return reads.length;
      },
    };
    const mixing = async.mix({ told: (life: unknown) => void told.push(life) }, data, point);
    data.fill(9);
    expect(await mixing).toEqual({ ok: true, value: '1.2.3 1' });
    expect([told, reads]).toEqual([[1, 2, 3], [1]]);
    await world.comesClean();
  });

  it('passed on as a reference is no shadow for whoever receives it', async () => {
    await using world = await World.open();
    const scene = await Scene.open(world);
    const helper = (await world.kernel.load(await leafOf('shadows/helper.ts'), { name: 'helper' })).get(Helper);
    const device = scene.device.get(DeviceShadow);
    expect(valueOf(helper.askThrough(device, 'None'))).toBe('2');
    expect(valueOf(await helper.async.askThrough(device, 'Panic'))).toBe('DomainCrashed true');
    expect(scene.lives).toEqual([1, 1]);
  });

  it('is bounded by its deadline, whatever the restarts take', async () => {
    await using world = await World.open();
    const scene = await Scene.open(world, { ...ALWAYS, backoffMs: 60_000 });
    const device = scene.device.get(DeviceShadow);
    const began = performance.now();
    const error = await lateError((timeoutMs) => device.async.double(1, 'Panic', 1000, { timeoutMs }), 300);
    const took = performance.now() - began;
    expect(error).toMatchObject({ code: 'TimedOut', started: true });
    expect(error.message).toContain('did not live again in time');
    expect(took).toBeGreaterThanOrEqual(299);
    expect(took).toBeLessThan(30_000);
    const late = errorOf(await device.async.double(1, 'None', 0, { timeoutMs: 50 }));
    expect(late).toMatchObject({ code: 'TimedOut', started: false });
  });

  it('is ended by its signal while it waits for the next life', async () => {
    await using world = await World.open();
    const scene = await Scene.open(world, { ...ALWAYS, backoffMs: 60_000 });
    const sheet = world.kernel.heap.alloc(Sheet, { text: 'lent', weight: 1 });
    const abort = new AbortController();
    const weight = scene.device.get(DeviceShadow).async.weigh(sheet, 'Panic', 1000, { signal: abort.signal });
    await world.died();
    await new Promise((resolve) => setTimeout(resolve, 50));
    abort.abort();
    // By nothing else: who waits in vain has another error, and the next life is a minute away.
    expect(errorOf(await weight)).toMatchObject({ code: 'Cancelled', started: true, blame: 'caller' });
    sheet.drop();
    expect(scene.lives).toEqual([1]);
    await world.comesClean();
  });

  it('has its error at once where nobody begins the program anew', async () => {
    await using world = await World.open();
    const scene = await Scene.open(world, { when: 'never' });
    const device = scene.device.get(DeviceShadow);
    const began = performance.now();
    expect(errorOf(await device.async.double(1, 'Panic', 1))).toMatchObject({ code: 'DomainCrashed', started: true });
    expect(errorOf(device.double(1, 'None', 0))).toMatchObject({ code: 'DomainDead', started: false });
    // Who waits in vain does so for ten seconds.
    expect(performance.now() - began).toBeLessThan(9000);
    expect(scene.lives).toEqual([1]);
    await world.comesClean();
  });

  it('has its error when the supervisor gives up', async () => {
    await using world = await World.open();
    const scene = await Scene.open(world, { when: 'on-crash', intensity: 1, periodMs: 60_000 });
    const device = scene.device.get(DeviceShadow);
    const began = performance.now();
    const error = errorOf(await device.async.double(1, 'Panic', 1000));
    expect(error).toMatchObject({ code: 'DomainCrashed', started: true, incarnation: 2 });
    expect(error.message).toContain('issued 2 times');
    expect(performance.now() - began).toBeLessThan(9000);
    expect(scene.lives).toEqual([1, 2]);
    expect(errorOf(device.life())).toMatchObject({ code: 'DomainDead', started: false });
  });

  it('has its error when the program is unloaded, or the kernel closed, while it waits', async () => {
    const world = await World.open();
    const scene = await Scene.open(world, { ...ALWAYS, backoffMs: 20_000 });
    const other = await Scene.open(world, { ...ALWAYS, backoffMs: 20_000 });
    const unloaded = scene.device.get(DeviceShadow).async.double(1, 'Panic', 1);
    const closed = other.device.get(DeviceShadow).async.double(1, 'Panic', 1);
    await world.died(2);
    await scene.device.unload();
    expect(errorOf(await unloaded)).toMatchObject({ code: 'DomainCrashed', started: true });
    await world.kernel.close();
    expect(errorOf(await closed)).toMatchObject({ code: 'DomainCrashed', started: true });
  });

  it('is Overloaded at once where 128 of the same caller wait already, and these are answered', { timeout: 120_000 }, async () => {
    await using world = await World.open();
    const scene = await Scene.open(world, { ...ALWAYS, backoffMs: 3000 });
    const device = scene.device.get(DeviceShadow);
    await scene.device.kill();
    const waiting = Array.from({ length: 200 }, (_, number) => device.async.double(number, 'None', 0));
    const late = await Promise.all(waiting.slice(128));
    expect(new Set(late.map((result) => JSON.stringify([errorOf(result).code, errorOf(result).started])))).toEqual(new Set(['["Overloaded",false]']));
    expect(errorOf(late[0]).message).toContain('128 calls of this domain wait for the next life');
    expect((await Promise.all(waiting.slice(0, 128))).map(valueOf)).toEqual(Array.from({ length: 128 }, (_, number) => 2 * number));
    expect(valueOf(await device.async.double(4, 'None', 0))).toBe(8);
    await world.comesClean();
  });

  it('finds a program between two lives, and waits for the next', async () => {
    await using world = await World.open();
    const scene = await Scene.open(world, { ...ALWAYS, backoffMs: 200 });
    const device = scene.device.get(DeviceShadow);
    await scene.device.kill();
    expect(errorOf(scene.device.get(Device).life()).code).toBe('DomainDead');
    expect(valueOf(device.life())).toBe(2);
    await scene.device.kill();
    expect(valueOf(await device.async.life())).toBe(3);
  });

  it('whose provider was slow and did not die has its error', async () => {
    await using world = await World.open();
    const scene = await Scene.open(world);
    const device = scene.device.get(DeviceShadow);
    // One slice is over and two are not: which slice that is, is found out, because machines differ and others use this one, too.
    let slice = 150;
    for (let tries = 0; ; tries++) {
      expect(tries).toBeLessThan(20);
      await scene.device.setLimits({ timeSliceMs: slice });
      const [begun, died] = [scene.lives.length, world.crashes.length];
      const result = await device.async.dawdle(300, 1000);
      if (result.ok) slice *= 0.75;
      else if (world.crashes.length > died) slice *= 1.3;
      else {
        expect(result.error).toMatchObject({ code: 'TimedOut', started: true });
        expect(scene.lives.length).toBe(begun + 1);
        break;
      }
      await scene.device.ready();
    }
  });

  it('answers like any other while nobody dies: arguments that do not fit, values that move, too many arguments', async () => {
    await using world = await World.open();
    const scene = await Scene.open(world);
    const device = scene.device.get(DeviceShadow);
    expect(errorOf(device.double(-1, 'None', 0))).toMatchObject({ code: 'InvalidType', started: false });
    expect(errorOf(await device.async.double(-1, 'None', 0)).code).toBe('InvalidType');
    expect(errorOf((device.life as (...args: unknown[]) => ReturnType<Device['life']>)(1))).toMatchObject({ code: 'InvalidType', started: false });
    await expect(device.async.life({ timeoutMs: Number.NaN })).rejects.toThrow(/milliseconds/);
    const sheet = world.kernel.heap.alloc(Sheet, { text: 'copied', weight: 3 });
    const copy = valueOf(device.copy(sheet));
    expect([copy.text, copy.weight]).toEqual(['copied', 3]);
    copy.drop();
    sheet.drop();
    await world.comesClean();
  });
});

describe('a call through a shadow that waits in vain', () => {
  it('has not waited while an attempt ran, however long that was', { timeout: 120_000 }, async () => {
    await using world = await World.open();
    const scene = await Scene.open(world);
    const doubled = scene.device.get(DeviceShadow).async.double(4, 'Wait', 2);
    for (const [life, after] of [
      [1, 10],
      [2, 10_500],
    ]) {
      while (scene.lives.at(-1) !== life) await new Promise((resolve) => setTimeout(resolve, 5));
      await new Promise((resolve) => setTimeout(resolve, after));
      await scene.device.kill();
    }
    expect(valueOf(await doubled)).toBe(8);
    expect(scene.lives).toEqual([1, 2, 3]);
    await world.comesClean();
  });

  it('has the error of the death after ten seconds', { timeout: 120_000 }, async () => {
    await using world = await World.open();
    const scene = await Scene.open(world, { ...ALWAYS, backoffMs: 25_000 });
    const began = performance.now();
    const error = errorOf(await scene.device.get(DeviceShadow).async.double(1, 'Panic', 1));
    expect(error).toMatchObject({ code: 'DomainCrashed', cause: 'panic', started: true });
    expect(performance.now() - began).toBeGreaterThan(9900);
    expect(performance.now() - began).toBeLessThan(24_000);
  });
});

describe('a shadow of what the host provides', () => {
  it('is a plain proxy: an exception there is an error at once', async () => {
    await using world = await World.open();
    let asked = 0;
    const device = world.kernel.provide(Device, {
      double: (number) => {
        if (++asked > 1) throw new Error('no more');
        return 2 * number;
      },
      weigh: () => 0,
      spell: () => '',
      life: () => 1,
      copy: (sheet) => world.kernel.heap.alloc(Sheet, { text: sheet.text, weight: sheet.weight }),
      dawdle: () => 0,
      tell: () => 0,
    });
    const client = await world.kernel.load(await leafOf('shadows/client.ts'), { name: 'client', grant: { device, plain: device } });
    expect(valueOf(await client.get(Client).async.double(4, 'None', 0))).toBe('8');
    expect(valueOf(await client.get(Client).async.double(4, 'None', 0))).toBe('DomainCrashed true');
    expect(asked).toBe(2);
  });
});

describe('while a call waits in a shadow for the next life', () => {
  it('a domain that blocks in it holds nobody else up, and is not charged for the wait', async () => {
    await using world = await World.open();
    const scene = await Scene.open(world, { ...ALWAYS, backoffMs: 500 });
    const client = await scene.client();
    const waiting = client.async.double(21, 'Panic', 1);
    await world.died();
    const other = await world.lab({ name: 'other' });
    const list = world.list(3);
    for (let call = 0; call < 100; call++) expect(valueOf(other.lab.measure(list))).toBe(3);
    list.drop();
    // A slice is 60 ms, and the wait is 500.
    expect(valueOf(await waiting)).toBe('42');
    expect(world.crashes).toHaveLength(1);
    expect(valueOf(client.ping())).toBe(1);
  });

  it('a domain that awaits it answers others', async () => {
    await using world = await World.open();
    const scene = await Scene.open(world, { ...ALWAYS, backoffMs: 3000 });
    const client = await scene.client();
    const waiting = client.async.doubleLater(21, 'Panic', 1);
    await world.died();
    for (let ping = 1; ping <= 100; ping++) expect(valueOf(client.ping())).toBe(ping);
    expect(scene.lives).toEqual([1]);
    expect(valueOf(await waiting)).toBe('42');
    await world.comesClean();
  });

  it('a domain that blocks in it can be killed', async () => {
    await using world = await World.open();
    const scene = await Scene.open(world, { ...ALWAYS, backoffMs: 60_000 });
    const domain = await world.kernel.load(await leafOf('shadows/client.ts'), {
      name: 'client',
      grant: { device: scene.device.get(DeviceShadow), plain: scene.device.get(Device) },
    });
    const waiting = domain.get(Client).async.weigh('lent', 'Panic', 1);
    await world.died();
    await new Promise((resolve) => setTimeout(resolve, 50));
    await domain.kill();
    expect(errorOf(await waiting)).toMatchObject({ code: 'DomainCrashed', cause: 'killed' });
    await world.comesClean();
  });

  it.each(['fast', 'paranoid'] as const)('a domain at the edge of its stack, with checks: %s, ends there or not, and leaves nothing behind', async (checks) => {
    await using world = await World.open({ checks });
    const scene = await Scene.open(world);
    const client = await scene.client();
    const outcome = await client.async.edge();
    // An exhausted stack within the trusted runtime is a panic, and nothing that could be swallowed.
    if (outcome.ok) expect(outcome.value).toBeGreaterThan(0);
    else expect(outcome.error).toMatchObject({ code: 'DomainCrashed', cause: 'stack-overflow' });
    expect(valueOf(await scene.device.get(DeviceShadow).async.life())).toBe(1);
    if (!outcome.ok) await world.died();
    await world.comesClean();
  });

  it('what a caller left of its deadline bounds the wait of its callee', async () => {
    await using world = await World.open();
    const scene = await Scene.open(world, { ...ALWAYS, backoffMs: 60_000 });
    const client = await scene.client();
    const wait = async (timeoutMs: number): Promise<string> => told(await client.async.double(1, 'Panic', 1, { timeoutMs }));
    // Whose own margin is used up on a busy machine is told by the system instead; and a device that has not had its turn in time is asked again.
    let waited = await wait(300);
    for (let timeoutMs = 900; scene.lives.length === 0 && timeoutMs < 30_000; timeoutMs *= 3) waited = await wait(timeoutMs);
    expect(['TimedOut true', 'TimedOut']).toContain(waited);
    expect(['TimedOut false', 'TimedOut']).toContain(told(await client.async.doubleLater(1, 'None', 0, { timeoutMs: 300 })));
  });
});

describe('a call that descends from an attempt which failed, and still runs elsewhere,', () => {
  it('calls back into the domain that waits for the next life, and is answered', async () => {
    await using world = await World.open();
    const helper = (await world.kernel.load(await leafOf('shadows/helper.ts'), { name: 'helper' })).get(Helper);
    const lives: number[] = [];
    const tally = world.kernel.provide(Tally, { began: (life) => void lives.push(life) });
    const device = await world.kernel.load(await leafOf('shadows/relay.ts'), {
      name: 'device',
      grant: { tally, helper },
      restart: { ...ALWAYS, backoffMs: 3000 },
    });
    const client = await new Scene(world, device, lives).client();
    valueOf(helper.use(client));
    const waiting = client.async.double(21, 'Panic', 1);
    await world.died();
    let pinged = 0;
    while (pinged === 0 && device.incarnation === 1) pinged = valueOf(await helper.async.pinged());
    expect(pinged).toBe(1);
    expect(device.isLive).toBe(false);
    expect(valueOf(await waiting)).toBe('42');
    await world.comesClean();
  });
});

describe('the token of a shadow', () => {
  it('gives a domain a plain proxy where it asks for one, which knows no second attempt', async () => {
    await using world = await World.open();
    const scene = await Scene.open(world);
    const client = await scene.client();
    expect(valueOf(await client.async.doublePlainly(1, 'Panic', 1))).toBe('DomainCrashed true');
    expect(scene.lives).toEqual([1]);
  });

  it('is refused where what was granted leads to one life alone', async () => {
    await using world = await World.open();
    const scene = await Scene.open(world);
    const grant = { device: scene.device.get(Device), plain: scene.device.get(Device) };
    await expect(world.kernel.load(await leafOf('shadows/client.ts'), { name: 'client', grant })).rejects.toThrow(
      /imports 'device' as a shadow of shadows\.Device, and what was granted leads to one life of device/,
    );
  });

  it('is asked for and never provided, by the host or by a domain', async () => {
    await using world = await World.open();
    expect(() => world.kernel.provide(DeviceShadow, {} as never)).toThrow(/a shadow of shadows\.Device is asked for, not provided/);
    await expect(world.kernel.load(await leafOf('shadows/pretender.ts'))).rejects.toThrow(/provides\.device is a shadow/);
  });
});

describe('a device that is killed at random', () => {
  it('answers every call rightly, to callers in three threads', { timeout: 120_000 }, async () => {
    await using world = await World.open({ spares: 2 });
    const scene = await Scene.open(world);
    const [anna, berta] = [await scene.client(), await scene.client()];
    const device = scene.device.get(DeviceShadow);
    const sheet = world.kernel.heap.alloc(Sheet, { text: 'sheet', weight: 100 });
    const atLeast = performance.now() + 4000;
    const goesOn = (): boolean => performance.now() < atLeast || world.crashes.length < 10;
    const answered: number[] = [];
    const ask = async (call: (round: number) => Promise<boolean>): Promise<void> => {
      const asker = answered.push(0) - 1;
      for (let round = 0; goesOn(); round++) {
        expect(await call(round)).toBe(true);
        answered[asker]++;
      }
    };
    // At whatever moment, but no call is cut short more often than a shadow goes along with: each has an answer between two kills.
    const kill = async (): Promise<void> => {
      while (goesOn()) {
        const before = [...answered];
        while (goesOn() && answered.some((count, asker) => count === before[asker])) await new Promise((resolve) => setTimeout(resolve, 1));
        await new Promise((resolve) => setTimeout(resolve, 50 * Math.random()));
        await scene.device.ready();
        await scene.device.kill();
      }
    };
    await Promise.all([
      ask(async (round) => valueOf(await device.async.double(round, 'None', 0)) === 2 * round),
      ask(async () => valueOf(await device.async.weigh(sheet, 'None', 0)) === 105),
      ask(async (round) => valueOf(await anna.async.double(round, 'None', 0)) === String(2 * round)),
      ask(async (round) => valueOf(await berta.async.weigh('x'.repeat(round % 50), 'None', 0)) === String((round % 50) + 1)),
      kill(),
    ]);
    sheet.drop();
    expect(world.crashes.length).toBeGreaterThanOrEqual(10);
    expect(new Set(world.crashes.map((epitaph) => epitaph.domain))).toEqual(new Set(['device']));
    await scene.device.ready();
    await world.comesClean();
  });
});
