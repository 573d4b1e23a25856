/**
 * Each construct of the language once: its source under test/fixtures/golden, what the compiler makes of it beside it, and what it does in a real domain.
 * After a change that is meant: `npm run build`, `node test/fixtures/golden/generate.mjs`, and read the difference.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { boot, type DomainHandle, err, type KernelHandle, ok, RRefArray, RRefDeque, type RRef, RRefVec, unwrap } from 'deciduous';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compile } from '../../dist/idl/index.js';
import { Arrays } from '../fixtures/golden/arrays/generated/arrays.js';
import { Capabilities } from '../fixtures/golden/capabilities/generated/capabilities.js';
import * as constants from '../fixtures/golden/constants/generated/constants.js';
import { Cart, Containers, Item } from '../fixtures/golden/containers/generated/containers.js';
import { Docs } from '../fixtures/golden/docs/generated/docs.js';
import { Enums, WeekdayType } from '../fixtures/golden/enums/generated/enums.js';
import { Hands } from '../fixtures/golden/forwarding/generated/forwarding.js';
import { Point } from '../fixtures/golden/imports/generated/base.js';
import { Imports } from '../fixtures/golden/imports/generated/imports.js';
import { Outcomes } from '../fixtures/golden/outcomes/generated/outcomes.js';
import { Promises, Registry } from '../fixtures/golden/promises/generated/promises.js';
import { Key, Lookup, LookupShadow, Moving } from '../fixtures/golden/recoverable/generated/recoverable.js';
import { Note, Pair, References } from '../fixtures/golden/references/generated/references.js';
import { Scalars } from '../fixtures/golden/scalars/generated/scalars.js';
import { Label, Structs } from '../fixtures/golden/structs/generated/structs.js';
import { Text } from '../fixtures/golden/text/generated/text.js';
import { Leaf, Node, Trees } from '../fixtures/golden/trees/generated/trees.js';
import { Tuples } from '../fixtures/golden/tuples/generated/tuples.js';
import { Box, type Shape, ShapeType, Variants } from '../fixtures/golden/variants/generated/variants.js';
import { constructsOfDocs, constructsOfGrammar, constructsUsed } from './constructs.js';
import { errorOf, valueOf } from '../semantics/lab.js';

const home = fileURLToPath(new URL('../fixtures/golden/', import.meta.url));
const NAMES = readdirSync(home, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
const sourceOf = (name: string): string => path.join(home, name, `${name}.idl`);

describe('golden files', () => {
  it.each(NAMES)('what is committed for %s is what the compiler makes of it now, byte for byte', (name) => {
    const { diagnostics, files } = compile([{ path: sourceOf(name), text: readFileSync(sourceOf(name), 'utf8') }]);
    expect(diagnostics).toEqual([]);
    const folder = path.join(home, name, 'generated');
    const committed = Object.fromEntries(readdirSync(folder).map((file) => [file, readFileSync(path.join(folder, file), 'utf8')]));
    expect(Object.fromEntries(files.map((file) => [file.path, file.text])), 'run node test/fixtures/golden/generate.mjs').toEqual(committed);
  });

  it('hold every construct of the grammar, of the table of types and of the annotations', () => {
    const used = constructsUsed([...NAMES.map(sourceOf), path.join(home, 'imports/lib/base.idl')]);
    const missing = [...constructsOfGrammar(), ...constructsOfDocs()].filter((construct) => !used.has(construct));
    expect(missing, 'add a file under test/fixtures/golden, its behaviour to extension.ts and a test below').toEqual([]);
  });

  it('import nothing from the runtime that a definition could be called', () => {
    const modules = NAMES.flatMap((name) => readdirSync(path.join(home, name, 'generated')).map((file) => path.join(home, name, 'generated', file)));
    const imported = modules.flatMap((module) => [...readFileSync(module, 'utf8').matchAll(/^import (?:type )?\{ (.*) \} from 'deciduous\/schema';$/gm)]);
    const names = new Set(imported.flatMap(([, list]) => list.split(', ')));
    expect(names.size).toBeGreaterThan(12);
    for (const name of names) {
      for (const declaration of [`struct ${name} { a: u8; }`, `interface ${name} { m(): void; }`, `const ${name}: u8 = 1;`]) {
        const { diagnostics } = compile([{ path: 'p.idl', text: `package p;\n${declaration}` }]);
        expect(
          diagnostics.map(({ code }) => code),
          declaration,
        ).toEqual(['IDL007']);
      }
    }
  });

  it('are implemented by an extension of which TypeScript has nothing to say', () => {
    execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'test/fixtures/golden'], { stdio: 'pipe' });
  });
});

describe('in a domain', () => {
  let kernel: KernelHandle;
  let domain: DomainHandle;
  beforeAll(async () => {
    kernel = await boot({ spares: 1, checks: 'paranoid' });
    domain = await kernel.load(path.join(home, 'extension.ts'), { name: 'golden', limits: { timeSliceMs: 20_000 } });
  });
  afterAll(async () => {
    await domain.unload();
    expect(await kernel.audit()).toEqual([]);
    expect((await kernel.stats()).heap.byOwner).toEqual({});
    await kernel.close();
  });

  const refused = (result: Parameters<typeof errorOf>[0], what: string): void =>
    expect(errorOf(result)).toMatchObject({ code: 'InvalidType', started: false, blame: 'caller', message: expect.stringContaining(what) });

  it('scalars arrive as they are, to the ends of their ranges, and nothing beyond', () => {
    const proxy = domain.get(Scalars);
    for (const value of [true, false]) expect(unwrap(proxy.asBool(value))).toBe(value);
    const integers = {
      asU8: [0, 255],
      asU16: [0, 65_535],
      asU32: [0, 2 ** 32 - 1],
      asI8: [-128, 127],
      asI16: [-32_768, 32_767],
      asI32: [-(2 ** 31), 2 ** 31 - 1],
    };
    for (const [name, [least, most]] of Object.entries(integers)) {
      const call = proxy[name as 'asU8'].bind(proxy);
      expect(unwrap(call(least))).toBe(least);
      expect(unwrap(call(most))).toBe(most);
      for (const wrong of [least - 1, most + 1, 0.5, NaN, '1', 1n]) refused(call(wrong as number), `expected ${name.slice(2).toLowerCase()} for value`);
    }
    for (const [call, least, most] of [
      [proxy.asU64.bind(proxy), 0n, 2n ** 64n - 1n],
      [proxy.asI64.bind(proxy), -(2n ** 63n), 2n ** 63n - 1n],
    ] as const) {
      expect(unwrap(call(least))).toBe(least);
      expect(unwrap(call(most))).toBe(most);
      for (const wrong of [least - 1n, most + 1n, 1]) refused(call(wrong as bigint), '64 for value');
    }
    for (const value of [0, -0, 1 / 3, Infinity, -Infinity, NaN, Number.MIN_VALUE, Number.MAX_VALUE, 2 ** 53]) expect(unwrap(proxy.asF64(value))).toBe(value);
    for (const value of [0, -0, Infinity, -Infinity, NaN, 2 ** -149, 3.4028234663852886e38]) expect(unwrap(proxy.asF32(value))).toBe(value);
    expect(unwrap(proxy.asF32(0.1))).toBe(Math.fround(0.1));
    refused(proxy.asF32(3.5e38), 'expected f32');
  });

  it('NaN is one value, and its bits are kept only where arrays of numbers are copied whole', () => {
    const bits = new BigUint64Array([0x7ff0_0000_0000_0001n, 0xfff8_0000_0000_0123n]);
    using numbers = kernel.heap.alloc(RRefVec('f64'), new Float64Array(bits.buffer));
    expect(numbers.toArray()).toEqual([NaN, NaN]);
    expect(new BigUint64Array(numbers.toTypedArray().buffer)).toEqual(bits);
    expect(unwrap(domain.get(Scalars).asF64(new Float64Array(bits.buffer)[0]))).toBeNaN();
  });

  it('strings and bytes are bounded by their bytes, on both sides', () => {
    const proxy = domain.get(Text);
    for (const value of ['', 'plain', '\u0000', '漢字 💥 \u{10ffff}', '\ufeffmark', 'x'.repeat(100_000)]) expect(unwrap(proxy.free(value))).toBe(value);
    for (const value of ['12345678', '💥💥', 'éééé', '']) expect(unwrap(proxy.bounded(value))).toBe(value);
    for (const value of ['123456789', '💥💥a', 'ééééé']) refused(proxy.bounded(value), 'a string of at most 8 bytes');
    for (const value of ['\ud800', 'a\udc00', '\udc00\ud800']) refused(proxy.free(value), 'a string of whole characters');
    const bytes = new Uint8Array([0, 255, 1]);
    expect(unwrap(proxy.bytes(bytes))).toEqual(bytes);
    expect(unwrap(proxy.boundedBytes(new Uint8Array(4)))).toEqual(new Uint8Array(4));
    refused(proxy.boundedBytes(new Uint8Array(5)), 'bytes of at most 4 bytes');
    expect(unwrap(proxy.tooLong('12345678'))).toBe('12345678');
    expect(errorOf(proxy.tooLong('123456789'))).toMatchObject({ code: 'InvalidType', started: true, blame: 'callee' });
  });

  it('fixed arrays have their length, no more and no less', () => {
    const proxy = domain.get(Arrays);
    expect(unwrap(proxy.numbers([1, 2, 65_535]))).toEqual([1, 2, 65_535]);
    expect(
      unwrap(
        proxy.grid([
          [1, -2],
          [3, 4],
        ]),
      ),
    ).toEqual([
      [1, -2],
      [3, 4],
    ]);
    expect(unwrap(proxy.names(['', 'b']))).toEqual(['', 'b']);
    expect(unwrap(proxy.one([true]))).toEqual([true]);
    refused(proxy.numbers([1, 2]), 'an array of 3');
    refused(proxy.grid([[1, 2], [3]] as never), 'an array of 2');
    refused(proxy.numbers([1, 2, 65_536]), 'u16');
  });

  it('tuples have their elements in their order', () => {
    const proxy = domain.get(Tuples);
    expect(unwrap(proxy.swap([7, 'seven']))).toEqual(['seven', 7]);
    expect(unwrap(proxy.nested([1, [true, -0], [-1, 1]]))).toEqual([1, [true, -0], [-1, 1]]);
    refused(proxy.swap([7] as never), 'a tuple of 2');
    refused(proxy.swap(['seven', 7] as never), 'u8');
  });

  it('options are the value or null, results say which of two they are, and void is nothing', () => {
    const proxy = domain.get(Outcomes);
    expect(proxy.nothing()).toEqual({ ok: true, value: undefined });
    for (const value of [null, 0, 2 ** 32 - 1]) expect(unwrap(proxy.maybe(value))).toBe(value);
    for (const value of [null, '', 'text']) expect(unwrap(proxy.maybeText(value))).toBe(value);
    for (const value of [ok(5n), err('no'), err('')]) expect(unwrap(proxy.either(value))).toEqual(value);
    expect(unwrap(proxy.done(true))).toEqual({ ok: true, value: undefined });
    expect(unwrap(proxy.done(false))).toEqual({ ok: false, error: 'Refused' });
    refused(proxy.either({ ok: true, value: 'no' } as never), 'u64');
    refused(proxy.either({ value: 5n } as never), 'a Result');
  });

  it('structs are copied by value, and read and written in place through a handle', () => {
    const proxy = domain.get(Structs);
    const value = { at: { x: 1, y: -0 }, name: 'a', pixels: new Uint8Array([1, 2, 3]), weight: 2n ** 64n - 1n };
    expect(unwrap(proxy.copy(value))).toEqual({ ...value, at: { x: -0, y: 1 } });
    using moved = unwrap(proxy.move(kernel.heap.alloc(Label, { ...value, weight: null })));
    expect([moved.name, moved.pixels.toUint8Array(), moved.weight, moved.at]).toEqual(['a!', new Uint8Array([3, 2, 1]), null, { x: 1, y: -0 }]);
    refused(proxy.copy({ ...value, at: { x: 1 } } as never), 'f64');
    expect(() => (moved.pixels = new Uint8Array(17))).toThrow(/bytes of at most 16 bytes/);
    expect(moved.pixels.length).toBe(3);
  });

  it('plain enums are the names of their variants', () => {
    const proxy = domain.get(Enums);
    expect(unwrap(proxy.next('Sunday'))).toBe('Monday');
    using boxed = unwrap(proxy.boxed(kernel.heap.alloc(WeekdayType, 'Monday')));
    expect(boxed.value).toBe('Friday');
    refused(proxy.next('sunday' as never), 'one of Monday, Tuesday');
    refused(proxy.next(0 as never), 'one of Monday');
    expect(errorOf(proxy.wrong())).toMatchObject({ code: 'InvalidType', started: true, blame: 'callee', message: expect.stringContaining('Noday') });
  });

  it('enums with payloads say which variant they are and bring what it holds', () => {
    const proxy = domain.get(Variants);
    const shapes: Shape[] = [{ tag: 'Nothing' }, { tag: 'Circle', value: 0.5 }, { tag: 'Rectangle', value: [1, 2] }, { tag: 'Named', value: '' }];
    for (const shape of shapes) {
      expect(unwrap(proxy.same(shape))).toEqual(shape);
      using boxed = unwrap(proxy.boxed(kernel.heap.alloc(ShapeType, shape)));
      expect(boxed.value).toEqual(shape);
    }
    const held = unwrap(proxy.same({ tag: 'Held', value: kernel.heap.alloc(Box, { shape: { tag: 'Circle', value: 1 } }) }));
    if (held.tag !== 'Held') throw new Error(held.tag);
    expect(held.value.shape).toEqual({ tag: 'Circle', value: 1 });
    held.value.drop();
    refused(proxy.same({ tag: 'Rectangle', value: [1] } as never), 'a tuple of 2');
    refused(proxy.same({ tag: 'Square' } as never), 'one of Nothing');
    refused(proxy.same('Nothing' as never), 'an object with a tag');
  });

  it('constants of each kind are values of the generated module, and lengths and bounds', () => {
    const { YES, SMALL, MASK, MANY, HUGE, LOW, LOWER, LOWEST, FAR, TINY, HALF, ZERO, GREETING, QUOTED } = constants;
    expect([YES, SMALL, MASK, MANY, LOW, LOWER, LOWEST, TINY, HALF]).toEqual([true, 3, 65_535, 4_000_000_000, -128, -32_768, -(2 ** 31), -0.0015, 0.5]);
    expect([HUGE, FAR]).toEqual([2n ** 64n - 1n, -(2n ** 63n)]);
    expect(ZERO).toBe(-0);
    expect([GREETING, QUOTED]).toEqual(['it\'s "quoted"\n', 'in single quotes, with "double" ones']);
    const proxy = domain.get(constants.Constants);
    expect(unwrap(proxy.numbers([1, 2, 3]))).toEqual([1, 2, 3]);
    expect(unwrap(proxy.text('abc'))).toBe('abc');
    refused(proxy.text('abcd'), 'at most 3 bytes');
    refused(proxy.numbers([1, 2, 3, 4]), 'an array of 3');
  });

  it('imported types, constants and interfaces are those of the package that declares them', () => {
    const proxy = domain.get(Imports);
    const turned = unwrap(
      proxy.turn({
        ends: [
          { x: 1, y: 2 },
          { x: 3, y: 4 },
        ],
        colour: 'Red',
      }),
    );
    expect(turned).toEqual({
      ends: [
        { x: 3, y: 4 },
        { x: 1, y: 2 },
      ],
      colour: 'Green',
    });
    using to = kernel.heap.alloc(Point, { x: 10, y: 20 });
    using middle = unwrap(proxy.middle({ x: 0, y: 0 }, to));
    expect([middle.x, middle.y]).toEqual([5, 10]);
    expect(unwrap(proxy.tell({ heard: (at, what) => at.x + what.length }, { x: 7, y: 0 }))).toBe(11);
  });

  it('what has doc comments does what it does without', () => {
    const proxy = domain.get(Docs);
    expect(unwrap(proxy.noted({ field: 1, plain: 2 }, 'Calm'))).toEqual({ tag: 'Started' });
    expect(unwrap(proxy.noted({ field: 1, plain: 2 }, 'Stormy'))).toEqual({ tag: 'Failed', value: '1' });
  });

  it('a reference moves, is lent, or may be missing, as its type says', () => {
    const proxy = domain.get(References);
    const note = (text: string, weight = 1): RRef<Note> => kernel.heap.alloc(Note, { text, weight });
    const kept = note('kept');
    expect(unwrap(proxy.keep(kept))).toBe(1);
    expect(() => kept.text).toThrow(/sent or dropped/);
    using back = unwrap(proxy.giveBack());
    expect(back.text).toBe('kept');
    using other = note('other', 4);
    expect(unwrap(proxy.weigh(back, other))).toBe(5);
    expect(unwrap(proxy.weigh(other, other))).toBe(8);
    expect(other.text).toBe('other');
    expect(unwrap(proxy.maybe(null))).toBeNull();
    using there = unwrap(proxy.maybe(note('there')));
    expect(there?.text).toBe('there');
    using pair = unwrap(proxy.swap(kernel.heap.alloc(Pair, { left: note('a'), right: note('b') })));
    expect([pair.left.text, pair.right?.text]).toEqual(['b', 'a']);
    const carried = unwrap(proxy.carried({ left: note('c'), right: null }));
    expect([carried.left.text, carried.right]).toEqual(['c', null]);
    carried.left.drop();
    refused(proxy.keep(null as never), 'RRef<references.Note>');
    refused(proxy.keep(pair as never), 'RRef<references.Note>');
  });

  it('a type may contain itself through references, as long as it likes', () => {
    const proxy = domain.get(Trees);
    let list: RRef<Node> | null = null;
    for (let value = 1; value <= 2000; value++) list = kernel.heap.alloc(Node, { value, next: list });
    using reversed = unwrap(proxy.reverse(list as RRef<Node>));
    expect([reversed.value, reversed.next?.value]).toEqual([1, 2]);
    expect(unwrap(proxy.sum(reversed))).toBe(2_001_000n);
    using branch = unwrap(proxy.grow(kernel.heap.alloc(Leaf, { name: 'leaf', below: null })));
    expect(branch.leaves.map((leaf) => leaf?.name ?? null)).toEqual(['leaf', null]);
  });

  it('containers move and are lent, are nested, and keep what is in them', () => {
    const proxy = domain.get(Containers);
    const { heap } = kernel;
    const item = (name: string, price = 0): RRef<Item> => heap.alloc(Item, { name, price });
    using passed = unwrap(proxy.pass(heap.alloc(RRefArray(Item, 3), [item('a'), null, item('c')])));
    expect([...passed].map((each) => each?.name ?? null)).toEqual(['c', null, 'a']);
    using rotated = unwrap(proxy.rotate(heap.alloc(RRefDeque(Item, 4), [item('a'), item('b')])));
    expect([...rotated].map((each) => each.name)).toEqual(['b', 'a']);
    using scaled = unwrap(proxy.scale(heap.alloc(RRefVec('f64'), [1, -0, NaN]), 2));
    expect(scaled.toArray()).toEqual([2, -0, NaN]);
    using numbers = heap.alloc(RRefVec('u32'), { length: 1000, fill: 7 });
    expect(unwrap(proxy.total(numbers))).toBe(7000n);
    expect(numbers.length).toBe(1000);
    expect(unwrap(proxy.rows(heap.alloc(RRefArray(RRefVec('u8'), 2), [heap.alloc(RRefVec('u8'), [1, 2]), null])))).toBe(3);
    const cart = heap.alloc(Cart, { items: heap.alloc(RRefDeque(Item, 4), [item('a', 5), item('b', 6)]), prices: heap.alloc(RRefVec('u32'), []) });
    using prices = unwrap(proxy.checkout(cart));
    expect(prices.toArray()).toEqual([
      [0, 5],
      [1, 6],
    ]);
    using short = heap.alloc(RRefVec('u16'), [1]);
    refused(proxy.total(short as never), '&RRefVec<u32>');
    const five = ['a', 'b', 'c', 'd', 'e'].map((name) => item(name));
    expect(() => heap.alloc(RRefDeque(Item, 4), five)).toThrow(/at most 4/);
    // What was refused did not move.
    for (const each of five) each.drop();
  });

  it('interface references are given, called, given back and held by whoever has them', async () => {
    const proxy = domain.get(Capabilities);
    let count = 0;
    const counter = { count: () => (count += 1) };
    expect(unwrap(proxy.twice(counter))).toBe(3);
    expect(unwrap(proxy.maybe(null))).toBeNull();
    using same = unwrap(proxy.maybe(counter));
    expect(valueOf(await (same as NonNullable<typeof same>).async.count())).toBe(3);
    using made = unwrap(proxy.make(40));
    expect([unwrap(made.count()), unwrap(made.count())]).toEqual([40, 41]);
    expect(unwrap(proxy.several([counter, counter], [1, counter]))).toBe(4 + 5 + 6);
    const data = Array.from({ length: 100 }, (_, index) => 2n ** 64n - 1n - BigInt(index));
    const [back, beside] = unwrap(proxy.beside(data, counter));
    expect([back, unwrap(beside.count())]).toEqual([data, 7]);
    beside.drop();
    expect(unwrap(proxy.tried(null))).toEqual({ ok: false, error: 7 });
    const tried = unwrap(proxy.tried([1, counter]));
    if (!tried.ok) throw new Error('it was there');
    expect(unwrap(tried.value.count())).toBe(8);
    tried.value.drop();
    refused(proxy.twice({} as never), 'Counter');
  });

  it('a recoverable interface has methods that can be issued again, and says so as data', () => {
    const proxy = domain.get(Lookup);
    using key = kernel.heap.alloc(Key, { name: 'abc' });
    expect(unwrap(proxy.find(key))).toBe(3);
    expect(unwrap(proxy.plain('ab'))).toBe(2);
    expect(unwrap(domain.get(LookupShadow).find(key))).toBe(3);
    expect(Lookup.schema.interfaces['recoverable.Lookup'].methods.map((method) => method.replayable)).toEqual([true, true]);
    expect(unwrap(domain.get(Moving).put(kernel.heap.alloc(Key, { name: 'x' })))).toBeUndefined();
    expect(Moving.schema.interfaces['recoverable.Moving'].methods[0]).toMatchObject({
      replayable: false,
      notReplayableBecause: expect.stringContaining('key'),
    });
  });

  it('promises of methods hold at run time: a deadline, a form without blocking, a version, and what may be issued again', async () => {
    const proxy = domain.get(Promises);
    expect([unwrap(proxy.count()), unwrap(await proxy.async.count())]).toEqual([1, 2]);
    expect(unwrap(proxy.subscribe({ heard: () => 5 }))).toBe(5);
    expect(unwrap(proxy.later())).toBe(true);
    expect('slow' in proxy).toBe(false);
    expect(valueOf(await proxy.async.slow(1))).toBe(1);
    expect(errorOf(await proxy.async.slow(20_000))).toMatchObject({ code: 'TimedOut' });
    expect(unwrap(domain.get(Registry).register({ heard: () => 0 }))).toBeUndefined();
    const [count, subscribe, slow, later] = Promises.schema.interfaces['promises.Promises'].methods;
    expect([count.deadlineMs, slow.deadlineMs, slow.asyncOnly, later.since]).toEqual([30_000, 1000, true, 2]);
    expect(subscribe).toMatchObject({ idempotent: true, replayable: false });
  });

  it('what is not to be forwarded may be called and not passed on', () => {
    const proxy = domain.get(Hands);
    const drawer = { open: () => 9 };
    expect(unwrap(proxy.use(drawer))).toBe(9);
    expect(errorOf(proxy.pass(drawer))).toMatchObject({ code: 'PermissionDenied' });
  });
});
