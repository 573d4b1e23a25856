/** `deciduous idl generate`: TypeScript and schemas from interface definitions. */
import { defineCommand } from 'citty';
import { printJson, verbMeta } from '../verb.js';
import { isCurrent, printOutputs, putOut } from './output.js';
import { compileFiles, complainOf, FILES, JSON_OPTION } from './sources.js';

export default defineCommand({
  meta: verbMeta({
    name: 'generate',
    description: 'Generates NAME.ts and NAME.schema.json for each package, imported ones included',
    examples: [
      'deciduous idl generate kv.idl --out src/generated',
      'deciduous idl generate kv.idl --out src/generated --check   # in CI: exits 1 where what is committed is out of date',
    ],
  }),
  args: {
    file: FILES,
    out: { type: 'string', required: true, valueHint: 'FOLDER', description: 'Where the files go; made if it is not there' },
    runtime: { type: 'string', valueHint: 'SPECIFIER', description: "What generated modules import tokens from; 'deciduous/schema' unless given" },
    check: { type: 'boolean', description: 'Write nothing; exit 1 where a file differs or is missing' },
    json: JSON_OPTION,
  },
  run({ args }) {
    const { diagnostics, files: generated } = compileFiles(args._, args.runtime === undefined ? {} : { runtime: args.runtime });
    if (diagnostics.length > 0) {
      if (args.json) printJson({ ok: false, diagnostics, files: [] });
      else complainOf(diagnostics);
      return 1;
    }
    const files = putOut(generated, args.out, args.check === true);
    const ok = files.every(isCurrent);
    if (args.json) printJson({ ok, diagnostics, files });
    else printOutputs(files);
    return ok ? 0 : 1;
  },
});
