/** The systems that we are compared with: packages of bench/package.json, so that installing the project does not install them. Some are native add-ons and need their install scripts. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { install, isInstalled } from './install.mjs';
import { root } from './setup.mjs';

const bench = path.join(root, 'bench');

/** Installs them where they are missing, which takes minutes. */
export async function installPeers() {
  if (existsSync(path.join(bench, 'package.json')) && !isInstalled(bench)) await install(bench, { label: 'packages to compare with', scripts: true });
}
