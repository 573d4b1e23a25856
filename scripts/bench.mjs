/**
 * `npm run bench -- SUITE [--json]`: sets up what is missing, installs the peers that are measured beside us (bench/package.json, so that
 * installing the project does not install them), and runs bench/main.ts.
 *
 * Peers may need their install scripts: some are native add-ons. Everything that is said here goes to stderr; with `--json` the last line
 * of stdout is the result. tsx is registered in this process only: worker threads, whose start is among what is measured, must not inherit it.
 * A worker file in bench/ is therefore plain JavaScript.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { install, isInstalled } from './install.mjs';
import { orExplain, root, setUp } from './setup.mjs';

const bench = path.join(root, 'bench');
await orExplain(async () => {
  await setUp();
  if (existsSync(path.join(bench, 'package.json')) && !isInstalled(bench)) await install(bench, { label: 'packages to compare with', scripts: true });
});
const program = path.join(bench, 'main.ts');
process.argv[1] = program;
const { register } = await import('tsx/esm/api');
register();
await import(pathToFileURL(program).href);
