/** Gate: no file, export or dependency that nothing uses, and none used that is not listed (knip.json). */
import { finish, runJsonTool } from './gate.mjs';

const SAYS = {
  files: ['is used by nothing', 'delete it, or make it an entry in knip.json if something outside the code runs it'],
  exports: ['is exported and used by nothing', 'delete it or stop exporting it'],
  types: ['is an exported type that nothing uses', 'delete it or stop exporting it'],
  duplicates: ['is exported twice', 'keep one name'],
  dependencies: ['is a dependency that nothing imports', 'npm uninstall it'],
  devDependencies: ['is a development dependency that nothing uses', 'npm uninstall it'],
  unlisted: ['is used and not in package.json', 'npm i -E it'],
  unresolved: ['is imported and does not exist', 'correct the path'],
  binaries: ['is a command that no dependency provides', 'npm i -DE the package that does'],
};

const { issues } = runJsonTool('knip/bin/knip.js', ['--reporter', 'json', '--no-config-hints']);
const violations = issues.flatMap((issue) =>
  Object.entries(SAYS).flatMap(([kind, [what, todo]]) =>
    (issue[kind] ?? []).flat().map(({ name, line }) => ({
      where: kind === 'files' ? issue.file : `${issue.file}${line ? `:${line}` : ''}`,
      what: kind === 'files' ? what : `${name} ${what}`,
      todo,
    })),
  ),
);
finish(violations);
