/** Leaves that no build makes: what they bring beside code is met in the kernel and in the host. */
import { describe, expect, it } from 'vitest';
import { boot, type Epitaph, type KernelHandle } from 'deciduous';
import { typeId } from '../../dist/abi/canonical.js';
import { LEAF_FORMAT, type Leaf } from '../../dist/abi/leaf.js';
import type { Schema, StructDef } from '../../dist/abi/schema.js';

const NAMES = ['constructor.prototype', '__proto__.toString', 'evil.__proto__', 'evil.constructor', 'evil.Small'];

function schemaOf(names: readonly string[]): Schema {
  const structs = Object.create(null) as { [name: string]: StructDef };
  for (const name of names) structs[name] = { name, id: '', fields: [{ name: 'a', type: { kind: 'scalar', scalar: 'u32' } }] };
  const schema: Schema = { package: 'evil', structs, enums: {}, interfaces: {} };
  for (const name of names) structs[name] = { ...structs[name], id: typeId({ kind: 'named', name }, schema) };
  return schema;
}

function leaf(statements: string, rest: Partial<Leaf> = {}): Leaf {
  const code = `($d) => $d.domain.defineDomain({ provides: {}, imports: {}, init({ heap }) { ${statements} return {}; } })`;
  const sourceMap = '{"version":3,"sources":[],"names":[],"mappings":""}';
  return { format: LEAF_FORMAT, name: 'evil', code, sourceMap, schemas: [], builder: { version: '0', flags: [] }, ...rest };
}

function crashOf(kernel: KernelHandle): Promise<Epitaph> {
  return new Promise((resolve) => kernel.once('crash', resolve));
}

const DYING = "setTimeout(() => { throw new Error('told to die'); }, 500);";

describe('a leaf that no build made', () => {
  it('names its types like members of every object, and they are counted all the same', async () => {
    await using kernel = await boot({ sharedHeapBytes: 16 * 2 ** 20, spares: 1 });
    const schema = schemaOf(NAMES);
    const ids = JSON.stringify(NAMES.map((name) => [name, schema.structs[name].id]));
    const keeping = `globalThis.kept = []; for (const [name, id] of ${ids}) for (let i = 0; i < 10; i++) kept.push(heap.alloc($d.type(name, id), { a: 1 }));`;
    const crashed = crashOf(kernel);
    const domain = await kernel.load(leaf(keeping, { schemas: [schema] }));
    const { heap } = await kernel.stats();
    expect(new Map(Object.entries(heap.byType))).toEqual(new Map(NAMES.map((name) => [name, { blocks: 10, bytes: 10 * (heap.blockBytes / 50) }])));
    expect(heap.byOwner).toEqual({ evil: { blocks: 50, bytes: heap.blockBytes } });
    await domain.kill();
    const { reclaimed } = await crashed;
    expect(new Map(Object.entries(reclaimed.types))).toEqual(new Map(NAMES.map((name) => [name, 10])));
    expect(reclaimed.blocks).toBe(50);
    expect(await kernel.audit()).toEqual([]);
  });

  it.each(['constructor', '__proto__', 'toString', 'bytes', 'u32'])('names a type %s, without a package: it is not loaded', async (name) => {
    await using kernel = await boot({ sharedHeapBytes: 4 * 2 ** 20, spares: 1 });
    await expect(kernel.load(leaf('', { schemas: [schemaOf([name])] }))).rejects.toThrow(`the name ${name} is not allowed`);
    expect(await kernel.audit()).toEqual([]);
  });

  it('brings more comments than anybody reads, or a comment that is none: it is refused as the build would refuse it', async () => {
    await using kernel = await boot({ sharedHeapBytes: 4 * 2 ** 20, spares: 1 });
    const { structs, ...rest } = schemaOf(['evil.Small']);
    const told = (doc: unknown) => leaf('', { schemas: [{ ...rest, structs: { 'evil.Small': { ...structs['evil.Small'], doc: doc as string } } }] });
    await expect(kernel.load(told('x'.repeat(5 * 2 ** 20)))).rejects.toThrow(/more than 4194304 characters of comments/);
    await expect(kernel.load(told(['x']))).rejects.toThrow(/a comment that is no string/);
    const { structs: many } = schemaOf(Array.from({ length: 513 }, (_, index) => `evil.S${index}`));
    await expect(kernel.load(leaf('', { schemas: [{ ...rest, structs: many }] }))).rejects.toThrow(/513 definitions, where 512 are the most/);
    expect((await kernel.load(told('fine'))).isLive).toBe(true);
  });

  it.each<[string, unknown, boolean, RegExp]>([
    ['is no true', 1, false, /annotation noForward: 1 of evil\.Drawer is not allowed/],
    ['is false, as if that were one', false, false, /annotation noForward: false of evil\.Drawer is not allowed/],
    ['its fingerprint has not', true, false, /id of evil\.Drawer is not the hash/],
    ['its fingerprint has alone', undefined, true, /id of evil\.Drawer is not the hash/],
  ])('brings an interface with a @noForward that %s: it is not loaded', async (_, noForward, isHashed, why) => {
    await using kernel = await boot({ sharedHeapBytes: 4 * 2 ** 20, spares: 1 });
    const drawer = { name: 'evil.Drawer', methods: [{ name: 'open', params: [], returns: { kind: 'void' }, replayable: true }] };
    const definitions = { structs: {}, enums: {}, interfaces: { 'evil.Drawer': { ...drawer, ...(isHashed && { noForward: true }) } } };
    const id = typeId({ kind: 'interface', name: 'evil.Drawer' }, definitions as never);
    const schema = { package: 'evil', structs: {}, enums: {}, interfaces: { 'evil.Drawer': { ...drawer, id, ...(noForward !== undefined && { noForward }) } } };
    await expect(kernel.load(leaf('', { schemas: [schema as never] }))).rejects.toThrow(why);
    expect(await kernel.audit()).toEqual([]);
  });

  it.each<[string, object, RegExp]>([
    ['a deadline of no time', { deadlineMs: 0 }, /the deadline 0 of evil\.Drawer\.open is not allowed/],
    ['a deadline that is no number', { deadlineMs: '50' }, /the deadline 50 of/],
    ['a deadline that is not a number', { deadlineMs: Number.NaN }, /the deadline NaN of/],
    ['a deadline for ever', { deadlineMs: Number.POSITIVE_INFINITY }, /the deadline Infinity of/],
    ['a deadline of more than a day', { deadlineMs: 86_400_001 }, /the deadline 86400001 of/],
    ['a flag that is no true', { idempotent: 1 }, /annotation idempotent: 1 of evil\.Drawer\.open is not allowed/],
    ['a flag that is false', { asyncOnly: false }, /annotation asyncOnly: false of/],
    ['a version that is a fraction', { since: 1.5 }, /the version 1\.5 of/],
    ['a version before the one of the method before it', { since: 1 }, /the version 1 of evil\.Drawer\.open, behind version 2,/],
    ['a version beyond the last', { since: 65_536 }, /the version 65536 of/],
  ])('brings a method with %s: it is not loaded, though its fingerprint is right', async (_, promises, why) => {
    await using kernel = await boot({ sharedHeapBytes: 4 * 2 ** 20, spares: 1 });
    const plain = { params: [], returns: { kind: 'void' }, replayable: true };
    const drawer = {
      name: 'evil.Drawer',
      methods: [
        { name: 'close', ...plain, since: 2 },
        { name: 'open', ...plain, since: 2, ...promises },
      ],
    };
    const id = typeId({ kind: 'interface', name: 'evil.Drawer' }, { structs: {}, enums: {}, interfaces: { 'evil.Drawer': drawer } } as never);
    const schema = { package: 'evil', structs: {}, enums: {}, interfaces: { 'evil.Drawer': { ...drawer, id } } };
    await expect(kernel.load(leaf('', { schemas: [schema as never] }))).rejects.toThrow(why);
    expect(await kernel.audit()).toEqual([]);
  });

  it.each<[string, unknown]>([
    ['of no mappings', '{}'],
    ['that is no JSON', 'rubbish'],
    ['that is the text null', 'null'],
    ['whose mappings are a number', '{"version":3,"sources":[],"names":[],"mappings":7}'],
    ['whose sources are null', '{"version":3,"sources":null,"names":[],"mappings":"AAAA"}'],
    ['of sections without maps', '{"version":3,"sections":[{"offset":{"line":0,"column":0}}]}'],
    ['that is no text', { version: 3, sources: [[]], names: [], mappings: 'AAAA' }],
    ['that is missing', undefined],
  ])('brings a source map %s: its stack stays as it is, and the host lives', async (_, sourceMap) => {
    await using kernel = await boot({ sharedHeapBytes: 4 * 2 ** 20, spares: 1 });
    const crashed = crashOf(kernel);
    await kernel.load(leaf(DYING, { sourceMap: sourceMap as string }));
    const epitaph = await crashed;
    expect(epitaph).toMatchObject({ cause: 'panic', message: expect.stringMatching(/told to die/) });
    expect(epitaph.stack).toMatch(/told to die[^]*evil\.leaf:\d+/);
    expect((await kernel.stats()).domains).toMatchObject([{ name: 'evil', state: 'dead' }]);
  });
});
