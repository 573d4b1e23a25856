/** What answers for what: fingerprints are compared at `get()` and at a grant, a longer interface serves a shorter one, and a mismatch is told by its first difference. */
import { rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { boot, type DomainHandle, type KernelHandle } from 'deciduous';
import { packExtension } from 'deciduous/pack';
import type { Leaf } from '../../dist/abi/leaf.js';
import { tokenOf, writeExtension } from './versions.js';

const IDL = `package kv;
struct Key { name: string; }
struct Entry { value: bytes<=64; flags: u32; tags: [u8; 4]; last: Option<u64>; }
enum StoreError { Full, TooLarge(u32), Gone }
interface Watcher { changed(name: string): void; }
interface Store {
  get(key: &RRef<Key>): Option<RRef<Entry>>;
  put(name: string, flags: u32): Result<u32, StoreError>;
  watch(sink: Watcher): u32;
  count(): u32;
}`;

const PROVIDER = `import { defineDomain, ok } from 'deciduous/domain';
import { Entry, Store } from './generated/kv.js';
export default defineDomain({
  provides: { store: Store },
  init({ heap }) {
    const table = new Map<string, number>();
    return {
      store: {
        get(key) {
          const flags = table.get(key.name);
          return flags === undefined ? null : heap.alloc(Entry, { value: new Uint8Array([1, 2]), flags, tags: [1, 2, 3, 4], last: null });
        },
        put(name, flags) { table.set(name, flags); return ok(table.size); },
        watch(sink) { const told = sink.changed('one'); return told.ok ? 1 : 0; },
        count() { return table.size; },
      },
    };
  },
});`;

const ASKER = `import { defineDomain } from 'deciduous/domain';
import { Asker, Store } from './generated/kv.js';
export default defineDomain({
  provides: { asker: Asker },
  imports: { store: Store },
  init: ({ imports }) => ({
    asker: {
      run() {
        const put = imports.store.put('one', 7);
        const watch = imports.store.watch({ changed() {} });
        return (put.ok && put.value.ok ? put.value.value : 0) * 10 + (watch.ok ? watch.value : 0);
      },
      pass(to) { const got = to.use(imports.store); return got.ok ? 'passed ' + got.value : got.error.code; },
    },
  }),
});`;
const ASKS = '\ninterface Taker { use(store: Store): u32; }\ninterface Asker { run(): u32; pass(to: Taker): string; }';

/** The version before its last method was added. */
const OLDER = IDL.replace('  count(): u32;\n', '');
const changed = (from: string, to: string, idl = IDL): string => {
  expect(idl).toContain(from);
  return idl.replace(from, to);
};

describe('interfaces of two versions', () => {
  let kernel: KernelHandle;
  let store: DomainHandle;
  const folders: string[] = [];
  const extension = (idl: string, source: string, edit?: (schema: string) => string): string => {
    const folder = writeExtension(idl, source, edit);
    folders.push(folder);
    return path.join(folder, 'main.ts');
  };

  beforeAll(async () => {
    kernel = await boot({ sharedHeapBytes: 16 * 2 ** 20, spares: 1 });
    store = await kernel.load(extension(IDL, PROVIDER), { name: 'store' });
  });
  afterEach(() => {
    expect(store.isLive).toBe(true);
  });
  afterAll(async () => {
    await kernel.close();
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  /** What get() throws for the store as `idl` defines it. */
  function refusalOf(idl: string, name = 'kv.Store'): string {
    try {
      store.get(tokenOf(idl, name));
    } catch (error) {
      expect(error).toBeInstanceOf(TypeError);
      return (error as Error).message;
    }
    throw new Error('get() answered a proxy');
  }

  it.each<[string, () => string, string]>([
    [
      'a field of another type, below what is asked for',
      () => changed('flags: u32;', 'flags: u64;'),
      'kv.Entry.flags is u32 in what is provided and u64 in what is asked for',
    ],
    [
      'a field more',
      () => changed('flags: u32;', 'flags: u32; size: u8;'),
      'kv.Entry has a field `size` in what is asked for and none of that name in what is provided',
    ],
    ['a field less', () => changed(' flags: u32;', ''), 'kv.Entry has a field `flags` in what is provided and none of that name in what is asked for'],
    [
      'a field of another name',
      () => changed('flags: u32;', 'marks: u32;'),
      'a field of kv.Entry is called `flags` in what is provided and `marks` in what is asked for',
    ],
    [
      'fields in another order',
      () => changed('flags: u32; tags: [u8; 4];', 'tags: [u8; 4]; flags: u32;'),
      '`tags` is field 3 of kv.Entry in what is provided and field 2 in what is asked for',
    ],
    ['another bound', () => changed('bytes<=64', 'bytes<=65'), 'kv.Entry.value is bytes<=64 in what is provided and bytes<=65 in what is asked for'],
    ['another length', () => changed('[u8; 4]', '[u8; 5]'), 'kv.Entry.tags is [u8;4] in what is provided and [u8;5] in what is asked for'],
    ['an option less', () => changed('Option<u64>', 'u64'), 'kv.Entry.last is Option<u64> in what is provided and u64 in what is asked for'],
    [
      'a variant more',
      () => changed('Full,', 'Full, Slow,'),
      'kv.StoreError has a variant `Slow` in what is asked for and none of that name in what is provided',
    ],
    ['a variant less', () => changed(', Gone', ''), 'kv.StoreError has a variant `Gone` in what is provided and none of that name in what is asked for'],
    ['a payload less', () => changed('TooLarge(u32)', 'TooLarge'), 'kv.StoreError.TooLarge holds u32 in what is provided and nothing in what is asked for'],
    [
      'another kind of definition',
      () => changed('enum StoreError { Full, TooLarge(u32), Gone }', 'struct StoreError { full: bool; }'),
      'kv.StoreError is an enum in what is provided and a struct in what is asked for',
    ],
    [
      'a method that is not there',
      () => changed('count(): u32;', 'count(): u32; clear(): u32;'),
      'kv.Store has a method `clear` in what is asked for and none of that name in what is provided',
    ],
    [
      'a method of another name',
      () => changed('count()', 'size()'),
      'a method of kv.Store is called `count` in what is provided and `size` in what is asked for',
    ],
    [
      'a method between',
      () => changed('  watch', '  clear(): u32;\n  watch'),
      'method 3 of kv.Store is `watch` in what is provided and `clear` in what is asked for',
    ],
    [
      'a method that is not asked for, before some that are',
      () => changed('  put(name: string, flags: u32): Result<u32, StoreError>;\n', ''),
      'kv.Store has a method `put` in what is provided and none of that name in what is asked for',
    ],
    [
      'methods in another order',
      () => changed('  watch(sink: Watcher): u32;\n  count(): u32;', '  count(): u32;\n  watch(sink: Watcher): u32;'),
      '`count` is method 4 of kv.Store in what is provided and method 3 in what is asked for',
    ],
    [
      'an argument more',
      () => changed('count()', 'count(since: u64)'),
      'kv.Store.count takes 0 arguments in what is provided and 1 argument in what is asked for',
    ],
    [
      'an argument of another type',
      () => changed('flags: u32):', 'flags: i32):'),
      'argument 2 of kv.Store.put is u32 in what is provided and i32 in what is asked for',
    ],
    [
      'an argument that moves',
      () => changed('&RRef<Key>', 'RRef<Key>'),
      'argument 1 of kv.Store.get is &RRef<kv.Key> in what is provided and RRef<kv.Key> in what is asked for',
    ],
    ['another result', () => changed('count(): u32', 'count(): u64'), 'the result of kv.Store.count is u32 in what is provided and u64 in what is asked for'],
    ['@noForward', () => changed('interface Store', '@noForward interface Store'), 'kv.Store is @noForward in what is asked for and not in what is provided'],
    [
      '@noForward on what is passed',
      () => changed('interface Watcher', '@noForward interface Watcher'),
      'kv.Watcher is @noForward in what is asked for and not in what is provided',
    ],
    [
      'a method more on what is passed, though it stands at the end',
      () => changed('changed(name: string): void;', 'changed(name: string): void; gone(): void;'),
      'kv.Watcher has a method `gone` in what is asked for and none of that name in what is provided',
    ],
    [
      'the first of several differences',
      () => changed('flags: u32;', 'flags: u64;').replace('count(): u32', 'count(): u64'),
      'the result of kv.Store.count is u32',
    ],
  ])('are told apart by %s', (_, idl, difference) => {
    const message = refusalOf(idl());
    expect(message).toContain(`store does not provide kv.Store (it provides another kv.Store, with another fingerprint: ${difference}`);
    expect(message).toMatch(/; it provides store: kv\.Store$/);
    expect(refusalOf(idl())).toBe(message);
  });

  it('of another name are not compared at all', () => {
    expect(refusalOf(changed('interface Watcher', 'interface Other { m(): u32; }\ninterface Watcher'), 'kv.Other')).toBe(
      'store does not provide kv.Other; it provides store: kv.Store',
    );
  });

  it('are told apart in a message of bounded size, around the place where two long types part', () => {
    const wide = (last: string): string => changed('count(): u32', `count(): (${'u8, '.repeat(400)}${last})`);
    const folder = extension(wide('u8'), PROVIDER.replace('return table.size; },\n      },', 'return new Array(401).fill(0) as never; },\n      },'));
    return kernel.load(folder, { name: 'wide' }).then(async (domain) => {
      let message = '';
      try {
        domain.get(tokenOf(wide('u16'), 'kv.Store'));
      } catch (error) {
        message = (error as Error).message;
      }
      expect(message.length).toBeLessThan(700);
      expect(message).toMatch(/the result of kv\.Store\.count is \.\.\.[u8,]+\) in what is provided and \.\.\.[u8,]+u16\) in what is asked for/);
      await domain.unload();
    });
  });

  it('agree where the one that is provided begins with the one that is asked for: old callers call a new provider', async () => {
    const older = store.get(tokenOf(OLDER, 'kv.Store'));
    expect(older.put('one', 5)).toMatchObject({ ok: true, value: { ok: true, value: 1 } });
    const heard: unknown[] = [];
    expect(older.watch({ changed: (name: unknown) => void heard.push(name) })).toEqual({ ok: true, value: 1 });
    expect(heard).toEqual(['one']);
    expect(older.count).toBeUndefined();
    using key = kernel.heap.alloc(
      { ...tokenOf(OLDER, 'kv.Store'), kind: 'type', name: 'kv.Key', id: tokenOf(OLDER, 'kv.Store').schema.structs['kv.Key'].id } as never,
      {
        name: 'one',
      },
    );
    const entry = older.get(key).value as { flags: number; drop(): void };
    expect(entry.flags).toBe(5);
    entry.drop();
    expect(older.put('one', 'many')).toMatchObject({ ok: false, error: { code: 'InvalidType' } });
    expect(await kernel.audit()).toEqual([]);
  });

  it('agree for a grant too: a domain that imports the older interface is given the newer one, from a domain or from the host', async () => {
    const asker = extension(`${OLDER}${ASKS}`, ASKER);
    const current = tokenOf(IDL, 'kv.Store');
    const hosts = kernel.provide(current, { get: () => null, put: () => ({ ok: true, value: 4 }), watch: () => 2, count: () => 0 });
    for (const [grant, answer] of [
      [store.get(current), 11],
      [store.get(tokenOf(OLDER, 'kv.Store')), 11],
      [hosts, 42],
    ] as const) {
      const domain = await kernel.load(asker, { name: 'asker', grant: { store: grant } });
      expect(domain.get(tokenOf(`${OLDER}${ASKS}`, 'kv.Asker')).run()).toEqual({ ok: true, value: answer });
      await domain.unload();
    }
    expect(await kernel.audit()).toEqual([]);
  });

  it('agree as arguments only where they are equal: a reference is what it was given as', async () => {
    const asker = await kernel.load(extension(`${OLDER}${ASKS}`, ASKER), { name: 'asker', grant: { store: store.get(tokenOf(IDL, 'kv.Store')) } });
    const older = asker.get(tokenOf(`${OLDER}${ASKS}`, 'kv.Asker')) as unknown as { async: { pass(to: object): Promise<unknown> } };
    let given: Record<string, (...args: unknown[]) => unknown> = {};
    const taker = {
      use(passed: typeof given) {
        given = passed;
        return (passed['put']('two', 1) as { ok: boolean }).ok ? 3 : 0;
      },
    };
    // What the domain passes on was given to it as the older one, and is that for whoever receives it.
    expect(await older.async.pass(taker)).toEqual({ ok: true, value: 'passed 3' });
    expect(Object.getOwnPropertyNames(Object.getPrototypeOf(given))).not.toContain('count');
    // And a Taker of the newer definition is another interface, since it is passed a Store.
    let message = '';
    try {
      asker.get(tokenOf(`${IDL}${ASKS}`, 'kv.Asker'));
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toContain('kv.Store has a method `count` in what is asked for and none of that name in what is provided');
    await asker.unload();
  });

  it('do not agree where the interface is passed in its own calls', async () => {
    const node = (more: string): string => `package node;\ninterface Node { link(to: Node): u32;${more} }`;
    const source = `import { defineDomain } from 'deciduous/domain';
import { Node } from './generated/node.js';
export default defineDomain({ provides: { node: Node }, init: () => ({ node: { link: () => 1, size: () => 2 } }) });`;
    const domain = await kernel.load(extension(node(' size(): u32;'), source), { name: 'node' });
    expect(domain.get(tokenOf(node(' size(): u32;'), 'node.Node'))['size']()).toEqual({ ok: true, value: 2 });
    expect(() => domain.get(tokenOf(node(''), 'node.Node'))).toThrow(
      /node\.Node has a method `size` in what is provided and none of that name in what is asked for; an interface that is passed in its own calls has to be the same on both sides/,
    );
    await domain.unload();
  });

  it('that a grant brings together are told apart by their first difference, and nothing is left behind', async () => {
    const before = (await kernel.stats()).domains.length;
    const load = (idl: string, grant: object): Promise<DomainHandle> =>
      kernel.load(extension(`${idl}${ASKS}`, ASKER), { name: 'asker', grant: { store: grant } });
    const proxy = store.get(tokenOf(IDL, 'kv.Store'));
    await expect(load(changed('flags: u32;', 'flags: u64;'), proxy)).rejects.toMatchObject({
      code: 'PermissionDenied',
      message:
        "asker: the domain imports 'store' as kv.Store, and what was granted under that name is kv.Store with another fingerprint: kv.Entry.flags is u32 in what is provided and u64 in what is asked for; generate both sides from the same file, or keep to what `deciduous idl check` calls compatible",
    });
    // A new caller of an old provider: the method that it may call is not there.
    await expect(load(IDL, store.get(tokenOf(OLDER, 'kv.Store')))).rejects.toThrow(
      /has a method `count` in what is asked for and none of that name in what is provided/,
    );
    await expect(load(IDL, kernel.log)).rejects.toThrow(/is log\.Log with another fingerprint: log\.Log is provided, and kv\.Store is asked for/);
    expect((await kernel.stats()).domains.length).toBe(before);
  });

  it('and removed methods are no older version of anything', () => {
    expect(refusalOf(changed('  count(): u32;\n', '').replace('  get(key: &RRef<Key>): Option<RRef<Entry>>;\n', ''))).toContain(
      'kv.Store has a method `get` in what is provided',
    );
  });

  it('hold what their fingerprints say: a planted id is refused when the extension is built, and in a leaf at the load', async () => {
    const right = tokenOf(IDL, 'kv.Store').id;
    const wrong = `${right.slice(0, -1)}${right.endsWith('0') ? '1' : '0'}`;
    await expect(
      kernel.load(
        extension(IDL, PROVIDER, (schema) => schema.replaceAll(right, wrong)),
        { name: 'planted' },
      ),
    ).rejects.toMatchObject({ code: 'PACK007' });
    const leaf = await packExtension(extension(IDL, PROVIDER));
    const forged = (edit: (text: string) => string): Leaf => JSON.parse(edit(JSON.stringify(leaf))) as Leaf;
    const load = (planted: Leaf): Promise<DomainHandle> => kernel.load(planted, { name: 'planted' });
    await expect(load(forged((text) => text.replaceAll(right, wrong)))).rejects.toThrow(/the id of kv\.Store is not the hash of its definition/);
    await expect(
      load(forged((text) => text.replace('"name":"flags","type":{"kind":"scalar","scalar":"u32"}', '"name":"flags","type":{"kind":"scalar","scalar":"u64"}'))),
    ).rejects.toThrow(/the id of kv\.\w+ is not the hash of its definition/);
    await expect(load({ ...leaf, code: leaf.code.replaceAll(right, wrong) })).rejects.toThrow(/brings no definition of kv\.Store with this id/);
    expect((await load(leaf).then((domain) => domain.unload())) === undefined).toBe(true);
  });
});
