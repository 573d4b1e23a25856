/** Media: what a program keeps on the shared heap beyond a life (docs/semantics.md, "Media"). */

import { rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DomainHandle, Epitaph, LoadOptions } from 'deciduous';
import { packExtension, writeLeaf, readLeaf, unseal } from '../../dist/pack/index.js';
import { Disk, type End, Keeper, Reader } from '../fixtures/extensions/generated/media.js';
import { errorOf, extension, leafOf, valueOf, World } from './lab.js';
import { writeExtension } from './versions.js';

const ALWAYS: NonNullable<LoadOptions['restart']> = { when: 'on-crash', intensity: 1000, periodMs: 1000, rebind: true };
const WHOLE = '[key 1=1 key 2=2] 64x7 queued formatting';

const ENDS: readonly { readonly name: string; readonly end: End; readonly cause: Epitaph['cause'] }[] = [
  { name: 'a panic', end: 'Panic', cause: 'panic' },
  { name: 'a hang', end: 'Hang', cause: 'hang' },
  { name: 'heap exhaustion', end: 'Memory', cause: 'out-of-memory' },
  { name: 'a stack overflow', end: 'Overflow', cause: 'stack-overflow' },
  { name: 'a kill', end: 'Wait', cause: 'killed' },
];

async function keeperIn(world: World, options: LoadOptions = {}): Promise<{ domain: DomainHandle; keeper: Keeper }> {
  const domain = await world.kernel.load(await leafOf('media/keeper.ts'), {
    restart: ALWAYS,
    ...options,
    limits: { timeSliceMs: 300, privateHeapBytes: 32 * 2 ** 20, ...options.limits },
  });
  return { domain, keeper: domain.get(Keeper) };
}

describe('a medium', () => {
  let world: World;
  let misused: { domain: DomainHandle; keeper: Keeper } | undefined;
  beforeAll(async () => {
    world = await World.open({ checks: 'paranoid' });
  });
  afterAll(async () => {
    await world.kernel.close();
  });

  it.each(ENDS)('survives $name in the middle of a change, and says which change that was', async ({ end, cause }) => {
    world.crashes.length = 0;
    const { domain, keeper } = await keeperIn(world);
    valueOf(keeper.format('disk', 2));
    valueOf(keeper.write(1, 5, null));
    const before = valueOf(keeper.usedBytes());
    // Only a hang is to meet the time slice.
    if (end === 'Wait') await domain.setLimits({ timeSliceMs: 60_000 });
    const waits = new Promise<void>((resolve) => world.kernel.once('log', () => resolve()));
    const call = keeper.async.write(2, 42, end);
    if (end === 'Wait') {
      await waits;
      await domain.kill();
    }
    await call;
    await world.died();
    await domain.ready();
    const epitaph = world.crashes.at(-1) as Epitaph;
    expect(epitaph.cause).toBe(cause);
    expect(epitaph.kept).toEqual([{ medium: 'disk', type: 'media.Disk', bytes: before, generation: 1, intent: 42, lost: null }]);
    expect([valueOf(keeper.found()), valueOf(keeper.read()), valueOf(keeper.usedBytes())]).toEqual(['1 42 null', `disk 2 ${WHOLE}`, before]);
    // A change that is complete says so, and the next life finds the medium at rest.
    valueOf(keeper.write(3, 6, null));
    await domain.kill();
    await domain.ready();
    expect([valueOf(keeper.found()), valueOf(keeper.read())]).toEqual(['2 0 null', `disk 3 ${WHOLE}`]);
    await domain.unload();
    expect(await world.kernel.audit()).toEqual([]);
    expect((await world.kernel.stats()).heap.byOwner).toEqual({});
  });

  it.each([
    ['drop', 'LifetimeViolation: this media.Disk is in a medium: take() it out first, or put() another in its place'],
    ['put it into another medium', 'LifetimeViolation: this media.Disk is in a medium: take() it out first'],
    ['put it where it is', 'LifetimeViolation: this media.Disk is in a medium: take() it out first'],
    ['put a child', "InvalidType: expected RRef<media.Disk> for the medium 'other', got RRef<media.Entry>"],
    ['put another type', "InvalidType: expected RRef<media.Disk> for the medium 'disk', got RRef<media.Spare>"],
    ['put nothing', "InvalidType: expected RRef<media.Disk> for the medium 'disk', got null"],
    ['put what was dropped', 'LifetimeViolation: this media.Disk was sent or dropped'],
    ['put what was put', 'LifetimeViolation: this media.Disk was sent or dropped'],
    ['write through what was put', 'LifetimeViolation: this media.Disk was sent or dropped'],
    ['read what was replaced', 'LifetimeViolation: this media.Disk was sent or dropped'],
    ['commit nothing', "LifetimeViolation: no change of the medium 'disk' is under way: begin() one first"],
    ['begin twice', "LifetimeViolation: a change of the medium 'spare' is under way: commit() it first"],
    ['intend nothing', 'InvalidType: expected a whole number from 1 to 2147483647 for intent, got the number 0'],
    ['intend a text', 'InvalidType: expected a whole number from 1 to 2147483647 for intent, got the string "7"'],
    ['change what is frozen', "TypeError: Cannot assign to read only property 'disk' of object '[object Object]'"],
    ['scope', 'answered 0'],
  ])('misused: to %s', async (how, answer) => {
    misused ??= await keeperIn(world, { name: 'misused' });
    const { keeper } = misused;
    valueOf(keeper.format('disk', 2));
    expect(valueOf(keeper.misuse(how))).toBe(answer);
    expect(valueOf(keeper.read())).toBe(`disk 0 ${WHOLE}`);
    expect(await world.kernel.audit()).toEqual([]);
  });

  it('leaves nothing of all that misuse', async () => {
    await misused?.domain.unload();
    expect(await world.kernel.audit()).toEqual([]);
    expect((await world.kernel.stats()).heap.byOwner).toEqual({});
  });

  it('takes what another one made, and gives it away when it is taken out', async () => {
    const { domain, keeper } = await keeperIn(world);
    valueOf(keeper.format('made by the keeper', 2));
    const taken = valueOf(keeper.takeOut());
    expect([valueOf(keeper.read()), taken?.label]).toEqual(['nothing', 'made by the keeper']);
    valueOf(keeper.give(taken as NonNullable<typeof taken>));
    await domain.kill();
    await domain.ready();
    expect(valueOf(keeper.read())).toBe(`made by the keeper 0 ${WHOLE}`);
    valueOf(keeper.push('another'));
    await domain.kill();
    await domain.ready();
    expect(valueOf(keeper.read())).toContain('queued another');
    await domain.unload();
    expect(await world.kernel.audit()).toEqual([]);
  });

  it('is lent like any value of its owner, and stays with the program', async () => {
    const { domain, keeper } = await keeperIn(world);
    valueOf(keeper.format('lent', 2));
    valueOf(keeper.write(11, 1, null));
    const reader = world.kernel.provide(Reader, { writes: (disk) => disk.writes });
    expect(valueOf(await keeper.async.lendTo(reader))).toBe(11);
    await domain.unload();
    expect(await world.kernel.audit()).toEqual([]);
  });

  it('is not given to the next life before whoever borrows it has let go, and cannot be changed till then', async () => {
    const { domain, keeper } = await keeperIn(world);
    valueOf(keeper.format('lent', 2));
    let answer: (writes: number) => void = () => {};
    let lent: { readonly label: string } | undefined;
    const borrowed = new Promise<void>((resolve) => {
      const reader = world.kernel.provide(Reader, {
        writes: (disk) => {
          lent = disk;
          resolve();
          return new Promise<number>((fulfil) => (answer = fulfil)) as never;
        },
      });
      void keeper.async.lendAndWait(reader);
    });
    // A call that had not begun when its caller dies would never begin.
    await borrowed;
    await domain.kill();
    const stats = async () => (await world.kernel.stats()).domains.find(({ name }) => name === 'keeper');
    while ((await stats())?.state !== 'restarting') await new Promise((resolve) => setTimeout(resolve, 5));
    // The borrower reads on, undisturbed, and no life begins meanwhile.
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect([lent?.label, (await stats())?.state, await world.kernel.audit()]).toEqual(['lent', 'restarting', []]);
    answer(1);
    await domain.ready();
    expect(valueOf(keeper.read())).toBe(`lent 0 ${WHOLE}`);
    await domain.unload();
    expect(await world.kernel.audit()).toEqual([]);
  });

  it('that is lent on keeps its program dead, and neither its supervisor from giving up nor whoever waits from hearing of it', async () => {
    const shelf = await world.kernel.supervise({ name: 'shelf', intensity: 1, periodMs: 600_000 });
    const load = async (name: string) => shelf.load(await leafOf('media/keeper.ts'), { name, limits: { privateHeapBytes: 32 * 2 ** 20 } });
    const [lender, other] = [await load('lender'), await load('other')];
    valueOf(lender.get(Keeper).format('lent', 2));
    let answer: (writes: number) => void = () => {};
    const borrowed = new Promise<void>((resolve) => {
      const reader = world.kernel.provide(Reader, {
        writes: () => {
          resolve();
          return new Promise<number>((fulfil) => (answer = fulfil)) as never;
        },
      });
      void lender.get(Keeper).async.lendAndWait(reader);
    });
    await borrowed;
    await lender.kill();
    const state = async () => (await world.kernel.stats()).domains.find(({ name }) => name === 'lender')?.state;
    while ((await state()) !== 'restarting') await new Promise((resolve) => setTimeout(resolve, 5));
    const ready = lender.ready();
    const gaveUp = new Promise((resolve) => world.kernel.once('give-up', resolve));
    errorOf(await other.get(Keeper).async.write(1, 1, 'Panic'));
    await expect(ready).rejects.toThrow(/stays dead: .*more often/);
    expect(await gaveUp).toMatchObject({ domain: 'other', domains: ['lender', 'other'], supervisor: 'shelf' });
    await shelf.unload();
    answer(1);
    await expect.poll(() => world.kernel.audit()).toEqual([]);
  });

  it('is freed when the kernel gives up, and when the program is unloaded between two lives', async () => {
    world.crashes.length = 0;
    for (const restart of [{ when: 'never' }, { when: 'on-crash', intensity: 0 }, { when: 'on-crash', backoffMs: 60_000 }] as const) {
      const { domain, keeper } = await keeperIn(world, { restart });
      valueOf(keeper.format('disk', 2));
      expect((await world.kernel.stats()).domains[0].keptBytes).toBeGreaterThan(500);
      expect(errorOf(keeper.die('Panic')).code).toBe('DomainCrashed');
      const keptBytes = async () => (await world.kernel.stats()).domains[0].keptBytes;
      await world.died();
      world.crashes.length = 0;
      if ('backoffMs' in restart) expect(await keptBytes()).toBeGreaterThan(500);
      else expect(await keptBytes()).toBe(0);
      await domain.unload();
      expect(await world.kernel.audit()).toEqual([]);
      const { byOwner, byType } = (await world.kernel.stats()).heap;
      expect([byOwner, byType]).toEqual([{}, {}]);
    }
  });

  it('counts against the limit of the next life, too', async () => {
    const { domain, keeper } = await keeperIn(world, { limits: { sharedHeapBytes: 8192 } });
    valueOf(keeper.format('disk', 40));
    const used = valueOf(keeper.usedBytes());
    expect(used).toBeGreaterThan(5000);
    await domain.kill();
    await domain.ready();
    // A second disk would not fit beside the first. Refused is a panic of the keeper, and what was there is there.
    expect(errorOf(keeper.format('another', 40)).code).toBe('DomainCrashed');
    await domain.ready();
    expect(valueOf(keeper.usedBytes())).toBe(used);
    await domain.unload();
  });

  it('is checked in less time than it takes to notice, as large as a limit allows by default', async () => {
    const { domain, keeper } = await keeperIn(world, { limits: { sharedHeapBytes: 16 * 2 ** 20, timeSliceMs: 5000 } });
    valueOf(keeper.format('large', 20_000));
    const { keptBytes } = (await world.kernel.stats()).domains[0];
    expect(keptBytes).toBeGreaterThan(2 ** 21);
    expect(errorOf(keeper.die('Panic')).code).toBe('DomainCrashed');
    await domain.ready();
    expect(valueOf(keeper.read()).length).toBeGreaterThan(200_000);
    await domain.unload();
    expect(await world.kernel.audit()).toEqual([]);
  });

  it('is part of the manifest that is signed, and of what the definition is held to', async () => {
    const leaf = await packExtension(extension('media/keeper.ts'));
    expect(leaf.manifest?.keeps?.['disk']).toEqual({ type: 'media.Disk', id: Disk.id });
    const bytes = writeLeaf({ leaf: leaf as never, validity: {} });
    expect(readLeaf(unseal(bytes)).leaf.manifest.keeps).toEqual(leaf.manifest?.keeps);
    const { disk, ...others } = leaf.manifest?.keeps ?? {};
    await expect(world.kernel.load({ ...leaf, manifest: { ...leaf.manifest, keeps: others } as never })).rejects.toThrow(
      /^keeper: keeps: the definition is not what the manifest/,
    );
    const wrong = { ...leaf, manifest: { ...leaf.manifest, keeps: { ...others, disk: { ...disk, id: '0'.repeat(64) } } } as never };
    await expect(world.kernel.load(wrong)).rejects.toThrow('the leaf brings no definition of media.Disk with this id');
    expect(await world.kernel.audit()).toEqual([]);
  });

  it.each([
    ['more than four', 'keeps: { a: Box, b: Box, c: Box, d: Box, e: Box },', 'keeps names 5 media, where 4 are the most'],
    ['an interface', 'keeps: { box: Boxes },', 'keeps is not written out'],
    ['what is put together elsewhere', 'keeps: kept(),', 'keeps is not written out'],
    ['a name that is none', 'keeps: { __proto__: Box },', 'keeps is not written out'],
  ])('refuses the build of an extension that keeps %s', async (_, keeps, said) => {
    const folder = writeExtension(
      'package boxes;\nstruct Box { x: u32; }\ninterface Boxes { open(): u32; }',
      `import { defineDomain } from 'deciduous/domain';
import { Box, Boxes } from './generated/boxes.js';
const kept = () => ({ box: Box });
export default defineDomain({ provides: { boxes: Boxes }, ${keeps} init: () => ({ boxes: { open: () => typeof kept } }) } as never);`,
    );
    await expect(packExtension(path.join(folder, 'main.ts'))).rejects.toThrow(said);
    rmSync(folder, { recursive: true });
  });
});
