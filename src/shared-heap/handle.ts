/**
 * RRef handles: the only door to a block.
 *
 *   kind    made by                     may                              ends
 *   ------  --------------------------  -------------------------------  -------------------------------------------------
 *   owned   alloc, a moved argument,    read, write, move, lend, drop    when it is sent or dropped
 *           a result, take
 *   lent    a lent argument             read, lend on                    with its call
 *   view    reading a child through     read; write where the root may   with its root, or when something is detached from
 *           another handle                                               the root's tree, by whatever handle but this view
 *
 * What ends views is a change after which one could name what has gone: a child taken, replaced or popped, a string or byte field assigned over. The view through which that
 * was done goes on, for its own block is above what has gone. Putting a child where none was ends no view.
 *
 * A live domain's blocks are changed by its own thread alone, so the handle is the authority and each access is checked against private fields. In paranoid
 * mode the shared words are asked as well. A handle is frozen, its constructor wants a token that no extension can have, and nothing on it leads to memory.
 *
 * Invariant: at most one owned handle that has not ended exists for a root.
 */
import { describe, InvalidType, LifetimeViolation } from './faults.js';

/** What a handle needs of its heap. */
export interface HandleHeap {
  readonly paranoid: boolean;
  generationOf(block: number): number;
  /** The owned handles that have not ended, kept in paranoid mode alone so that an audit can ask for each of them. */
  readonly ownedHandles: Set<RRefHandle>;
  /** Throws LifetimeViolation where the shared words say otherwise than the handle. */
  verify(block: number, generation: number, root: number, mine: boolean): void;
  dropTree(block: number): void;
  takeChild(type: HandleType, root: number, block: number, field: string): RRefHandle | null;
  bytesOf(type: HandleType, handle: RRefHandle, block: number, field: string): unknown;
  /** Ends borrows whose calls have ended unnoticed. */
  settleBorrows(): void;
}

/** What a handle needs of its type: its name, its index in the type table, and the class with its accessors. */
export interface HandleType {
  readonly id: string;
  readonly name: string;
  /** How the IDL writes a reference to it. */
  readonly label: string;
  readonly index: number;
  readonly Handle: HandleClass;
}

export type HandleClass = new (token: symbol, heap: HandleHeap, type: HandleType, block: number, kind: number, root: RRefHandle | null) => RRefHandle;

const TOKEN = Symbol('only the heap makes handles');

export const HandleKind = { Owned: 0, Lent: 1, View: 2 } as const;

/** What trusted code may do with handles beyond their own methods. Reachable from trusted modules alone. */
export interface Handles {
  owned(heap: HandleHeap, type: HandleType, block: number): RRefHandle;
  lent(heap: HandleHeap, type: HandleType, block: number): RRefHandle;
  view(parent: RRefHandle, type: HandleType, block: number): RRefHandle;
  is(value: unknown): value is RRefHandle;
  typeOf(handle: RRefHandle): HandleType;
  /** Each throws LifetimeViolation where the handle does not allow it. */
  blockToRead(handle: RRefHandle): number;
  /** As `blockToRead`, for what belongs to one type: an accessor can be taken from its class and applied to anything. Throws InvalidType for a handle of another. */
  blockToReadAs(handle: RRefHandle, type: HandleType): number;
  /** As `blockToReadAs`, for accessors of a heap that is not paranoid. */
  blockUnverifiedAs(handle: RRefHandle, type: HandleType): number;
  blockToWrite(handle: RRefHandle): number;
  blockToWriteAs(handle: RRefHandle, type: HandleType): number;
  blockToMove(handle: RRefHandle): number;
  /** In paranoid mode: asks the shared words about a handle that has not ended. */
  verify(handle: RRefHandle): void;
  rootBlock(handle: RRefHandle): number;
  rootOf(handle: RRefHandle): RRefHandle;
  epochOf(handle: RRefHandle): number;
  isCurrent(root: RRefHandle, epoch: number): boolean;
  /** Something was detached below `handle`: ends all views below its root, but not `handle`. */
  reshape(handle: RRefHandle): void;
  consume(handle: RRefHandle): void;
  /** Undoes `consume`, for what a refused call gave back. */
  revive(handle: RRefHandle): void;
  /** Ends a lent handle with its call. */
  end(handle: RRefHandle): void;
  lend(handle: RRefHandle): void;
  unlend(handle: RRefHandle): void;
  /** Whether some call borrows the handle's tree. */
  isLent(handle: RRefHandle): boolean;
}

export let handles: Handles;

export class RRefHandle {
  readonly #heap: HandleHeap;
  readonly #type: HandleType;
  readonly #block: number;
  readonly #kind: number;
  /** The root handle; the handle itself for a root. */
  readonly #root: RRefHandle;
  /** The root's epoch when the handle was made. Of a root: its own epoch, or what it was before it ended. Not equal to the root's: the handle has ended. */
  #seen: number;
  /** The block's generation when the handle was made; asked in paranoid mode alone. */
  readonly #generation: number;
  /** Of a root: how many calls borrow some node of its tree. */
  #lent = 0;
  /** Of a root: counts changes of the tree's shape; its complement, which is negative, once the root has ended. One comparison thus asks for both. */
  #epoch = 0;
  /** Of a root: drop was asked for while it was lent. */
  #dropLater = false;

  constructor(token: symbol, heap: HandleHeap, type: HandleType, block: number, kind: number, root: RRefHandle | null) {
    if (token !== TOKEN) throw new TypeError('an RRef is made by the heap: use heap.alloc()');
    this.#heap = heap;
    this.#type = type;
    this.#block = block;
    this.#kind = kind;
    this.#root = root ?? this;
    this.#seen = this.#root.#epoch;
    this.#generation = heap.paranoid ? heap.generationOf(block) : 0;
    if (heap.paranoid && kind === HandleKind.Owned) heap.ownedHandles.add(this);
    Object.freeze(this);
  }

  /** Gives the whole tree back. While it is lent, the memory comes back when the last borrow ends; the handle ends at once. Throws LifetimeViolation for a handle that does not own. */
  drop(): void {
    const block = RRefHandle.#checked(this);
    if (this.#kind !== HandleKind.Owned)
      throw new LifetimeViolation(`a ${this.#kind === HandleKind.Lent ? 'lent' : 'child'} ${this.#type.name} cannot be dropped here: its owner does that`);
    if (this.#lent > 0) this.#heap.settleBorrows();
    RRefHandle.#end(this);
    if (this.#lent > 0) this.#dropLater = true;
    else this.#heap.dropTree(block);
  }

  /** Takes the child out of an RRef field and makes it a root of this domain. Answers null where an optional field is empty. Costs a walk of the child's tree. */
  take(field: string): unknown {
    // Not coerced: a toString() of the caller's would run between the check and the first store.
    if (typeof field !== 'string') throw new InvalidType('the name of a field', describe(field), 'take');
    const block = RRefHandle.#checked(this);
    const root = RRefHandle.#writable(this);
    const child = this.#heap.takeChild(this.#type, root.#block, block, field);
    if (child !== null) RRefHandle.#reshaped(this);
    return child;
  }

  /** The bytes of a string or byte field, as they lie on the heap. Those of a string cannot be written. */
  bytesOf(field: string): unknown {
    if (typeof field !== 'string') throw new InvalidType('the name of a field', describe(field), 'bytesOf');
    return this.#heap.bytesOf(this.#type, this, RRefHandle.#checked(this), field);
  }

  /** Drops what this handle still owns: `using` at scope exit. Nothing for a handle that was sent, dropped, lent or is a view. */
  [Symbol.dispose](): void {
    if (this.#kind === HandleKind.Owned && this.#epoch >= 0) this.drop();
  }

  static #checked(handle: RRefHandle): number {
    const root = handle.#root;
    if (handle.#seen !== root.#epoch) RRefHandle.#refuse(handle);
    if (handle.#heap.paranoid) handle.#heap.verify(handle.#block, handle.#generation, root.#block, root.#kind === HandleKind.Owned);
    return handle.#block;
  }

  /** Ends a root, and with it all views below it. Repeatable. */
  static #end(root: RRefHandle): void {
    if (root.#epoch >= 0) root.#epoch = ~root.#epoch;
    if (root.#heap.paranoid) root.#heap.ownedHandles.delete(root);
  }

  /** Ends all views below a handle's root but the handle itself: its block is above what was detached, and still where it was. The root goes on, too. */
  static #reshaped(handle: RRefHandle): void {
    const root = handle.#root;
    root.#seen = ++root.#epoch;
    handle.#seen = root.#seen;
  }

  static #refuse(handle: RRefHandle): never {
    const name = handle.#type.name;
    if (handle.#root.#epoch < 0 && handle.#root.#kind === HandleKind.Lent) throw new LifetimeViolation(`this ${name} was lent for a call that has ended`);
    if (handle.#root.#epoch < 0)
      throw new LifetimeViolation(`this ${name} was sent or dropped${handle === handle.#root ? '' : ' with the tree that it is part of'}`);
    throw new LifetimeViolation(`this view of a ${name} ended when the shape of its tree changed: read it again from the root`);
  }

  /** Whoever takes an accessor from one type's class and applies it to a handle of another would read and write beyond the block. */
  static #refuseType(handle: RRefHandle, type: HandleType): never {
    throw new InvalidType(type.label, handle.#type.label);
  }

  static #writable(handle: RRefHandle): RRefHandle {
    const root = handle.#root;
    if (root.#kind !== HandleKind.Owned) throw new LifetimeViolation(`a lent ${handle.#type.name} cannot be changed`);
    if (root.#lent > 0) handle.#heap.settleBorrows();
    if (root.#lent > 0) throw new LifetimeViolation(`this ${handle.#type.name} cannot be changed while a call borrows its tree`);
    return root;
  }

  static {
    handles = Object.freeze({
      owned: (heap: HandleHeap, type: HandleType, block: number) => new type.Handle(TOKEN, heap, type, block, HandleKind.Owned, null),
      lent: (heap: HandleHeap, type: HandleType, block: number) => new type.Handle(TOKEN, heap, type, block, HandleKind.Lent, null),
      view: (parent: RRefHandle, type: HandleType, block: number) => new type.Handle(TOKEN, parent.#heap, type, block, HandleKind.View, parent.#root),
      is: (value: unknown): value is RRefHandle => typeof value === 'object' && value !== null && #block in value,
      typeOf: (handle: RRefHandle) => handle.#type,
      blockToRead: (handle: RRefHandle) => RRefHandle.#checked(handle),
      blockToReadAs: (handle: RRefHandle, type: HandleType) => {
        if (handle.#type !== type) RRefHandle.#refuseType(handle, type);
        return RRefHandle.#checked(handle);
      },
      blockUnverifiedAs: (handle: RRefHandle, type: HandleType) => {
        if (handle.#type !== type) RRefHandle.#refuseType(handle, type);
        if (handle.#seen !== handle.#root.#epoch) RRefHandle.#refuse(handle);
        return handle.#block;
      },
      blockToWrite: (handle: RRefHandle) => {
        const block = RRefHandle.#checked(handle);
        RRefHandle.#writable(handle);
        return block;
      },
      blockToWriteAs: (handle: RRefHandle, type: HandleType) => {
        if (handle.#type !== type) RRefHandle.#refuseType(handle, type);
        return handles.blockToWrite(handle);
      },
      blockToMove: (handle: RRefHandle) => {
        const block = RRefHandle.#checked(handle);
        if (handle.#kind === HandleKind.View) throw new LifetimeViolation(`a child ${handle.#type.name} cannot be moved: take() it from its parent first`);
        if (handle.#kind === HandleKind.Lent) throw new LifetimeViolation(`a lent ${handle.#type.name} cannot be moved: it is its owner's`);
        if (handle.#lent > 0) handle.#heap.settleBorrows();
        if (handle.#lent > 0) throw new LifetimeViolation(`this ${handle.#type.name} cannot be moved while a call borrows its tree`);
        return block;
      },
      verify: (handle: RRefHandle) => void (handle.#heap.paranoid && RRefHandle.#checked(handle)),
      rootBlock: (handle: RRefHandle) => handle.#root.#block,
      rootOf: (handle: RRefHandle) => handle.#root,
      epochOf: (handle: RRefHandle) => handle.#root.#epoch,
      isCurrent: (root: RRefHandle, epoch: number) => root.#epoch === epoch,
      reshape: (handle: RRefHandle) => RRefHandle.#reshaped(handle),
      consume: (handle: RRefHandle) => RRefHandle.#end(handle),
      revive: (handle: RRefHandle) => {
        handle.#epoch = handle.#seen;
        if (handle.#heap.paranoid) handle.#heap.ownedHandles.add(handle);
      },
      end: (handle: RRefHandle) => RRefHandle.#end(handle),
      lend: (handle: RRefHandle) => void handle.#root.#lent++,
      unlend: (handle: RRefHandle) => {
        const root = handle.#root;
        root.#lent--;
        if (root.#lent === 0 && root.#dropLater) {
          root.#dropLater = false;
          root.#heap.dropTree(root.#block);
        }
      },
      isLent: (handle: RRefHandle) => handle.#root.#lent > 0,
    });
  }
}
