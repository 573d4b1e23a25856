/**
 * A kernel and three domains in one thread, made of the production parts of a build: the one that users get, or a stepped copy of it (call-seam.mjs). Any of the three may die, at any step of its part, and
 * is buried by the production undertaker.
 *
 * A synchronous call blocks its caller's frame. Where the caller looks again at what it waits for, the others have their turn within that look: whoever has a call to serve serves it, whoever is blocked
 * serves what descends from its own call, and when nobody else can go on, the kernel does the next thing about the dead.
 */
import type * as Canonical from '../../dist/abi/canonical.js';
import type { Epitaph } from '../../dist/abi/epitaph.js';
import type { CrashCause, RpcResult } from '../../dist/abi/result.js';
import type { Schema, TypeRef } from '../../dist/abi/schema.js';
import type * as DomainIds from '../../dist/abi/domain-id.js';
import type * as LimitsModule from '../../dist/abi/limits.js';
import type * as MediumLayout from '../../dist/abi/medium-layout.js';
import type * as RecordLayout from '../../dist/abi/record-layout.js';
import type * as ThreadLayout from '../../dist/abi/thread-layout.js';
import type * as LifeMedia from '../../dist/domains/media.js';
import type * as DomainTables from '../../dist/microkernel/domain-table.js';
import type * as KernelMedia from '../../dist/microkernel/media.js';
import type * as OrphansModule from '../../dist/microkernel/orphans.js';
import type * as ProgramModule from '../../dist/microkernel/program.js';
import type * as ProgramsModule from '../../dist/microkernel/programs.js';
import type * as SchemaCheck from '../../dist/microkernel/schema-check.js';
import type * as UndertakerModule from '../../dist/microkernel/undertaker.js';
import type * as CallAudit from '../../dist/proxy/call-audit.js';
import type * as EndpointModule from '../../dist/proxy/endpoint.js';
import type * as Methods from '../../dist/proxy/method-runtime.js';
import type * as Pending from '../../dist/proxy/pending-call.js';
import type * as SettlementModule from '../../dist/proxy/settlement.js';
import type * as AuditModule from '../../dist/shared-heap/audit/audit.js';
import type * as Census from '../../dist/shared-heap/audit/census.js';
import type * as Handles from '../../dist/shared-heap/handles/handle.js';
import type * as HeapModule from '../../dist/shared-heap/heap.js';
import type * as ReclaimerModule from '../../dist/shared-heap/reclaimer.js';
import type * as SharedModule from '../../dist/shared-heap/shared-state.js';
import type * as Registry from '../../dist/shared-heap/types/type-registry.js';
import type * as Tables from '../../dist/shared-heap/types/type-table.js';
import type * as Seam from './support/call-seam.mjs';

const FILES = [
  'abi/canonical.js',
  'abi/domain-id.js',
  'abi/limits.js',
  'abi/medium-layout.js',
  'abi/record-layout.js',
  'abi/thread-layout.js',
  'domains/media.js',
  'microkernel/domain-table.js',
  'microkernel/media.js',
  'microkernel/orphans.js',
  'microkernel/program.js',
  'microkernel/programs.js',
  'microkernel/schema-check.js',
  'microkernel/undertaker.js',
  'proxy/call-audit.js',
  'proxy/endpoint.js',
  'proxy/method-runtime.js',
  'proxy/pending-call.js',
  'proxy/settlement.js',
  'shared-heap/audit/audit.js',
  'shared-heap/audit/census.js',
  'shared-heap/handles/handle.js',
  'shared-heap/heap.js',
  'shared-heap/reclaimer.js',
  'shared-heap/shared-state.js',
  'shared-heap/types/type-registry.js',
  'shared-heap/types/type-table.js',
] as const;

export type Parts = typeof Canonical &
  typeof DomainIds &
  typeof LimitsModule &
  typeof MediumLayout &
  typeof RecordLayout &
  typeof ThreadLayout &
  typeof LifeMedia &
  typeof DomainTables &
  typeof KernelMedia &
  typeof OrphansModule &
  typeof ProgramModule &
  typeof ProgramsModule &
  typeof SchemaCheck &
  typeof UndertakerModule &
  typeof CallAudit &
  typeof EndpointModule &
  typeof Methods &
  typeof Pending &
  typeof SettlementModule &
  typeof AuditModule &
  typeof Census &
  typeof Handles &
  typeof HeapModule &
  typeof ReclaimerModule &
  typeof SharedModule &
  typeof Registry &
  typeof Tables & { readonly seam: typeof Seam };

/** The parts of the build at `root`, an address that ends in a slash. */
export async function loadParts(root: string): Promise<Parts> {
  const from = (file: string): Promise<object> => import(/* @vite-ignore */ new URL(file, root).href) as Promise<object>;
  const modules = await Promise.all(FILES.map(from));
  return Object.assign({ seam: await from('abi/atomics.js') }, ...modules) as Parts;
}

export type Name = 'A' | 'B' | 'C';

/** How a member dies: as it says itself, or as the kernel finds or decides. */
export const WAYS = ['panic', 'hang', 'heap exhaustion', 'terminate()'] as const;
export type Way = (typeof WAYS)[number];
export const CAUSE_OF: { readonly [way in Way]: CrashCause } = {
  panic: 'stack-overflow',
  hang: 'hang',
  'heap exhaustion': 'out-of-memory',
  'terminate()': 'killed',
};

export interface Member {
  readonly name: Name | 'D';
  readonly id: number;
  readonly heap: HeapModule.ThreadHeap;
  readonly endpoint: EndpointModule.Endpoint;
  readonly methods: readonly Methods.MethodRuntime[];
  /** Every handle that it ever had, for the end. */
  readonly handles: Set<any>;
}

/** What the kernel has still to do about one that has stopped. */
interface Death {
  readonly member: Member;
  readonly way: Way | 'itself';
  readonly life: ProgramModule.Life;
  stage: 'running on' | 'marked' | 'buried';
}

const number: TypeRef = { kind: 'scalar', scalar: 'u32' };
const text: TypeRef = { kind: 'string' } as TypeRef;
const note = { kind: 'rref', target: { kind: 'named', name: 'desk.Note' } } as TypeRef;
const lentNote = { ...note, lent: true } as TypeRef;
/** Numbers in more bytes than a record's data area holds. */
export const MANY = 66;
const many = { kind: 'array', element: number, length: MANY } as TypeRef;

/** One value that moves, one that is lent, and a text; results that move; and by value more than a record holds. */
export function makeSchema({ typeId }: Pick<Parts, 'typeId'>): Schema {
  const method = (name: string, returns: TypeRef, ...types: TypeRef[]): object => ({
    name,
    params: types.map((type, index) => ({ name: `p${index}`, type })),
    returns,
    replayable: false,
  });
  const schema = {
    package: 'desk',
    structs: {
      'desk.Note': {
        name: 'desk.Note',
        fields: [
          { name: 'text', type: text },
          { name: 'weight', type: number },
          { name: 'next', type: { kind: 'option', value: note } },
        ],
      },
    },
    enums: {},
    interfaces: {
      'desk.Desk': {
        name: 'desk.Desk',
        methods: [
          method('add', number, number, number),
          method('swap', note, note, lentNote, text),
          method('wide', many, note, many),
          method('look', number, lentNote),
        ],
      },
    },
  } as unknown as Schema & { structs: { [name: string]: { id: string } }; interfaces: { [name: string]: { id: string } } };
  for (const name of Object.keys(schema.structs)) schema.structs[name].id = typeId({ kind: 'named', name } as TypeRef, schema);
  for (const name of Object.keys(schema.interfaces)) schema.interfaces[name].id = typeId({ kind: 'interface', name } as TypeRef, schema);
  return schema;
}

function isReadable(handle: any): boolean {
  try {
    return handle.weight >= 0;
  } catch (error) {
    if ((error as Error).name !== 'LifetimeViolation') throw error;
    return false;
  }
}

/** A and C begin their search for a free record at the same one, because their rows are a multiple of 256 apart. */
const ROW_OF: { readonly [name in Name]: number } = { A: 2, B: 3, C: 258 };
const HOST_AND_KERNEL = [0, 1];
/** The first row that is vacant while all three live. */
const NEXT_ROW = 4;
const ROWS: readonly number[] = [...HOST_AND_KERNEL, ...Object.values(ROW_OF), NEXT_ROW];

const HEAP_BYTES = 4 * 2 ** 20;
/** Far away, so that nobody's time is up, and a wait that knows no other bound is seen. */
const DEADLINE_MS = 100_000;
/** A word of the header that nothing uses: what a method's own steps touch. */
const SCRATCH_WORD = 8;

/** What outlasts an execution: the memories, with the types registered, and what each thread knows of the types. */
export class Premises {
  readonly schema: Schema;
  readonly raw: SharedModule.SharedState;
  readonly watched: SharedModule.SharedState;
  readonly registries = new Map<number, Registry.TypeRegistry>();
  readonly methods = new Map<number, readonly Methods.MethodRuntime[]>();
  readonly heaps = new Map<number, HeapModule.ThreadHeap>();
  readonly token: any;

  constructor(
    readonly parts: Parts,
    readonly paranoid: boolean,
    /** Whether the kernel's own plain accesses are steps too: for what is about the kernel's order of doing things. */
    readonly watchesKernel = false,
  ) {
    this.schema = makeSchema(parts);
    this.raw = parts.openShared(parts.reserveShared(HEAP_BYTES));
    this.watched = typeof parts.seam.watch === 'function' ? parts.seam.watch(this.raw) : this.raw;
    this.token = { name: 'desk.Note', id: (this.schema.structs['desk.Note'] as { id: string }).id, schema: this.schema };
    parts.TypeTable.initialise(this.raw);
    parts.registerSchemas([this.schema], this.registryOf(parts.KERNEL_ID, this.newHeap(parts.KERNEL_ID)));
  }

  /** Makes the memories as they were when they were new, types apart. */
  clear(): void {
    for (const area of this.#areas()) area.fill(0);
  }

  /** What stands in the memories now. */
  image(): Int32Array[] {
    return this.#areas().map((area) => area.slice());
  }

  /** Which words are not as in an image: numbers of the control block's, and of the heap's with a minus. */
  changedSince(image: readonly Int32Array[]): number[] {
    const changed: number[] = [];
    const isHeap = (area: Int32Array): boolean => area.buffer === this.raw.heapViews.words.buffer;
    for (const [index, area] of this.#areas().entries())
      for (let at = 0; at < area.length; at++) if (area[at] !== image[index][at]) changed.push((area.byteOffset / 4 + at) * (isHeap(area) ? -1 : 1));
    return changed;
  }

  /** The parts of the memories that executions use. */
  #areas(): Int32Array[] {
    const { parts, raw } = this;
    const { words } = raw.heapViews;
    const control = raw.controlViews.words;
    return [
      words.subarray(0, raw.pages * 40),
      words.subarray(raw.firstPage * 16384, (raw.firstPage + 24) * 16384),
      control.subarray(0, parts.threadRow(0)),
      control.subarray(parts.bindingWord(0), parts.bindingWord(0) + 512),
      control.subarray(parts.inUseRow(raw.pages), parts.inUseRow(raw.pages) + parts.touchedWords(raw.pages)),
      ...ROWS.flatMap((row) => [
        control.subarray(parts.threadRow(row), parts.threadRow(row + 1)),
        control.subarray(parts.panicTextByte(row) / 4, parts.panicTextByte(row + 1) / 4),
        control.subarray(parts.touchedRow(row, raw.pages), parts.touchedRow(row + 1, raw.pages)),
        control.subarray(parts.recordWord(row * parts.RECORDS_PER_MAILBOX, raw.pages), parts.recordWord((row + 1) * parts.RECORDS_PER_MAILBOX, raw.pages)),
      ]),
    ];
  }

  /** The types know the heap that they were built for: it gets the parts of a new one. */
  newHeap(id: number): HeapModule.ThreadHeap {
    const shared = id === this.parts.KERNEL_ID && !this.watchesKernel ? this.raw : this.watched;
    const heap = new this.parts.ThreadHeap(shared, id, { paranoid: this.paranoid, harden: () => {} });
    const known = this.heaps.get(id);
    if (known === undefined) this.heaps.set(id, heap);
    else Object.assign(known, heap);
    return known ?? heap;
  }

  registryOf(id: number, heap: HeapModule.ThreadHeap): Registry.TypeRegistry {
    const known =
      this.registries.get(id) ??
      new this.parts.TypeRegistry(heap, id === this.parts.KERNEL_ID, () => {
        throw new Error('no interface reference is passed here');
      });
    this.registries.set(id, known);
    return known;
  }

  methodsOf(id: number, registry: Registry.TypeRegistry): readonly Methods.MethodRuntime[] {
    const known = this.methods.get(id) ?? this.parts.MethodRuntime.all(this.schema.interfaces['desk.Desk'], this.schema, registry);
    this.methods.set(id, known);
    return known;
  }
}

/** One call as its caller sees it. */
export interface Told {
  readonly from: Member;
  readonly to: Member;
  readonly method: string;
  readonly args: readonly any[];
  /** What the caller got; undefined while it waits, and for ever where it died. */
  result?: RpcResult<any>;
  /** The record's state when the one who died was struck; undefined where there is no record. */
  stateAtStrike?: keyof typeof RecordLayout.CallState | 'taken';
  /** Whether the callee had been struck, and whether it had been buried, when the outcome was taken. */
  calleeAtEnd?: 'alive' | 'struck' | 'buried';
}

function newProgram(name: string): object {
  return { binding: 0, name, calls: 0, orphanedGranules: 0, life: null, limits: { logBytesPerSecond: 0 } };
}

export class Company {
  readonly parts: Parts;
  readonly A: Member;
  readonly B: Member;
  readonly C: Member;
  /** Whoever begins while the others are there: a new tenant of a row, or the next life of a program. */
  D: Member | null = null;
  readonly kernel: { readonly heap: HeapModule.ThreadHeap; readonly endpoint: EndpointModule.Endpoint };
  readonly table: DomainTables.DomainTable;
  readonly settlement: SettlementModule.Settlement;
  readonly orphans: OrphansModule.Orphans;
  readonly undertaker: UndertakerModule.Undertaker;
  readonly media: KernelMedia.Media;
  /** Looks who has parted. */
  readonly #programs: ProgramsModule.Programs;
  /** Those that have not been buried. */
  readonly #lives = new Map<number, ProgramModule.Life>();
  readonly #programsOf = new Map<Member, ProgramModule.Program>();
  readonly #isHost: Name | undefined;
  /** Burials whose calls still lend what is kept. */
  #lending = 0;
  readonly epitaphs: Epitaph[] = [];
  readonly calls: Told[] = [];
  /** Those of them that nobody waits for. */
  readonly #sent: { told: Told; pending: Pending.PendingCall }[] = [];
  /** Whoever has stopped, in the order of their deaths. */
  readonly deaths: Death[] = [];
  /** What was seen on the way and should not be. */
  readonly complaints: string[] = [];
  /** Whether some method throws, or an exception strikes: else nobody panics. */
  mayPanic = false;
  readonly #atPlay: Member[] = [];
  readonly #isStepped: boolean;

  /** `isHost`: which of them is the host, which is trusted and does not die. */
  constructor(
    readonly premises: Premises,
    isHost?: Name,
  ) {
    const { parts } = premises;
    this.#isHost = isHost;
    this.parts = parts;
    premises.clear();
    this.#isStepped = typeof parts.seam.begin === 'function';
    if (this.#isStepped) parts.seam.begin((waiting: string) => this.#turn(waiting));
    const { words } = premises.raw.controlViews;
    for (const row of [...HOST_AND_KERNEL, ...Object.values(ROW_OF)]) {
      words[parts.threadRow(row) + parts.LIFE] = parts.lifeWord(parts.Life.Live, 1);
      words[parts.threadRow(row) + parts.X_QUOTA] = 100_000;
    }
    const heap = premises.newHeap(parts.KERNEL_ID);
    this.kernel = { heap, endpoint: this.#endpoint(heap, premises.registryOf(parts.KERNEL_ID, heap), true, () => {}) };
    this.table = new parts.DomainTable(words);
    const reclaimer = new parts.Reclaimer(heap);
    this.settlement = new parts.Settlement(this.kernel.endpoint.space, (block) => void heap.ownership.dropUncharged(block));
    this.settlement.isOwnedBy = (block, word) => heap.ownership.ownerWord(block) === word;
    this.orphans = new parts.Orphans(this.settlement, reclaimer);
    const types = premises.registryOf(parts.KERNEL_ID, heap).table;
    this.undertaker = new parts.Undertaker(this.kernel.endpoint.space, this.table, this.settlement, reclaimer, this.orphans, types, heap.ownership);
    this.media = new parts.Media(heap, premises.registryOf(parts.KERNEL_ID, heap));
    this.undertaker.media = {
      keep: (program, dead) => this.media.keep(program, dead),
      holds: (program, blocks) => this.media.holds(program, blocks),
      lend: (program) => this.#lend(program),
    };
    this.#programs = new parts.Programs({ heap, lives: this.#lives } as never);
    this.A = this.#member('A', this.#idOf('A'));
    this.B = this.#member('B', this.#idOf('B'));
    this.C = this.#member('C', this.#idOf('C'));
    // Each has a page of every size that is needed: how a page is come by is explored elsewhere.
    for (const member of [this.A, this.B, this.C]) this.note(member, 'x'.repeat(MANY * 4), this.note(member, 'a keepsake'));
  }

  #endpoint(heap: HeapModule.ThreadHeap, registry: Registry.TypeRegistry, isTrusted: boolean, die: () => void): EndpointModule.Endpoint {
    const capability = (): never => {
      throw new Error('no interface reference is passed here');
    };
    return new this.parts.Endpoint(heap, registry, { isTrusted, capability, mapStack: (trace) => () => trace, die });
  }

  #idOf(name: Name): number {
    return name === this.#isHost ? this.parts.HOST_ID : this.parts.domainId(ROW_OF[name], 1);
  }

  #member(name: Member['name'], id: number, program = newProgram(name)): Member {
    const { premises, parts } = this;
    const heap = premises.newHeap(id);
    const registry = premises.registryOf(id, heap);
    // As process.exit() does it in a domain: what comes after does not run.
    const die = (): void => {
      this.#hasStopped(member, 'itself');
      if (this.#isStepped) throw new parts.seam.Killed('this thread has ended itself');
    };
    const endpoint = this.#endpoint(heap, registry, name === this.#isHost, die);
    const member: Member = { name, id, heap, endpoint, methods: premises.methodsOf(id, registry), handles: new Set<any>() };
    this.#programsOf.set(member, program as ProgramModule.Program);
    this.#lives.set(id, parts.newLife(program as never, id, { hasEnded: true, notePart: () => this.#bury(member, null) } as never));
    return member;
  }

  /** Whoever there is, D where it has begun. */
  get members(): readonly Member[] {
    return this.D === null ? [this.A, this.B, this.C] : [this.A, this.B, this.C, this.D];
  }

  /** Another life begins in the first vacant row: of a program of its own, or the next one of somebody's. */
  beginD(after?: Member): Member {
    const id = this.table.allocate(this.parts.DEFAULT_LIMITS) as number;
    this.D = this.#member('D', id, after === undefined ? undefined : (this.#programOf(after) as never));
    this.table.set(id, this.parts.Life.Live);
    return this.D;
  }

  #programOf(member: Member): ProgramModule.Program {
    return this.#programsOf.get(member) as ProgramModule.Program;
  }

  // --- media ----------------------------------------------------------------------------------------------------------

  #lend(program: ProgramModule.Program): () => void {
    const end = this.media.lend(program);
    this.#lending++;
    return () => {
      this.#lending--;
      end();
    };
  }

  /** Whether the next life of a program may begin, as far as what is kept goes. */
  get isUnlent(): boolean {
    return this.#lending === 0;
  }

  /** What a life is told of the one medium that its program has. */
  mediumOrder(member: Member): any {
    const { schema, token } = this.premises;
    const leaf = { schemas: [schema], manifest: { keeps: { disk: { type: token.name, id: token.id } } } } as never;
    const refused = this.media.declare(this.#programOf(member), leaf);
    if (refused !== undefined) throw new Error(refused);
    return this.media.orders(this.#programOf(member), leaf, member.id as never)[0];
  }

  /** A life takes its medium over. */
  openMedium(member: Member, order: any): any {
    return this.parts.openMedium(member.heap, this.premises.registryOf(member.id, member.heap).byToken(this.premises.token), order);
  }

  /** What is kept changes hands without a death: the one who had it hands over. */
  keepMedia(member: Member): void {
    this.media.keep(this.#programOf(member), member.id as never);
  }

  // --- what members do ------------------------------------------------------------------------------------------------

  note(member: Member, content: string, next: unknown = null): any {
    const type = this.premises.registryOf(member.id, member.heap).byToken(this.premises.token);
    const handle = member.heap.alloc(type, { text: content, weight: content.length, next });
    member.handles.add(handle);
    return handle;
  }

  /** What a member answers. Everything that moves in is noted; a lent value is not its own. */
  serve(member: Member, functions: { [name: string]: (...args: any[]) => unknown }): void {
    const all = member.methods.map(({ name }) => (...args: any[]) => {
      if (name === 'swap' || name === 'wide') member.handles.add(args[0]);
      return (functions[name] ?? (() => 0))(...args);
    });
    const isHeldByNobody = { interfaceId: '', released: null, isPermanent: true, isRevoked: false, isGivenOut: false, passedAt: 0, staged: 0, recipient: 0 };
    member.endpoint.callee.exports.push({ ...isHeldByNobody, methods: member.methods, functions: all, receiver: null });
  }

  /** A step of a method's own, at which it may be stopped or get an exception. */
  point(): void {
    this.parts.seam.store(this.premises.watched.controlViews.words, SCRATCH_WORD, 0);
  }

  /** A synchronous call of whoever is at play. */
  call(from: Member, to: Member, method: string, ...args: any[]): RpcResult<any> {
    const told: Told = { from, to, method, args };
    this.calls.push(told);
    const target = { label: to.name, exported: 0, binding: null, resolve: () => to.id };
    const runtime = from.methods.find(({ name }) => name === method) as Methods.MethodRuntime;
    this.#took(told, from.endpoint.caller.call(target, runtime, args, DEADLINE_MS));
    return told.result as RpcResult<any>;
  }

  /** As `call`, without waiting. Its outcome is taken with `take`. */
  send(from: Member, to: Member, method: string, ...args: any[]): { told: Told; pending: Pending.PendingCall | null } {
    const told: Told = { from, to, method, args };
    this.calls.push(told);
    const target = { label: to.name, exported: 0, binding: null, resolve: () => to.id };
    const runtime = from.methods.find(({ name }) => name === method) as Methods.MethodRuntime;
    const sent = from.endpoint.caller.send(target, runtime, args, DEADLINE_MS);
    if (sent instanceof this.parts.PendingCall) {
      this.#sent.push({ told, pending: sent });
      return { told, pending: sent };
    }
    this.#took(told, sent);
    return { told, pending: null };
  }

  /** A call that is never waited for, and whose outcome nobody asks for. */
  callAsync(from: Member, to: Member, method: string, ...args: any[]): void {
    const target = { label: to.name, exported: 0, binding: null, resolve: () => to.id };
    const runtime = from.methods.find(({ name }) => name === method) as Methods.MethodRuntime;
    // Who is stopped while it settles the promise rejects it.
    from.endpoint.asyncCalls.call(target, runtime, args, { timeoutMs: DEADLINE_MS }).catch(() => {});
  }

  take({ told, pending }: { told: Told; pending: Pending.PendingCall | null }): void {
    if (pending !== null) this.#took(told, told.from.endpoint.caller.outcomes.take(pending));
  }

  /** Gives the others their turns until a call that was sent has an outcome, and takes it. */
  untilSettled(sent: { told: Told; pending: Pending.PendingCall | null } | undefined): void {
    if (sent === undefined || sent.pending === null) return;
    const { told, pending } = sent;
    for (let rounds = 0; rounds < 50 && told.result === undefined && !this.isDead(told.from); rounds++) {
      if (told.from.endpoint.caller.isSettled(pending)) this.as(told.from, () => this.take(sent));
      else if (!this.#turn('')) break;
    }
  }

  /** Complains where a value can be written though somebody may still read it. Nobody has a turn meanwhile. */
  isImmutable(handle: any, why: string): void {
    const before = this.parts.seam.play('');
    try {
      handle.weight = 4;
      this.complaints.push(`a value can be written, and ${why}`);
    } catch (error) {
      if ((error as Error).name !== 'LifetimeViolation') throw error;
    } finally {
      this.parts.seam.play(before);
    }
  }

  #took(told: Told, result: RpcResult<any>): void {
    told.result = result;
    if (result.ok && typeof result.value === 'object' && told.method === 'swap') told.from.handles.add(result.value);
    const death = this.deaths.find(({ member }) => member === told.to);
    told.calleeAtEnd = death === undefined ? 'alive' : death.stage === 'buried' ? 'buried' : 'struck';
    if (result.ok || told.method === 'add') return;
    // What it says of the arguments is so.
    const [first, second] = told.args;
    if (told.method !== 'look' && isReadable(first) === result.error.started) {
      this.complaints.push(
        `${told.method} failed, started: ${result.error.started}, and what was to move can ${result.error.started ? 'still' : 'not'} be used`,
      );
    }
    // Stopped in the middle of it, it has let go of nothing; whoever panics answers the call itself, and runs no code of anybody's afterwards.
    if (death?.stage === 'marked' && told.stateAtStrike === 'Running' && result.error.started && told.method === 'swap') {
      this.isImmutable(second, 'the thread that it was lent to has not ended');
    }
  }

  // --- turns ----------------------------------------------------------------------------------------------------------

  /** Runs a member's part, as its thread would: an exception that nobody catches is a panic, and one that was stopped does nothing more. */
  as(member: Member, work: () => void): void {
    const { seam } = this.parts;
    if (this.isDead(member)) return;
    const before = seam.play(member.name);
    this.#atPlay.push(member);
    try {
      this.#untilItEnds(member, work);
    } finally {
      this.#atPlay.pop();
      seam.play(before);
    }
  }

  /** The kernel's part, so that its steps are counted. */
  asKernel(work: () => void): void {
    const before = this.parts.seam.play('kernel');
    try {
      work();
    } finally {
      this.parts.seam.play(before);
    }
  }

  #untilItEnds(member: Member, work: () => void): void {
    try {
      work();
    } catch (error) {
      if (error instanceof this.parts.seam.Killed) return;
      this.#untilItEnds(member, () => member.endpoint.panic.raise(error, null));
    }
  }

  isDead(member: Member): boolean {
    return this.parts.seam.isStopped(member.name);
  }

  /** Somebody waits: the others go on as far as they can. Answers whether anything happened. */
  #turn(waiting: string): boolean {
    // Who looks for a quick reply stops looking of itself, and serves nobody until then.
    const self = this.members.find(({ name }) => name === waiting);
    if (self !== undefined && this.#atPlay.includes(self) && !self.endpoint.isBlocked) return false;
    for (const member of this.members) {
      if (member.name === waiting || this.isDead(member)) continue;
      const { endpoint } = member;
      if (!this.#atPlay.includes(member)) {
        if (endpoint.space.hasPending()) {
          this.as(member, () => void endpoint.serveAll());
          return true;
        }
        // As its loop does it: what waits for borrows to end is looked at, too.
        const before = endpoint.outgoing;
        if (before === 0) continue;
        this.as(member, () => void endpoint.asyncCalls.poll());
        if (endpoint.outgoing !== before) return true;
        continue;
      }
      if (!endpoint.isBlocked || !endpoint.mustServeWhileBlocked()) continue;
      this.as(member, () => endpoint.serveWhileBlocked());
      return true;
    }
    return this.kernelTurn();
  }

  // --- deaths ---------------------------------------------------------------------------------------------------------

  /** Arms the clock. `onStrike` runs before that step, with nobody at play. */
  strikeBefore(clock: Member['name'] | 'kernel', by: 'write' | 'atomic', at: number, onStrike: () => void): void {
    const { seam } = this.parts;
    seam.arm({
      clock,
      by,
      at,
      strike: () => {
        const before = seam.play('');
        this.#noteStates();
        try {
          onStrike();
        } finally {
          seam.play(before);
        }
        if (before !== '' && seam.isStopped(before)) throw new seam.Killed('stopped before this step');
      },
    });
  }

  #noteStates(): void {
    const { CallState, callState, R_STATE, R_X_CALLER, recordWord, RECORDS_PER_MAILBOX } = this.parts;
    const { words } = this.premises.raw.controlViews;
    for (const told of this.calls) {
      if (told.result !== undefined) {
        told.stateAtStrike = 'taken';
        continue;
      }
      const first = this.parts.indexOf(told.to.id) * RECORDS_PER_MAILBOX;
      for (let slot = 0; slot < RECORDS_PER_MAILBOX; slot++) {
        const at = recordWord(first + slot, this.premises.raw.pages);
        if (words[at + R_X_CALLER] !== told.from.id) continue;
        const state = callState(words[at + R_STATE]);
        told.stateAtStrike = Object.keys(CallState).find((name) => CallState[name as keyof typeof CallState] === state) as keyof typeof CallState;
      }
    }
  }

  /** A member takes no further step. What the kernel does about it, it does when nobody else can go on. */
  stop(member: Member, way: Way): void {
    if (!this.deaths.some((death) => death.member === member)) this.#hasStopped(member, way);
  }

  #hasStopped(member: Member, way: Way | 'itself'): void {
    this.parts.seam.stop?.(member.name);
    if (this.deaths.some((death) => death.member === member)) return;
    const life = this.#lives.get(member.id) as ProgramModule.Life;
    this.deaths.push({ member, way, life, stage: 'running on' });
  }

  /** One thing that the kernel does about the dead, first come first served. Answers whether there was one. */
  kernelTurn(): boolean {
    const death = this.deaths.find(({ stage }) => stage !== 'buried');
    if (death === undefined) {
      const before = this.orphans.count;
      this.orphans.look();
      return this.orphans.count !== before;
    }
    this.#advance(death);
    return true;
  }

  #advance(death: Death): void {
    const { member, way } = death;
    const isKill = way === 'hang' || way === 'terminate()';
    if (death.stage === 'running on' && isKill) {
      if (way === 'hang') this.#timeOut(member);
      death.stage = 'marked';
      return this.#markAndCheck(death, way === 'hang' ? 'hang' : 'killed');
    }
    this.#bury(member, way === 'heap exhaustion' ? { name: 'Error', message: 'heap out of memory', isOutOfMemory: true } : null);
  }

  #bury(member: Member, error: { name: string; message: string; isOutOfMemory: boolean } | null): void {
    const life = this.#lives.get(member.id) as ProgramModule.Life;
    const death = this.deaths.find((each) => each.member === member);
    if (death === undefined) this.deaths.push({ member, way: 'itself', life, stage: 'buried' });
    else death.stage = 'buried';
    this.epitaphs.push(this.undertaker.bury(life, { code: 1, error }, 'none'));
    this.#lives.delete(member.id);
  }

  /** As the kernel does it whenever it is rung: it buries who has said that it writes no more, though its thread has not ended. */
  lookForParted(): void {
    this.#programs.lookForParted();
  }

  /** The kernel marks a member dead whose thread goes on. */
  markDead(member: Member, cause: CrashCause): void {
    this.undertaker.markDead(this.#lives.get(member.id) as ProgramModule.Life, cause);
  }

  isServing(member: Member): boolean {
    return this.premises.raw.controlViews.words[this.parts.threadRow(this.parts.indexOf(member.id)) + this.parts.SERVING] > 0;
  }

  /** The watchdog after one slice. */
  #timeOut(member: Member): void {
    const serving = this.premises.raw.controlViews.words[this.parts.threadRow(this.parts.indexOf(member.id)) + this.parts.SERVING];
    if (serving > 0) this.settlement.timeOut(serving - 1);
  }

  /** Whoever waits for it has an error from here on, though its thread has not ended. */
  #markAndCheck({ member, life }: Death, cause: CrashCause): void {
    this.undertaker.markDead(life, cause);
    const { callState, CallState, R_X_CALLER, recordWord, RECORDS_PER_MAILBOX } = this.parts;
    const { words } = this.premises.raw.controlViews;
    for (let slot = 0; slot < RECORDS_PER_MAILBOX; slot++) {
      const at = recordWord(this.parts.indexOf(member.id) * RECORDS_PER_MAILBOX + slot, this.premises.raw.pages);
      const state = callState(words[at]);
      if (words[at + R_X_CALLER] !== 0 && (state === CallState.Sent || state === CallState.Running))
        this.complaints.push(`${member.name} is marked dead, and a call waits in it`);
    }
  }

  /** Marks and buries at once, in the middle of whatever others do. */
  buryNow(member: Member, way: Way): void {
    this.stop(member, way);
    for (const death of this.deaths) while (death.member === member && death.stage !== 'buried') this.#advance(death);
  }

  isBuried(member: Member): boolean {
    return this.deaths.some((death) => death.member === member && death.stage === 'buried');
  }

  // --- the end --------------------------------------------------------------------------------------------------------

  /** The living go on until nothing is left to do, and drop everything that is theirs; the kernel buries whoever is left. */
  finish(): void {
    for (const sent of this.#sent) this.untilSettled(sent);
    for (let rounds = 0; rounds < 20 && this.#turn(''); rounds++);
    for (const member of this.members) {
      if (this.isDead(member)) continue;
      this.as(member, () => {
        member.endpoint.caller.outcomes.sweep();
        member.endpoint.callee.finishDelayed();
      });
    }
    for (let rounds = 0; rounds < 20 && this.#turn(''); rounds++);
    for (const member of this.members) {
      if (this.isDead(member)) continue;
      this.as(member, () => {
        member.endpoint.caller.outcomes.sweep();
        for (const handle of member.handles) this.#giveUp(member, handle);
      });
    }
    // What was given back to another one's page is taken in by that one.
    for (const member of this.members) if (!this.isDead(member)) this.as(member, () => member.heap.arena.sweep());
    this.orphans.look();
    this.undertaker.look();
  }

  /** Drops what a member still owns; what is lent in spite of everything is a borrow that never ended. */
  #giveUp(member: Member, handle: any): void {
    try {
      handle.weight = 1;
    } catch (error) {
      const message = (error as Error).message;
      if (/lent|borrow/.test(message) && !/was sent|sent or dropped/.test(message))
        this.complaints.push(`${member.name} cannot write what is its own: ${message}`);
    }
    handle[Symbol.dispose]();
  }

  /** Everything that is not as it should be after `finish`. */
  findings(): string[] {
    const { parts, kernel } = this;
    const { words } = this.premises.raw.controlViews;
    kernel.heap.arena.sweep();
    kernel.heap.arena.abandonAll();
    const living = this.members.filter((member) => !this.isDead(member));
    const isAlive = (id: number): boolean => id === parts.KERNEL_ID || id === parts.HOST_ID || living.some((member) => member.id === id);
    const { space } = kernel.endpoint;
    const audit = new parts.HeapAudit(kernel.heap, {
      isAlive,
      noteKernels: (block) => void kernels.push(block),
      recordLists: (ref, block) => parts.recordLists(space, ref, block),
      payerOf: (ref, block) => parts.payerOf(space, ref, block),
      isKnownOrphan: (block) => this.orphans.isKnown(block),
      live: living.map(({ id }) => id),
    });
    const rows = [...new Set(this.members.map(({ id }) => parts.indexOf(id)))];
    const kernels: number[] = [];
    const calls = parts.auditCalls(space, rows, {
      isAlive,
      isHeld: (record) => this.orphans.holds(record),
      ownerWord: (block) => kernel.heap.ownership.ownerWord(block),
    });
    const threads = [...living, kernel].flatMap(({ heap }) => heap.check());
    const found = [...audit.run(), ...calls, ...this.media.findings(kernels, isAlive), ...threads].map(({ invariant, detail }) => `${invariant}: ${detail}`);
    const { total, byOwner } = parts.takeCensus(kernel.heap);
    if (total.blocks !== 0) found.push(`nothing-is-lost: ${total.blocks} blocks are left, of ${[...byOwner.keys()].join(', ')}`);
    for (const row of rows) {
      for (let slot = 0; slot < parts.RECORDS_PER_MAILBOX; slot++) {
        const at = parts.recordWord(row * parts.RECORDS_PER_MAILBOX + slot, this.premises.raw.pages);
        if (words[at + parts.R_X_CALLER] !== 0) found.push(`records-come-back: record ${slot} of row ${row} is held in state ${parts.callState(words[at])}`);
      }
    }
    if (this.orphans.count !== 0) found.push(`estates-end: the kernel still waits for ${this.orphans.count}`);
    if (this.undertaker.waitingRows !== 0) found.push('rows-come-back: the row of a dead domain is not vacant');
    for (const death of this.deaths) if (death.way === 'itself' && !this.mayPanic) found.push(`${death.member.name} has panicked, and nobody struck it`);
    const spinning = words.subarray(parts.SPINNERS, parts.SPINNERS + 16).some((word) => word !== 0);
    if (spinning) found.push('no-dead-thread-spins: somebody is counted among those that spin');
    return [...found, ...this.complaints, ...this.parts.seam.found()];
  }
}
