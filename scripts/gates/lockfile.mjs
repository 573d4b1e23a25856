/**
 * Gate: lock files fit their package.json, are complete, and none says where a package was downloaded from. The last two would be facts about somebody's
 * network: an address, or the lack of binaries for other platforms in a mirror. `npm ci` refuses a file that does not fit or is not complete.
 */
import path from 'node:path';
import { leftOut } from '../locked-packages.mjs';
import { files, finish, read } from './gate.mjs';

const LISTS = ['dependencies', 'devDependencies', 'optionalDependencies'];

function addresses(file, packages) {
  return Object.entries(packages)
    .filter(([, { resolved, link }]) => resolved !== undefined && !link)
    .map(([place, { resolved }]) => ({
      where: file,
      what: `${place} names its download address ${resolved}`,
      todo: 'npm install with omit-lockfile-registry-resolved=true, as .npmrc has it',
    }));
}

function incomplete(file, packages) {
  return leftOut(packages).map(({ place, name, version }) => ({
    where: file,
    what: `leaves out ${name}@${version}, which ${place} may use on another platform`,
    todo: `npm run complete-lock${path.dirname(file) === '.' ? '' : ` -- ${path.dirname(file)}`}`,
  }));
}

function differences(file, packages) {
  const manifest = JSON.parse(read(path.posix.join(path.posix.dirname(file), 'package.json')));
  return LISTS.flatMap((list) => {
    const asked = manifest[list] ?? {};
    const locked = packages['']?.[list] ?? {};
    return [...new Set([...Object.keys(asked), ...Object.keys(locked)])]
      .filter((name) => asked[name] !== locked[name])
      .map((name) => ({
        where: file,
        what: `has ${name} at ${locked[name] ?? 'no version'}, and package.json asks for ${asked[name] ?? 'none'}`,
        todo: 'npm install',
      }));
  });
}

const locks = files().filter((file) => path.basename(file) === 'package-lock.json');
const violations = locks.flatMap((file) => {
  const { packages = {} } = JSON.parse(read(file));
  return [...differences(file, packages), ...incomplete(file, packages), ...addresses(file, packages)];
});
finish(
  locks.length === 0 ? [{ where: 'package-lock.json', what: 'is missing', todo: 'npm install' }] : violations,
  `${locks.length} lock file${locks.length === 1 ? '' : 's'}`,
);
