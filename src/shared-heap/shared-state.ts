/** The shared memories of one kernel, as they travel to a thread and as that thread sees them. */
import { reserve, type SharedMemory } from '../abi/atomics.js';
import type { SharedHandles } from '../abi/control-protocol.js';
import { PAGE_BYTES, firstUsablePage } from '../abi/heap-layout.js';
import { controlBytes } from '../abi/medium-layout.js';
import { LANE_ENTRIES, traceBytes } from '../abi/trace-layout.js';
import { viewsOf, type Views } from './views.js';

export interface SharedState extends SharedHandles {
  readonly controlViews: Views;
  readonly heapViews: Views;
  readonly traceViews: Views | null;
  readonly firstPage: number;
}

export const MAX_HEAP_BYTES = 4 * 2 ** 30;
export const MIN_HEAP_BYTES = 4 * 2 ** 20;
/**
 * Reserved beyond what was asked for, as a part of it, as far as block numbers reach: room for the tables, and for the holes between values that cannot be moved. Without it a heap
 * that is nine tenths full refuses large values (docs/fragmentation.md).
 */
const HEADROOM = 1 / 4;

/** Reserves the memories, so that `heapBytes` can be in use; for a trace of so many entries of each thread, if any. Throws a RangeError for a heap size that cannot be. */
export function reserveShared(heapBytes: number, traceEntries = 0): SharedHandles {
  if (!Number.isInteger(heapBytes) || heapBytes < MIN_HEAP_BYTES || heapBytes > MAX_HEAP_BYTES) {
    throw new RangeError(`sharedHeapBytes must be a whole number from ${MIN_HEAP_BYTES} (4 MiB) to ${MAX_HEAP_BYTES} (4 GiB), not ${heapBytes}`);
  }
  const pages = Math.ceil(Math.min(heapBytes * (1 + HEADROOM), MAX_HEAP_BYTES) / PAGE_BYTES);
  return { control: reserve(controlBytes(pages)), heap: reserve(pages * PAGE_BYTES), trace: traceEntries === 0 ? null : reserveTrace(traceEntries), pages };
}

function reserveTrace(entries: number): SharedMemory {
  const memory = reserve(traceBytes(entries));
  viewsOf(memory).words[LANE_ENTRIES] = entries;
  return memory;
}

export function openShared(handles: SharedHandles): SharedState {
  return {
    ...handles,
    controlViews: viewsOf(handles.control),
    heapViews: viewsOf(handles.heap),
    traceViews: handles.trace === null ? null : viewsOf(handles.trace),
    firstPage: firstUsablePage(handles.pages),
  };
}
