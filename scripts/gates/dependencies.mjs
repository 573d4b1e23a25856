/** Gate: every dependency has an exact version, and a line in docs/dependencies.md that says what for. */
import path from 'node:path';
import { files, finish, read } from './gate.mjs';

const DOCUMENT = 'docs/dependencies.md';
const EXACT = /^\d+\.\d+\.\d+(-[\w.]+)?$/;

const manifests = files().filter((file) => path.basename(file) === 'package.json' && !file.startsWith('test/'));
const described = files().includes(DOCUMENT) ? read(DOCUMENT) : '';
let count = 0;
const violations = manifests.flatMap((file) => {
  const manifest = JSON.parse(read(file));
  const listed = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies }).filter(
    ([, version]) => !/^(file|link):/.test(version),
  );
  count += listed.length;
  return listed.flatMap(([name, version]) => [
    ...(EXACT.test(version) ? [] : [{ where: file, what: `${name} has the version range ${version}`, todo: 'npm i -E writes the exact version' }]),
    ...(described.includes(`\`${name}\``)
      ? []
      : [{ where: DOCUMENT, what: `says nothing about ${name} (${file})`, todo: 'add a line: what for, and why this one' }]),
  ]);
});
finish(violations, `${count} dependencies`);
