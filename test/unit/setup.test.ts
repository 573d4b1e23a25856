import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { leftovers, missing } from '../../scripts/build.mjs';
import { isInstalled } from '../../scripts/install.mjs';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'deciduous-setup-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(file: string, content: unknown = ''): void {
  const place = path.join(folder, file);
  mkdirSync(path.dirname(place), { recursive: true });
  writeFileSync(place, typeof content === 'string' ? content : JSON.stringify(content));
}

const lock = (packages: object) => write('package-lock.json', { packages: { '': { name: 'x' }, ...packages } });
const installed = (packages: object) => write('node_modules/.package-lock.json', { packages });

describe('set-up installs', () => {
  test('where there is no node_modules', () => {
    lock({});
    expect(isInstalled(folder)).toBe(false);
  });

  test('where an install was cut off, which leaves packages and no list of them', () => {
    lock({ 'node_modules/a': { version: '1.0.0' } });
    write('node_modules/a/package.json', {});
    expect(isInstalled(folder)).toBe(false);
  });

  test('where the lock file asks for another version or one more package', () => {
    installed({ 'node_modules/a': { version: '1.0.0' } });
    lock({ 'node_modules/a': { version: '1.0.1' } });
    expect(isInstalled(folder)).toBe(false);
    lock({ 'node_modules/a': { version: '1.0.0' }, 'node_modules/b': { version: '1.0.0' } });
    expect(isInstalled(folder)).toBe(false);
  });

  test('nothing where all is there but packages for other platforms, whatever the file times', () => {
    installed({ 'node_modules/a': { version: '1.0.0' } });
    lock({ 'node_modules/a': { version: '1.0.0' }, 'node_modules/a-windows': { version: '1.0.0', optional: true } });
    expect(isInstalled(folder)).toBe(true);
  });
});

describe('the build', () => {
  test('knows output whose source is gone, and leaves other files alone', () => {
    for (const file of [
      'src/a/b.ts',
      'dist/a/b.js',
      'dist/a/b.js.map',
      'dist/a/b.d.ts',
      'dist/a/gone.js',
      'dist/a/gone.d.ts',
      'dist/page.html',
      'dist/.tsbuildinfo',
    ])
      write(file);
    expect(leftovers(path.join(folder, 'dist'), path.join(folder, 'src')).toSorted()).toEqual(['a/gone.d.ts', 'a/gone.js']);
  });

  test('knows sources whose output is gone', () => {
    for (const file of ['src/a/b.ts', 'src/a/c.ts', 'src/a/ambient.d.ts', 'src/a/tool.mjs', 'dist/a/b.js']) write(file);
    expect(missing(path.join(folder, 'dist'), path.join(folder, 'src'))).toEqual(['a/c.ts']);
  });
});
