/**
 * `npm run -s hostile -- matrix [--only ID[,ID]] [--systems NAME[,NAME]] [--node 22,24,26] [--width N] [--fresh] [--page]`: sets up what is missing, installs the systems that are compared with (bench/package.json), and runs the hostile cases
 * against all of them: bench/hostile/matrix.ts. Without --fresh it goes on where an earlier run stopped; --page writes the page anew from what is known; --node runs domains alone, on other versions; --width says how many
 * children at once.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { install, isInstalled } from './install.mjs';
import { orExplain, root, setUp } from './setup.mjs';

if (process.argv[2] !== 'matrix') {
  console.error('usage: npm run -s hostile -- matrix [--only ID[,ID]] [--systems NAME[,NAME]] [--node 22,24,26] [--width N] [--fresh] [--page]');
  process.exit(2);
}
const bench = path.join(root, 'bench');
process.argv.splice(1, 2, path.join(bench, 'hostile', 'matrix.ts'));
await orExplain(async () => {
  await setUp();
  const { register } = await import('tsx/esm/api');
  register();
  // Before what is compared with is installed, which takes minutes.
  const { readOptions } = await import('../bench/hostile/options.ts');
  readOptions();
  if (existsSync(path.join(bench, 'package.json')) && !isInstalled(bench)) await install(bench, { label: 'packages to compare with', scripts: true });
});
await import(pathToFileURL(process.argv[1]).href);
