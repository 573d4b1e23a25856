/** A generated module exports what its definition file imports: on the host and in a domain. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { LogLine } from 'deciduous';
import { afterEach, describe, expect, it } from 'vitest';
import { packExtension } from '../../dist/pack/index.js';
import * as kv from '../fixtures/extensions/generated/kv.js';
import * as log from '../fixtures/extensions/generated/log.js';
import { extension, valueOf, World } from './lab.js';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

describe('what a generated module exports of the packages that its file imports', () => {
  it('is what those packages export themselves', () => {
    expect(kv.Log).toBe(log.Log);
    expect(kv.Level).toBe(log.Level);
    const level: kv.Level = log.Level.Warn;
    expect(level).toBe('Warn');
  });

  it('is had in a domain too, by its name and as a member of the whole', async () => {
    await using world = await World.open();
    const lines: LogLine[] = [];
    world.kernel.on('log', (line) => lines.push(line));
    const domain = await world.kernel.load(extension('reexports/kv-store.ts'), { name: 'store', grant: { log: world.kernel.log } });
    const store = domain.get(kv.KvStore);
    using key = world.kernel.heap.alloc(kv.Key, { name: 'answer' });
    using entry = world.kernel.heap.alloc(kv.Entry, { value: new Uint8Array([42]), flags: 0, expires: null });
    expect(valueOf(store.put(key, entry))).toEqual({ ok: true, value: undefined });
    using back = valueOf(store.get(key));
    expect([...(back?.value.toUint8Array() ?? [])]).toEqual([42]);
    await expect
      .poll(() => lines.map(({ text }) => text))
      .toContain('answer of Entry Feed Key KvStore KvStoreShadow Level LevelType Log LogShadow StoreError StoreErrorType Watcher');
  });

  /** A folder with an extension that imports `Log` from kv, whose sidecar says what `claim` makes of it. */
  function forged(claim: (schema: { reexports: object }) => object): string {
    const folder = mkdtempSync(path.join(tmpdir(), 'deciduous-reexports-'));
    folders.push(folder);
    mkdirSync(path.join(folder, 'inner'));
    for (const name of ['kv', 'log']) {
      for (const ending of ['ts', 'schema.json'])
        cpSync(`test/fixtures/extensions/generated/${name}.${ending}`, path.join(folder, 'inner', `${name}.${ending}`));
    }
    const sidecar = path.join(folder, 'inner', 'kv.schema.json');
    writeFileSync(sidecar, JSON.stringify(claim(JSON.parse(readFileSync(sidecar, 'utf8')))));
    writeFileSync(path.join(folder, 'package.json'), '{}');
    const entry =
      "import { defineDomain } from 'deciduous/domain';\nimport { Log } from './inner/kv.js';\nexport default defineDomain({ imports: { log: Log }, init: () => ({}) });\n";
    writeFileSync(path.join(folder, 'extension.ts'), entry);
    return path.join(folder, 'extension.ts');
  }
  const refusalOf = async (entry: string): Promise<string> => {
    const error = await packExtension(entry).catch((thrown: unknown) => thrown);
    return `${(error as { code?: string }).code} ${(error as Error).message}`;
  };

  it('builds from the sidecars as they are', async () => {
    const leaf = await packExtension(forged((schema) => schema));
    expect(leaf.schemas.map((schema) => schema.package)).toEqual(['kv', 'log']);
  });

  it.each<[string, object, RegExp]>([
    ['leads out of the folder', { '../log': ['Log'] }, /PACK007.*reexports\["\.\.\/log"\] is not under the name of a package/],
    ['is no list', { log: 'Log' }, /PACK007.*reexports\.log is not a list/],
    ['is no name', { log: ['__proto__.x'] }, /PACK007.*reexports\.log\[0\] is not a name/],
    ['names a module that is not there', { gone: ['Log'] }, /PACK007.*cannot be read/],
    ['names what its module does not have', { log: ['Log2'] }, /PACK017.*exports no value Log/],
    ['names nothing', {}, /PACK017.*exports no value Log/],
  ])('a claim that %s is refused', async (_, reexports, why) => {
    expect(await refusalOf(forged((schema) => ({ ...schema, reexports })))).toMatch(why);
  });

  it('a sidecar that lies elsewhere is not read, and nothing of it is told', async () => {
    const entry = forged((schema) => schema);
    const link = path.join(path.dirname(entry), 'inner', 'log.schema.json');
    const secret = path.join(path.dirname(entry), 'secret.txt');
    writeFileSync(secret, 'the secret');
    rmSync(link);
    symlinkSync(secret, link);
    const refusal = await refusalOf(entry);
    expect(refusal).toMatch(/PACK007.*lies in another folder/);
    expect(refusal).not.toContain('the secret');
  });
});
