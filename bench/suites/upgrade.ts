/** Live upgrade: 20 upgrades of a program while four callers call it without pause, two of them with values that move. What is measured is how long a call took that met an upgrade, and how long the upgrade took. */
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { boot, type KernelHandle, type RpcResult } from 'deciduous';
import { Cell, Counter } from '../extensions/generated/calls.js';
import { figure, type Figure, type SuiteOptions, type SuiteResult } from '../measure.js';
import { leaf } from '../places.js';

const UPGRADES = 20;

/** What the callers saw; `longest` is of the calls since it was read last. */
interface Seen {
  calls: number;
  failed: number;
  wrong: number;
  longest: number;
}

/** Calls one after the other until it is told to stop. */
async function callThroughout(seen: Seen, isRunning: () => boolean, call: (value: number) => Promise<RpcResult<number>>): Promise<void> {
  for (let value = 0; isRunning(); value++) {
    const start = process.hrtime.bigint();
    const answer = await call(value);
    seen.longest = Math.max(seen.longest, Number(process.hrtime.bigint() - start) / 1e6);
    seen.calls++;
    if (!answer.ok) seen.failed++;
    else if (answer.value !== value + 1) seen.wrong++;
  }
}

async function bump(kernel: KernelHandle, counter: Counter, value: number): Promise<RpcResult<number>> {
  const answer = await counter.async.bump(kernel.heap.alloc(Cell, { value }));
  if (!answer.ok) return answer;
  using cell = answer.value;
  return { ok: true, value: cell.value };
}

async function upgrades(extension: string, count: number, progress: (done: number) => void): Promise<{ seen: Seen; pauses: number[]; took: number[] }> {
  await using kernel = await boot({ spares: 2 });
  const domain = await kernel.load(await leaf(extension));
  const counter = domain.get(Counter);
  const seen: Seen = { calls: 0, failed: 0, wrong: 0, longest: 0 };
  let running = true;
  const next = (value: number): Promise<RpcResult<number>> => counter.async.next(value);
  const moved = (value: number): Promise<RpcResult<number>> => bump(kernel, counter, value);
  const callers = [next, next, moved, moved].map((call) => callThroughout(seen, () => running, call));
  const pauses: number[] = [];
  const took: number[] = [];
  for (let done = 0; done < count; done++) {
    while ((await kernel.stats()).spares < 2) await sleep(5);
    await sleep(50);
    seen.longest = 0;
    const start = process.hrtime.bigint();
    await domain.upgrade(await leaf(extension));
    took.push(Number(process.hrtime.bigint() - start) / 1e6);
    await sleep(5);
    pauses.push(seen.longest);
    progress(done + 1);
  }
  running = false;
  await Promise.all(callers);
  const findings = await kernel.audit();
  if (findings.length > 0) throw new Error(`the audit found ${JSON.stringify(findings)}`);
  return { seen, pauses, took };
}

export async function run({ progress, quick }: SuiteOptions): Promise<SuiteResult> {
  const count = quick ? 2 : UPGRADES;
  const results: { [name: string]: Figure } = {};
  const ratios = { failed_calls: 0, wrong_answers: 0, longest_pause_ms: 0, longest_pause_keeping_ms: 0 };
  for (const [index, [name, extension]] of [['', 'counter'] as const, ['_keeping', 'keeper'] as const].entries()) {
    const { seen, pauses, took } = await upgrades(extension, count, (done) => progress(index * count + done, 2 * count));
    results[`call_that_met_an_upgrade${name}`] = figure(pauses, 'ms');
    results[`upgrade${name}`] = figure(took, 'ms');
    ratios[`longest_pause${name}_ms`] = Math.max(...pauses);
    ratios.failed_calls += seen.failed;
    ratios.wrong_answers += seen.wrong;
  }
  const none = (counted: number): { aim: string; met: boolean } => ({ aim: '0', met: counted === 0 });
  const aims = { failed_calls: none(ratios.failed_calls), wrong_answers: none(ratios.wrong_answers) };
  return { suite: 'upgrade', node: process.versions.node, cores: availableParallelism(), results, ratios, aims, leftOut: {} };
}
