import { describe, expect, it } from 'vitest';
import { typeId } from '../../../dist/abi/canonical.js';
import { compile } from '../../../dist/idl/index.js';
import { PackError, packExtension } from '../../../dist/pack/index.js';
import { runCode, writeExtension } from './support/pack-and-run.js';

/** A schema whose ids are right. */
function schema(): Record<string, unknown> & { structs: Record<string, Record<string, unknown>> } {
  const structs = {
    'kv.Key': { name: 'kv.Key', id: '', fields: [{ name: 'name', type: { kind: 'string' } }] },
    'base.Id': { name: 'base.Id', id: '', fields: [{ name: 'value', type: { kind: 'scalar', scalar: 'u64' } }] },
  };
  const enums = {
    'kv.StoreError': { name: 'kv.StoreError', id: '', variants: [{ name: 'Full' }, { name: 'TooLarge', doc: 'why' }] },
    'kv.Shape': { name: 'kv.Shape', id: '', variants: [{ name: 'Point', payload: { kind: 'named', name: 'base.Id' } }, { name: 'None' }] },
  };
  const interfaces = {
    'kv.Store': {
      name: 'kv.Store',
      id: '',
      recoverable: true,
      methods: [
        {
          name: 'get',
          params: [{ name: 'key', type: { kind: 'rref', lent: true, target: { kind: 'named', name: 'kv.Key' } } }],
          returns: { kind: 'void' },
          replayable: true,
        },
      ],
    },
  };
  const all = { package: 'kv', structs, enums, interfaces } as never;
  for (const def of [...Object.values(structs), ...Object.values(enums)]) def.id = typeId({ kind: 'named', name: def.name }, all);
  for (const def of Object.values(interfaces)) def.id = typeId({ kind: 'interface', name: def.name }, all);
  return all;
}

const EVIL =
  'globalThis.stolen = 1; export const Key = (() => { throw new Error("generated code ran"); })(); export const Store = Key, StoreError = Key, StoreErrorType = Key, ShapeType = Key;';
const USE = "import { Key, ShapeType, Store, StoreError, StoreErrorType } from './generated/kv.js';\n";

function extension(sidecar: unknown, source = `${USE}export default [Key, ShapeType, Store, StoreError, StoreErrorType];`) {
  return { 'extension.ts': source, 'generated/kv.ts': EVIL, 'generated/kv.schema.json': typeof sidecar === 'string' ? sidecar : JSON.stringify(sidecar) };
}

async function refusal(files: { readonly [path: string]: string }): Promise<PackError> {
  return packExtension(writeExtension(files)).then(
    () => Promise.reject(new Error('it was not refused')),
    (error: unknown) => (error instanceof PackError ? error : Promise.reject(error)),
  );
}

describe('a generated module', () => {
  it('is a stub made from its schema, and its own code gets nowhere', async () => {
    const { structs, enums, interfaces } = schema() as never as Record<string, Record<string, { id: string }>>;
    const leaf = await packExtension(writeExtension(extension(schema())));
    expect(leaf.code).not.toContain('stolen');
    expect(leaf.schemas.map((each) => each.package)).toEqual(['kv']);
    const { value } = await runCode(leaf.code);
    expect(value).toEqual([
      { kind: 'type', name: 'kv.Key', id: structs['kv.Key'].id },
      { kind: 'type', name: 'kv.Shape', id: enums['kv.Shape'].id },
      { kind: 'interface', name: 'kv.Store', id: interfaces['kv.Store'].id },
      { Full: 'Full', TooLarge: 'TooLarge' },
      { kind: 'type', name: 'kv.StoreError', id: enums['kv.StoreError'].id },
    ]);
  });

  it('gives equal tokens to all modules that import it, and exports nothing of other packages', async () => {
    const source =
      "import * as kv from './generated/kv.js';\nimport { Key } from './other.js';\nexport default [kv.Key === Key, Object.keys(kv).sort(), Object.isFrozen(kv), Object.isFrozen(kv.StoreError)];";
    const leaf = await packExtension(writeExtension({ ...extension(schema(), source), 'other.ts': "export { Key } from './generated/kv';" }));
    const { value } = await runCode(leaf.code);
    expect(value).toEqual([true, ['Key', 'ShapeType', 'Store', 'StoreError', 'StoreErrorType', 'StoreShadow'], true, true]);
  });

  it('has exactly the values that the generator exports, constants aside', async () => {
    const text =
      'package shop;\nstruct Item { name: string; kind: Kind; }\nenum Kind { Small, Large }\nenum Event { Sold(RRef<Item>), Lost }\ninterface Shop { sell(item: RRef<Item>): Result<void, Kind>; }\n@recoverable\ninterface Prices { of(item: &RRef<Item>): u32; }\n';
    const { files, diagnostics } = compile([{ path: 'shop.idl', text }]);
    expect(diagnostics).toEqual([]);
    const module = files.find((file) => file.path.endsWith('shop.ts'))?.text ?? '';
    const names = [...module.matchAll(/^export const (\w+)/gm)].map(([, name]) => name).sort();
    const entry = writeExtension({
      'extension.ts': "import * as shop from './generated/shop.js';\nexport default Object.keys(shop).sort();",
      ...Object.fromEntries(files.map((file) => [`generated/${file.path}`, file.text])),
    });
    expect((await runCode((await packExtension(entry)).code)).value).toEqual(names);
    expect(names).toEqual(expect.arrayContaining(['KindType', 'Prices', 'PricesShadow']));
    expect(names).not.toContain('ShopShadow');
  });

  it('is known beside a .js file, in a package, and without any code', async () => {
    const leaf = await packExtension(
      writeExtension({
        'extension.ts': "import { Key } from 'acme-idl/kv.js';\nimport { Key as Bare } from './bare/kv.js';\nexport default Key === Bare;",
        'node_modules/acme-idl/package.json': '{"name":"acme-idl","type":"module"}',
        'node_modules/acme-idl/kv.js': EVIL,
        'node_modules/acme-idl/kv.schema.json': JSON.stringify(schema()),
        'bare/kv.schema.json': JSON.stringify(schema()),
      }),
    );
    expect((await runCode(leaf.code)).value).toBe(true);
    expect(leaf.schemas).toHaveLength(1);
  });

  it('costs nothing where only its types are used', async () => {
    const source = "import { Key } from './generated/kv.js';\nexport default (key: Key) => key;";
    const leaf = await packExtension(writeExtension(extension(schema(), source)));
    expect(leaf.schemas).toEqual([]);
  });

  it.each([
    ['text that is not JSON', '{', 'not JSON'],
    ['a list', '[]', 'not an object'],
    [
      'an id of something else',
      (() => {
        const s = schema();
        s.structs['kv.Key']['id'] = '0'.repeat(64);
        return s;
      })(),
      'kv.Key is not the hash',
    ],
    [
      'a changed field',
      (() => {
        const s = schema();
        s.structs['kv.Key']['fields'] = [{ name: 'name', type: { kind: 'bytes' } }];
        return s;
      })(),
      'kv.Key is not the hash',
    ],
    [
      'a name that is not its own',
      (() => {
        const s = schema();
        s.structs['kv.Other'] = s.structs['kv.Key'];
        return s;
      })(),
      'kv.Other is not the hash',
    ],
    [
      'a definition that is missing',
      (() => {
        const s = schema();
        delete s.structs['base.Id'];
        return s;
      })(),
      'base.Id',
    ],
    [
      'a type of an unknown kind',
      (() => {
        const s = schema();
        s.structs['kv.Key']['fields'] = [{ name: 'a', type: { kind: 'any' } }];
        return s;
      })(),
      'structs["kv.Key"].fields[0].type.kind',
    ],
    [
      'names that are no names',
      (() => {
        const s = schema();
        s.structs['kv.Key']['fields'] = [{ name: '"+x+"', type: { kind: 'bytes' } }];
        return s;
      })(),
      'fields[0].name',
    ],
    ['a prototype', JSON.stringify(schema()).replaceAll('kv.Key', 'kv.__proto__'), '__proto__'],
    [
      'types without end',
      JSON.stringify(schema()).replace('{"kind":"string"}', `${'{"kind":"option","value":'.repeat(5000)}{"kind":"void"}${'}'.repeat(5000)}`),
      'nested less than',
    ],
  ])('is refused where its schema is %s', async (_title, sidecar, reason) => {
    const error = await refusal(extension(sidecar));
    expect(error.code).toBe('PACK007');
    expect(error.file).toContain('kv.schema.json');
    expect(error.message).toContain(reason);
  });

  it('is refused where two of one package differ', async () => {
    const other = schema();
    other.structs['kv.Extra'] = { ...other.structs['kv.Key'], name: 'kv.Extra' };
    other.structs['kv.Extra']['id'] = typeId({ kind: 'named', name: 'kv.Extra' }, other as never);
    const source = "import { Key } from './generated/kv.js';\nimport { Extra } from './other/kv.js';\nexport default [Key, Extra];";
    const error = await refusal({ ...extension(schema(), source), 'other/kv.schema.json': JSON.stringify(other) });
    expect(error.message).toContain('two different schemas of package kv');
  });

  it('is refused where it lacks what is imported, and through import() and require()', async () => {
    expect(await refusal(extension(schema(), "import { Nope } from './generated/kv.js';\nexport default Nope;"))).toMatchObject({
      code: 'PACK017',
      line: 1,
      column: 10,
    });
    expect((await refusal(extension(schema(), "export default import('./generated/kv.js');"))).code).toBe('PACK009');
    expect((await refusal(extension(schema(), "export default require('./generated/kv.js');"))).code).toBe('PACK009');
  });
});
