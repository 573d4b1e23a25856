/** Gate: src compiles, and dist holds its output and nothing else. */
import path from 'node:path';
import { leftovers, missing } from '../build.mjs';
import { finish, runTool, tree } from './gate.mjs';

const { status, stdout, stderr } = runTool('typescript/bin/tsc', ['-b', '--pretty', 'false']);
const errors = `${stdout}${stderr}`.split('\n').filter((line) => line !== '');
const dist = path.join(tree, 'dist');
const src = path.join(tree, 'src');
finish([
  ...errors.map((line) => {
    const [, where, what] = /^(.+?\(\d+,\d+\)): (.*)$/.exec(line) ?? [undefined, 'src', line];
    return { where, what };
  }),
  ...(status !== 0 && errors.length === 0 ? [{ where: 'src', what: `the compiler ended with ${status} and said nothing` }] : []),
  ...leftovers(dist, src).map((file) => ({ where: `dist/${file}`, what: 'has no source in src', todo: 'npm run build takes it away' })),
  ...missing(dist, src).map((file) => ({ where: `src/${file}`, what: 'has no output in dist', todo: 'npm run build' })),
]);
