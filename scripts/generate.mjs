/**
 * `npm run generate`: writes what is generated and committed anew, after a change to idl/ or to the grammar. The gate of the same purpose
 * (scripts/gates/generated.mjs) runs the same two commands and compares.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { build } from './build.mjs';
import { SetupError } from './install.mjs';
import { isMain } from './is-main.mjs';
import { orExplain, root, setUp } from './setup.mjs';

/** Where the parser's generator stands, relative to the repository. */
export const GRAMMAR = 'src/idl/grammar/generate.mjs';

/** Arguments for the `deciduous` command that generate the interfaces we ship from these definitions. */
export function interfaceArguments(definitions) {
  return ['idl', 'generate', ...definitions, '--out', 'src/interfaces/generated', '--runtime', '../../abi/schema-tokens.js'];
}

/** The same for their pages in the documentation. */
export function referenceArguments(definitions) {
  return ['idl', 'reference', ...definitions, '--out', 'docs/interfaces'];
}

/** And for RedLeaf's interfaces, which nothing that ships imports: a test does (docs/redleaf-interfaces.md). */
export const REDLEAF_OUT = 'test/fixtures/redleaf/generated';
export function redleafArguments(definitions) {
  return ['idl', 'generate', ...definitions, 'idl/clock.idl', '--out', REDLEAF_OUT];
}

/** The interface definitions of a folder, in order. */
function definitionsIn(folder) {
  return readdirSync(path.join(root, folder))
    .filter((file) => file.endsWith('.idl'))
    .sort()
    .map((file) => `${folder}/${file}`);
}

function run(args) {
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new SetupError(`node ${args.join(' ')} ended with ${status}: see above`);
}

async function generate() {
  await setUp();
  run([GRAMMAR]);
  // The compiler for the interfaces is built with the parser that was just made.
  if (!(await build())) throw new SetupError('The build failed with the new parser: see above.');
  const definitions = definitionsIn('idl');
  const compiler = path.join(root, 'dist', 'cli', 'main.js');
  run([compiler, ...interfaceArguments(definitions)]);
  run([compiler, ...referenceArguments(definitions)]);
  run([compiler, ...redleafArguments(definitionsIn('idl/redleaf'))]);
}

if (isMain(import.meta.url)) await orExplain(generate);
