/**
 * The call record: one call from claim to release, in the mailbox of its callee.
 *
 *   word  0 STATE     state (4 bits) | tag (28 bits, counts the uses of this record)
 *         1 CALLER    domain id
 *         2 CALLEE    domain id
 *         3 METHOD    export << 16 | method
 *         4 PARENT    the record that the caller was serving, number + 1; 0 for none
 *         5 PARENT_TAG  that record's state word >>> 4, so that a reused record is not taken for it
 *         6 FAULT     written by the callee before FAULTED: code << 8 | cause, each a table index + 1
 *         7 X_VERDICT written by the kernel before REFUSED or ABANDONED: as FAULT
 *         8 DEADLINE  float64, milliseconds of the common clock; 0 for none (2 words)
 *        10 LENT      bit i: argument slot i is lent, else what is in it moves
 *        11 ARG_SLOTS count;  12 RESULT_SLOTS count
 *        13 DEPTH     length of the chain of calls
 *        14 SPILL     1 when the data is in a heap block listed in the last slot, because it exceeds DATA_BYTES
 *        15           reserved
 *        16 ARGS      24 slots: block numbers
 *        40 RESULTS   24 slots
 *        64 DATA      256 bytes of by-value arguments, then of the result
 *
 * The state word is the commit word of every step. A tag could wrap only within 2^28 uses of one record, which takes longer than the
 * heartbeat allows a live thread to sit between reading a state and exchanging it; a condemned thread's records are never reused.
 */
export const RECORDS_PER_MAILBOX = 256;
export const RECORD_WORDS = 128;

export const R_STATE = 0;
export const R_CALLER = 1;
export const R_CALLEE = 2;
export const R_METHOD = 3;
export const R_PARENT = 4;
export const R_PARENT_TAG = 5;
export const R_FAULT = 6;
export const R_X_VERDICT = 7;
export const R_DEADLINE = 8;
export const R_LENT = 10;
export const R_ARG_SLOTS = 11;
export const R_RESULT_SLOTS = 12;
export const R_DEPTH = 13;
export const R_SPILL = 14;
export const R_ARGS = 16;
export const R_RESULTS = 40;
export const R_DATA = 64;
export const RECORD_SLOTS = 24;
export const DATA_BYTES = (RECORD_WORDS - R_DATA) * 4;

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
export type CallStateValue = (typeof CallState)[keyof typeof CallState];

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

if (R_ARGS + RECORD_SLOTS !== R_RESULTS || R_RESULTS + RECORD_SLOTS !== R_DATA) throw new Error('record areas overlap');
