/** Pairs of domains that call each other at the same time: in each, one domain calls the other in a loop, within one call of the host, until it is told to stop. */
import { setTimeout as sleep } from 'node:timers/promises';
import { boot, type KernelHandle, unwrap } from 'deciduous';
import { Peer, Relay } from '../extensions/generated/calls.js';
import { type Point, type Progress, quantile } from '../measure.js';
import { leaf } from '../places.js';

interface Pair {
  readonly peer: Peer;
  readonly relay: Relay;
}

/** For each count in turn, fresh pairs; what ran before has ended by then. */
export async function pairs(counts: readonly number[], forMs: number, progress: Progress): Promise<Point[]> {
  const points: Point[] = [];
  const total = counts.reduce((sum, count) => sum + count, 0);
  let before = 0;
  for (const count of counts) {
    await using kernel = await boot({ spares: 0 });
    const all: Pair[] = [];
    while (all.length < count) {
      all.push(await newPair(kernel, all.length));
      progress(before + all.length, total);
    }
    // A thousand calls each, so that nobody starts with code that has never run.
    await Promise.all(all.map(async ({ relay }) => unwrap(await relay.async.repeat(1000))));
    points.push(await together(all, forMs));
    before += count;
  }
  return points;
}

async function newPair(kernel: KernelHandle, number: number): Promise<Pair> {
  const limits = { timeSliceMs: 600_000 };
  const peer = (await kernel.load(await leaf('peer'), { name: `peer ${number}`, limits })).get(Peer);
  const relay = (await kernel.load(await leaf('relay'), { name: `relay ${number}`, limits, grant: { peer } })).get(Relay);
  return { peer, relay };
}

async function together(all: readonly Pair[], forMs: number): Promise<Point> {
  const rates = all.map(async ({ relay }) => {
    const start = process.hrtime.bigint();
    const calls = unwrap(await relay.async.untilStopped());
    return calls / (Number(process.hrtime.bigint() - start) / 1e9);
  });
  await sleep(forMs);
  await Promise.all(all.map(async ({ peer }) => unwrap(await peer.async.stop())));
  const each = (await Promise.all(rates)).sort((a, b) => a - b);
  return {
    pairs: all.length,
    callsPerSecond: each.reduce((sum, rate) => sum + rate, 0),
    eachMedian: quantile(each, 0.5),
    eachLeast: each[0],
    eachMost: each[each.length - 1],
  };
}
