/**
 * Reads the trace's memory while others write it. What is answered is a cut: every entry that had its number when the reading began and was whole when it was met, in order.
 *
 * Of an entry the commit word is read first and last; between, its writer may have begun another in its place, and then the entry is lost like those that the ring has overwritten.
 */
import { load } from '../abi/atomics.js';
import { nowMs } from '../abi/clock.js';
import { MAX_DOMAINS } from '../abi/domain-id.js';
import {
  ENTRY_WORDS,
  EntryState,
  entryWord,
  E_CHARGED,
  E_COMMIT,
  E_KIND,
  E_OPERANDS,
  E_TIME,
  E_WHO,
  LANE_ENTRIES,
  LANE_WRITTEN,
  laneWord,
  lifeNoteWord,
  LIVES,
  MAX_LIVES,
  nameWord,
  ORDER_BITS,
  X_ORDER,
} from '../abi/trace-layout.js';
import type { Views } from '../shared-heap/views.js';

/** An entry, copied out. */
export interface Entry {
  order: number;
  timeMs: number;
  readonly isDone: boolean;
  readonly kind: number;
  readonly who: number;
  readonly charged: number;
  readonly operands: readonly number[];
}

export interface LifeNote {
  readonly id: number;
  readonly name: string;
  readonly incarnation: number;
}

export interface Reading {
  /** In order; orders are unwrapped, and times never run backwards. */
  readonly entries: Entry[];
  readonly lost: number;
  readonly lives: readonly LifeNote[];
  nameOf(name: number): string;
}

const ROUND = 2 ** ORDER_BITS;
/** Two entries that are neighbours by time are not further apart than this the wrong way round. */
const MOST_DISORDER = ROUND / 4;
/** An entry whose number is beyond the cut and whose time is not this old came after the cut; else its number is of an earlier round. */
const RECENT_MS = 10_000;

export function readTrace(views: Views): Reading {
  const { words } = views;
  const cut = load(words, X_ORDER) & (ROUND - 1);
  const cutMs = nowMs();
  const size = words[LANE_ENTRIES];
  const isBeyond = ({ order, timeMs }: Entry): boolean => ((order - cut) & (ROUND - 1)) < MOST_DISORDER && timeMs > cutMs - RECENT_MS;
  const entries: Entry[] = [];
  let lost = 0;
  for (let lane = 0; lane < MAX_DOMAINS; lane++) {
    const writtenWord = (laneWord(lane, size) + LANE_WRITTEN) >>> 1;
    const most = Math.min(views.floats[writtenWord], size);
    let whole = 0;
    for (let slot = 0; slot < most; slot++) {
      const entry = readEntry(views, entryWord(lane, size, slot));
      if (entry === null) continue;
      whole++;
      if (!isBeyond(entry)) entries.push(entry);
    }
    lost += Math.max(0, views.floats[writtenWord] - whole);
  }
  return { entries: inOrder(entries), lost, lives: readLives(views), nameOf: (name) => readName(views, name) };
}

const scratch = new Float64Array(1);
const halves = new Int32Array(scratch.buffer);

/** Null for a place where there is none, or whose writer is at work. */
function readEntry({ words }: Views, at: number): Entry | null {
  const commit = load(words, at + E_COMMIT);
  if ((commit & 3) === EntryState.None) return null;
  const copy: number[] = [];
  // Loaded one by one, each an ordered step: a plain copy could be moved behind the second look.
  for (let word = 0; word < ENTRY_WORDS; word++) copy.push(load(words, at + word));
  const after = load(words, at + E_COMMIT);
  if ((after & 3) === EntryState.None || after >>> 2 !== commit >>> 2) return null;
  halves[0] = copy[E_TIME];
  halves[1] = copy[E_TIME + 1];
  return {
    order: after >>> 2,
    timeMs: scratch[0],
    isDone: (after & 3) === EntryState.Done,
    kind: copy[E_KIND],
    who: copy[E_WHO],
    charged: copy[E_CHARGED],
    operands: copy.slice(E_OPERANDS),
  };
}

/** By time, entries are nearly in order: near enough to tell which round of the counter each number is of. */
function inOrder(entries: Entry[]): Entry[] {
  entries.sort((one, other) => one.timeMs - other.timeMs);
  let last = entries[0]?.order ?? 0;
  for (const entry of entries) {
    const ahead = (entry.order - last) & (ROUND - 1);
    entry.order = ahead > ROUND - MOST_DISORDER ? last + ahead - ROUND : last + ahead;
    last = entry.order;
  }
  entries.sort((one, other) => one.order - other.order);
  let latest = Number.NEGATIVE_INFINITY;
  for (const entry of entries) {
    latest = Math.max(latest, entry.timeMs);
    entry.timeMs = latest;
  }
  return entries;
}

function readLives(views: Views): LifeNote[] {
  const { words } = views;
  const count = load(words, LIVES);
  const lives: LifeNote[] = [];
  for (let index = Math.max(0, count - MAX_LIVES); index < count; index++) {
    const at = lifeNoteWord(index);
    const id = load(words, at);
    const note = { id, name: readName(views, load(words, at + 1)), incarnation: load(words, at + 2) };
    if (id !== 0 && load(words, at) === id) lives.push(note);
  }
  return lives;
}

function readName({ words, node }: Views, name: number): string {
  if (name <= 0) return 'unnamed';
  const at = nameWord(name);
  const bytes = load(words, at);
  return bytes > 0 ? node.toString('utf8', (at + 1) * 4, (at + 1) * 4 + bytes) : 'unnamed';
}
