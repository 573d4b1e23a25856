/**
 * Staging: a value read once, checked, and flattened into private memory before anything shared is touched.
 *
 * Getters, proxies and `valueOf` of the value run while it is staged, in the time and on the stack of whoever supplied it, and never again. After that
 * nothing foreign runs: raw blocks are allocated, then the words are written.
 */
import { RAW_TYPE } from '../../abi/heap-layout.js';
import type { Arena } from '../pages/arena.js';
import { InvalidType, LifetimeViolation } from '../faults.js';
import { type Claim, handles, type RRefHandle } from '../handles/handle.js';
import { typedArrayLength } from './typed-array.js';
import type { Views } from '../views.js';

/** A string or byte sequence on its way into a raw block. */
export interface RawStage {
  readonly text: string | null;
  readonly bytes: Uint8Array | null;
  /** Bytes. */
  readonly length: number;
  /** The block, once there is one; 0 for no bytes. */
  block: number;
}

/** An interface reference on its way into a call. */
export interface StagedReference {
  readonly provider: number;
  readonly exported: number;
  /** Throws LifetimeViolation where it has been dropped or revoked since it was staged. */
  recheck(): void;
}

/** A staging that held more items gives their room back when it is made ready again. */
const MOST_KEPT = 256;

/** From so many on, moved roots are found by a set: an array of children may have 65536. */
const MANY_MOVED = 16;

/** What most values have of most things. Nothing is ever pushed here. */
const NONE: never[] = [];

export class Staging {
  readonly #items: unknown[] = [];
  #raws: RawStage[] = NONE;
  /** Items pushed, and items taken. What lies behind them in the array is of an earlier use. */
  #pushed = 0;
  #cursor = 0;
  #isComposite = false;
  readonly #copies: boolean;
  /** Roots that move with the value, in order. */
  moved: readonly RRefHandle[] = NONE;
  #movedRoots: Set<Claim> | null = null;
  /** Handles lent with the value, in order. */
  lent: readonly RRefHandle[] = NONE;
  /** Interface references that travel with the value, in order. Of calls alone: no value of the heap has any. */
  references: readonly StagedReference[] = NONE;
  /** Of a value that is written again: where each reference lies among the items, and what stages it. */
  #referring: readonly { readonly at: number; readonly stage: () => StagedReference }[] = NONE;

  /** `copies`: bytes are copied as they are staged, so that the value can be written again though its owner goes on with them. */
  constructor(copies = false) {
    this.#copies = copies;
  }

  /** Bytes of all raw blocks. */
  get rawBytes(): number {
    return this.#raws.reduce((bytes, raw) => bytes + raw.length, 0);
  }

  /** Whether the value is more than scalars: there is something to ask again, to fill or to consume. */
  get isComposite(): boolean {
    return this.#isComposite;
  }

  push(item: unknown): void {
    this.#items[this.#pushed++] = item;
  }

  pushRaw(raw: RawStage): void {
    this.#isComposite = true;
    const kept = this.#copies && raw.bytes !== null ? { ...raw, bytes: new Uint8Array(raw.bytes) } : raw;
    this.#items[this.#pushed++] = kept;
    this.#raws = added(this.#raws, kept);
  }

  /** Makes it ready for another value. Keeps no reference to anything of this one; whoever has its lists keeps them. */
  reset(): void {
    if (this.#isComposite || this.#pushed > MOST_KEPT) {
      this.#isComposite = false;
      this.#items.length = 0;
      this.#raws = NONE;
      this.moved = NONE;
      this.#movedRoots = null;
      this.lent = NONE;
      this.references = NONE;
    }
    this.#pushed = 0;
    this.#cursor = 0;
  }

  /** Makes it ready to be written once more. References alone are staged anew, since what was exported for an earlier use may be exported no more: throws as that does. */
  rewind(): void {
    this.#cursor = 0;
    this.references = NONE;
    for (const { at, stage } of this.#referring) this.#refer(at, stage());
    for (const reference of this.references) reference.recheck();
  }

  /** The next item, in the order of pushing: codecs write in the order in which they staged. */
  next(): unknown {
    return this.#items[this.#cursor++];
  }

  /** Whoever moves a value twice, or moves what it lends, would have two owners. */
  addMoved(handle: RRefHandle, where: string): void {
    const root = handles.rootOf(handle);
    if (this.#moves(root) || this.lent.some((lent) => handles.rootOf(lent) === root)) {
      throw new LifetimeViolation(`${where} moves a value that the same operation already moves or lends`);
    }
    this.#isComposite = true;
    this.moved = added(this.moved, handle);
    this.#movedRoots?.add(root);
  }

  #moves(root: Claim): boolean {
    if (this.moved.length < MANY_MOVED) return this.moved.some((moved) => handles.rootOf(moved) === root);
    this.#movedRoots ??= new Set(this.moved.map((moved) => handles.rootOf(moved)));
    return this.#movedRoots.has(root);
  }

  addLent(handle: RRefHandle, where: string): void {
    if (this.#moves(handles.rootOf(handle))) throw new LifetimeViolation(`${where} lends a value that the same operation moves`);
    this.#isComposite = true;
    this.lent = added(this.lent, handle);
  }

  /** `stage` may run foreign code. */
  addReference(stage: () => StagedReference): void {
    this.#isComposite = true;
    this.#refer(this.#pushed, stage());
    if (this.#copies) this.#referring = added(this.#referring, { at: this.#pushed, stage });
    this.#pushed += 2;
  }

  #refer(at: number, reference: StagedReference): void {
    this.references = added(this.references, reference);
    this.#items[at] = reference.provider;
    this.#items[at + 1] = reference.exported;
  }

  /**
   * Asks again what foreign code could have changed while later values were staged: handles dropped or sent, buffers resized. To be called last before
   * the operation begins; from then on nothing foreign runs.
   */
  recheck(): void {
    for (const handle of this.moved) handles.blockToMove(handle);
    for (const handle of this.lent) handles.blockToRead(handle);
    for (const reference of this.references) reference.recheck();
    for (const raw of this.#raws) {
      if (raw.bytes !== null && typedArrayLength(raw.bytes) !== raw.length) {
        throw new InvalidType('bytes that keep their length', 'a buffer that was resized while it was read');
      }
    }
  }

  /** Allocates and fills every raw block. Answers false, with nothing allocated, where the quota or the heap does not allow it. */
  materialise(arena: Arena, views: Views): boolean {
    for (let index = 0; index < this.#raws.length; index++) {
      const raw = this.#raws[index];
      if (raw.length === 0) continue;
      raw.block = arena.alloc(raw.length, RAW_TYPE, 0, true);
      if (raw.block === 0) {
        this.discard(arena);
        return false;
      }
      const at = raw.block * 16 + 32;
      if (raw.bytes !== null) views.bytes.set(raw.bytes, at);
      else views.node.write(raw.text as string, at, raw.length, 'utf8');
    }
    return true;
  }

  /** Frees the raw blocks again, for an operation that does not take place. */
  discard(arena: Arena): void {
    for (const raw of this.#raws) {
      if (raw.block === 0) continue;
      arena.charge(-arena.granulesOf(raw.block));
      arena.free(raw.block);
      raw.block = 0;
    }
  }
}

function added<T>(list: readonly T[], item: T): T[] {
  if (list === NONE) return [item];
  (list as T[]).push(item);
  return list as T[];
}
