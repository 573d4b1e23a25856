/** The benchmark of calls runs, and measures what it promises. Its figures are for a calm machine to give: here each way runs once. */
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { largeFile, wrongFile } from '../../bench/idl/large-file.js';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const peers = path.join(repository, 'bench', 'node_modules');

/** The ratios, and the packages without which they are left out: `npm test` does not install those. */
const RATIOS: { readonly [name: string]: string | null } = {
  hot_vs_raw: null,
  hot_domain_to_domain_vs_raw: null,
  comlink_vs_hot: null,
  piscina_vs_hot: null,
  synckit_vs_hot: 'synckit',
  isolated_vm_vs_hot: 'isolated-vm',
  quickjs_vs_hot: 'quickjs-emscripten',
  cold_vs_futex: null,
  async_vs_postmessage: null,
  async_throughput_vs_postmessage: null,
  move_64MiB_vs_64B: null,
  rref_call_vs_plain: null,
  panic_to_error_ms: null,
  hang_to_error_vs_slice: null,
  kill_to_all_callers_settled_ms: null,
  idle_cpu_percent: null,
};

interface Report {
  readonly results: { readonly [name: string]: { readonly p50: number; readonly p99: number; readonly n: number } };
  readonly ratios: { readonly [name: string]: number };
  readonly aims: { readonly [name: string]: object };
  readonly leftOut: { readonly [name: string]: string };
}

// A copy, in which the package is found as an installed one is, whether or not the peers were installed beside it.
const folder = mkdtempSync(path.join(tmpdir(), 'deciduous-bench-'));
const bench = path.join(folder, 'bench');

/** Runs bench/main.ts as scripts/bench.mjs does; answers its exit code and what it printed. */
function run(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, ['launch.mjs', ...args], { cwd: folder });
  const said = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) child[stream].setEncoding('utf8').on('data', (text: string) => (said[stream] += text));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, ...said })));
}

beforeAll(() => {
  writeFileSync(path.join(folder, 'launch.mjs'), "import { register } from 'tsx/esm/api';\nregister();\nawait import('./bench/main.ts');\n");
  cpSync(path.join(repository, 'bench'), bench, { recursive: true, filter: (file) => path.basename(file) !== 'node_modules' });
  symlinkSync(path.join(repository, 'node_modules'), path.join(folder, 'node_modules'));
  symlinkSync(path.join(repository, 'samples'), path.join(folder, 'samples'));
  mkdirSync(path.join(bench, 'node_modules'));
  symlinkSync(repository, path.join(bench, 'node_modules', 'deciduous'));
  for (const name of existsSync(peers) ? readdirSync(peers) : []) {
    if (name !== 'deciduous' && !name.startsWith('.')) symlinkSync(path.join(peers, name), path.join(bench, 'node_modules', name));
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the suite `calls` gives every ratio, and leaves out only those whose peer is not there, with the reason', { timeout: 300_000 }, async () => {
  const { code, stdout, stderr } = await run('calls', '--quick', '--json');
  expect(code, stderr).toBe(0);
  const { results, ratios, aims, leftOut } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Report;
  expect([...Object.keys(ratios), ...Object.keys(leftOut)].sort()).toEqual(Object.keys(RATIOS).sort());
  for (const [name, why] of Object.entries(leftOut)) {
    expect(RATIOS[name], `${name} was left out: ${why}`).not.toBeNull();
    expect(why).toContain(RATIOS[name]);
  }
  expect(Object.keys(aims).sort()).toEqual(Object.keys(ratios).sort());
  expect(Object.entries(ratios).filter(([, ratio]) => !(Number.isFinite(ratio) && ratio >= 0))).toEqual([]);
  expect(Object.entries(results).filter(([, { p50, p99, n }]) => !(p50 >= 0 && p99 >= p50 && n >= 1))).toEqual([]);
});

test('the suite `recovery` measures beside each other what happens with crashes and without, and checks every page', { timeout: 300_000 }, async () => {
  const { code, stdout, stderr } = await run('recovery', '--quick', '--json', '--only', 'read_with_crashes_vs_without,crash_to_reply_with_spare_p50_ms');
  expect(code, stderr).toBe(0);
  const { results, ratios, aims } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Report;
  expect(Object.keys(ratios).sort()).toEqual(['crash_to_reply_with_spare_p50_ms', 'failed_calls', 'read_with_crashes_vs_without', 'wrong_pages']);
  expect(Object.keys(aims).sort()).toEqual(Object.keys(ratios).sort());
  expect([ratios['wrong_pages'], ratios['failed_calls']]).toEqual([0, 0]);
  expect(ratios['read_with_crashes_vs_without']).toBeGreaterThan(0);
  expect(Object.entries(results).filter(([, { p50, p99, n }]) => !(p50 > 0 && p99 >= p50 && n >= 1))).toEqual([]);
});

test('the files that the suite `idl` measures on have 2,000 lines, and not many more', () => {
  for (const text of [largeFile(2000), wrongFile(2000)]) {
    const lines = text.split('\n').length - 1;
    expect(lines).toBeGreaterThanOrEqual(2000);
    expect(lines).toBeLessThan(2020);
  }
});

test('the suite `idl` measures the language server on a large file, good and wrong, and compares with its aims', { timeout: 300_000 }, async () => {
  const { code, stdout, stderr } = await run('idl', '--quick', '--json');
  expect(code, stderr).toBe(0);
  const { results, ratios, aims } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Report;
  expect(Object.keys(results)).toEqual(['diagnostics_ms', 'diagnostics_with_errors_ms', 'completion_ms', 'hover_ms']);
  expect(Object.keys(aims)).toEqual(Object.keys(ratios));
  expect(Object.values(results).filter(({ p50, p99, n }) => !(p50 > 0 && p99 >= p50 && n >= 1))).toEqual([]);
});

test('a part of a suite runs alone, and a part that does not exist is refused with a list of those that do', { timeout: 300_000 }, async () => {
  const part = await run('calls', '--quick', '--json', '--only', 'hang_to_error_vs_slice,async_vs_postmessage');
  expect(part.code, part.stderr).toBe(0);
  const { results, ratios } = JSON.parse(part.stdout.trim().split('\n').at(-1) ?? '') as Report;
  expect(Object.keys(results).sort()).toEqual(['async', 'hang_to_error', 'postmessage']);
  expect(Object.keys(ratios).sort()).toEqual(['async_vs_postmessage', 'hang_to_error_vs_slice']);
  const wrong = await run('calls', '--only', 'hot_vs_cold');
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toContain("there is no 'hot_vs_cold' to measure; there are hot_vs_raw, ");
});

test('the curve of the suite `scale` is a picture that stands alone, and names the machine by cores and Node alone', { timeout: 300_000 }, async () => {
  const { drawCurve } = (await import(path.join(bench, 'scale', 'curve.ts'))) as { drawCurve(points: object[], machine: string): string };
  const point = (pairs: number, callsPerSecond: number): object => ({ pairs, callsPerSecond, eachMedian: callsPerSecond / pairs });
  const svg = drawCurve([point(1, 1_000_000), point(2, 900_000), point(64, 640_000)], '2 cores, Node 1.2.3');
  expect(svg).toContain('2 cores, Node 1.2.3');
  expect(svg.match(/<circle /g)).toHaveLength(6);
  expect(svg).toContain('64 pairs, each pair (median): 10,000 calls per second');
  expect(svg).not.toMatch(/NaN|undefined|href|<script|url\(/);
});

test('what the benchmarks call is what their interface definitions say', { timeout: 300_000 }, async () => {
  for (const [definition, out] of [
    ['bench/extensions/calls.idl', 'bench/extensions/generated'],
    ['idl/bench.idl', 'bench/extensions/generated'],
  ]) {
    const child = spawn(process.execPath, ['dist/cli/main.js', 'idl', 'generate', definition, '--out', out, '--check'], { cwd: repository });
    expect(await new Promise((resolve) => child.once('close', resolve)), definition).toBe(0);
  }
});
