/**
 * Puts the modules of a domain's thread into one file, and what it begins with into another. A thread reads and links each module by itself before it can lock its realm down, and a hundred of them take longer than all
 * the rest of its start; a thread whose first file is no module never starts Node's loader of modules, which is a fifth of what Node does for a thread.
 *
 * It is a part of the build, and what vitest sets up: tests run what the compiler wrote last, whoever called it.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../dist/domains/', import.meta.url));

export async function setup() {
  for (const name of ['domain-start', 'domain-worker']) await bundle(name);
}

async function bundle(name) {
  const entry = path.join(folder, `${name}.js`);
  if (!existsSync(entry)) throw new Error(`${entry} is not there: \`npm run build\` makes it`);
  const target = path.join(folder, `${name}.cjs`);
  // Loaded here, because a clone in which nothing is installed yet reads this file too.
  const { build } = await import('esbuild');
  const { outputFiles, warnings } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    target: 'node20.19',
    minifySyntax: true,
    legalComments: 'eof',
    // What a module does when it is loaded is what most of these are there for, whatever a package says about it.
    ignoreAnnotations: true,
    logLevel: 'warning',
  });
  if (warnings.length > 0) throw new Error('the file of a domain’s thread is not what its modules are: see above');
  const [{ text }] = outputFiles;
  if (existsSync(target) && readFileSync(target, 'utf8') === text) return;
  // Whole or not at all: threads may be starting from it meanwhile.
  const draft = `${target}.${process.pid}`;
  writeFileSync(draft, text);
  renameSync(draft, target);
}
