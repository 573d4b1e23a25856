/** The kernel's burial of who keeps something, step by step: what is kept has one owner, is handed over whole or reported as lost, and nobody's borrow is cut short. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadParts, type Parts, Premises } from './company.js';
import { isDeep, NO_TIMEOUT_MS } from './depth.js';
import { playEverywhere, type Scene, SCENES } from './medium-burials.js';
import { SteppedBuild, type Twin } from './stepped-build.js';

const build = new SteppedBuild(undefined, 'call-seam.mjs');
let parts: Parts;
let executions = 0;
beforeAll(async () => {
  parts = await loadParts(build.root);
});
afterAll(() => {
  console.log(`burials of media: ${executions} executions`);
  build.remove();
});

it.each(SCENES)(
  '$name: at whatever step anything meets it, what is kept is handed over once, whole or with the reason why not',
  { timeout: isDeep ? NO_TIMEOUT_MS : 120_000 },
  (scene) => {
    for (const paranoid of isDeep ? [false, true] : [true]) {
      const { failure, executions: played } = playEverywhere(new Premises(parts, paranoid, scene.clock === 'kernel'), scene, isDeep ? 1 : 97);
      expect(failure).toBeNull();
      expect(played).toBeGreaterThan(5);
      executions += played;
    }
  },
);

const UNDERTAKER = 'microkernel/undertaker.js';
const MEDIA = 'microkernel/media.js';
const KEPT = 'const kept = this.media.keep(life.program, life.id);';

const NOT_BEGUN = 'the kernel buries the owner, and who is to borrow has not begun';

/** Burials with one thing wrong, each with the scene that has to show it. */
const TWINS: readonly (Twin & { readonly by: string })[] = [
  {
    name: 'what is kept is looked for when everything has been dropped',
    by: NOT_BEGUN,
    file: UNDERTAKER,
    edits: [
      { find: KEPT, replace: '' },
      { find: 'const last = readLastWords(', replace: `${KEPT}\n        const last = readLastWords(` },
    ],
  },
  {
    name: 'the next life begins while a call borrows what is kept',
    by: 'a borrower reads',
    file: UNDERTAKER,
    edits: [{ find: 'this.media.holds(life.program, borrowed)', replace: 'false' }],
  },
  {
    name: 'who borrows a part of what is kept is forgotten',
    by: 'a borrower reads what a dead one lends',
    file: MEDIA,
    edits: [{ find: 'roots.has(this.#heap.ownership.rootOf(block))', replace: 'roots.has(block)' }],
  },
  { name: 'what is kept stays the dead one’s', by: NOT_BEGUN, file: MEDIA, edits: [{ find: 'this.#heap.ownership.take(root);', replace: '' }] },
  {
    name: 'who has handed over takes it back when it is buried',
    by: 'the next life takes over',
    file: MEDIA,
    edits: [{ find: 'shelf?.holder !== dead', replace: 'shelf === undefined' }],
  },
  {
    name: 'the next life takes over what was not the dead one’s',
    by: 'the kernel finds that what is borrowed is not what the medium names',
    file: MEDIA,
    edits: [
      {
        find: "holder === ownedBy(dead) ? new KeptTree(this.#heap, dead).check(root, type) : 'it names what was not its own'",
        replace: 'new KeptTree(this.#heap, dead).check(root, type)',
      },
    ],
  },
  {
    name: 'the calls of a dead one are over when its burial is',
    by: 'a borrower reads what a dead one lends',
    file: 'microkernel/orphans.js',
    edits: [{ find: 'if (estate.calls.length > 0)\n                continue;', replace: '' }],
  },
];

function firstFailure(broken: Parts, by: string): string | null {
  try {
    const scene = SCENES.find(({ name }) => name === by) as Scene;
    return playEverywhere(new Premises(broken, true, scene.clock === 'kernel'), scene, 400).failure;
  } catch (error) {
    return String(error);
  }
}

it.each(TWINS)('a twin is caught: $name', { timeout: 120_000 }, async (twin) => {
  const broken = new SteppedBuild(twin, 'call-seam.mjs');
  try {
    const failure = firstFailure(await loadParts(broken.root), twin.by);
    expect(failure).not.toBeNull();
    console.log(`${twin.name}: ${(failure as string).slice(0, 200)}`);
  } finally {
    broken.remove();
  }
});
