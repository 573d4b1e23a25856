/**
 * `npm run -s hostile -- matrix`: the same cases and the same oracles against a domain of ours, a plain worker with limits, `node:vm`, vm2, isolated-vm and quickjs-emscripten, and against domains on other versions of Node. Writes
 * docs/hostile-matrix.json, which it also reads to go on where a run was interrupted, and docs/hostile-matrix.md from it.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Corpus, twiceIfSlow } from '../../test/hostile/corpus/attempt.js';
import type { HostileCase } from '../../test/hostile/corpus/case.js';
import { CASES } from '../../test/hostile/corpus/catalogue.js';
import { observe } from '../../test/hostile/corpus/child.js';
import { deadlineOf, judge, type Verdict } from '../../test/hostile/corpus/oracles.js';
import { Places } from '../../test/hostile/corpus/places.js';
import { nodeBinary } from '../../scripts/node-binaries.mjs';
import { installPeers } from '../../scripts/peers.mjs';
import { orExplain } from '../../scripts/setup.mjs';
import { readOptions } from './options.js';
import { renderMatrix } from './page.js';
import { type Matrix, type System, SYSTEMS } from './systems.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const JSON_FILE = path.join(root, 'docs/hostile-matrix.json');
const PAGE = path.join(root, 'docs/hostile-matrix.md');
const PEER = path.join(root, 'bench/hostile/peer-child.mjs');
/** After so long a peer's process is ended from outside. */
const LIMIT_MS = 8_000;

const { only, systems, majors, width, fresh, page } = readOptions();
await orExplain(installPeers);

function versionOf(system: System): string {
  if (system === 'worker' || system === 'vm') return `Node ${process.versions.node}`;
  const manifest = system === 'deciduous' ? 'package.json' : `bench/node_modules/${system}/package.json`;
  return (JSON.parse(readFileSync(path.join(root, manifest), 'utf8')) as { version: string }).version;
}

const known: Matrix | null = existsSync(JSON_FILE) && !fresh ? (JSON.parse(readFileSync(JSON_FILE, 'utf8')) as Matrix) : null;
const matrix: Matrix = {
  node: process.versions.node,
  versions: Object.fromEntries(SYSTEMS.map((system) => [system, versionOf(system)])),
  cases: known !== null && known.node === process.versions.node ? known.cases : {},
  nodes: known?.nodes ?? {},
};
for (const row of [matrix.cases, ...Object.values(matrix.nodes)])
  for (const id of Object.keys(row)) if (!CASES.some((one) => one.id === id)) Reflect.deleteProperty(row, id);

async function askPeer(one: HostileCase, system: System): Promise<Verdict> {
  const asked = { ...one, deadlineMs: deadlineOf(one) };
  const { verdict } = await twiceIfSlow(async () => {
    const seen = await observe(asked, { program: PEER, args: [system], limitMs: LIMIT_MS });
    return { seen, verdict: judge(asked, seen, false) };
  });
  return verdict;
}

/** What is to be run: each fills one place of the matrix. */
interface Errand {
  readonly id: string;
  readonly where: string;
  readonly run: () => Promise<Verdict>;
  readonly note: (verdict: Verdict) => void;
}

const corpus = await Corpus.prepare();
const errands: Errand[] = [];
const wanted = page ? [] : CASES.filter(({ id }) => only === undefined || only.includes(id));
for (const major of majors ?? []) {
  const binary = await nodeBinary(major);
  const version = execFileSync(binary, ['--version'], { encoding: 'utf8' }).trim().slice(1);
  for (const old of Object.keys(matrix.nodes)) if (old.startsWith(`${major}.`) && old !== version) delete matrix.nodes[old];
  const verdicts = (matrix.nodes[version] ??= {});
  for (const one of wanted) {
    if (verdicts[one.id] !== undefined && only === undefined) continue;
    errands.push({
      id: one.id,
      where: `Node ${version}`,
      run: async () => (await corpus.attempt(one, binary)).verdict,
      note: (verdict) => (verdicts[one.id] = verdict),
    });
  }
}
if (majors === undefined)
  for (const one of wanted)
    for (const system of systems) {
      if (one.oursAlone === true && system !== 'deciduous') continue;
      if (matrix.cases[one.id]?.[system] !== undefined && only === undefined) continue;
      errands.push({
        id: one.id,
        where: system,
        run: () => (system === 'deciduous' ? corpus.attempt(one).then(({ verdict }) => verdict) : askPeer(one, system)),
        note: (verdict) => ((matrix.cases[one.id] ??= {})[system] = verdict),
      });
    }

const places = new Places(width);
let done = 0;
await Promise.all(
  errands.map(({ id, where, run, note }) =>
    places.take(async () => {
      const verdict = await run();
      note(verdict);
      console.error(`${++done}/${errands.length} ${id.padEnd(16)} ${where.padEnd(20)} ${verdict.end.padEnd(16)} ${Object.keys(verdict.wrong).join(' ')}`);
      writeFileSync(JSON_FILE, `${JSON.stringify(matrix, null, 1)}\n`);
    }),
  ),
);
corpus.end();
writeFileSync(JSON_FILE, `${JSON.stringify(matrix, null, 1)}\n`);
writeFileSync(PAGE, renderMatrix(matrix, CASES));
console.log(`${Object.keys(matrix.cases).length} cases: docs/hostile-matrix.md`);
