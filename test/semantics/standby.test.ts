/** Threads that have read a program and wait to be its next life; and what a restart does not do, with one or without. */
import { rmSync } from 'node:fs';
import path from 'node:path';
import type { DomainHandle } from 'deciduous';
import { describe, expect, it } from 'vitest';
import { Broker, Sink } from '../fixtures/extensions/generated/references.js';
import { leafOf, valueOf, World } from './lab.js';
import { tokenOf, writeExtension } from './versions.js';

const IDL = `package till;
struct Coin { worth: u32; }
interface Purse { put(coin: RRef<Coin>): u32; }
interface Till { life(): u32; fill(coins: u32): u32; panic(): void; }`;
const TILL = `import { defineDomain } from 'deciduous/domain';
import { Coin, Till } from './generated/till.js';
console.log('the program runs');
export default defineDomain({
  provides: { till: Till },
  init({ heap, incarnation }) {
    const coins = [];
    return {
      till: {
        life: () => incarnation,
        fill(count) {
          try {
            while (coins.length < count) coins.push(heap.alloc(Coin, { worth: 1 }));
          } catch {}
          return coins.length;
        },
        panic() { throw new Error('as told'); },
      },
    };
  },
});`;
const Till = tokenOf(IDL, 'till.Till');
const RESTART = { when: 'on-crash', intensity: 1000, periodMs: 1000, rebind: true } as const;

class Scene {
  private constructor(
    readonly world: World,
    readonly domain: DomainHandle,
    /** What its lives have written, from the first on. */
    readonly said: readonly string[],
  ) {}

  /** Loads the till from a file that is not there any more afterwards. */
  static async open(world: World, standby: boolean): Promise<Scene> {
    const said: string[] = [];
    world.kernel.on('log', ({ text }) => said.push(text));
    const folder = writeExtension(IDL, TILL);
    const domain = await world.kernel.load(path.join(folder, 'main.ts'), { name: 'till', restart: { ...RESTART, standby } });
    rmSync(folder, { recursive: true, force: true });
    return new Scene(world, domain, said);
  }

  async standby(count = 1): Promise<void> {
    while ((await this.world.kernel.stats()).standbys !== count) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  async panic(): Promise<void> {
    const before = this.world.crashes.length;
    expect(this.domain.get(Till).panic().error?.code).toBe('DomainCrashed');
    await this.world.died(before + 1);
    await this.domain.ready();
  }

  life(): unknown {
    return valueOf(this.domain.get(Till).life() as never);
  }
}

describe.each([
  { with: 'a standby', standby: true },
  { with: 'spares alone', standby: false },
])('a restart with $with', ({ standby }) => {
  it('needs neither the file nor a build: both are gone, and life follows life', { timeout: 120_000 }, async () => {
    await using world = await World.open({ checks: 'paranoid' });
    const scene = await Scene.open(world, standby);
    for (let life = 1; life <= 4; life++) {
      expect(scene.life()).toBe(life);
      if (standby) await scene.standby();
      await scene.panic();
    }
    expect(scene.life()).toBe(5);
    await scene.domain.unload();
    await world.comesClean();
  });
});

describe('a standby', () => {
  it('runs nothing of the program before its life begins', { timeout: 120_000 }, async () => {
    await using world = await World.open();
    const scene = await Scene.open(world, true);
    for (let life = 1; life <= 3; life++) {
      await scene.standby();
      expect(scene.life()).toBe(life);
      // A line for each life, and none for the thread that waits to be the next one.
      await expect.poll(() => scene.said.length).toBeGreaterThanOrEqual(life);
      expect(scene.said).toEqual(Array.from({ length: life }, () => expect.stringContaining('the program runs')));
      await scene.panic();
    }
  });

  it('lives by the limits of the moment at which its life begins', { timeout: 120_000 }, async () => {
    await using world = await World.open();
    const scene = await Scene.open(world, true);
    expect(valueOf(scene.domain.get(Till).fill(1000) as never)).toBe(1000);
    await scene.standby();
    await scene.domain.setLimits({ sharedHeapBytes: 4096 });
    await scene.panic();
    expect(valueOf(scene.domain.get(Till).fill(1000) as never)).toBeLessThan(300);
  });

  it('holds nothing that an earlier tenant of its row was passed', { timeout: 120_000 }, async () => {
    await using world = await World.open();
    const { kernel } = world;
    const domain = await kernel.load(await leafOf('references/broker.ts'), { name: 'broker', restart: { ...RESTART, standby: true } });
    const broker = domain.get(Broker);
    const sink = kernel.provide(Sink, { hear: (n) => n });
    const held = async (): Promise<number | undefined> => (await kernel.stats()).domains[0].referencesHeld;
    // Rows are given out from the first vacant one on: the third life has that of the first.
    for (let life = 1; life <= 3; life++) {
      await expect.poll(async () => (await kernel.stats()).standbys).toBe(1);
      for (let count = 1; count <= 3; count++) expect(valueOf(broker.keep(sink))).toBe(count);
      if (life < 3) broker.die('Panic');
      await world.died(Math.min(life, 2));
      await domain.ready();
    }
    expect(await held()).toBe(1);
    for (let count = 2; count >= 0; count--) expect(valueOf(broker.letGo(1))).toBe(count);
    await expect.poll(held).toBe(0);
    expect(await kernel.audit()).toEqual([]);
  });

  it('that is lost is no loss: the next life begins without', { timeout: 120_000 }, async () => {
    await using world = await World.open({ checks: 'paranoid' });
    const scene = await Scene.open(world, true);
    // No standby is there yet, or it is being prepared.
    await scene.panic();
    await scene.panic();
    expect(scene.life()).toBe(3);
    await scene.standby();
    await scene.domain.unload();
    await world.comesClean();
  });

  it('goes with its program: when it is unloaded, when its supervisor gives up, when the kernel closes', { timeout: 120_000 }, async () => {
    const world = await World.open();
    const unloaded = await Scene.open(world, true);
    await unloaded.standby();
    await unloaded.domain.unload();
    await unloaded.standby(0);
    const folder = writeExtension(IDL, TILL);
    const once = await world.kernel.load(path.join(folder, 'main.ts'), { restart: { ...RESTART, standby: true, intensity: 0 } });
    rmSync(folder, { recursive: true, force: true });
    await unloaded.standby();
    once.get(Till).panic();
    await world.died();
    await unloaded.standby(0);
    expect(await world.kernel.audit()).toEqual([]);
    const closed = await Scene.open(world, true);
    await closed.standby();
    expect(await world.kernel.close()).toEqual({ condemned: [] });
  });

  it('is asked for with true or false', async () => {
    await using world = await World.open({ spares: 0 });
    await expect(world.kernel.load('./nothing.ts', { restart: { standby: 1 as never } })).rejects.toThrow('restart.standby must be true or false, not 1');
  });
});
