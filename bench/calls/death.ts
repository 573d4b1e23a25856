/** How long a caller waits for the end of something that will not end well: a panic, a hang, a kill with a hundred callers waiting. Each in a fresh domain. */
import { setTimeout as sleep } from 'node:timers/promises';
import { boot, type KernelHandle, type RpcResult, unwrap } from 'deciduous';
import { Doomed, Stopwatch } from '../extensions/generated/calls.js';
import { figure, type Figure } from '../measure.js';
import { leaf } from '../places.js';
import type { Group } from './group.js';
import { SLICE_MS } from './ratios.js';

/** Domains loaded at once: what starts the next spares must not run beside what is measured. */
const BATCH = 8;
const WAITING = 100;
/** Of each way to die. On a busy machine there are fewer deaths then, and `n` tells. */
const LONGEST_MS = 30_000;

export const death: Group = {
  gives: ['panic_to_error', 'hang_to_error', 'kill_to_all_callers_settled'],
  seconds: 60,
  async run({ wanted, quick, progress }) {
    const rounds = { panic_to_error: quick ? 2 : 200, hang_to_error: quick ? 1 : 24, kill_to_all_callers_settled: quick ? 1 : 104 };
    const ways = Object.entries(rounds).filter(([name]) => wanted.has(name));
    const total = ways.reduce((sum, [, count]) => sum + count, 0);
    await using kernel = await boot({ spares: quick ? 1 : BATCH });
    let markedAt = 0n;
    const stopwatch = kernel.provide(Stopwatch, {
      mark() {
        markedAt = process.hrtime.bigint();
      },
    });
    const measured: { [name: string]: (doomed: Doomed, kill: () => Promise<void>) => Promise<number> } = {
      // The domain calls back just before it throws: the host's own clock tells when that was.
      panic_to_error: (doomed) => {
        markedAt = 0n;
        isError(doomed.panic(), 'DomainCrashed');
        if (markedAt === 0n) throw new Error('the domain died before it had called back');
        return Promise.resolve(msSince(markedAt));
      },
      hang_to_error: (doomed) => {
        const start = process.hrtime.bigint();
        isError(doomed.hang(), 'TimedOut');
        return Promise.resolve(msSince(start));
      },
      kill_to_all_callers_settled: async (doomed, kill) => {
        const calls = Array.from({ length: WAITING }, () => doomed.async.hold(60_000));
        while ((await kernel.stats()).domains.find(({ name, state }) => name === 'doomed' && state === 'live')?.calls !== WAITING) await sleep(5);
        const start = process.hrtime.bigint();
        const killed = kill();
        const results = await Promise.all(calls);
        const ms = msSince(start);
        for (const result of results) isError(result, 'DomainCrashed');
        await killed;
        return ms;
      },
    };
    const results: { [name: string]: Figure } = {};
    let done = 0;
    for (const [name, count] of ways) {
      const samples: number[] = [];
      const until = performance.now() + LONGEST_MS;
      while (samples.length < count && performance.now() < until) {
        const batch = name === 'kill_to_all_callers_settled' ? 1 : Math.min(BATCH, count - samples.length);
        for (const [doomed, kill] of await fresh(kernel, stopwatch, batch)) {
          samples.push(await measured[name](doomed, kill));
          // A thread that is still dying would take its core from the next.
          await kill();
          progress(done + samples.length, total);
        }
      }
      done += count;
      results[name] = figure(samples, 'ms');
    }
    return { results, leftOut: {} };
  },
};

/** So many domains, when the spares for the next are ready. */
async function fresh(kernel: KernelHandle, stopwatch: Stopwatch, count: number): Promise<[Doomed, () => Promise<void>][]> {
  const { spares } = await kernel.stats();
  const domains = [];
  for (let loaded = 0; loaded < count; loaded++) {
    domains.push(await kernel.load(await leaf('doomed'), { name: 'doomed', grant: { stopwatch }, limits: { timeSliceMs: SLICE_MS } }));
  }
  while ((await kernel.stats()).spares < spares) await sleep(5);
  return domains.map((domain) => [domain.get(Doomed), () => domain.kill()]);
}

function isError(result: RpcResult<unknown>, code: string): void {
  if (result.ok) throw new Error(`the call should have failed, and answered ${String(unwrap(result))}`);
  if (result.error.code !== code) throw new Error(`the call should have failed with ${code}, and failed with ${result.error.code}`);
}

function msSince(start: bigint): number {
  return Number(process.hrtime.bigint() - start) / 1e6;
}
