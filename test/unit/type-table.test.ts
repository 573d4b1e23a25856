/** The type table is appended to and never shortened, so what one extension, and all of them together, may add is bounded. */
import { describe, expect, it } from 'vitest';
import { typeId } from '../../dist/abi/canonical.js';
import { MAX_TYPES } from '../../dist/abi/heap-layout.js';
import type { FieldDef, Schema, StructDef, TypeRef } from '../../dist/abi/schema.js';
import { registerSchemas } from '../../dist/microkernel/schema-check.js';
import { Miniature } from '../interleaving/miniature.js';

function schemaOf(fields: { readonly [struct: string]: readonly FieldDef[] }): Schema {
  const structs: { [name: string]: StructDef } = Object.fromEntries(Object.entries(fields).map(([name, each]) => [name, { name, id: '', fields: each }]));
  const schema: Schema = { package: 'many', structs, enums: {}, interfaces: {} };
  for (const name of Object.keys(structs)) structs[name] = { ...structs[name], id: typeId({ kind: 'named', name }, schema) };
  return schema;
}

/** `count` structs that no other `round` has. */
function strangers(round: number, count: number): Schema {
  const field = (index: number): FieldDef => ({ name: `f${round}_${index}`, type: { kind: 'scalar', scalar: 'u8' } });
  return schemaOf(Object.fromEntries(Array.from({ length: count }, (_, index) => [`many.S${index}`, [field(index)]])));
}

describe('an extension', () => {
  it('brings 512 definitions at the most, and loses nothing by trying more', () => {
    const { kernel } = new Miniature();
    const before = kernel.registry.table.count;
    expect(() => registerSchemas([strangers(0, 513)], kernel.registry)).toThrow(/package many cannot be used.*513 definitions, where 512/);
    expect(kernel.registry.table.count).toBe(before);
  });

  it('adds 512 types at the most, however few definitions name them', () => {
    const { kernel } = new Miniature();
    const target = (length: number): TypeRef => ({ kind: 'container', container: 'array', element: { kind: 'named', name: 'many.S0' }, length });
    const fields = Array.from({ length: 700 }, (_, index): FieldDef => ({ name: `f${index}`, type: { kind: 'rref', target: target(index + 1) } }));
    const schema = schemaOf({ 'many.S0': [{ name: 'n', type: { kind: 'scalar', scalar: 'u8' } }], 'many.S1': fields });
    expect(() => registerSchemas([schema], kernel.registry)).toThrow(/more than 512 types/);
  });

  it('leaves a quarter of the table to the host, with all others together', () => {
    const { kernel } = new Miniature();
    let refused = '';
    for (let round = 0; refused === '' && round < 20; round++) {
      try {
        registerSchemas([strangers(round, 500)], kernel.registry);
      } catch (error) {
        refused = String(error);
      }
    }
    expect(refused).toMatch(/what is left of the type table is the host’s/);
    expect(kernel.registry.table.count).toBeLessThan(MAX_TYPES * 0.75 + 2);
    const own = strangers(99, 1);
    expect(kernel.registry.runtime({ kind: 'named', name: 'many.S0' }, own).index).toBe(kernel.registry.table.count);
    // What is known already costs nothing.
    registerSchemas([strangers(0, 500)], kernel.registry);
  });
});
