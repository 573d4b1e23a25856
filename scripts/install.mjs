/**
 * Installs packages with npm, and tells whether that is needed. Plain JavaScript on Node's own modules, since it runs before anything is installed; it
 * speaks on stderr alone.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** A set-up step that failed; the message says what to do. */
export class SetupError extends Error {}

function packagesIn(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages ?? {};
  } catch {
    return undefined;
  }
}

/**
 * Whether `folder/node_modules` holds what its lock file asks for. npm leaves a list of what it installed; comparing the two lists is
 * truer than comparing file times, which a checkout or an interrupted install puts in any order. Packages for other platforms are
 * optional and may be missing.
 */
export function isInstalled(folder) {
  const present = packagesIn(path.join(folder, 'node_modules', '.package-lock.json'));
  if (!present) return false;
  const wanted = packagesIn(path.join(folder, 'package-lock.json'));
  if (!wanted) return true;
  return Object.entries(wanted).every(([place, { version, optional }]) => place === '' || (place in present ? present[place].version === version : optional));
}

/** Keeps one line on a terminal up to date, and prints nothing anywhere else. Answers the function that ends it. */
export function showProgress(line) {
  if (!process.stderr.isTTY) return () => {};
  const show = () => process.stderr.write(`\r\x1b[K${line()}`);
  const timer = setInterval(show, 250);
  show();
  return () => {
    clearInterval(timer);
    process.stderr.write('\r\x1b[K');
  };
}

/** npm as the caller runs it, so that `npm test` under one npm does not install with another. */
function npm() {
  const program = process.env.npm_execpath ?? '';
  if (program.endsWith('npm-cli.js') && existsSync(program)) return { command: process.execPath, before: [program], shell: false };
  return { command: 'npm', before: [], shell: process.platform === 'win32' };
}

/** Runs npm in `folder` and answers its exit code and what it said. */
export function runNpm(folder, args) {
  const { command, before, shell } = npm();
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...before, ...args], { cwd: folder, shell, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text));
    child.on('error', (error) => reject(new SetupError(`npm could not be started (${error.message}); is it on the PATH?`)));
    child.on('close', (code) => resolve({ code, said }));
  });
}

/** The first lines of what npm said, without its prefix and without a trace of npm's own code. */
function excerpt(said) {
  const lines = said.split('\n').map((line) => line.replace(/^npm error ?/, '').trimEnd());
  const trace = lines.findIndex((line) => /^\s+at /.test(line));
  const kept = (trace === -1 ? lines : lines.slice(0, trace)).filter((line) => line !== '').slice(0, 15);
  return kept.map((line) => `  ${line}`).join('\n');
}

/**
 * Installs what the lock file of `folder` lists. No install script runs unless `scripts` allows it: nothing that the project itself needs has one
 * that matters (esbuild's only saves a moment at each start). Warnings about `engines` are silenced: one parser wants a newer Node on paper, and
 * works on all that this package supports.
 */
export async function install(folder, { label = 'packages', scripts = false } = {}) {
  const locked = packagesIn(path.join(folder, 'package-lock.json'));
  const places = Object.keys(locked ?? {}).filter((place) => place !== '' && !locked[place].optional);
  console.error(`Installing ${places.length > 0 ? `${places.length} ` : ''}${label} with npm ${locked ? 'ci' : 'install'}`);
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1000);
  const end = showProgress(() => {
    const done = places.filter((place) => existsSync(path.join(folder, place))).length;
    return `  ${done} of ${places.length} unpacked, ${seconds()} s`;
  });
  const options = ['--include=dev', '--include=optional', '--no-audit', '--no-fund', '--no-progress', '--loglevel=error', '--engine-strict=false'];
  if (!scripts) options.push('--ignore-scripts');
  try {
    let { code, said } = await runNpm(folder, [locked ? 'ci' : 'install', ...options]);
    // npm ci refuses a lock file that leaves anything out, be it a binary for another platform. What the file does say still holds for an install.
    if (locked && said.includes('EUSAGE')) ({ code, said } = await runNpm(folder, ['install', '--no-save', ...options]));
    if (code !== 0) {
      const wayOut = 'Check the network and the npm configuration, then run the same command again.';
      throw new SetupError(`npm could not install the ${label} (exit code ${code}). It said:\n${excerpt(said)}\n${wayOut}`);
    }
  } finally {
    end();
  }
  console.error(`Installed in ${seconds()} s`);
}
