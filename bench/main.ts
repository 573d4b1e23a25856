/** `npm run bench -- SUITE [OPTIONS]`: runs one suite; the last line of output with --json is one JSON object. */
import { parseArgs } from 'node:util';
import type { SuiteOptions, SuiteResult } from './measure.js';

interface Suite {
  run(options: SuiteOptions): Promise<SuiteResult>;
  /** What --only can name. */
  readonly parts?: readonly string[];
}

/** Which options a suite has, beside --json and --help. */
const SUITES: { readonly [name: string]: readonly string[] } = {
  calls: ['only', 'quick'],
  guard: ['quick'],
  heap: [],
  idl: ['quick'],
  metering: ['quick'],
  recovery: ['only', 'quick'],
  scale: ['quick', 'domains', 'svg'],
  upgrade: ['quick'],
};

const USAGE = `usage: npm run bench -- SUITE [--json]
  calls [--only NAME[,NAME]] [--quick]          calls and deaths, each beside its peer
  guard [--quick]                               asynchronous calls to a kernel in a process of its own, and its restart
  heap                                          the shared heap
  idl [--quick]                                 the language server: from an edit to its diagnostics
  metering [--quick]                            programs in a domain and in a plain worker, idle memory, loading
  recovery [--only NAME[,NAME]] [--quick]       throughput while a device crashes, and from a crash to the next reply
  scale [--domains N] [--svg FILE] [--quick]    many domains; --svg draws calls per second against pairs of domains
  upgrade [--quick]                             upgrades while four callers call without pause
  --quick   takes few samples: shows that everything runs, and measures nothing
  example: npm run -s bench -- calls --only hot_vs_raw,cold_vs_futex --json`;

class WrongUse extends Error {}

function readArguments(): { suite: string; json: boolean; only: string | undefined; quick: boolean; domains: number; svg: string | null } | null {
  const options = {
    json: { type: 'boolean' },
    help: { type: 'boolean' },
    quick: { type: 'boolean' },
    only: { type: 'string' },
    domains: { type: 'string' },
    svg: { type: 'string' },
  } as const;
  let parsed;
  try {
    parsed = parseArgs({ args: process.argv.slice(2), options, allowPositionals: true });
  } catch (error) {
    throw new WrongUse(error instanceof Error ? error.message.split('. ', 1)[0] : String(error));
  }
  const { values, positionals } = parsed;
  if (values.help === true) return null;
  const [suite] = positionals;
  if (suite === undefined) throw new WrongUse('which suite?');
  if (positionals.length > 1 || !Object.hasOwn(SUITES, suite)) throw new WrongUse(`there is no suite '${positionals.join(' ')}'`);
  for (const given of Object.keys(values)) if (given !== 'json' && !SUITES[suite].includes(given)) throw new WrongUse(`${suite} has no option --${given}`);
  const domains = Number(values.domains ?? 200);
  // The domain table has 512 rows; the host and the kernel have two of them.
  if (!Number.isInteger(domains) || domains < 1 || domains > 510) throw new WrongUse(`--domains must be a whole number from 1 to 510, not ${values.domains}`);
  return { suite, json: values.json === true, only: values.only, quick: values.quick === true, domains, svg: values.svg ?? null };
}

function checkParts(only: string | undefined, parts: readonly string[]): readonly string[] | null {
  if (only === undefined) return null;
  const names = only.split(',').map((name) => name.trim());
  for (const name of names) if (!parts.includes(name)) throw new WrongUse(`there is no '${name}' to measure; there are ${parts.join(', ')}`);
  return names;
}

function showProgress(done: number, of: number): void {
  process.stderr.write(`\rmeasuring ${'#'.repeat(Math.round((30 * done) / of)).padEnd(30, '.')} ${Math.round((100 * done) / of)} %`);
}

function printTable({ suite, node, cores, results, ratios, aims, curve, leftOut }: SuiteResult, write: (line: string) => void): void {
  write(`${suite}: Node ${node}, ${cores} cores`);
  for (const [name, { p50, p99, unit, n }] of Object.entries(results)) {
    write(`  ${name.padEnd(32)} p50 ${p50.toFixed(3).padStart(10)} ${unit}   p99 ${p99.toFixed(3).padStart(10)} ${unit}   n ${n}`);
  }
  for (const [name, ratio] of Object.entries(ratios)) {
    const aim = aims[name];
    write(`  ${name.padEnd(32)} ${ratio.toFixed(2).padStart(8)}   ${aim ? `aim ${aim.aim}: ${aim.met ? 'met' : 'NOT met'}` : ''}`);
  }
  for (const { pairs, eachLeast, eachMedian, eachMost } of curve ?? []) {
    write(
      `  each of ${String(pairs).padStart(2)} pairs, calls/s: ${[eachLeast, eachMedian, eachMost].map((rate) => Math.round(rate).toLocaleString('en')).join(' < ')}`,
    );
  }
  for (const [name, why] of Object.entries(leftOut)) write(`  ${name.padEnd(32)} left out: ${why}`);
}

try {
  const asked = readArguments();
  if (asked === null) console.log(USAGE);
  else {
    const { suite, json, only, ...options } = asked;
    const { run, parts = [] } = (await import(`./suites/${suite}.ts`)) as Suite;
    const isShown = process.stderr.isTTY;
    const result = await run({ ...options, only: checkParts(only, parts), progress: isShown ? showProgress : () => {} });
    if (isShown) process.stderr.write('\r\x1b[K');
    printTable(result, json ? (line) => console.error(line) : (line) => console.log(line));
    if (options.quick) console.error('measured with --quick: these figures mean nothing');
    if (json) console.log(JSON.stringify(result));
  }
} catch (error) {
  if (!(error instanceof WrongUse)) throw error;
  console.error(`${error.message}\n${USAGE}`);
  process.exitCode = 2;
}
