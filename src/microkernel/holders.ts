/**
 * The sets of holders: for each reference that some domain gave out, who holds it, how often, and which uses of call records carry it. In the kernel's private memory, and nowhere else.
 *
 * They are the sum of what all threads have logged, so the order in which logs are read does not matter. A count for a use of a record may be negative for a while: its receiver's log was read before its sender's. A
 * reference is held by nobody when every domain's count is 0 and every use is settled; what is settled is forgotten, so that it is the same as a reference that never was.
 *
 * Nobody is taken for gone too early: whoever holds a reference has it from a use that somebody passed it to, who held it then and logged that before letting go, and so on to the provider, who looks whether its own last
 * `passed` has been read (exports.ts).
 */
import type { DomainId } from '../abi/domain-id.js';

/** A use of a call record that carries a reference. */
export interface Use {
  readonly reference: Reference;
  readonly record: number;
  /** The record's state word >>> 4. */
  readonly tag: number;
  /** How often it carries it; below 0 while what was received from it is known and what was passed to it is not. */
  count: number;
}

export interface Reference {
  /** A domain id, or -(binding + 1) for what leads to a program through its lives. */
  readonly provider: number;
  readonly exported: number;
  readonly domains: Map<DomainId, number>;
  readonly uses: Map<number, Use>;
}

export interface HolderEvents {
  /** A reference that nobody held has a holder. */
  onFirst(reference: Reference): void;
  /** A domain holds a reference that it did not hold, or no longer holds one. */
  onHeld(domain: DomainId, reference: Reference): void;
  onLetGo(domain: DomainId, reference: Reference): void;
}

export class Holders {
  readonly #providers = new Map<number, Map<number, Reference>>();
  readonly #byHolder = new Map<DomainId, Set<Reference>>();
  readonly #uses = new Set<Use>();
  /** References that may be held by nobody since they were looked at last. */
  readonly #touched = new Set<Reference>();
  readonly #events: HolderEvents;

  constructor(events: HolderEvents) {
    this.#events = events;
  }

  #reference(provider: number, exported: number): Reference {
    let exports = this.#providers.get(provider);
    if (exports === undefined) this.#providers.set(provider, (exports = new Map()));
    let reference = exports.get(exported);
    if (reference === undefined) {
      reference = { provider, exported, domains: new Map(), uses: new Map() };
      exports.set(exported, reference);
      this.#events.onFirst(reference);
    }
    return reference;
  }

  passed(provider: number, exported: number, record: number, tag: number): void {
    this.#carry(this.#reference(provider, exported), record, tag, 1);
  }

  received(domain: DomainId, provider: number, exported: number, record: number, tag: number): void {
    const reference = this.#reference(provider, exported);
    this.#carry(reference, record, tag, -1);
    this.#hold(domain, reference, 1);
  }

  retained(domain: DomainId, provider: number, exported: number): void {
    this.#hold(domain, this.#reference(provider, exported), 1);
  }

  /** What is not held is not let go of: its provider has died since. */
  dropped(domain: DomainId, provider: number, exported: number): void {
    const reference = this.find(provider, exported);
    if (reference?.domains.has(domain) === true) this.#hold(domain, reference, -1);
  }

  #carry(reference: Reference, record: number, tag: number, change: number): void {
    // A record has 17 bits and a tag 28: together they are exact as a number.
    const key = record * 2 ** 28 + tag;
    let use = reference.uses.get(key);
    if (use === undefined) {
      use = { reference, record, tag, count: 0 };
      reference.uses.set(key, use);
      this.#uses.add(use);
    }
    use.count += change;
    if (use.count === 0) this.#settle(use);
  }

  #settle(use: Use): void {
    use.reference.uses.delete(use.record * 2 ** 28 + use.tag);
    this.#uses.delete(use);
    this.#touched.add(use.reference);
  }

  #hold(domain: DomainId, reference: Reference, change: number): void {
    const before = reference.domains.get(domain) ?? 0;
    const count = before + change;
    if (count !== 0) reference.domains.set(domain, count);
    if (before === 0) {
      const held = this.#byHolder.get(domain) ?? new Set();
      this.#byHolder.set(domain, held.add(reference));
      this.#events.onHeld(domain, reference);
    }
    if (count !== 0) return;
    reference.domains.delete(domain);
    const held = this.#byHolder.get(domain);
    held?.delete(reference);
    if (held?.size === 0) this.#byHolder.delete(domain);
    this.#touched.add(reference);
    this.#events.onLetGo(domain, reference);
  }

  /** The use of the record is over, and both its parties' logs have been read since: what it still carries, nobody received. */
  end(use: Use): void {
    if (use.count > 0) this.#settle(use);
  }

  /** Takes a reference away from a domain, however often it holds it. */
  release(domain: DomainId, reference: Reference): void {
    const count = reference.domains.get(domain);
    if (count !== undefined) this.#hold(domain, reference, -count);
  }

  /** Forgets what leads to a provider that is gone: there is nobody to tell. */
  forgetProvider(provider: number): void {
    for (const reference of this.#providers.get(provider)?.values() ?? []) {
      for (const use of reference.uses.values()) this.#uses.delete(use);
      for (const domain of [...reference.domains.keys()]) this.release(domain, reference);
      this.#touched.delete(reference);
    }
    this.#providers.delete(provider);
  }

  /** The references that nobody holds any more, forgotten from now on. */
  takeUnheld(): Reference[] {
    const unheld = [...this.#touched].filter(({ domains, uses }) => domains.size === 0 && uses.size === 0);
    this.#touched.clear();
    for (const { provider, exported } of unheld) {
      const exports = this.#providers.get(provider);
      exports?.delete(exported);
      if (exports?.size === 0) this.#providers.delete(provider);
    }
    return unheld;
  }

  find(provider: number, exported: number): Reference | undefined {
    return this.#providers.get(provider)?.get(exported);
  }

  get uses(): Iterable<Use> {
    return this.#uses;
  }

  *all(): Iterable<Reference> {
    for (const exports of this.#providers.values()) yield* exports.values();
  }

  heldBy(domain: DomainId): number {
    return this.#byHolder.get(domain)?.size ?? 0;
  }

  givenOutBy(provider: number): number {
    return this.#providers.get(provider)?.size ?? 0;
  }
}
