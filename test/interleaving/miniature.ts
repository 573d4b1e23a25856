/** A kernel and two domains in one thread, made of the production parts: so that a test can stop one of them between any two steps and let the kernel bury it. */
import { domainId, HOST_ID, KERNEL_ID, indexOf, type DomainId } from '../../dist/abi/domain-id.js';
import { LIFE, Life, lifeWord, threadRow, X_QUOTA } from '../../dist/abi/thread-layout.js';
import { openMedium } from '../../dist/domains/media.js';
import { DomainTable } from '../../dist/microkernel/domain-table.js';
import { Media } from '../../dist/microkernel/media.js';
import { Orphans } from '../../dist/microkernel/orphans.js';
import { newLife } from '../../dist/microkernel/program.js';
import { References } from '../../dist/microkernel/references.js';
import { auditReferences } from '../../dist/microkernel/reference-audit.js';
import { Resources } from '../../dist/microkernel/resources.js';
import { Undertaker } from '../../dist/microkernel/undertaker.js';
import { registerSchemas } from '../../dist/microkernel/schema-check.js';
import { auditCalls, payerOf, recordLists } from '../../dist/proxy/call-audit.js';
import { Endpoint } from '../../dist/proxy/endpoint.js';
import type { CallTarget } from '../../dist/proxy/pending-call.js';
import type { MethodRuntime } from '../../dist/proxy/method-runtime.js';
import { Interfaces } from '../../dist/proxy/proxies.js';
import { Settlement } from '../../dist/proxy/settlement.js';
import { HeapAudit } from '../../dist/shared-heap/audit/audit.js';
import { emptinessHash } from '../../dist/shared-heap/audit/emptiness.js';
import { takeCensus } from '../../dist/shared-heap/audit/census.js';
import { ThreadHeap } from '../../dist/shared-heap/heap.js';
import { Reclaimer } from '../../dist/shared-heap/reclaimer.js';
import { openShared, reserveShared, type SharedState } from '../../dist/shared-heap/shared-state.js';
import { TypeRegistry } from '../../dist/shared-heap/types/type-registry.js';
import { TypeTable } from '../../dist/shared-heap/types/type-table.js';
import { expect } from 'vitest';
import { Lab, Note } from '../fixtures/extensions/generated/lab.js';

export interface Member {
  readonly id: DomainId;
  readonly heap: ThreadHeap;
  readonly registry: TypeRegistry;
  readonly endpoint: Endpoint;
  readonly interfaces: Interfaces;
  note(text: string, next?: unknown): any;
}

export class Miniature {
  readonly shared: SharedState;
  readonly kernel: Member;
  readonly victim: Member;
  readonly peer: Member;
  readonly reclaimer: Reclaimer;
  readonly undertaker: Undertaker;
  readonly resources = new Resources(() => ({ kernelResources: 64 }));
  readonly references: References;
  readonly orphans: Orphans;
  readonly media: Media;
  readonly table: DomainTable;
  victimIsDead = false;
  /** The next life of the victim's program, where a test lets it begin. */
  heir: Member | null = null;
  readonly program = { binding: 0, name: 'victim', calls: 0, orphanedGranules: 0, life: null, limits: { logBytesPerSecond: 0 } };
  readonly #emptyHash: string;
  #life: object | null = null;
  readonly Note = Note;

  /** `traceEntries`: of each member, for a trace; none unless asked for. */
  constructor(traceEntries = 0) {
    this.shared = openShared(reserveShared(8 * 2 ** 20, traceEntries));
    TypeTable.initialise(this.shared);
    this.table = new DomainTable(this.shared.controlViews.words);
    this.kernel = this.#member(KERNEL_ID, true);
    registerSchemas([Note.schema], this.kernel.registry);
    this.victim = this.#member(domainId(2, 1), false);
    this.peer = this.#member(domainId(3, 1), false);
    this.#member(HOST_ID, true);
    this.#emptyHash = emptinessHash(this.shared);
    this.reclaimer = new Reclaimer(this.kernel.heap);
    const settlement = new Settlement(this.kernel.endpoint.space, (block) => void this.kernel.heap.ownership.dropUncharged(block));
    settlement.isOwnedBy = (block, word) => this.kernel.heap.ownership.ownerWord(block) === word;
    this.orphans = new Orphans(settlement, this.reclaimer);
    this.undertaker = new Undertaker(
      this.kernel.endpoint.space,
      this.table,
      settlement,
      this.reclaimer,
      this.orphans,
      this.kernel.registry.table,
      this.kernel.heap.ownership,
      this.resources,
    );
    this.references = new References(this.kernel.endpoint.space, this.shared.pages, this.resources, {
      bindingOf: () => undefined,
      isBound: () => true,
      nameOf: (id) => `domain ${id}`,
    });
    this.undertaker.references = this.references;
    this.media = new Media(this.kernel.heap, this.kernel.registry);
    this.undertaker.media = this.media;
    for (const { id } of [this.victim, this.peer]) this.references.admit(id);
  }

  #member(id: DomainId, mayRegister: boolean): Member {
    const { words } = this.shared.controlViews;
    words[threadRow(indexOf(id)) + X_QUOTA] = 1_000_000;
    words[threadRow(indexOf(id)) + LIFE] = lifeWord(Life.Live, 1);
    const heap = new ThreadHeap(this.shared, id, { paranoid: true, harden: () => {} });
    const registry = new TypeRegistry(heap, mayRegister, (value, name, where) => interfaces.stage(value, name, where));
    const endpoint: Endpoint = new Endpoint(heap, registry, {
      isTrusted: mayRegister,
      capability: (...received) => interfaces.received(...received),
      mapStack: (text) => () => text,
      die: () => {},
    });
    const interfaces = new Interfaces(endpoint);
    return {
      id,
      heap,
      registry,
      endpoint,
      interfaces,
      note: (text, next = null) => heap.alloc(registry.byToken(Note), { text, weight: text.length, next }),
    };
  }

  /** Serves the Lab interface, as far as a test needs it. */
  serve(member: Member, methods: { [name: string]: (...args: any[]) => unknown }): void {
    const all = Object.fromEntries(Lab.schema.interfaces['lab.Lab'].methods.map(({ name }) => [name, methods[name] ?? (() => 0)]));
    member.interfaces.provide(Lab.name, Lab.schema, all);
  }

  target(member: Member): CallTarget {
    return { label: 'a member', exported: 0, binding: null, resolve: () => member.id };
  }

  method(member: Member, name: string): MethodRuntime {
    const { methods } = member.interfaces.runtime(Lab.name, Lab.schema);
    return methods.find((method) => method.name === name) as MethodRuntime;
  }

  /** The victim as the kernel keeps it; always the same. */
  life(): object {
    this.#life ??= newLife(this.program as never, this.victim.id, { hasEnded: true } as never);
    return this.#life;
  }

  /** The victim's thread has ended: the kernel does what it does. */
  bury(): void {
    this.victimIsDead = true;
    this.undertaker.bury(this.life() as never, { code: 1, error: null }, 'none');
  }

  readonly #leaf = { schemas: [Note.schema], manifest: { keeps: { disk: { type: Note.name, id: Note.id } } } };

  /** The medium of the victim's program as one of its lives sees it, which takes over what is kept. */
  medium(member: Member): any {
    expect(this.media.declare(this.program as never, this.#leaf as never)).toBeUndefined();
    const [order] = this.media.orders(this.program as never, this.#leaf as never, member.id);
    return openMedium(member.heap, member.registry.byToken(Note), order);
  }

  /** The first word of that medium, declared. */
  get mediumAt(): number {
    expect(this.media.declare(this.program as never, this.#leaf as never)).toBeUndefined();
    return this.media.orders(this.program as never, this.#leaf as never, this.victim.id)[0].at;
  }

  /** The thread of the program's next life has started. */
  beginAnew(): Member {
    this.heir = this.#member(domainId(4, 1), false);
    this.references.admit(this.heir.id);
    return this.heir;
  }

  /** The heir's thread has ended. */
  buryHeir(): void {
    const { id } = this.heir as Member;
    this.heir = null;
    this.undertaker.bury(newLife(this.program as never, id, { hasEnded: true } as never), { code: 1, error: null }, 'none');
  }

  /** What the audit finds, the survivors' charges included; where there are no survivors, whether the heap is as it was at the beginning. */
  findings(everybodyIsGone = false): string[] {
    this.kernel.heap.arena.sweep();
    this.kernel.heap.arena.abandonAll();
    const alive = (id: DomainId): boolean =>
      id === KERNEL_ID || id === HOST_ID || id === this.peer.id || id === this.heir?.id || (id === this.victim.id && !this.victimIsDead);
    const kernels: number[] = [];
    const audit = new HeapAudit(this.kernel.heap, {
      isAlive: alive,
      noteKernels: (block) => void kernels.push(block),
      recordLists: (ref, block) => recordLists(this.kernel.endpoint.space, ref, block),
      payerOf: (ref, block) => payerOf(this.kernel.endpoint.space, ref, block),
      isKnownOrphan: (block) => this.orphans.isKnown(block),
      ...(everybodyIsGone
        ? { emptyHash: this.#emptyHash, live: [] }
        : { live: [this.peer.id, ...(this.victimIsDead ? [] : [this.victim.id]), ...(this.heir === null ? [] : [this.heir.id])] }),
    });
    const calls = auditCalls(this.kernel.endpoint.space, this.table.used(), {
      isAlive: alive,
      isHeld: (record) => this.orphans.holds(record),
      ownerWord: (block) => this.kernel.heap.ownership.ownerWord(block),
    });
    const heap = audit.run();
    const threads = [this.kernel, this.peer, ...(this.heir === null ? [] : [this.heir]), ...(this.victimIsDead ? [] : [this.victim])].flatMap(({ heap }) =>
      heap.check(),
    );
    return [...heap, ...calls, ...auditReferences(this.references, alive), ...this.media.findings(kernels, alive), ...threads].map(
      ({ invariant, detail }) => `${invariant}: ${detail}`,
    );
  }

  /** Blocks that are in use by anybody. */
  blocks(): number {
    this.peer.heap.arena.sweep();
    this.kernel.heap.arena.sweep();
    this.kernel.heap.arena.abandonAll();
    return takeCensus(this.kernel.heap).total.blocks;
  }
}
