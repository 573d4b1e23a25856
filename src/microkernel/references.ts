/**
 * The kernel's part in interface references: it reads what the threads have logged, sees which uses of records are over, and tells providers of what nobody holds any more.
 *
 *   look      1. which uses that carry something are over, by their records' states
 *             2. every log is read: who received from one of these has logged that before the record went on
 *             3. what is still carried by one of these is released: it was refused, never sent, its result dropped, or its receiver died
 *             4. the provider of what nobody holds has a bit set, and is rung
 *   bury      the dead one's log is read first, then its holds are released, last first among all that the kernel holds for it, then what it gave out is forgotten
 *
 * The bit is level-triggered: it stays until the provider has acted on it, or somebody holds the reference again, so no mailbox can be too full for it and no wake-up be lost for good. The kernel takes it back as soon as it has read
 * a `passed` and before it moves that log's tail, which is what a provider looks at first.
 */
import { clearBits, load, notify, setBits, store } from '../abi/atomics.js';
import { lifeOf } from '../abi/binding.js';
import { HOST_ID, indexOf, KERNEL_ID, type DomainId } from '../abi/domain-id.js';
import { CallState, callState } from '../abi/record-layout.js';
import {
  bindingOf,
  boundProvider,
  EXPORTED_MAP,
  eventExport,
  eventKind,
  LOG,
  LOG_ENTRIES,
  LOG_HEAD,
  logEntry,
  ReferenceEvent,
  releasedGroup,
  X_LOG_TAIL,
  X_RELEASED,
  X_RELEASED_MAP,
} from '../abi/reference-layout.js';
import { referenceArea } from '../abi/thread-layout.js';
import type { CallSpace } from '../proxy/call-space.js';
import { Doorbell } from '../proxy/doorbell.js';
import { Holders, type Reference, type Use } from './holders.js';
import type { Holding, Resources } from './resources.js';

/** What the keeper of references must know of lives. */
export interface LifeNames {
  /** The binding of the program whose life this is; undefined for host and kernel. */
  bindingOf(id: DomainId): number | undefined;
  /** Whether a loaded program has this binding. */
  isBound(binding: number): boolean;
  nameOf(id: DomainId): string;
}

export interface GrantedReference {
  readonly provider: DomainId;
  readonly binding: number | null;
  readonly exported: number;
}

export class References {
  readonly #space: CallSpace;
  readonly #words: Int32Array;
  readonly #pages: number;
  readonly #resources: Resources;
  readonly #lives: LifeNames;
  /** Every thread that may have logged something, those of the dead that are not buried included. */
  readonly #threads = new Set<DomainId>([HOST_ID, KERNEL_ID]);
  readonly #holdings = new Map<DomainId, Map<Reference, Holding>>();
  readonly holders = new Holders({
    onFirst: (reference) => this.#takeBack(reference),
    onHeld: (domain, reference) => this.#list(domain, reference),
    onLetGo: (domain, reference) => this.#unlist(domain, reference),
  });

  constructor(space: CallSpace, pages: number, resources: Resources, lives: LifeNames) {
    this.#space = space;
    this.#words = space.words;
    this.#pages = pages;
    this.#resources = resources;
    this.#lives = lives;
  }

  /** A row has a new tenant: nothing of the one before is left in its log and maps. To be called before its thread knows the row, which goes on with the log where it finds that to end. */
  clear(id: DomainId): void {
    const area = referenceArea(indexOf(id), this.#pages);
    this.#words.fill(0, area, area + LOG);
  }

  /** The tenant of a row has a life: what it logs is read from here on. */
  admit(id: DomainId): void {
    this.#threads.add(id);
  }

  /** A domain, or the kernel on behalf of a program that may begin anew, holds what it was granted. */
  grant(holder: DomainId, granted: Iterable<GrantedReference>): void {
    for (const grant of granted) {
      const provider = providerOf(grant);
      if (this.#leadsSomewhere(provider)) this.holders.retained(holder, provider, grant.exported);
    }
  }

  /** A program will have no further life: what the kernel held for the next one is let go of. */
  ungrant(holder: DomainId, granted: Iterable<GrantedReference>): void {
    for (const grant of granted) this.holders.dropped(holder, providerOf(grant), grant.exported);
  }

  look(): void {
    const over: Use[] = [];
    for (const use of this.holders.uses) if (use.count > 0 && this.isOver(use)) over.push(use);
    for (const id of this.#threads) this.drain(id);
    for (const use of over) this.holders.end(use);
    for (const reference of this.holders.takeUnheld()) this.#tell(reference);
  }

  /** Whether nobody can receive from a use of a record any more who has not logged it already. */
  isOver({ record, tag }: Use): boolean {
    const word = this.#space.state(this.#space.at(record));
    if (word >>> 4 !== tag) return true;
    const state = callState(word);
    return state === CallState.Free || state === CallState.Refused || state === CallState.Faulted || state === CallState.Ended;
  }

  /** Reads what a thread has logged up to now. */
  drain(id: DomainId): void {
    const area = referenceArea(indexOf(id), this.#pages);
    const tail = this.#words[area + X_LOG_TAIL];
    const head = load(this.#words, area + LOG_HEAD);
    if (head === tail) return;
    for (let sequence = tail; sequence !== head; sequence = (sequence + 1) | 0) this.#apply(id, logEntry(area, sequence));
    // From here on the thread may write over the entries, and believes that what it passed is known.
    store(this.#words, area + X_LOG_TAIL, head);
    if (((head - tail) | 0) >= LOG_ENTRIES / 2) notify(this.#words, area + X_LOG_TAIL);
  }

  #apply(id: DomainId, entry: number): void {
    const provider = this.#words[entry];
    const event = this.#words[entry + 1];
    const record = this.#words[entry + 2];
    const tag = this.#words[entry + 3];
    if (!this.#leadsSomewhere(provider)) return;
    switch (eventKind(event)) {
      case ReferenceEvent.Passed:
        return this.holders.passed(provider, eventExport(event), record, tag);
      case ReferenceEvent.Received:
        return this.holders.received(id, provider, eventExport(event), record, tag);
      case ReferenceEvent.Retained:
        return this.holders.retained(id, provider, eventExport(event));
      default:
        return this.holders.dropped(id, provider, eventExport(event));
    }
  }

  /** Whether there is somebody to tell. Of references to the dead, and to programs that are gone, nothing is kept. */
  #leadsSomewhere(provider: number): boolean {
    return provider < 0 ? this.#lives.isBound(bindingOf(provider)) : this.#threads.has(provider);
  }

  /** Forgets what a dead domain gave out, and tells the providers of what it held. Its thread has ended, its log is read, and what it held is released with the other resources. */
  bury(id: DomainId): void {
    this.#threads.delete(id);
    // What others pass of it from now on leads nowhere.
    this.holders.forgetProvider(id);
    this.look();
  }

  /** A program is gone for good. */
  forgetBinding(binding: number): void {
    this.holders.forgetProvider(boundProvider(binding));
  }

  #tell({ provider, exported }: Reference): void {
    const id = provider < 0 ? lifeOf(this.#words, bindingOf(provider)) : provider;
    // What the kernel provides itself needs no telling; between two lives there is nobody to tell.
    if (id === KERNEL_ID || !this.#threads.has(id)) return;
    // An export can be held as that of one life and as that of whatever life there is.
    const binding = this.#lives.bindingOf(id);
    const other = provider < 0 ? id : binding === undefined ? undefined : boundProvider(binding);
    if (other !== undefined && this.holders.find(other, exported) !== undefined) return;
    const area = referenceArea(indexOf(id), this.#pages);
    setBits(this.#words, area + X_RELEASED_MAP + (exported >>> 5), 1 << (exported & 31));
    setBits(this.#words, area + X_RELEASED, releasedGroup(exported));
    notify(this.#words, area + X_RELEASED);
    Doorbell.ring(this.#words, indexOf(id));
  }

  #takeBack({ provider, exported }: Reference): void {
    const id = provider < 0 ? lifeOf(this.#words, bindingOf(provider)) : provider;
    if (id !== 0) clearBits(this.#words, referenceArea(indexOf(id), this.#pages) + X_RELEASED_MAP + (exported >>> 5), 1 << (exported & 31));
  }

  /** Whether the provider says that it serves an export, and whether it is told that nobody holds it. */
  isExported(provider: DomainId, exported: number): boolean {
    return this.#bit(provider, EXPORTED_MAP, exported);
  }
  isToldReleased(provider: DomainId, exported: number): boolean {
    return this.#bit(provider, X_RELEASED_MAP, exported);
  }
  #bit(provider: DomainId, map: number, exported: number): boolean {
    return (load(this.#words, referenceArea(indexOf(provider), this.#pages) + map + (exported >>> 5)) & (1 << (exported & 31))) !== 0;
  }

  #list(domain: DomainId, reference: Reference): void {
    const label = `${this.#labelOf(reference.provider)}, export ${reference.exported}`;
    const holding = this.#resources.hold(domain, { kind: 'reference', label, release: () => this.holders.release(domain, reference) });
    const held = this.#holdings.get(domain) ?? new Map<Reference, Holding>();
    this.#holdings.set(domain, held.set(reference, holding));
  }

  #labelOf(provider: number): string {
    if (provider >= 0) return this.#lives.nameOf(provider);
    const id = lifeOf(this.#words, bindingOf(provider));
    return id === 0 ? 'a program between two lives' : this.#lives.nameOf(id);
  }

  #unlist(domain: DomainId, reference: Reference): void {
    const held = this.#holdings.get(domain);
    held?.get(reference)?.drop();
    held?.delete(reference);
    if (held?.size === 0) this.#holdings.delete(domain);
  }
}

function providerOf({ provider, binding }: GrantedReference): number {
  return binding === null ? provider : boundProvider(binding);
}
