/**
 * `npm run test:hostile [-- --only ID[,ID]] [--node 22|24|26] [--json]`: the whole hostile corpus, each case in a process of its own, and then the random programs at the boundary. With --only the corpus alone; with --json the last
 * line is the result as JSON, and nothing else is on standard output.
 *
 * Exit codes: 0 all is as test/hostile/corpus/failing.ts says, 1 it is not, 2 wrong use.
 */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { showProgress } from './install.mjs';
import { MAJORS, nodeBinary } from './node-binaries.mjs';
import { orExplain, root, setUp } from './setup.mjs';

const KINDS = {
  C: 'never-ending work',
  M: 'memory bombs',
  S: 'recursion',
  E: 'ways out of the realm',
  D: 'shapes of data',
  P: 'messages, deaths, restarts',
  T: 'authority',
};
const WIDTH = 40;

function options() {
  try {
    const { values } = parseArgs({ options: { only: { type: 'string' }, node: { type: 'string' }, json: { type: 'boolean', default: false } } });
    if (values.node !== undefined && !MAJORS.includes(values.node))
      throw new Error(`--node takes one of ${MAJORS.join(', ')}: the Node installed runs it otherwise`);
    return values;
  } catch (error) {
    console.error(`${error.message}\nusage: npm run test:hostile -- [--only ID[,ID]] [--node ${MAJORS.join('|')}] [--json]`);
    process.exit(2);
  }
}

/** Random programs; resolves to vitest's exit code. */
function fuzz(node, isQuiet) {
  return new Promise((resolve) => {
    const words = [path.join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', 'test/hostile/boundary.test.ts'];
    spawn(node, words, { cwd: root, stdio: ['ignore', isQuiet ? process.stderr : 'inherit', 'inherit'] }).on('exit', (code) => resolve(code ?? 1));
  });
}

function printTable(rows) {
  console.log(`\n${'kind'.padEnd(32)}${'cases'.padStart(6)}${'held'.padStart(6)}${'known not to'.padStart(14)}${'failed'.padStart(8)}`);
  for (const [letter, kind] of Object.entries(KINDS)) {
    const own = rows.filter(({ id }) => id.startsWith(letter));
    const count = (verdict) => String(own.filter((row) => row.verdict === verdict).length);
    if (own.length > 0)
      console.log(
        `${`${letter} ${kind}`.padEnd(32)}${String(own.length).padStart(6)}${count('held').padStart(6)}${count('known').padStart(14)}${count('failed').padStart(8)}`,
      );
  }
  for (const { id, title, end, wrong, verdict } of rows) {
    if (verdict === 'held') continue;
    const what = Object.entries(wrong).map(([oracle, said]) => `${oracle}: ${said}`);
    console.log(
      `${verdict === 'known' ? 'known' : 'FAILED'} ${id} ${title}: ${end}${what.length > 0 ? `, ${what.join('; ')}` : ', and it is listed as failing in test/hostile/corpus/failing.ts: take it off'}`,
    );
  }
}

const { only, node: major, json } = options();
await orExplain(async () => {
  await setUp();
  const node = major === undefined ? process.execPath : await nodeBinary(major);
  const { register } = await import('tsx/esm/api');
  register();
  const { findUnknown, runCorpus } = await import('../test/hostile/corpus/run.ts');
  const unknown = findUnknown(only?.split(',') ?? []);
  if (unknown.length > 0) {
    console.error(`there is no case ${unknown.join(', ')}: ids are those of docs/hostile-matrix.md, as in --only C01,M06b`);
    process.exit(2);
  }
  const began = Date.now();
  const seconds = () => Math.round((Date.now() - began) / 1000);
  let [done, of, failed] = [0, 0, 0];
  const end = showProgress(() => {
    const filled = of === 0 ? 0 : Math.floor((WIDTH * done) / of);
    return `  [${'#'.repeat(filled)}${'.'.repeat(WIDTH - filled)}] ${done} of ${of}, ${failed} failed, ${seconds()} s`;
  });
  const rows = await runCorpus({
    only: only?.split(','),
    node,
    onRow(row, at, all) {
      [done, of, failed] = [at, all, failed + (row.verdict === 'failed' ? 1 : 0)];
      if (!process.stderr.isTTY && (at % 20 === 0 || at === all)) console.error(`${at} of ${all}, ${failed} failed, ${seconds()} s`);
    },
  }).finally(end);
  const took = seconds();
  if (!json) printTable(rows);
  const fuzzed = only === undefined ? await fuzz(node, json) : 0;
  const count = (verdict) => rows.filter((row) => row.verdict === verdict).length;
  if (json)
    console.log(
      JSON.stringify({
        node: major ?? process.versions.node,
        cases: rows.length,
        held: count('held'),
        known: count('known'),
        failed: count('failed'),
        fuzz: only === undefined ? fuzzed === 0 : null,
        seconds: took,
        rows,
      }),
    );
  else console.log(`\n${count('held')} of ${rows.length} cases held, ${count('known')} known not to, ${count('failed')} failed; ${took} s`);
  process.exitCode = count('failed') === 0 && fuzzed === 0 ? 0 : 1;
});
