/** `deciduous idl fmt`: the one layout of interface definitions. */
import { readFileSync } from 'node:fs';
import { defineCommand } from 'citty';
import { type Diagnostic, format, type SourceFile } from '../../idl/index.js';
import { decode, writeWhole } from '../text-file.js';
import { complain, print, printJson, UsageError, verbMeta } from '../verb.js';
import { complainOf, JSON_OPTION, readSource } from './sources.js';

interface Done {
  readonly path: string;
  /** `refused` for what has errors of syntax: it is left as it is. */
  readonly state: 'formatted' | 'unchanged' | 'differs' | 'refused';
  /** For standard input alone. */
  readonly text?: string;
}

const STDIN = '-';

function fromStdin(): SourceFile {
  return { path: 'stdin', text: decode(readFileSync(process.stdin.fd), 'standard input') };
}

export default defineCommand({
  meta: verbMeta({
    name: 'fmt',
    description: 'Lays out interface definitions; comments and meaning stay as they are',
    examples: [
      'deciduous idl fmt idl/*.idl',
      'deciduous idl fmt idl/*.idl --check   # in CI: exits 1 where a file is laid out otherwise',
      'deciduous idl fmt - < kv.idl   # from standard input to standard output',
    ],
  }),
  args: {
    file: { type: 'positional', required: true, description: 'Interface definition files, or - for standard input' },
    check: { type: 'boolean', description: 'Write nothing; exit 1 where a file would change' },
    json: JSON_OPTION,
  },
  run({ args }) {
    const paths = args._;
    const isStdin = paths.includes(STDIN);
    if (isStdin && paths.length > 1) throw new UsageError('- is standard input and stands alone: name files, or pipe one text in');
    const diagnostics: Diagnostic[] = [];
    const sources = isStdin ? [fromStdin()] : paths.map(readSource);
    const files = sources.map((source): Done => {
      const formatted = format(source);
      if (formatted.diagnostics) {
        diagnostics.push(...formatted.diagnostics);
        return { path: source.path, state: 'refused' };
      }
      const { text } = formatted;
      const isSame = text === source.text;
      if (isStdin) return { path: source.path, state: isSame ? 'unchanged' : args.check ? 'differs' : 'formatted', text };
      if (isSame || args.check) return { path: source.path, state: isSame ? 'unchanged' : 'differs' };
      writeWhole(source.path, text);
      return { path: source.path, state: 'formatted' };
    });
    const ok = files.every(({ state }) => state === 'formatted' || state === 'unchanged');
    if (args.json) {
      printJson({ ok, diagnostics, files });
      return ok ? 0 : 1;
    }
    const [{ text }] = files;
    if (isStdin && text !== undefined && !args.check) process.stdout.write(text);
    if (!isStdin) for (const { path, state } of files) if (state !== 'unchanged') print(`${path}: ${state}`);
    const different = files.filter(({ state }) => state === 'differs').length;
    if (different > 0)
      complain(isStdin ? 'standard input would change' : `${different} of ${files.length} files would change: run the same command without --check`);
    if (diagnostics.length > 0) complainOf(diagnostics);
    return ok ? 0 : 1;
  },
});
