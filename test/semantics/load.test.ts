import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { boot, LoadError } from 'deciduous';
import { afterAll, describe, expect, it } from 'vitest';
import { Adder } from '../fixtures/extensions/generated/bench.js';
import { extension, valueOf, World } from './lab.js';

const scratch = fileURLToPath(new URL('../fixtures/extensions/.scratch', import.meta.url));
mkdirSync(scratch, { recursive: true });
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** An extension written for one test. */
function written(text: string, ending = 'ts'): string {
  const file = join(mkdtempSync(join(scratch, 'x-')), `extension.${ending}`);
  writeFileSync(file, text);
  return file;
}

const head = "import { defineDomain } from 'deciduous/domain';\nimport { Adder } from '../../generated/bench.js';\n";
const body = 'export default defineDomain({ provides: { adder: Adder }, init: () => ({ adder: { add: (a, b) => a + b } }) });\n';

/** What cannot be loaded, and what is said of it. */
const REFUSED: readonly (readonly [string, () => string, string, RegExp])[] = [
  ['a file that is missing', () => '/no/such/extension.ts', 'PACK001', /no such file/],
  ['a folder', () => scratch, 'PACK', /not a file|folder|directory|is no file/],
  ['a file that is not TypeScript', () => written('this is not TypeScript {'), 'PACK', /extension\.ts:1:/],
  ['an image', () => written('\u0089PNG\r\n\u001a\n\u0000\u0000', 'png'), 'PACK', /png/],
  ['a file without a default export', () => written('export const nothing = 1;'), 'PACK008', /default/],
  ['a file whose default export is no definition', () => written('export default 7;'), 'InvalidType', /defineDomain/],
  ['an import of a module of Node', () => written(`import { readFileSync } from 'node:fs';\n${head}${body}`), 'PACK', /node:fs/],
  ['an import that does not resolve', () => written(`import x from './not-there.js';\n${head}${body}`), 'PACK', /not-there/],
  ['direct eval', () => written(`${head}eval('1');\n${body}`), 'PACK', /eval/],
  ['dynamic import', () => written(`${head}void import('./other.js');\n${body}`), 'PACK', /import/],
  ['a throw at top level', () => written(`${head}throw new TypeError('no table here');\n${body}`), 'DomainCrashed', /no table here/],
  ['a loop at top level', () => written(`${head}for (;;);\n${body}`), 'DomainCrashed', /hang/],
  [
    'a loop in init',
    () => written(`${head}${body.replace('init: () => (', 'init: () => { for (;;); return (').replace('} }) })', '} }) } })')}`),
    'DomainCrashed',
    /hang/,
  ],
  [
    'a rejected init',
    () => written(`${head}export default defineDomain({ provides: { adder: Adder }, init: async () => { throw new Error('not today'); } });`),
    'DomainCrashed',
    /not today/,
  ],
  [
    'a memory bomb at top level',
    () => written(`${head}const kept = []; for (;;) kept.push(new Array(1000).fill(1));\n${body}`),
    'DomainCrashed',
    /out-of-memory/,
  ],
  [
    'an init that answers nothing',
    () => written(`${head}export default defineDomain({ provides: { adder: Adder }, init: () => undefined as never });`),
    'InvalidType',
    /init/,
  ],
  [
    'an implementation without its method',
    () => written(`${head}export default defineDomain({ provides: { adder: Adder }, init: () => ({ adder: {} }) as never });`),
    'InvalidType',
    /add/,
  ],
  ['a capability that was not granted', () => extension('curious.ts'), 'PermissionDenied', /kernel/],
];

describe('a load is refused with one clear error, and nothing is left behind', () => {
  it.each(REFUSED)('%s', async (what, file, code, message) => {
    await using world = await World.open();
    const before = await world.kernel.stats();
    const threads = readdirSync('/proc/self/task').length;
    // Only what loops is to meet the slice.
    const initSliceMs = what.startsWith('a loop') ? 200 : 15_000;
    const error = await world.kernel.load(file(), { name: 'refused', limits: { initSliceMs, privateHeapBytes: 32 * 2 ** 20 } }).then(
      () => undefined,
      (thrown: unknown) => thrown as LoadError,
    );
    expect(error).toBeInstanceOf(LoadError);
    expect(error?.code).toContain(code);
    expect(error?.message).toMatch(message);
    const after = await world.kernel.stats();
    expect(after.domains).toEqual([]);
    expect(after.heap).toEqual(before.heap);
    expect(world.crashes).toEqual([]);
    await world.isClean();
    // One spare may be on its way in the place of the thread that was used.
    await expect.poll(() => readdirSync('/proc/self/task').length).toBeLessThanOrEqual(threads + 14);
  });
});

describe('a load that is granted', () => {
  it('has the capabilities that it asks for, under the names it asks for them', async () => {
    await using world = await World.open();
    const curious = await world.kernel.load(extension('curious.ts'), { name: 'curious', grant: { kernel: world.kernel.vitals } });
    expect(valueOf(curious.get(Adder).add(40, 1))).toBe(42);
  });

  it('is refused a grant that is no capability, before anything starts', async () => {
    await using world = await World.open();
    await expect(world.kernel.load(extension('curious.ts'), { grant: { kernel: {} } })).rejects.toThrow(/must be a proxy/);
    await expect(world.kernel.load(extension('curious.ts'), { grant: { kernel: world.kernel.log } })).rejects.toThrow(/fingerprint/);
    for (const [limits, message] of [
      [{ timeSliceMs: -1 }, /'timeSliceMs' must be a number from 1 to 3600000, not -1/],
      [{ timers: 0.5 }, /'timers' must be a whole number from 1/],
      [{ privateHeapBytes: 1 }, /'privateHeapBytes' must be a whole number from 16777216/],
      [{ sharedHeapBytes: Number.NaN }, /'sharedHeapBytes' must be a whole number/],
      [{ slice: 5 } as object, /there is no limit 'slice'/],
    ] as const) {
      await expect(world.kernel.load(extension('curious.ts'), { limits })).rejects.toThrow(message);
    }
    expect((await world.kernel.stats()).domains).toEqual([]);
  });

  it('can be loaded many times under one name, each with a private heap of its own', async () => {
    await using world = await World.open({ spares: 2 });
    const handles = await Promise.all([1, 2, 3].map(() => world.lab()));
    handles[0].lab.keep(world.list(1));
    expect(valueOf(handles[0].lab.keep(world.list(1)))).toBe(2);
    expect(valueOf(handles[1].lab.keep(world.list(1)))).toBe(1);
  });
});

describe('options that cannot be', () => {
  it('are refused by name, before anything starts', async () => {
    await using world = await World.open();
    const file = extension('adder.ts');
    const load = world.kernel.load.bind(world.kernel) as (...args: unknown[]) => Promise<unknown>;
    for (const [args, message] of [
      [[undefined], /path of a \.ts or \.js file/],
      [[5], /path of a \.ts or \.js file/],
      [[{}], /path of a \.ts or \.js file/],
      [[file, null], /options of load/],
      [[file, { grants: {} }], /no option 'grants'; options are name, grant/],
      [[file, { name: '' }], /name must be/],
      [[file, { limits: 7 }], /limits must be an object/],
      [[file, { limits: { timeSlice: 5 } }], /no limit 'timeSlice'/],
      [[file, { restart: { when: 'sometimes' } }], /restart\.when must be one of never/],
      [[file, { restart: { whenn: 'never' } }], /restart has no option 'whenn'/],
      [[file, { restart: { intensity: Number.NaN } }], /restart\.intensity/],
    ] as const) {
      await expect(load(...args)).rejects.toThrow(message);
    }
    expect((await world.kernel.stats()).domains).toEqual([]);
    await expect(boot(null as never)).rejects.toThrow(/options of boot/);
    await expect(boot({ spare: 1 } as never)).rejects.toThrow(/no option 'spare'/);
    await expect(boot({ sharedHeapBytes: 5 })).rejects.toThrow(/from \d+ \(4 MiB\)/);
    expect(() => world.kernel.heap.alloc(undefined as never, {})).toThrow(/generated module/);
  });
});
