/**
 * Random programs at the boundary: sequences of steps over every intrinsic that a domain reaches and every value that it is given. Sizes stay small, because what is large is the corpus's matter. 12 seconds as a rule, DEEP_MINUTES in a
 * deep run; FUZZ_SEED replays one program.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { boot, type DomainHandle, type KernelHandle, type RpcResult } from 'deciduous';
import { Desk, Leaf, Peer, Suspect } from '../fixtures/extensions/generated/hostile.js';
import { DEEP_MINUTES, seedFrom } from '../model/depth.js';
import { leafOf, valueOf } from '../semantics/lab.js';
import { hashOfIntrinsics } from './corpus/support/watching.mjs';

const SECONDS = DEEP_MINUTES > 0 ? DEEP_MINUTES * 60 : 12;
const SEED = seedFrom('FUZZ_SEED', 20_251_121);
const STEPS = [
  ...'literal literal literal key get get get getOf descriptor prototype constructor call call call apply construct constructAs method method method set set define delete setPrototype proxy bind'.split(
    ' ',
  ),
  ...'derive inherit thrown later job alloc fresh ask show remote remote remoteLater value text json iterate dispose log'.split(' '),
];

/** A generator of numbers from a seed, the same everywhere (mulberry32). */
function numbersFrom(seed: number): (below: number) => number {
  let state = seed | 0;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

function programOf(seed: number): string {
  const below = numbersFrom(seed);
  const steps: unknown[] = Array.from({ length: 5 + below(60) }, () => [STEPS[below(STEPS.length)], below(400), below(400), below(400), below(400)]);
  // Most answers are text; the others are values of any kind where text is declared.
  if (below(4) === 0) steps.push(['answer', below(400)]);
  return JSON.stringify(steps);
}

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
let fuzzed: DomainHandle;
const foreign: unknown[] = [];
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
  fuzzed = await kernel.load(await leafOf('hostile/fuzzer.ts'), {
    name: 'fuzzed',
    grant: { peer: neighbour.get(Peer), desk },
    restart: { when: 'on-crash', intensity: 1e9, periodMs: 1000, rebind: true },
    limits: { timeSliceMs: 1000 },
  });
});

afterAll(async () => {
  await kernel.close();
});

it(
  'random programs change nothing of the host, pass no foreign object, and leave nothing behind',
  async () => {
    const before = hashOfIntrinsics();
    const suspect = fuzzed.get(Suspect);
    const until = Date.now() + SECONDS * 1000;
    const ends = new Map<string, number>();
    for (let seed = SEED; Date.now() < until; seed++) {
      const program = programOf(seed);
      const told = `FUZZ_SEED=${seed}: ${program}`;
      const lent = kernel.heap.alloc(Leaf, { text: 'lent', data: new Uint8Array(40).fill(3), n: 9, next: null });
      const mine = kernel.heap.alloc(Leaf, { text: 'mine', data: new Uint8Array(40), n: 1, next: null });
      const result: RpcResult<string> = await suspect.async.touch(program, lent, mine, { timeoutMs: 10_000 });
      const end = result.ok ? 'answered' : result.error.code;
      ends.set(end, (ends.get(end) ?? 0) + 1);
      expect(result.ok ? typeof result.value : result.error instanceof Error && isOurs(result.error), told).toBe(result.ok ? 'string' : true);
      // A dead life takes back its borrows before it ends; a live one has answered.
      await expect.poll(() => lent.text, { timeout: 10_000, message: told }).toBe('lent');
      expect([lent.n, [...lent.data.toUint8Array()].every((byte) => byte === 3)], told).toEqual([9, true]);
      lent.drop();
      expect(foreign, told).toEqual([]);
      expect(valueOf(await neighbour.get(Peer).async.add(seed % 1000, 1)), told).toBe((seed % 1000) + 1);
      if (seed % 50 === 0) expect(hashOfIntrinsics(), `until ${told}`).toBe(before);
    }
    expect(hashOfIntrinsics()).toBe(before);
    if (process.env['FUZZ_SEED'] === undefined) expect(ends.get('answered') ?? 0, JSON.stringify([...ends])).toBeGreaterThan(5);
    await fuzzed.unload();
    await expect.poll(() => kernel.audit(), { timeout: 10_000 }).toEqual([]);
    const owners = Object.keys((await kernel.stats()).heap.byOwner).filter((owner) => !['(being freed)', 'neighbour', 'host'].includes(owner));
    expect(owners).toEqual([]);
  },
  SECONDS * 1000 + 120_000,
);
