/** What a domain or a careless host can make of references and locks: a capability leads to what it was given for, or to nobody. */
import { expect, it } from 'vitest';
import { bindingWord, MAX_BINDINGS } from '../../dist/abi/thread-layout.js';
import { Bindings } from '../../dist/microkernel/bindings.js';
import { providesTheSame } from '../../dist/microkernel/program.js';
import { Contender, Witness } from '../fixtures/extensions/generated/contender.js';
import { Broker, Sink } from '../fixtures/extensions/generated/references.js';
import { errorOf, extension, Holder, Lab, leafOf, Relay, valueOf, World } from '../semantics/lab.js';

it('a proxy that follows a program through its lives leads nowhere once the program is unloaded, whoever is loaded next', async () => {
  await using world = await World.open({ spares: 2 });
  const { kernel } = world;
  const holder = await kernel.load(await leafOf('holder.ts'), { name: 'holder' });
  const { domain, lab } = await world.lab({ restart: { when: 'on-crash', rebind: true } });
  const relay = await kernel.load(await leafOf('relay.ts'), { name: 'relay', grant: { lab, holder: holder.get(Holder) } });
  const relayed = relay.get(Relay);
  valueOf(relayed.work(1));
  await domain.unload();
  expect(errorOf(lab.work(1))).toMatchObject({ code: 'DomainDead' });
  const { domain: stranger } = await world.lab({ name: 'stranger' });
  expect(errorOf(lab.work(1))).toMatchObject({ code: 'DomainDead' });
  expect(domain.isLive).toBe(false);
  const granted = await relayed.async.work(1);
  expect(granted.ok).toBe(false);
  expect(stranger.isLive).toBe(true);
  await world.comesClean();
});

it('revoking an implementation takes back every reference to it, however often it was exported', async () => {
  await using world = await World.open({ spares: 1 });
  const { kernel } = world;
  const impl = { hear: (n: number) => n };
  const first = kernel.provide(Sink, impl);
  const second = kernel.provide(Sink, impl);
  kernel.revoke(impl);
  expect(errorOf(await second.async.hear(1))).toMatchObject({ code: 'PermissionDenied' });
  expect(errorOf(await first.async.hear(1))).toMatchObject({ code: 'PermissionDenied' });
});

it('revoking an implementation takes back what was passed before it was provided by name', async () => {
  await using world = await World.open({ spares: 1 });
  const { kernel } = world;
  const impl = { hear: (n: number) => n };
  const domain = await kernel.load(extension('references/broker.ts'), { name: 'broker', limits: { timeSliceMs: 20_000 } });
  const broker = domain.get(Broker);
  valueOf(broker.keep(impl));
  kernel.provide(Sink, impl);
  kernel.revoke(impl);
  expect(valueOf(await broker.async.tell(1))).toBe('PermissionDenied');
  await world.comesClean();
});

it('a domain that waits, blocked, for a lock that another wait of its own has just got is told so', { timeout: 120_000 }, async () => {
  await using world = await World.open({ spares: 1 });
  const { kernel } = world;
  const lock = await kernel.lock('one');
  const other = await kernel.lock('other');
  const witness = kernel.provide(Witness, { enter() {}, leave() {} });
  const domain = await kernel.load(extension('locks/contender.ts'), { name: 'contender', grant: { lock, other, witness } });
  const contender = domain.get(Contender);
  valueOf(valueOf(lock.tryAcquire()) as never);
  valueOf(contender.startWaiting(60_000));
  const outcome = contender.async.acquire(60_000);
  await new Promise((resolve) => setTimeout(resolve, 100));
  valueOf(valueOf(lock.release()) as never);
  const late = new Promise((resolve) => setTimeout(() => resolve('nothing for 30 s'), 30_000));
  expect(await Promise.race([outcome, late])).toMatchObject({ ok: true, value: 'Deadlock' });
  await world.comesClean();
});

it('a proxy that follows a program through its lives leads to what it was made for, whatever a later life gives away first', async () => {
  await using world = await World.open({ spares: 2 });
  const { kernel } = world;
  const keeper = await kernel.load(extension('references/broker.ts'), { name: 'keeper', limits: { timeSliceMs: 20_000 } });
  const domain = await kernel.load(extension('hostile/shifter.ts'), {
    name: 'shifter',
    restart: { when: 'on-crash', rebind: true },
    grant: { broker: keeper.get(Broker) },
  });
  const shifted = domain.get(Sink);
  const lab = domain.get(Lab);
  expect(valueOf(shifted.hear(1))).toBe(2);
  await lab.async.die('Panic');
  await world.died(1);
  await domain.ready();
  expect(valueOf(await shifted.async.hear(1))).toBe(3);
  expect(valueOf(await lab.async.work(1))).toBe(7);
  await world.comesClean();
});

it('a life that provides something else than the first one is told from one that provides the same', () => {
  const sink = { interfaceName: 'Sink', interfaceId: 'a', exported: 0 };
  expect(providesTheSame(null, { sink })).toBe(true);
  expect(providesTheSame({ sink }, { sink: { ...sink } })).toBe(true);
  for (const other of [{}, { other: sink }, { sink, other: sink }, { sink: { ...sink, exported: 1 } }, { sink: { ...sink, interfaceId: 'b' } }])
    expect(providesTheSame({ sink }, other)).toBe(false);
  expect(providesTheSame({ toString: sink }, { sink })).toBe(false);
});

it('a binding is never the next program’s, though its place is', () => {
  const bindings = new Bindings();
  const first = bindings.take();
  bindings.free(first);
  const second = bindings.take();
  expect(bindingWord(second)).toBe(bindingWord(first));
  expect([second === first, bindings.isTaken(first), bindings.isTaken(second)]).toEqual([false, false, true]);
  bindings.free(first);
  expect(bindings.isTaken(second)).toBe(true);
  for (let place = 1; place < MAX_BINDINGS; place++) expect(bindings.take()).toBeGreaterThan(0);
  expect(bindings.take()).toBe(-1);
});
