/** `deciduous idl check`: everything that is wrong with interface definitions. */
import { defineCommand } from 'citty';
import { print, printJson, verbMeta } from '../verb.js';
import { compileFiles, complainOf, FILES, fixFiles, JSON_OPTION } from './sources.js';

export default defineCommand({
  meta: verbMeta({
    name: 'check',
    description: 'Checks interface definitions and tells everything that is wrong with them',
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
    const { diagnostics, schemas } = compileFiles(args._);
    const ok = diagnostics.length === 0;
    if (args.json) {
      const packages = schemas.map((schema) => ({
        package: schema.package,
        ids: Object.fromEntries([schema.structs, schema.enums, schema.interfaces].flatMap((table) => Object.values(table)).map(({ name, id }) => [name, id])),
      }));
      printJson({ ok, diagnostics, packages, ...(fixed && { fixed }) });
    } else if (ok) {
      print(`${schemas.map((schema) => schema.package).join(', ')}: fine`);
    } else {
      complainOf(diagnostics);
    }
    return ok ? 0 : 1;
  },
});
