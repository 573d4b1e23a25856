/**
 * The trace: a memory of its own, there only where `boot()` was asked for one. What happened to calls, owner words and domains, in order.
 *
 *   word 0          64                 + 4096 * 64         + 8192 * 4        a lane for each row of the thread table
 *   +---------------+------------------+-------------------+-----------------+-----------------+----
 *   | ORDER, counts | names            | lives             | lane 0, host    | lane 1, kernel  | ...
 *   |               | 64 words a name  | 4 words a life    | 16 words + ring | 16 words + ring |
 *   +---------------+------------------+-------------------+-----------------+-----------------+----
 *
 *   entry, one cache line                         name                          life
 *   0 COMMIT   order (30 bits) | state (2 bits)   0 bytes of text, the commit   0 domain id, the commit
 *   1 KIND                                        1 text, UTF-8                 1 name
 *   2 TIME     float64, common clock                                            2 which life of its program
 *   4 WHO      domain id of the writer                                          3 reserved, zero
 *   5 CHARGED  granules the writer is charged for
 *   6 operands, 10 words; unused ones are 0
 *
 * A lane is a ring with one writer, the thread of that row; its newest entries are kept. An entry is written before the step that it tells of and confirmed after it, so that whoever sees the
 * step sees an entry that came before its own, and so that of a thread that dies in between the last entry is known to be in doubt.
 */
import { MAX_DOMAINS } from './domain-id.js';

/** Counts entries of all lanes. A thread adds one just before it writes an entry: this is the order of the trace. It wraps; a reader tells the rounds by the time. */
export const X_ORDER = 0;
export const ORDER_BITS = 30;
/** Names given out. A thread adds one to claim the next; what exceeds MAX_NAMES is not stored. */
export const X_NAMES = 16;
/** Lives noted. Written by the kernel. */
export const LIVES = 32;
/** Entries of a lane. Written by the host, before any other thread knows of the memory. */
export const LANE_ENTRIES = 48;
const HEADER_WORDS = 64;

export const NAME_WORDS = 64;
export const MAX_NAMES = 4096;
/** Methods have no more of them: extensions may define thousands, and domains must be named all the same. */
export const MOST_METHOD_NAMES = 3072;
/** A character takes at most three bytes of UTF-8, so that what has been cut to this always fits. */
export const NAME_CHARACTERS = 80;
export const LIFE_NOTE_WORDS = 4;
/** The newest are kept. */
export const MAX_LIVES = 8192;
const NAMES_AT = HEADER_WORDS;
const LIVES_AT = NAMES_AT + MAX_NAMES * NAME_WORDS;
const LANES_AT = LIVES_AT + MAX_LIVES * LIFE_NOTE_WORDS;

/** The first word of a name, numbered from 1; 0 is no name. */
export function nameWord(name: number): number {
  return NAMES_AT + (name - 1) * NAME_WORDS;
}
export function lifeNoteWord(index: number): number {
  return LIVES_AT + (index % MAX_LIVES) * LIFE_NOTE_WORDS;
}

/** Of a lane: entries ever begun, a float64. Written by the lane's thread. */
export const LANE_WRITTEN = 0;
const LANE_HEADER_WORDS = 16;
export const ENTRY_WORDS = 16;
export const E_COMMIT = 0;
export const E_KIND = 1;
export const E_TIME = 2;
export const E_WHO = 4;
export const E_CHARGED = 5;
export const E_OPERANDS = 6;

export function laneWord(lane: number, entries: number): number {
  return LANES_AT + lane * (LANE_HEADER_WORDS + entries * ENTRY_WORDS);
}
export function entryWord(lane: number, entries: number, slot: number): number {
  return laneWord(lane, entries) + LANE_HEADER_WORDS + slot * ENTRY_WORDS;
}
export function traceBytes(entries: number): number {
  return laneWord(MAX_DOMAINS, entries) * 4;
}

export const EntryState = {
  /** Never written, being written, or taken back. */
  None: 0,
  /** Written; the step that it tells of may or may not have been made. */
  Intended: 1,
  /** The step was made. */
  Done: 2,
} as const;

export function commitWord(order: number, state: number): number {
  return (order << 2) | state;
}

/** What an entry tells of, and its operands. A record is its number and its tag, which says which use of it this is. */
export const TraceKind = {
  /** A call that was refused before it had a record: callee | method, a name | fault word */
  Unsent: 1,
  /** record | tag | caller | callee | method, a name | parent record + 1 | parent tag | waits (bit 0), lent (8 bits from 8), moved (8 bits from 16) */
  Sent: 2,
  /** A served method has answered with a promise: record | tag */
  Suspended: 3,
  /** The caller has its result or its error: record | tag | fault word, 0 for a result */
  Outcome: 4,
  /** block | generation | type | owner word before | owner word after */
  Owner: 5,
  /** The domain has written its panic down: domain id | cause */
  Panicked: 6,
  /** Everyone who waited for a dead domain has the error: domain id | callers */
  Settled: 7,
  /** The thread of a dead domain has ended: domain id */
  ThreadEnded: 8,
  /** domain id | blocks | bytes | borrows that go on */
  Reclaimed: 9,
  /** What the kernel held for a dead domain is released: domain id | resources */
  ResourcesReleased: 10,
  /** The last borrow of what it lent has ended, and nothing of the life is left but its row: domain id */
  Buried: 11,
  /** 16 + the state that a record is in from here on: record | tag | caller | callee | fault word, where there is one. Free stands for released. */
  Record: 16,
  /** 32 + the state that a life is in from here on: domain id | cause, where it is dead */
  Life: 32,
} as const;

if (NAME_CHARACTERS * 3 > (NAME_WORDS - 1) * 4 || LANES_AT % 16 !== 0 || E_TIME % 2 !== 0 || E_OPERANDS + 8 > ENTRY_WORDS)
  throw new Error('the areas of the trace overlap');
