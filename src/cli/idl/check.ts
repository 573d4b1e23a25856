/** `deciduous idl check`: everything that is wrong with interface definitions. */
import { defineCommand } from 'citty';
import { print, printJson, verbMeta } from '../verb.js';
import { compileFiles, complainOf, FILES, JSON_OPTION } from './sources.js';

export default defineCommand({
  meta: verbMeta({
    name: 'check',
    description: 'Checks interface definitions and tells everything that is wrong with them',
    examples: ['deciduous idl check idl/kv.idl', 'deciduous idl check idl/*.idl --json'],
  }),
  args: { file: FILES, json: JSON_OPTION },
  run({ args }) {
    const { diagnostics, schemas } = compileFiles(args._);
    const ok = diagnostics.length === 0;
    if (args.json) {
      const packages = schemas.map((schema) => ({
        package: schema.package,
        ids: Object.fromEntries([schema.structs, schema.enums, schema.interfaces].flatMap((table) => Object.values(table)).map(({ name, id }) => [name, id])),
      }));
      printJson({ ok, diagnostics, packages });
    } else if (ok) {
      print(`${schemas.map((schema) => schema.package).join(', ')}: fine`);
    } else {
      complainOf(diagnostics);
    }
    return ok ? 0 : 1;
  },
});
