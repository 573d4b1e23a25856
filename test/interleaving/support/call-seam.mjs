/**
 * What stands in the place of abi/atomics.js where whole calls are stepped on one thread (company.ts): several members take turns in one stack of frames, each with its own part.
 *
 * The member whose part runs is *at play*, and each of its accesses to a shared word is a step: atomic operations come here by themselves, plain reads and writes through `watched`. One member, the
 * clock, is counted, and something strikes before its n-th step: it is stopped for good, gets an exception, or another one dies meanwhile. A member that looks at one word again and again
 * waits: then the others have their turn. Nobody sleeps.
 */
import * as real from '../../../dist/abi/atomics.js';

export * from '../../../dist/abi/atomics.js';

/** No handler of the code under test gets further than its next step. */
export class Killed extends Error {}

/** Every wait of a thread has a bound, and this is far above it. */
const LONGEST_BOUND_MS = 1000;
/** Looks at one word in a row after which its reader is taken to wait for it: what takes an outcome looks a few times, too. */
const LOOKS_OF_A_WAIT = 6;
/** Waits in a row in which nothing happened at all. */
const MOST_WAITS = 25;

let player = '';
let dead = new Set();
let plan = null;
let writes = 0;
let atomics = 0;
let last = new Map();
let quiet = false;
let waits = 0;
let idle = () => false;
let sleepersOnly = false;
let findings = [];
let control = null;
let controlProxy = null;
let heap = null;
let heapProxy = null;

/** Shared memory as members are to see it: arrays whose plain accesses are steps. */
export function watch(state) {
  control = state.controlViews.words;
  heap = state.heapViews.words;
  controlProxy = watched(control);
  heapProxy = watched(heap);
  return { ...state, heapViews: { ...state.heapViews, words: heapProxy }, controlViews: { ...state.controlViews, words: controlProxy } };
}

/** Begins an execution. `onIdle` gives the others a turn and answers whether anything happened. */
export function begin(onIdle) {
  player = '';
  dead = new Set();
  plan = null;
  writes = 0;
  atomics = 0;
  last = new Map();
  quiet = false;
  waits = 0;
  idle = onIdle;
  sleepersOnly = false;
  findings = [];
}

/** From here on `name` is at play; '' for nobody. Answers who was. */
export function play(name) {
  const before = player;
  player = name;
  return before;
}

/** Counts the steps of `clock`, and calls `strike` before that of its writes, or of its atomic operations, which has the number `at`. */
export function arm(next) {
  plan = next;
  writes = 0;
  atomics = 0;
}

/** The others go on only when somebody sleeps, and not while it still spins. */
export function waitForSleep() {
  sleepersOnly = true;
}

export function counted() {
  return { writes, atomics };
}

export function stop(name) {
  dead.add(name);
  quiet = false;
}

export function isStopped(name) {
  return dead.has(name);
}

export function found() {
  return findings;
}

function before(isWrite, isAtomic, words, index) {
  if (player === '') return;
  if (dead.has(player)) throw new Killed('a dead thread takes no step');
  if (isAtomic) {
    const seen = last.get(player);
    const looks = !isWrite && seen !== undefined && seen.words === words && seen.index === index ? seen.looks + 1 : 1;
    last.set(player, { words, index: isWrite ? -1 : index, looks });
    if (looks > LOOKS_OF_A_WAIT) {
      if (!sleepersOnly) lookAgain();
      return;
    }
  }
  if (isWrite) quiet = false;
  if (plan === null || plan.clock !== player) return;
  if (isWrite && writes++ === plan.at && plan.by === 'write') plan.strike();
  if (isAtomic && atomics++ === plan.at && plan.by === 'atomic') plan.strike();
}

/** The others have their turn; whoever was stopped in it takes no further step. */
function lookAgain() {
  if (quiet) return false;
  const me = play('');
  const happened = idle(me);
  play(me);
  if (happened) waits = 0;
  else quiet = true;
  if (dead.has(me)) throw new Killed('stopped while it waited');
  return happened;
}

function rawOf(words) {
  return words === controlProxy ? control : words === heapProxy ? heap : words;
}

function operation(isWrite, perform) {
  return (words, index, first, second) => {
    const raw = rawOf(words);
    before(isWrite, true, raw, index);
    return perform(raw, index, first, second);
  };
}

export const load = operation(false, real.load);
export const store = operation(true, real.store);
export const swapIf = operation(true, real.swapIf);
export const exchange = operation(true, real.exchange);
export const add = operation(true, real.add);
export const setBits = operation(true, real.setBits);
export const clearBits = operation(true, real.clearBits);

export function notify(words, index) {
  before(true, true, rawOf(words), index);
}

export function wait(words, index, expected, timeoutMs) {
  const raw = rawOf(words);
  before(true, true, raw, index);
  if (!(timeoutMs <= LONGEST_BOUND_MS)) findings.push(`${player} waits for ${timeoutMs} ms, whatever happens`);
  quiet = false;
  if (!lookAgain() && ++waits > MOST_WAITS) {
    findings.push(`${player} waits for ever`);
    dead.add(player);
    throw new Killed('it waits for ever');
  }
  return real.load(raw, index) === expected ? 'timed-out' : 'not-equal';
}

function watched(raw) {
  return new Proxy(raw, {
    get(target, key) {
      const index = typeof key === 'string' ? Number(key) : Number.NaN;
      if (index >= 0) {
        if (player !== '' && dead.has(player)) throw new Killed('a dead thread takes no step');
        return target[index];
      }
      const value = target[key];
      return typeof value === 'function' ? value.bind(target) : value;
    },
    set(target, key, value) {
      const index = Number(key);
      if (!(index >= 0)) return false;
      before(true, false, target, index);
      target[index] = value;
      return true;
    },
  });
}
