/**
 * `npm run -s fuel -- [--runs N] [--native-runs N] [--domain-runs N] [--nodes 20,22,24,26] [--json] [--record]`: runs each program of test/fixtures/extensions/fuel until its fuel is used up, N times on each version of Node, and compares
 * where it stopped and what its state had been: within a version, and across versions (docs/fuel.md). `--record` writes the table of that page.
 *
 * Exit codes: 0 all stopped alike, 1 some did not, 2 wrong use.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { LIMITS, PROFILES } from './fuel/plan.mjs';
import { MAJORS, nodeBinary } from './node-binaries.mjs';
import { orExplain, root, setUp } from './setup.mjs';

const PAGE = path.join(root, 'docs', 'fuel.md');
const INSTALLED = String(process.versions.node.split('.')[0]);
const PROGRAMS = 24;
const WIDTH = 24;

function refuse(why) {
  console.error(`${why}\nusage: npm run -s fuel -- [--runs N] [--native-runs N] [--domain-runs N] [--nodes 20,22,24,26] [--json] [--record]`);
  process.exit(2);
}

function readOptions() {
  const text = { type: 'string' };
  const flag = { type: 'boolean', default: false };
  try {
    const { values } = parseArgs({ options: { runs: text, 'native-runs': text, 'domain-runs': text, nodes: text, json: flag, record: flag } });
    const count = (name, byDefault) => {
      const value = Number(values[name] ?? byDefault);
      return Number.isInteger(value) && value >= 1 ? value : refuse(`--${name} takes a whole number from 1, not '${String(values[name])}'`);
    };
    const majors = (values.nodes ?? [INSTALLED, ...MAJORS].join()).split(',');
    const unknown = majors.filter((major) => major !== INSTALLED && !MAJORS.includes(major));
    if (unknown.length > 0) refuse(`--nodes takes any of ${[...new Set([INSTALLED, ...MAJORS])].join(', ')}, not ${unknown.join(', ')}`);
    const runs = count('runs', 1000);
    return {
      runs,
      nativeRuns: count('native-runs', Math.ceil(runs / 10)),
      domainRuns: count('domain-runs', 2),
      majors: [...new Set(majors)],
      isJson: values.json,
      isRecorded: values.record,
    };
  } catch (error) {
    return refuse(error.message);
  }
}

/** A bar on a terminal; elsewhere a line every tenth part. */
function progressOf(total) {
  let done = 0;
  let told = 0;
  return (steps, where) => {
    done += steps;
    const part = Math.min(1, done / total);
    if (process.stderr.isTTY) {
      const full = Math.round(part * WIDTH);
      process.stderr.write(`\r[${'='.repeat(full)}${' '.repeat(WIDTH - full)}] ${Math.floor(part * 100)} % ${where}   `);
      if (part === 1) process.stderr.write('\n');
    } else if (Math.floor(part * 10) > told) {
      told = Math.floor(part * 10);
      console.error(`${told * 10} % ${where}`);
    }
  };
}

/** What one version of Node found. */
function runOn(binary, { runs, nativeRuns, domainRuns }, progress) {
  const child = spawn(binary, [path.join(root, 'scripts', 'fuel', 'runs.mjs'), String(runs), String(nativeRuns), String(domainRuns)], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    let rest = '';
    let found;
    child.stdout.setEncoding('utf8').on('data', (text) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop();
      for (const line of lines) {
        const { progress: steps, done } = JSON.parse(line);
        if (steps) progress(steps);
        else found = done;
      }
    });
    child.on('error', reject);
    child.on('close', (code) => (found ? resolve(found) : reject(new Error(`${binary} ended with ${code} before it had run everything`))));
  });
}

const stateOf = (outcome) => outcome.replace(/ at .*/, '');

/** Of one program with one profile: whether all runs of a version were alike, and whether the versions were. */
function judge(found, program, profile) {
  const versions = {};
  const atAll = new Map();
  for (const { node, domains, compartments } of found) {
    let isSame = true;
    for (const kind of [compartments, domains]) {
      for (const [key, outcomes] of Object.entries(kind[profile][program] ?? {})) {
        if (Object.keys(outcomes).length !== 1) isSame = false;
        for (const outcome of Object.keys(outcomes)) {
          const at = `${kind === domains ? 'domain' : 'compartment'} ${key}`;
          atAll.set(at, (atAll.get(at) ?? new Set()).add(outcome));
        }
        // Domains and compartments say where they stood in different words, and must say the same of the state.
        const other = kind === domains ? compartments[profile][program]?.[key] : undefined;
        if (other && stateOf(Object.keys(other)[0]) !== stateOf(Object.keys(outcomes)[0])) isSame = false;
      }
    }
    const said = JSON.stringify(
      Object.entries(compartments[profile][program])
        .sort(([one], [two]) => (one < two ? -1 : 1))
        .map(([key, outcomes]) => [key, Object.keys(outcomes).sort()]),
    );
    versions[node] = { isSame, digest: createHash('sha256').update(said).digest('hex').slice(0, 8) };
  }
  return {
    program,
    profile,
    versions,
    isSame: Object.values(versions).every((one) => one.isSame),
    isSameAcross: [...atAll.values()].every(({ size }) => size === 1),
  };
}

function tableOf(found, verdicts) {
  const nodes = found.map(({ node }) => node);
  const word = ({ isSame, digest }) => (isSame ? `\`${digest}\`` : '**differs**');
  return [
    `| program | profile | ${nodes.map((node) => `Node ${node.slice(1)}`).join(' | ')} | across versions |`,
    `|---|---|${nodes.map(() => '---|').join('')}---|`,
    ...verdicts.map(
      ({ program, profile, versions, isSameAcross }) =>
        `| ${program} | ${profile} | ${nodes.map((node) => word(versions[node])).join(' | ')} | ${isSameAcross ? 'same' : 'differs'} |`,
    ),
  ].join('\n');
}

function record(table, { runs, nativeRuns, domainRuns }, seconds) {
  const page = readFileSync(PAGE, 'utf8');
  const said = `On each version of Node ${runs} runs of each program with the deterministic profile, ${nativeRuns} without, and ${domainRuns} each in domains of their own; ${Math.round(seconds / 60)} minutes.\n\n${table}\n`;
  writeFileSync(PAGE, page.replace(/(<!-- table -->\n)[^]*(<!-- end of table -->)/, `$1${said}$2`));
}

const options = readOptions();
await orExplain(async () => {
  await setUp();
  const began = performance.now();
  const progress = progressOf(options.majors.length * PROGRAMS * (options.runs + options.nativeRuns + PROFILES.length * options.domainRuns));
  const found = [];
  for (const major of options.majors) {
    const binary = major === INSTALLED ? process.execPath : await nodeBinary(major);
    found.push(await runOn(binary, options, (steps) => progress(steps, `Node ${major}`)));
  }
  const verdicts = found[0].programs.flatMap((program) => PROFILES.map((profile) => judge(found, program, profile)));
  // With the native profile versions may differ: that is what the other one is for.
  const isFine = verdicts.every(({ profile, isSame, isSameAcross }) => isSame && (profile === 'native' || isSameAcross));
  const seconds = (performance.now() - began) / 1000;
  const summary = {
    ok: isFine,
    runs: options.runs,
    nativeRuns: options.nativeRuns,
    domainRuns: options.domainRuns,
    limits: LIMITS,
    nodes: found.map(({ node }) => node),
    seconds: Math.round(seconds),
  };
  if (options.isRecorded) record(tableOf(found, verdicts), options, seconds);
  if (options.isJson) console.log(JSON.stringify({ ...summary, verdicts }));
  else console.log(`${tableOf(found, verdicts)}\n\n${isFine ? 'All stopped alike.' : 'Some did not stop alike.'} ${Math.round(seconds)} s`);
  process.exitCode = isFine ? 0 : 1;
});
