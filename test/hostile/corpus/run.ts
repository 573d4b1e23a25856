/** All cases, or some of them, as many at once as there are cores. */
import { availableParallelism } from 'node:os';
import { Corpus } from './attempt.js';
import { CASES } from './catalogue.js';
import { FAILING } from './failing.js';
import { Places } from './places.js';

export interface Row {
  readonly id: string;
  readonly title: string;
  readonly end: string;
  readonly wrong: { readonly [oracle: string]: string };
  /** `held`; `known`, where it fails just as failing.ts says; `failed`, also where it holds though it is listed as failing. */
  readonly verdict: 'held' | 'known' | 'failed';
}

export interface RunOptions {
  /** Cases by their ids; all of them unless said. */
  readonly only?: readonly string[] | undefined;
  /** The Node that runs the children; this one unless said. */
  readonly node?: string | undefined;
  readonly onRow?: (row: Row, done: number, of: number) => void;
}

/** Those of the ids that no case has. */
export const findUnknown = (ids: readonly string[]): string[] => ids.filter((id) => !CASES.some((one) => one.id === id));

export async function runCorpus({ only, node, onRow }: RunOptions = {}): Promise<Row[]> {
  const chosen = CASES.filter(({ id }) => only === undefined || only.includes(id));
  const corpus = await Corpus.prepare();
  const places = new Places(availableParallelism());
  let done = 0;
  try {
    return await Promise.all(
      chosen.map((one) =>
        places.take(async (): Promise<Row> => {
          const { end, wrong } = (await corpus.attempt(one, node)).verdict;
          const oracles = Object.keys(wrong);
          const expected = FAILING[one.id]?.oracles ?? [];
          const verdict = oracles.join() !== expected.join() ? 'failed' : oracles.length === 0 ? 'held' : 'known';
          const row: Row = { id: one.id, title: one.title, end, wrong, verdict };
          onRow?.(row, ++done, chosen.length);
          return row;
        }),
      ),
    );
  } finally {
    corpus.end();
  }
}
