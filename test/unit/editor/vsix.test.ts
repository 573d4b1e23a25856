/** The packed extension: what is in it, and that it can be loaded. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { strFromU8, unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serverCommand } from '../../../editors/vscode/src/command.js';

const manifest = JSON.parse(readFileSync('editors/vscode/package.json', 'utf8'));
let folder = '';
let first: Buffer;
let files: Record<string, Uint8Array>;

function pack(name: string, environment: NodeJS.ProcessEnv = {}): Buffer {
  const target = path.join(folder, name);
  const { status, stderr } = spawnSync(process.execPath, ['scripts/build-editor.mjs', '--out', target], {
    encoding: 'utf8',
    env: { ...process.env, ...environment },
  });
  expect({ status, stderr }).toMatchObject({ status: 0 });
  return readFileSync(target);
}
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'deciduous-vsix-'));
  first = pack('first.vsix');
  files = unzipSync(new Uint8Array(first));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const textOf = (name: string): string => strFromU8(files[name]);

describe('the packed extension', () => {
  it('is the same whenever and wherever it is made', () => {
    expect(pack('second.vsix', { TZ: 'Pacific/Kiritimati' }).equals(first)).toBe(true);
  });

  it('holds everything that its manifests name', () => {
    const { main, contributes } = manifest;
    const named = [main, contributes.languages[0].configuration, contributes.grammars[0].path].map((each: string) => `extension/${each.replace('./', '')}`);
    const assets = [...textOf('extension.vsixmanifest').matchAll(/ Path="([^"]+)"/g)].map(([, name]) => name);
    expect(assets.length).toBe(3);
    for (const name of [...named, ...assets, 'extension/README.md', 'extension/LICENSE.txt']) expect(files[name]?.length, name).toBeGreaterThan(0);
    expect(textOf('extension/package.json')).toBe(readFileSync('editors/vscode/package.json', 'utf8'));
    const identity = `Id="${manifest.name}" Version="${manifest.version}" Publisher="${manifest.publisher}"`;
    expect(textOf('extension.vsixmanifest')).toContain(identity);
  });

  it('says of each kind of file what it is', () => {
    const known = new Set([...textOf('[Content_Types].xml').matchAll(/Extension="(\.\w+)"/g)].map(([, extension]) => extension));
    for (const name of Object.keys(files)) if (name !== '[Content_Types].xml') expect(known, name).toContain(path.extname(name));
  });

  it('is of the version of the package', () => {
    expect(manifest.version).toBe(JSON.parse(readFileSync('package.json', 'utf8')).version);
  });

  it('asks for an editor that the client works with', () => {
    const client = JSON.parse(readFileSync('node_modules/vscode-languageclient/package.json', 'utf8'));
    expect(manifest.engines.vscode).toBe(client.engines.vscode);
  });

  it('names no folder of the machine that made it', () => {
    expect(textOf('extension/dist/client.js')).not.toContain(process.cwd());
    expect(textOf('extension/dist/client.js')).not.toMatch(/node_modules\/vscode-/);
  });

  it('has a client that can be loaded with nothing but the editor beside it', () => {
    mkdirSync(path.join(folder, 'extension'));
    const client = path.join(folder, 'extension', 'client.js');
    writeFileSync(client, files['extension/dist/client.js']);
    // Whatever the client asks of the editor is a class that has everything.
    const program = `
      const Module = require('node:module');
      const anything = () => new Proxy(class {}, { get: (target, name) => (name in target ? target[name] : (target[name] = anything())) });
      const load = Module._load;
      Module._load = (name, ...rest) => (name === 'vscode' ? anything() : load(name, ...rest));
      const { activate, deactivate } = require(${JSON.stringify(client)});
      console.log(typeof activate, typeof deactivate);`;
    const { stdout, stderr } = spawnSync(process.execPath, ['-e', program], { encoding: 'utf8', cwd: folder });
    expect({ stdout, stderr }).toEqual({ stdout: 'function function\n', stderr: '' });
  });
});

describe('the command that serves the editor', () => {
  const nowhere = { configured: '', folders: ['/project'], platform: 'linux' as const, exists: () => false };
  const args = ['idl', 'lsp', '--stdio'];

  it('is the setting where there is one, relative to the workspace', () => {
    expect(serverCommand({ ...nowhere, configured: '/opt/deciduous' })).toEqual({ command: '/opt/deciduous', args, shell: false });
    expect(serverCommand({ ...nowhere, configured: './tools/deciduous' }).command).toBe('/project/tools/deciduous');
    expect(serverCommand({ ...nowhere, configured: 'deciduous' }).command).toBe('deciduous');
  });

  it("is the workspace's own, from the first folder that has one", () => {
    const exists = (filePath: string): boolean => filePath === '/b/node_modules/.bin/deciduous';
    expect(serverCommand({ ...nowhere, folders: ['/a', '/b'], exists })).toEqual({ command: '/b/node_modules/.bin/deciduous', args, shell: false });
  });

  it('is what npx finds without fetching anything otherwise', () => {
    expect(serverCommand(nowhere)).toEqual({ command: 'npx', args: ['--no', 'deciduous', ...args], shell: false });
  });

  it('runs through the shell on Windows, where it is quoted', () => {
    const windows = { ...nowhere, platform: 'win32' as const, folders: ['C:\\my project'], exists: () => true };
    expect(serverCommand(windows)).toEqual({ command: '"C:\\my project\\node_modules\\.bin\\deciduous.cmd"', args, shell: true });
  });
});
