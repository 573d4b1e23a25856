/** `npm run bench -- SUITE [--json]`: runs one suite; the last line of output with --json is one JSON object. */
import type { SuiteResult } from './measure.js';

const SUITES = ['calls', 'heap'] as const;
const USAGE = `usage: npm run bench -- SUITE [--json]\n  suites: ${SUITES.join(', ')}\n  example: npm run -s bench -- calls --json`;

const args = process.argv.slice(2);
const json = args.includes('--json');
const names = args.filter((arg) => !arg.startsWith('--'));
const unknown = args.filter((arg) => arg.startsWith('--') && arg !== '--json' && arg !== '--help');
if (args.includes('--help')) {
  console.log(USAGE);
} else if (names.length !== 1 || !(SUITES as readonly string[]).includes(names[0]) || unknown.length > 0) {
  console.error(
    `${unknown.length > 0 ? `there is no option ${unknown[0]}` : names.length === 0 ? 'which suite?' : `there is no suite '${names.join(' ')}'`}\n${USAGE}`,
  );
  process.exitCode = 2;
} else {
  const { run } = (await import(`./suites/${names[0]}.ts`)) as { run(progress: (done: number, of: number) => void): Promise<SuiteResult> };
  const result = await run(process.stderr.isTTY ? showProgress : () => {});
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  printTable(result);
  if (json) console.log(JSON.stringify(result));
}

function showProgress(done: number, of: number): void {
  process.stderr.write(`\rmeasuring ${'#'.repeat(Math.round((30 * done) / of)).padEnd(30, '.')} ${Math.round((100 * done) / of)} %`);
}

function printTable({ suite, node, cores, results, ratios, aims }: SuiteResult): void {
  const write = json ? (line: string) => console.error(line) : (line: string) => console.log(line);
  write(`${suite}: Node ${node}, ${cores} cores`);
  for (const [name, { p50, p99, unit, n }] of Object.entries(results)) {
    write(`  ${name.padEnd(26)} p50 ${p50.toFixed(3).padStart(10)} ${unit}   p99 ${p99.toFixed(3).padStart(10)} ${unit}   n ${n}`);
  }
  for (const [name, ratio] of Object.entries(ratios)) {
    const aim = aims[name];
    write(`  ${name.padEnd(26)} ${ratio.toFixed(2).padStart(8)}   ${aim ? `aim ${aim.aim}: ${aim.met ? 'met' : 'NOT met'}` : ''}`);
  }
}
