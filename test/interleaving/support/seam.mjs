/**
 * What stands in the place of abi/atomics.js in a stepped build. The real module is beside it, under another name, and does every operation; this one decides when.
 *
 * Only one actor runs at a time: the one that has the baton. Before each step on a shared word it looks at the plan, and where another actor is to go next, it hands the baton over and waits.
 * Plain reads and writes come by here too: `watched` wraps an array of words so that they do. A kill or a stack overflow strikes where the actor comes to the step, before anybody else runs.
 */
import * as real from '../../../dist/abi/atomics.js';
import * as b from './board.mjs';
import { faultOf } from './owner-shadow.mjs';

export * from '../../../dist/abi/atomics.js';

/** No handler of the code under test gets further than its next step. */
export class Killed extends Error {}

const WORDS_PER_PAGE = 16384;
/** Some ten microseconds: a thread that sleeps takes longer than that to wake up. */
const SPINS = 6000;
/** Steps that an actor may take outside the concurrent part before it is taken to be in a loop without end. */
const MOST_UNSCHEDULED = 2_000_000;

let board;
let plan;
let trace;
let notes;
let dirty;
let thread = -1;
let me = -1;
let myOwnId = 0;
let playing = false;
let dead = false;
/** How many writes are left in `runKilledAt`; -1 outside. */
let unscheduledWrites = -1;
let unscheduled = 0;
let firstWord = 0;
let heap = null;
let heapProxy = null;
let control = null;
let controlProxy = null;

export function takeSeat(seat) {
  ({ board, plan, trace, notes, dirty, thread } = seat);
}

export function setMemories(state) {
  heap = state.heapViews.words;
  control = state.controlViews.words;
  firstWord = state.firstPage * WORDS_PER_PAGE;
  heapProxy = watched(heap, b.HEAP);
  controlProxy = watched(control, b.CONTROL);
  return { ...state, heapViews: { ...state.heapViews, words: heapProxy }, controlViews: { ...state.controlViews, words: controlProxy } };
}

/** From here on this thread plays `actor`. */
export function play(actor, id) {
  me = actor;
  myOwnId = id;
  unscheduled = 0;
}

/** A line for whoever reads the outcome. */
export function note(kind, detail) {
  const line = Buffer.from(`${JSON.stringify({ kind, actor: b.ACTOR_NAMES[me], step: playing ? board[b.COUNT] : -1, detail })}\n`);
  const at = board[b.NOTES_LENGTH];
  if (at + line.length > notes.length) return;
  notes.set(line, at);
  board[b.NOTES_LENGTH] = at + line.length;
}

// --- the baton ------------------------------------------------------------------------------------------------------

const NOT_MINE = 0;
const MINE = 1;
const ASLEEP = 2;

export function giveBaton(to) {
  const at = b.BATON + board[b.THREAD_OF + to] * b.BATON_STRIDE;
  if (Atomics.exchange(board, at, MINE) === ASLEEP) Atomics.notify(board, at);
}

export function awaitBaton(timeoutMs) {
  const at = b.BATON + thread * b.BATON_STRIDE;
  for (let spin = 0; spin < SPINS && Atomics.load(board, at) === NOT_MINE; spin++);
  while (Atomics.compareExchange(board, at, NOT_MINE, ASLEEP) !== MINE) {
    if (Atomics.wait(board, at, ASLEEP, timeoutMs) === 'timed-out') {
      board[b.STUCK] = 1;
      throw new Killed('nobody passed the baton');
    }
  }
  Atomics.store(board, at, NOT_MINE);
}

// --- who goes next --------------------------------------------------------------------------------------------------

function isFinished(actor) {
  return (board[b.FINISHED] & (1 << actor)) !== 0;
}

/** Whether an actor takes part, has not finished, and waits for nobody who has not. */
function isReady(actor) {
  const awaits = board[b.AWAITS + actor];
  return (board[b.PARTICIPANTS] & (1 << actor)) !== 0 && !isFinished(actor) && (board[b.FINISHED] & awaits) === awaits;
}

function random(below) {
  let x = board[b.RANDOM];
  x ^= x << 13;
  x ^= x >>> 17;
  x ^= x << 5;
  board[b.RANDOM] = x;
  return (x >>> 0) % below;
}

/** The actor of the next step. `mayStay` says whether this actor has a step to take. Answers -1 where none is left that may go. */
function chooseNext(mayStay) {
  const count = board[b.COUNT];
  let cursor = board[b.CURSOR];
  const runs = board[b.RUNS];
  while (cursor < runs && count >= plan[cursor * 2 + 1]) cursor++;
  board[b.CURSOR] = cursor;
  if (cursor < runs) {
    const planned = plan[cursor * 2];
    if (!isFinished(planned)) return planned;
    board[b.DIVERGED] = 1;
  }
  switch (board[b.POLICY]) {
    case b.Policy.RandomWalk:
      if (mayStay && random(8) !== 0) return me;
      return anyUnfinished();
    case b.Policy.Priorities:
      return byPriority(count);
    default:
      if (mayStay) return me;
      for (let actor = 0; actor < b.ACTORS; actor++) {
        if (isReady(actor) && board[b.SLEEPER] !== actor) return actor;
      }
      return -1;
  }
}

function anyUnfinished() {
  const left = [];
  for (let actor = 0; actor < b.ACTORS; actor++) if (isReady(actor)) left.push(actor);
  return left.length === 0 ? -1 : left[random(left.length)];
}

function byPriority(count) {
  for (let change = board[b.CHANGES] - 1; change >= 0; change--) {
    if (count < board[b.CHANGE_AT + change]) continue;
    board[b.CHANGES] = change;
    board[b.PRIORITY + board[b.CURRENT]] = -count - 1;
  }
  let best = -1;
  for (let actor = 0; actor < b.ACTORS; actor++) {
    if (!isReady(actor)) continue;
    if (best < 0 || board[b.PRIORITY + actor] > board[b.PRIORITY + best]) best = actor;
  }
  return best;
}

// --- steps ----------------------------------------------------------------------------------------------------------

/** Called before each step. Answers where it is traced, or -1 for a step that nobody schedules. */
function before(kind, word) {
  if (dead) throw new Killed('a dead thread takes no step');
  if (!playing) {
    if (++unscheduled > MOST_UNSCHEDULED) throw new Error('it takes steps without end');
    if (unscheduledWrites >= 0 && (kind & 3) !== 0 && unscheduledWrites-- === 0) die();
    return -1;
  }
  if ((kind & 3) !== 0) stopAt(b.StopBy.Kill, b.WRITES);
  if ((kind & b.PLAIN) === 0) stopAt(b.StopBy.Overflow, b.SEAMS);
  for (let next = chooseNext(true); next !== me; next = chooseNext(true)) {
    giveBaton(next);
    awaitBaton(b.PATIENCE_MS);
    if (board[b.ABORT] !== 0) die();
  }
  const count = board[b.COUNT];
  if (count >= board[b.MOST_STEPS]) {
    board[b.STUCK] = 2;
    board[b.ABORT] = 1;
    die();
  }
  board[b.COUNT] = count + 1;
  board[b.CURRENT] = me;
  if (board[b.SLEEPER] >= 0 && board[b.SLEEP_WORD] === word && count >= board[b.SLEEP_FROM] && ((kind | board[b.SLEEP_KIND]) & 3) !== 0) board[b.SLEEPER] = -1;
  const at = count * b.TRACE_STRIDE;
  trace[at] = me | (kind << 4);
  trace[at + 1] = word;
  return at;
}

function stopAt(by, counter) {
  const mine = board[counter + me]++;
  if (board[b.STOP_BY] !== by || board[b.STOP_ACTOR] !== me || board[b.STOP_AT] !== mine) return;
  board[b.STOPPED] = 1;
  if (by === b.StopBy.Kill) die();
  throw new RangeError('Maximum call stack size exceeded');
}

function die() {
  dead = true;
  throw new Killed('this thread has been stopped');
}

function rawOf(words) {
  return words === heapProxy ? heap : words === controlProxy ? control : words;
}

function nameOf(raw, index) {
  return (index << 1) | (raw === heap ? b.HEAP : b.CONTROL);
}

function noteDirty(raw, index) {
  if (raw === heap && index >= firstWord) board[b.DIRTY + Math.floor(index / WORDS_PER_PAGE)] = 1;
  else if (board[b.DIRTY_WORDS] < b.MOST_DIRTY_WORDS) dirty[board[b.DIRTY_WORDS]++] = nameOf(raw, index);
  else throw new Error('one execution writes more words than the explorer can make new again');
}

function operation(kind, perform) {
  return (words, index, first, second) => {
    const raw = rawOf(words);
    if (raw !== heap && raw !== control) return perform(raw, index, first, second);
    const at = before(kind, nameOf(raw, index));
    const was = raw[index];
    if (kind !== b.Kind.Read) noteDirty(raw, index);
    const answer = perform(raw, index, first, second);
    if (kind !== b.Kind.Read && raw === heap && index >= firstWord) {
      const fault = faultOf(heap, index, was, raw[index], myOwnId, me === b.KERNEL);
      if (fault !== '') note('owner-word', fault);
    }
    if (at >= 0) {
      trace[at + 2] = was;
      trace[at + 3] = raw[index];
    }
    return answer;
  };
}

export const load = operation(b.Kind.Read, real.load);
export const store = operation(b.Kind.Write, real.store);
export const swapIf = operation(b.Kind.Update, real.swapIf);
export const exchange = operation(b.Kind.Update, real.exchange);
export const add = operation(b.Kind.Update, real.add);
export const setBits = operation(b.Kind.Update, real.setBits);
export const clearBits = operation(b.Kind.Update, real.clearBits);

export function wait(words, index, expected, timeoutMs) {
  if (playing) throw new Error('an actor would block: no transition of the explorer may wait');
  return real.wait(rawOf(words), index, expected, timeoutMs);
}

export function notify(words, index) {
  real.notify(rawOf(words), index);
}

/** An array of words whose plain reads and writes are steps. */
function watched(raw, memory) {
  return new Proxy(raw, {
    get(target, key) {
      const index = typeof key === 'string' ? Number(key) : Number.NaN;
      if (!(index >= 0)) {
        const value = target[key];
        return typeof value === 'function' ? value.bind(target) : value;
      }
      if (!playing && !dead) return target[index];
      const at = before(b.Kind.Read | b.PLAIN, (index << 1) | memory);
      if (at >= 0) trace[at + 2] = trace[at + 3] = target[index];
      return target[index];
    },
    set(target, key, value) {
      const index = Number(key);
      if (!(index >= 0)) return false;
      const at = before(b.Kind.Write | b.PLAIN, (index << 1) | memory);
      if (at >= 0) trace[at + 2] = target[index];
      noteDirty(target, index);
      target[index] = value;
      if (at >= 0) trace[at + 3] = target[index];
      return true;
    },
  });
}

// --- parts ----------------------------------------------------------------------------------------------------------

/** From here on this thread's steps are scheduled. The caller has the baton. */
export function beginPart() {
  dead = false;
  playing = true;
}

/** Ends the part. Answers whether the thread was killed in it. */
export function endPart() {
  const was = dead;
  playing = false;
  dead = false;
  return was;
}

/** Opens the concurrent phase. Answers who goes first. */
export function openParts() {
  board[b.FINISHED] = 0;
  return chooseNext(false);
}

/** Runs `work`, unscheduled, and stops it before its write number `at`. */
export function runKilledAt(at, work) {
  unscheduledWrites = at;
  try {
    work();
  } finally {
    board[b.TORN_WRITES] = at - unscheduledWrites;
    unscheduledWrites = -1;
    dead = false;
  }
}

/** After `endPart`: says that this actor has finished and passes the baton on. Answers true where everybody has. */
export function passOn() {
  board[b.FINISHED] |= 1 << me;
  if ((board[b.FINISHED] & board[b.PARTICIPANTS]) === board[b.PARTICIPANTS]) return true;
  if (board[b.ABORT] === 0) {
    const next = chooseNext(false);
    if (next >= 0) {
      giveBaton(next);
      return false;
    }
    // Whoever is left sleeps: an execution that goes on here has been explored in another order.
    board[b.PRUNED] = 1;
    board[b.ABORT] = 1;
  }
  for (let actor = 0; actor < b.ACTORS; actor++) {
    if ((board[b.PARTICIPANTS] & (1 << actor)) !== 0 && !isFinished(actor)) {
      giveBaton(actor);
      return false;
    }
  }
  return true;
}
