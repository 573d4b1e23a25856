/**
 * Compiles src to dist: `npm run build`. The compiler itself knows what is out of date; what it does not do is take away the output of
 * a source that was deleted or renamed, which would then be packed and could still be imported.
 */
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { setup as bundleWorker } from './bundle-worker.mjs';
import { isMain } from './is-main.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const OUTPUT = /\.(js|js\.map|d\.ts)$/;

/** Output files in `dist` whose source in `src` is gone, as paths relative to `dist`. */
export function leftovers(dist, src) {
  if (!existsSync(dist)) return [];
  return readdirSync(dist, { recursive: true })
    .map(String)
    .filter((file) => OUTPUT.test(file) && !existsSync(path.join(src, file.replace(OUTPUT, '.ts'))));
}

/** Output files that a source in `src` should have in `dist` and has not: somebody deleted them, and the compiler would not notice. */
export function missing(dist, src) {
  return readdirSync(src, { recursive: true })
    .map(String)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts') && !existsSync(path.join(dist, file.replace(/\.ts$/, '.js'))));
}

/** Brings dist up to date, the thread of a domain as one file included, and answers whether the compiler was satisfied; it prints its own diagnostics, on stderr. */
export async function build() {
  const dist = path.join(root, 'dist');
  const src = path.join(root, 'src');
  for (const file of leftovers(dist, src)) rmSync(path.join(dist, file), { force: true });
  const absent = missing(dist, src).length;
  // With every output there, the record of the last build tells what changed since; with some gone, that record is false.
  if (absent > 0) rmSync(path.join(dist, '.tsbuildinfo'), { force: true });
  if (absent > 0 && process.stderr.isTTY) console.error('Building');
  const compiler = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const child = spawn(process.execPath, [compiler, '-b', root], { cwd: root, stdio: ['ignore', 2, 2] });
  const isDone = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code === 0));
  });
  if (!isDone) return false;
  // The compiler makes a plain file of it; `npx deciduous` in this folder starts it as a program, and only a first installation marks it as one.
  chmodSync(path.join(dist, 'cli', 'main.js'), 0o755);
  await bundleWorker();
  return true;
}

if (isMain(import.meta.url) && !(await build())) process.exitCode = 1;
