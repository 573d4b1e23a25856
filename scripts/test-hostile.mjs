/** `npm run test:hostile`: the whole hostile corpus, and the random programs at the boundary. Further words are for vitest. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { orExplain, root, setUp } from './setup.mjs';

await orExplain(() => setUp());
const vitest = path.join(root, 'node_modules', 'vitest', 'vitest.mjs');
const child = spawn(process.execPath, [vitest, 'run', 'test/hostile/corpus', 'test/hostile/boundary.test.ts', ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, HOSTILE: 'all' },
});
child.on('exit', (code) => (process.exitCode = code ?? 1));
