/** The parts of the kernel that programs and their lives are made with. */
import type { KernelEvent, ProgramTotals } from '../abi/kernel-protocol.js';
import type { FaultCounts } from '../proxy/fault-counts.js';
import type { ThreadHeap } from '../shared-heap/heap.js';
import type { TypeRegistry } from '../shared-heap/types/type-registry.js';
import type { Bindings } from './bindings.js';
import type { CallChain } from './call-chain.js';
import type { DomainTable } from './domain-table.js';
import type { Lives } from './lives.js';
import type { Media } from './media.js';
import type { Program } from './program.js';
import type { References } from './references.js';
import type { Spares } from './spares.js';
import type { Undertaker } from './undertaker.js';
import type { Watchdog } from './watchdog.js';
import type { Watchers } from './watchers.js';

/** What a life touches, from its thread to its grave. */
export interface ProgramParts {
  readonly heap: ThreadHeap;
  readonly registry: TypeRegistry;
  readonly table: DomainTable;
  readonly lives: Lives;
  readonly bindings: Bindings;
  readonly chain: CallChain;
  readonly references: References;
  readonly media: Media;
  readonly undertaker: Undertaker;
  readonly watchdog: Watchdog;
  readonly spares: Spares;
  readonly watchers: Watchers;
  readonly faults: FaultCounts;
  readonly totalsOf: (program: Program) => ProgramTotals;
  readonly paranoid: boolean;
  readonly emit: (event: KernelEvent) => void;
}
