/**
 * Claims: what a handle says of a block, and whether it still may. Extension code holds handles; claims are the trusted runtime's alone.
 *
 * A claim is an object of its own, apart from the handle, because handles of different types have different hidden classes: whatever is read from them in code that serves all types
 * is looked up by name once more than four types are in use. From a handle one field is read in this way, and the rest from claims, which are all alike.
 */
import { LifetimeViolation } from '../faults.js';

/** What a claim needs of its heap. */
export interface ClaimHeap {
  readonly paranoid: boolean;
  generationOf(block: number): number;
  /** The claims of owned handles that have not ended, kept in paranoid mode alone so that an audit can ask for each of them. */
  readonly ownedClaims: Set<Claim>;
  /** Throws LifetimeViolation where the shared words say otherwise than the claim. */
  verify(block: number, generation: number, root: number, mine: boolean): void;
  /** Ends the claim of a root and frees its tree, as one operation. */
  dropTree(claim: Claim): void;
  /** Ends borrows whose calls have ended unnoticed. */
  settleBorrows(): void;
}

/** What a claim needs of its type. */
export interface ClaimType {
  readonly name: string;
}

export const HandleKind = { Owned: 0, Lent: 1, View: 2 } as const;

export class Claim<Heap extends ClaimHeap = ClaimHeap, Type extends ClaimType = ClaimType> {
  readonly heap: Heap;
  readonly type: Type;
  readonly block: number;
  readonly kind: number;
  /** The root's claim; the claim itself for a root. */
  readonly root: Claim<Heap, Type>;
  /** The root's epoch when the claim was made. Of a root: its own epoch, or what it was before it ended. Not equal to the root's: the claim has ended. */
  seen: number;
  /** The block's generation when the claim was made; asked in paranoid mode alone. */
  readonly generation: number;
  /** Of a root: how many calls borrow some node of its tree. */
  lent = 0;
  /** Of a root: counts changes of the tree's shape; its complement, which is negative, once the root has ended. One comparison thus asks for both. */
  epoch = 0;
  /** Of a root: drop was asked for while it was lent. */
  dropLater = false;
  /** Of a root: a medium holds it. It stays where it is until it is taken out or another is put in its place. */
  isKept = false;

  constructor(heap: Heap, type: Type, block: number, kind: number, root: Claim<Heap, Type> | null) {
    this.heap = heap;
    this.type = type;
    this.block = block;
    this.kind = kind;
    this.root = root ?? this;
    this.seen = this.root.epoch;
    this.generation = heap.paranoid ? heap.generationOf(block) : 0;
    if (heap.paranoid && kind === HandleKind.Owned) heap.ownedClaims.add(this);
  }

  /** The block, to be read. Throws LifetimeViolation for a claim that has ended. */
  check(): number {
    if (this.seen !== this.root.epoch) this.refuse();
    if (this.heap.paranoid) this.heap.verify(this.block, this.generation, this.root.block, this.root.kind === HandleKind.Owned);
    return this.block;
  }

  /** Throws LifetimeViolation where the tree may not be changed. Answers the root's claim. */
  writable(): Claim<Heap, Type> {
    const { root } = this;
    if (root.kind !== HandleKind.Owned) throw new LifetimeViolation(`a lent ${this.type.name} cannot be changed`);
    if (root.lent > 0) this.heap.settleBorrows();
    if (root.lent > 0) throw new LifetimeViolation(`this ${this.type.name} cannot be changed while a call borrows its tree`);
    return root;
  }

  /** Throws LifetimeViolation where the block may not be moved. */
  movable(): number {
    const block = this.check();
    if (this.kind === HandleKind.View)
      throw new LifetimeViolation(`a child ${this.type.name} cannot be moved: take() it from its parent first, or replace() it there`);
    if (this.kind === HandleKind.Lent) throw new LifetimeViolation(`a lent ${this.type.name} cannot be moved: it is its owner's`);
    if (this.isKept) throw new LifetimeViolation(`this ${this.type.name} is in a medium: take() it out first`);
    if (this.lent > 0) this.heap.settleBorrows();
    if (this.lent > 0) throw new LifetimeViolation(`this ${this.type.name} cannot be moved while a call borrows its tree`);
    return block;
  }

  /** Gives the tree back, or says that it is to be given back when the last borrow ends. */
  drop(): void {
    this.check();
    if (this.kind !== HandleKind.Owned)
      throw new LifetimeViolation(`a ${this.kind === HandleKind.Lent ? 'lent' : 'child'} ${this.type.name} cannot be dropped here: its owner does that`);
    if (this.isKept) throw new LifetimeViolation(`this ${this.type.name} is in a medium: take() it out first, or put() another in its place`);
    if (this.lent > 0) this.heap.settleBorrows();
    if (this.lent === 0) return this.heap.dropTree(this);
    if (this.heap.paranoid) this.heap.ownedClaims.delete(this);
    // Not by `end()`: a stack overflow strikes where a function is entered, and between these two the tree would be nobody's to drop.
    this.dropLater = true;
    this.epoch = -1 - this.epoch;
  }

  /** Ends a root, and with it all views below it. Repeatable. */
  end(): void {
    // Not `~`, which counts in 32 bits: after 2^31 changes of shape it would be an epoch that has been, and views of it would live again.
    if (this.epoch >= 0) this.epoch = -1 - this.epoch;
    if (this.heap.paranoid) this.heap.ownedClaims.delete(this);
  }

  /** Undoes `end`, for what a refused call gave back. */
  revive(): void {
    this.epoch = this.seen;
    if (this.heap.paranoid) this.heap.ownedClaims.add(this);
  }

  /** Of a root: a borrow of its tree has ended. */
  unlend(): void {
    // Counted after the drop, so that one that a stack overflow kept from beginning is still owed.
    if (this.lent === 1 && this.dropLater) {
      this.heap.dropTree(this);
      this.dropLater = false;
    }
    this.lent--;
  }

  /** Ends all views below the root but this one: its block is above what was detached, and still where it was. The root goes on, too. */
  reshape(): void {
    const { root } = this;
    root.seen = ++root.epoch;
    this.seen = root.seen;
  }

  refuse(): never {
    const { name } = this.type;
    if (this.root.epoch < 0 && this.root.kind === HandleKind.Lent) throw new LifetimeViolation(`this ${name} was lent for a call that has ended`);
    if (this.root.epoch < 0) throw new LifetimeViolation(`this ${name} was sent or dropped${this === this.root ? '' : ' with the tree that it is part of'}`);
    throw new LifetimeViolation(`this view of a ${name} ended when the shape of its tree changed: read it again from the root`);
  }
}
