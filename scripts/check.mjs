/**
 * `npm run check`: every gate, one after the other, and a table at the end. Each gate is a program of its own in scripts/gates, so one can be run
 * alone: `npm run check -- --only layering,knip`. Gates print a line for each violation: where, what, what to do.
 *
 * Exit codes: 0 all hold, 1 some do not, 2 wrong use. Where CHECK_REPORT names a file, the counts are written there as JSON.
 */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { orExplain, root, setUp } from './setup.mjs';

/** In the order in which they run: what others need first, then the quick ones. */
const GATES = [
  'build',
  'format',
  'idl-format',
  'lint',
  'layering',
  'atomics-seam',
  'trusted-base',
  'file-length',
  'types',
  'generated',
  'idl-lock',
  'knip',
  'publint',
  'lockfile',
  'dependencies',
  'neutral-text',
];

function chosen(words) {
  if (words.length === 0) return GATES;
  const match = /^--only(?:=(.+))?$/.exec(words[0]);
  const names = (match?.[1] ?? words[1] ?? '').split(',');
  const wanted = match?.[1] === undefined ? 2 : 1;
  if (!match || words.length !== wanted || names.some((name) => !GATES.includes(name))) {
    console.error(`The one option is --only GATE[,GATE]; the gates are ${GATES.join(', ')}.`);
    process.exit(2);
  }
  return names;
}

function run(gate) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [path.join(root, 'scripts', 'gates', `${gate}.mjs`)], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text));
    child.on('error', reject);
    child.on('close', (code) => resolve({ ok: code === 0, said: said.trim() }));
  });
}

const gates = chosen(process.argv.slice(2));
// The build is a gate as well, and says more about what is wrong there than a failed set-up would.
await orExplain(() => setUp({ mustBuild: false }));

const rows = [];
for (const gate of gates) {
  const started = Date.now();
  const { ok, said } = await run(gate);
  const lines = said === '' ? [] : said.split('\n');
  if (!ok) console.log(`${gate}\n${lines.map((line) => `  ${line}`).join('\n')}\n`);
  rows.push({ gate, ok, seconds: (Date.now() - started) / 1000, summary: lines.at(-1) ?? '' });
}

for (const { gate, ok, seconds, summary } of rows)
  console.log(`${ok ? 'ok  ' : 'FAIL'}  ${gate.padEnd(14)}${seconds.toFixed(1).padStart(6)} s  ${ok ? summary : 'see above'}`);
const failed = rows.filter(({ ok }) => !ok).length;
if (process.env.CHECK_REPORT) writeFileSync(process.env.CHECK_REPORT, JSON.stringify({ passed: rows.length - failed, failed }));
process.exitCode = failed === 0 ? 0 : 1;
