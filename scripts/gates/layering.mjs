/**
 * Gate: nothing in src looks up, and nothing goes in circles. Who may import whom stands in .oxlintrc.json, one entry for each folder, as a list of
 * the folders that are out of bounds; imports of types count. A folder without an entry would be free to import anything, so that
 * is a violation too, and so is an entry that does not know of a folder.
 */
import { files, finish, read } from './gate.mjs';
import { LAYERING, lint } from './linter.mjs';

/** Lower folders first; docs/architecture.md draws it. */
const MAY_IMPORT = {
  abi: [],
  interfaces: ['abi'],
  'shared-heap': ['abi'],
  proxy: ['shared-heap', 'abi'],
  domains: ['proxy', 'shared-heap', 'interfaces', 'abi'],
  microkernel: ['proxy', 'shared-heap', 'interfaces', 'abi'],
  compatibility: ['abi'],
  idl: ['compatibility', 'abi'],
  pack: ['abi'],
  host: ['microkernel', 'domains', 'proxy', 'shared-heap', 'compatibility', 'pack', 'interfaces', 'abi'],
  faults: ['host', 'microkernel', 'domains', 'proxy', 'shared-heap', 'compatibility', 'pack', 'interfaces', 'abi'],
  inspector: ['host', 'microkernel', 'domains', 'proxy', 'shared-heap', 'compatibility', 'pack', 'interfaces', 'abi'],
  telemetry: ['host', 'abi'],
  cli: ['telemetry', 'faults', 'inspector', 'host', 'microkernel', 'domains', 'proxy', 'shared-heap', 'compatibility', 'idl', 'pack', 'interfaces', 'abi'],
};

/** Folders that the linter's configuration forbids `folder` to import from. */
function forbidden(config, folder) {
  const entry = config.overrides.find(({ files: globs, rules }) => globs.includes(`src/${folder}/**`) && rules['eslint/no-restricted-imports']);
  const patterns = entry?.rules['eslint/no-restricted-imports'][1].patterns ?? [];
  return new Set(patterns.flatMap(({ group }) => group).map((glob) => /^\*\*\/([\w-]+)\/\*\*$/.exec(glob)?.[1]));
}

const config = JSON.parse(read('.oxlintrc.json'));
const known = Object.keys(MAY_IMPORT);
const unknown = [...new Set(files('src/').map((file) => file.split('/')[1]))].filter((folder) => !known.includes(folder));
const holes = known.flatMap((folder) => {
  const closed = forbidden(config, folder);
  return known.filter((other) => other !== folder && !MAY_IMPORT[folder].includes(other) && !closed.has(other)).map((other) => ({ folder, other }));
});
const { looked, violations } = lint(['src'], (code) => LAYERING.has(code));

finish(
  [
    ...unknown.map((folder) => ({
      where: `src/${folder}`,
      what: 'has no place among the layers',
      todo: 'give it one in scripts/gates/layering.mjs and an entry in .oxlintrc.json',
    })),
    ...holes.map(({ folder, other }) => ({
      where: '.oxlintrc.json',
      what: `src/${folder} may not import src/${other}, and the linter is not told so`,
      todo: `add **/${other}/** to the entry of src/${folder}`,
    })),
    ...violations,
  ],
  `${looked} files, ${known.length} layers`,
);
