/** The end of a domain by its own fault, step by step: whatever happens between the throw and the ring, it is buried once, its callers are told once and rightly, and its thread writes nothing to whoever lives in its row by then. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadParts, type Parts, Premises } from './company.js';
import { isDeep, NO_TIMEOUT_MS } from './depth.js';
import { MEETINGS, type Parting, PARTINGS, partEverywhere } from './partings.js';
import { SteppedBuild, type Twin } from './stepped-build.js';

const build = new SteppedBuild(undefined, 'call-seam.mjs');
let parts: Parts;
let executions = 0;
beforeAll(async () => {
  parts = await loadParts(build.root);
});
afterAll(() => {
  console.log(`partings: ${executions} executions`);
  build.remove();
});

it.each(PARTINGS)(
  'a domain panics $name: at whatever step of it anything happens, it is buried once, and every call ends once and rightly',
  { timeout: isDeep ? NO_TIMEOUT_MS : 120_000 },
  (parting) => {
    for (const paranoid of isDeep ? [false, true] : [true]) {
      const premises = new Premises(parts, paranoid);
      for (const meeting of MEETINGS) {
        const { failure, executions: played } = partEverywhere(premises, parting, meeting);
        expect(failure).toBeNull();
        expect(played).toBeGreaterThan(5);
        executions += played;
      }
    }
  },
);

const PANIC = 'proxy/panic.js';

const SERVING = 'while it serves a call';

/** Ends of a domain with one thing wrong, each with the parting that has to show it. */
const TWINS: readonly (Twin & { readonly by: string })[] = [
  {
    name: 'it says that it has parted before it answers its caller',
    by: SERVING,
    file: PANIC,
    edits: [{ find: 'const isRunning =', replace: 'store(this.#words, this.#row + PARTED, 1);\n        const isRunning =' }],
  },
  { name: 'it says that it has parted, and counts nobody', by: SERVING, file: PANIC, edits: [{ find: 'add(this.#words, X_PARTED, 1);', replace: '' }] },
  { name: 'who has parted panics again', by: SERVING, file: PANIC, edits: [{ find: 'if (this.#hasParted)', replace: 'if (false)' }] },
  {
    name: 'it answers its caller while its own calls go on',
    by: 'with a call of its own under way that lends on what it was lent',
    file: PANIC,
    edits: [{ find: ' && this.#context.outgoing === 0', replace: '' }],
  },
  {
    name: 'it answers its caller after a torn operation',
    by: 'in the middle of taking what a call has brought',
    file: PANIC,
    edits: [{ find: ' && !heap.operation.isMarked', replace: '' }],
  },
  {
    name: 'the kernel buries whoever it knows when somebody has parted',
    by: SERVING,
    file: 'microkernel/programs.js',
    edits: [{ find: 'load(words, threadRow(indexOf(id)) + PARTED) === 1', replace: 'load(words, threadRow(indexOf(id)) + PARTED) >= 0' }],
  },
];

function firstFailure(premises: Premises, by: string): string | null {
  try {
    const parting = PARTINGS.find(({ name }) => name === by) as Parting;
    for (const meeting of MEETINGS) {
      const { failure } = partEverywhere(premises, parting, meeting);
      if (failure !== null) return failure;
    }
    return null;
  } catch (error) {
    return String(error);
  }
}

it.each(TWINS)('a twin is caught: $name', { timeout: 120_000 }, async (twin) => {
  const broken = new SteppedBuild(twin, 'call-seam.mjs');
  try {
    const premises = new Premises(await loadParts(broken.root), true);
    const failure = firstFailure(premises, twin.by);
    expect(failure).not.toBeNull();
    console.log(`${twin.name}: ${(failure as string).slice(0, 200)}`);
  } finally {
    broken.remove();
  }
});
