/** Gate: nothing that is committed tells where it was written: no path of somebody's machine, no address of a package registry. */
import { files, finish, read } from './gate.mjs';

const SIGNS = [
  { what: 'a path of one machine', pattern: /(?<![\w.$}\])-])\/(?:root|work|home\/[a-z_][\w-]*|Users\/[A-Za-z][\w.-]*)\/[\w.@-]/ },
  { what: 'a path of one machine', pattern: /\b[A-Z]:\\{1,2}Users\\/ },
  {
    what: 'the address of a package registry',
    pattern: /\b(?:registry|npm|packages|artifactory|nexus|verdaccio|proxy)\.[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:org|com|net|io|dev|cloud|internal|local|lan)\b/i,
  },
  { what: 'the address of a package registry', pattern: /\b(?:artifactory|nexus|verdaccio)\b[\w.-]*(?::\d+|\/[\w-]+\/npm)/i },
];
const BINARY = /\.(png|jpe?g|gif|ico|woff2?|wasm|leaf|zip|gz|pdf)$/;

const sources = files().filter((file) => !BINARY.test(file));
const violations = sources.flatMap((file) =>
  read(file)
    .split('\n')
    .flatMap((line, index) =>
      SIGNS.flatMap(({ what, pattern }) => {
        const found = pattern.exec(line);
        return found ? [{ where: `${file}:${index + 1}`, what: `${what}, '${found[0]}'`, todo: 'say it without' }] : [];
      }),
    ),
);
finish(violations, `${sources.length} files looked at`);
