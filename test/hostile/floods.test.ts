/** What keeps others from what the kernel provides: its mailbox, its names, its numbers. */
import { expect, it } from 'vitest';
import { domainId } from '../../dist/abi/domain-id.js';
import { readTrace } from '../../dist/host/trace-reader.js';
import { Locks } from '../../dist/microkernel/locks.js';
import { openShared, reserveShared } from '../../dist/shared-heap/shared-state.js';
import { TraceWriter } from '../../dist/shared-heap/trace.js';
import { Contender, Witness } from '../fixtures/extensions/generated/contender.js';
import { Sink } from '../fixtures/extensions/generated/references.js';
import { extension, valueOf, World } from '../semantics/lab.js';

it('two domains that never take what the kernel answers keep nobody from releasing a lock', async () => {
  await using world = await World.open({ spares: 2 });
  const { kernel } = world;
  const lock = await kernel.lock('one');
  const other = await kernel.lock('other');
  const witness = kernel.provide(Witness, { enter() {}, leave() {} });
  valueOf(lock.tryAcquire());
  const domain = await kernel.load(extension('locks/contender.ts'), { name: 'contender', grant: { lock: other, other: lock, witness } });
  const contender = domain.get(Contender);
  expect(valueOf(contender.acquire(0))).toBe('clean');
  // Together they would have the whole mailbox: 222 answers and a wait, 32 answers and a wait.
  const hogs = [];
  for (const answers of [222, 32]) {
    const hog = await kernel.load(extension('hostile/hog.ts'), { name: 'hog', grant: { clock: kernel.clock, lock } });
    hogs.push(hog.get(Sink).async.hear(answers));
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  expect(valueOf(contender.release())).toBe('clean');
  expect(valueOf(lock.release())).toMatchObject({ ok: true });
  await Promise.all(hogs);
  await world.comesClean();
});

it('six domains that act together leave room in the kernel’s mailbox', { timeout: 120_000 }, async () => {
  await using world = await World.open({ spares: 2 });
  const { kernel } = world;
  const lock = await kernel.lock('one');
  valueOf(lock.tryAcquire());
  const hogs = [];
  for (let number = 0; number < 6; number++) {
    const hog = await kernel.load(extension('hostile/hog.ts'), { name: `hog ${number}`, grant: { clock: kernel.clock, lock } });
    hogs.push(hog.get(Sink).async.hear(300));
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const shares = (await kernel.stats()).domains.map(({ callsInFlight }) => callsInFlight);
  expect(shares.reduce((sum, share) => sum + share)).toBeLessThan(250);
  const late = await kernel.load(extension('hostile/hog.ts'), { name: 'late', grant: { clock: kernel.clock, lock } });
  hogs.push(late.get(Sink).async.hear(8));
  await expect.poll(async () => (await kernel.stats()).domains.find(({ name }) => name === 'late')?.callsInFlight).toBe(9);
  expect(valueOf(lock.release())).toMatchObject({ ok: true });
});

it('a domain is named in the trace, however many methods have been called', () => {
  const shared = openShared(reserveShared(4 * 2 ** 20, 64));
  const id = domainId(2, 1);
  const writer = TraceWriter.open(shared, id) as TraceWriter;
  for (let method = 0; method < 5000; method++) writer.unsent(id, `method ${method}`, 0);
  writer.christen(id, 'latecomer', 1);
  expect(readTrace(shared.traceViews as never).lives).toMatchObject([{ id, name: 'latecomer' }]);
});

it('who makes locks without end is told that there are enough', () => {
  let made = 0;
  const locks = new Locks({ provide: () => made++, resources: null, current: null, holder: null } as never);
  expect(() => {
    for (let name = 0; name < 5000; name++) locks.open(`lock ${name}`);
  }).toThrow(/4000 locks have been made/);
  expect(made).toBe(4000);
  expect(locks.open('lock 7')).toBe(7);
});
