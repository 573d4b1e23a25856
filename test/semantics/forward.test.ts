/** `@noForward`: whoever was given such a reference may call it, and only its provider may pass it on. */
import type { DomainHandle, RpcError } from 'deciduous';
import { afterEach, describe, expect, it } from 'vitest';
import { Box, Clerk, Drawer } from '../fixtures/extensions/generated/forward.js';
import { errorOf, extension, valueOf, World } from './lab.js';

let world: World;
afterEach(() => world[Symbol.asyncDispose]());

async function clerk(name: string, drawer: object): Promise<{ domain: DomainHandle; clerk: Clerk }> {
  const domain = await world.kernel.load(extension('forward/clerk.ts'), { name, grant: { drawer } });
  return { domain, clerk: domain.get(Clerk) };
}

function denial(error: RpcError): void {
  expect(error).toMatchObject({
    code: 'PermissionDenied',
    capability: 'forward.Drawer',
    message: expect.stringMatching(/@noForward: whoever received one may call it, and only \w+ may pass it on/),
  });
}

describe.each(['fast', 'paranoid'] as const)('a reference that is not to be forwarded, with %s checks', (checks) => {
  async function open(): Promise<{ one: Clerk; two: Clerk; hosts: Drawer }> {
    world = await World.open({ checks, spares: 2 });
    const hosts = world.kernel.provide(Drawer, { open: () => 7 });
    return { one: (await clerk('one', hosts)).clerk, two: (await clerk('two', hosts)).clerk, hosts };
  }

  it('is given out by its provider, as often as that likes, and called by whoever has it', async () => {
    const { one, two, hosts } = await open();
    expect(valueOf(valueOf(one.own()).open())).toBe(42);
    expect(valueOf(await one.async.giveOwn(two))).toBe('42');
    expect(valueOf(await one.async.use(hosts))).toBe(7);
    expect(valueOf(await two.async.use(hosts))).toBe(7);
    expect(valueOf(await one.async.use({ open: () => 8 } as never))).toBe(8);
    await world.comesClean();
  });

  it('is not passed on by a domain, alone or among others: the call never starts, and its error says why', async () => {
    const { one, two, hosts } = await open();
    const denied = /^PermissionDenied false forward\.Drawer: .*@noForward/;
    expect(valueOf(await one.async.passOn(hosts, two))).toMatch(denied);
    expect(valueOf(await one.async.passOnSeveral([hosts, hosts], two))).toMatch(denied);
    // Whoever was refused has the reference still.
    expect(valueOf(await one.async.use(hosts))).toBe(7);
    await world.comesClean();
  });

  it('is not given back as a result: its caller gets the error, and the domain lives on', async () => {
    const { one, hosts } = await open();
    denial(errorOf(await one.async.back(hosts)));
    expect(valueOf(await one.async.use(hosts))).toBe(7);
    expect(world.crashes).toEqual([]);
    await world.comesClean();
  });

  it('is not passed on in a call by the host either, which may grant it at load', async () => {
    const { one, two } = await open();
    const ones = valueOf(one.own());
    const refused = errorOf(two.use(ones));
    denial(refused);
    expect(refused.started).toBe(false);
    const three = await clerk('three', ones);
    expect(valueOf(three.clerk.useGranted())).toBe('42');
    expect(valueOf(three.clerk.passGrantedOn(two))).toMatch(/^PermissionDenied false/);
    await world.comesClean();
  });

  it('is the exception: without the annotation a reference goes on', async () => {
    const { one, two } = await open();
    const box = world.kernel.provide(Box, { open: () => 9 });
    expect(valueOf(await one.async.passBoxOn(box, two))).toBe('9');
    await world.comesClean();
  });
});
