/**
 * Gate: what is published stays. The interface definitions that ship break nothing that idl/idl.lock says was published, and all that they define stands there;
 * the same goes for every other folder with an idl.lock. Those below test are input to tests.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { files, finish, giveUp, home, tree } from './gate.mjs';

const SHIPPED = 'idl';
const all = files().filter((file) => !file.startsWith('test/'));
const locked = all.filter((file) => path.basename(file) === 'idl.lock').map((file) => path.posix.dirname(file));
const folders = [...new Set([SHIPPED, ...locked])];
const command = path.join(home, 'dist', 'cli', 'main.js');

function judge(folder) {
  const sources = all.filter((file) => path.posix.dirname(file) === folder && file.endsWith('.idl'));
  if (sources.length === 0) return [{ where: folder, what: 'holds no interface definitions', todo: 'what was published stays: put them back' }];
  const { stdout, stderr } = spawnSync(process.execPath, [command, 'idl', 'lock', ...sources, '--check', '--json'], { cwd: tree, encoding: 'utf8' });
  let answer;
  try {
    answer = JSON.parse(stdout);
  } catch {
    giveUp('deciduous idl lock', `${stdout}${stderr}`);
  }
  if (answer.diagnostics.length > 0) {
    return answer.diagnostics.map(({ file, line, column, code, message, wayOut }) => ({
      where: `${file}:${line}:${column}`,
      what: `${code}: ${message}`,
      todo: wayOut,
    }));
  }
  const stale = answer.files.filter(({ state }) => state !== 'unchanged');
  if (stale.length === 0) return [];
  const missing = answer.changes.map(({ file, line, column, message }) => ({
    where: `${file}:${line}:${column}`,
    what: `${message}, and ${folder}/idl.lock does not say so`,
  }));
  const todo = `node dist/cli/main.js idl lock ${folder}/*.idl`;
  return missing.length > 0
    ? missing.map((each) => ({ ...each, todo }))
    : stale.map(({ path: where, state }) => ({ where, what: state === 'missing' ? 'is missing' : 'is not as it would be written', todo }));
}

finish(
  existsSync(command) ? folders.flatMap(judge) : [{ where: 'dist', what: 'is not built', todo: 'npm run build' }],
  `${folders.length} ${folders.length === 1 ? 'folder' : 'folders'} of published definitions`,
);
