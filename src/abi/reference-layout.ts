/**
 * The words of interface references: for each thread a log of what it did with references, and a map of what the kernel tells it about those that it gave out.
 *
 *   word  0 LOG_HEAD       entries written, counted without end: the commit word of each. Written by the thread
 *        16 X_LOG_TAIL     entries that the kernel has taken. Written by the kernel
 *        17 X_RELEASED     one bit for each 4 words of the map below in which some bit may be new. Set by the kernel after that, cleared by the thread before it reads them
 *        32 X_RELEASED_MAP one bit for each export: nobody holds it any more. Set by the kernel; cleared by the kernel where somebody holds it again, else by the thread
 *       160 EXPORTED_MAP   one bit for each export that is in use. Written by the thread; read by the audit
 *       288 LOG            256 entries of 4 words, a ring
 *
 *   entry    0 PROVIDER    domain id, or -(binding + 1) for what a grant leads to through all lives of a program
 *            1 EVENT       export << 2 | kind
 *            2 RECORD      the record's number, of `passed` and `received`
 *            3 TAG         the record's state word >>> 4
 *
 * Entry first, head afterwards: a thread that is killed between the two has written nothing. The kernel alone keeps the sets of holders, in its private memory; what is here are events, not counts, so there is nothing that two threads count together
 * and one of them can leave torn (docs/decisions/0014-references-in-a-log.md).
 */

export const LOG_HEAD = 0;
export const X_LOG_TAIL = 16;
export const X_RELEASED = 17;
export const X_RELEASED_MAP = 32;
/** Exports that a domain may have at a time. */
export const MAX_EXPORTS = 4096;
const MAP_WORDS = MAX_EXPORTS / 32;
export const GROUP_WORDS = MAP_WORDS / 32;
export const EXPORTED_MAP = X_RELEASED_MAP + MAP_WORDS;
export const LOG = EXPORTED_MAP + MAP_WORDS;
export const LOG_ENTRIES = 256;
export const LOG_ENTRY_WORDS = 4;
export const REFERENCE_WORDS = LOG + LOG_ENTRIES * LOG_ENTRY_WORDS;

export const ReferenceEvent = {
  /** This thread has put the reference into a use of a record, which holds it from now on. */
  Passed: 0,
  /** This thread has taken it out: it holds it now, and the use of the record no longer does. */
  Received: 1,
  /** This thread holds it once more than before. */
  Retained: 2,
  /** This thread holds it once less. */
  Dropped: 3,
} as const;

/** The bit of X_RELEASED for an export. */
export function releasedGroup(exported: number): number {
  return 1 << Math.floor(exported / (32 * GROUP_WORDS));
}
export function eventWord(exported: number, kind: number): number {
  return (exported << 2) | kind;
}
export function eventExport(word: number): number {
  return word >>> 2;
}
export function eventKind(word: number): number {
  return word & 3;
}
/** The first word of an entry, from the first word of the thread's area. `sequence` counts entries without end. */
export function logEntry(area: number, sequence: number): number {
  return area + LOG + (sequence & (LOG_ENTRIES - 1)) * LOG_ENTRY_WORDS;
}
/** What stands for a provider where a reference follows a program through its lives. */
export function boundProvider(binding: number): number {
  return -(binding + 1);
}
/** The binding behind such a word. */
export function bindingOf(provider: number): number {
  return -provider - 1;
}

if ((LOG_ENTRIES & (LOG_ENTRIES - 1)) !== 0) throw new Error('a ring has a power of two of entries');
if (REFERENCE_WORDS % 16 !== 0) throw new Error('an area of references begins on a cache line');
