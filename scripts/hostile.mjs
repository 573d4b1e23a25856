/**
 * `npm run -s hostile -- matrix [--only ID[,ID]] [--systems NAME[,NAME]] [--node 22,24,26] [--width N] [--fresh] [--page]`: sets up what is missing and runs the hostile cases
 * against all systems: bench/hostile/matrix.ts. Without --fresh it goes on where an earlier run stopped; --page writes the page anew from what is known; --node runs domains alone, on other versions; --width says how many
 * children at once.
 */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { orExplain, root, setUp } from './setup.mjs';

if (process.argv[2] !== 'matrix') {
  console.error('usage: npm run -s hostile -- matrix [--only ID[,ID]] [--systems NAME[,NAME]] [--node 22,24,26] [--width N] [--fresh] [--page]');
  process.exit(2);
}
process.argv.splice(1, 2, path.join(root, 'bench', 'hostile', 'matrix.ts'));
await orExplain(setUp);
const { register } = await import('tsx/esm/api');
register();
await import(pathToFileURL(process.argv[1]).href);
