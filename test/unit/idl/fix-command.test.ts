import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyFixes, compile } from '../../../dist/idl/index.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'deciduous-fix-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function fix(name: string, ...words: string[]) {
  return spawnSync(process.execPath, [path.resolve('dist/cli/main.js'), 'idl', 'check', name, '--fix', ...words], { encoding: 'utf8', cwd: folder });
}

const fixText = (text: string): string => applyFixes([{ path: 'p.idl', text }], { read: () => undefined }).sources[0].text;

describe('deciduous idl check --fix', () => {
  it('mends what has one way out, mistakes behind mistakes too, and says what it did', () => {
    writeFileSync(
      path.join(folder, 'kv.idl'),
      'struct Key { name: String; age: boolean? }\ninterface Store { get(key: &mut RRef<Kye>): RpcResult<Box<Key> | null>; clear() }\n',
    );
    const { status, stdout, stderr } = fix('kv.idl');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(readFileSync(path.join(folder, 'kv.idl'), 'utf8')).toBe(
      'package kv;\nstruct Key { name: string; age: Option<bool>; }\ninterface Store { get(key: RRef<Key>): Option<RRef<Key>>; clear(): void; }\n',
    );
    expect(stdout).toContain('kv.idl:1:1: IDL004: fixed: Begin with package kv;\n');
    expect(stdout).toMatch(/\nkv: fine\n$/);
  });

  it('leaves what is a choice, tells it, and exits 1', () => {
    writeFileSync(path.join(folder, 'left.idl'), 'package left;\nstruct S { a: number; b: boolean; }\n');
    const { status, stdout, stderr } = fix('left.idl');
    expect(status).toBe(1);
    expect(stdout).toBe('left.idl:2:26: IDL008: fixed: Write bool\n');
    expect(stderr).toContain('left.idl:2:15: IDL008');
    expect(readFileSync(path.join(folder, 'left.idl'), 'utf8')).toContain('a: number; b: bool;');
  });

  it('does not touch a file that is only imported, nor one that is fine', () => {
    const bad = 'package wrong;\nstruct S { a: boolean; }\n';
    writeFileSync(path.join(folder, 'wrong.idl'), bad);
    writeFileSync(path.join(folder, 'user.idl'), 'package user;\nimport "./wrong.idl";\nstruct S { a: wrong.S; }\n');
    expect(fix('user.idl').status).toBe(1);
    expect(readFileSync(path.join(folder, 'wrong.idl'), 'utf8')).toBe(bad);
  });

  it('--json answers what was fixed beside what is left', () => {
    writeFileSync(path.join(folder, 'json.idl'), 'package json;\nstruct S { a: boolean; }\n');
    expect(JSON.parse(fix('json.idl', '--json').stdout)).toMatchObject({
      ok: true,
      fixed: [{ code: 'IDL008', line: 2, fix: { title: 'Write bool', edits: [{ length: 7, text: 'bool' }] } }],
    });
  });

  it('edits that overlap wait for the next round', () => {
    expect(fixText('package p;\nstruct S { a: boolean??; }\n')).toBe(fixText(fixText('package p;\nstruct S { a: boolean??; }\n')));
    expect(fixText('package p;\nstruct T { b: u8; }\nstruct S { a: Vec<u8> | null; b: Box<Box<T>>; }\n')).toBe(
      'package p;\nstruct T { b: u8; }\nstruct S { a: Option<bytes>; b: RRef<T>; }\n',
    );
  });

  it('a byte order mark stays, and does not shift what is mended', () => {
    expect(fixText('\ufeffpackage p;\nstruct S { a: boolean; }\n')).toBe('\ufeffpackage p;\nstruct S { a: bool; }\n');
  });

  it('ends, whatever the text, and nothing more is wrong than before', () => {
    const words = 'package p ; struct S { a : u8 & mut RRef < S > [ ] ? | null ( ) => @ recoverable } $ interface m'.split(' ');
    let seed = 7;
    const random = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
    for (let run = 0; run < 200; run += 1) {
      const text = `package p;\n${Array.from({ length: 30 }, () => words[random(words.length)]).join(' ')}`;
      const read = (): undefined => undefined;
      const before = compile([{ path: 'p.idl', text }], { read }).diagnostics.length;
      const after = compile(applyFixes([{ path: 'p.idl', text }], { read }).sources, { read }).diagnostics.length;
      expect(after, text).toBeLessThanOrEqual(before);
    }
  });
});
