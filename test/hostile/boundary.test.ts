/**
 * Random programs at the boundary: sequences of steps over every intrinsic that a domain reaches and every value that it is given or comes by (test/fixtures/extensions/hostile/fuzzer.ts does them). Sizes stay small, because what is
 * large is the corpus's matter. A minute as a rule, DEEP_MINUTES in a deep run; a failure prints the shortest program that was found, and FUZZ_SEED and FUZZ_PATH that replay it.
 */
import { setTimeout as pause } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { boot, type DomainHandle, type KernelHandle } from 'deciduous';
import { Desk, Leaf, Peer, Suspect } from '../fixtures/extensions/generated/hostile.js';
import { DEEP_MINUTES, seedFrom } from '../model/depth.js';
import { leafOf, valueOf } from '../semantics/lab.js';
import { hashOfIntrinsics } from './corpus/support/watching.mjs';
import { Lanes } from './lanes.js';

const SECONDS = DEEP_MINUTES > 0 ? DEEP_MINUTES * 60 : 60;
const SEED = seedFrom('FUZZ_SEED', 20_251_121);
const PATH = process.env['FUZZ_PATH'];
/** So many programs from one look at the host's intrinsics and at the audit to the next. */
const BATCH = 200;
/** Steps and how often they are drawn; each does something to up to four values. */
const STEPS: { readonly [step: string]: number } = {
  ...{ literal: 4, key: 1, get: 5, getOf: 2, descriptor: 2, prototype: 1, constructor: 1, value: 1, error: 1, view: 1, ofPool: 1 },
  ...{ call: 8, apply: 3, construct: 4, constructAs: 2, method: 6, bind: 1, derive: 1, inherit: 1, proxy: 2 },
  ...{ set: 2, define: 1, delete: 1, setPrototype: 1, assign: 1, freeze: 1, spread: 1, iterate: 1, asyncIterate: 1 },
  ...{ later: 2, job: 1, alloc: 2, fresh: 2, container: 2, ask: 1, show: 2, remote: 5, remoteLater: 3, text: 1, json: 1, dispose: 1, log: 1 },
};
const choice = fc.nat(9999);
const step = fc.tuple(fc.oneof(...Object.entries(STEPS).map(([name, weight]) => ({ arbitrary: fc.constant(name), weight }))), choice, choice, choice, choice);
/** What ends most programs is text that tells whether anything foreign was found; some answer with any value where text is declared, some leave a rejection that nobody handles. */
const ending = fc.oneof(
  { arbitrary: fc.constant(null), weight: 12 },
  { arbitrary: fc.tuple(fc.constant('answer'), choice), weight: 3 },
  { arbitrary: fc.tuple(fc.constant('unhandled'), choice), weight: 1 },
);
const programs = fc
  .tuple(fc.array(step, { minLength: 1, maxLength: 60, size: 'max' }), ending)
  .map(([steps, end]) => JSON.stringify(end === null ? steps : [...steps, end]));

/** Whether all of it was made in this realm: data, or objects whose prototypes are ours. */
function isOurs(value: unknown, depth = 0): boolean {
  if (typeof value === 'function' || typeof value === 'symbol') return false;
  if (typeof value !== 'object' || value === null || depth > 6) return true;
  let prototype: object | null = Object.getPrototypeOf(value) as object | null;
  while (prototype !== null && prototype !== Object.prototype && prototype !== Error.prototype) prototype = Object.getPrototypeOf(prototype) as object | null;
  if (prototype === null) return false;
  return Reflect.ownKeys(value).every((key) => isOurs((value as { [key: PropertyKey]: unknown })[key], depth + 1));
}

let kernel: KernelHandle;
let neighbour: DomainHandle;
let lanes: Lanes;
const foreign: unknown[] = [];
const ends = new Map<string, number>();
const noting = (value: unknown): void => {
  if (!isOurs(value)) foreign.push(value);
};

beforeAll(async () => {
  kernel = await boot({ spares: 2 });
  kernel.on('crash', noting);
  kernel.on('log', noting);
  neighbour = await kernel.load(await leafOf('hostile/peer.ts'), { name: 'neighbour', limits: { timeSliceMs: 10_000 } });
  const desk = kernel.provide(Desk, {
    ask(question) {
      noting(question);
      return question.length;
    },
    show: (leaf) => leaf.n,
  });
  const leaf = await leafOf('hostile/fuzzer.ts');
  lanes = await Lanes.open(kernel, 3, (name) => kernel.load(leaf, { name, grant: { peer: neighbour.get(Peer), desk }, limits: { timeSliceMs: 200 } }));
});

afterAll(async () => {
  await kernel.close();
});

/** Runs one program; throws where something is not as it must be. */
async function tryProgram(program: string): Promise<void> {
  const domain = await lanes.next();
  const lent = kernel.heap.alloc(Leaf, { text: 'lent', data: new Uint8Array(40).fill(3), n: 9, next: null });
  const mine = kernel.heap.alloc(Leaf, { text: 'mine', data: new Uint8Array(40), n: 1, next: null });
  const result = await domain.get(Suspect).async.touch(program, lent, mine, { timeoutMs: 10_000 });
  const end = result.ok ? 'answered' : result.error.code;
  ends.set(end, (ends.get(end) ?? 0) + 1);
  if (result.ok) expect(result.value).not.toMatch(/^foreign/);
  expect(result.ok ? typeof result.value : result.error instanceof Error && isOurs(result.error)).toBe(result.ok ? 'string' : true);
  // A dead life takes back its borrows before it ends; a live one has answered.
  for (const until = Date.now() + 10_000; ; await pause(2)) {
    try {
      expect([lent.text, lent.n, lent.data.toUint8Array().every((byte) => byte === 3)]).toEqual(['lent', 9, true]);
      lent.n = 10;
      lent.drop();
      break;
    } catch (error) {
      if (Date.now() > until) throw error;
    }
  }
  expect(foreign).toEqual([]);
  expect(valueOf(await neighbour.get(Peer).async.add(program.length, 1))).toBe(program.length + 1);
}

it(
  'random programs change nothing of the host, pass no foreign object, and leave nothing behind',
  async () => {
    const before = hashOfIntrinsics();
    let count = 0;
    const claim = fc.asyncProperty(programs, async (program) => {
      await tryProgram(program);
      if (++count % BATCH !== 0) return;
      expect(hashOfIntrinsics()).toBe(before);
      await expect.poll(() => kernel.audit()).toEqual([]);
    });
    const limit = { numRuns: 2 ** 30, interruptAfterTimeLimit: SECONDS * 1000, markInterruptAsFailure: false };
    await fc.assert(claim, PATH === undefined ? { seed: SEED, ...limit } : { seed: SEED, path: PATH, endOnFailure: true });
    expect(hashOfIntrinsics()).toBe(before);
    console.log(`${count} programs from FUZZ_SEED=${SEED}: ${[...ends].map(([end, times]) => `${times} ${end}`).join(', ')}`);
    if (PATH === undefined) expect(ends.get('answered') ?? 0, JSON.stringify([...ends])).toBeGreaterThan(20);
    await lanes.close();
    await expect.poll(() => kernel.audit()).toEqual([]);
    const owners = Object.keys((await kernel.stats()).heap.byOwner).filter((owner) => !['(being freed)', 'neighbour', 'host'].includes(owner));
    expect(owners).toEqual([]);
  },
  SECONDS * 1000 + 120_000,
);
