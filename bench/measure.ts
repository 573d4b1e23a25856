/** Sampling: rounds of each way in turn, so that a machine whose speed drifts treats all alike. A sample is the mean of one batch. */

export interface Way {
  readonly name: string;
  /** Runs so many operations, one after the other; answers how long each took, in nanoseconds. */
  batch(operations: number): Promise<number> | number;
  /** Operations of one sample: 1 where an operation takes long against the clock's own cost. */
  readonly batchSize: number;
  readonly samples: number;
}

export interface Figure {
  readonly p50: number;
  readonly p99: number;
  readonly unit: string;
  /** Operations that were measured. */
  readonly n: number;
}

export type Progress = (done: number, of: number) => void;

/** How much of a suite runs. */
export interface SuiteOptions {
  readonly progress: Progress;
  /** Ratios, by name; all where nothing is said. */
  readonly only: readonly string[] | null;
  /** Few samples: shows that everything runs. Its figures mean nothing. */
  readonly quick: boolean;
  /** Live domains (scale). */
  readonly domains: number;
  /** Where the curve goes (scale). */
  readonly svg: string | null;
}

/** So many pairs of domains that called each other at the same time. */
export interface Point {
  readonly pairs: number;
  /** Of all pairs together. */
  readonly callsPerSecond: number;
  /** Of the pair in the middle, of the slowest and of the quickest. */
  readonly eachMedian: number;
  readonly eachLeast: number;
  readonly eachMost: number;
}

export interface SuiteResult {
  readonly suite: string;
  readonly node: string;
  readonly cores: number;
  readonly results: { readonly [name: string]: Figure };
  /** Quotients; and figures with their unit in the name, where the aim is no quotient. */
  readonly ratios: { readonly [name: string]: number };
  /** Calls per second against pairs of domains (scale). */
  readonly curve?: readonly Point[];
  /** What could not be measured here, and why. */
  readonly leftOut: { readonly [name: string]: string };
  /** What the aims are, for the table that people read. */
  readonly aims: { readonly [ratio: string]: { readonly aim: string; readonly met: boolean } };
}

export function timed(operation: () => void): (operations: number) => number {
  return (operations) => {
    const start = process.hrtime.bigint();
    for (let done = 0; done < operations; done++) operation();
    return Number(process.hrtime.bigint() - start) / operations;
  };
}

export function timedAsync(operation: () => Promise<unknown>): (operations: number) => Promise<number> {
  return async (operations) => {
    const start = process.hrtime.bigint();
    for (let done = 0; done < operations; done++) await operation();
    return Number(process.hrtime.bigint() - start) / operations;
  };
}

export function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
}

/** The figure for these samples, each the mean of so many operations. */
export function figure(samples: readonly number[], unit: string, operations = 1): Figure {
  const sorted = [...samples].sort((a, b) => a - b);
  return { p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99), unit, n: sorted.length * operations };
}

const ROUNDS = 10;
/** Of one way in one round. On a machine that is busy, a way that wants two threads awake can take a hundred times as long: it has fewer samples then, and `n` tells. */
const LONGEST_ROUND_MS = 600;

/** Measures all ways, a tenth of the samples of each in turn, after a warm-up. `quick`: one sample of each, and no warm-up. */
export async function measure(ways: readonly Way[], progress: Progress, quick = false): Promise<{ [name: string]: Figure }> {
  const samples = new Map<string, number[]>(ways.map((way) => [way.name, []]));
  const warmUps = quick ? 0 : 1;
  const rounds = quick ? 1 : ROUNDS + warmUps;
  for (let round = 0; round < rounds; round++) {
    for (const [index, way] of ways.entries()) {
      const batchSize = operationsOf(way, quick);
      const wanted = quick ? 1 : Math.max(1, way.samples / ROUNDS);
      const until = performance.now() + LONGEST_ROUND_MS;
      for (let sample = 0; sample < wanted && (sample === 0 || performance.now() < until); sample++) {
        const ns = await way.batch(batchSize);
        if (round >= warmUps) samples.get(way.name)?.push(ns / 1000);
      }
      progress(round * ways.length + index + 1, rounds * ways.length);
    }
  }
  return Object.fromEntries(ways.map((way) => [way.name, figure(samples.get(way.name) ?? [], 'µs', operationsOf(way, quick))]));
}

function operationsOf({ batchSize }: Way, quick: boolean): number {
  return quick ? Math.ceil(batchSize / 10) : batchSize;
}
