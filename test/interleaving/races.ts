/**
 * Data races: two accesses of a word by different threads, one of them a write and one of them plain, that no atomic operation orders. Found in the trace of one execution with vector clocks: an
 * atomic read of a word comes after every atomic write of it before.
 */
import { PAGE_BYTES, PAGE_ENTRY_WORDS, firstUsablePage } from '../../dist/abi/heap-layout.js';
import { RECORD_WORDS } from '../../dist/abi/record-layout.js';
import { inUseRow, recordWord, THREAD_WORDS, threadRow, touchedRow } from '../../dist/abi/thread-layout.js';
import { MAX_DOMAINS } from '../../dist/abi/domain-id.js';
import { ACTORS, CONTROL, Kind, PLAIN, TRACE_STRIDE } from './support/board.mjs';

interface Access {
  readonly actor: number;
  /** Of the actor's own clock. */
  readonly time: number;
  readonly isPlain: boolean;
}

interface History {
  write: Access | null;
  reads: Access[];
  /** What whoever reads the word atomically has seen. */
  released: number[] | null;
}

/** The words that are raced for, by name. */
export function racesIn(trace: Int32Array, steps: number, pages: number): Set<string> {
  const clocks = Array.from({ length: ACTORS }, () => new Array<number>(ACTORS).fill(0));
  const histories = new Map<number, History>();
  const races = new Set<string>();
  for (let step = 0; step < steps; step++) {
    const head = trace[step * TRACE_STRIDE];
    const word = trace[step * TRACE_STRIDE + 1];
    const actor = head & 15;
    const kind = (head >> 4) & ~PLAIN;
    const isPlain = ((head >> 4) & PLAIN) !== 0;
    const clock = clocks[actor];
    clock[actor]++;
    let history = histories.get(word);
    if (history === undefined) histories.set(word, (history = { write: null, reads: [], released: null }));
    if (!isPlain && kind !== Kind.Write && history.released !== null)
      for (let each = 0; each < ACTORS; each++) clock[each] = Math.max(clock[each], history.released[each]);
    const earlier = kind === Kind.Read ? [] : history.reads;
    for (const access of history.write === null ? earlier : [history.write, ...earlier]) {
      if (access.actor !== actor && (isPlain || access.isPlain) && clock[access.actor] < access.time) races.add(wordName(word, pages));
    }
    const access = { actor, time: clock[actor], isPlain };
    if (kind === Kind.Read) history.reads = [...history.reads.filter((read) => read.actor !== actor || read.isPlain !== isPlain), access];
    else {
      history.write = access;
      history.reads = [];
      if (!isPlain) history.released = [...clock];
    }
  }
  return races;
}

function wordName(word: number, pages: number): string {
  const index = word >> 1;
  if ((word & 1) !== CONTROL) {
    if (index < pages * PAGE_ENTRY_WORDS) return `page entry, word ${index % PAGE_ENTRY_WORDS}`;
    return index < (firstUsablePage(pages) * PAGE_BYTES) / 4 ? 'type table' : 'block';
  }
  if (index >= recordWord(0, pages)) return `call record, word ${(index - recordWord(0, pages)) % RECORD_WORDS}`;
  if (index >= inUseRow(pages)) return 'map of pages in use';
  if (index >= touchedRow(0, pages)) return 'touched pages';
  if (index >= threadRow(0) && index < threadRow(MAX_DOMAINS)) return `thread row, word ${(index - threadRow(0)) % THREAD_WORDS}`;
  return `control block, word ${index}`;
}
