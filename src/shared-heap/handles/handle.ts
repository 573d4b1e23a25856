/**
 * RRef handles: the only door to a block.
 *
 *   kind    made by                     may                              ends
 *   ------  --------------------------  -------------------------------  -------------------------------------------------
 *   owned   alloc, a moved argument,    read, write, move, lend, drop    when it is sent or dropped
 *           a result, take, replace
 *   lent    a lent argument             read, lend on                    with its call
 *   view    reading a child through     read; write where the root may   with its root, or when something is detached from
 *           another handle                                               the root's tree, by whatever handle but this view
 *
 * What ends views is a change after which one could name what has gone: a child taken, replaced or popped, a string or byte field assigned over. The view through which that
 * was done goes on, for its own block is above what has gone. Putting a child where none was ends no view.
 *
 * A live domain's blocks are changed by its own thread alone, so the handle is the authority and each access is checked against the handle's claim (claim.ts). In
 * paranoid mode the shared words are asked as well. A handle is frozen, its constructor wants a token that no extension can have, and nothing on it leads to its claim or to memory.
 *
 * Invariant: at most one owned handle that has not ended exists for a root.
 */
import { Claim as ClaimOf, type ClaimHeap, type ClaimType, HandleKind } from '../ownership/claim.js';
import { describe, InvalidType } from '../faults.js';

/** What a handle needs of its heap. */
export interface HandleHeap extends ClaimHeap {
  takeChild(type: HandleType, handle: RRefHandle, field: string): RRefHandle | null;
  replaceChild(type: HandleType, handle: RRefHandle, field: string, value: unknown): RRefHandle | null;
  bytesOf(type: HandleType, handle: RRefHandle, block: number, field: string): unknown;
}

/** What a handle needs of its type: its name, its index in the type table, and the class with its accessors. */
export interface HandleType extends ClaimType {
  readonly id: string;
  /** How the IDL writes a reference to it. */
  readonly label: string;
  readonly index: number;
  /** Makes a handle of this type. */
  dress(claim: Claim): RRefHandle;
}

/** A claim as handles have it. */
export type Claim = ClaimOf<HandleHeap, HandleType>;

/** A class of handles: its constructor is for `dress` alone. */
export type HandleClass = new (token: symbol, claim: Claim) => RRefHandle;

/** What a constructor of handles must be given. For trusted modules that make handles. */
export const HANDLE_TOKEN = Symbol('only the heap makes handles');

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
  blockToWrite(handle: RRefHandle): number;
  blockToWriteAs(handle: RRefHandle, type: HandleType): number;
  blockToMove(handle: RRefHandle): number;
  /** In paranoid mode: asks the shared words about a handle that has not ended. */
  verify(handle: RRefHandle): void;
  rootBlock(handle: RRefHandle): number;
  rootOf(handle: RRefHandle): Claim;
  epochOf(handle: RRefHandle): number;
  isCurrent(root: Claim, epoch: number): boolean;
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
  readonly #claim: Claim;

  constructor(token: symbol, claim: Claim) {
    if (token !== HANDLE_TOKEN) throw new TypeError('an RRef is made by the heap: use heap.alloc()');
    this.#claim = claim;
    Object.freeze(this);
  }

  /** Gives the whole tree back. While it is lent, the memory comes back when the last borrow ends; the handle ends at once. Throws LifetimeViolation for a handle that does not own. */
  drop(): void {
    RRefHandle.#claimOf(this, 'drop').drop();
  }

  /**
   * Takes the child out of an `Option<RRef<T>>` field and makes it a root of this domain. Answers null where the field is empty. Costs a walk of the child's tree.
   * Throws LifetimeViolation for a field that may not be empty: whoever read it next, in whatever domain, would find nothing.
   */
  take(field: string): unknown {
    // Not coerced: a toString() of the caller's would run between the check and the first store.
    if (typeof field !== 'string') throw new InvalidType('the name of a field', describe(field), 'take');
    const claim = RRefHandle.#claimOf(this, 'take');
    return claim.heap.takeChild(claim.type, this, field);
  }

  /** Moves `value` into an RRef field, null only where the field is optional, and makes the child that was there a root of this domain. Answers null where there was none. Costs a walk of its tree. */
  replace(field: string, value: unknown): unknown {
    if (typeof field !== 'string') throw new InvalidType('the name of a field', describe(field), 'replace');
    const claim = RRefHandle.#claimOf(this, 'replace');
    return claim.heap.replaceChild(claim.type, this, field, value);
  }

  /** The bytes of a string or byte field, as they lie on the heap. Those of a string cannot be written. */
  bytesOf(field: string): unknown {
    if (typeof field !== 'string') throw new InvalidType('the name of a field', describe(field), 'bytesOf');
    const claim = RRefHandle.#claimOf(this, 'bytesOf');
    return claim.heap.bytesOf(claim.type, this, claim.check(), field);
  }

  /** Drops what this handle still owns: `using` at scope exit. Nothing for a handle that was sent, dropped, lent, is a view, or whose value is in a medium. */
  [Symbol.dispose](): void {
    const claim = RRefHandle.#claimOf(this, 'dispose');
    if (claim.kind === HandleKind.Owned && claim.epoch >= 0 && !claim.isKept) claim.drop();
  }

  /** A method can be taken from its class and applied to anything. Not asked for first: the engine looks all the same, and where many types are in use a look is by name. */
  static #claimOf(handle: RRefHandle, where: string): Claim {
    try {
      return handle.#claim;
    } catch {
      throw new InvalidType('an RRef', describe(handle), where);
    }
  }

  static {
    /** Whoever takes an accessor from one type's class and applies it to a handle of another would read and write beyond the block. */
    const claimAs = (handle: RRefHandle, type: HandleType): Claim => {
      let claim: Claim;
      try {
        claim = handle.#claim;
      } catch {
        throw new InvalidType(type.label, describe(handle));
      }
      if (claim.type !== type) throw new InvalidType(type.label, claim.type.label);
      return claim;
    };
    handles = Object.freeze({
      owned: (heap: HandleHeap, type: HandleType, block: number) => type.dress(new ClaimOf(heap, type, block, HandleKind.Owned, null)),
      lent: (heap: HandleHeap, type: HandleType, block: number) => type.dress(new ClaimOf(heap, type, block, HandleKind.Lent, null)),
      view: (parent: RRefHandle, type: HandleType, block: number) => {
        const { heap, root } = parent.#claim;
        return type.dress(new ClaimOf(heap, type, block, HandleKind.View, root));
      },
      is: (value: unknown): value is RRefHandle => typeof value === 'object' && value !== null && #claim in value,
      typeOf: (handle: RRefHandle) => handle.#claim.type,
      blockToRead: (handle: RRefHandle) => handle.#claim.check(),
      blockToReadAs: (handle: RRefHandle, type: HandleType) => claimAs(handle, type).check(),
      blockToWrite: (handle: RRefHandle) => {
        const block = handle.#claim.check();
        handle.#claim.writable();
        return block;
      },
      blockToWriteAs: (handle: RRefHandle, type: HandleType) => {
        const claim = claimAs(handle, type);
        const block = claim.check();
        claim.writable();
        return block;
      },
      blockToMove: (handle: RRefHandle) => handle.#claim.movable(),
      verify: (handle: RRefHandle) => void (handle.#claim.heap.paranoid && handle.#claim.check()),
      rootBlock: (handle: RRefHandle) => handle.#claim.root.block,
      rootOf: (handle: RRefHandle) => handle.#claim.root,
      epochOf: (handle: RRefHandle) => handle.#claim.root.epoch,
      isCurrent: (root: Claim, epoch: number) => root.epoch === epoch,
      reshape: (handle: RRefHandle) => handle.#claim.reshape(),
      consume: (handle: RRefHandle) => handle.#claim.end(),
      revive: (handle: RRefHandle) => handle.#claim.revive(),
      end: (handle: RRefHandle) => handle.#claim.end(),
      lend: (handle: RRefHandle) => void handle.#claim.root.lent++,
      unlend: (handle: RRefHandle) => handle.#claim.root.unlend(),
      isLent: (handle: RRefHandle) => handle.#claim.root.lent > 0,
    });
  }
}
