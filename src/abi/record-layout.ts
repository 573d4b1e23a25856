/**
 * The call record: one call from claim to release, in the mailbox of its callee.
 *
 *   word  0 STATE     state (4 bits) | tag (28 bits, counts the uses of this record)
 *         1 X_CALLER  domain id; 0 while nobody has the record: the commit word of claim and release
 *         2 METHOD    export << 16 | method
 *         3 PARENT    the record that the caller was serving, number + 1; 0 for none
 *         4 PARENT_TAG  that record's state word >>> 4, so that a reused record is not taken for it
 *         5 DEPTH     length of the chain of calls (8 bits) | 256 where there is a deadline
 *         6 ARG_SLOTS count
 *         7 SEQUENCE  counts the calls of the caller, so that its calls are served in the order in which it sent them
 *         8 DATA      256 bytes of by-value arguments, then of the result
 *        72 CALLEE    domain id
 *        73 FAULT     written by the callee before FAULTED or REFUSED: code << 8 | cause, each a table index + 1
 *        74 X_VERDICT written by the kernel before REFUSED or ABANDONED: as FAULT
 *        75 LENT      bit i: argument slot i is lent, else what is in it moves
 *        76 DEADLINE  float64, milliseconds of the common clock (2 words)
 *        78 RESULT_SLOTS count
 *        79 SPILL     the heap block that holds the data, listed in the last slot, because it exceeds DATA_BYTES; else 0
 *        80 ARGS      24 slots: block numbers
 *       104 RESULTS   24 slots
 *
 * A call of a few scalars touches one cache line: all that both parties need of it is in the first 16 words.
 *
 * The state word is the commit word of every step between claim and release. A claim is a compare-and-swap of X_CALLER, so that a record whose caller dies at any moment says
 * whose it was. A tag could wrap only within 2^28 uses of one record, which takes longer than the
 * heartbeat allows a live thread to sit between reading a state and exchanging it; a condemned thread's records are never reused.
 */
export const RECORDS_PER_MAILBOX = 256;
export const RECORD_WORDS = 128;

export const R_STATE = 0;
export const R_X_CALLER = 1;
export const R_METHOD = 2;
export const R_PARENT = 3;
export const R_PARENT_TAG = 4;
export const R_DEPTH = 5;
export const R_ARG_SLOTS = 6;
export const R_SEQUENCE = 7;
export const R_DATA = 8;
export const R_CALLEE = 72;
export const R_FAULT = 73;
export const R_X_VERDICT = 74;
export const R_LENT = 75;
export const R_DEADLINE = 76;
export const R_RESULT_SLOTS = 78;
export const R_SPILL = 79;
export const R_ARGS = 80;
export const R_RESULTS = 104;
export const RECORD_SLOTS = 24;
export const DATA_BYTES = (R_CALLEE - R_DATA) * 4;

/** In the word of DEPTH: the call has a deadline. */
export const HAS_DEADLINE = 256;

/** A chain of calls may be this long; a longer one is refused, so that mutual recursion across domains ends. */
export const MAX_CHAIN_DEPTH = 64;

export const CallState = {
  Free: 0,
  Claimed: 1,
  Sent: 2,
  Running: 3,
  Replied: 4,
  Faulted: 5,
  Refused: 6,
  Abandoned: 7,
  Orphaned: 8,
  /** The callee has let go of an abandoned or orphaned call: its caller, or the kernel for a dead one, may release it. */
  Ended: 9,
} as const;

export function callState(word: number): number {
  return word & 15;
}
/** The same use of the record, in another state. */
export function withState(word: number, state: number): number {
  return (word & ~15) | state;
}
/** The state word of the next use of a record that is being released. */
export function nextUse(word: number): number {
  return ((word & ~15) + 16) | 0;
}
/** What the owner word of a block in transit holds: the record and the low 11 bits of its tag. */
export function recordRef(record: number, stateWord: number): number {
  return (((stateWord >>> 4) & 0x7ff) << 17) | record;
}
export function recordOfRef(ref: number): number {
  return ref & 0x1ffff;
}

if (R_ARGS + RECORD_SLOTS !== R_RESULTS || R_RESULTS + RECORD_SLOTS !== RECORD_WORDS || R_DATA % 2 !== 0 || R_DEADLINE % 2 !== 0)
  throw new Error('record areas overlap');
