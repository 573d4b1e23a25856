import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { findWrongId } from '../../../dist/abi/canonical.js';
import { compile } from '../../../dist/idl/index.js';

function idsOf(body: string): Record<string, string> {
  const { diagnostics, schemas } = compile([{ path: 'p.idl', text: `package p;\n${body}` }]);
  expect(diagnostics).toEqual([]);
  const [schema] = schemas;
  expect(findWrongId(schema)).toBeUndefined();
  return Object.fromEntries([schema.structs, schema.enums, schema.interfaces].flatMap((table) => Object.values(table)).map(({ name, id }) => [name, id]));
}

const BASE = [
  'struct Key { name: string<=64; hash: u64; }',
  'struct Entry { key: Key; next: Option<RRef<Entry>>; size: (u8, u8); marks: [u8; 4]; }',
  'struct Shelf { entries: RRefArray<Entry, 4>; queue: RRefDeque<Entry, 8>; sizes: RRefVec<u16>; }',
  'enum Mood { Calm, Loud(u32) }',
  'interface Store { get(key: &RRef<Key>): Option<RRef<Entry>>; mood(): Result<Mood, u8>; }',
];

describe('canonical ids', () => {
  const base = idsOf(BASE.join('\n'));

  it('an id is 64 hexadecimal digits, and no two definitions share one', () => {
    for (const id of Object.values(base)) expect(id).toMatch(/^[0-9a-f]{64}$/);
    expect(new Set(Object.values(base)).size).toBe(5);
  });

  it('an id is the SHA-256 of a text that anybody can write', () => {
    expect(idsOf('struct S { a: RRefArray<S, 2>; b: RRefDeque<S, 3>; c: RRefVec<[u8; 2]>; }')['p.S']).toBe(
      createHash('sha256').update('p.S\nstruct p.S{a:RRef<RRefArray<p.S,2>>;b:RRef<RRefDeque<p.S,3>>;c:RRef<RRefVec<[u8;2]>>}').digest('hex'),
    );
    const text = 'p.Key\nstruct p.Key{name:string}';
    expect(idsOf('struct Key { name: string; }')['p.Key']).toBe(createHash('sha256').update(text).digest('hex'));
    expect(idsOf('struct Key { name: string; }')['p.Key']).toBe('96eefb16efae498879da26607398b89fd375d0ff9be984844a7ceb17705c7f1b');
  });

  it('order of declaration, comments and layout of the text change no id', () => {
    expect(idsOf([...BASE].reverse().join('\n'))).toEqual(base);
    expect(idsOf(BASE.map((line) => `/// Said of it.\n/* and */ ${line.replaceAll(' ', '\n\t')} // so on`).join('\n'))).toEqual(base);
  });

  it('what is not to be forwarded has another id, and so has what refers to it; where there is no annotation the text is as it ever was', () => {
    const plain = idsOf('interface Drawer { open(): u32; }\ninterface Till { drawer(): Drawer; }');
    const marked = idsOf('@noForward\ninterface Drawer { open(): u32; }\ninterface Till { drawer(): Drawer; }');
    const sha = (text: string): string => createHash('sha256').update(text).digest('hex');
    expect(plain['p.Drawer']).toBe(sha('interface p.Drawer\ninterface p.Drawer{open():u32}'));
    expect(marked['p.Drawer']).toBe(sha('interface p.Drawer\ninterface p.Drawer @noForward{open():u32}'));
    expect(marked['p.Till']).not.toBe(plain['p.Till']);
    expect(idsOf('@recoverable\ninterface Drawer { open(): u32; }')['p.Drawer']).toBe(plain['p.Drawer']);
  });

  it('constants, written out or by name, and names of parameters change no id', () => {
    expect(idsOf(`const N: u32 = 0x4;\nconst M: u8 = 64;\n${BASE.join('\n').replace('; 4]', '; N]').replace('<=64', '<=M')}`)).toEqual(base);
    expect(idsOf(BASE.join('\n').replace('get(key:', 'get(wanted:'))).toEqual(base);
  });

  it.each([
    ['a field renamed', 'hash: u64', 'digest: u64', ['p.Key', 'p.Entry', 'p.Shelf', 'p.Store']],
    ['a field of another type', 'hash: u64', 'hash: i64', ['p.Key', 'p.Entry', 'p.Shelf', 'p.Store']],
    ['another bound', 'string<=64', 'string<=65', ['p.Key', 'p.Entry', 'p.Shelf', 'p.Store']],
    ['no bound', 'string<=64', 'string', ['p.Key', 'p.Entry', 'p.Shelf', 'p.Store']],
    ['fields in another order', 'name: string<=64; hash: u64;', 'hash: u64; name: string<=64;', ['p.Key', 'p.Entry', 'p.Shelf', 'p.Store']],
    ['a field more', 'hash: u64;', 'hash: u64; more: u8;', ['p.Key', 'p.Entry', 'p.Shelf', 'p.Store']],
    ['another length', '; 4]', '; 5]', ['p.Entry', 'p.Shelf', 'p.Store']],
    ['an option less', 'Option<RRef<Entry>>; size', 'RRef<Entry>; size', ['p.Entry', 'p.Shelf', 'p.Store']],
    ['another length of a container', 'RRefArray<Entry, 4>', 'RRefArray<Entry, 5>', ['p.Shelf']],
    ['another container', 'RRefDeque<Entry, 8>', 'RRefArray<Entry, 8>', ['p.Shelf']],
    ['another element of a container', 'RRefVec<u16>', 'RRefVec<i16>', ['p.Shelf']],
    ['another payload', 'Loud(u32)', 'Loud(u16)', ['p.Mood', 'p.Store']],
    ['variants in another order', 'Calm, Loud(u32)', 'Loud(u32), Calm', ['p.Mood', 'p.Store']],
    ['a loan that became a move', '&RRef<Key>', 'RRef<Key>', ['p.Store']],
    ['a method renamed', 'mood()', 'state()', ['p.Store']],
    ['another error', 'Result<Mood, u8>', 'Result<Mood, u16>', ['p.Store']],
  ])('%s changes the ids of what reaches it, and no other', (_, from, to, changed) => {
    const ids = idsOf(BASE.join('\n').replace(from, to));
    expect(
      Object.keys(base)
        .filter((name) => ids[name] !== base[name])
        .sort(),
    ).toEqual([...changed].sort());
  });
});
