/** What the host and the kernel say to each other. Data only. */
import type { Grant, LoadFailure, ProvidedInterface, SharedHandles } from './control-protocol.js';
import type { DomainId } from './domain-id.js';
import type { EscalationCounts } from './escalation.js';
import type { Epitaph, ResourceCounts } from './epitaph.js';
import type { Leaf } from './leaf.js';
import type { Limits } from './limits.js';
import type { GrantedPowers } from './powers.js';
import type { CrashCause, RpcErrorCode } from './result.js';
import type { RestartPolicy, SupervisorRequest, SupervisorStats } from './supervision.js';

export interface KernelOptions {
  readonly shared: SharedHandles;
  readonly spares: number;
  readonly paranoid: boolean;
}

export interface LoadRequest {
  readonly name: string;
  readonly leaf: Leaf;
  readonly limits: Limits;
  readonly grants: { readonly [name: string]: Grant };
  readonly powers: GrantedPowers;
  /** Under a supervisor only `when` and `rebind` count: the pace is the supervisor's. */
  readonly restart: RestartPolicy;
  /** The number of the supervisor that it stands under; none unless given. */
  readonly supervisor?: number;
  /** Lives that the program had in a kernel before this one, 0 unless given: its first life here is the next. */
  readonly livesBefore?: number;
}

/** A new version of a loaded program. That its interfaces serve whoever uses the present one has been looked at. */
export interface UpgradeRequest {
  readonly leaf: Leaf;
  /** How long calls that run in the present version may go on. */
  readonly drainMs: number;
}

export interface Loaded {
  readonly program: number;
  readonly binding: number;
  readonly id: DomainId;
  readonly incarnation: number;
  readonly provides: { readonly [name: string]: ProvidedInterface };
}

export type SuperviseReply = { readonly ok: true; readonly supervisor: number } | { readonly ok: false; readonly failure: LoadFailure };

export type LoadReply = { readonly ok: true; readonly loaded: Loaded } | { readonly ok: false; readonly failure: LoadFailure };

/** CPU time of a program through its lives, without what initialising them took. */
export interface CpuStats {
  readonly usedMs: number;
  /** How often it had to wait because it had used more than its `cpuShare`, and for how long in all. */
  readonly throttled: number;
  readonly throttledMs: number;
  readonly isThrottled: boolean;
}

/** Steps of the present life, as of the last look: at checkpoints, at the end of calls where there is a limit, and before the domain sleeps. */
export interface FuelStats {
  readonly used: number;
  /** Of the call that it worked for last, up to now; 0 where no limit is set, because accounts are kept only under one. */
  readonly lastCall: number;
}

export interface DomainStats {
  readonly name: string;
  readonly incarnation: number;
  /** The globals that were granted to it, with their quotas, or the seed and the moment that they were fixed at. */
  readonly globals: GrantedPowers;
  readonly state: 'starting' | 'live' | 'restarting' | 'dead' | 'condemned';
  readonly calls: number;
  readonly crashes: { readonly [cause in CrashCause]?: number };
  readonly restarts: number;
  readonly sharedHeapBytes: number;
  /** Above the runtime's own, as of the last look: it looks while it runs and before it sleeps. */
  readonly privateHeapBytes: number;
  readonly timers: number;
  readonly fuel: FuelStats;
  /** Calls of its own that have not ended. */
  readonly callsInFlight: number;
  readonly cpu: CpuStats;
  /** As they are now: given to `load()`, changed by `setLimits()`. */
  readonly limits: Limits;
  /** What is in its media: it counts against the limit of the present life, and between two lives it is the kernel's. */
  readonly keptBytes: number;
  /** What dead lives left lent to the living: it counts against the limit of the present one. */
  readonly orphanedBytes: number;
  /** What the kernel holds for the present life, by kind. */
  readonly resources: ResourceCounts;
  /** Interface references that it holds, each counted once however often it holds it. */
  readonly referencesHeld: number;
  /** Exports of the present life that somebody holds, or that a call carries. */
  readonly exportsGivenOut: number;
}

export interface OwnerStats {
  readonly blocks: number;
  readonly bytes: number;
}

/** What is on the shared heap. Counted by reading all of it. */
export interface HeapStats {
  readonly bytes: number;
  readonly pagesInUse: number;
  readonly pages: number;
  readonly blocks: number;
  /** Headers and rounding included. */
  readonly blockBytes: number;
  readonly byOwner: { readonly [name: string]: OwnerStats };
  readonly byType: { readonly [name: string]: OwnerStats };
  /** By bytes of a block, header included; those above 32,768 are whole pages. */
  readonly bySizeClass: { readonly [bytes: string]: OwnerStats };
}

/** Figures that only grow, of a program through all its lives. */
export interface ProgramTotals {
  /** That it served. */
  readonly calls: number;
  /** That calls to it answered, whoever made them; each attempt of a shadow counts. */
  readonly errors: { readonly [code in RpcErrorCode]?: number };
  readonly crashes: { readonly [cause in CrashCause]?: number };
  readonly restarts: number;
  readonly giveUps: number;
  /** From its dead lives. */
  readonly reclaimedBlocks: number;
  readonly reclaimedBytes: number;
  readonly cpuMs: number;
  readonly throttled: number;
  readonly throttledMs: number;
  /** Loop rounds and function entries. */
  readonly fuel: number;
  /** Looks at its limits while its code ran, and the time that they took of its own thread. */
  readonly checkpoints: number;
  readonly checkpointMs: number;
}

/** Of who is no program. */
export type ThreadTotals = Pick<ProgramTotals, 'calls' | 'errors'>;

export interface KernelStats {
  readonly domains: readonly DomainStats[];
  /**
   * By the name of a loaded program, with what programs of that name counted that were unloaded before: no figure falls while one of that name is loaded. Of names that are not loaded the 512 that went last are remembered.
   */
  readonly totals: { readonly [name: string]: ProgramTotals };
  readonly host: ThreadTotals;
  readonly kernel: ThreadTotals;
  /** Errors of calls to programs that are gone. */
  readonly gone: Pick<ProgramTotals, 'errors'>;
  readonly spares: number;
  /** Threads that have read a program and wait to be its next life (`restart.standby`). */
  readonly standbys: number;
  readonly heap: HeapStats;
  readonly crashes: number;
  readonly restarts: number;
  /** Those that `supervise()` has made, from the roots down. */
  readonly supervisors: readonly SupervisorStats[];
  /** By what steps lives were stopped since boot. */
  readonly escalation: EscalationCounts;
}

/** What `close()` could not end. */
export interface CloseReport {
  /** Domains, by name, whose threads have not stopped: this process cannot end by itself while they run. */
  readonly condemned: readonly string[];
}

export interface AuditFinding {
  readonly invariant: string;
  readonly detail: string;
}

/** What the kernel thread exposes to the host. */
export interface KernelControl {
  load(request: LoadRequest): Promise<LoadReply>;
  /** Ends a program for good: its callers get `DomainCrashed(killed)`, everything comes back. */
  unload(program: number): Promise<void>;
  /** Puts a new version in the place of the present one. Refused, the program goes on as it was. */
  upgrade(program: number, request: UpgradeRequest): Promise<LoadReply>;
  /** Ends the present life; what follows is the restart policy's business. */
  kill(program: number, cause: CrashCause): Promise<void>;
  setLimits(program: number, limits: Limits): Promise<void>;
  /** A new supervisor without children. */
  supervise(request: SupervisorRequest): SuperviseReply;
  /** Unloads all that stands under it, the last that was started first, and the supervisor. Answers the programs. */
  unloadSupervisor(supervisor: number): Promise<readonly number[]>;
  /** The export number of the kernel's lock of that name, which is made where there is none. */
  lock(name: string): number;
  stats(): KernelStats;
  audit(): Promise<readonly AuditFinding[]>;
  /** Ends all domains. The kernel's thread may then be ended. */
  close(): Promise<CloseReport>;
}

export type KernelEvent =
  | { readonly event: 'crash'; readonly program: number; readonly epitaph: Epitaph; readonly wasReplaced?: true }
  | { readonly event: 'restart'; readonly program: number; readonly loaded: Loaded; readonly downMs: number }
  /** A life that its domain has ended by itself. */
  | { readonly event: 'exit'; readonly program: number; readonly epitaph: Epitaph }
  /** Its supervisor does not start it again. */
  | { readonly event: 'stays-dead'; readonly program: number; readonly reason: string }
  | {
      readonly event: 'give-up';
      /** Those that stay dead, in the order of their start. */
      readonly domains: readonly string[];
      /** Whose end was one too many. */
      readonly domain: string;
      /** Null where it is the restart policy of one program. */
      readonly supervisor: string | null;
      /** Supervisors, from the root to this one. */
      readonly path: readonly string[];
      readonly reason: string;
    }
  | {
      readonly event: 'supervisor';
      readonly supervisor: string;
      readonly path: readonly string[];
      /** It stops and starts `children`; or it has given up to its parent, which decides about all of it. */
      readonly did: 'restart' | 'escalate';
      readonly because: string;
      readonly children: readonly string[];
      readonly reason: string;
    }
  | { readonly event: 'condemned'; readonly program: number; readonly domain: string; readonly incarnation: number }
  | { readonly event: 'log'; readonly domain: string; readonly level: string; readonly text: string; readonly dropped: number };
