/** What the kernel keeps of a domain's life when it has ended. Plain data: it travels to the host as it is. */
import type { Escalation } from './escalation.js';
import type { CallStep, CrashCause } from './result.js';
import type { NextLife } from './supervision.js';

export interface Reclaim {
  readonly blocks: number;
  readonly bytes: number;
  /** Blocks by name of type. */
  readonly types: { readonly [type: string]: number };
}

/** What the kernel can hold for a domain; `wait` is a call of its own that waits for a lock. */
export const RESOURCE_KINDS = ['lock', 'wait', 'alarm', 'subscription', 'reference'] as const;
export type ResourceKind = (typeof RESOURCE_KINDS)[number];
export type ResourceCounts = { readonly [kind in ResourceKind]?: number };

export interface ReleasedResources {
  readonly count: number;
  /** How many of each kind; kinds of which there was nothing are left out. */
  readonly counts: ResourceCounts;
  /** What was released, in this order: what it had come by last goes first. The first 32. */
  readonly order: readonly string[];
  /** What could not be released as it should, and why. */
  readonly failed: readonly string[];
}

/** One call of a chain: who called whom, and what. */
export interface CallPath {
  readonly caller: string;
  readonly domain: string;
  /** `Interface.method`, or the number of the method where the kernel does not know the interface. */
  readonly method: string;
}

/** What a program keeps beyond the life that has ended. */
export interface KeptMedium {
  readonly medium: string;
  readonly type: string;
  readonly bytes: number;
  /** Changes that have been committed. */
  readonly generation: number;
  /** What the life was changing when it died; 0 where the medium was at rest. */
  readonly intent: number;
  /** Why nothing could be kept; null where it was. */
  readonly lost: string | null;
}

export interface Epitaph {
  readonly domain: string;
  readonly incarnation: number;
  readonly cause: CrashCause;
  /** The domain's last words: what was thrown and where, or what the kernel saw. Positions are those of the leaf until the host maps them. */
  readonly message: string;
  readonly stack: string;
  /** The call that it was serving and those through which that came, the outermost first. Empty where it served none. */
  readonly chain: readonly CallPath[];
  /** Where it died because a call of its own had failed: that call, and what it failed of in turn. */
  readonly through: readonly CallStep[];
  /** It died before `init` had answered. */
  readonly duringInit: boolean;
  readonly reclaimed: Reclaim;
  /** What its media hold for the next life. Those that were empty are left out. */
  readonly kept: readonly KeptMedium[];
  /** Values that live domains still borrowed: freed when they let go. */
  readonly borrowsDeferred: number;
  readonly callersSettled: number;
  /** What the kernel had held for it. */
  readonly resourcesReleased: ReleasedResources;
  /** Milliseconds from the decision that the domain is dead. */
  readonly settledAfterMs: number;
  readonly endedAfterMs: number;
  readonly reclaimedAfterMs: number;
  readonly resourcesReleasedAfterMs: number;
  /** How it was stopped, step by step. */
  readonly escalation: Escalation;
  /** What its supervisor does next. */
  readonly next: NextLife;
}
