/**
 * `npm run bench -- SUITE [--json]`: sets up what is missing, installs the peers that are measured beside us, and runs bench/main.ts.
 *
 * Everything that is said here goes to stderr; with `--json` the last line
 * of stdout is the result. tsx is registered in this process only: worker threads, whose start is among what is measured, must not inherit it.
 * A worker file in bench/ is therefore plain JavaScript.
 */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { installPeers } from './peers.mjs';
import { orExplain, root, setUp } from './setup.mjs';

await orExplain(async () => {
  await setUp();
  await installPeers();
});
const program = path.join(root, 'bench', 'main.ts');
process.argv[1] = program;
const { register } = await import('tsx/esm/api');
register();
await import(pathToFileURL(program).href);
