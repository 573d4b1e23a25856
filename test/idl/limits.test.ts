/** Definitions and values at the limits of the language, through a real domain: what the compiler accepts loads, and brings its largest values there and back. */
import { rmSync } from 'node:fs';
import path from 'node:path';
import { boot, type KernelHandle } from 'deciduous';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Ref } from '../fixtures/roundtrip/walk.js';
import { HostHand, newFolder, proxyOf, write } from './echo-world.js';
import { Trial } from './trial.js';

const folder = newFolder('limits');
const list = <T>(length: number, each: (index: number) => T): T[] => Array.from({ length }, (_, index) => each(index));

/** A busy machine takes its time for values as large as they may be. */
const TIMEOUT = 120_000;

describe('at the limits', { timeout: TIMEOUT }, () => {
  let kernel: KernelHandle;
  beforeAll(async () => {
    kernel = await boot({ spares: 2 });
  });
  afterAll(async () => {
    await kernel.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Loads an echo of these definitions and lets values through each method, the arguments of `echoN` or `rebuildN` by its name. */
  async function through(name: string, body: string, calls: { readonly [method: string]: readonly (readonly unknown[])[] }): Promise<void> {
    const home = name.replaceAll(' ', '_');
    const written = write({ files: [{ path: `${home.slice(0, 20)}.idl`, text: `package ${home};\n${body}` }], package: home, pairs: 0 }, folder);
    const domain = await kernel.load(path.join(written.folder, 'echo.ts'), {
      name: 'limits',
      limits: { timeSliceMs: 60_000, sharedHeapBytes: 128 * 2 ** 20, privateHeapBytes: 512 * 2 ** 20 },
    });
    const trial = new Trial(written, await HostHand.of(kernel, written), await proxyOf(domain, written));
    for (const [method, rows] of Object.entries(calls)) {
      const found = written.echo.methods.find((each) => each.name === method);
      if (!found) throw new Error(`there is no method ${method}`);
      for (const row of rows) await trial.thereAndBack(found, row);
    }
    await domain.unload();
    expect(await kernel.audit()).toEqual([]);
    expect((await kernel.stats()).heap.byOwner).toEqual({});
  }

  const echo = (...methods: string[]): string => `interface Echo {\n  served(): u32;\n  ${methods.join('\n  ')}\n}\n`;
  /** A method that takes these types and answers them made anew. */
  const rebuild = (index: number, ...types: string[]): string =>
    `rebuild${index}(${types.map((type, at) => `a${at}: ${type}`).join(', ')}): (${[...types, 'u8'].join(', ')});`;

  it('24 slots of arguments and 24 of results', async () => {
    const strings = list(24, (index) => 'x'.repeat(index));
    await through('slots', echo(rebuild(0, ...list(24, () => 'string')), rebuild(1, '[bytes; 24]')), {
      rebuild0: [strings, list(24, () => '')],
      rebuild1: [[list(24, (index) => new Uint8Array(index))]],
    });
  });

  it('24 slots beside all the data that a record holds, and 23 beside data that needs a block of its own', async () => {
    const numbers = (length: number): bigint[] => list(length, (index) => 2n ** 64n - BigInt(index + 1));
    // The u8 of the answer takes a byte of its data.
    await through('data', echo(rebuild(0, '[string; 24]', '[u64; 19]'), rebuild(1, '[string; 23]', '[u64; 21]', '[u64; 1000]')), {
      rebuild0: [[list(24, String), numbers(19)]],
      rebuild1: [[list(23, String), numbers(21), numbers(1000)]],
    });
  });

  it('enums of 256 variants, with payloads and without', async () => {
    const names = list(256, (index) => `V${index}`);
    const payloads = names.map((name, index) => (index % 3 === 0 ? name : index % 3 === 1 ? `${name}(u8)` : `${name}(string, f64)`));
    const values = names.map((tag, index) => (index % 3 === 0 ? { tag } : { tag, value: index % 3 === 1 ? index % 256 : [tag, index] }));
    await through(
      'variants',
      `enum Plain { ${names.join(', ')} }\nenum Full { ${payloads.join(', ')} }\n${echo(rebuild(0, 'RRefVec<Plain>'), rebuild(1, 'Full'))}`,
      {
        rebuild0: [[new Ref(names)]],
        rebuild1: values.map((value) => [value]),
      },
    );
  });

  it('types that nest as deep as they may, and definitions as deep as they may', async () => {
    const nested = `${'[Option<'.repeat(15)}u8${'>; 1]'.repeat(15)}`;
    const value = list(15, () => 0).reduce<unknown>((inner) => [inner], 255);
    const chain = list(63, (index) => `struct S${index} { a: ${index === 62 ? 'u8' : `S${index + 1}`}; }`).join('\n');
    const deep = list(63, () => 0).reduce<unknown>((inner) => ({ a: inner }), 7);
    await through('depth', `${chain}\n${echo(rebuild(0, nested), rebuild(1, 'S0'), rebuild(2, 'RRef<S0>'))}`, {
      rebuild0: [[value], [[null]]],
      rebuild1: [[deep]],
      rebuild2: [[new Ref(deep)]],
    });
  });

  it('values of 1 MiB by value, and larger ones in blocks of their own', async () => {
    const numbers = list(65_536, (index) => 2n ** 63n + BigInt(index));
    await through(
      'size',
      `struct Big { a: [u64; 65536]; b: [u64; 65535]; }\n${echo(rebuild(0, 'RRef<Big>'), rebuild(1, 'bytes'), rebuild(2, 'string'), 'rebuild3(big: Big): (Big, u8);')}`,
      {
        rebuild0: [[new Ref({ a: numbers, b: numbers.slice(1) })]],
        rebuild1: [[new Uint8Array(8 * 2 ** 20).fill(200)]],
        rebuild2: [['💥'.repeat(2 ** 18)]],
        rebuild3: [[{ a: numbers, b: numbers.slice(1) }]],
      },
    );
  });

  it('containers of 65536 slots, full and empty, and a vec of 200,000', async () => {
    const items = list(65_536, (index) => new Ref({ n: index }));
    await through(
      'places',
      `struct Item { n: u32; }\n${echo(rebuild(0, 'RRefArray<Item, 65536>'), rebuild(1, 'RRefDeque<Item, 65536>'), rebuild(2, 'RRefVec<f32>'))}`,
      {
        rebuild0: [[new Ref(items)], [new Ref(list(65_536, () => null))]],
        rebuild1: [[new Ref(items)], [new Ref([])]],
        rebuild2: [[new Ref(list(200_000, (index) => index / 2))], [new Ref([])]],
      },
    );
  });

  it('names as long as they may be, and as many definitions', async () => {
    const long = (letter: string): string => letter.repeat(127);
    const many = list(509, (index) => `struct S${index} { a: u8; }`).join('\n');
    const body = `${many}\nstruct ${long('S')} { ${long('f')}: u8; }\nenum ${long('E')} { ${long('v')}, W }\n${echo(rebuild(0, long('S'), long('E')))}`;
    await through(long('p'), body, { rebuild0: [[{ [long('f')]: 1 }, long('v')]] });
  });
});
