/** Systems of domains, written down in one place: what is refused before anything starts, in which order they start, and what a grant leads to. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { defineSystem, type System, type SystemDomain } from 'deciduous';
import { startOrder } from '../../dist/host/system/start-order.js';
import { readSystem } from '../../dist/pack/index.js';
import { Keeper } from '../fixtures/extensions/generated/media.js';
import { Journal } from '../fixtures/extensions/generated/team.js';
import { errorOf, extension, valueOf, World } from './lab.js';
import { Member } from './team.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
mkdirSync(path.join(root, '.tmp'), { recursive: true });
const folder = mkdtempSync(path.join(root, '.tmp/system-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const MEMBER = extension('supervision/member.ts');
const FOLLOWER = extension('supervision/follower.ts');
const journal = { host: 'journal' } as const;
const peer = (domain: string): SystemDomain['grant'] => ({ journal, peer: { domain, interface: 'Member' } });

/** Of no files: for what is refused, or ordered, before any is read. */
function paper(needs: { readonly [name: string]: readonly string[] }, supervision?: System['supervision']): System {
  const domains = Object.entries(needs).map(([name, from]): [string, SystemDomain] => [
    name,
    { extension: 'x.ts', grant: Object.fromEntries(from.map((domain) => [domain, { domain, interface: 'X' }])) },
  ]);
  return { name: 'paper', domains: Object.fromEntries(domains), ...(supervision && { supervision }) };
}

describe('the order of starts', () => {
  it('follows the grants, and where these leave it open the order in which the domains are written', () => {
    expect(startOrder(paper({ ui: ['api', 'log'], api: ['store'], log: [], store: [] })).children).toEqual(['store', 'api', 'log', 'ui']);
  });

  it('keeps what stands under one supervisor together', () => {
    const tree = { name: 'root', children: ['ui', { name: 'back', children: ['api', 'store'] }] };
    const { children } = startOrder(paper({ ui: ['api'], api: ['store'], store: [] }, tree));
    expect(children).toMatchObject([{ name: 'back', children: ['store', 'api'] }, 'ui']);
  });

  it('is refused where grants go in a circle, with everybody in it', () => {
    const system = paper({ a: ['b'], b: ['c'], c: ['a'], d: [] });
    expect(() => startOrder(system)).toThrow('grants go in a circle: a needs b (grant.b), b needs c (grant.c), c needs a (grant.a)');
    expect(() => startOrder(paper({ self: ['self'] }))).toThrow('self needs self');
  });

  it('is refused where grants go to and fro between two supervisors, though in no circle', () => {
    const tree = {
      name: 'root',
      children: [
        { name: 'one', children: ['a', 'd'] },
        { name: 'two', children: ['b', 'c'] },
      ],
    };
    expect(() => startOrder(paper({ a: ['b'], b: [], c: ['d'], d: [] }, tree))).toThrow(/one needs two needs one/);
  });
});

describe('a system that cannot be', () => {
  it.each<readonly [string, object, RegExp]>([
    ['no name', { domains: {} }, /name must be a string/],
    ['no domains', { name: 'x', domains: {} }, /a member for each domain/],
    [
      'a misspelt member',
      { name: 'x', domains: { a: { extension: 'x', limit: {} } } },
      /domains\.a has no option 'limit'; options are extension, grant, limits/,
    ],
    ['a limit that does not exist', { name: 'x', domains: { a: { extension: 'x', limits: { slice: 1 } } } }, /domains\.a\.limits: there is no limit 'slice'/],
    [
      'an unknown domain',
      { name: 'x', domains: { a: { extension: 'x', grant: { b: { domain: 'b', interface: 'B' } } } } },
      /domains\.a\.grant\.b: there is no domain 'b'; there are a/,
    ],
    [
      'an unknown capability',
      { name: 'x', domains: { a: { extension: 'x', grant: { disk: { kernel: 'disk' } } } } },
      /the kernel has no 'disk'; it has log, clock/,
    ],
    ['a grant of nothing', { name: 'x', domains: { a: { extension: 'x', grant: { b: {} } } } }, /domains\.a\.grant\.b must be \{ domain, interface \}/],
    [
      'a domain that nobody supervises',
      { name: 'x', domains: { a: { extension: 'x' }, b: { extension: 'x' } }, supervision: { name: 'r', children: ['a'] } },
      /nobody supervises b/,
    ],
    [
      'a domain under two supervisors',
      { name: 'x', domains: { a: { extension: 'x' } }, supervision: { name: 'r', children: ['a', { name: 's', children: ['a'] }] } },
      /'a' stands under two supervisors/,
    ],
    ['a supervised stranger', { name: 'x', domains: { a: { extension: 'x' } }, supervision: { name: 'r', children: ['a', 'b'] } }, /there is no domain 'b'/],
    ['a strategy of its own', { name: 'x', domains: { a: { extension: 'x', when: 'often' } } }, /domains\.a\.when must be one of/],
    [
      'a pace of its own',
      { name: 'x', domains: { a: { extension: 'x', restart: { intensity: 3 } } } },
      /domains\.a\.restart\.intensity is the supervisor's business: give intensity to the supervisor/,
    ],
    ['a misspelt restart', { name: 'x', domains: { a: { extension: 'x', restart: { stand: true } } } }, /domains\.a\.restart has no option 'stand'/],
    ['a restart that is none', { name: 'x', domains: { a: { extension: 'x', restart: 'always' } } }, /domains\.a\.restart must be an object, not 'always'/],
    ['two ways to say when', { name: 'x', domains: { a: { extension: 'x', when: 'always', restart: { when: 'never' } } } }, /domains\.a says when twice/],
    [
      'a standby for who is never started again',
      { name: 'x', domains: { a: { extension: 'x', when: 'never', restart: { standby: true } } } },
      /domains\.a\.restart\.standby: who is never started again/,
    ],
    [
      'grants that lead to one life',
      { name: 'x', domains: { a: { extension: 'x', restart: { rebind: false } } } },
      /domains\.a\.restart\.rebind cannot be false: what a system grants leads to whichever life there is/,
    ],
  ])('is refused where it is written: %s', (_what, system, message) => {
    expect(() => defineSystem(system as System)).toThrow(message);
  });

  it('is refused before anything starts where an interface is not provided, an import is not granted, or the host gives nothing of that name', async () => {
    await using world = await World.open();
    const told: string[] = [];
    const provided = world.kernel.provide(Journal, { began: (name) => Number(told.push(name)) - told.length });
    const start = (domains: System['domains'], host = { journal: provided }): Promise<unknown> => world.kernel.start({ name: 'x', domains }, { host });
    const store = { extension: MEMBER, grant: { journal } };
    await expect(start({ store, user: { extension: FOLLOWER, grant: { journal, peer: { domain: 'store', interface: 'Clock' } } } })).rejects.toThrow(
      /store provides no Clock; it provides team\.Member \(as member\)/,
    );
    await expect(start({ store, user: { extension: FOLLOWER, grant: { journal } } })).rejects.toThrow(/imports 'peer' \(team\.Member\), which was not granted/);
    await expect(start({ store }, {} as never)).rejects.toThrow(/was given no 'journal'/);
    expect(told).toEqual([]);
    expect(await world.kernel.stats()).toMatchObject({ domains: [], supervisors: [] });
  });
});

describe('a system that runs', () => {
  it('starts in the order of its grants, and a grant leads to its provider through all lives of both', { timeout: 120_000 }, async () => {
    await using world = await World.open({ spares: 2 });
    const lives: string[] = [];
    const provided = world.kernel.provide(Journal, {
      began(name, life) {
        lives.push(`${name}#${life}`);
        return 0;
      },
    });
    const system = defineSystem({
      name: 'pair',
      base: new URL('../fixtures/extensions/supervision/', import.meta.url).pathname,
      domains: {
        user: { extension: './follower.ts', grant: peer('store') as { journal: typeof journal } },
        store: { extension: './member.ts', grant: { journal }, limits: { timeSliceMs: 60_000 } },
      },
    });
    const running = await world.kernel.start(system, { host: { journal: provided } });
    expect(running.started).toEqual(['store', 'user']);
    expect(lives).toEqual(['store#1', 'user#1']);
    const [store, user] = [running.domain('store'), running.domain('user')];
    expect(store.limits.timeSliceMs).toBe(60_000);
    expect(valueOf(await user.get(Member).async.peer())).toBe(1);
    errorOf(await store.get(Member).async.die());
    await expect.poll(() => store.incarnation).toBe(2);
    expect(valueOf(await user.get(Member).async.peer())).toBe(2);
    errorOf(await user.get(Member).async.die());
    await expect.poll(() => user.incarnation).toBe(2);
    expect(valueOf(await user.get(Member).async.peer())).toBe(2);
    expect(() => running.domain('nobody')).toThrow(/no domain 'nobody'; it has store, user/);
    expect(running.supervisor('pair').path).toEqual(['pair']);
    await running.unload();
    expect(await world.kernel.stats()).toMatchObject({ domains: [], supervisors: [] });
    await world.isClean();
  });

  it('gives a member the standby that it asks for, and keeps what its program keeps, also where a sibling’s death stops it', { timeout: 120_000 }, async () => {
    await using world = await World.open();
    const provided = world.kernel.provide(Journal, { began: () => 0 });
    const domains = {
      keeper: { extension: extension('media/keeper.ts'), limits: { timeSliceMs: 60_000 }, restart: { when: 'on-crash', standby: true } },
      member: { extension: MEMBER, grant: { journal } },
    } as const;
    const supervision = { name: 'both', strategy: 'one-for-all', children: ['keeper', 'member'] } as const;
    const running = await world.kernel.start({ name: 'x', domains, supervision }, { host: { journal: provided } });
    const [keeper, member] = [running.domain('keeper'), running.domain('member')];
    const standbys = async (): Promise<number> => (await world.kernel.stats()).standbys;
    valueOf(keeper.get(Keeper).format('disk', 2));
    const before = valueOf(keeper.get(Keeper).read());
    await expect.poll(standbys).toBe(1);
    errorOf(await member.get(Member).async.die());
    await expect.poll(() => [keeper.incarnation, keeper.isLive]).toEqual([2, true]);
    expect(valueOf(keeper.get(Keeper).read())).toBe(before);
    await running.unload();
    expect(await standbys()).toBe(0);
    await world.isClean();
  });

  it('whose last domain does not come is unloaded, the last that was started first, and nothing is left', async () => {
    await using world = await World.open({ trace: true });
    const provided = world.kernel.provide(Journal, { began: (name) => (name === 'c' ? 1 : 0) });
    const domains = {
      c: { extension: FOLLOWER, grant: peer('b') },
      b: { extension: MEMBER, grant: { journal } },
      a: { extension: MEMBER, grant: { journal } },
    };
    const grantless = { name: 'x', domains: { ...domains, c: { extension: MEMBER, grant: { journal } } } } as System;
    const tree = { name: 'r', children: ['a', { name: 'inner', children: ['b', 'c'] }] };
    await expect(world.kernel.start({ ...grantless, supervision: tree }, { host: { journal: provided } })).rejects.toThrow(/told to panic/);
    const { events } = await world.kernel.trace();
    const deaths = events.flatMap((event) => (event.kind === 'life' && event.stage === 'dead' ? [event.domain.name] : []));
    expect(deaths.slice(-2)).toEqual(['b', 'a']);
    expect(await world.kernel.stats()).toMatchObject({ domains: [], supervisors: [] });
    expect(world.crashes).toEqual([]);
    await world.isClean();
  });
});

describe('the text of a system', () => {
  const head = "import { defineSystem } from 'deciduous';\n";
  const read = (text: string): Promise<unknown> => readSystem(text, 'file:///here/system.ts');

  it('is read without running it: objects, lists, texts, sums, constants and import.meta.url', async () => {
    const text = `${head}const MIB = 2 ** 20;\nexport default defineSystem({ name: 'x', base: import.meta.url, domains: { 'a-b': { extension: \`./a.ts\`, limits: { sharedHeapBytes: 8 * MIB } } }, list: [1, -2, true, null, Infinity] } as const);`;
    expect(await read(text)).toEqual({
      name: 'x',
      base: 'file:///here/system.ts',
      domains: { 'a-b': { extension: './a.ts', limits: { sharedHeapBytes: 8 * 2 ** 20 } } },
      list: [1, -2, true, null, Number.POSITIVE_INFINITY],
    });
  });

  it('may compute a number from numbers, and what leaves the numbers is no number', async () => {
    const value = async (text: string): Promise<unknown> =>
      ((await read(`${head}const MIB = 2 ** 20;\nexport default defineSystem({ name: ${text} });`)) as { name: unknown }).name;
    for (const text of ['8 * 2 ** 20', '(8_000 + 192) * (1 << 10)', '-(-8) * MIB', '+8 * MIB', '-((-8 * MIB) % (100 * MIB))', '16 * MIB / 2'])
      expect([text, await value(text)]).toEqual([text, 8 * 2 ** 20]);
    for (const text of ['1 / 0', '0 / 0', '2 ** 4096', '-f()', '-Infinity', '2n ** 3n', '8 * MIB.x', "'2' * 4"])
      await expect(value(text), text).rejects.toThrow(/name is not written out/);
  });

  it('is found behind a constant', async () => {
    expect(await read(`${head}const system = defineSystem({ name: 'x' });\nexport default system;`)).toEqual({ name: 'x' });
  });

  it('what has to be run to be known is refused, with its place', async () => {
    await expect(read(`${head}export default defineSystem({ name: 'x', domains: { a: { extension: process.env.HOME } } });`)).rejects.toThrow(
      /domains\.a\.extension is not written out/,
    );
    await expect(read(`${head}export default defineSystem(globalThis.process.exit(3));`)).rejects.toThrow(/not written out/);
  });

  it('constants that use others twice cost no more time than others', async () => {
    const doubled = Array.from({ length: 60 }, (_, index) => `const a${index + 1} = a${index} + a${index}, b${index + 1} = [b${index}, b${index}];`).join('\n');
    const text = (value: string): string => `${head}const a0 = 1, b0 = 1;\n${doubled}\nexport default defineSystem({ name: ${value} });`;
    expect(await read(text('a9'))).toEqual({ name: 512 });
    for (const value of ['a24', 'b24', 'a60', 'b60']) await expect(read(text(value))).rejects.toThrow(/is not written out/);
  });

  it('whatever else exports something is no system', async () => {
    expect(await read("export default defineSystem({ name: 'x' });")).toBeUndefined();
    expect(await read(`${head}export default 7;`)).toBeUndefined();
    expect(await read(`${head}this is no program`)).toBeUndefined();
  });
});

describe('on the command line', () => {
  function run(...words: string[]) {
    // One that does not end by itself is a failure, and no reason to wait for ever.
    return spawnSync(process.execPath, [path.join(root, 'dist/cli/main.js'), 'run', ...words], {
      cwd: root,
      encoding: 'utf8',
      timeout: 100_000,
      killSignal: 'SIGKILL',
    });
  }

  it('the sample runs to its end, recovers on the way, and tells all of it as one object', { timeout: 120_000 }, () => {
    const { status, stdout } = run('samples/supervised-counter/system.ts', '--json');
    const told = JSON.parse(stdout) as { ok: boolean; started: string[]; logs: { text: string }[]; crashes: object[]; supervisors: object[] };
    expect(told).toMatchObject({
      ok: true,
      system: 'supervised-counter',
      started: ['counter', 'ticker'],
      gaveUp: [],
      supervisors: [{ name: 'counting', restarts: 2 }],
    });
    expect(told.logs.map(({ text }) => text)).toEqual([1, 2, 3, 4, 1, 2, 3, 4, 1, 2].map((count) => `counted ${count}`));
    expect(told.crashes).toHaveLength(2);
    expect(status).toBe(0);
  });

  it('who was stopped with its group and is not to begin anew has nothing left to do, and the command ends', { timeout: 120_000 }, () => {
    cpSync(path.join(root, 'samples/supervised-counter'), folder, { recursive: true });
    writeFileSync(
      path.join(folder, 'fatal.ts'),
      `import { defineDomain } from 'deciduous/domain';
import { Counter } from './generated/counter.js';
export default defineDomain({
  provides: {},
  imports: { counter: Counter },
  init({ imports }) {
    setTimeout(() => { for (let calls = 0; calls < 5; calls++) imports.counter.count(); }, 0);
    return {};
  },
});
`,
    );
    const file = path.join(folder, 'group.ts');
    writeFileSync(
      file,
      `import { defineSystem } from 'deciduous';
export default defineSystem({
  name: 'group',
  domains: {
    counter: { extension: './counter.ts' },
    fatal: { extension: './fatal.ts', when: 'never', grant: { counter: { domain: 'counter', interface: 'Counter' } } },
  },
  supervision: { name: 'all', strategy: 'one-for-all', children: ['counter', 'fatal'] },
});
`,
    );
    const { status, stdout } = run(file, '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      crashes: [{ domain: 'counter', next: 'restart' }],
      domains: [
        { name: 'counter', state: 'live', incarnation: 2 },
        { name: 'fatal', state: 'dead' },
      ],
    });
    expect(status).toBe(0);
  });

  it('a system that is wrong is wrong use, in a sentence', () => {
    const file = path.join(folder, 'wrong.ts');
    writeFileSync(
      file,
      "import { defineSystem } from 'deciduous';\nexport default defineSystem({ name: 'x', domains: { a: { extension: './a.ts', grant: { b: { domain: 'b', interface: 'B' } } } } });\n",
    );
    const { status, stderr } = run(file);
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringMatching(/^deciduous: domains\.a\.grant\.b: there is no domain 'b'/) });
    expect(stderr).not.toContain('    at ');
  });
});
