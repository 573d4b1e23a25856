import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { packExtension } from '../../../dist/pack/index.js';

const BUILD = fileURLToPath(new URL('../../../dist/pack/index.js', import.meta.url));
const FILES: { readonly [path: string]: string } = {
  'package.json': '{ "name": "sample" }',
  'extension.ts': `import { defineDomain, ok } from 'deciduous/domain';
import { größe, dive } from './lib/rechnen.js';
const text: string = \`<!-- \${größe} --> import(x)\`;
export default defineDomain({ run: async () => { try { await dive(3); return ok([text, Math.PI, typeof window]); } catch ({ message }) { return message; } } } as never);
`,
  'lib/rechnen.ts': `export const größe = 3;
export function dive(n: number): number { return n === 0 ? 0 : 1 + [n - 1].map(dive)[0]; }
export function* unused(): Generator<number> { yield 1; }
`,
};

const folders: string[] = [];

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function write(): string {
  const folder = mkdtempSync(join(tmpdir(), 'deciduous-same-'));
  folders.push(folder);
  for (const [path, text] of Object.entries(FILES)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return join(folder, 'extension.ts');
}

/** The leaf as another process builds it, elsewhere, with another language and another clock. */
function builtElsewhere(entry: string, env: { readonly [name: string]: string }): string {
  const script = `const { packExtension } = await import(${JSON.stringify(BUILD)}); process.stdout.write(JSON.stringify(await packExtension(${JSON.stringify(entry)})));`;
  return execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: tmpdir(), env: { ...process.env, ...env }, encoding: 'utf8' });
}

it('the same files give the same leaf, byte for byte, in any folder, process, language and time zone', async () => {
  const here = JSON.stringify(await packExtension(write()));
  expect(JSON.stringify(await packExtension(write()))).toBe(here);
  expect(builtElsewhere(write(), { LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8', TZ: 'Asia/Kathmandu' })).toBe(here);
  expect(builtElsewhere(write(), { LANG: 'C', LC_ALL: 'C', TZ: 'America/Lima', NODE_ENV: 'development' })).toBe(here);
  expect(here).not.toContain(tmpdir());
});
