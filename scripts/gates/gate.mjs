/**
 * What all gates share. A gate is a program: it looks at the tree in the current folder, prints one line for each violation
 * (where, what, what to do) and exits 1, or prints nothing but a summary and exits 0. Tools come from this repository, so that a
 * gate can be pointed at a small tree with something wrong in it: test/gates does that.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository that the gate belongs to, and so its tools. */
export const home = fileURLToPath(new URL('../..', import.meta.url));

/** The tree that is looked at. */
export const tree = process.cwd();

/** Ends the gate. `summary` says in a few words what was looked at, or how much of a budget is used. */
export function finish(violations, summary) {
  for (const { where, what, todo } of violations) console.log(`${where}  ${what}${todo ? `: ${todo}` : ''}`);
  if (summary) console.log(summary);
  process.exitCode = violations.length > 0 ? 1 : 0;
}

/** Ends the gate as failed because its tool did: a gate that could not look has not passed. */
export function giveUp(tool, said) {
  console.log(`${tool}  did not do its work: ${said.trim().split('\n').slice(0, 20).join('\n') || 'it printed nothing'}`);
  process.exit(1);
}

/** Runs a tool of this repository on the tree. `place` is its file below node_modules. */
export function runTool(place, args) {
  const result = spawnSync(process.execPath, [path.join(home, 'node_modules', place), ...args], { cwd: tree, encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (result.error) giveUp(place, result.error.message);
  return result;
}

/** Runs a tool that prints JSON and answers what it printed. */
export function runJsonTool(place, args) {
  const { stdout, stderr } = runTool(place, args);
  try {
    return JSON.parse(stdout);
  } catch {
    giveUp(place, `${stdout}\n${stderr}`);
  }
}

const SKIPPED = new Set(['.git', 'node_modules', 'dist', 'coverage', 'site', '.tmp']);

function walk(folder) {
  return readdirSync(path.join(tree, folder), { withFileTypes: true }).flatMap((entry) => {
    const file = path.posix.join(folder, entry.name);
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : walk(file);
    return entry.isFile() ? [file] : [];
  });
}

/** Files of the tree that are, or would be, committed: git's answer where there is a repository, all files otherwise. */
export function files(prefix = '') {
  let all;
  if (existsSync(path.join(tree, '.git'))) {
    const { status, stdout, stderr } = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
      cwd: tree,
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    });
    if (status !== 0) giveUp('git ls-files', stderr ?? '');
    all = stdout.split('\0').filter((file) => file !== '' && existsSync(path.join(tree, file)));
  } else {
    all = walk('');
  }
  return all.filter((file) => file.startsWith(prefix)).sort();
}

export function read(file) {
  return readFileSync(path.join(tree, file), 'utf8');
}

/** How many lines a text has; a last line counts with or without its line end. */
export function countLines(text) {
  return text === '' ? 0 : text.replace(/\n$/, '').split('\n').length;
}

export const isGenerated = (file) => /(^|\/)generated\//.test(file);
