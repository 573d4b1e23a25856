/** The reduction leaves nothing out: what it explores and what every order without reduction leads to is the same. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { actorsOf } from './campaign.js';
import { Exploration } from './exploration.js';
import { type Spec, Stage } from './stage.js';
import { Kind, PLAIN, Policy, TRACE_STRIDE } from './support/board.mjs';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
}, 120_000);
afterAll(() => stage.close());

interface Step {
  readonly actor: number;
  readonly word: number;
  readonly kind: number;
}

function stepsOf(count: number): Step[] {
  return Array.from({ length: count }, (_, at) => {
    const [head, word] = stage.trace.subarray(at * TRACE_STRIDE, at * TRACE_STRIDE + 2);
    return { actor: head & 15, word, kind: (head >> 4) & ~PLAIN };
  });
}

/** Which dependent steps came in which order: two executions with the same key are equivalent. */
function keyOf(steps: readonly Step[]): string {
  const counts = new Map<number, number>();
  const byWord = new Map<number, { writes: string[]; reads: string[] }>();
  const key: string[] = [];
  for (const { actor, word, kind } of steps) {
    const number = counts.get(actor) ?? 0;
    counts.set(actor, number + 1);
    const name = `${actor}.${number}`;
    let touched = byWord.get(word);
    if (!touched) byWord.set(word, (touched = { writes: [], reads: [] }));
    if (kind === Kind.Read) {
      key.push(`${touched.writes.at(-1) ?? '-'}<${name}`);
      touched.reads.push(name);
    } else {
      key.push(`${touched.writes.at(-1) ?? '-'}<${[...touched.reads].sort().join()}<${name}`);
      touched.writes.push(name);
      touched.reads = [];
    }
  }
  return key.sort().join(' ');
}

/** Every order there is, one after the other: a switch before each step on a word that both actors touch, and before no other, since those commute with everything. */
function everyOrder(spec: Spec, most: number): { keys: Set<string>; hashes: Set<number>; executions: number; complete: boolean } {
  const keys = new Set<string>();
  const hashes = new Set<number>();
  const pending: number[][] = [[]];
  const [one, other] = actorsOf(spec);
  const shared = sharedWords(spec);
  let executions = 0;
  for (let prefix = pending.pop(); prefix !== undefined && executions < most; prefix = pending.pop()) {
    const outcome = stage.play(spec, { plan: planOf(prefix) });
    executions++;
    expect(outcome.findings).toEqual([]);
    const steps = stepsOf(outcome.steps);
    keys.add(keyOf(steps));
    hashes.add(outcome.hash);
    for (let at = prefix.length; at < steps.length; at++) {
      const next = steps[at].actor === one ? other : one;
      const rest = steps.slice(at).find(({ actor }) => actor === next);
      if (rest === undefined || !shared.has(steps[at].word)) continue;
      // The other one goes on up to and with its next step on a shared word.
      const turn = steps.slice(at).filter(({ actor }) => actor === next);
      const upTo = turn.findIndex(({ word }) => shared.has(word)) + 1;
      if (upTo > 0) pending.push([...steps.slice(0, at).map(({ actor }) => actor), ...turn.slice(0, upTo).map(({ actor }) => actor)]);
    }
  }
  return { keys, hashes, executions, complete: pending.length === 0 };
}

function planOf(actors: readonly number[]): number[] {
  return actors.flatMap((actor, at) => (at + 1 === actors.length || actors[at + 1] !== actor ? [actor, at + 1] : []));
}

function sharedWords(spec: Spec): Set<number> {
  const touchedBy = new Map<number, Set<number>>();
  const look = (): void => {
    for (const { word, actor } of stepsOf(stage.play(spec, { plan: [] }).steps)) touchedBy.set(word, (touchedBy.get(word) ?? new Set()).add(actor));
  };
  look();
  explored(spec, (steps) => {
    for (const { word, actor } of steps) touchedBy.set(word, (touchedBy.get(word) ?? new Set()).add(actor));
  });
  return new Set([...touchedBy].filter(([, actors]) => actors.size > 1).map(([word]) => word));
}

function explored(spec: Spec, look: (steps: Step[], hash: number) => void): ReturnType<Exploration['run']> {
  const exploration = new Exploration({ trace: stage.trace, play: (order) => stage.play(spec, order) }, actorsOf(spec));
  return exploration.run({ executions: 10_000, until: Number.POSITIVE_INFINITY }, (outcome) => look(stepsOf(outcome.steps), outcome.hash));
}

/** What the reduction explores of a pair: the classes of its executions, each once. */
function classesOf(spec: Spec): { keys: Set<string>; hashes: Set<number>; executions: number } {
  const keys: string[] = [];
  const hashes = new Set<number>();
  const result = explored(spec, (steps, hash) => {
    keys.push(keyOf(steps));
    hashes.add(hash);
  });
  expect(result.complete).toBe(true);
  expect(new Set(keys).size, 'no class is explored twice').toBe(keys.length);
  return { keys: new Set(keys), hashes, executions: result.executions };
}

test.each([
  { first: 'sweep', second: 'free-remote' },
  { first: 'free-abandoned', second: 'attach' },
])('$first + $second: every order there is leads to a class of executions that the reduction has explored', { timeout: 120_000 }, (spec) => {
  const reduced = classesOf(spec);
  const all = everyOrder(spec, 20_000);
  console.log(`${spec.first} + ${spec.second}: ${reduced.executions} executions with reduction, ${all.executions} without, ${all.hashes.size} states`);
  expect(all.complete).toBe(true);
  expect(all.keys).toEqual(reduced.keys);
  expect(all.hashes).toEqual(reduced.hashes);
});

test.each([
  { first: 'alloc-first-page', second: 'alloc-first-page' },
  { first: 'alloc-adopt', second: 'free-abandoned' },
  { first: 'serve', second: 'give-up' },
])('$first + $second: no random schedule leads to a class of executions that the reduction has left out', { timeout: 120_000 }, (spec) => {
  const reduced = classesOf(spec);
  const met = new Set<string>();
  for (let seed = 1; seed <= 800; seed++) {
    const outcome = stage.play(spec, { plan: [], policy: Policy.RandomWalk, seed });
    const key = keyOf(stepsOf(outcome.steps));
    met.add(key);
    expect(reduced.keys.has(key), `the schedule of seed ${seed}`).toBe(true);
    expect(reduced.hashes.has(outcome.hash)).toBe(true);
  }
  console.log(`${spec.first} + ${spec.second}: ${reduced.executions} classes, of which 800 random schedules met ${met.size}`);
});
