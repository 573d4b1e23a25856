/**
 * `npm run -s hostile -- matrix`: the same cases and the same oracles against a domain of ours, a plain worker with limits, `node:vm`, vm2, isolated-vm and quickjs-emscripten, one process at a time. Writes
 * docs/hostile-matrix.json, which it also reads to go on where a run was interrupted, and docs/hostile-matrix.md from it.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import type { HostileCase } from '../../test/hostile/corpus/case.js';
import { CASES } from '../../test/hostile/corpus/catalogue.js';
import { observe } from '../../test/hostile/corpus/child.js';
import { judge, type Verdict } from '../../test/hostile/corpus/oracles.js';
import { renderMatrix } from './page.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const JSON_FILE = path.join(root, 'docs/hostile-matrix.json');
const PAGE = path.join(root, 'docs/hostile-matrix.md');
const LIMIT_MS = 8_000;
/** A domain's child also starts a kernel, builds two extensions and waits for what comes back. */
const OWN_LIMIT_MS = 40_000;

export const SYSTEMS = ['deciduous', 'worker', 'vm', 'vm2', 'isolated-vm', 'quickjs-emscripten'] as const;
export type System = (typeof SYSTEMS)[number];

export interface Matrix {
  readonly node: string;
  readonly versions: { readonly [system: string]: string };
  readonly cases: { [id: string]: { [system in System]?: Verdict } };
}

function versionOf(system: System): string {
  if (system === 'worker' || system === 'vm') return `Node ${process.versions.node}`;
  const manifest = system === 'deciduous' ? 'package.json' : `bench/node_modules/${system}/package.json`;
  return (JSON.parse(readFileSync(path.join(root, manifest), 'utf8')) as { version: string }).version;
}

async function attempt(asked: HostileCase, system: System): Promise<Verdict> {
  const isOurs = system === 'deciduous';
  const program = path.join(root, isOurs ? 'test/hostile/corpus/support/domain-child.mjs' : 'bench/hostile/peer-child.mjs');
  return judge(asked, await observe(asked, { program, args: isOurs ? [] : [system], limitMs: isOurs ? OWN_LIMIT_MS : LIMIT_MS }), isOurs);
}

const { values } = parseArgs({ options: { only: { type: 'string' }, systems: { type: 'string' }, fresh: { type: 'boolean' }, page: { type: 'boolean' } } });
const asked = values.only?.split(',');
const systems = SYSTEMS.filter((system) => values.systems === undefined || values.systems.split(',').includes(system));
const known: Matrix | null = existsSync(JSON_FILE) && values.fresh !== true ? (JSON.parse(readFileSync(JSON_FILE, 'utf8')) as Matrix) : null;
const matrix: Matrix = {
  node: process.versions.node,
  versions: Object.fromEntries(SYSTEMS.map((system) => [system, versionOf(system)])),
  cases: known !== null && known.node === process.versions.node ? known.cases : {},
};
for (const id of Object.keys(matrix.cases)) if (!CASES.some((one) => one.id === id)) delete matrix.cases[id];

for (const one of values.page === true ? [] : CASES) {
  if (asked !== undefined && !asked.includes(one.id)) continue;
  const row = (matrix.cases[one.id] ??= {});
  for (const system of systems) {
    if (row[system] !== undefined && asked === undefined) continue;
    if (one.oursAlone === true && system !== 'deciduous') continue;
    row[system] = await attempt(one, system);
    console.error(`${one.id.padEnd(16)} ${system.padEnd(20)} ${row[system].end.padEnd(16)} ${Object.keys(row[system].wrong).join(' ')}`);
  }
  writeFileSync(JSON_FILE, `${JSON.stringify(matrix, null, 1)}\n`);
}
writeFileSync(PAGE, renderMatrix(matrix, CASES));
console.log(`${Object.keys(matrix.cases).length} cases: docs/hostile-matrix.md`);
