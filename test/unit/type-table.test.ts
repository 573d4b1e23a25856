/** The type table is appended to and never shortened, so what one extension, and all of them together, may add is bounded. */
import { describe, expect, it } from 'vitest';
import { typeId } from '../../dist/abi/canonical.js';
import { MAX_TYPES } from '../../dist/abi/heap-layout.js';
import type { FieldDef, Schema, StructDef, TypeRef } from '../../dist/abi/schema.js';
import { registerInTurns, registerSchemas } from '../../dist/microkernel/schema-check.js';
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

const U8: TypeRef = { kind: 'scalar', scalar: 'u8' };

/** A schema whose ids nobody has computed: for what has to be refused before. */
function unhashed(fields: readonly FieldDef[], interfaces: Schema['interfaces'] = {}): Schema {
  return { package: 'many', structs: { 'many.S': { name: 'many.S', id: '', fields } }, enums: {}, interfaces };
}

function wide(count: number): Schema {
  return unhashed(Array.from({ length: count }, (_, index) => ({ name: `f${index}`, type: U8 })));
}

function long(count: number): Schema {
  return unhashed(Array.from({ length: count }, (_, index) => ({ name: `f${index}_${'x'.repeat(200)}`, type: U8 })));
}

function holding(type: TypeRef): Schema {
  return unhashed([{ name: 'f', type }]);
}

function named(name: unknown): Schema {
  return unhashed([{ name: name as string, type: U8 }]);
}

function serving(method: { params?: readonly FieldDef[]; returns?: TypeRef }): Schema {
  const methods = [{ name: 'm', params: [], returns: U8, replayable: false, ...method }];
  return unhashed([], { 'many.I': { name: 'many.I', id: '', methods } });
}

/** Small in memory, since its halves are one; 2^times parts for whoever walks it. */
function twofold(times: number): TypeRef {
  return times === 0 ? U8 : ((half: TypeRef): TypeRef => ({ kind: 'tuple', elements: [half, half] }))(twofold(times - 1));
}

function twice(times: number): unknown {
  return times === 0 ? 'x' : ((half: unknown): unknown => [half, half])(twice(times - 1));
}

function nested(depth: number): TypeRef {
  return depth === 1 ? U8 : { kind: 'option', value: nested(depth - 1) };
}

function endless(): TypeRef {
  const type = { kind: 'option', value: U8 } as { kind: 'option'; value: TypeRef };
  type.value = type;
  return type;
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

  it.each<[string, () => readonly Schema[], RegExp]>([
    ['more than 64 schemas', () => Array.from({ length: 65 }, () => strangers(0, 1)), /64 schemas at the most, and this one 65/],
    ['a struct of 200,000 fields', () => [wide(200_000)], /package many.*more than 16384 definitions, fields,/],
    ['500 fields in each of two dozen schemas', () => Array.from({ length: 24 }, () => wide(500)), /more than 16384/],
    ['a type that contains another twice, 28 times', () => [holding(twofold(28))], /more than 16384/],
    ['the same in a parameter', () => [serving({ params: [{ name: 'p', type: twofold(28) }] })], /more than 16384/],
    ['the same in a result', () => [serving({ returns: twofold(28) })], /more than 16384/],
    ['a type that contains itself', () => [holding(endless())], /more than 64 others, one inside the other/],
    ['65 types, one inside the other', () => [holding(nested(65))], /more than 64 others/],
    ['a name of a million characters', () => [named('x'.repeat(1_000_000))], /a name of 1000000 characters, where 256/],
    ['long names, many of them', () => [long(3000)], /more than 524288 characters of names/],
    ['a name that is a list of lists of lists', () => [named(twice(28))], /a name that is no string/],
    ['a package that is one', () => [{ ...strangers(0, 1), package: twice(28) as string }], /\(without a name\).*a name that is no string/],
    ['a bound that is one', () => [holding({ kind: 'string', max: twice(28) as number })], /a length or bound that is no number/],
    ['a scalar that is one', () => [holding({ kind: 'scalar', scalar: twice(28) as 'u8' })], /a name that is no string/],
    ['a kind that is one', () => [holding({ kind: twice(28) as 'void' })], /a type of a kind that does not exist/],
    ['a table that is a text', () => [{ ...strangers(0, 1), enums: 'x'.repeat(2 ** 24) as never }], /a table of definitions that is no object/],
    ['a table of bytes', () => [{ ...strangers(0, 1), enums: new Uint8Array(2 ** 24) as never }], /no plain object/],
    ['a schema that is none', () => [null as never], /a schema that is no object/],
    ['something else instead of schemas', () => 'x' as never, /a list/],
  ])('that brings %s is refused at once, before anything is hashed', (_, make, message) => {
    const { kernel } = new Miniature();
    const before = kernel.registry.table.count;
    const schemas = make();
    const started = performance.now();
    expect(() => registerSchemas(schemas, kernel.registry)).toThrow(message);
    expect(performance.now() - started).toBeLessThan(20_000);
    expect(kernel.registry.table.count).toBe(before);
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

  it('with schemas of every size that is allowed leaves the kernel time for its watchdog meanwhile', async () => {
    const { kernel } = new Miniature();
    const before = kernel.registry.table.count;
    const name = (index: number): string => `many.S${index % 512}_`.padEnd(240, 'x');
    const reach = (index: number): FieldDef[] =>
      [1, 2, 3].map((step) => ({ name: `f${step}`, type: { kind: 'rref', target: { kind: 'named', name: name(index + step) } } }));
    const structs: Schema['structs'] = Object.fromEntries(
      Array.from({ length: 512 }, (_, index) => [name(index), { name: name(index), id: '', fields: reach(index) }]),
    );
    const schema: Schema = { package: 'many', structs, enums: {}, interfaces: {} };
    // Each reaches all the others: the most that there is to hash.
    const whole: Schema = {
      ...schema,
      structs: Object.fromEntries(Object.entries(structs).map(([key, def]) => [key, { ...def, id: typeId({ kind: 'named', name: key }, schema) }])),
    };
    let turns = 0;
    const beat = (): void => {
      turns++;
      pulse = setImmediate(beat);
    };
    let pulse = setImmediate(beat);
    const started = performance.now();
    await registerInTurns([whole], kernel.registry);
    clearImmediate(pulse);
    // A turn each five milliseconds or so, and each definition within a turn.
    expect(turns).toBeGreaterThan(Math.min(20, (performance.now() - started) / 100));
    expect(kernel.registry.table.count).toBe(before + 512);
  });
});
