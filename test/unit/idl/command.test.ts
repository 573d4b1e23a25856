import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let folder = '';
const inFolder = (name: string): string => path.join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'deciduous-command-'));
  writeFileSync(inFolder('good.idl'), 'package good;\nstruct S { a: u8; }\n');
  writeFileSync(inFolder('bad.idl'), 'package bad;\nstruct S { a: number; b: Nope; }\n');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function deciduous(...words: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['dist/cli/main.js', ...words], { encoding: 'utf8', timeout: 100_000 });
  expect(stdout + stderr).not.toMatch(/\n\s+at /);
  return { status, stdout, stderr };
}

describe('deciduous idl', () => {
  it('check says that a good file is fine and exits 0', () => {
    expect(deciduous('idl', 'check', inFolder('good.idl'))).toEqual({ status: 0, stdout: 'good: fine\n', stderr: '' });
  });

  it('check tells every error of a bad file and exits 1', () => {
    const { status, stdout, stderr } = deciduous('idl', 'check', inFolder('bad.idl'));
    expect(status).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain(`${inFolder('bad.idl')}:2:15: IDL008:`);
    expect(stderr).toContain(`${inFolder('bad.idl')}:2:26: IDL005:`);
    expect(stderr).toMatch(/2 errors\n$/);
  });

  it('check --json answers one object with diagnostics, or with the id of everything', () => {
    const bad = deciduous('idl', 'check', inFolder('bad.idl'), '--json');
    expect(bad.status).toBe(1);
    expect(JSON.parse(bad.stdout)).toMatchObject({ ok: false, diagnostics: [{ code: 'IDL008', line: 2, column: 15 }, { code: 'IDL005' }] });
    const good = JSON.parse(deciduous('idl', 'check', '--json', inFolder('good.idl')).stdout);
    expect(good).toMatchObject({ ok: true, diagnostics: [], packages: [{ package: 'good', ids: { 'good.S': expect.stringMatching(/^[0-9a-f]{64}$/) } }] });
  });

  it.each([
    ['a file that is not there', 2, ['check', 'nowhere.idl']],
    ['a file that is no text', 1, ['check', 'latin.idl']],
    ['a place that cannot be written', 1, ['generate', 'good.idl', '--out', 'good.idl/deep']],
    ['an option that does not exist', 2, ['fmt', 'good.idl', '--fast']],
  ])('--json answers one object for %s too', (_, exitCode, [verb, ...words]) => {
    writeFileSync(inFolder('latin.idl'), Buffer.from('package latin; // \u00e9\n', 'latin1'));
    const { status, stdout, stderr } = deciduous('idl', verb, '--json', ...words.map((word) => (word.includes('.idl') ? inFolder(word) : word)));
    expect(status).toBe(exitCode);
    const { ok, error } = JSON.parse(stdout) as { ok: boolean; error: string };
    expect(ok).toBe(false);
    expect(stderr).toContain(`deciduous: ${error}\n`);
  });

  it('generate writes two files for a package, and nothing the second time', () => {
    const out = inFolder('made/deep');
    const first = deciduous('idl', 'generate', inFolder('good.idl'), '--out', out);
    expect(first.status).toBe(0);
    expect(first.stdout).toBe(`${path.join(out, 'good.ts')}: written\n${path.join(out, 'good.schema.json')}: written\n`);
    const before = statSync(path.join(out, 'good.ts')).mtimeMs;
    expect(deciduous('idl', 'generate', inFolder('good.idl'), `--out=${out}`).stdout).toContain('good.ts: unchanged');
    expect(statSync(path.join(out, 'good.ts')).mtimeMs).toBe(before);
  });

  it('generate --check exits 0 while all is current, and 1 on drift, and writes nothing', () => {
    const out = inFolder('checked');
    expect(deciduous('idl', 'generate', inFolder('good.idl'), '--out', out, '--check').status).toBe(1);
    expect(() => readdirSync(out)).toThrow();
    deciduous('idl', 'generate', inFolder('good.idl'), '--out', out);
    expect(deciduous('idl', 'generate', inFolder('good.idl'), '--out', out, '--check').status).toBe(0);
    writeFileSync(path.join(out, 'good.ts'), 'planted');
    const drifted = deciduous('idl', 'generate', inFolder('good.idl'), '--out', out, '--check', '--json');
    expect(drifted.status).toBe(1);
    expect(JSON.parse(drifted.stdout)).toMatchObject({ ok: false, files: [{ state: 'differs' }, { state: 'unchanged' }] });
    expect(readFileSync(path.join(out, 'good.ts'), 'utf8')).toBe('planted');
  });

  it('generate writes nothing where a file is wrong', () => {
    const out = inFolder('never');
    const { status, stderr } = deciduous('idl', 'generate', inFolder('good.idl'), inFolder('bad.idl'), '--out', out);
    expect(status).toBe(1);
    expect(stderr).toContain('IDL008');
    expect(() => readdirSync(out)).toThrow();
  });

  it('generate --runtime chooses where tokens come from', () => {
    const out = inFolder('runtime');
    deciduous('idl', 'generate', inFolder('good.idl'), '--out', out, '--runtime', './tokens.js');
    expect(readFileSync(path.join(out, 'good.ts'), 'utf8')).toContain("from './tokens.js'");
  });

  it.skipIf(process.platform !== 'linux')('a folder where none can be made is a sentence, and a device is no file: neither is waited for', () => {
    const below = deciduous('idl', 'generate', inFolder('good.idl'), '--out', '/proc/none/here');
    expect(below).toMatchObject({ status: 1, stdout: '', stderr: expect.stringContaining('cannot be written') });
    expect(deciduous('idl', 'check', '/dev/zero')).toMatchObject({ status: 2, stderr: expect.stringContaining('/dev/zero is a device: name a file') });
  });

  it('a folder that cannot be written to is a sentence and exit code 1', () => {
    writeFileSync(inFolder('file'), '');
    const { status, stderr } = deciduous('idl', 'generate', inFolder('good.idl'), '--out', inFolder('file/below'));
    expect(status).toBe(1);
    expect(stderr).toMatch(/^deciduous: .*cannot be written/);
  });

  it.each([
    ['no verb', []],
    ['a verb that does not exist', ['frobnicate']],
    ['a name of Object.prototype as a verb', ['toString']],
    ['idl without a verb', ['idl']],
    ['an unknown verb of idl', ['idl', 'lint']],
    ['no file', ['idl', 'check']],
    ['a file that does not exist', ['idl', 'check', 'gone.idl']],
    ['a folder for a file', ['idl', 'check', 'idl']],
    ['an unknown option', ['idl', 'check', 'idl/kv.idl', '--josn']],
    ['generate to nowhere', ['idl', 'generate', 'idl/kv.idl', '--out', '', '--check']],
    ['generate without --out', ['idl', 'generate', 'idl/kv.idl']],
    ['--out without its value', ['idl', 'generate', 'idl/kv.idl', '--out']],
    ['--out followed by another option', ['idl', 'generate', 'idl/kv.idl', '--out', '--check']],
    ['a switch with a value', ['idl', 'check', 'idl/kv.idl', '--json=yes']],
  ])('%s is wrong use: exit code 2 and help on standard error', (_, words) => {
    const { status, stdout, stderr } = deciduous(...words);
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/--help/);
  });

  it.each([[['--help']], [['idl', '--help']], [['idl', 'check', '-h']], [['idl', 'generate', 'x.idl', '--help']]])(
    '%s shows an example and exits 0',
    (words) => {
      const { status, stdout } = deciduous(...words);
      expect(status).toBe(0);
      expect(stdout).toMatch(/EXAMPLES?\n\n {2}deciduous /);
      expect(stdout).not.toContain('\u001b');
    },
  );

  it('--version is that of the package', () => {
    expect(deciduous('--version').stdout.trim()).toBe(JSON.parse(readFileSync('package.json', 'utf8')).version);
  });
});
