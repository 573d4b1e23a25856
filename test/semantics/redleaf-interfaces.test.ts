/** RedLeaf's interfaces in our notation (idl/redleaf), at work: a disk, a driver that dies, a file system, a network device and the system calls of a Unix, each a domain of its own. */
import { fileURLToPath } from 'node:url';
import { type DomainHandle, RRefDeque, type RRef } from 'deciduous';
import { expect, it } from 'vitest';
import { packExtension } from '../../dist/pack/index.js';
import { Block, BlockDevice, BlockDeviceShadow } from '../fixtures/redleaf/generated/block.js';
import { Buffer as FsBuffer, FileSystem, type OpenModeValue } from '../fixtures/redleaf/generated/fs.js';
import { Frame, Net } from '../fixtures/redleaf/generated/net.js';
import { Loader, Program, Rv6 } from '../fixtures/redleaf/generated/rv6.js';
import { errorOf, valueOf, World } from './lab.js';

const leaves = new Map<string, ReturnType<typeof packExtension>>();
function leafOf(name: string): ReturnType<typeof packExtension> {
  const leaf = leaves.get(name) ?? packExtension(fileURLToPath(new URL(`../fixtures/redleaf/${name}.ts`, import.meta.url)));
  leaves.set(name, leaf);
  return leaf;
}

const NEW: OpenModeValue = { read: true, write: true, create: true };
const OLD: OpenModeValue = { read: true, write: true, create: false };
const BROUGHT_BACK = { when: 'on-crash', intensity: 1000, periodMs: 1000, rebind: true } as const;

/** What a file system answers, which must be fine. */
function fine<T, E>(result: Parameters<typeof valueOf<{ ok: true; value: T } | { ok: false; error: E }>>[0]): T {
  const outcome = valueOf(result);
  if (!outcome.ok) throw new Error(String(outcome.error));
  return outcome.value;
}

class Machine {
  private constructor(
    readonly world: World,
    readonly medium: DomainHandle,
    readonly driver: DomainHandle,
  ) {}

  static async open(world: World): Promise<Machine> {
    const medium = await world.kernel.load(await leafOf('memory-disk'), { name: 'medium' });
    const driver = await world.kernel.load(await leafOf('driver'), { name: 'driver', grant: { medium: medium.get(BlockDevice) }, restart: BROUGHT_BACK });
    return new Machine(world, medium, driver);
  }

  async files(leaf: 'files' | 'files-on-shadow', device: object): Promise<DomainHandle> {
    return this.world.kernel.load(await leafOf(leaf), { name: 'files', grant: { device } });
  }

  async unix(files: DomainHandle, net: DomainHandle, loader: Loader): Promise<Rv6> {
    const grant = { files: files.get(FileSystem), net: net.get(Net), clock: this.world.kernel.clock, loader };
    const unix = await this.world.kernel.load(await leafOf('unix'), { name: 'unix', grant });
    return unix.get(Rv6);
  }

  buffer(text: string): RRef<FsBuffer> {
    return this.world.kernel.heap.alloc(FsBuffer, { data: Buffer.from(text) });
  }
}

it('a block that was written is read back, and stays its writer’s; the wrong size and the wrong block are outcomes', async () => {
  await using world = await World.open({ checks: 'paranoid' });
  const { medium } = await Machine.open(world);
  const device = medium.get(BlockDevice);
  expect(valueOf(device.geometry())).toEqual({ blocks: 256 });
  {
    using block = world.kernel.heap.alloc(Block, { data: new Uint8Array(4096).fill(7) });
    fine(device.write(3, block));
    block.data.set(new Uint8Array(4096).fill(8));
    using read = fine(device.read(3));
    expect(read.data.equals(new Uint8Array(4096).fill(7))).toBe(true);
    expect(valueOf(device.write(256, block))).toEqual({ ok: false, error: 'OutOfRange' });
    using short = world.kernel.heap.alloc(Block, { data: new Uint8Array(10) });
    expect(valueOf(device.write(0, short))).toEqual({ ok: false, error: 'WrongSize' });
    expect(() => world.kernel.heap.alloc(Block, { data: new Uint8Array(4097) })).toThrow(/at most 4096 bytes/);
  }
  await world.comesClean();
});

it('a file system keeps on its device what programs wrote, and finds it again in its next life', async () => {
  await using world = await World.open({ checks: 'paranoid' });
  const machine = await Machine.open(world);
  const first = await machine.files('files', machine.medium.get(BlockDevice));
  const files = first.get(FileSystem);
  fine(files.makeDirectory('/home'));
  const file = fine(files.open('/home/notes', NEW));
  {
    using text = machine.buffer('x'.repeat(5000));
    expect(fine(file.write(0n, text))).toBe(5000);
    using end = machine.buffer('the end');
    expect(fine(file.write(5000n, end))).toBe(7);
    using read = fine(file.read(4090n, 1000));
    expect(read.data.text()).toBe(`${'x'.repeat(910)}the end`);
  }
  expect(valueOf(file.stat())).toMatchObject({ kind: { tag: 'File' }, links: 1, size: 5007n });
  fine(files.link('/home/notes', '/home/more'));
  fine(files.makeNode('/console', 1, -1));
  expect(fine(files.stat('/console')).kind).toEqual({ tag: 'Device', value: [1, -1] });
  expect(valueOf(files.open('/home', OLD))).toEqual({ ok: false, error: 'IsADirectory' });
  expect(valueOf(files.open('/nothing', OLD))).toEqual({ ok: false, error: 'NotFound' });
  expect(valueOf(files.unlink('/home'))).toEqual({ ok: false, error: 'NotEmpty' });
  file.drop();
  await first.unload();

  const again = (await machine.files('files', machine.medium.get(BlockDevice))).get(FileSystem);
  {
    using entry = fine(again.list('/home'));
    expect([entry?.name, entry?.next?.name, entry?.next?.next]).toEqual(['more', 'notes', null]);
  }
  fine(again.unlink('/home/notes'));
  const kept = fine(again.open('/home/more', OLD));
  using read = fine(kept.read(5000n, 100));
  expect([read.data.text(), valueOf(kept.stat()).links]).toEqual(['the end', 1]);
  kept.drop();
  read.drop();
  await world.comesClean();
});

it('the death of a driver is an error to the file system and not of it; nothing that failed has half happened', async () => {
  await using world = await World.open({ checks: 'paranoid' });
  const machine = await Machine.open(world);
  const domain = await machine.files('files', machine.driver.get(BlockDevice)).catch(() => null);
  // Its init reads more blocks than the driver lives for: without a shadow it does not come through.
  expect(domain).toBeNull();
  await machine.driver.ready();

  const files = (await machine.files('files', machine.medium.get(BlockDevice))).get(FileSystem);
  fine(files.makeDirectory('/kept'));
  await machine.medium.kill();
  expect(valueOf(files.makeDirectory('/lost'))).toEqual({ ok: false, error: 'DeviceFailed' });
  expect(valueOf(files.stat('/lost'))).toEqual({ ok: false, error: 'NotFound' });
  expect(fine(files.stat('/kept')).kind).toEqual({ tag: 'Directory' });
  expect(world.crashes.map((epitaph) => epitaph.domain).filter((name) => name === 'files')).toEqual([]);
  await world.comesClean();
});

it('on a shadow of its driver the same file system does not notice how often the driver dies', { timeout: 120_000 }, async () => {
  await using world = await World.open({ checks: 'paranoid', spares: 2 });
  const machine = await Machine.open(world);
  const files = (await machine.files('files-on-shadow', machine.driver.get(BlockDeviceShadow))).get(FileSystem);
  const file = fine(await files.async.open('/log', NEW));
  for (let line = 0; line < 12; line++) {
    using text = machine.buffer(`line ${String(line).padStart(4, '0')} ${'.'.repeat(989)}\n`);
    expect(fine(await file.async.write(BigInt(line * 1000), text))).toBe(1000);
  }
  using whole = fine(await file.async.read(0n, 65536));
  const lines = whole.data.text().trimEnd().split('\n');
  expect(lines.map((line) => line.slice(0, 9))).toEqual(Array.from({ length: 12 }, (_, line) => `line ${String(line).padStart(4, '0')}`));
  expect(world.crashes.length).toBeGreaterThanOrEqual(3);
  expect(new Set(world.crashes.map((epitaph) => epitaph.domain))).toEqual(new Set(['driver']));
  file.drop();
  whole.drop();
  await machine.driver.ready();
  await world.comesClean();
});

it('frames move to the network device and come back; what it has, the sender has not', async () => {
  await using world = await World.open({ checks: 'paranoid' });
  const net = (await world.kernel.load(await leafOf('loopback'), { name: 'loopback' })).get(Net);
  const { heap } = world.kernel;
  const frame = (text: string) => heap.alloc(Frame, { data: Buffer.from(text) });
  const Batch = RRefDeque(Frame, 32);
  const sent = heap.alloc(Batch, [frame('one'), frame('two')]);
  const gone = heap.alloc(Batch, []);
  const { count, frames, collect } = valueOf(net.submitAndPoll(sent, gone, 'Transmit'));
  expect(() => sent.length).toThrow(/sent or dropped/);
  expect([count, frames.length, collect.length]).toEqual([2, 0, 2]);
  // The very frames come back, to be filled anew.
  const received = valueOf(net.submitAndPoll(collect, frames, 'Receive'));
  expect([received.count, received.frames.length]).toEqual([2, 0]);
  expect([...received.collect].map(({ data }) => data.text())).toEqual(['one', 'two']);
  valueOf(net.submitAndPoll(received.collect, received.frames, 'Transmit')).frames.drop();
  expect(valueOf(net.stats())).toEqual({ transmitted: 4n, received: 2n, missed: 0n });
  const polled = valueOf(net.poll(heap.alloc(RRefDeque(Frame, 512), []), 'Receive'));
  expect([polled.count, polled.collect.capacity]).toEqual([2, 512]);
  polled.collect.drop();
});

it('programs of rv6 open, read, write, seek, duplicate, pipe and start each other, and have what they were given and no more', {
  timeout: 120_000,
}, async () => {
  await using world = await World.open({ spares: 2 });
  const machine = await Machine.open(world);
  const printed: Promise<string>[] = [];
  const loader = world.kernel.provide(Loader, {
    async load(program, argument, rv6) {
      if (program !== '/bin/shout') return false;
      const domain = await world.kernel.load(await leafOf('shout'), { name: 'shout', grant: { rv6 } });
      rv6.drop();
      const run = async (): Promise<string> => {
        const answer = await domain.get(Program).async.main(argument);
        await domain.unload();
        return valueOf(answer);
      };
      printed.push(run());
      return true;
    },
  });
  const filesDomain = await machine.files('files', machine.medium.get(BlockDevice));
  const rv6 = await machine.unix(filesDomain, await world.kernel.load(await leafOf('loopback'), { name: 'loopback' }), loader);

  expect(valueOf(rv6.getpid())).toBe(1);
  const file = fine(rv6.open('/input', NEW));
  {
    using text = machine.buffer('hello, ');
    using more = machine.buffer('rv6');
    expect([fine(rv6.write(file, text)), fine(rv6.write(file, more))]).toEqual([7, 3]);
  }
  fine(rv6.seek(file, 0n));
  const twin = fine(rv6.dup(file));
  {
    using hello = fine(rv6.read(file, 7));
    using rest = fine(rv6.read(twin, 100));
    expect([hello.data.text(), rest.data.text()]).toEqual(['hello, ', 'rv6']);
  }
  fine(rv6.seek(twin, 0n));
  expect(fine(rv6.fstat(twin)).size).toBe(10n);
  expect(valueOf(rv6.read(9, 1))).toEqual({ ok: false, error: 'BadDescriptor' });

  const [reads, writes] = fine(rv6.pipe());
  const given = Array.from({ length: 16 }, (_, number) => (number === 0 ? file : number === 1 ? writes : null));
  const child = fine(await rv6.async.spawn('/bin/shout', 'said', { files: given }));
  expect(child).toBe(2);
  fine(rv6.close(writes));
  let heard = '';
  for (;;) {
    using part = fine(await rv6.async.read(reads, 100));
    if (part.data.length === 0) break;
    heard += part.data.text();
  }
  expect(heard).toBe('HELLO, RV6');
  expect(await printed[0]).toBe('said 2 BadDescriptor');
  expect(valueOf(await rv6.async.spawn('/bin/missing', '', { files: given }))).toEqual({ ok: false, error: 'NotFound' });

  for (const number of [file, twin, reads]) fine(rv6.close(number));
  fine(rv6.mkdir('/tmp'));
  fine(rv6.mknod('/console', 1, 1));
  fine(rv6.link('/input', '/tmp/copy'));
  fine(rv6.unlink('/input'));
  const copy = fine(rv6.open('/tmp/copy', OLD));
  {
    using read = fine(rv6.read(copy, 100));
    expect(read.data.text()).toBe('hello, rv6');
  }
  fine(rv6.close(copy));
  const before = valueOf(rv6.uptime());
  valueOf(await rv6.async.sleep(5));
  expect(valueOf(rv6.uptime())).toBeGreaterThanOrEqual(before);
  using net = valueOf(rv6.net());
  expect(valueOf(net.stats())).toEqual({ transmitted: 0n, received: 0n, missed: 0n });

  // The death of the file system is an error to programs, and of none of them.
  await filesDomain.kill();
  expect(valueOf(rv6.open('/tmp/copy', OLD))).toEqual({ ok: false, error: 'DeviceFailed' });
  expect(errorOf(filesDomain.get(FileSystem).stat('/')).code).toBe('DomainDead');
  expect(new Set(world.crashes.map((epitaph) => epitaph.domain))).toEqual(new Set(['files']));
  await world.comesClean();
});
