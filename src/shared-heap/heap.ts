/**
 * The shared heap as one thread uses it: allocation of typed values, field assignment, children, drop.
 *
 * Ownership at this boundary
 *   alloc(type, value)   on success the caller owns the tree, and the RRefs inside `value` are consumed; on a throw nothing was allocated and they are the caller's still
 *   field = value        as alloc, for one field; what was there is dropped
 *   take                 the child becomes the caller's
 *   replace              as field = value, but what was there becomes the caller's
 *   drop                 the tree is gone
 *
 * Deliberately not here: what crosses domains (src/proxy), and what happens to the blocks of a dead domain (reclaimer.ts).
 */
import { childOf, indexOf, ownedBy, type DomainId } from '../abi/domain-id.js';
import { firstPayloadByte, firstSlotWord, GENERATION, GRANULE_BYTES, PAGE_SHIFT } from '../abi/heap-layout.js';
import { X_QUOTA, threadRow } from '../abi/thread-layout.js';
import { Arena } from './pages/arena.js';
import { BytesView, byteViews } from './handles/bytes-view.js';
import type { Reader } from './types/codec-contract.js';
import { HeapError, InvalidType, LifetimeViolation, ResourceExhausted } from './faults.js';
import type { Finding } from './audit/invariants.js';
import { type Claim, handles, RRefHandle, type HandleType } from './handles/handle.js';
import { Operation, PanicSignal } from './ownership/operation.js';
import { Ownership } from './ownership/ownership.js';
import { orRevoked } from './handles/revoked-proxy.js';
import type { SharedState } from './shared-state.js';
import { Staging } from './types/staging.js';
import type { FieldRuntime } from './types/field-runtime.js';
import type { TypeRuntime } from './types/type-runtime.js';
import { TraceWriter } from './trace.js';
import type { Views } from './views.js';

export interface HeapOptions {
  /** Check the shared words on every access too. */
  readonly paranoid: boolean;
  /** Makes objects unchangeable with all that they reach: SES's harden in a domain, a plain freeze on the host. */
  readonly harden: (value: object) => void;
}

export class ThreadHeap {
  readonly me: DomainId;
  readonly shared: SharedState;
  readonly views: Views;
  /** Null where nobody asked for a trace. */
  readonly trace: TraceWriter | null;
  readonly arena: Arena;
  readonly ownership: Ownership;
  readonly operation = new Operation();
  readonly ownedClaims = new Set<Claim>();
  readonly paranoid: boolean;
  readonly harden: (value: object) => void;
  readonly #below: ViewReader;
  #staging: Staging | null = new Staging();
  /** Ends borrows whose calls have ended unnoticed. Set by whoever knows the calls. */
  settleBorrows: () => void = () => {};

  constructor(shared: SharedState, me: DomainId, options: HeapOptions) {
    this.me = me;
    this.shared = shared;
    this.views = shared.heapViews;
    this.trace = TraceWriter.open(shared, me);
    this.arena = new Arena(shared, me, options.paranoid, this.trace);
    this.ownership = new Ownership(this.views.words, this.arena);
    this.paranoid = options.paranoid;
    this.harden = options.harden;
    this.#below = new ViewReader(this);
    for (const reachable of [RRefHandle, BytesView, HeapError, LifetimeViolation, InvalidType, ResourceExhausted, PanicSignal]) options.harden(reachable);
  }

  /** Allocates a tree. Throws InvalidType, LifetimeViolation or ResourceExhausted, each before anything changed hands. */
  alloc(type: TypeRuntime, value: unknown): RRefHandle {
    try {
      if (type.flat !== null) return type.flat(value);
      return type.vec === null ? this.allocStaged(type, value) : type.vec.alloc(value);
    } catch (error) {
      throw orRevoked(error, value, `a value of ${type.name}`);
    }
  }

  allocStaged(type: TypeRuntime, value: unknown): RRefHandle {
    this.operation.check();
    const staging = this.takeStaging();
    type.codec.stage(value, staging, type.name);
    const isComposite = staging.isComposite;
    if (isComposite) staging.recheck();
    this.operation.begin();
    let block = 0;
    if (!isComposite || staging.materialise(this.arena, this.views)) {
      block = this.arena.alloc(type.payloadBytes, type.index, type.slots, false);
      if (block === 0) staging.discard(this.arena);
    }
    if (block === 0) {
      this.operation.end();
      throw this.exhausted(type.payloadBytes + staging.rawBytes);
    }
    type.codec.write(this.views, firstSlotWord(block), firstPayloadByte(block) + type.dataAt, staging);
    if (isComposite) {
      this.#adoptSlots(block, block, firstSlotWord(block), type.slots);
      for (const moved of staging.moved) handles.consume(moved);
    }
    const handle = handles.owned(this, type, block);
    this.operation.end();
    this.keepStaging(staging);
    return handle;
  }

  /** A handle for a block that this thread owns. */
  own(type: HandleType, block: number): RRefHandle {
    return handles.owned(this, type, block);
  }

  /** A staging of this thread's own. Foreign code that runs while it is filled, and allocates in turn, finds none left and makes another. */
  takeStaging(): Staging {
    const staging = this.#staging;
    this.#staging = null;
    return staging ?? new Staging();
  }

  /** For the next value. One that an exception left half filled is not kept. */
  keepStaging(staging: Staging): void {
    staging.reset();
    this.#staging = staging;
  }

  /** Makes what the slots name children of `parent`. Until a child's word agrees it is a root of this domain: nothing can be lost in between. */
  #adoptSlots(root: number, parent: number, firstSlot: number, count: number): void {
    for (let at = firstSlot; at < firstSlot + count; at++) {
      const child = this.views.words[at];
      if (child !== 0) this.ownership.attachTakingOwnership(root, parent, at, child);
    }
  }

  exhausted(bytes: number): ResourceExhausted {
    const used = this.arena.charged * GRANULE_BYTES;
    const allowed = this.shared.controlViews.words[threadRow(indexOf(this.me)) + X_QUOTA] * GRANULE_BYTES;
    const asked = `asked for ${bytes} bytes, ${used} of ${allowed} allowed are in use`;
    return new ResourceExhausted('shared heap', used + bytes > allowed ? asked : `${asked}, and the heap has no room`);
  }

  /** Assigns one field that is more than a scalar. What was there is dropped, and then views below the root end. */
  assign(handle: RRefHandle, field: FieldRuntime, value: unknown): void {
    for (const child of this.#exchange(handle, field, value)) this.ownership.drop(child);
    this.operation.end();
  }

  /** Puts a value into a field, within an operation that the caller ends. Answers what was there, as roots of this domain that no handle names. */
  #exchange(handle: RRefHandle, field: FieldRuntime, value: unknown): number[] {
    this.operation.check();
    const staging = new Staging();
    field.codec.stage(value, staging, field.name);
    staging.recheck();
    const block = handles.blockToWrite(handle);
    const root = handles.rootBlock(handle);
    if (staging.moved.some((moved) => handles.rootBlock(moved) === root)) {
      throw new LifetimeViolation('a value cannot be attached below itself');
    }
    this.operation.begin();
    if (!staging.materialise(this.arena, this.views)) {
      this.operation.end();
      throw this.exhausted(staging.rawBytes);
    }
    const slots = firstSlotWord(block) + field.slot;
    const replaced = this.#detachSlots(root, block, slots, field.codec.layout.slots);
    field.codec.write(this.views, slots, firstPayloadByte(block) + field.data, staging);
    this.#adoptSlots(root, block, slots, field.codec.layout.slots);
    for (const moved of staging.moved) handles.consume(moved);
    if (replaced.length > 0) handles.reshape(handle);
    return replaced;
  }

  #detachSlots(root: number, parent: number, firstSlot: number, count: number): number[] {
    const detached: number[] = [];
    for (let at = firstSlot; at < firstSlot + count; at++) {
      const child = this.views.words[at];
      if (child !== 0 && this.ownership.ownerWord(child) === childOf(parent)) detached.push(this.ownership.detach(root, at));
    }
    return detached;
  }

  /** Takes a child out of a field that may be empty. Views below the root end. */
  takeChild(type: TypeRuntime, handle: RRefHandle, name: string): RRefHandle | null {
    const block = handles.blockToWrite(handle);
    const field = childField(type, name, 'take');
    if (field.type.kind !== 'option') {
      throw new LifetimeViolation(`take: the field '${name}' of ${type.name} may not be empty: use replace('${name}', value), which puts another in its place`);
    }
    this.operation.check();
    const at = firstSlotWord(block) + field.slot;
    const childType = this.#typeAt(field, at);
    if (childType === null) return null;
    this.operation.begin();
    const child = this.ownership.detach(handles.rootBlock(handle), at);
    handles.reshape(handle);
    const taken = handles.owned(this, childType, child);
    this.operation.end();
    return taken;
  }

  /** Puts a value into an RRef field, as `assign`, and gives back the child that was there. */
  replaceChild(type: TypeRuntime, handle: RRefHandle, name: string, value: unknown): RRefHandle | null {
    const block = handles.blockToWrite(handle);
    const field = childField(type, name, 'replace');
    const childType = this.#typeAt(field, firstSlotWord(block) + field.slot);
    const [child] = this.#exchange(handle, field, value);
    const replaced = childType === null || child === undefined ? null : handles.owned(this, childType, child);
    this.operation.end();
    return replaced;
  }

  /** The type of the child in a slot; null for an empty slot. */
  #typeAt(field: FieldRuntime, slotWord: number): HandleType | null {
    if (this.views.words[slotWord] === 0) return null;
    return (field.codec.read(this.views, slotWord, 0, this.#typeReader) as { type: HandleType }).type;
  }

  /** The bytes of a string or byte field. */
  bytesOf(type: TypeRuntime, handle: RRefHandle, block: number, name: string): BytesView {
    const field = type.fields.get(name);
    if (field?.type.kind !== 'string' && field?.type.kind !== 'bytes') throw new InvalidType('a string or bytes field', `'${name}' of ${type.name}`, 'bytesOf');
    const at = firstPayloadByte(this.views.words[firstSlotWord(block) + field.slot]);
    const length = this.views.unsigned[(firstPayloadByte(block) + field.data) >>> 2];
    return byteViews.make(this.views, handle, at, length, field.type.kind === 'bytes');
  }

  readonly #typeReader = { rref: (type: HandleType) => ({ type }) } as unknown as Reader;

  /** Ends a root's claim and frees its tree. Marked before the claim ends: a stack overflow in between would leave a tree that nobody can name. */
  dropTree(claim: Pick<Claim, 'block' | 'end'>): void {
    this.operation.begin();
    claim.end();
    this.ownership.drop(claim.block);
    this.operation.end();
  }

  readerBelow(handle: RRefHandle): Reader {
    this.#below.parent = handle;
    return this.#below;
  }

  /** What this thread alone can say of the heap: whether its free lists and, in paranoid mode, its handles agree with the shared words. */
  check(): Finding[] {
    const findings = this.arena.check();
    for (const claim of this.ownedClaims) {
      try {
        claim.check();
      } catch (error) {
        findings.push({ invariant: 'a-handle-has-its-block', detail: `domain ${this.me}: ${String(error)}` });
      }
    }
    return findings;
  }

  generationOf(block: number): number {
    return this.views.words[(block << 2) + GENERATION];
  }

  /** Paranoid mode: what the shared words say of a block that a handle claims. */
  verify(block: number, generation: number, root: number, mine: boolean): void {
    if (this.views.words[(block << 2) + GENERATION] !== generation) {
      throw new LifetimeViolation('the block behind this handle has been freed');
    }
    if (mine && this.ownership.ownerWord(root) !== ownedBy(this.me)) {
      throw new LifetimeViolation('this domain does not own the block behind this handle');
    }
  }

  /** Takes over a root whose transit ended at this thread, charged to it. */
  receive(block: number): void {
    this.ownership.take(block);
    this.arena.charge(this.ownership.total(block));
  }

  /** Reads a raw block and frees it: what by-value strings and bytes of a call arrived in. */
  freeRaw(block: number): void {
    this.arena.charge(-this.arena.granulesOf(block));
    this.arena.free(block);
  }

  touch(block: number): void {
    this.arena.pages.touch(block >>> PAGE_SHIFT);
  }
}

/** The RRef field of that name. */
function childField(type: TypeRuntime, name: string, where: string): FieldRuntime {
  const field = type.fields.get(name);
  const target = field?.type.kind === 'option' ? field.type.value : field?.type;
  if (field !== undefined && target?.kind === 'rref') return field;
  throw new LifetimeViolation(`${where}: ${type.name} has no RRef field '${name}'`);
}

/** Reads children as views below a handle. One object serves all reads: reading runs nothing foreign, so nothing can come between. */
class ViewReader implements Reader {
  parent: RRefHandle | null = null;
  readonly #heap: ThreadHeap;

  constructor(heap: ThreadHeap) {
    this.#heap = heap;
  }

  text(block: number, length: number): string {
    const at = firstPayloadByte(block);
    return length === 0 ? '' : this.#heap.views.node.toString('utf8', at, at + length);
  }

  bytes(block: number, length: number): BytesView {
    return byteViews.make(this.#heap.views, this.parent as RRefHandle, firstPayloadByte(block), length, true);
  }

  rref(type: HandleType, block: number): RRefHandle {
    return handles.view(this.parent as RRefHandle, type, block);
  }

  capability(): never {
    throw new LifetimeViolation('an interface reference cannot be kept on the shared heap');
  }
}
