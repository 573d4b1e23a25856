/**
 * RedLeaf's experiment of recovery (OSDI '20, section 5.4), on our domains: throughput of a file system whose device crashes once a second behind its shadow. Run it with `npm run recovery`; `-- --help` says more.
 *
 * This file wires the parts and answers for how the program ends. See rig.ts for who calls whom, and client.ts for what is checked.
 */
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { boot } from 'deciduous';
import { HELP, readArguments, UsageError, type Arguments } from './arguments.js';
import { EXPERIMENTS, runExperiment, type Finding } from './experiments.js';
import { drawThroughput } from './picture.js';
import { reportOf, reportText } from './report.js';

/** What is started beside the domains, so that a crash need not wait for a thread. */
const SPARES = 2;
const HEADING = 'device crashes once a second';

function show(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[2K${text}`);
}

async function run({ seconds, svg, json }: Arguments): Promise<number> {
  const findings: Finding[] = [];
  // The file is opened before a minute is spent.
  if (svg !== undefined) writeFileSync(svg, '');
  await using kernel = await boot({ spares: SPARES });
  for (const [index, experiment] of EXPERIMENTS.entries()) {
    const length = index === 0 ? seconds : seconds / 2;
    const head = `${index + 1}/${EXPERIMENTS.length} ${experiment.name}`;
    show(`${head}: building`);
    findings.push(
      await runExperiment(kernel, experiment, length, (work, done, crashes) => show(`${head}: ${work} ${Math.round(100 * done)} %, ${crashes} crashes`)),
    );
  }
  show('');
  const report = reportOf(findings, await kernel.audit());
  if (svg !== undefined) writeFileSync(svg, drawThroughput(findings[0].windows, HEADING, `${availableParallelism()} cores, Node ${process.versions.node}`));
  process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : reportText(report));
  return report.ok ? 0 : 1;
}

// Whoever reads the output may stop reading, as `head` does.
process.stdout.on('error', () => {});
try {
  const options = readArguments(process.argv.slice(2));
  if (options.help) process.stdout.write(HELP);
  else process.exitCode = await run(options);
} catch (error) {
  const isUnwritable = error instanceof Error && 'path' in error;
  process.stderr.write(`${error instanceof UsageError || isUnwritable ? error.message : ((error as Error).stack ?? String(error))}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
