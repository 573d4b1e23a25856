/** The table of changes, row by row: a file before, a file after, the verdict, where it points and what it says, and whether `get()` agrees. */
import { describe, expect, it } from 'vitest';
import { findProvided } from '../../../dist/host/matching.js';
import { CHANGES, checkLocks, compile, renderDiagnostic, type LockCheck } from '../../../dist/idl/index.js';
import type { Schema } from '../../../dist/abi/schema.js';
import { CASES, type ChangeCase, SWAPS } from './changes-rows.js';

type Files = { readonly [path: string]: string };

/** Compares with the lock files among `files`; `sources` are compiled. */
function check(files: Files, ...sources: string[]): LockCheck {
  const read = (path: string): string | undefined => files[path];
  return checkLocks(
    sources.map((path) => ({ path, text: files[path] })),
    { read, list: () => Object.keys(files) },
  );
}

/** The lock file of a folder with these files, all of them published. */
function lockOf(files: Files): string {
  const sources = Object.keys(files).filter((path) => path.endsWith('.idl'));
  if (sources.length === 0) return '{ "format": "deciduous-idl-lock/1", "packages": {} }';
  const { plans, diagnostics } = check(files, ...sources);
  expect(diagnostics).toEqual([]);
  expect(plans.map(({ path }) => path)).toEqual(['idl.lock']);
  return plans[0].text;
}

/** The text without marks, and where they stood. */
function unmark(marked: string): { text: string; places: string[] } {
  const parts = marked.split('«');
  const places = parts.slice(0, -1).map((_, index) => {
    const before = parts.slice(0, index + 1).join('');
    return `${before.split('\n').length}:${before.length - before.lastIndexOf('\n')}`;
  });
  return { text: parts.join(''), places };
}

/** Whether who provides `Service` as `provided` has it answers who asks for it as `asked` has it: by what get() and grants decide with. */
function serves(provided: string, asked: string): 'served' | 'refused' {
  const [have, want] = [provided, asked].map((text): Schema => compile([{ path: 'p.idl', text }], { read: () => undefined }).schemas[0]);
  const wanted = want.interfaces['p.Service'];
  const all = Object.values(have.interfaces).map((def, exported) => [def.name, { interfaceName: def.name, interfaceId: def.id, exported }]);
  try {
    findProvided('p', Object.fromEntries(all), [have], { name: wanted.name, id: wanted.id, schema: want }, undefined);
    return 'served';
  } catch {
    return 'refused';
  }
}

function judge({ kind, before, after, says }: ChangeCase, count: number): void {
  const row = CHANGES[kind];
  const { text, places } = unmark(after);
  const lock = lockOf(before === '' ? {} : { 'p.idl': before });
  const { changes, diagnostics, plans, compilation } = check({ 'p.idl': text, 'idl.lock': lock }, 'p.idl');
  expect(compilation.diagnostics).toEqual([]);
  if (row.verdict === 'same') {
    expect(changes).toEqual([]);
    expect(plans[0].text).toBe(lock);
  } else {
    const own = changes.filter((change) => change.kind === kind);
    expect(changes.filter(({ compatible }) => !compatible && row.verdict === 'compatible')).toEqual([]);
    expect(own).toHaveLength(count);
    if (places.length > 0) expect(own.map(({ line, column }) => `${line}:${column}`)).toEqual(places);
    if (says !== undefined) expect(own[0].message).toContain(says);
    for (const change of own) expect(change).toMatchObject({ compatible: row.verdict === 'compatible', file: 'p.idl' });
    const told = diagnostics.filter(({ message }) => own.some((change) => change.message === message));
    expect(told).toHaveLength(row.verdict === 'breaking' ? count : 0);
    for (const diagnostic of told) {
      expect(diagnostic.code).toBe(kind === 'method-inserted' || kind === 'method-reordered' ? 'IDL034' : 'IDL035');
      expect(renderDiagnostic(diagnostic)).toMatch(/\n +\| [ \t]*\^+\n {2}rule: .*\n {2}way out: .*--accept-breaking/);
      expect(diagnostic.wayOut).not.toMatch(/undefined|^;/);
    }
    // Once it is published, nothing has changed.
    const again = check({ 'p.idl': text, 'idl.lock': plans[0].text }, 'p.idl');
    expect(again.changes).toEqual([]);
    expect(again.plans[0].text).toBe(plans[0].text);
  }
  if (before === '' || kind === 'definition-removed' || kind === 'definition-renamed' || kind === 'package-renamed') return;
  expect({ oldCallers: serves(text, before), newCallers: serves(before, text) }).toEqual({ oldCallers: row.oldCallers, newCallers: row.newCallers });
}

describe('a change against what was published', () => {
  it.each(CASES.map((each) => [CHANGES[each.kind].change, CHANGES[each.kind].verdict, each] as const))('%s: %s', (_, __, each) => judge(each, 1));
  it.each(SWAPS.map((each) => [CHANGES[each.kind].change, CHANGES[each.kind].verdict, each] as const))('%s: %s', (_, __, each) => judge(each, 2));

  it('is tested for each row of the table', () => {
    const tested = new Set([...CASES, ...SWAPS].map(({ kind }) => kind));
    const below = ['package-removed', 'file-renamed', 'beneath'];
    expect(Object.keys(CHANGES).filter((kind) => !tested.has(kind as never) && !below.includes(kind))).toEqual([]);
  });

  it.each(
    CASES.filter(({ kind }) => ['definition-removed', 'definition-renamed', 'package-renamed'].includes(kind)).map(
      (each) => [CHANGES[each.kind].change, each] as const,
    ),
  )('%s: who asks for what was is told that nobody provides it', (_, { before, after }) => expect(serves(unmark(after).text, before)).toBe('refused'));
});

describe('a package', () => {
  const KV = 'package kv;\nstruct Key { name: string; }\ninterface Store { get(key: Key): u32; }\n';
  const OTHER = 'package other;\nstruct Thing { a: u8; }\n';

  it('removed with its file: breaking, pointed at in the lock file', () => {
    const lock = lockOf({ 'kv.idl': KV, 'other.idl': OTHER });
    const { changes, diagnostics, plans } = check({ 'other.idl': OTHER, 'idl.lock': lock }, 'other.idl');
    expect(changes).toMatchObject([{ kind: 'package-removed', compatible: false, of: 'kv', file: 'idl.lock', line: 4, column: 5 }]);
    expect(diagnostics[0].excerpt).toContain('"kv": {');
    expect(JSON.parse(plans[0].text).packages).toEqual({ other: expect.anything() });
  });

  it('whose file was not named stays in the lock as it is, changed or not', () => {
    const lock = lockOf({ 'kv.idl': KV, 'other.idl': OTHER });
    const { changes, plans } = check({ 'kv.idl': 'package kv;\nstruct Key { other: u8; }', 'other.idl': OTHER, 'idl.lock': lock }, 'other.idl');
    expect(changes).toEqual([]);
    expect(plans[0].text).toBe(lock);
  });

  it('in another file: compatible', () => {
    const lock = lockOf({ 'kv.idl': KV, 'other.idl': OTHER });
    const { changes } = check({ 'store.idl': KV, 'idl.lock': lock, 'other.idl': OTHER }, 'store.idl');
    expect(changes).toMatchObject([{ kind: 'file-renamed', compatible: true, of: 'kv', message: 'package kv was published from kv.idl' }]);
    expect(check({ 'store.idl': KV, 'idl.lock': lock, 'other.idl': OTHER }, 'other.idl').changes).toEqual([]);
  });

  const COMMON = 'package common;\nstruct Point { x: u32; y: u32; }\ninterface Sink { told(x: u32): void; }\n';
  const USER = 'package user;\nimport "../common/common.idl";\ninterface Plotter { plot(at: common.Point): u32;\n  watch(sink: common.Sink): void; }\n';
  const userLock = (common: string): string => check({ 'user/user.idl': USER, 'common/common.idl': common }, 'user/user.idl').plans[0].text;

  it('keeps what it reaches in others: a change beneath is pointed at where it is used first', () => {
    const lock = userLock(COMMON);
    expect(Object.keys(JSON.parse(lock).packages)).toEqual(['user']);
    for (const [changed, place, says] of [
      [
        COMMON.replace('x: u32; y', 'x: u64; y'),
        [3, 30],
        'common.Point has changed beneath what was published: common.Point.x is u32 in what was published and u64 now',
      ],
      [
        COMMON.replace('void; }', 'void; ended(): void; }'),
        [4, 15],
        'common.Sink has changed beneath what was published: common.Sink has a method `ended` now',
      ],
    ] as const) {
      const { changes, diagnostics } = check({ 'user/user.idl': USER, 'common/common.idl': changed, 'user/idl.lock': lock }, 'user/user.idl');
      expect(changes).toMatchObject([
        { kind: 'beneath', compatible: false, file: 'user/user.idl', line: place[0], column: place[1], message: expect.stringContaining(says) },
      ]);
      expect(diagnostics).toHaveLength(1);
    }
  });

  it('is not told twice of a change that is told where it is declared, and is told of one that is compatible there alone', () => {
    const files = (changed: string): Files => {
      const common = check({ 'common/common.idl': COMMON }, 'common/common.idl').plans[0].text;
      return { 'user/user.idl': USER, 'common/common.idl': changed, 'user/idl.lock': userLock(COMMON), 'common/idl.lock': common };
    };
    const broken = check(files(COMMON.replace('y: u32', 'y: u64')), 'user/user.idl').changes;
    expect(broken).toMatchObject([{ kind: 'field-type', file: 'common/common.idl' }]);
    const grown = check(files(COMMON.replace('void; }', 'void; ended(): void; }')), 'user/user.idl').changes;
    expect(grown.map(({ kind, compatible }) => [kind, compatible])).toEqual([
      ['method-added', true],
      ['beneath', false],
    ]);
  });

  it('grows by a method, and breaks what is published beside it and passes it, though that was not named', () => {
    const files = { 'common.idl': COMMON, 'user.idl': USER.replace('../common/', './') };
    const lock = check(files, 'user.idl', 'common.idl').plans[0].text;
    const grown = { ...files, 'common.idl': COMMON.replace('void; }', 'void; ended(): void; }'), 'idl.lock': lock };
    expect(check(grown, 'common.idl').changes).toMatchObject([
      { kind: 'method-added-to-passed', compatible: false, message: expect.stringContaining('and user.Plotter passes one in its calls') },
    ]);
  });

  it('without a lock file in its folder is not judged', () => {
    const { changes, locks, diagnostics } = check({ 'kv.idl': KV }, 'kv.idl');
    expect({ changes, locks, diagnostics }).toEqual({ changes: [], locks: [], diagnostics: [] });
  });

  it('with several changes is told of all of them at once, in the order of the file', () => {
    const lock = lockOf({ 'kv.idl': KV });
    const after = KV.replace('name: string', 'name: bytes').replace('get(key: Key): u32', 'put(): u8; get(key: Key): u64');
    const { changes, diagnostics } = check({ 'kv.idl': after, 'idl.lock': lock }, 'kv.idl');
    expect(changes.map(({ kind, code }) => [kind, code])).toEqual([
      ['field-type', 'IDL035'],
      ['method-inserted', 'IDL034'],
      ['result-type', 'IDL035'],
    ]);
    expect(diagnostics).toHaveLength(3);
  });

  it('two of whose methods are gone is told of both, though they point at one place', () => {
    const before = KV.replace('u32; }', 'u32; a(): void; b(): void; }');
    const { diagnostics } = check({ 'kv.idl': KV, 'idl.lock': lockOf({ 'kv.idl': before }) }, 'kv.idl');
    expect(diagnostics.map(({ message }) => /`(\w)`/.exec(message)?.[1])).toEqual(['a', 'b']);
  });
});
