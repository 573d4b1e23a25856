/**
 * The board: the words through which the explorer and its actors say who goes next. Nothing of the heap under test is in it.
 *
 *   board    one word each for what is named below, then a baton for each thread on a cache line of its own, then which pages were written
 *   dirty    the words that were written outside of pages, so that they can be made new again
 *   plan     pairs (actor, step): that actor takes every step before that one
 *   trace    four words a step: actor and kind, the word, what the word was before, what it is after
 *   notes    text: a line of JSON for each finding, written by whoever has the baton
 */
export const A = 0;
export const B = 1;
export const C = 2;
export const KERNEL = 3;
export const ACTORS = 4;
export const ACTOR_NAMES = ['A', 'B', 'C', 'K'];

/** 1 once an execution has ended. */
export const DONE = 0;
/** Steps taken in the concurrent phase. */
export const COUNT = 1;
/** Which pair of the plan applies, and how many there are. */
export const CURSOR = 2;
export const RUNS = 3;
/** How the next actor is chosen once the plan has ended. */
export const POLICY = 4;
/** State of the random policies. */
export const RANDOM = 5;
export const PHASE = 6;
/** Counts executions, so that an actor knows when to begin anew. */
export const EXECUTION = 7;
/** Bit i: actor i has come to the end of its part. */
export const FINISHED = 8;
export const PARTICIPANTS = 9;
/** The plan named an actor that had finished: the execution is not the one that was meant. */
export const DIVERGED = 10;
/** The execution turned out to repeat another one and was given up. */
export const PRUNED = 11;
/** An actor waited too long for the baton; or took too many steps. */
export const STUCK = 12;
/** The actor that is asleep (see exploration.ts), the word and kind of its next step, and the step from which that counts. */
export const SLEEPER = 13;
export const SLEEP_WORD = 14;
export const SLEEP_KIND = 15;
export const SLEEP_FROM = 16;
/** Who is stopped, before which of its writes (kill) or atomic operations (overflow), counted from 0, and how. */
export const STOP_ACTOR = 17;
export const STOP_AT = 18;
export const STOP_BY = 19;
export const STOPPED = 20;
export const NOTES_LENGTH = 21;
/** Everybody ends at once: nothing of this execution counts. */
export const ABORT = 22;
export const MOST_STEPS = 23;
/** Counts programs, so that an actor knows when to fetch a new one from its port. */
export const PROGRAM = 24;
/** Bit i: actor i was killed, or has panicked: it takes no part in what follows and is buried. */
export const DEAD = 25;
/** A hash of the shared state at the end of the concurrent phase. */
export const STATE_HASH = 26;
/** Who had the last step. */
export const CURRENT = 27;
/** How many changes of priority the policy Priorities still has. */
export const CHANGES = 28;
export const DIRTY_WORDS = 29;
/** How many writes C took in the transition in which it was to be stopped before the concurrent part. */
export const TORN_WRITES = 30;
/** For each actor: writes (plain ones included) and atomic operations in the concurrent phase. */
export const WRITES = 32;
export const SEAMS = 36;
/** For each actor its priority; then the steps at which the running actor's drops to the lowest. */
export const PRIORITY = 40;
export const CHANGE_AT = 44;
/** For each actor the actors that have to finish before it begins. */
export const AWAITS = 54;
/** For each actor the thread that plays it. Two actors of one concurrent part are on two threads. */
export const THREAD_OF = 50;
/** One cache line for each thread: the baton, and whether the thread is ready. */
export const BATON = 64;
export const BATON_STRIDE = 16;
export const THREADS = 4;
/** One word a page of the heap: written to in this execution. */
export const DIRTY = 256;
export const BOARD_WORDS = 512;
/** Which words outside the pages were written, named as in the trace; the count is on the board. */
export const MOST_DIRTY_WORDS = 1 << 17;

export const Policy = {
  /** Whoever runs goes on; then the first that has not finished. */
  Stay: 0,
  /** At every step, with a chance of one in eight, somebody drawn from the seed. */
  RandomWalk: 1,
  /** PCT: the highest priority runs; at a few steps drawn in advance the running actor's becomes the lowest. */
  Priorities: 2,
};

export const StopBy = { Nothing: 0, Kill: 1, Overflow: 2 };

export const Kind = { Read: 0, Write: 1, Update: 2 };
/** Added to the kind of a step that is no atomic operation. */
export const PLAIN = 4;

export const TRACE_STRIDE = 4;
export const MOST_TRACED = 1 << 16;
export const PLAN_PAIRS = 1 << 16;
export const NOTES_BYTES = 1 << 16;

/** How the trace names a word: index and memory in one number. */
export const HEAP = 0;
export const CONTROL = 1;

/** An actor that waits longer for the baton is stuck. */
export const PATIENCE_MS = 8000;
