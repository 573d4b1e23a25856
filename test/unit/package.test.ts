/** What strangers get. Everything here runs in a plain Node of its own, without the test runner's loader. */
import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
  version: string;
  bin: { deciduous: string };
  exports: { [name: string]: string | { types: string; default: string } };
  sideEffects: readonly string[];
};

function node(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  return { status, stdout, stderr };
}

describe('the packed package', () => {
  let files: string[];

  beforeAll(() => {
    const npm = process.env['npm_execpath'];
    const [command, before] = npm?.endsWith('npm-cli.js') ? [process.execPath, [npm]] : ['npm', []];
    const { stdout } = spawnSync(command, [...before, 'pack', '--dry-run', '--json', '--ignore-scripts', '--loglevel=error'], { cwd: root, encoding: 'utf8' });
    const answer: unknown = JSON.parse(stdout);
    // npm answers a list, newer versions an object by package name.
    const [packed] = Object.values(answer as { [key: string]: { files: { path: string }[] } });
    files = packed.files.map((file) => file.path);
  });

  test('holds the build, the interface definitions, the documentation, the readme and the licence', () => {
    const wanted = [
      'package.json',
      'README.md',
      'LICENSE',
      'docs/dependencies.md',
      'idl/kv.idl',
      'templates/host/package.json',
      'templates/host/gitignore',
      'templates/host/src/main.ts',
      'dist/host/index.js',
      'dist/host/index.d.ts',
      'dist/microkernel/kernel-worker.js',
      'dist/domains/domain-worker.js',
      'dist/domains/domain-worker.cjs',
      'dist/domains/domain-start.cjs',
    ];
    expect(wanted.filter((file) => !files.includes(file))).toEqual([]);
  });

  test('holds no tests, sources, samples, benchmarks or scripts, and no record of the build', () => {
    expect(files.filter((file) => !/^(dist|idl|docs|templates)\/|^(package\.json|README\.md|LICENSE)$/.test(file))).toEqual([]);
    // A new project has a test, which comes from its template.
    expect(files.filter((file) => file.includes('tsbuildinfo') || (file.includes('.test.') && !file.startsWith('templates/')))).toEqual([]);
  });

  test('says of the files that a thread begins with that they do something when they are run', () => {
    const begun = files.filter((file) => file.startsWith('dist/') && file.endsWith('.cjs')).map((file) => `./${file}`);
    expect(begun.length).toBeGreaterThan(0);
    expect(begun.filter((file) => !manifest.sideEffects.includes(file))).toEqual([]);
  });

  test('holds every file that package.json names', () => {
    const named = [
      ...Object.values(manifest.exports).flatMap((entry) => (typeof entry === 'string' ? [entry] : Object.values(entry))),
      ...Object.values(manifest.bin),
    ];
    expect(named.map((file) => path.posix.normalize(file)).filter((file) => !files.includes(file))).toEqual([]);
  });
});

describe('the entry points', () => {
  const modules = Object.entries(manifest.exports)
    .filter(([, entry]) => typeof entry !== 'string')
    .map(([name]) => name.replace(/^\./, 'deciduous'));

  test.each(modules)('%s is imported by a plain Node, says nothing and lets it end', (name) => {
    const { status, stdout, stderr } = node(
      '--input-type=module',
      '-e',
      `const names = Object.keys(await import('${name}')); process.stdout.write(names.length > 0 ? 'some' : 'none');`,
    );
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: 'some', stderr: '' });
  });

  test('nothing else can be imported', () => {
    const { stdout } = node('--input-type=module', '-e', "await import('deciduous/dist/host/index.js').catch((error) => process.stdout.write(error.code));");
    expect(stdout).toBe('ERR_PACKAGE_PATH_NOT_EXPORTED');
  });

  test('package.json can be read, as tools do', () => {
    const { stdout } = node('--input-type=module', '-e', "process.stdout.write(import.meta.resolve('deciduous/package.json'));");
    expect(stdout).toMatch(/^file:.*\/package\.json$/);
  });
});

describe('the command', () => {
  test('can be started as a program after every build, as npx does in this folder', () => {
    expect(statSync(path.join(root, manifest.bin.deciduous)).mode & 0o111).not.toBe(0);
  });

  const bin = path.join(root, manifest.bin.deciduous);

  test('starts with the line that makes it a program', () => {
    expect(readFileSync(bin, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
  });

  test('explains itself', () => {
    const { status, stdout, stderr } = node(bin, '--help');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('deciduous');
    expect(stdout).toContain('EXAMPLE');
  });

  test('tells its version', () => {
    expect(node(bin, '--version').stdout.trim()).toBe(manifest.version);
  });
});
