/** What `kernel.stats()` says of domains, and of the heap: who has what, by name. */
import { load } from '../abi/atomics.js';
import { type DomainId, indexOf } from '../abi/domain-id.js';
import type { DomainStats, HeapStats, OwnerStats, ProgramTotals, ThreadTotals } from '../abi/kernel-protocol.js';
import { GRANULE_BYTES, PAGE_BYTES } from '../abi/heap-layout.js';
import { callsServed, CHARGED, IN_FLIGHT, Life as LifeState, PRIVATE_KIB, STEPS, threadRow, TIMERS_PENDING } from '../abi/thread-layout.js';
import type { FaultCounts } from '../proxy/fault-counts.js';
import { type Count, takeCensus } from '../shared-heap/audit/census.js';
import type { ThreadHeap } from '../shared-heap/heap.js';
import type { Views } from '../shared-heap/views.js';
import type { CpuShares } from './cpu-shares.js';
import type { DomainTable } from './domain-table.js';
import type { Holders } from './holders.js';
import type { Media } from './media.js';
import type { Life, Program } from './program.js';
import type { Resources } from './resources.js';
import { PastLives } from './totals.js';

const UNOWNED: { readonly [id: number]: string } = { [-1]: '(in transit)', [-2]: '(orphaned)', [-3]: '(being freed)' };

const STATES: { readonly [state: number]: DomainStats['state'] } = {
  [LifeState.Starting]: 'starting',
  [LifeState.Live]: 'live',
  [LifeState.Dead]: 'dead',
  [LifeState.Condemned]: 'condemned',
};

export function domainStats(
  program: Program,
  { words, floats }: Views,
  table: DomainTable,
  resources: Resources,
  holders: Holders,
  shares: CpuShares,
  media: Media,
): DomainStats {
  const row = program.life === null ? -1 : threadRow(indexOf(program.life.id));
  const state = program.life === null ? (program.restarting ? 'restarting' : 'dead') : STATES[table.state(program.life.id)];
  return {
    name: program.name,
    incarnation: program.life?.incarnation ?? program.incarnation,
    globals: program.request.powers,
    state: state ?? 'dead',
    calls: program.past.calls + (row < 0 ? 0 : callsServed(words, row)),
    crashes: Object.fromEntries(program.crashes),
    restarts: program.restarts,
    sharedHeapBytes: row < 0 ? 0 : load(words, row + CHARGED) * GRANULE_BYTES,
    privateHeapBytes: row < 0 ? 0 : load(words, row + PRIVATE_KIB) * 1024,
    timers: row < 0 ? 0 : load(words, row + TIMERS_PENDING),
    fuel: { used: row < 0 ? 0 : floats[(row + STEPS) / 2], lastCall: row < 0 ? 0 : floats[(row + STEPS) / 2 + 1] },
    callsInFlight: row < 0 ? 0 : load(words, row + IN_FLIGHT),
    cpu: shares.stats(program),
    limits: program.limits,
    keptBytes: media.granulesOf(program) * GRANULE_BYTES,
    orphanedBytes: program.orphanedGranules * GRANULE_BYTES,
    resources: program.life === null ? {} : resources.counts(program.life.id),
    referencesHeld: program.life === null ? 0 : holders.heldBy(program.life.id),
    exportsGivenOut: program.life === null ? 0 : holders.givenOutBy(program.life.id),
  };
}

/** What a program has counted up to now, in all its lives: there are two while a new version takes over. */
export function programTotals(program: Program, lives: Iterable<Life>, views: Views, faults: FaultCounts, shares: CpuShares): ProgramTotals {
  const counted = Object.assign(new PastLives(), program.past);
  for (const life of lives) if (life.program === program) counted.add(views, threadRow(indexOf(life.id)));
  const { calls, fuel, checkpoints, checkpointMs, reclaimedBlocks, reclaimedBytes, giveUps } = counted;
  const { usedMs: cpuMs, throttled, throttledMs } = shares.stats(program);
  return {
    calls,
    errors: faults.ofBinding(program.binding),
    crashes: Object.fromEntries(program.crashes),
    restarts: program.restarts,
    giveUps,
    reclaimedBlocks,
    reclaimedBytes,
    cpuMs,
    throttled,
    throttledMs,
    fuel,
    checkpoints,
    checkpointMs,
  };
}

/** Of a thread that is no program's. */
export function threadTotals(index: number, place: number, { words }: Views, faults: FaultCounts): ThreadTotals {
  return { calls: callsServed(words, threadRow(index)), errors: faults.at(place) };
}

export function heapStats(heap: ThreadHeap, nameOfDomain: (id: DomainId) => string, nameOfType: (index: number) => string): HeapStats {
  const census = takeCensus(heap);
  return {
    bytes: heap.shared.pages * PAGE_BYTES,
    pages: heap.shared.pages - heap.shared.firstPage,
    pagesInUse: census.pagesInUse,
    blocks: census.total.blocks,
    blockBytes: census.total.bytes,
    byOwner: named(census.byOwner, (id) => UNOWNED[id] ?? nameOfDomain(id)),
    byType: named(census.byType, nameOfType),
    bySizeClass: named(new Map([...census.bySize].sort(([one], [other]) => one - other)), (granules) => String(granules * GRANULE_BYTES)),
  };
}

function named(counts: ReadonlyMap<number, Count>, nameOf: (key: number) => string): { [name: string]: OwnerStats } {
  // Names are an extension's choice: one may be that of a member of every object.
  const named = Object.create(null) as { [name: string]: OwnerStats };
  for (const [key, { blocks, bytes }] of counts) {
    const before = named[nameOf(key)] ?? { blocks: 0, bytes: 0 };
    named[nameOf(key)] = { blocks: before.blocks + blocks, bytes: before.bytes + bytes };
  }
  return named;
}
