/** What the command line asks for. */
import { parseArgs } from 'node:util';

export interface Arguments {
  /** Of each kind of work in the first experiment; the others take half. */
  readonly seconds: number;
  /** Where the picture of the first experiment goes, if anywhere. */
  readonly svg: string | undefined;
  readonly json: boolean;
  readonly help: boolean;
}

/** Wrong use: exit code 2. The message says what to do. */
export class UsageError extends Error {}

const MOST_SECONDS = 600;

export const HELP = `Reads and writes 4 KiB pages through a file system while its device crashes: once a second, ten times a second,
on memory and on a file; then while the file system crashes, and both. Nothing that was acknowledged is lost.

  npm run recovery                      some 75 seconds
  npm run recovery -- --svg FILE.svg    with a picture of the throughput

Options
  --seconds N    seconds of reading, and of writing, in the first experiment (10, at most ${MOST_SECONDS}); the others take half
  --svg FILE     draw the first experiment: MB/s every 10 ms, with the crashes marked
  --json         print the figures as data
  --help         print this

Exit code 0: every page was what had been acknowledged, every call was answered, and the audit of heap and calls found nothing.
          1: one of these did not hold.    2: wrong use.
`;

/** Throws UsageError for what is not understood. */
export function readArguments(argv: readonly string[]): Arguments {
  const { values } = parse(argv);
  const seconds = Number(values.seconds ?? 10);
  if (!(seconds > 0 && seconds <= MOST_SECONDS)) throw new UsageError(`--seconds wants a number above 0 and up to ${MOST_SECONDS}, not ${values.seconds}.`);
  return { seconds, svg: values.svg, json: values.json ?? false, help: values.help ?? false };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: { seconds: { type: 'string' }, svg: { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
      strict: true,
      allowPositionals: false,
    });
  } catch (error) {
    const [reason] = (error as Error).message.split('. ', 1);
    throw new UsageError(`${reason}.\nOptions are --seconds N, --svg FILE, --json and --help; with npm run, write -- before them.`);
  }
}
