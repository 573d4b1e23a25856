/** `deciduous idl reference`: interface definitions as pages that people read. */
import { defineCommand } from 'citty';
import { reference } from '../../idl/index.js';
import { printJson, verbMeta } from '../verb.js';
import { isCurrent, printOutputs, putOut } from './output.js';
import { compileFiles, complainOf, FILES, JSON_OPTION } from './sources.js';

export default defineCommand({
  meta: verbMeta({
    name: 'reference',
    description: 'Writes a Markdown page NAME.md for each package, imported ones included, and README.md, which lists them',
    examples: [
      'deciduous idl reference idl/*.idl --out docs/interfaces',
      'deciduous idl reference idl/*.idl --out docs/interfaces --check   # in CI: exits 1 where a page is out of date',
    ],
  }),
  args: {
    file: FILES,
    out: { type: 'string', required: true, valueHint: 'FOLDER', description: 'Where the pages go; made if it is not there' },
    check: { type: 'boolean', description: 'Write nothing; exit 1 where a page differs or is missing' },
    json: JSON_OPTION,
  },
  run({ args }) {
    const compilation = compileFiles(args._);
    const { diagnostics } = compilation;
    if (diagnostics.length > 0) {
      if (args.json) printJson({ ok: false, diagnostics, files: [] });
      else complainOf(diagnostics);
      return 1;
    }
    const files = putOut(reference(compilation), args.out, args.check === true);
    const ok = files.every(isCurrent);
    if (args.json) printJson({ ok, diagnostics, files });
    else printOutputs(files);
    return ok ? 0 : 1;
  },
});
