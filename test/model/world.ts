/** A kernel, the host and some domains in one thread, made of the production parts. Domains die when a test says so, between two operations, and others are born in their place. */
import { HOST_ID, indexOf, KERNEL_ID, type DomainId } from '../../dist/abi/domain-id.js';
import { GRANULE_BYTES } from '../../dist/abi/heap-layout.js';
import { DEFAULT_LIMITS } from '../../dist/abi/limits.js';
import { LIFE, Life, lifeWord, threadRow, X_QUOTA } from '../../dist/abi/thread-layout.js';
import { DomainTable } from '../../dist/microkernel/domain-table.js';
import { Orphans } from '../../dist/microkernel/orphans.js';
import { registerSchemas } from '../../dist/microkernel/schema-check.js';
import { newLife } from '../../dist/microkernel/program.js';
import { Undertaker } from '../../dist/microkernel/undertaker.js';
import { auditCalls, payerOf, recordLists } from '../../dist/proxy/call-audit.js';
import { Endpoint } from '../../dist/proxy/endpoint.js';
import type { MethodRuntime } from '../../dist/proxy/method-runtime.js';
import type { CallTarget } from '../../dist/proxy/pending-call.js';
import { Interfaces } from '../../dist/proxy/proxies.js';
import { Settlement } from '../../dist/proxy/settlement.js';
import { HeapAudit } from '../../dist/shared-heap/audit/audit.js';
import { type Census, takeCensus } from '../../dist/shared-heap/audit/census.js';
import { emptinessHash } from '../../dist/shared-heap/audit/emptiness.js';
import { ThreadHeap } from '../../dist/shared-heap/heap.js';
import { Reclaimer } from '../../dist/shared-heap/reclaimer.js';
import { openShared, reserveShared, type SharedState } from '../../dist/shared-heap/shared-state.js';
import { TypeRegistry } from '../../dist/shared-heap/types/type-registry.js';
import { TypeTable } from '../../dist/shared-heap/types/type-table.js';
import { Node, Peer } from '../fixtures/model/generated/model.js';

export interface Member {
  readonly id: DomainId;
  readonly heap: ThreadHeap;
  readonly registry: TypeRegistry;
  readonly endpoint: Endpoint;
  readonly interfaces: Interfaces;
  readonly target: CallTarget;
  isAlive: boolean;
}

const ENOUGH_GRANULES = 2 ** 28;

export class World {
  readonly shared: SharedState;
  readonly kernel: Member;
  readonly host: Member;
  readonly members: Member[] = [];
  readonly #table: DomainTable;
  readonly #undertaker: Undertaker;
  readonly #orphans: Orphans;
  readonly #paranoid: boolean;
  readonly #emptyHash: string;

  constructor(heapBytes: number, paranoid: boolean) {
    this.#paranoid = paranoid;
    this.shared = openShared(reserveShared(heapBytes));
    TypeTable.initialise(this.shared);
    this.#table = new DomainTable(this.shared.controlViews.words);
    this.kernel = this.#immortal(KERNEL_ID);
    registerSchemas([Node.schema], this.kernel.registry);
    this.host = this.#immortal(HOST_ID);
    this.#emptyHash = emptinessHash(this.shared);
    const reclaimer = new Reclaimer(this.kernel.heap);
    const { space } = this.kernel.endpoint;
    const settlement = new Settlement(space, (block) => void this.kernel.heap.ownership.dropUncharged(block));
    settlement.isOwnedBy = (block, word) => this.kernel.heap.ownership.ownerWord(block) === word;
    this.#orphans = new Orphans(settlement, reclaimer);
    this.#undertaker = new Undertaker(space, this.#table, settlement, reclaimer, this.#orphans, this.kernel.registry.table, this.kernel.heap.ownership);
  }

  #immortal(id: DomainId): Member {
    const row = threadRow(indexOf(id));
    this.shared.controlViews.words[row + LIFE] = lifeWord(Life.Live, 1);
    this.shared.controlViews.words[row + X_QUOTA] = ENOUGH_GRANULES;
    return this.#member(id, true);
  }

  /** A new domain that may own so many granules. */
  birth(quotaGranules: number): Member {
    const id = this.#table.allocate({ ...DEFAULT_LIMITS, sharedHeapBytes: quotaGranules * GRANULE_BYTES });
    if (id === undefined) throw new Error('no row is vacant: records are not released');
    this.#table.set(id, Life.Live);
    const member = this.#member(id, false);
    this.members.push(member);
    return member;
  }

  #member(id: DomainId, mayRegister: boolean): Member {
    const heap = new ThreadHeap(this.shared, id, { paranoid: this.#paranoid, harden: () => {} });
    const registry = new TypeRegistry(heap, mayRegister, (value, name, where) => interfaces.stage(value, name, where));
    const endpoint: Endpoint = new Endpoint(heap, registry, {
      isTrusted: mayRegister,
      capability: (...received) => interfaces.received(...received),
      mapStack: (text) => () => text,
      die: () => {},
    });
    const interfaces = new Interfaces(endpoint);
    const target = { label: `domain ${id}`, exported: 0, binding: null, resolve: () => id };
    return { id, heap, registry, endpoint, interfaces, target, isAlive: true };
  }

  provide(member: Member, methods: { [name: string]: (...args: never[]) => unknown }): void {
    member.interfaces.provide(Peer.name, Peer.schema, methods as never);
  }

  method(member: Member, name: string): MethodRuntime {
    const method = member.interfaces.runtime(Peer.name, Peer.schema).methods.find((candidate) => candidate.name === name);
    if (method === undefined) throw new Error(`no method ${name}`);
    return method;
  }

  setQuota(member: Member, granules: number): void {
    this.shared.controlViews.words[threadRow(indexOf(member.id)) + X_QUOTA] = granules;
  }

  /** The member's thread has ended: the kernel does what it does. */
  bury(member: Member): void {
    member.isAlive = false;
    this.members.splice(this.members.indexOf(member), 1);
    const program = { binding: 0, name: 'dead', calls: 0, orphanedGranules: 0, life: null, limits: DEFAULT_LIMITS };
    const life = newLife(program as never, member.id, { hasEnded: true } as never);
    this.#undertaker.bury(life, { code: 1, error: null }, 'none');
  }

  /** What the kernel does in every tick. */
  tick(): void {
    this.#orphans.look();
    this.#undertaker.look();
  }

  #quiesce(): void {
    for (const { heap } of [...this.members, this.host, this.kernel]) heap.arena.sweep();
    this.kernel.heap.arena.abandonAll();
  }

  /** What the audit finds. */
  findings(): string[] {
    this.#quiesce();
    const { space } = this.kernel.endpoint;
    const living = [this.host, this.kernel, ...this.members];
    const isAlive = (id: DomainId): boolean => living.some((member) => member.id === id);
    const audit = new HeapAudit(this.kernel.heap, {
      isAlive,
      recordLists: (ref, block) => recordLists(space, ref, block),
      payerOf: (ref, block) => payerOf(space, ref, block),
      isKnownOrphan: (block) => this.#orphans.isKnown(block),
      live: [this.host, ...this.members].map(({ id }) => id),
      emptyHash: this.#emptyHash,
    });
    const calls = auditCalls(space, this.#table.used(), {
      isAlive,
      isHeld: (record) => this.#orphans.holds(record),
      ownerWord: (block) => this.kernel.heap.ownership.ownerWord(block),
    });
    const threads = living.flatMap(({ heap }) => heap.check());
    return [...audit.run(), ...calls, ...threads].map(({ invariant, detail }) => `${invariant}: ${detail}`);
  }

  census(): Census {
    this.#quiesce();
    return takeCensus(this.kernel.heap);
  }
}
