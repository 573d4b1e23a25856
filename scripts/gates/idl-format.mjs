/** Gate: interface definitions are laid out as `deciduous idl fmt` does it. Those below test are input to tests, and some are badly laid out on purpose. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { files, finish, giveUp, home, tree } from './gate.mjs';

const sources = files().filter((file) => file.endsWith('.idl') && !file.startsWith('test/'));
const command = path.join(home, 'dist', 'cli', 'main.js');

function judge() {
  if (!existsSync(command)) return [{ where: 'dist', what: 'is not built', todo: 'npm run build' }];
  if (sources.length === 0) return [{ where: 'idl', what: 'holds no interface definitions', todo: 'they ship with the package' }];
  const { stdout, stderr } = spawnSync(process.execPath, [command, 'idl', 'fmt', ...sources, '--check', '--json'], { cwd: tree, encoding: 'utf8' });
  let answer;
  try {
    answer = JSON.parse(stdout);
  } catch {
    giveUp('deciduous idl fmt', `${stdout}${stderr}`);
  }
  return answer.files
    .filter(({ state }) => state !== 'unchanged')
    .map(({ path: where, state }) =>
      state === 'refused'
        ? { where, what: 'cannot be read', todo: `deciduous idl check ${where} says why` }
        : { where, what: 'is not laid out as the formatter does it', todo: `node dist/cli/main.js idl fmt ${where}` },
    );
}

finish(judge(), `${sources.length} interface definitions`);
