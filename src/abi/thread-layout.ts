/**
 * The control block: everything that threads share beside the heap itself.
 *
 *   word 0                    64                  64 + 512*64
 *   +-------------------------+-------------------+----------------+-----------+---------------+--------------+--------------+----------------+------------------+
 *   | header                  | thread table      | panic texts    | bindings  | touched pages | pages in use | call records | references     | faults           |
 *   | heartbeat, spinners ... | 64 words a thread | 4 KiB a thread | 2 * 512 w | 1 bit a page  | 1 bit a page | 256 a thread | 5 KiB a thread | 16 words a place |
 *   |                         |                   |                |           | and thread    |              |              |                |                  |
 *   +-------------------------+-------------------+----------------+-----------+---------------+--------------+--------------+----------------+------------------+
 *
 * Behind these stand the media of programs (medium-layout.ts), 4 of 4 words a binding.
 *
 * Who may write which word is said beside each word. "x" before a name: written by other threads than the row's own.
 */
import { MAX_DOMAINS } from './domain-id.js';
import { RECORDS_PER_MAILBOX, RECORD_WORDS } from './record-layout.js';
import { REFERENCE_WORDS } from './reference-layout.js';

// --- header ---
/** Counts up while the kernel thread lives. Written by the kernel. */
export const HEARTBEAT = 0;
/** Some page may be abandoned. Set after a page was given up, cleared by whoever looked and found none. */
export const X_ABANDONED_HINT = 1;
/** How often the kernel looks at the domains. Written by the kernel; a domain that wakes up turns Slow into Wanted, then rings the kernel. */
export const X_PULSE = 2;
export const Pulse = { Quick: 0, Slow: 1, Wanted: 2 } as const;
/** Counts threads that have said that they write no more. They add, then ring the kernel. */
export const X_PARTED = 3;
/** One bit per thread that spins, 16 words. Each thread sets and clears its own bit; the kernel clears a dead one's. */
export const SPINNERS = 16;
const HEADER_WORDS = 64;

// --- thread table: words 0-15 are read by every caller and seldom written, 48-63 are written in every call ---
export const THREAD_WORDS = 64;

/** life state (4 bits) | incarnation: the commit word of birth and death. Written by the kernel; a panicking thread may itself turn Live into Dead. */
export const LIFE = 0;
/** Counts rings. Any thread adds, then notifies. */
export const X_DOORBELL = 1;
/** While the thread may be asleep on its doorbell, a number that each of its sleeps has for itself; 0 while it is awake. Written by the thread. */
export const PARKED = 2;
/** activity state (2 bits) | count of turns. Written by the thread, read by the watchdog. */
export const ACTIVITY = 48;
/** What the thread owns on the heap, in granules of 16 bytes. Written by the thread. */
export const CHARGED = 49;
/** What it may own. Written by the kernel. */
export const X_QUOTA = 5;
/** What the kernel wants of the thread: bits of `Order`. Written by the kernel. */
export const X_ORDERS = 3;
export const Order = {
  /** It has run for too long: panic at the next checkpoint. */
  Stop: 1,
  /** It has used more than its share of the CPU: begin nothing until this is taken back. */
  Wait: 2,
} as const;
/** Why it died (a CRASH_CAUSES index + 1). Written by the thread in a panic, else by the kernel, before the life word says dead. */
export const CAUSE = 6;
/** Which of its program's lives this is, counted from 1; 0 for host and kernel. A row's own count is another one: lives of a program need not have the same row. Written by the kernel. */
export const X_PROGRAM_LIFE = 9;
/** Bytes of panic text. Written last, after the text. */
export const PANIC_LENGTH = 7;
/** Thread id of the operating system, for CPU time; 0 where unknown. Written by the thread. */
export const OS_THREAD = 8;
/** The record that the thread is blocked on, its number + 1; 0 for none. Written by the thread. */
export const BLOCKED_ON = 50;
/** The binding of the program that lives here, + 1 (binding.ts). Written by the kernel before the life is live. */
export const X_BINDING = 11;
/** A control message waits on the thread's port: return to the event loop. Set by the kernel, cleared by the thread. */
export const X_CONTROL = 10;
/** Calls served, for statistics: the lower and the upper 32 bits, because a busy thread counts the lower ones through within two hours. Written by the thread. */
export const SERVED = 51;
export const SERVED_UPPER = 28;
/** The record that the thread serves now, its number + 1; 0 for none. Written by the thread. */
export const SERVING = 52;
/** Time slice in microseconds. Written by the kernel. */
export const X_SLICE_US = 12;
/** Bytes of its private heap above the runtime's own, in KiB, as last looked at. Written by the thread. */
export const PRIVATE_KIB = 53;
/** Timers pending. Written by the thread. */
export const TIMERS_PENDING = 54;
/** Calls of its own that have not ended. Written by the thread. */
export const IN_FLIGHT = 55;
/** How many there may be; 0 for any number. Written by the kernel. */
export const X_MOST_IN_FLIGHT = 4;
/** Interface references that it holds, each counted once. Written by the thread, read by whoever passes it one. */
export const REFERENCES_HELD = 56;
/** 1 when the thread has panicked and writes nothing any more, whether or not it has ended. Written by the thread, last. */
export const PARTED = 57;
/** How many of its calls wait for a provider's next life. Written by the thread, read by the kernel, which rings it when a life begins or none will. */
export const AWAITING_LIVES = 62;
/** Two float64: steps of this life in all, and of the call that it worked for last. Written by the thread where it counts, read by the kernel for statistics. */
export const STEPS = 58;
/** How many it may hold; 0 for any number. Written by the kernel. */
export const X_MOST_REFERENCES = 15;
/** Some page of this thread's arena has remote bits. Whoever sets a bit sets this after it; the thread clears it before it drains. */
export const X_REMOTE_HINT = 13;
/**
 * The record that the thread looks at directly, its number + 1; 0 for none. Who sends in that record need not set its pending bit. Written by the thread; after it has
 * stored 0 it looks at the record once more.
 */
export const WATCHED = 14;
/** One bit for each record of this thread's mailbox that awaits it. Senders set, the thread clears. 8 words, one cache line. */
export const X_PENDING = 16;
export const PENDING_WORDS = RECORDS_PER_MAILBOX / 32;
/** Two float64: looks at its limits (checkpoints) that this life has taken, and the milliseconds that they took. Written by the thread. */
export const CHECKPOINTS = 24;
/** One bit for each mailbox that this thread has called. Written by the thread before it first claims a record there. 16 words. */
export const PEERS = 32;
export const PEER_WORDS = MAX_DOMAINS / 32;

export const Life = {
  Vacant: 0,
  /** Its worker boots or its extension initialises; calls are accepted from the kernel's say-so only. */
  Starting: 1,
  Live: 2,
  /** No call starts here any more; its callers are being settled. */
  Dead: 3,
  /** Killed, and its thread has not stopped: it could still write. */
  Condemned: 4,
} as const;

export function lifeWord(state: number, incarnation: number): number {
  return (incarnation << 4) | state;
}
export function lifeState(word: number): number {
  return word & 15;
}
export function lifeIncarnation(word: number): number {
  return word >>> 4;
}

export const Activity = {
  /** Parked, or about to park. */
  Idle: 0,
  /** Runs extension code or the runtime's own. */
  Running: 1,
  /** Waits in an outgoing call. */
  Blocked: 2,
} as const;

/** Calls that the thread of a row has served. */
export function callsServed(words: Int32Array, row: number): number {
  return words[row + SERVED_UPPER] * 2 ** 32 + (words[row + SERVED] >>> 0);
}

// --- offsets ---
export const PANIC_BYTES = 4096;
const THREADS_AT = HEADER_WORDS;
const PANICS_AT = THREADS_AT + MAX_DOMAINS * THREAD_WORDS;
export const MAX_BINDINGS = 512;
/** A length byte and UTF-8. */
export const NAME_BYTES = 64;
const NAMES_AT = PANICS_AT + (MAX_DOMAINS * PANIC_BYTES) / 4;
const BINDINGS_AT = NAMES_AT + (MAX_DOMAINS * NAME_BYTES) / 4;
const LINES_AT = BINDINGS_AT + MAX_BINDINGS;
const TOUCHED_AT = LINES_AT + MAX_BINDINGS;

/** The first word of a thread's row. */
export function threadRow(index: number): number {
  return THREADS_AT + index * THREAD_WORDS;
}
/** The first byte of a thread's panic text. */
export function panicTextByte(index: number): number {
  return PANICS_AT * 4 + index * PANIC_BYTES;
}
/** The first byte of a thread's name. Written by the kernel before the row's new life begins. */
export function nameByte(index: number): number {
  return NAMES_AT * 4 + index * NAME_BYTES;
}
/** The word that holds the id of the domain that the program in a binding's place lives in now; what it holds without one is in binding.ts. Written by the kernel. Whether it is the binding's program is for `lifeOf` to say. */
export function bindingWord(binding: number): number {
  return BINDINGS_AT + (binding & (MAX_BINDINGS - 1));
}
/** The word that says, for the program in a binding's place, from which of its lives on each has taken over from the one before: a proxy that leads to one of these leads to the present one. Written by the kernel before the binding word. */
export function lineWord(binding: number): number {
  return LINES_AT + (binding & (MAX_BINDINGS - 1));
}
/** Words of a thread's bitmap of pages in which it has owned a block or which were its own. Written by the thread. */
export function touchedWords(pages: number): number {
  return Math.ceil(pages / 32);
}
export function touchedRow(index: number, pages: number): number {
  return TOUCHED_AT + index * touchedWords(pages);
}
/** Words of the map of pages in use, one bit a page. Written by whoever takes or frees a page, after the page's owner word; a hint. */
export function inUseRow(pages: number): number {
  return touchedRow(MAX_DOMAINS, pages);
}
/** The first word of a call record; `record` is mailbox index * 256 + slot. */
export function recordWord(record: number, pages: number): number {
  // Records start on a multiple of 16 words, so that no two share a cache line and a deadline can be a float64.
  const start = Math.ceil((inUseRow(pages) + touchedWords(pages)) / 16) * 16;
  return start + record * RECORD_WORDS;
}
/** The first word of a thread's area of interface references (reference-layout.ts). */
export function referenceArea(index: number, pages: number): number {
  return recordWord(MAX_DOMAINS * RECORDS_PER_MAILBOX, pages) + index * REFERENCE_WORDS;
}
/**
 * Errors that calls answered, by provider: a row for each binding's place, then one for the host, one for the kernel, and one for programs that are gone. Word 0 is the binding of the program that the row counts for, + 1, written
 * by the kernel; word n counts the errors with the number n (codes.ts), in 32 bits without a sign. Any thread adds.
 */
export const FAULT_WORDS = 16;
export const FaultPlace = { Host: MAX_BINDINGS, Kernel: MAX_BINDINGS + 1, Gone: MAX_BINDINGS + 2 } as const;
export function faultRow(place: number, pages: number): number {
  return referenceArea(MAX_DOMAINS, pages) + place * FAULT_WORDS;
}
/** The first word behind all this. */
export function threadsEnd(pages: number): number {
  return faultRow(FaultPlace.Gone + 1, pages);
}

if (PEERS + PEER_WORDS > ACTIVITY || X_PENDING + PENDING_WORDS > CHECKPOINTS || CHECKPOINTS + 4 > SERVED_UPPER || SERVED_UPPER >= PEERS)
  throw new Error('a thread row overlaps itself');
if (SPINNERS + MAX_DOMAINS / 32 > HEADER_WORDS) throw new Error('the header overlaps the thread table');
