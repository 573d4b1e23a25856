/** Rows of "What happens when a domain dies" that take more than one domain, or a death at an awkward moment; and that every row has its tests. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import workers from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { boot, type DomainHandle, type Limits } from 'deciduous';
import { HEARTBEAT_PATIENCE_MS } from '../../dist/proxy/endpoint.js';
import { packExtension } from '../../dist/pack/index.js';
import { Mortal, Paper } from '../fixtures/extensions/generated/deaths.js';
import { deathsOf, ROWS } from './death-rows.js';
import { DEATHS, type Death, errorOf, extension, valueOf, World } from './lab.js';

type Leaf = Awaited<ReturnType<typeof packExtension>>;
let leaf: Leaf;
beforeAll(async () => {
  leaf = await packExtension(extension('deaths/mortal.ts'));
});

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Whether a value can be written: whether nobody borrows it any more. */
function write(paper: Paper): boolean {
  try {
    paper.weight = 77;
    return true;
  } catch (error) {
    expect((error as Error).name).toBe('LifetimeViolation');
    return false;
  }
}

interface Loaded {
  readonly domain: DomainHandle;
  readonly mortal: Mortal;
}

describe('the table of deaths', () => {
  it('has thirty rows, and each has a test that says so', () => {
    expect(ROWS.map(({ row }) => row)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
    for (const { row, in: files } of ROWS) {
      for (const file of files) {
        const text = readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
        const isNamed = new RegExp(`\\brow ${row}\\b|\\brows?(?: \\d+,?| and)* ${row}\\b|byEvery\\(\\s*${row},`);
        // Steps belong to operations, not to rows: which operation is stepped for which row is said in the pages.
        if (!file.startsWith('interleaving/')) expect(text, `row ${row} in ${file}`).toMatch(isNamed);
      }
    }
  });

  it('stands in the pages, and every row names its tests there', () => {
    const page = readFileSync(new URL('../../docs/semantics.md', import.meta.url), 'utf8');
    for (const { row } of ROWS) {
      const line = page.split('\n').find((each) => each.startsWith(`| ${row} |`));
      expect(line, `row ${row}`).toMatch(/"row \d+|stepped|"a |"close/);
    }
    expect(page).not.toContain('not yet covered by a test');
  });

  it('says of each death why it cannot bring a row about, where it cannot', () => {
    for (const { row, never = {} } of ROWS) {
      for (const name of Object.keys(never))
        expect(
          DEATHS.map((death) => death.name),
          `row ${row}`,
        ).toContain(name);
      for (const reason of Object.values(never)) expect(reason.length).toBeGreaterThan(15);
    }
  });
});

describe.each(['fast', 'paranoid'] as const)('with checks: %s', (checks) => {
  let world: World;
  const loaded: DomainHandle[] = [];
  beforeAll(async () => {
    world = await World.open({ checks, spares: 3 });
  });
  afterAll(async () => {
    await world.kernel.close();
  });

  async function load(name: string, limits: Partial<Limits> = {}): Promise<Loaded> {
    const domain = await world.kernel.load(leaf, { name, limits: { timeSliceMs: 60, privateHeapBytes: 32 * 2 ** 20, ...limits } });
    loaded.push(domain);
    return { domain, mortal: domain.get(Mortal) };
  }
  /** Two that know each other. Only whoever is to hang has a slice that ends soon. */
  async function pair(death: Death): Promise<[Loaded, Loaded]> {
    const [a, b] = [await load('a', { timeSliceMs: death.cause === 'hang' ? 60 : 60_000 }), await load('b', { timeSliceMs: 60_000 })];
    valueOf(a.mortal.meet(b.mortal));
    valueOf(b.mortal.meet(a.mortal));
    return [a, b];
  }
  const papers = (length: number): ReturnType<World['kernel']['heap']['alloc']> & Paper => {
    let head: any = null;
    for (let weight = length; weight > 0; weight--) head = world.kernel.heap.alloc(Paper, { text: `paper ${weight}`, weight, next: head });
    return head;
  };
  /** Everything that was loaded goes, and nothing is left. */
  async function endsClean(): Promise<void> {
    await Promise.all(loaded.splice(0).map((domain) => domain.unload()));
    await expect.poll(() => world.kernel.audit()).toEqual([]);
    expect((await world.kernel.stats()).heap.byOwner).toEqual({});
  }
  /** A test of a row, by every death that can bring it about. */
  function byEvery(row: number, claim: string, work: (death: Death) => Promise<void>): void {
    it.each(deathsOf(row))(`row ${row}: ${claim}, by $name`, async (death) => {
      await work(death);
      await endsClean();
    });
  }
  /** Causes a death in a call, and waits for the burial. */
  function dies(death: Death, { domain }: Loaded, call: () => Promise<any>): Promise<any> {
    return world.dieIn(death, domain, call);
  }

  /** Makes a call that has the other labour; when it does, who asked for that is let go, and dies. */
  async function whileLabours(other: Loaded, dying: Loaded, call: () => Promise<any>): Promise<any> {
    const labours = world.says(other.domain.name);
    const pending = call();
    await labours;
    void dying.mortal.async.letGo();
    return pending;
  }

  byEvery(
    8,
    'a domain that dies while it attaches, detaches and replaces leaves exactly one owner of everything; row 9: and of what it allocates and frees',
    async (death) => {
      for (let round = 0; round < (death.cause === 'killed' ? 5 : 1); round++) {
        const one = await load(`churning ${round}`);
        expect(errorOf(await dies(death, one, () => one.mortal.async.churn(death.way)))).toMatchObject({ started: true });
        expect(world.crashes.at(-1)?.cause).toBe(death.cause);
        await expect.poll(() => world.kernel.audit()).toEqual([]);
      }
    },
  );

  byEvery(2, 'what it owned and had lent to a live domain is freed when the last borrow ends, and not before', async (death) => {
    const [a, b] = await pair(death);
    const before = world.crashes.length;
    const lending = a.mortal.async.lendAndDie(death.way);
    await expect.poll(async () => valueOf(await b.mortal.async.holding())).toBe(1);
    if (death.cause === 'killed') void a.domain.kill();
    errorOf(await lending);
    await world.died(before + 1);
    expect(world.crashes.at(-1)).toMatchObject({ cause: death.cause, borrowsDeferred: 1 });
    expect((await world.kernel.stats()).heap.byOwner['(orphaned)']?.blocks).toBe(4);
    expect(await world.kernel.audit()).toEqual([]);
    expect(valueOf(b.mortal.letGo())).toBe(1);
    await expect.poll(async () => (await world.kernel.stats()).heap.byOwner['(orphaned)']).toBeUndefined();
  });

  byEvery(15, 'A calls B calls C, B dies: A has its error, C comes to its end undisturbed', async (death) => {
    const [b, c] = await pair(death);
    expect(errorOf(await dies(death, b, () => whileLabours(c, b, () => b.mortal.async.dieDuring(death.way))))).toMatchObject({
      code: 'DomainCrashed',
      cause: death.cause,
      started: true,
      domain: 'a',
    });
    await expect.poll(() => valueOf(c.mortal.finished())).toBe(1);
    expect(c.domain.isLive).toBe(true);
  });

  byEvery(11, 'an answer that is there when its caller dies is freed, and whoever answered goes on', async (death) => {
    const [a, b] = await pair(death);
    errorOf(await dies(death, a, () => a.mortal.async.askAndDie(death.way)));
    const back = valueOf(b.mortal.echo(papers(2)));
    expect(back.next?.text).toBe('paper 2');
    back.drop();
  });

  byEvery(14, 'a domain that dies while it waits in a call: that call comes to its end, and its answer is dropped', async (death) => {
    const [a, b] = await pair(death);
    const sent = papers(3);
    const error = errorOf(await dies(death, a, () => a.mortal.async.callAndDieBack(sent, death.way)));
    expect(error).toMatchObject({ started: true, domain: 'a' });
    await expect.poll(() => valueOf(b.mortal.finished())).toBe(1);
    expect(b.domain.isLive).toBe(true);
  });

  byEvery(16, "A calls B calls A', B dies: A' comes to its end, then A sees the error", async (death) => {
    const [b, a] = await pair(death);
    const before = world.crashes.length;
    const hangs = world.says('a');
    const trip = whileLabours(a, b, () => a.mortal.async.roundTrip(death.way));
    if (death.cause === 'killed') {
      await hangs;
      await b.domain.kill();
    }
    const answer = valueOf(await trip);
    // A kill may strike before the call back has begun; who dies by itself has waited for that.
    expect(answer).toMatch(death.cause === 'killed' ? /^DomainCrashed [01]$/ : death.cause === 'hang' ? /^(TimedOut|DomainCrashed) 1$/ : /^DomainCrashed 1$/);
    await world.died(before + 1);
    expect(world.crashes.slice(before).map(({ domain }) => domain)).toEqual(['a']);
    expect(a.domain.isLive).toBe(true);
  });

  byEvery(22, 'a domain that dies while it is unloaded and killed ends once', async (death) => {
    const one = await load('ending');
    const before = world.crashes.length;
    const dying = one.mortal.async.die(death.way);
    await Promise.all([one.domain.kill(), one.domain.unload(), one.domain.kill(), one.domain.unload()]);
    expect(errorOf(await dying)).toMatchObject({ code: 'DomainCrashed' });
    await pause(20);
    expect(world.crashes.length - before).toBeLessThan(2);
    expect(errorOf(one.mortal.work(1)).code).toBe('DomainDead');
  });

  byEvery(23, 'domains that die at the same time are all reclaimed', async (death) => {
    const before = world.crashes.length;
    const four = await Promise.all(['a', 'b', 'c', 'd'].map((name) => load(name, death.cause === 'killed' ? { timeSliceMs: 60_000 } : {})));
    for (const { mortal } of four) valueOf(await mortal.async.share(50)).drop();
    const dying = four.map(({ mortal }) => mortal.async.die(death.way));
    if (death.cause === 'killed') for (const { domain } of four) void domain.kill();
    for (const outcome of await Promise.all(dying)) errorOf(outcome);
    await world.died(before + 4);
    for (const { reclaimed } of world.crashes.slice(before)) expect(reclaimed.types['deaths.Paper']).toBe(50);
  });

  byEvery(24, "pages of the dead in which others' values lie are adopted, and those values are intact", async (death) => {
    const one = await load('giving');
    await one.domain.setLimits({ timeSliceMs: 60_000 });
    const given = valueOf(await one.mortal.async.share(300));
    if (death.cause === 'hang') await one.domain.setLimits({ timeSliceMs: 60 });
    errorOf(await dies(death, one, () => one.mortal.async.die(death.way)));
    expect(world.crashes.at(-1)?.reclaimed.types['deaths.Paper']).toBe(300);
    let seen = 0;
    for (let each: Paper | null = given; each !== null; each = each.next) expect(each.text).toBe(`given ${299 - seen++}`);
    expect(seen).toBe(300);
    expect((await world.kernel.stats()).heap.byOwner).toMatchObject({ host: { blocks: 600 } });
    given.text = 'it can be changed';
    given.drop();
  });

  byEvery(26, 'a domain that dies outside of any call dies all the same, and nobody is blamed', async (death) => {
    for (const where of death.way === 'Panic' ? ['timer', 'job', 'rejection'] : ['timer', 'job']) {
      const one = await load(`dying in a ${where}`);
      const before = world.crashes.length;
      expect(valueOf(await one.mortal.async.dieLater(where, death.way))).toBe(1);
      await world.died(before + 1);
      expect(world.crashes.at(-1)).toMatchObject({ cause: death.cause, domain: `dying in a ${where}` });
      expect(errorOf(one.mortal.work(1)).code).toBe('DomainDead');
    }
  });

  byEvery(27, 'caller and callee that die together: what moved between them is dropped once, what the one lent the other is freed', async (death) => {
    const [a, b] = await pair(death);
    if (death.cause === 'hang') await b.domain.setLimits({ timeSliceMs: 60 });
    const before = world.crashes.length;
    const [moved, lent] = [papers(2), papers(2)];
    const hangs = Promise.all([world.says('a'), world.says('b')]);
    const giving = a.mortal.async.giveToDying(moved, lent, death.way);
    if (death.cause === 'killed') {
      await hangs;
      void a.domain.kill();
      void b.domain.kill();
    }
    expect(errorOf(await giving)).toMatchObject({ started: true });
    await world.died(before + 2);
    expect(
      world.crashes
        .slice(before)
        .map(({ domain }) => domain)
        .sort(),
    ).toEqual(['a', 'b']);
    expect(() => moved.text).toThrow(/sent or dropped/);
    // The last of the borrows ends in the kernel's next tick.
    await expect.poll(() => write(lent)).toBe(true);
    lent.drop();
  });

  it('row 28: a stack overflow inside an allocation is a panic that the extension cannot catch', async () => {
    const one = await load('diving', { timeSliceMs: 20_000, sharedHeapBytes: 64 * 2 ** 20 });
    expect(errorOf(await one.mortal.async.overflowInAlloc())).toMatchObject({ code: 'DomainCrashed', cause: 'stack-overflow', started: true });
    await endsClean();
  });

  it('row 28: memory that runs out while the runtime is at work is a panic that the extension cannot catch', async () => {
    const one = await load('growing', { timeSliceMs: 20_000 });
    expect(errorOf(await one.mortal.async.churn('Memory'))).toMatchObject({ code: 'DomainCrashed', cause: 'out-of-memory', started: true });
    await endsClean();
  });

  // Bounded: the search ends by itself, some seconds after the kernel has given the thread up.
  it.each(deathsOf(25).filter(({ cause }) => checks === 'fast' || cause === 'killed'))(
    'row 25: a thread that does not stop is condemned by $name: callers are settled at once, and what it could write is nobody else’s until it has ended',
    { timeout: 300_000 },
    async (death) => {
      const condemned: string[] = [];
      const hear = ({ domain }: { domain: string }): void => void condemned.push(domain);
      world.kernel.on('condemned', hear);
      const before = world.crashes.length;
      const one = await load('deaf', { timeSliceMs: death.cause === 'hang' ? 60 : 600_000 });
      const [lent, refused] = [papers(1), papers(1)];
      valueOf(await one.mortal.async.echo(papers(1))).drop();
      const searches = world.says('deaf');
      const searching = one.mortal.async.search(2e5);
      await searches;
      const queued = one.mortal.async.takeAndDie(refused, lent, 'None');
      // Before the search it could be stopped.
      if (death.cause === 'killed') await world.works('deaf', 200);
      const began = Date.now();
      if (death.cause === 'killed') void one.domain.kill();
      expect(errorOf(await searching)).toMatchObject({ code: death.code, started: true });
      const waiting = errorOf(await queued);
      expect(waiting).toMatchObject({ code: 'DomainCrashed', cause: death.cause, started: false });
      expect(Date.now() - began).toBeLessThan(3000);
      await expect.poll(() => condemned).toEqual(['deaf']);
      expect(world.crashes.length).toBe(before);
      expect((await world.kernel.stats()).domains.find(({ name }) => name === 'deaf')?.state).toBe('condemned');
      // There will be no other life, and nobody waits for one.
      await expect(one.domain.ready()).rejects.toThrow(/its thread did not stop, and its restart policy is never/);
      // The record of the call that runs there is held, in the row of a domain that is not vacant yet.
      expect(errorOf(one.mortal.work(1)).code).toBe('DomainDead');
      const [epitaph] = (await world.died(before + 1)).slice(before);
      expect(epitaph).toMatchObject({ domain: 'deaf', cause: death.cause });
      expect(epitaph.endedAfterMs).toBeGreaterThan(3000);
      expect(refused.text).toBe('paper 1');
      for (const mine of [lent, refused]) mine.drop();
      world.kernel.off('condemned', hear);
      await endsClean();
    },
  );
});

describe('the host and the kernel', () => {
  it('row 29: a host that just ends, with a call in flight, leaves nothing running', async () => {
    const program = `
      const { boot } = await import(process.argv[1]);
      const { Mortal } = { Mortal: JSON.parse(process.argv[2]) };
      const kernel = await boot({ spares: 1 });
      const domain = await kernel.load(JSON.parse(process.argv[3]), { name: 'hanging', limits: { timeSliceMs: 600000 } });
      void domain.get(Mortal).async.die('Hang');
      setTimeout(() => { console.log('ends'); process.exit(0); }, 50);
    `;
    const host = new URL('../../dist/host/index.js', import.meta.url).href;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program, host, JSON.stringify(Mortal), JSON.stringify(leaf)]);
    let said = '';
    child.stdout.on('data', (part) => (said += part));
    child.stderr.on('data', (part) => (said += part));
    const code = await new Promise((resolve) => child.on('exit', resolve));
    expect(said.trim()).toBe('ends');
    expect(code).toBe(0);
  });

  /** A kernel whose thread the test can end: what boot() starts is noted, in the place of what node:worker_threads gives to everybody. */
  async function bootMortalKernel(): Promise<{ kernel: Awaited<ReturnType<typeof boot>>; end: () => Promise<number> }> {
    const { Worker } = workers;
    const started: InstanceType<typeof Worker>[] = [];
    workers.Worker = class extends Worker {
      constructor(...args: ConstructorParameters<typeof Worker>) {
        super(...args);
        started.push(this);
      }
    };
    syncBuiltinESMExports();
    try {
      const kernel = await boot({ spares: 1 });
      return { kernel, end: () => started[0].terminate() };
    } finally {
      workers.Worker = Worker;
      syncBuiltinESMExports();
    }
  }

  it('row 30: when the kernel’s thread dies, every host call that waits gets KernelDied within the heartbeat’s patience, blocked or not, and close() ends', {
    timeout: 120_000,
  }, async () => {
    const { kernel, end } = await bootMortalKernel();
    const domain = await kernel.load(leaf, { name: 'orphan', limits: { timeSliceMs: 600_000 } });
    const mortal = domain.get(Mortal);
    expect(valueOf(mortal.work(1))).toBe(1);
    const waiting = mortal.async.die('Hang');
    await pause(30);
    const ended = end();
    const began = Date.now();
    // The thread is blocked from here on: nothing tells it, but that the heartbeat stands still.
    expect(errorOf(mortal.work(1))).toMatchObject({ code: 'KernelDied', started: true });
    expect(Date.now() - began).toBeLessThan(3 * HEARTBEAT_PATIENCE_MS);
    expect(errorOf(await waiting)).toMatchObject({ code: 'KernelDied' });
    expect(Date.now() - began).toBeLessThan(4 * HEARTBEAT_PATIENCE_MS);
    await ended;
    await expect(kernel.stats()).rejects.toThrow(/kernel/);
    const closing = Date.now();
    await kernel.close();
    expect(Date.now() - closing).toBeLessThan(HEARTBEAT_PATIENCE_MS);
  });
});
