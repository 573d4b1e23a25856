/** `deciduous idl generate`: TypeScript and schemas from interface definitions, once or whenever they change. */
import { defineCommand } from 'citty';
import { checkLocks, type CompileOptions, type Diagnostic, type SourceFile } from '../../idl/index.js';
import { complain, print, printJson, UsageError, verbMeta } from '../verb.js';
import { isCurrent, type Output, printOutputs, putOut } from './output.js';
import { complainOf, FILES, JSON_OPTION, readSource } from './sources.js';
import { WatchedFiles } from './watched-files.js';

interface Round {
  readonly ok: boolean;
  readonly diagnostics: readonly Diagnostic[];
  readonly files: readonly Output[];
  /** What is generated is true to the definitions whatever was published: that it breaks somebody is for `check` to refuse. */
  readonly warning?: string;
  /** What went wrong outside of the definitions, such as a file that is not there. */
  readonly error?: string;
}

function generate(sources: readonly SourceFile[], options: CompileOptions, out: string, checkOnly: boolean): Round {
  const { compilation, changes, diagnostics: found } = checkLocks(sources, options);
  const { diagnostics, files: generated } = compilation;
  if (diagnostics.length > 0) return { ok: false, diagnostics, files: [] };
  const files = putOut(generated, out, checkOnly);
  const breaking = changes.filter(({ compatible }) => !compatible).length;
  const what = breaking === found.length ? `${breaking === 1 ? '1 change breaks' : `${breaking} changes break`} what was published` : 'idl.lock cannot be read';
  const warning = `warning: ${what}: deciduous idl check ${sources.map((source) => source.path).join(' ')}`;
  return { ok: files.every(isCurrent), diagnostics, files, ...(found.length > 0 && { warning }) };
}

function tell({ diagnostics, files, error, warning }: Round): void {
  if (error !== undefined) complain(error);
  else if (diagnostics.length > 0) complainOf(diagnostics);
  else printOutputs(files);
  if (warning !== undefined) complain(warning);
}

/** What people want to see of a round that is not the first: what it wrote. */
function tellNews(round: Round): void {
  const written = round.files.filter(({ state }) => state === 'written');
  if (!round.ok || written.length > 0) tell({ ...round, files: written });
  else print('nothing that is generated changes');
}

/** Answers, with 0, when it is interrupted. */
async function generateOnChange(paths: readonly string[], options: CompileOptions, out: string, json: boolean): Promise<number> {
  let end = (): void => undefined;
  let fail: (error: unknown) => void = () => undefined;
  const ended = new Promise<number>((resolve, reject) => {
    end = () => resolve(0);
    fail = reject;
  });
  const watched = new WatchedFiles(again, fail);

  function attempt(): Round {
    watched.forget();
    // Each is among those that are watched before the first that is missing ends the round.
    for (const filePath of paths) watched.note(filePath);
    return generate(paths.map(readSource), { ...options, read: (filePath) => watched.read(filePath) }, out, false);
  }

  function again(): void {
    let round: Round;
    try {
      round = attempt();
    } catch (error) {
      // At the start it would have been wrong use; now a file has gone, and may come back.
      round = { ok: false, diagnostics: [], files: [], error: (error as Error).message };
    }
    if (json) printJson(round);
    else tellNews(round);
    watched.watch();
  }

  for (const signal of SIGNALS) process.on(signal, end);
  try {
    const first = attempt();
    if (json) printJson(first);
    else tell(first);
    watched.watch();
    if (!json) complain('watching; Ctrl-C ends it');
    return await ended;
  } finally {
    for (const signal of SIGNALS) process.off(signal, end);
    watched.close();
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

export default defineCommand({
  meta: verbMeta({
    name: 'generate',
    description: 'Generates NAME.ts and NAME.schema.json for each package, imported ones included',
    examples: [
      'deciduous idl generate kv.idl --out src/generated',
      'deciduous idl generate kv.idl --out src/generated --watch   # again whenever kv.idl or what it imports changes',
      'deciduous idl generate kv.idl --out src/generated --check   # in CI: exits 1 where what is committed is out of date',
    ],
  }),
  args: {
    file: FILES,
    out: { type: 'string', required: true, valueHint: 'FOLDER', description: 'Where the files go; made if it is not there' },
    runtime: { type: 'string', valueHint: 'SPECIFIER', description: "What generated modules import tokens from; 'deciduous/schema' unless given" },
    check: { type: 'boolean', description: 'Write nothing; exit 1 where a file differs or is missing' },
    watch: { type: 'boolean', description: 'Go on, and generate again whenever a file or what it imports changes; with --json a line each time' },
    json: JSON_OPTION,
  },
  run({ args }) {
    if (args.watch && args.check) throw new UsageError('--check writes nothing and --watch goes on writing: choose one of them');
    const options = args.runtime === undefined ? {} : { runtime: args.runtime };
    if (args.watch) return generateOnChange(args._, options, args.out, args.json === true);
    const round = generate(args._.map(readSource), options, args.out, args.check === true);
    if (args.json) printJson(round);
    else tell(round);
    return round.ok ? 0 : 1;
  },
});
