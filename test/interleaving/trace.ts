/** The steps of one execution, as a number to compare and as text to read. */
import { GRANULES_PER_PAGE, PAGE_BYTES, PAGE_ENTRY_WORDS, PAGE_SHIFT } from '../../dist/abi/heap-layout.js';
import { ACTOR_NAMES, CONTROL, Kind, PLAIN, TRACE_STRIDE } from './support/board.mjs';

/** Of who took which step on which word, and what the word was before and after. */
export function traceHash(trace: Int32Array, steps: number): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < steps * TRACE_STRIDE; at++) hash = Math.imul(hash ^ trace[at], 0x01000193);
  return hash | 0;
}

const NAMES = { [Kind.Read]: 'reads', [Kind.Write]: 'writes', [Kind.Update]: 'updates' };

export function printTrace(trace: Int32Array, steps: number): string {
  const lines: string[] = [];
  for (let step = 0; step < steps; step++) {
    const [head, word, before, after] = trace.subarray(step * TRACE_STRIDE, (step + 1) * TRACE_STRIDE);
    const kind = head >> 4;
    const what = `${NAMES[kind & ~PLAIN]}${(kind & PLAIN) === 0 ? '' : ' plainly'}`;
    const values = (kind & ~PLAIN) === Kind.Read ? hex(after) : `${hex(before)} -> ${hex(after)}`;
    lines.push(`${String(step).padStart(5)}  ${ACTOR_NAMES[head & 15]} ${what} ${wordName(word)}: ${values}`);
  }
  return lines.join('\n');
}

function hex(value: number): string {
  return `0x${(value >>> 0).toString(16)}`;
}

function wordName(word: number): string {
  const index = word >> 1;
  if ((word & 1) === CONTROL) return `word ${index} of the control block`;
  const page = Math.floor(index / (PAGE_BYTES / 4));
  // The page table lies in the first pages; whatever is below it is told apart by its place alone.
  if (index < 64 * PAGE_ENTRY_WORDS) return `word ${index % PAGE_ENTRY_WORDS} of the entry of page ${Math.floor(index / PAGE_ENTRY_WORDS)}`;
  return `word ${index - page * (PAGE_BYTES / 4)} of page ${page} (granule ${(page << PAGE_SHIFT) + ((index >> 2) & (GRANULES_PER_PAGE - 1))})`;
}
