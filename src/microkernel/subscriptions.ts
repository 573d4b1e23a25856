/** What domains have asked the kernel to tell them: numbered, each a resource of the domain that asked, so many of one kind at the most. */
import type { DomainId } from '../abi/domain-id.js';
import type { ResourceKind } from '../abi/epitaph.js';
import { ResourceExhausted } from '../shared-heap/faults.js';
import type { Holding, Resources } from './resources.js';

interface Entry<Subject> {
  readonly owner: DomainId;
  readonly subject: Subject;
  readonly holding: Holding;
}

export class Subscriptions<Subject> {
  readonly #resources: Resources;
  readonly #kind: ResourceKind;
  readonly #mostOfOne: number;
  readonly #onEnd: (subject: Subject) => void;
  readonly #entries = new Map<number, Entry<Subject>>();
  readonly #counts = new Map<DomainId, number>();
  #last = 0;

  /** `onEnd` is called once for each, whoever ends it. */
  constructor(resources: Resources, kind: ResourceKind, mostOfOne: number, onEnd: (subject: Subject) => void) {
    this.#resources = resources;
    this.#kind = kind;
    this.#mostOfOne = mostOfOne;
    this.#onEnd = onEnd;
  }

  /** Answers its number. Throws ResourceExhausted where the owner has as many as it may; then the proxy has been let go of. */
  add(owner: DomainId, proxy: { drop(): void }, make: (id: number) => Subject): number {
    try {
      const count = this.#counts.get(owner) ?? 0;
      if (count >= this.#mostOfOne) throw new ResourceExhausted(`${this.#kind}s`, `this domain has ${count} already`);
      const id = this.#next();
      const holding = this.#resources.hold(owner, { kind: this.#kind, label: `${this.#kind} ${id}`, release: () => void this.end(id) });
      this.#entries.set(id, { owner, subject: make(id), holding });
      this.#counts.set(owner, count + 1);
      return id;
    } catch (error) {
      proxy.drop();
      throw error;
    }
  }

  /** Numbers travel as 32 bits: when they have come round, those in use are left out. */
  #next(): number {
    do this.#last = (this.#last + 1) >>> 0;
    while (this.#last === 0 || this.#entries.has(this.#last));
    return this.#last;
  }

  /** Ends one, on behalf of `owner` where one is given. Answers whether there was such a one. */
  end(id: number, owner?: DomainId): boolean {
    const entry = this.#entries.get(id);
    if (entry === undefined || (owner !== undefined && entry.owner !== owner)) return false;
    this.#entries.delete(id);
    entry.holding.drop();
    const left = (this.#counts.get(entry.owner) ?? 1) - 1;
    if (left === 0) this.#counts.delete(entry.owner);
    else this.#counts.set(entry.owner, left);
    this.#onEnd(entry.subject);
    return true;
  }

  *subjects(): Iterable<Subject> {
    for (const { subject } of this.#entries.values()) yield subject;
  }
}
