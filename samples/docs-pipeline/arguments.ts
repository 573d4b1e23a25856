/** What the command line asks for. */
import { parseArgs } from 'node:util';

export interface Arguments {
  /** The folder that is searched, as it was given. */
  readonly input: string;
  /** Whether it was given, rather than taken to be node_modules. */
  readonly inputWasGiven: boolean;
  readonly out: string;
  /** At most so many documents; none for all. */
  readonly limit: number | undefined;
  readonly json: boolean;
  /** Where a trace of the run goes, if anywhere. */
  readonly trace: string | undefined;
  readonly help: boolean;
}

/** Wrong use: exit code 2. The message says what to do. */
export class UsageError extends Error {}

export const HELP = `Publishes every README.md below a folder as a static site, through plugins that each run in a domain of their own.
Some of them crash, loop for ever, allocate without end or try to break out. The documents come through.

  npm start                        every README.md below node_modules
  npm start -- --input docs        every .md file below docs

Options
  --input DIR    the folder with the documents (node_modules)
  --out DIR      where the site goes (site): a folder that is new, empty, or a site of an earlier run
  --limit N      at most N documents
  --json         print the report as data
  --trace FILE   write what happened, call by call and owner by owner, for https://ui.perfetto.dev
  --help         print this

Exit code 0: every document is published, the audit of heap and calls found nothing, and nothing got out.
          1: one of these did not hold.    2: wrong use.    130: interrupted.
`;

/** Throws UsageError for what is not understood. */
export function readArguments(argv: readonly string[]): Arguments {
  const { values } = parse(argv);
  return {
    input: values.input ?? 'node_modules',
    inputWasGiven: values.input !== undefined,
    out: values.out ?? 'site',
    limit: values.limit === undefined ? undefined : positive(values.limit),
    json: values.json ?? false,
    trace: values.trace,
    help: values.help ?? false,
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        input: { type: 'string' },
        out: { type: 'string' },
        limit: { type: 'string' },
        json: { type: 'boolean' },
        trace: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
      strict: true,
      allowPositionals: false,
    });
  } catch (error) {
    const [reason] = (error as Error).message.split('. ', 1);
    throw new UsageError(`${reason}.\nOptions are --input DIR, --out DIR, --limit N, --json, --trace FILE and --help; with npm start, write -- before them.`);
  }
}

function positive(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new UsageError(`--limit wants a whole number from 1 on, not ${text}.`);
}
