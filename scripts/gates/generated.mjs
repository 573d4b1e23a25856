/** Gate: what is generated and committed is what its source gives today: the shipped interfaces, their pages, and the parser of the IDL. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { GRAMMAR, interfaceArguments, REDLEAF_OUT, redleafArguments, referenceArguments } from '../generate.mjs';
import { files, finish, home, tree } from './gate.mjs';

function check(what, args, todo) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: tree, encoding: 'utf8' });
  const said = `${stdout}${stderr}`.trim().replaceAll(/\s*\n\s*/g, '; ');
  return status === 0 ? [] : [{ where: what, what: said === '' ? `the check ended with ${status}` : said, todo }];
}

const definitions = files('idl/').filter((file) => file.endsWith('.idl'));
const redleaf = definitions.filter((file) => file.startsWith('idl/redleaf/'));
const sources = definitions.filter((file) => !redleaf.includes(file));
const compiler = path.join(home, 'dist', 'cli', 'main.js');
const expected = new Set(sources.flatMap((file) => [`${path.basename(file, '.idl')}.ts`, `${path.basename(file, '.idl')}.schema.json`]));
const pages = new Set(['README.md', ...sources.map((file) => `${path.basename(file, '.idl')}.md`)]);
const strays = [
  ...files('src/interfaces/generated/').filter((file) => !expected.has(path.basename(file))),
  ...files('docs/interfaces/').filter((file) => !pages.has(path.basename(file))),
];

finish(
  [
    ...(sources.length === 0 ? [{ where: 'idl', what: 'holds no interface definitions', todo: 'they ship with the package' }] : []),
    ...(existsSync(compiler)
      ? [
          ...check('src/interfaces/generated', [compiler, ...interfaceArguments(sources), '--check'], 'npm run generate'),
          ...check(REDLEAF_OUT, [compiler, ...redleafArguments(redleaf), '--check'], 'npm run generate'),
          ...check('docs/interfaces', [compiler, ...referenceArguments(sources), '--check'], 'npm run generate'),
        ]
      : [{ where: 'dist', what: 'is not built', todo: 'npm run build' }]),
    ...strays.map((file) => ({ where: file, what: 'has no source in idl', todo: 'delete it' })),
    ...check('src/idl/grammar/generated', [path.join(tree, GRAMMAR), '--check'], 'npm run generate'),
  ],
  `${definitions.length} interface files, 1 grammar`,
);
