/** Every metric but the histogram, as a table: its name, what it says, its labels, and where its values come from. docs/metrics.md lists the same, and a test holds the two together. */
import type { KernelStats, OwnerStats, ProgramTotals } from '../../abi/kernel-protocol.js';

export interface Snapshot {
  readonly stats: KernelStats;
  readonly counts: { readonly loads: number; readonly refused: ReadonlyMap<string, number> };
}

/** The values of the labels, in the order of the definition, and then the figure. Several with the same labels are added up. */
type Sample = readonly [...labels: string[], value: number];

export interface MetricDefinition {
  readonly name: string;
  readonly kind: 'counter' | 'gauge';
  readonly help: string;
  readonly labels: readonly string[];
  readonly read: (snapshot: Snapshot) => Iterable<Sample>;
}

/** Types are named by extensions, thousands of them if they like: so many have series of their own, those that take most. */
export const MOST_TYPES = 100;
const OTHER = '(other)';
/** Calls that were meant for a program which is gone by now. */
const GONE = '(gone)';

type Domain = KernelStats['domains'][number];

function total(name: string, help: string, of: (totals: ProgramTotals) => number): MetricDefinition {
  const read = ({ stats }: Snapshot): Sample[] => Object.entries(stats.totals).map(([domain, totals]) => [domain, of(totals)]);
  return { name, kind: 'counter', help, labels: ['domain'], read };
}

function perDomain(name: string, help: string, of: (domain: Domain) => number): MetricDefinition {
  return { name, kind: 'gauge', help, labels: ['domain'], read: ({ stats }) => stats.domains.map((domain): Sample => [domain.name, of(domain)]) };
}

function single(kind: MetricDefinition['kind'], name: string, help: string, of: (snapshot: Snapshot) => number): MetricDefinition {
  return { name, kind, help, labels: [], read: (snapshot) => [[of(snapshot)]] };
}

function counted(...groups: (readonly [first: string, counts: { readonly [key: string]: number | undefined }])[]): Sample[] {
  return groups.flatMap(([first, counts]) => Object.entries(counts).map(([key, count = 0]): Sample => [first, key, count]));
}

/** Those that take most by themselves, the rest together. */
function mostOf(owners: { readonly [name: string]: OwnerStats }, of: (owner: OwnerStats) => number): Sample[] {
  const sorted = Object.entries(owners).sort(([, one], [, other]) => other.bytes - one.bytes);
  return sorted.map(([name, owner], place): Sample => [place < MOST_TYPES ? name : OTHER, of(owner)]);
}

const eachOwner = (owners: { readonly [name: string]: OwnerStats }, of: (owner: OwnerStats) => number): Sample[] =>
  Object.entries(owners).map(([name, owner]): Sample => [name, of(owner)]);

const STATES: readonly Domain['state'][] = ['starting', 'live', 'restarting', 'dead', 'condemned'];

export const METRICS: readonly MetricDefinition[] = [
  // --- calls ---
  {
    name: 'deciduous_calls_total',
    kind: 'counter',
    help: 'Calls that were served, by who served them.',
    labels: ['domain'],
    read: ({ stats }) => [
      ...Object.entries(stats.totals).map(([domain, { calls }]): Sample => [domain, calls]),
      ['host', stats.host.calls],
      ['kernel', stats.kernel.calls],
    ],
  },
  {
    name: 'deciduous_call_errors_total',
    kind: 'counter',
    help: 'Errors that calls answered, by whom the call was for, whoever made it.',
    labels: ['domain', 'code'],
    read: ({ stats: { totals, host, kernel, gone } }) =>
      counted(
        ...Object.entries(totals).map(([domain, { errors }]) => [domain, errors] as const),
        ['host', host.errors],
        ['kernel', kernel.errors],
        [GONE, gone.errors],
      ),
  },
  perDomain('deciduous_calls_in_flight', 'Calls that a domain has made and that have not ended.', ({ callsInFlight }) => callsInFlight),

  // --- lives ---
  {
    name: 'deciduous_crashes_total',
    kind: 'counter',
    help: 'Deaths that nobody asked for, by cause.',
    labels: ['domain', 'cause'],
    read: ({ stats }) => counted(...Object.entries(stats.totals).map(([domain, { crashes }]) => [domain, crashes] as const)),
  },
  total('deciduous_restarts_total', 'Lives that followed a dead one.', ({ restarts }) => restarts),
  total('deciduous_give_ups_total', 'How often the kernel gave a program up because it crashed too often.', ({ giveUps }) => giveUps),
  {
    name: 'deciduous_domains',
    kind: 'gauge',
    help: 'Loaded programs, by the state that they are in.',
    labels: ['state'],
    read: ({ stats }) => STATES.map((state): Sample => [state, stats.domains.filter((domain) => domain.state === state).length]),
  },
  perDomain('deciduous_domain_up', '1 while a domain accepts calls, else 0.', ({ state }) => Number(state === 'live')),
  {
    name: 'deciduous_stops_total',
    kind: 'counter',
    help: 'Lives that had to be stopped, by the steps that this took: flagged, panicked, terminated, condemned.',
    labels: ['step'],
    read: ({ stats }) => Object.entries(stats.escalation).map(([step, count]): Sample => [step, count as number]),
  },
  single('gauge', 'deciduous_spare_threads', 'Threads started and locked down ahead of need.', ({ stats }) => stats.spares),
  total('deciduous_reclaimed_blocks_total', 'Blocks of the shared heap that came back from dead lives.', ({ reclaimedBlocks }) => reclaimedBlocks),
  total('deciduous_reclaimed_bytes_total', 'Bytes of the shared heap that came back from dead lives.', ({ reclaimedBytes }) => reclaimedBytes),

  // --- loads ---
  single('counter', 'deciduous_loads_total', 'Programs that were loaded.', ({ counts }) => counts.loads),
  {
    name: 'deciduous_refused_loads_total',
    kind: 'counter',
    help: 'Loads that were refused, by the reason of the trust policy, else by the code of the error.',
    labels: ['reason'],
    read: ({ counts }) => [...counts.refused].map(([reason, count]): Sample => [reason, count]),
  },

  // --- work ---
  total('deciduous_cpu_seconds_total', 'CPU time of a domain, without what initialising took.', ({ cpuMs }) => cpuMs / 1000),
  total('deciduous_throttled_total', 'How often a domain had to wait because it had used more than its share of the CPU.', ({ throttled }) => throttled),
  total('deciduous_throttled_seconds_total', 'For how long it had to wait.', ({ throttledMs }) => throttledMs / 1000),
  total('deciduous_fuel_steps_total', 'Loop rounds and function entries of a domain’s code.', ({ fuel }) => fuel),
  total('deciduous_checkpoints_total', 'Looks at its limits that a domain took while its code ran.', ({ checkpoints }) => checkpoints),
  total('deciduous_checkpoint_seconds_total', 'Time that those looks took of the domain’s own thread.', ({ checkpointMs }) => checkpointMs / 1000),

  // --- memory ---
  single('gauge', 'deciduous_heap_size_bytes', 'Bytes reserved for the shared heap.', ({ stats }) => stats.heap.bytes),
  single('gauge', 'deciduous_heap_pages', 'Pages of the shared heap, 64 KiB each.', ({ stats }) => stats.heap.pages),
  single('gauge', 'deciduous_heap_pages_in_use', 'Pages that belong to somebody.', ({ stats }) => stats.heap.pagesInUse),
  ...(['bytes', 'blocks'] as const).flatMap((unit): MetricDefinition[] => [
    {
      name: `deciduous_heap_${unit}`,
      kind: 'gauge',
      help: `${unit === 'bytes' ? 'Bytes' : 'Blocks'} on the shared heap, by owner.`,
      labels: ['owner'],
      read: ({ stats }) => eachOwner(stats.heap.byOwner, (owner) => owner[unit]),
    },
    {
      name: `deciduous_heap_type_${unit}`,
      kind: 'gauge',
      help: `${unit === 'bytes' ? 'Bytes' : 'Blocks'} on the shared heap, by type: the ${MOST_TYPES} that take most, the rest together.`,
      labels: ['type'],
      read: ({ stats }) => mostOf(stats.heap.byType, (owner) => owner[unit]),
    },
  ]),
  perDomain('deciduous_owned_bytes', 'Bytes of the shared heap that a domain is charged for.', ({ sharedHeapBytes }) => sharedHeapBytes),
  perDomain('deciduous_owned_limit_bytes', 'Bytes of the shared heap that it may own.', ({ limits }) => limits.sharedHeapBytes),
  perDomain('deciduous_orphaned_bytes', 'Bytes that its dead lives left lent to the living.', ({ orphanedBytes }) => orphanedBytes),
  perDomain('deciduous_kept_bytes', 'Bytes of the shared heap that its media keep for its next life.', ({ keptBytes }) => keptBytes),
  perDomain('deciduous_private_heap_bytes', 'Bytes of a domain’s private heap, as of its last look.', ({ privateHeapBytes }) => privateHeapBytes),
  perDomain('deciduous_private_heap_limit_bytes', 'Bytes that its private heap may have.', ({ limits }) => limits.privateHeapBytes),

  // --- what is held ---
  perDomain('deciduous_timers', 'Timers of a domain that are pending.', ({ timers }) => timers),
  perDomain('deciduous_references_held', 'Interface references that a domain holds.', ({ referencesHeld }) => referencesHeld),
  perDomain('deciduous_exports_given_out', 'Exports of a domain that somebody holds.', ({ exportsGivenOut }) => exportsGivenOut),
  {
    name: 'deciduous_kernel_resources',
    kind: 'gauge',
    help: 'What the kernel holds for a domain, by kind.',
    labels: ['domain', 'kind'],
    read: ({ stats }) => counted(...stats.domains.map(({ name, resources }) => [name, resources] as const)),
  },
];
