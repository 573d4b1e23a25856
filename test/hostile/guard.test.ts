/** The process of a guarded kernel ends in every way in which a process can, and its host answers throughout. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Asynchronous,
  boot,
  defineSystem,
  type GuardedDomain,
  type GuardedKernel,
  type GuardedSupervisor,
  type GuardPolicy,
  type KernelCrash,
  type KernelRestart,
} from 'deciduous';
import { Mortal } from '../fixtures/extensions/generated/deaths.js';
import { Broker } from '../fixtures/extensions/generated/references.js';
import { Device, DeviceShadow, Sheet, Tally } from '../fixtures/extensions/generated/shadows.js';
import { Journal, Member } from '../fixtures/extensions/generated/team.js';
import { errorOf, extension, Lab, leafOf, Note, valueOf } from '../semantics/lab.js';
import { Counter, counter } from '../semantics/upgrading.js';

const DEEP = process.env.DEEP === '1';
const KILLS = 100;
const saboteur = pathToFileURL(fileURLToPath(new URL('../fixtures/guard/saboteur.mjs', import.meta.url))).href;
const orders = mkdtempSync(path.join(tmpdir(), 'guard-'));
const saved = process.env.NODE_OPTIONS;
beforeAll(() => {
  process.env.SABOTAGE = orders;
  process.env.NODE_OPTIONS = `--import ${saboteur}`;
});
afterAll(() => {
  if (saved === undefined) delete process.env.NODE_OPTIONS;
  else process.env.NODE_OPTIONS = saved;
  rmSync(orders, { recursive: true, force: true });
});

/** A test for where there is time. */
function deeply(claim: string, options: { readonly timeout: number }, test: () => Promise<void>): void {
  if (DEEP) it(claim, options, test);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A process that has ended and was not waited for yet is a zombie.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** What this process has started, and runs. */
function children(): number[] {
  const found = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return found.map(Number).filter((pid) => {
    try {
      const [, after = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
      const [state, parent] = after.split(' ');
      return Number(parent) === process.pid && state !== 'Z';
    } catch {
      return false;
    }
  });
}

/** The processes of kernels among these. */
function kernelProcesses(): number[] {
  return children().filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('deciduous kernel');
    } catch {
      return false;
    }
  });
}

/** Ends a process of the kernel, and answers what is told of that. */
function killed(kernel: GuardedKernel, pid: number): Promise<KernelCrash> {
  const told = new Promise<KernelCrash>((resolve) => kernel.once('kernel-crash', resolve));
  process.kill(pid, 'SIGKILL');
  return told;
}

/** A guarded kernel with one of each kind of program, and what became of its processes. */
class Scene {
  readonly crashes: KernelCrash[] = [];
  readonly restarts: KernelRestart[] = [];
  readonly lives: number[] = [];
  lab!: GuardedDomain;
  device!: GuardedDomain;
  shadow!: Asynchronous<Device>;

  private constructor(readonly kernel: GuardedKernel) {
    kernel.on('kernel-crash', (crash) => this.crashes.push(crash));
    kernel.on('kernel-restart', (restart) => this.restarts.push(restart));
  }

  static async open(policy: Partial<GuardPolicy> = {}): Promise<Scene> {
    // A slow machine is not a dead kernel.
    const scene = new Scene(await boot({ spares: 1, guard: { kind: 'process', heartbeatMs: 60_000, intensity: 1000, backoffMs: 0, ...policy } }));
    const tally = scene.kernel.provide(Tally, { began: (life) => void scene.lives.push(life) });
    const limits = { timeSliceMs: 60_000 };
    scene.lab = await scene.kernel.load(await leafOf('lab.ts'), { name: 'lab', limits, restart: { rebind: true } });
    scene.device = await scene.kernel.load(await leafOf('shadows/device.ts'), { name: 'device', limits, grant: { tally } });
    scene.shadow = scene.device.get(DeviceShadow);
    return scene;
  }

  order(what: string): void {
    writeFileSync(path.join(orders, `${what}-${this.kernel.pid}`), '');
  }

  /** Resolves when another process serves. */
  async restarted(count: number): Promise<void> {
    await expect.poll(() => this.restarts.length, { timeout: 60_000, interval: 5 }).toBeGreaterThanOrEqual(count);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kernel.close();
  }
}

/** What runs everywhere, and what runs where there is time for it. */
const ENDS = [
  { order: 'kill', what: 'a raw worker’s process.kill', end: { signal: 'SIGKILL', reason: 'it was ended by SIGKILL' }, isQuick: true },
  { order: 'segv', what: 'a fault of the processor', end: { signal: 'SIGSEGV' }, isQuick: false },
  { order: 'bomb', what: 'a memory bomb that V8 aborts at', end: { signal: 'SIGABRT', said: expect.stringContaining('heap') as string }, isQuick: false },
  { order: 'babble', what: 'bytes that are no message', end: { reason: expect.stringContaining('it announced a message of') as string }, isQuick: false },
  {
    order: 'lie',
    what: 'an answer to what nobody asked',
    end: { reason: 'it said what cannot be: a copy holds an answer to nothing that was asked' },
    isQuick: false,
  },
];

describe('a process that ends', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.open();
  });
  afterAll(() => scene.kernel.close());

  it.each(ENDS.filter(({ isQuick }) => DEEP || isQuick))(
    'by $what: calls under way are told, the domains live again, and the host has answered throughout',
    { timeout: 120_000 },
    async ({ order, end }) => {
      const { kernel, lab, device } = scene;
      const ended = scene.crashes.length;
      const life = device.incarnation;
      const proxy = lab.get(Lab);
      const plain = device.get(Device);
      const pid = kernel.pid as number;
      const kept = kernel.heap.alloc(Note, { text: 'kept', weight: 4, next: null });
      using sheet = kernel.heap.alloc(Sheet, { text: 'lent', weight: 1 });
      const began = scene.lives.length;
      const [waiting, shadowed, lost] = [plain.async.double(1, 'Wait', 1000), scene.shadow.async.weigh(sheet, 'Wait', life), proxy.async.work(60_000)];
      await expect.poll(() => scene.lives.length, { timeout: 30_000, interval: 5 }).toBeGreaterThanOrEqual(began + 2);
      let turns = 0;
      const turning = setInterval(() => turns++, 1);
      scene.order(order);
      expect(errorOf(await waiting)).toMatchObject({ code: 'DomainCrashed', cause: 'killed', started: true, domain: 'device', method: 'Device.double' });
      expect(errorOf(await lost)).toMatchObject({ code: 'DomainCrashed', domain: 'lab', method: 'Lab.work' });
      expect(errorOf(await plain.async.life())).toMatchObject({ code: 'DomainDead', started: false });
      // Lent again to the next life, which answers: four letters and a weight of one.
      expect(valueOf(await shadowed)).toBe(5);
      clearInterval(turning);
      expect(turns).toBeGreaterThan(5);
      expect(scene.crashes.slice(ended)).toMatchObject([
        { process: ended + 1, pid, next: 'restart', running: ['device Device.double', 'device Device.weigh', 'lab Lab.work'], ...end },
      ]);
      await scene.restarted(ended + 1);
      expect(scene.restarts[ended]).toMatchObject({ process: ended + 2, domains: ['lab', 'device'] });
      expect([lab.isLive, lab.incarnation, device.incarnation]).toEqual([true, life + 1, life + 1]);
      using back = valueOf(await proxy.async.echo(kept));
      expect(back.text).toBe('kept');
      const late = errorOf(await plain.async.life());
      expect([late.code, late.message]).toEqual(['DomainDead', expect.stringContaining('has ended with an earlier process of the kernel') as string]);
      expect(valueOf(await device.get(Device).async.life())).toBe(life + 1);
      expect(await kernel.audit()).toEqual([]);
      expect(isRunning(pid)).toBe(false);
    },
  );

  deeply('because it does not answer any more is ended by its host', { timeout: 120_000 }, async () => {
    await using scene = await Scene.open({ heartbeatMs: 2000 });
    const pending = scene.device.get(Device).async.double(1, 'Wait', 1000);
    scene.order('hang');
    expect(errorOf(await pending)).toMatchObject({ code: 'DomainCrashed', cause: 'killed' });
    expect(scene.crashes[0].reason).toMatch(/had not answered for 2000 ms/);
    await scene.restarted(1);
    expect(valueOf(await scene.shadow.async.life())).toBe(2);
  });

  deeply('is not ended because its host is busy', { timeout: 120_000 }, async () => {
    await using scene = await Scene.open({ heartbeatMs: 400 });
    const until = Date.now() + 3000;
    while (Date.now() < until);
    expect(valueOf(await scene.shadow.async.life())).toBe(1);
    expect(scene.crashes).toEqual([]);
  });

  it('takes with it what came from it, and tells who had passed something that nobody holds it', { timeout: 120_000 }, async () => {
    const ended = scene.crashes.length;
    const { kernel } = scene;
    const brokers = await kernel.load(await leafOf('references/broker.ts'), { name: 'broker', restart: { rebind: true } });
    const broker = brokers.get(Broker);
    let releases = 0;
    const sink = { hear: (n: number) => n + 1, released: () => void releases++ };
    expect(valueOf(await broker.async.keep(sink))).toBe(1);
    const theirs = valueOf(await broker.async.open());
    scene.order('kill');
    await scene.restarted(ended + 1);
    expect(releases).toBe(1);
    expect(errorOf(await theirs.async.hear(1))).toMatchObject({ code: 'DomainDead', started: false });
    theirs.drop();
    expect(valueOf(await broker.async.keep(sink))).toBe(1);
    expect(valueOf(await broker.async.tell(4))).toBe('5');
    await brokers.unload();
  });

  it('takes its supervisors with it: they are made again with their children in the same order, and supervise', { timeout: 120_000 }, async () => {
    const ended = scene.crashes.length;
    const { kernel } = scene;
    const lives: string[] = [];
    const journal = kernel.provide(Journal, { began: (name, life) => (lives.push(`${name}#${life}`), 0) });
    const root = await kernel.supervise({ name: 'root', intensity: 100 });
    const limits = { timeSliceMs: 60_000 };
    const member = async (under: GuardedSupervisor, name: string): Promise<GuardedDomain> =>
      under.load(await leafOf('supervision/member.ts'), { name, limits, grant: { journal } });
    const first = await member(root, 'first');
    const group = await kernel.supervise({ name: 'group', strategy: 'one-for-all', intensity: 100, parent: root });
    const gone = await kernel.supervise({ name: 'gone', parent: root });
    const [a, b, leaving] = [await member(group, 'a'), await member(group, 'b'), await member(gone, 'leaving')];
    await gone.unload();
    const proxy = b.get(Member);
    expect(lives.splice(0)).toEqual(['first#1', 'a#1', 'b#1', 'leaving#1']);
    scene.order('kill');
    await scene.restarted(ended + 1);
    expect(scene.restarts[ended].domains).toEqual(['lab', 'device', 'first', 'a', 'b']);
    expect(lives.splice(0)).toEqual(['first#2', 'a#2', 'b#2']);
    expect((await kernel.stats()).supervisors).toMatchObject([
      { name: 'root', children: [{ name: 'first' }, { name: 'group', children: [{ name: 'a' }, { name: 'b' }] }] },
    ]);
    expect(errorOf(await proxy.async.die())).toMatchObject({ code: 'DomainCrashed', cause: 'panic' });
    await expect.poll(() => [first, a, b].map(({ incarnation }) => incarnation)).toEqual([2, 3, 3]);
    expect(lives.splice(0)).toEqual(['a#3', 'b#3']);
    expect(valueOf(await proxy.async.life())).toBe(3);
    const late = await member(group, 'late');
    expect([late.incarnation, leaving.staysDead, leaving.isLive]).toEqual([1, 'it was unloaded', false]);
    await root.unload();
    const { supervisors, domains } = await kernel.stats();
    expect([supervisors, domains.map(({ name }) => name)]).toEqual([[], ['lab', 'device']]);
    expect(await kernel.audit()).toEqual([]);
  });

  it('while a system starts has the start rejected, and nothing of it is left', { timeout: 120_000 }, async () => {
    const ended = scene.crashes.length;
    const { kernel } = scene;
    const journal = kernel.provide(Journal, { began: (name) => (name === 'second' && process.kill(kernel.pid as number, 'SIGKILL'), 0) });
    const domain = { extension: extension('supervision/member.ts'), grant: { journal: { host: 'journal' } } } as const;
    const starting = kernel.start(defineSystem({ name: 'pair', domains: { first: domain, second: domain } }), { host: { journal } });
    await expect(starting).rejects.toMatchObject({ name: 'LoadError', code: 'DomainCrashed', extension: 'second' });
    await scene.restarted(ended + 1);
    expect(scene.restarts[ended].domains).toEqual(['lab', 'device']);
    expect((await kernel.stats()).supervisors).toEqual([]);
  });

  it('during an upgrade has it rejected, and the version before serves again; after it, the new one does', { timeout: 120_000 }, async () => {
    const ended = scene.crashes.length;
    const { kernel } = scene;
    const options = { name: 'counter', globals: { clock: true }, restart: { rebind: true } } as const;
    const program = await kernel.load(await counter({ version: 1 }), options);
    const proxy = (program.get(Counter) as unknown as { readonly async: { readonly [method: string]: (...args: unknown[]) => Promise<never> } }).async;
    const version = async (): Promise<number> => valueOf(await proxy.version());
    const long = proxy.later(600_000);
    // Calls begin in the order in which they were sent: the long one has, and stays with its version.
    expect(await version()).toBe(1);
    const upgrading = program.upgrade(await counter({ version: 2 }), { drainMs: 600_000 }).catch((error: unknown) => error);
    // The new version serves, and the one before has a call to end yet.
    await expect.poll(version, { timeout: 30_000, interval: 5 }).toBe(2);
    scene.order('kill');
    expect(await upgrading).toMatchObject({ name: 'LoadError', code: 'DomainCrashed', extension: 'counter' });
    expect(errorOf(await long)).toMatchObject({ code: 'DomainCrashed', started: true });
    await scene.restarted(ended + 1);
    expect([await version(), program.provenance.version]).toEqual([1, 1]);
    await program.upgrade(await counter({ version: 2 }));
    expect([await version(), program.provenance.version]).toEqual([2, 2]);
    const { incarnation } = program;
    scene.order('kill');
    await scene.restarted(ended + 2);
    expect([await version(), program.provenance.version, program.incarnation]).toEqual([2, 2, incarnation + 1]);
    await program.unload();
    expect(await kernel.audit()).toEqual([]);
  });

  deeply('at random while supervisors come and go and versions change leaves what was asked for last, and nothing else', { timeout: 600_000 }, async () => {
    await using world = await Scene.open();
    const { kernel } = world;
    const journal = kernel.provide(Journal, { began: () => 0 });
    const program = await kernel.load(await counter({ version: 1 }), { name: 'counter', globals: { clock: true }, restart: { rebind: true } });
    const proxy = (program.get(Counter) as unknown as { readonly async: { readonly [method: string]: (...args: unknown[]) => Promise<never> } }).async;
    const root = await kernel.supervise({ name: 'root', intensity: 1000 });
    let isOver = false;
    const killing = (async () => {
      while (!isOver) {
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 1500));
        if (kernel.pid !== null) process.kill(kernel.pid, 'SIGKILL');
      }
    })();
    const fails = (error: unknown): null => {
      expect(error).toMatchObject({ name: 'LoadError', code: 'DomainCrashed' });
      return null;
    };
    let version = 1;
    const kept: string[] = [];
    for (let round = 0; round < 30; round++) {
      const next = version === 1 ? 2 : 1;
      const upgraded = await program.upgrade(await counter({ version: next })).then(() => next, fails);
      version = upgraded ?? version;
      expect(program.provenance.version).toBe(version);
      const group = await kernel.supervise({ name: `group${round}`, parent: root });
      const name = `member${round}`;
      const member = await group.load(await leafOf('supervision/member.ts'), { name, grant: { journal } }).catch(fails);
      if (round % 3 === 0 && member !== null) kept.push(name);
      if (round % 3 === 1) await group.unload();
      if (round % 3 === 2) await member?.unload();
    }
    isOver = true;
    await killing;
    await program.ready();
    expect(valueOf(await proxy.version())).toBe(version);
    const { domains, supervisors } = await kernel.stats();
    expect(domains.map(({ name }) => name)).toEqual(['lab', 'device', 'counter', ...kept]);
    expect(supervisors[0].children.map(({ name }) => name)).toEqual([...Array(30).keys()].filter((round) => round % 3 !== 1).map((round) => `group${round}`));
    expect(world.crashes.length).toBeGreaterThan(0);
    expect(await kernel.audit()).toEqual([]);
  });

  deeply('during a load has the load rejected, and nothing of it is left', { timeout: 120_000 }, async () => {
    const ended = scene.crashes.length;
    const began = new Promise<void>((resolve) => scene.kernel.once('log', () => resolve()));
    const folder = mkdtempSync(path.join(tmpdir(), 'guard-init-'));
    writeFileSync(
      path.join(folder, 'slow.ts'),
      "import { defineDomain } from 'deciduous/domain';\nexport default defineDomain({ provides: {}, init: () => { console.log('began'); return new Promise(() => {}); } } as any);\n",
    );
    const loading = scene.kernel.load(path.join(folder, 'slow.ts'));
    const outcome = loading.catch((error: unknown) => error);
    await Promise.race([began, outcome]);
    scene.order('kill');
    expect(await outcome).toMatchObject({ name: 'LoadError', code: 'DomainCrashed' });
    await scene.restarted(ended + 1);
    expect((await scene.kernel.stats()).domains.map(({ name }) => name)).toEqual(['lab', 'device']);
    rmSync(folder, { recursive: true });
  });

  deeply('because a thread of it does not stop is ended by its host, and what that thread held begins anew', { timeout: 120_000 }, async () => {
    await using world = await Scene.open();
    const deaf = await world.kernel.load(await leafOf('deaths/mortal.ts'), { name: 'deaf', limits: { timeSliceMs: 60 }, restart: { when: 'on-crash' } });
    const condemned: string[] = [];
    world.kernel.on('condemned', ({ domain }) => condemned.push(domain));
    expect(errorOf(await deaf.get(Mortal).async.search(1e6))).toMatchObject({ code: 'TimedOut' });
    await world.restarted(1);
    expect(condemned).toEqual(['deaf']);
    expect(world.crashes[0].reason).toBe('it held threads that do not stop: deaf');
    expect(world.restarts[0].domains).toEqual(['lab', 'device', 'deaf']);
    expect(valueOf(await deaf.get(Mortal).async.work(1))).toBeDefined();
  });

  deeply('because a thread does not stop whose life was the last leaves a living namesake its next life', { timeout: 120_000 }, async () => {
    await using world = await Scene.open();
    const [deaf, namesake] = await Promise.all(
      [0, 1].map(async () => world.kernel.load(await leafOf('deaths/mortal.ts'), { name: 'deaf', limits: { timeSliceMs: 60 }, restart: { when: 'never' } })),
    );
    void deaf.get(Mortal).async.search(1e6);
    await world.restarted(1);
    await expect(deaf.ready()).rejects.toThrow('its thread did not stop');
    await namesake.ready();
    expect(valueOf(await namesake.get(Mortal).async.work(1))).toBeDefined();
  });

  it('is followed by the next after a wait that doubles up to its ceiling, whether or not it had come to serve', { timeout: 120_000 }, async () => {
    const known = new Set(kernelProcesses());
    const guard = { kind: 'process', heartbeatMs: 60_000, intensity: 3, periodMs: 3_600_000, backoffMs: 20, mostBackoffMs: 50 } as const;
    await using kernel = await boot({ spares: 0, guard });
    const waits: number[] = [];
    for (const hasServed of [true, true, false, false]) {
      if (hasServed) await kernel.stats();
      const fresh = (): number | undefined => kernelProcesses().find((pid) => !known.has(pid));
      await expect.poll(fresh, { timeout: 30_000, interval: 5 }).toBeGreaterThan(0);
      known.add(fresh() as number);
      waits.push((await killed(kernel, [...known].at(-1) as number)).backoffMs);
    }
    expect(waits).toEqual([20, 40, 50, 0]);
    await expect(kernel.stats()).rejects.toThrow('more than 3 times within 3600000 ms');
  });

  it('is not followed by another before the wait is over, nor at all where the kernel is closed meanwhile', { timeout: 60_000 }, async () => {
    const known = new Set(children());
    const kernel = await boot({ spares: 0, guard: { kind: 'process', heartbeatMs: 60_000, backoffMs: 600_000 } });
    const pid = kernel.pid as number;
    expect(await killed(kernel, pid)).toMatchObject({ next: 'restart', backoffMs: 600_000 });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(children().filter((each) => !known.has(each) && each !== pid)).toEqual([]);
    const stats = kernel.stats();
    await Promise.all([kernel.close(), expect(stats).rejects.toThrow('the kernel is closed')]);
  });

  it('more often than the policy allows is followed by none, and everything answers KernelDied', { timeout: 120_000 }, async () => {
    await using scene = await Scene.open({ intensity: 1, periodMs: 3_600_000 });
    const reasons: string[] = [];
    scene.kernel.on('kernel-give-up', ({ reason }) => reasons.push(reason));
    const proxy = scene.lab.get(Lab);
    for (const count of [1, 2]) {
      scene.order('kill');
      if (count === 1) await scene.restarted(1);
    }
    await expect.poll(() => reasons).toHaveLength(1);
    expect(scene.crashes.map(({ next }) => next)).toEqual(['restart', 'give-up']);
    expect(errorOf(await proxy.async.work(1))).toMatchObject({ code: 'KernelDied', started: false });
    expect(errorOf(await scene.shadow.async.life())).toMatchObject({ code: 'KernelDied' });
    await expect(scene.lab.ready()).rejects.toThrow('lab stays dead');
    await expect(scene.kernel.stats()).rejects.toThrow('the kernel is not started again');
  });

  deeply(`at random ${KILLS} times loses no answer of a shadow and leaves no process`, { timeout: 1_200_000 }, async () => {
    const pids = new Set<number>();
    let answered = 0;
    let isOver = false;
    const callers = [0, 1, 2].map(async (caller) => {
      for (let n = 0; !isOver; n++) {
        const result = await scene.shadow.async.double(n, 'None', 0);
        // Three attempts may have died; what is answered is right.
        if (result.ok) expect(result.value).toBe(2 * n);
        else expect(result.error).toMatchObject({ code: 'DomainCrashed', cause: 'killed', started: true });
        if (result.ok) answered++;
        if (caller === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      }
    });
    while (pids.size < KILLS) {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 400));
      // Also such as are being made ready, and serve nobody yet.
      const fresh = kernelProcesses().filter((pid) => !pids.has(pid));
      for (const pid of fresh) {
        pids.add(pid);
        process.kill(pid, 'SIGKILL');
      }
      if (fresh.length > 0 && pids.size % 3 !== 0) await scene.device.ready();
    }
    await scene.device.ready();
    expect(valueOf(await scene.shadow.async.double(21, 'None', 0))).toBe(42);
    isOver = true;
    await Promise.all(callers);
    expect(answered).toBeGreaterThan(0);
    expect(await scene.kernel.audit()).toEqual([]);
    expect(pids.size).toBeGreaterThanOrEqual(KILLS);
    for (const pid of pids) expect(isRunning(pid)).toBe(false);
  });
});

const SHORT_OF_DESCRIPTORS = `
    import { closeSync, openSync } from 'node:fs';
    import { boot } from ${JSON.stringify(new URL('../../dist/host/index.js', import.meta.url).href)};
    const kernel = await boot({ guard: { kind: 'process', heartbeatMs: 60000, intensity: 100 } });
    const taken = [];
    kernel.on('kernel-crash', ({ reason }) => {
      console.log(reason);
      if (reason.includes('descriptor')) for (const each of taken.splice(0)) closeSync(each);
    });
    process.kill(kernel.pid, 'SIGKILL');
    try { for (;;) taken.push(openSync('/dev/null')); } catch {}
    console.log(Array.isArray((await kernel.stats()).domains));
    await kernel.close();`;
deeply('a host that is short of descriptors when its kernel has to be started again tries later, and goes on', { timeout: 120_000 }, async () => {
  const host = spawn('sh', ['-c', 'ulimit -n 200; exec "$0" "$@"', process.execPath, '--input-type=module', '-e', SHORT_OF_DESCRIPTORS], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said: Buffer[] = [];
  host.stdout.on('data', (text: Buffer) => said.push(text));
  await once(host, 'close');
  expect(Buffer.concat(said).toString()).toMatch(/^it was ended by SIGKILL\n(it could not be started: no descriptor is left for its channel\n)+true\n$/);
});

describe('nothing is left running', () => {
  const HOST = `
    import { boot } from ${JSON.stringify(new URL('../../dist/host/index.js', import.meta.url).href)};
    const kernel = await boot({ guard: { kind: 'process', heartbeatMs: 60000 } });
    console.log(kernel.pid);
    if (process.argv[1] === 'exit') process.exit(0);
    if (process.argv[1] === 'wait') setInterval(() => {}, 1000);`;

  const hosts = [
    { how: 'a host that is killed', argument: 'wait', kill: true },
    { how: 'a host that exits without close()', argument: 'exit', kill: false },
    { how: 'a host that has nothing left to do', argument: 'end', kill: false },
  ];
  it.each(DEEP ? hosts : hosts.slice(0, 1))('by $how', { timeout: 120_000 }, async ({ argument, kill }) => {
    const host = spawn(process.execPath, ['--input-type=module', '-e', HOST, argument], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(host.stdout, 'data')) as [Buffer];
    const pid = Number(line.toString());
    expect(pid).toBeGreaterThan(1);
    const ended = once(host, 'exit');
    if (kill) {
      expect(isRunning(pid)).toBe(true);
      host.kill('SIGKILL');
    }
    await ended;
    await expect.poll(() => isRunning(pid)).toBe(false);
  });
});
