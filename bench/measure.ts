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

export interface SuiteResult {
  readonly suite: string;
  readonly node: string;
  readonly cores: number;
  readonly results: { readonly [name: string]: Figure };
  readonly ratios: { readonly [name: string]: number };
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

const ROUNDS = 10;

/** Measures all ways, a tenth of the samples of each in turn, after a warm-up. */
export async function measure(ways: readonly Way[], progress: (done: number, of: number) => void): Promise<{ [name: string]: Figure }> {
  const samples = new Map<string, number[]>(ways.map((way) => [way.name, []]));
  for (let round = -1; round < ROUNDS; round++) {
    for (const [index, way] of ways.entries()) {
      for (let sample = 0; sample < Math.max(1, way.samples / ROUNDS); sample++) {
        const ns = await way.batch(way.batchSize);
        if (round >= 0) samples.get(way.name)?.push(ns);
      }
      progress((round + 1) * ways.length + index + 1, (ROUNDS + 1) * ways.length);
    }
  }
  return Object.fromEntries(
    ways.map((way) => {
      const sorted = (samples.get(way.name) ?? []).sort((a, b) => a - b);
      return [way.name, { p50: quantile(sorted, 0.5) / 1000, p99: quantile(sorted, 0.99) / 1000, unit: 'µs', n: sorted.length * way.batchSize }];
    }),
  );
}
