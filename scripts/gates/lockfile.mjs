/** Gate: no lock file says where a package was downloaded from: that is a fact about somebody's network. Checksums stay. */
import path from 'node:path';
import { files, finish, read } from './gate.mjs';

const locks = files().filter((file) => path.basename(file) === 'package-lock.json');
const violations = locks.flatMap((file) => {
  const { packages = {} } = JSON.parse(read(file));
  return Object.entries(packages)
    .filter(([, { resolved, link }]) => resolved !== undefined && !link)
    .map(([place, { resolved }]) => ({
      where: file,
      what: `${place} names its download address ${resolved}`,
      todo: 'npm install with omit-lockfile-registry-resolved=true, as .npmrc has it',
    }));
});
finish(
  locks.length === 0 ? [{ where: 'package-lock.json', what: 'is missing', todo: 'npm install' }] : violations,
  `${locks.length} lock file${locks.length === 1 ? '' : 's'}`,
);
