/** `deciduous idl lock`, and what `check` and `generate` make of the lock file, as people and as programs call them. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const command = path.resolve('dist/cli/main.js');
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'deciduous-lock-'));
  write('kv.idl', KV);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const KV = 'package kv;\n\nstruct Entry { flags: u32; }\n\ninterface Store {\n  get(name: string): Option<RRef<Entry>>;\n}\n';
const GROWN = KV.replace('  get', '  /// Reads.\n  get').replace('>>;\n}', '>>;\n  size(): u32;\n}');
const BROKEN = KV.replace('flags: u32', 'flags: u64');

function write(name: string, text: string): void {
  mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  writeFileSync(path.join(folder, name), text);
}
const read = (name: string): string => readFileSync(path.join(folder, name), 'utf8');

function idl(...words: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, 'idl', ...words], { encoding: 'utf8', cwd: folder });
  expect(stdout + stderr).not.toMatch(/\n\s+at /);
  return { status, stdout, stderr };
}

describe('deciduous idl lock', () => {
  it('publishes once, beside the files, and leaves a lock that is current alone', () => {
    expect(idl('lock', 'kv.idl')).toEqual({ status: 0, stdout: 'idl.lock: written\n', stderr: '' });
    const before = statSync(path.join(folder, 'idl.lock')).mtimeMs;
    expect(idl('lock', 'kv.idl').stdout).toBe('idl.lock: unchanged\n');
    expect(statSync(path.join(folder, 'idl.lock')).mtimeMs).toBe(before);
    expect(idl('check', 'kv.idl')).toEqual({ status: 0, stdout: 'kv: fine\n', stderr: '' });
  });

  it('publishes compatible changes; check lists them before and says how', () => {
    idl('lock', 'kv.idl');
    write('kv.idl', GROWN);
    expect(idl('check', 'kv.idl')).toEqual({
      status: 0,
      stdout:
        'kv: fine\nkv.idl:8:3: compatible: kv.Store has a method `size` in this file and none of that name in what was published\n1 change is not published yet: deciduous idl lock kv.idl\n',
      stderr: '',
    });
    expect(idl('lock', 'kv.idl').stdout).toBe('idl.lock: written\n');
    expect(idl('check', 'kv.idl').stdout).toBe('kv: fine\n');
  });

  it('refuses breaking changes with a caret, and writes nothing; publishes them where it is told to', () => {
    idl('lock', 'kv.idl');
    const lock = read('idl.lock');
    write('kv.idl', BROKEN);
    for (const verb of ['check', 'lock']) {
      const { status, stdout, stderr } = idl(verb, 'kv.idl');
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
      expect(stderr).toContain(
        'kv.idl:3:23: IDL035: kv.Entry.flags is u32 in what was published and u64 in this file\n   3 | struct Entry { flags: u64; }\n     |                       ^^^\n',
      );
      expect(stderr).toMatch(/1 error\n$/);
      expect(read('idl.lock')).toBe(lock);
    }
    expect(idl('lock', 'kv.idl', '--accept-breaking')).toEqual({ status: 0, stdout: 'idl.lock: written\n', stderr: '' });
    expect(idl('check', 'kv.idl').status).toBe(0);
  });

  it('--check writes nothing, and exits 1 where the lock is missing, lacks something, or is broken by a change', () => {
    expect(idl('lock', 'kv.idl', '--check')).toMatchObject({ status: 1, stdout: 'idl.lock: missing\n' });
    expect(() => read('idl.lock')).toThrow();
    idl('lock', 'kv.idl');
    expect(idl('lock', 'kv.idl', '--check').status).toBe(0);
    write('kv.idl', GROWN);
    expect(idl('lock', 'kv.idl', '--check')).toMatchObject({ status: 1, stdout: 'idl.lock: differs\n' });
    write('kv.idl', BROKEN);
    expect(idl('lock', 'kv.idl', '--check')).toMatchObject({ status: 1, stderr: expect.stringContaining('IDL035') });
  });

  it('--json answers one object: changes with their place, kind and verdict, and what became of the files', () => {
    expect(JSON.parse(idl('lock', 'kv.idl', '--json').stdout)).toEqual({
      ok: true,
      diagnostics: [],
      changes: [],
      files: [{ path: 'idl.lock', state: 'written' }],
    });
    write('kv.idl', BROKEN.replace('>>;\n}', '>>;\n  size(): u32;\n}'));
    const changes = [
      { kind: 'field-type', compatible: false, code: 'IDL035', of: 'kv.Entry', file: 'kv.idl', line: 3, column: 23, message: expect.stringContaining('u64') },
      { kind: 'method-added', compatible: true, of: 'kv.Store', file: 'kv.idl', line: 7, column: 3, message: expect.stringContaining('`size`') },
    ];
    const checked = idl('check', 'kv.idl', '--json');
    expect(checked.status).toBe(1);
    expect(JSON.parse(checked.stdout)).toMatchObject({ ok: false, locks: ['idl.lock'], changes, diagnostics: [{ code: 'IDL035', line: 3, column: 23 }] });
    expect(JSON.parse(idl('lock', 'kv.idl', '--json').stdout)).toMatchObject({ ok: false, changes, files: [] });
    expect(JSON.parse(idl('lock', 'kv.idl', '--json', '--accept-breaking').stdout)).toMatchObject({ ok: true, changes, files: [{ state: 'written' }] });
  });

  it('keeps a lock in each folder, from wherever it is called, and leaves packages that were not named as they are', () => {
    write('a/one.idl', 'package one;\nstruct One { a: u8; }\n');
    write('a/two.idl', 'package two;\nimport "../kv.idl";\nstruct Two { entry: kv.Entry; }\n');
    expect(idl('lock', 'a/one.idl', 'a/two.idl').stdout).toBe('a/idl.lock: written\n');
    expect(() => read('idl.lock')).toThrow();
    const lock = JSON.parse(read('a/idl.lock'));
    expect(Object.keys(lock.packages)).toEqual(['one', 'two']);
    expect(Object.keys(lock.packages.two.beneath)).toEqual(['kv.Entry']);
    write('a/one.idl', 'package one;\nstruct One { a: u8; }\nstruct More { a: u8; }\n');
    write('a/two.idl', 'package two;\nstruct Two { other: u8; }\n');
    expect(idl('lock', 'a/one.idl').status).toBe(0);
    expect(JSON.parse(read('a/idl.lock')).packages.two).toEqual(lock.packages.two);
    expect(idl('check', 'a/two.idl').status).toBe(1);
  });

  it('neither reads nor replaces a lock that was edited, whatever it is told', () => {
    idl('lock', 'kv.idl');
    write('idl.lock', read('idl.lock').replace('flags: u32', 'flags: u16'));
    const edited = read('idl.lock');
    for (const words of [['lock'], ['lock', '--accept-breaking'], ['check']]) {
      const { status, stderr } = idl(...words, 'kv.idl');
      expect(status).toBe(1);
      expect(stderr).toMatch(/^idl\.lock:\d+:\d+: IDL037: the id of kv\.Entry is not that of the text beside it/);
      expect(stderr).toContain('restore idl.lock from version control');
    }
    expect(read('idl.lock')).toBe(edited);
  });

  it('publishes nothing that is wrong', () => {
    write('kv.idl', KV.replace('u32', 'number'));
    expect(idl('lock', 'kv.idl')).toMatchObject({ status: 1, stderr: expect.stringContaining('IDL008') });
    expect(() => read('idl.lock')).toThrow();
  });

  it('is told by generate in a warning, which generates all the same', () => {
    idl('lock', 'kv.idl');
    write('kv.idl', BROKEN);
    const { status, stdout, stderr } = idl('generate', 'kv.idl', '--out', 'out');
    expect({ status, stderr }).toEqual({ status: 0, stderr: 'warning: 1 change breaks what was published: deciduous idl check kv.idl\n' });
    expect(stdout).toContain('out/kv.ts: written');
    write('idl.lock', '{');
    expect(idl('generate', 'kv.idl', '--out', 'out')).toMatchObject({ status: 0, stderr: 'warning: idl.lock cannot be read: deciduous idl check kv.idl\n' });
  });

  it.each([
    ['no file', ['lock']],
    ['a file that does not exist', ['lock', 'gone.idl']],
    ['an unknown option', ['lock', 'kv.idl', '--force']],
  ])('%s is wrong use', (_, words) => expect(idl(...words)).toMatchObject({ status: 2, stdout: '' }));

  it('--help shows examples', () => expect(idl('lock', '--help').stdout).toMatch(/EXAMPLES\n\n {2}deciduous idl lock idl\/\*\.idl/));
});
