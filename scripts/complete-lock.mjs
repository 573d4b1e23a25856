/**
 * `npm run complete-lock -- [FOLDER]`: puts into package-lock.json what npm left out of it: binaries for platforms that the registry used did not offer. A mirror
 * may carry some platforms alone, and a lock file written there would be refused by `npm ci` everywhere.
 *
 * The entries carry no checksum, since nobody here has seen the files; npm adds it when it next writes the lock file from a registry that has them. What
 * platform a binary is for is read from its name, as such packages are named by platform, processor and C library.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { leftOut } from './locked-packages.mjs';

const PLATFORMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const PROCESSORS = ['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64'];
const LIBRARIES = { gnu: 'glibc', musl: 'musl' };

/** `{ os, cpu, library }` of a package such as `@scope/binding-linux-x64-musl`, or undefined where the name tells no platform. */
function platformOf(name) {
  const words = name.split(/[/-]/);
  const os = words.findLast((word) => PLATFORMS.includes(word));
  const cpu = words.findLast((word) => PROCESSORS.includes(word));
  if (os === undefined || cpu === undefined) return undefined;
  const library = os === 'linux' ? LIBRARIES[words.at(-1)] : undefined;
  return { os, cpu, library };
}

const file = path.resolve(process.argv[2] ?? '.', 'package-lock.json');
const lock = JSON.parse(readFileSync(file, 'utf8'));
let refused = 0;
const added = leftOut(lock.packages).filter(({ place, name, version }) => {
  const platform = platformOf(name);
  if (!platform || !/^\d+\.\d+\.\d+$/.test(version)) {
    console.error(`${name}@${version}, which ${place} may use, is not exact or names no platform: install it from a registry that has it`);
    refused += 1;
    return false;
  }
  const { os, cpu, library } = platform;
  // The keys in npm's own order, so that npm finds nothing to rewrite.
  lock.packages[`node_modules/${name}`] = {
    version,
    cpu: [cpu],
    ...(lock.packages[place].dev ? { dev: true } : {}),
    ...(library ? { libc: [library] } : {}),
    optional: true,
    os: [os],
  };
  return true;
});
if (added.length > 0) {
  const [root, ...rest] = Object.entries(lock.packages);
  lock.packages = Object.fromEntries([root, ...rest.sort(([a], [b]) => (a < b ? -1 : 1))]);
  writeFileSync(file, `${JSON.stringify(lock, undefined, 2)}\n`);
}
console.log(`${added.length} packages added to ${path.relative('.', file)}`);
process.exitCode = refused > 0 ? 1 : 0;
