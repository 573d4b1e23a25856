/** `deciduous new`: what it makes runs, passes its own test and its own check; what it refuses leaves nothing behind. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { deciduousVersion } from '../../dist/cli/new/deciduous-version.js';
import { projectName } from '../../dist/cli/new/project-name.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const bin = path.join(root, 'dist/cli/main.js');
const all = path.join(root, '.tmp');
const folders: string[] = [];

function newFolder(): string {
  mkdirSync(all, { recursive: true });
  const folder = mkdtempSync(path.join(all, 'new-'));
  folders.push(folder);
  return folder;
}
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function create(cwd: string, ...words: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, 'new', ...words], { cwd, encoding: 'utf8' });
  expect(stdout + stderr).not.toMatch(/\n\s+at /);
  return { status, stdout, stderr };
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true, encoding: 'utf8' })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/'))
    .sort();
}

const FILES = [
  '.gitignore',
  'README.md',
  'extension/words.ts',
  'generated/my_host.schema.json',
  'generated/my_host.ts',
  'idl/my_host.idl',
  'package.json',
  'src/main.ts',
  'src/words.ts',
  'test/words.test.ts',
  'tsconfig.json',
];

describe('a project that was just made', () => {
  let project = '';

  beforeAll(() => {
    const parent = newFolder();
    expect(create(parent, 'my-host')).toEqual({
      status: 0,
      stdout: `my-host: ${FILES.length} files. Next:\n  cd my-host\n  npm install\n  npm start\n  npm test\n`,
      stderr: '',
    });
    project = path.join(parent, 'my-host');
    expect(readdirSync(parent)).toEqual(['my-host']);
    expect(filesIn(project)).toEqual(FILES);
    // What npm would install, without a network.
    const modules = path.join(project, 'node_modules');
    for (const folder of ['@types', '.bin']) mkdirSync(path.join(modules, folder), { recursive: true });
    symlinkSync(root, path.join(modules, 'deciduous'));
    for (const name of ['tsx', 'typescript', '@types/node']) symlinkSync(path.join(root, 'node_modules', name), path.join(modules, name));
    for (const name of ['tsx', 'tsc']) symlinkSync(path.join(root, 'node_modules/.bin', name), path.join(modules, '.bin', name));
    writeFileSync(path.join(modules, '.bin/deciduous'), `#!/bin/sh\nexec '${process.execPath}' '${bin}' "$@"\n`, { mode: 0o755 });
  });

  function npm(...words: string[]) {
    const { status, stdout, stderr } = spawnSync('npm', ['--silent', ...words], { cwd: project, encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } });
    return { status, said: `${stdout}${stderr}` };
  }

  it('starts, counts, and goes on after a crash', { timeout: 120_000 }, () => {
    const { status, said } = npm('start');
    expect(said).toBe(
      [
        'words: { ok: true, value: { ok: true, value: 4 } }',
        "nothing: { ok: true, value: { ok: false, error: 'Empty' } }",
        'crash: DomainCrashed panic',
        'life 2: { ok: true, value: { ok: true, value: 4 } }',
        '',
      ].join('\n'),
    );
    expect(status).toBe(0);
  });

  it('passes its own test', { timeout: 120_000 }, () => {
    const { status, said } = npm('test');
    expect(said).toMatch(/pass 3\b/);
    expect(said).toMatch(/fail 0\b/);
    expect(status).toBe(0);
  });

  it('passes its own check, which fails when the interface changes alone', { timeout: 120_000 }, () => {
    const first = npm('run', 'check');
    expect(first).toEqual({ status: 0, said: expect.stringContaining('my_host.ts: unchanged') });
    const place = path.join(project, 'idl/my_host.idl');
    const before = readFileSync(place, 'utf8');
    writeFileSync(place, before.replace('stumble(): void', 'stumble(): u8'));
    expect(npm('run', 'check').status).toBe(1);
    writeFileSync(place, before);
  });

  it('has no word of the template left, and asks for this checkout by a path', () => {
    for (const file of FILES) expect(readFileSync(path.join(project, file), 'utf8')).not.toMatch(/scaffold/i);
    const manifest = JSON.parse(readFileSync(path.join(project, 'package.json'), 'utf8')) as { name: string; dependencies: { deciduous: string } };
    expect(manifest.name).toBe('my-host');
    expect(path.resolve(project, manifest.dependencies.deciduous.replace('file:', ''))).toBe(path.resolve(root));
  });

  it('uses the versions that this repository uses', () => {
    const versions = (place: string) => (JSON.parse(readFileSync(place, 'utf8')) as { devDependencies: { [name: string]: string } }).devDependencies;
    expect(versions(path.join(root, 'package.json'))).toMatchObject(versions(path.join(project, 'package.json')));
  });
});

describe('deciduous new', () => {
  let parent = '';
  beforeEach(() => {
    parent = newFolder();
  });

  it('--json answers one object, with a scope in the name, in another folder', () => {
    mkdirSync(path.join(parent, 'deep/empty'), { recursive: true });
    const { status, stdout } = create(parent, '@acme/scaffold', '--folder', 'deep/empty', '--deciduous', '1.2.3', '--json');
    expect(status).toBe(0);
    const folder = path.join(parent, 'deep/empty');
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      name: '@acme/scaffold',
      interface: 'scaffold',
      folder,
      next: ['cd deep/empty', 'npm install', 'npm start', 'npm test'],
    });
    expect(JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'))).toMatchObject({ name: '@acme/scaffold', dependencies: { deciduous: '1.2.3' } });
    expect((JSON.parse(stdout) as { files: string[] }).files).toEqual(filesIn(folder));
  });

  it('overwrites nothing: a folder with something in it, or a file, is refused', () => {
    mkdirSync(path.join(parent, 'taken'));
    writeFileSync(path.join(parent, 'taken/mine'), 'mine');
    writeFileSync(path.join(parent, 'file'), 'mine');
    for (const name of ['taken', 'file']) {
      const { status, stdout, stderr } = create(parent, name);
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
      expect(stderr).toMatch(/^deciduous: .*(is not empty|is a file): choose another name/);
    }
    expect(filesIn(parent)).toEqual(['file', 'taken/mine']);
  });

  it('leaves nothing where it cannot write', () => {
    writeFileSync(path.join(parent, 'file'), 'mine');
    const { status, stderr } = create(parent, 'host', '--folder', 'file/below/host');
    expect(status).toBe(1);
    expect(stderr).toMatch(/^deciduous: .*cannot be written/);
    expect(filesIn(parent)).toEqual(['file']);
  });

  it.each([
    ['no name', []],
    ['two names', ['one', 'two']],
    ['a path', ['../host']],
    ['capitals', ['MyHost']],
    ['a package that is no path', ['host', '--deciduous', './gone.tgz']],
    ['an unknown option', ['host', '--force']],
  ])('%s is wrong use: exit code 2, and nothing is made', (_, words) => {
    const { status, stdout, stderr } = create(parent, ...words);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain('--help');
    expect(readdirSync(parent)).toEqual([]);
  });

  it('--help shows an example', () => {
    expect(create(parent, '--help').stdout).toMatch(/EXAMPLES\n\n {2}deciduous new my-host/);
    expect(existsSync(path.join(parent, 'my-host'))).toBe(false);
  });
});

describe('the name of a project', () => {
  it('is what npm takes, and gives the package of its interface', () => {
    expect(projectName('my-host')).toEqual({ npm: 'my-host', folder: 'my-host', idl: 'my_host' });
    expect(projectName('@a-b/c.d~e')).toEqual({ npm: '@a-b/c.d~e', folder: 'c.d~e', idl: 'c_d_e' });
  });

  it.each([
    '',
    ' ',
    'a b',
    'A',
    '.a',
    '_a',
    'a/b',
    '@a',
    '@/a',
    '@A/a',
    'a\\b',
    '..',
    'ä',
    'a'.repeat(215),
    'a'.repeat(200),
    '3d',
    '-a',
    'node_modules',
    'fs',
    'deciduous',
    'typescript',
    'class',
    'struct',
    'string',
    'new',
    '@acme/interface',
    'constructor',
    '__proto__',
  ])('is not %j', (name) => {
    expect(() => projectName(name)).toThrow(/^a project cannot be called .*; /);
  });
});

describe('which deciduous a project uses', () => {
  it('is a version or a tag as it was given, and a path from the project', () => {
    for (const wish of ['1.2.3', '^1.0.0', 'next', 'npm:other@1', 'https://example.com/deciduous.tgz']) expect(deciduousVersion(wish, '/srv/host')).toBe(wish);
    const parent = newFolder();
    writeFileSync(path.join(parent, 'd.tgz'), '');
    const given = path.join(parent, 'd.tgz');
    expect(deciduousVersion(given, path.join(parent, 'host'))).toBe('file:../d.tgz');
    expect(deciduousVersion(`file:${given}`, path.join(parent, 'a/b'))).toBe('file:../../d.tgz');
    expect(() => deciduousVersion('gone.tgz', parent)).toThrow(/there is no/);
  });
});
