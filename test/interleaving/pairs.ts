/** Which pairs are explored. Any two transitions may meet, so that all are paired with all; what cannot interact is through after one execution. */
import { isDeep, SEED } from './depth.js';
import type { Spec } from './stage.js';
import { numbers } from './support/random-program.mjs';
import { TRANSITIONS } from './support/transitions.mjs';

const ALL = Object.keys(TRANSITIONS);
const CALLS = ['send', 'send-back', 'lend', 'serve', 'serve-lent', 'reply', 'return', 'return-lent', 'give-up', 'give-up-lent'];
const HEAP = ALL.filter((name) => !CALLS.includes(name));

/** What a test explores together: all pairs of one transition, under its name. */
export interface Group {
  readonly name: string;
  readonly specs: readonly Spec[];
  /** Chooses pairs that depend on how many writes C takes in the transition in which it is stopped. */
  readonly choose?: (writesOf: (spec: Spec) => number) => readonly Spec[];
}

function groups(firsts: readonly string[], secondsOf: (first: string) => readonly string[]): Group[] {
  return firsts.map((first) => ({ name: first, specs: secondsOf(first).map((second) => ({ first, second })) })).filter(({ specs }) => specs.length > 0);
}

/** Each with itself and with those that come after it: who is A and who is B makes no difference. */
const from = (names: readonly string[], first: string): readonly string[] => names.slice(names.indexOf(first));

export const HEAP_PAIRS = groups(HEAP, (first) => from(HEAP, first));
export const CALL_PAIRS = [...groups(HEAP, () => CALLS), ...groups(CALLS, (first) => from(CALLS, first))];

/** A domain that is being buried, and what another does with it meanwhile. */
export const BURIALS: readonly Group[] = [{ name: 'reclaim', specs: ALL.map((second) => ({ first: 'reclaim', second })) }];

/** The dead one was stopped in the middle of something. */
const TORN = ['free-remote', 'free-tree', 'free-span', 'free-page', 'alloc-span', 'detach', 'send', 'reply'];
const MEANWHILE = ['sweep', 'alloc-refill', 'free-remote', 'free-span', 'serve', 'give-up'];

/** Before which write it is stopped: `writesOf` says how many there are. Some are drawn from the seed; in depth it is all of them. */
function tornBurials(transition: string, writesOf: (spec: Spec) => number): Spec[] {
  return MEANWHILE.flatMap((second) => {
    const torn = (at: number): Spec => ({ first: 'reclaim', second, killed: { transition, at } });
    const writes = writesOf(torn(1_000_000));
    const all = Array.from({ length: writes }, (_, at) => at);
    if (isDeep) return all.map(torn);
    const draw = numbers(SEED + TORN.indexOf(transition) * 64 + MEANWHILE.indexOf(second));
    const chosen = new Set(Array.from({ length: TEARS }, (_, part) => Math.floor(((part + draw(1000) / 1000) * writes) / TEARS)));
    return [...chosen].map(torn);
  });
}
const TEARS = 3;

export const TORN_BURIALS: readonly Group[] = TORN.map((transition) => ({
  name: `reclaim, stopped in ${transition},`,
  specs: [],
  choose: (writesOf) => tornBurials(transition, writesOf),
}));

/** So few pages that the two are after the same ones, or find none. */
export const TIGHT: readonly Group[] = [
  {
    name: 'with hardly a page left,',
    specs: [
      { first: 'alloc-first-page', second: 'alloc-first-page', room: 1 },
      { first: 'alloc-first-page', second: 'alloc-span', room: 2 },
      { first: 'alloc-span', second: 'alloc-span', room: 2 },
      { first: 'alloc-span', second: 'alloc-span', room: 3 },
      { first: 'alloc-first-page', second: 'free-own-span', room: 2 },
      { first: 'alloc-span', second: 'free-own-span', room: 2 },
      { first: 'alloc-span', second: 'free-own-span', room: 3 },
      { first: 'alloc-first-page', second: 'free-page', room: 2 },
      { first: 'alloc-span', second: 'free-page', room: 3 },
      { first: 'alloc-first-page', second: 'free-abandoned', room: 1 },
      { first: 'alloc-span', second: 'free-abandoned', room: 2 },
      { first: 'alloc-span', second: 'free-abandoned-span', room: 2 },
      { first: 'alloc-first-page', second: 'free-abandoned-span', room: 2 },
      { first: 'alloc-span', second: 'sweep', room: 2 },
      { first: 'free-own-span', second: 'free-own-span', room: 4 },
      { first: 'reclaim', second: 'alloc-first-page', room: 1 },
      { first: 'reclaim', second: 'alloc-span', room: 2 },
      { first: 'reclaim', second: 'free-span', room: 3 },
    ],
  },
];
