/**
 * Sixteen domains that know each other at random and call along random routes, with what moves and what is lent, while they are killed, panic and start again. Two domains that have no part
 * in it answer the host all the while. Whatever dies, each call ends exactly once, with the right value or an error of the system; nobody waits for ever; and between the storms
 * the audit is empty.
 *
 * GRAPH_SEED replays the choices of a run, though not its timing. DEEP=1: see test/model/depth.ts.
 */
import { boot, type DomainHandle, type RpcResult } from 'deciduous';
import { packExtension } from 'deciduous/pack';
import { describe, expect, it } from 'vitest';
import { Hub, Parcel } from '../fixtures/extensions/generated/graphs.js';
import { hashOf } from '../fixtures/extensions/graphs/hub.js';
import { random } from '../fixtures/stress/parcel.js';
import { DEEP_MINUTES, seedFrom } from '../model/depth.js';
import { extension } from '../semantics/lab.js';
import { answerOf } from './storm.js';

const SEED = seedFrom('GRAPH_SEED', 16);
const SECONDS = DEEP_MINUTES > 0 ? DEEP_MINUTES * 60 : 60;
const STORM_MS = 10_000;
const HUBS = 16;
const NEIGHBOURS = 4;
const CLIENTS = 6;
/** Nothing that is awaited here lasts longer unless somebody waits for ever: calls have a deadline of two seconds. */
const FOR_EVER_MS = 30_000;
const EXPECTED = ['DomainCrashed', 'DomainDead', 'Overloaded', 'Deadlock', 'ResourceExhausted', 'TimedOut', 'Cancelled'];

async function bounded<T>(promise: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} has not ended after ${FOR_EVER_MS / 1000} s`)), FOR_EVER_MS);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

describe('sixteen domains in a random graph', () => {
  it('settle every call once, whoever is killed, and leave nothing behind', { timeout: SECONDS * 1000 + 120_000 }, async () => {
    await using kernel = await boot({ sharedHeapBytes: 64 * 2 ** 20, spares: 3 });
    const draw = random(SEED);
    const below = (bound: number): number => Math.floor(draw() * bound);
    const leaf = await packExtension(extension('graphs/hub.ts'));
    const limits = { timeSliceMs: 10_000, privateHeapBytes: 256 * 2 ** 20 };
    const restart = { when: 'on-crash', intensity: 1e9, periodMs: 1000, rebind: true } as const;
    const domains: DomainHandle[] = [];
    for (let index = 0; index < HUBS; index++) domains.push(await kernel.load(leaf, { name: `hub ${index}`, limits, restart }));
    const bystanders = [await kernel.load(leaf, { name: 'bystander 0', limits }), await kernel.load(leaf, { name: 'bystander 1', limits })];
    const hubs = domains.map((domain) => domain.get(Hub));
    const known = hubs.map((_, from) =>
      Array.from({ length: NEIGHBOURS }, (_unused, place) => (from + 1 + ((place * 5 + below(HUBS - 1)) % (HUBS - 1))) % HUBS),
    );
    const outcomes = new Map<string, number>();
    const wrong: string[] = [];
    let [kills, calls, bystanderCalls] = [0, 0, 0];
    kernel.on('crash', ({ cause, message }) => {
      if (cause !== 'killed' && !message.includes('told to crash')) wrong.push(`${cause}: ${message}`);
    });

    const introduce = async (index: number): Promise<void> => {
      for (const [place, to] of known[index].entries()) await hubs[index].async.connect(place, hubs[to]);
    };
    const introductions = new Set<Promise<void>>();
    const greet = (index: number): void => {
      const done = introduce(index).finally(() => introductions.delete(done));
      introductions.add(done);
    };
    domains.forEach((_, index) => greet(index));
    kernel.on('restart', ({ domain }) => greet(domains.findIndex(({ name }) => name === domain)));
    await bounded(Promise.all(introductions), 'the introduction');

    const note = (outcome: RpcResult<unknown>): void => {
      const what = outcome.ok ? 'ok' : outcome.error.code;
      outcomes.set(what, (outcomes.get(what) ?? 0) + 1);
      if (!outcome.ok && !EXPECTED.includes(what)) wrong.push(`unexpected: ${outcome.error.message}`);
    };
    /** What a walk may answer: its end, or where an error of the system ended it. */
    const checkTold = (told: string, right: string): void => {
      if (told !== right && !/^(nowhere|DomainCrashed|DomainDead|Overloaded|Deadlock|ResourceExhausted|TimedOut) at \d+$/.test(told)) {
        wrong.push(`told ${told}, and right was ${right}`);
      }
    };
    const route = (): string => Array.from({ length: 1 + below(6) }, () => String.fromCharCode(96 + below(NEIGHBOURS))).join('');
    const options = { timeoutMs: 2000 };

    const oneCall = async (): Promise<void> => {
      const hub = hubs[below(HUBS)];
      const way = route();
      calls++;
      switch (below(8)) {
        case 0:
        case 1: {
          const answer = await hub.async.walk(way, 0, options);
          note(answer);
          if (answer.ok) checkTold(answer.value, `done ${hashOf(way)}`);
          return;
        }
        case 2:
        case 3: {
          const answer = await hub.async.walkAsync(way, 0, options);
          note(answer);
          if (answer.ok) checkTold(answer.value, `done ${hashOf(way)}`);
          return;
        }
        case 4:
        case 5: {
          const parcel = kernel.heap.alloc(Parcel, { text: way, weight: 0 });
          const answer = await hub.async.carry(way, 0, parcel, options);
          note(answer);
          if (!answer.ok) {
            // One that never started has given its argument back.
            if (!answer.error.started) parcel.drop();
          } else if (!answer.value.ok) checkTold(answer.value.error, '');
          else {
            if (answer.value.value.weight !== way.length + 1 || answer.value.value.text !== way) wrong.push('a parcel came back changed');
            answer.value.value.drop();
          }
          return;
        }
        case 6: {
          const parcel = kernel.heap.alloc(Parcel, { text: way, weight: 0 });
          const answer = await hub.async.weigh(way, 0, parcel, options);
          note(answer);
          if (answer.ok) checkTold(answer.value, `done ${hashOf(way)} ${way.length}`);
          if (parcel.text !== way) wrong.push('a parcel that was lent has changed');
          parcel.drop();
          return;
        }
        default: {
          // The host itself may be blocked, too.
          const answer = hub.twice(calls);
          note(answer);
          if (answer.ok && answer.value !== calls * 2) wrong.push(`twice ${calls} is ${answer.value}`);
        }
      }
    };

    let isOver = false;
    const client = async (): Promise<void> => {
      while (!isOver) await bounded(oneCall(), 'a call');
    };
    const bystander = async (domain: DomainHandle): Promise<void> => {
      const hub = domain.get(Hub);
      for (let x = 0; !isOver; x = (x + 1) & 0xffff) {
        const answer = await hub.async.twice(x);
        if (!answer.ok || answer.value !== 2 * x) wrong.push(`a bystander answered ${answer.ok ? answer.value : answer.error.message}`);
        bystanderCalls++;
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    };
    const killer = async (): Promise<void> => {
      while (!isOver) {
        await new Promise((resolve) => setTimeout(resolve, 30 + below(200)));
        const victim = below(HUBS);
        kills++;
        if (below(2) === 0) await domains[victim].kill();
        else note(await hubs[victim].async.crash(options));
      }
    };

    const began = performance.now();
    let storms = 0;
    while (performance.now() - began < SECONDS * 1000) {
      isOver = false;
      const timer = setTimeout(() => (isOver = true), Math.min(STORM_MS, SECONDS * 1000));
      await Promise.all([...Array.from({ length: CLIENTS }, client), ...bystanders.map(bystander), killer()]);
      clearTimeout(timer);
      for (const domain of domains) await bounded(domain.ready(), 'a restart');
      await bounded(Promise.all([...introductions]), 'an introduction');
      // What a call that was given up had under way ends within its deadline.
      await new Promise((resolve) => setTimeout(resolve, 300));
      for (const [index, hub] of hubs.entries())
        await bounded(
          answerOf(domains[index], () => hub.async.twice(1)),
          'a call after the storm',
        );
      expect(wrong).toEqual([]);
      await expect.poll(() => kernel.audit()).toEqual([]);
      await expect.poll(async () => (await kernel.stats()).heap.byOwner).toEqual({});
      storms++;
    }
    await Promise.all([...domains, ...bystanders].map((domain) => domain.unload()));
    expect(await kernel.audit()).toEqual([]);
    const stats = await kernel.stats();
    expect(stats.heap.blocks).toBe(0);
    expect(stats.domains).toEqual([]);
    console.log(
      `seed ${SEED}: ${calls} calls and ${bystanderCalls} of bystanders in ${storms} storms, ${kills} domains killed or told to crash; outcomes ${JSON.stringify(Object.fromEntries(outcomes))}`,
    );
    expect(calls).toBeGreaterThan(500);
    expect(kills).toBeGreaterThan(30);
    expect(bystanderCalls).toBeGreaterThan(100);
  });
});
