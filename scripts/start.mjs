/**
 * `npm start`: sets up what is missing, then runs the documentation pipeline on real input with the arguments given (`npm start -- --help`).
 *
 * The program runs in this process and not in a child, so signals reach it and its exit code is ours. tsx is registered here rather
 * than on the command line, since worker threads inherit a `--import` and would each load a compiler.
 */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { orExplain, root, setUp } from './setup.mjs';

await orExplain(() => setUp());
const program = path.join(root, 'samples', 'docs-pipeline', 'main.ts');
process.argv[1] = program;
const { register } = await import('tsx/esm/api');
register();
await import(pathToFileURL(program).href);
