/**
 * What the kernel holds for each life: locks and waits for them, alarms, subscriptions, interface references. The list is the kernel's private memory, so nothing that a domain does, or leaves undone when it is
 * stopped between two instructions, can keep anything in it.
 *
 *   hold         puts an entry at the end; the answer takes it off again, in O(1)
 *   examineAll   at the burial, before anything is taken back: what only the dead one's records can tell is read now
 *   releaseAll   at the burial, when nothing of the dead thread can act any more: last held, first released
 *
 * A release runs on the kernel thread, calls no domain and waits for nothing. One that throws is reported and keeps no other from being released.
 */
import { HOST_ID, type DomainId } from '../abi/domain-id.js';
import { RESOURCE_KINDS, type ReleasedResources, type ResourceCounts, type ResourceKind } from '../abi/epitaph.js';
import type { Limits } from '../abi/limits.js';
import { ResourceExhausted } from '../shared-heap/faults.js';

export interface Resource {
  readonly kind: ResourceKind;
  /** What it is called in the epitaph. */
  readonly label: string;
  /** Looks at what the holder left in shared memory: its thread has ended, and nothing has been taken back yet. */
  examine?(): void;
  /** Gives it back because its holder has died. */
  release(): void;
}

export interface Holding {
  /** Takes the entry off the list, because the holder itself has given it back. Its `release` will not run. Repeatable. */
  drop(): void;
}

/** An epitaph names so many of what was released; the counts are of all. */
const MOST_LABELS = 32;
const LONGEST_LABEL = 100;

export class Resources {
  /** A Set keeps the order in which entries came, and forgets one in constant time. */
  readonly #held = new Map<DomainId, Set<Resource>>();
  readonly #limitsOf: (domain: DomainId) => Pick<Limits, 'kernelResources'> | undefined;
  /** How many of them are references. What is passed to a domain is for others to decide, so these count against no limit: nobody can use up what a domain may have of locks. */
  readonly #references = new Map<DomainId, number>();
  #burying: DomainId | null = null;

  /** `limitsOf` answers undefined for a life that is over, which may have nothing. The host has no limit. */
  constructor(limitsOf: (domain: DomainId) => Pick<Limits, 'kernelResources'> | undefined) {
    this.#limitsOf = limitsOf;
  }

  /** Throws ResourceExhausted where the life has what it may have, or is over: then the caller gives the resource back itself. */
  hold(domain: DomainId, resource: Resource): Holding {
    const held = this.#held.get(domain) ?? new Set<Resource>();
    const references = this.#references.get(domain) ?? 0;
    if (resource.kind === 'reference') this.#references.set(domain, references + 1);
    else this.#admit(domain, held.size - references);
    held.add(resource);
    this.#held.set(domain, held);
    return {
      drop: () => {
        // After the burial nothing is counted for that life any more.
        if (!held.delete(resource) || this.#held.get(domain) !== held) return;
        if (resource.kind === 'reference') this.#references.set(domain, (this.#references.get(domain) ?? 1) - 1);
        if (held.size === 0) this.#forget(domain);
      },
    };
  }

  #forget(domain: DomainId): void {
    this.#held.delete(domain);
    this.#references.delete(domain);
  }

  #admit(domain: DomainId, count: number): void {
    const most = this.#mostOf(domain);
    if (count >= most) throw new ResourceExhausted('kernelResources', `the kernel holds ${count} for this domain and may hold ${most}`);
  }

  #mostOf(domain: DomainId): number {
    if (domain === HOST_ID) return Number.POSITIVE_INFINITY;
    return domain === this.#burying ? 0 : (this.#limitsOf(domain)?.kernelResources ?? 0);
  }

  /** How much is held for a life, by kind; kinds of which there is nothing are left out. */
  counts(domain: DomainId): ResourceCounts {
    return countByKind(this.#held.get(domain) ?? []);
  }

  examineAll(domain: DomainId): void {
    for (const resource of this.#held.get(domain) ?? []) resource.examine?.();
  }

  /** Gives back everything that a life had, the last first. Nothing more is held for it from then on. */
  releaseAll(domain: DomainId): ReleasedResources {
    const order = [...(this.#held.get(domain) ?? [])].reverse();
    this.#forget(domain);
    const failed: string[] = [];
    this.#burying = domain;
    for (const resource of order) {
      try {
        resource.release();
      } catch (error) {
        failed.push(`${resource.label}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    this.#burying = null;
    return { count: order.length, counts: countByKind(order), order: order.slice(0, MOST_LABELS).map(({ label }) => label.slice(0, LONGEST_LABEL)), failed };
  }
}

function countByKind(resources: Iterable<Resource>): ResourceCounts {
  const counts = new Map<ResourceKind, number>();
  for (const { kind } of resources) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return Object.fromEntries(RESOURCE_KINDS.filter((kind) => counts.has(kind)).map((kind) => [kind, counts.get(kind)]));
}
