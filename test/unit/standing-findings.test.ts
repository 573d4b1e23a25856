import { describe, expect, it } from 'vitest';
import { asFindings } from '../../dist/microkernel/kernel-audit.js';
import { standingFindings } from '../../dist/microkernel/standing-findings.js';
import { boot } from 'deciduous';
import { Lab, leafOf, Note, valueOf } from '../semantics/lab.js';

const finding = (detail: string) => ({ invariant: 'charged-is-owned', detail });

/** Looks that find one thing after another, the last of them again and again. */
function looks(...each: readonly (readonly string[])[]): { look: () => Promise<ReturnType<typeof finding>[]>; made: () => number } {
  let made = 0;
  return { look: async () => each[Math.min(made++, each.length - 1)].map(finding), made: () => made };
}

describe('what an audit answers', () => {
  it.each([
    ['is what is found at every look', [['leaked']], ['leaked'], 7],
    ['leaves out what is gone at any look', [['leaked', 'under way'], ['leaked', 'under way'], ['leaked'], ['leaked', 'under way']], ['leaked'], 7],
    ['leaves out what comes later: that may be under way', [['leaked'], ['leaked', 'new']], ['leaked'], 7],
    ['takes no second look where nothing is found', [[]], [], 1],
    ['ends where nothing is left', [['under way'], []], [], 2],
  ] as const)('%s', async (_, found, answered, times) => {
    const { look, made } = looks(...found);
    expect([(await standingFindings(look)).map(({ detail }) => detail), made()]).toEqual([answered, times]);
  });

  it.each([
    ['no list', 'leaked', []],
    ['nothing', undefined, []],
    [
      'a list of anything',
      [null, 7, { invariant: 1n, detail: 'x'.repeat(2000) }],
      [
        ['undefined', 'undefined'],
        ['undefined', 'undefined'],
        ['1', 'x'.repeat(1000)],
      ],
    ],
    ['too long a list', Array.from({ length: 1000 }, () => finding('')), Array.from({ length: 100 }, () => ['charged-is-owned', ''])],
  ])('is a bounded list of texts, though a thread says %s', (_, said, taken) => {
    expect(asFindings(said).map(({ invariant, detail }) => [invariant, detail])).toEqual(taken);
  });

  it('of a kernel whose domains take, give and drop all the while is empty', async () => {
    await using kernel = await boot({ spares: 1 });
    const lab = (await kernel.load(await leafOf('lab.ts'), { name: 'lab' })).get(Lab);
    let isRunning = true;
    let echoed = 0;
    const caller = async (): Promise<void> => {
      // What comes back lies in pages of both: each drop is one of another's block now and then.
      for (; isRunning; echoed++) {
        const note = valueOf(await lab.async.echo(kernel.heap.alloc(Note, { text: 'there and back', weight: echoed, next: null })));
        valueOf(await lab.async.fill(1));
        valueOf(await lab.async.release())?.drop();
        note.drop();
      }
    };
    const callers = Array.from({ length: 8 }, caller);
    for (let asked = 0; asked < 30; asked++) expect(await kernel.audit()).toEqual([]);
    isRunning = false;
    await Promise.all(callers);
    expect(echoed).toBeGreaterThan(0);
    expect(await kernel.audit()).toEqual([]);
  });
});
