/** Gate: tests and samples agree with the types of the built package, and the clients for editors with those of their editors. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { files, finish, runTool, tree } from './gate.mjs';

/** Programs: the tests together, and each sample by itself. Benchmarks are not among them: their peers are not installed with the project. */
const programs = new Set(
  [...files('test/'), ...files('samples/'), ...files('editors/')]
    .filter((file) => file.endsWith('.ts'))
    .map((file) => (file.startsWith('test/') ? 'test' : file.split('/').slice(0, 2).join('/'))),
);

const violations = [];
for (const folder of programs) {
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
}
finish(violations, [...programs].join(', '));
