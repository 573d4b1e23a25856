import { mkdtempSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { boot, LoadError, type KernelHandle } from 'deciduous';
import { typeId } from '../../dist/abi/canonical.js';
import { packExtension } from 'deciduous/pack';
import type { FieldDef, Schema, StructDef, TypeRef } from '../../dist/abi/schema.js';

/** Schemas that a compiler would never make: their ids are right, so only their sizes speak against them. */
const SCALAR: TypeRef = { kind: 'scalar', scalar: 'u32' };

function array(element: TypeRef, length: number): TypeRef {
  return { kind: 'array', element, length };
}

function schemaOf(fields: { readonly [struct: string]: readonly FieldDef[] }): Schema {
  const structs: { [name: string]: StructDef } = Object.fromEntries(Object.entries(fields).map(([name, each]) => [name, { name, id: '', fields: each }]));
  const schema: Schema = { package: 'evil', structs, enums: {}, interfaces: {} };
  // No definition's text holds an id, so the order in which they are filled in changes nothing.
  for (const name of Object.keys(structs)) structs[name] = { ...structs[name], id: typeId({ kind: 'named', name }, schema) };
  return schema;
}

const S0: TypeRef = { kind: 'named', name: 'evil.S0' };

/** A struct with a reference to a container. */
function holding(target: TypeRef): Schema {
  return schemaOf({ 'evil.S0': [{ name: 'reach', type: { kind: 'rref', target } }] });
}

/** `count` structs, each made of the next, `times` times. */
function tower(count: number, times: number, last: readonly FieldDef[]): Schema {
  const next = (level: number): FieldDef[] =>
    Array.from({ length: times }, (_, index) => ({ name: `f${index}`, type: { kind: 'named', name: `evil.S${level + 1}` } }));
  return schemaOf(Object.fromEntries(Array.from({ length: count }, (_, level) => [`evil.S${level}`, level === count - 1 ? last : next(level)])));
}

/** A value of 2^32 bytes and a few, so that its size looks small to whoever keeps 32 bits of it, with a field far behind the beginning. */
function beyond(): Schema {
  const before: TypeRef = { kind: 'option', value: array({ kind: 'scalar', scalar: 'u8' }, 65_536) };
  const after: TypeRef = { kind: 'option', value: array(array({ kind: 'scalar', scalar: 'u8' }, 222_085), 19_339) };
  return schemaOf({
    'evil.S0': [
      { name: 'before', type: before },
      { name: 'reach', type: SCALAR },
      { name: 'after', type: after },
    ],
  });
}

const SOURCE = `import { defineDomain } from 'deciduous/domain';
import { S0 } from './generated/evil.js';
export default defineDomain({ provides: {}, init({ heap }) { heap.alloc(S0, { before: null, reach: 7, after: null }); return {}; } });`;

describe('a schema that an extension brings', () => {
  let folder = '';
  let kernel: KernelHandle;
  beforeAll(async () => {
    kernel = await boot({ sharedHeapBytes: 16 * 2 ** 20, spares: 1 });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  afterAll(() => kernel.close());

  function write(schema: Schema): string {
    folder = mkdtempSync(path.join(tmpdir(), 'deciduous-'));
    mkdirSync(path.join(folder, 'generated'));
    mkdirSync(path.join(folder, 'node_modules'));
    symlinkSync(fileURLToPath(new URL('../..', import.meta.url)), path.join(folder, 'node_modules', 'deciduous'));
    writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }');
    writeFileSync(path.join(folder, 'generated', 'evil.ts'), 'export const S0 = {};');
    writeFileSync(path.join(folder, 'generated', 'evil.schema.json'), JSON.stringify(schema));
    writeFileSync(path.join(folder, 'evil.ts'), SOURCE);
    return path.join(folder, 'evil.ts');
  }

  it.each<[string, () => Schema, RegExp]>([
    ['whose values are larger than memory', () => schemaOf({ 'evil.S0': [{ name: 'reach', type: array(array(SCALAR, 2 ** 20), 2 ** 20) }] }), /larger than/],
    ['whose size overflows to a small one, for a field behind the block', beyond, /larger than/],
    ['whose values double with each of forty definitions', () => tower(40, 2, [{ name: 'reach', type: SCALAR }]), /larger than/],
    ['with a vec of what has blocks of its own', () => holding({ kind: 'container', container: 'vec', element: { kind: 'string' } }), /Copy values/],
    ['with a vec of references', () => holding({ kind: 'container', container: 'vec', element: { kind: 'rref', target: S0 } }), /Copy values/],
    ['with a vec of itself', () => holding({ kind: 'container', container: 'vec', element: S0 }), /Copy values/],
    [
      'with a vec of nothing, of which there may be any number',
      () => holding({ kind: 'container', container: 'vec', element: array(SCALAR, 0) }),
      /Copy values/,
    ],
    ['with more slots than a block may have', () => holding({ kind: 'container', container: 'array', element: S0, length: 2 ** 31 }), /2147483648 slots/],
    ['with no slots', () => holding({ kind: 'container', container: 'deque', element: S0, length: 0 }), /a container of 0 slots/],
    [
      'with slots for what is no value of its own',
      () => holding({ kind: 'container', container: 'array', element: SCALAR, length: 2 }),
      /a container of scalar/,
    ],
    [
      'with slots for references, which slots are already',
      () => holding({ kind: 'container', container: 'array', element: { kind: 'rref', target: S0 }, length: 2 }),
      /a container of rref/,
    ],
    [
      'with a container that no reference stands for',
      () => schemaOf({ 'evil.S0': [{ name: 'reach', type: { kind: 'container', container: 'array', element: S0, length: 2 } }] }),
      /that no reference stands for|not one that/,
    ],
    ['with a container of another kind', () => holding({ kind: 'container', container: 'heap' as 'array', element: S0, length: 2 }), /array, vec or deque/],
    ['of more definitions than anybody writes', () => tower(2000, 1, [{ name: 'reach', type: SCALAR }]), /512 definitions/],
  ])('%s is refused in words, and the kernel goes on', async (_, make, message) => {
    const loading = kernel.load(write(make()));
    await expect(loading).rejects.toThrow(LoadError);
    await expect(loading).rejects.toThrow(message);
    expect((await kernel.stats()).domains).toEqual([]);
    expect(await kernel.audit()).toEqual([]);
  });

  it('that has a type called like a built-in one is refused: two layouts would have one id', async () => {
    const scalar: FieldDef['type'] = { kind: 'scalar', scalar: 'u32' };
    const named: TypeRef = { kind: 'named', name: 'u32' };
    const both = [scalar, named].map((first) =>
      schemaOf({
        'evil.S0': [
          { name: 'a', type: first },
          { name: 'b', type: first === scalar ? named : scalar },
        ],
        u32: [{ name: 'wide', type: array({ kind: 'scalar', scalar: 'u64' }, 8) }],
      }),
    );
    expect(both[0].structs['evil.S0'].id).toBe(both[1].structs['evil.S0'].id);
    const leaf = await packExtension(write(schemaOf({ 'evil.S0': [{ name: 'reach', type: SCALAR }] })));
    for (const schema of both) await expect(kernel.load({ ...leaf, schemas: [schema] })).rejects.toThrow(/the name u32 is not allowed/);
    expect((await kernel.stats()).domains).toEqual([]);
  });

  it('that has two definitions of one name is refused: an id would be the hash of one of them, and the other anything', async () => {
    const evil = schemaOf({ 'evil.S0': [{ name: 'reach', type: SCALAR }] });
    const id = typeId({ kind: 'interface', name: 'evil.S0' }, evil);
    const [first, second] = [SCALAR, { kind: 'string' } as const].map((type): Schema => {
      const methods = [{ name: 'm', params: [{ name: 'a', type }], returns: SCALAR, replayable: true }];
      return { ...evil, interfaces: { 'evil.S0': { name: 'evil.S0', id, methods } } };
    });
    expect(typeId({ kind: 'interface', name: 'evil.S0' }, first)).toBe(typeId({ kind: 'interface', name: 'evil.S0' }, second));
    const asEnum: Schema = { ...evil, enums: { 'evil.S0': { name: 'evil.S0', id: evil.structs['evil.S0'].id, variants: [{ name: 'A' }] } } };
    const leaf = await packExtension(write(evil));
    for (const schema of [first, second, asEnum]) {
      await expect(kernel.load({ ...leaf, schemas: [schema] })).rejects.toThrow(/the id of evil\.S0 is not the hash of its definition/);
      expect(() => kernel.heap.alloc({ kind: 'type', name: 'evil.S0', id: evil.structs['evil.S0'].id, schema } as never, { reach: 1 } as never)).toThrow(
        /the id of evil\.S0/,
      );
    }
    expect((await kernel.stats()).domains).toEqual([]);
  });

  it('that doubles what is empty keeps nobody busy', async () => {
    const started = performance.now();
    await kernel.load(write(tower(40, 2, []))).then(
      (domain) => domain.unload(),
      (error: unknown) => expect(error).toBeInstanceOf(LoadError),
    );
    expect(performance.now() - started).toBeLessThan(30_000);
    expect(await kernel.audit()).toEqual([]);
  });
});
