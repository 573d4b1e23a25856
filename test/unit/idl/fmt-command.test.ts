/** `deciduous idl fmt` on files, on standard input, and where it refuses. */
import { spawnSync } from 'node:child_process';
import { chmodSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';

const folders: string[] = [];
let folder = '';
const inFolder = (name: string): string => path.join(folder, name);
const textOf = (name: string): string => readFileSync(inFolder(name), 'utf8');

const BAD = 'package bad;\nstruct S { a u8; }\n';
const GOOD = 'package good;\n\nstruct S { a: u8; }\n';
const LOOSE = 'package loose;\nstruct S{a:u8;}\n';

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'deciduous-fmt-'));
  folders.push(folder);
  writeFileSync(inFolder('good.idl'), GOOD);
  writeFileSync(inFolder('loose.idl'), LOOSE);
  writeFileSync(inFolder('bad.idl'), BAD);
});
afterAll(() => {
  for (const each of folders) rmSync(each, { recursive: true, force: true });
});

function fmt(words: readonly string[], input?: string | Buffer) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['dist/cli/main.js', 'idl', 'fmt', ...words], { encoding: 'utf8', input: input ?? '' });
  expect(stdout + stderr).not.toMatch(/\n\s+at /);
  return { status, stdout, stderr };
}

describe('deciduous idl fmt', () => {
  it('writes what changes, says so, and leaves the rest alone', () => {
    const before = statSync(inFolder('good.idl')).mtimeMs;
    chmodSync(inFolder('loose.idl'), 0o640);
    expect(fmt([inFolder('good.idl'), inFolder('loose.idl')])).toEqual({ status: 0, stdout: `${inFolder('loose.idl')}: formatted\n`, stderr: '' });
    expect(textOf('loose.idl')).toBe('package loose;\n\nstruct S { a: u8; }\n');
    expect(statSync(inFolder('loose.idl')).mode & 0o777).toBe(0o640);
    expect(statSync(inFolder('good.idl')).mtimeMs).toBe(before);
    expect(readdirSync(folder).sort()).toEqual(['bad.idl', 'good.idl', 'loose.idl']);
    expect(fmt([inFolder('good.idl'), inFolder('loose.idl')])).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  it('--check writes nothing and exits 1 where a file would change', () => {
    expect(fmt(['--check', inFolder('good.idl')])).toEqual({ status: 0, stdout: '', stderr: '' });
    const { status, stdout, stderr } = fmt(['--check', inFolder('good.idl'), inFolder('loose.idl')]);
    expect({ status, stdout }).toEqual({ status: 1, stdout: `${inFolder('loose.idl')}: differs\n` });
    expect(stderr).toContain('1 of 2 files would change');
    expect(textOf('loose.idl')).toBe(LOOSE);
  });

  it('refuses a file with an error of syntax, leaves it untouched, and formats the others', () => {
    const { status, stdout, stderr } = fmt([inFolder('bad.idl'), inFolder('loose.idl')]);
    expect(status).toBe(1);
    expect(stdout).toBe(`${inFolder('bad.idl')}: refused\n${inFolder('loose.idl')}: formatted\n`);
    expect(stderr).toContain(`${inFolder('bad.idl')}:2:14: IDL001:`);
    expect(textOf('bad.idl')).toBe(BAD);
  });

  it('--json answers one object with what became of each file', () => {
    const { status, stdout, stderr } = fmt(['--json', '--check', inFolder('good.idl'), inFolder('loose.idl'), inFolder('bad.idl')]);
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      diagnostics: [{ code: 'IDL001' }],
      files: [{ state: 'unchanged' }, { state: 'differs' }, { path: inFolder('bad.idl'), state: 'refused' }],
    });
  });

  it('- reads standard input and writes standard output', () => {
    expect(fmt(['-'], LOOSE)).toEqual({ status: 0, stdout: 'package loose;\n\nstruct S { a: u8; }\n', stderr: '' });
    expect(fmt(['-'], '')).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(fmt(['-', '--check'], GOOD)).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(fmt(['-', '--check'], LOOSE)).toEqual({ status: 1, stdout: '', stderr: 'standard input would change\n' });
    const refused = fmt(['-'], BAD);
    expect({ status: refused.status, stdout: refused.stdout }).toEqual({ status: 1, stdout: '' });
    expect(refused.stderr).toContain('stdin:2:14: IDL001:');
    expect(JSON.parse(fmt(['-', '--json'], LOOSE).stdout)).toMatchObject({
      ok: true,
      files: [{ path: 'stdin', state: 'formatted', text: expect.any(String) }],
    });
  });

  it('a link stays a link, and what it leads to is formatted', () => {
    symlinkSync('loose.idl', inFolder('link.idl'));
    expect(fmt([inFolder('link.idl')]).status).toBe(0);
    expect(lstatSync(inFolder('link.idl')).isSymbolicLink()).toBe(true);
    expect(textOf('loose.idl')).toContain('S { a: u8; }');
  });

  it('bytes that are not UTF-8 are refused, because they would be lost', () => {
    const bytes = Buffer.from([0x70, 0x61, 0xff, 0x0a]);
    writeFileSync(inFolder('latin.idl'), bytes);
    const { status, stderr } = fmt([inFolder('latin.idl')]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^deciduous: .*latin\.idl is not UTF-8/);
    expect(readFileSync(inFolder('latin.idl'))).toEqual(bytes);
    expect(fmt(['-'], bytes).stderr).toContain('standard input is not UTF-8');
  });

  it.each([
    ['no file', []],
    ['a file that does not exist', ['gone.idl']],
    ['a folder', ['idl']],
    ['standard input beside a file', ['-', 'idl/kv.idl']],
    ['an unknown option', ['idl/kv.idl', '--chekc']],
  ])('%s is wrong use: exit code 2', (_, words) => {
    const { status, stdout, stderr } = fmt(words);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain('--help');
  });

  it('--help shows an example', () => {
    const { status, stdout } = fmt(['--help']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/EXAMPLES?\n\n {2}deciduous idl fmt/);
  });
});
