/** Media, killed anywhere: whatever step of a `put`, a `take`, a change or a handover is the last, the next life finds the old value or the new one, and nothing is left over. */
import { describe, expect, it, vi } from 'vitest';
import { Miniature } from './miniature.js';
import { actAs } from './stepping.js';

vi.mock('../../dist/abi/atomics.js', async (original) => (await import('./stepping.js')).stepping((await original()) as never));

interface Scenario {
  readonly name: string;
  /** What the next life may find: the texts of the tree, what is under way, and how many changes have been committed. */
  readonly found: readonly string[];
  prepare(world: Miniature, medium: any): () => void;
}

const SCENARIOS: readonly Scenario[] = [
  {
    name: 'put into an empty medium',
    found: ['nothing 0 0', 'first+child 0 0'],
    prepare: ({ victim }, medium) => {
      const made = victim.note('first', victim.note('child'));
      return () => medium.put(made);
    },
  },
  {
    name: 'put in the place of another value',
    found: ['old+its child 0 0', 'new 0 0'],
    prepare: ({ victim }, medium) => {
      medium.put(victim.note('old', victim.note('its child')));
      const made = victim.note('new');
      return () => medium.put(made);
    },
  },
  {
    name: 'take',
    found: ['old 0 0', 'nothing 0 0'],
    prepare: ({ victim }, medium) => {
      medium.put(victim.note('old'));
      return () => void medium.take();
    },
  },
  {
    name: 'a change in place',
    found: ['old 0 0', 'old 7 0', 'a 7 0', 'a 0 1'],
    prepare: ({ victim }, medium) => {
      medium.put(victim.note('old'));
      const made = victim.note('a');
      return () => medium.change(7, () => void medium.put(made));
    },
  },
  {
    name: 'attach of a child',
    found: ['old 0 0', 'old+child+grandchild 0 0'],
    prepare: ({ victim }, medium) => {
      medium.put(victim.note('old'));
      const child = victim.note('child', victim.note('grandchild'));
      return () => void (medium.value.next = child);
    },
  },
  {
    name: 'detach of a child',
    found: ['old+child+grandchild 0 0', 'old 0 0'],
    prepare: ({ victim }, medium) => {
      medium.put(victim.note('old', victim.note('child', victim.note('grandchild'))));
      return () => void medium.value.take('next');
    },
  },
  {
    name: 'replace of a child',
    // Between the two it may be without a child, for the field is optional.
    found: ['old+child 0 0', 'old 0 0', 'old+another 0 0'],
    prepare: ({ victim }, medium) => {
      medium.put(victim.note('old', victim.note('child')));
      const another = victim.note('another');
      return () => void medium.value.replace('next', another);
    },
  },
];

function read(medium: any): string {
  const texts: string[] = [];
  for (let at = medium.value; at !== null; at = at.next) texts.push(at.text);
  return `${texts.join('+') || 'nothing'} ${medium.intent} ${medium.generation}`;
}

/** Runs one scenario to the step before which it is stopped; the kernel buries the life, and another takes over. */
function trial(scenario: Scenario, at: number): { steps: number; found: string; lost: unknown } {
  const world = new Miniature();
  const medium = world.medium(world.victim);
  const { steps } = actAs(scenario.prepare(world, medium), at);
  world.bury();
  expect(world.findings(), `${scenario.name}, stopped before step ${at}: between two lives`).toEqual([]);
  const next = world.medium(world.beginAnew());
  expect(world.findings(), `${scenario.name}, stopped before step ${at}: in the next life`).toEqual([]);
  const found = read(next);
  // The value is whole: it can be taken out and dropped, and then nothing is left.
  next.take()?.drop();
  world.buryHeir();
  void world.media.free(world.program as never);
  expect(world.blocks(), `${scenario.name}, stopped before step ${at}`).toBe(0);
  expect(world.findings(true)).toEqual([]);
  return { steps, found, lost: next.lost };
}

describe('a medium, its domain killed at every step', () => {
  it.each(SCENARIOS)('$name leaves the old value or the new one, and no leak', (scenario) => {
    const { steps } = trial(scenario, -1);
    expect(steps).toBeGreaterThan(0);
    const found = new Set<string>();
    for (let at = 0; at <= steps; at++) {
      const outcome = trial(scenario, at);
      expect(outcome.lost, `stopped before step ${at}`).toBeNull();
      found.add(outcome.found);
    }
    expect([...found].filter((each) => !scenario.found.includes(each))).toEqual([]);
    // The first and the last of them are seen: before anything, and after all.
    expect(found).toContain(scenario.found[0]);
    expect(found).toContain(scenario.found.at(-1));
  });

  it('the next life that dies while it takes over leaves all to the one after it', () => {
    for (let at = 0; at < 100; at++) {
      const world = new Miniature();
      world.medium(world.victim).put(world.victim.note('kept', world.victim.note('its child')));
      world.bury();
      const heir = world.beginAnew();
      const { stopped } = actAs(() => void world.medium(heir), at);
      world.buryHeir();
      expect(world.findings(), `stopped before step ${at}`).toEqual([]);
      expect(read(world.medium(world.beginAnew()))).toBe('kept+its child 0 0');
      if (!stopped) return expect(at).toBeGreaterThan(0);
    }
    expect.unreachable('taking over took more than 100 steps');
  });
});
