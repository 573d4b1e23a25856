/** Gate: tests and samples agree with the types of the built package. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { files, finish, runTool, tree } from './gate.mjs';

const violations = [];
const looked = [];
for (const folder of ['test', 'samples']) {
  const hasProgram = files(`${folder}/`).some((file) => file.endsWith('.ts'));
  if (!hasProgram) continue;
  const config = `${folder}/tsconfig.json`;
  if (!existsSync(path.join(tree, config))) {
    violations.push({ where: folder, what: 'has TypeScript that nothing checks', todo: `add ${config}` });
    continue;
  }
  const { status, stdout } = runTool('typescript/bin/tsc', ['-p', config, '--noEmit', '--pretty', 'false']);
  const errors = stdout.split('\n').filter((line) => /\berror TS/.test(line));
  for (const line of errors) {
    const [, where, what] = /^(.+?\(\d+,\d+\)): (.*)$/.exec(line) ?? [undefined, config, line];
    violations.push({ where, what });
  }
  if (status !== 0 && errors.length === 0) violations.push({ where: config, what: `the compiler ended with ${status}` });
  looked.push(folder);
}
finish(violations, looked.join(', '));
