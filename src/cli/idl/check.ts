/** `deciduous idl check`: everything that is wrong with interface definitions, and what changed against what was published. */
import { defineCommand } from 'citty';
import { type Change, checkLocks } from '../../idl/index.js';
import { print, printJson, verbMeta } from '../verb.js';
import { complainOf, FILES, fixFiles, JSON_OPTION, sourcesFrom } from './sources.js';

/** Tells people about changes that break nobody. */
function printCompatible(changes: readonly Change[], files: readonly string[]): void {
  const compatible = changes.filter((change) => change.compatible);
  if (compatible.length === 0) return;
  for (const { file, line, column, message } of compatible) print(`${file}:${line}:${column}: compatible: ${message}`);
  const counted = compatible.length === 1 ? '1 change is' : `${compatible.length} changes are`;
  print(`${counted} not published yet: deciduous idl lock ${files.join(' ')}`);
}

export default defineCommand({
  meta: verbMeta({
    name: 'check',
    description: 'Checks interface definitions, and compares them with idl.lock beside them where there is one',
    examples: ['deciduous idl check idl/kv.idl', 'deciduous idl check idl/*.idl --json', 'deciduous idl check idl/*.idl --fix'],
  }),
  args: {
    file: FILES,
    fix: { type: 'boolean', description: 'Mend in the files named what has one way out, and tell what is left' },
    json: JSON_OPTION,
  },
  run({ args }) {
    const fixed = args.fix === true ? fixFiles(args._) : undefined;
    if (!args.json) for (const { file, line, column, code, fix } of fixed ?? []) print(`${file}:${line}:${column}: ${code}: fixed: ${fix?.title}`);
    const { compilation, diagnostics, changes, locks } = checkLocks(sourcesFrom(args._));
    const { schemas } = compilation;
    const ok = diagnostics.length === 0;
    if (args.json) {
      const packages = schemas.map((schema) => ({
        package: schema.package,
        ids: Object.fromEntries([schema.structs, schema.enums, schema.interfaces].flatMap((table) => Object.values(table)).map(({ name, id }) => [name, id])),
      }));
      printJson({ ok, diagnostics, packages, locks, changes, ...(fixed && { fixed }) });
    } else if (ok) {
      print(`${schemas.map((schema) => schema.package).join(', ')}: fine`);
      printCompatible(changes, args._);
    } else {
      complainOf(diagnostics);
    }
    return ok ? 0 : 1;
  },
});
