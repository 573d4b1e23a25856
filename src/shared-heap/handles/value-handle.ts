/** The class of the handles of one type, with an accessor for each field. Made once per type, from a copy of its own of the code below. */
import { GRANULE_BYTES, HEADER_BYTES, firstPayloadByte, firstSlotWord } from '../../abi/heap-layout.js';
import type { Scalar } from '../../abi/schema.js';
import type { Codec, Reader } from '../types/codec-contract.js';
import { freshCopies } from '../types/fresh-copy.js';
import { type Claim, HANDLE_TOKEN, handles, RRefHandle, type HandleClass, type HandleHeap, type HandleType } from './handle.js';
import { checkOf, getterOf, putterOf } from '../types/scalar-codec.js';
import type { FieldRuntime } from '../types/field-runtime.js';
import type { Views } from '../views.js';

/** What accessors need of their heap. */
export interface AccessorHeap extends HandleHeap {
  readonly views: Views;
  readonly harden: (value: object) => void;
  readerBelow(handle: RRefHandle): Reader;
  assign(handle: RRefHandle, field: FieldRuntime, value: unknown): void;
}

type Accessor = { get(this: RRefHandle): unknown; set(this: RRefHandle, value: unknown): void };

/** What one scalar field's accessors are made from. */
interface ScalarField {
  readonly scalar: Scalar;
  /** Bytes from the block's first. */
  readonly offset: number;
  isValid(value: unknown): boolean;
  /** Throws InvalidType for a value that is not valid. */
  refuse(value: unknown): void;
  get(views: Views, byte: number): unknown;
  put(views: Views, byte: number, value: unknown): void;
}

interface Ground {
  readonly Base: HandleClass;
  readonly token: symbol;
  readonly isParanoid: boolean;
  readonly views: Views;
  /** Throws for a handle of another type, or for what is no handle. */
  refuseOther(handle: RRefHandle): never;
}

interface Made {
  readonly Class: HandleClass;
  dress(claim: Claim): RRefHandle;
  scalar(field: ScalarField): Accessor;
}

/** Complete in itself: it is copied as text (fresh-copy.ts). */
function valueHandleClass({ Base, token, isParanoid, views, refuseOther }: Ground): Made {
  const { words, unsigned, floats } = views;
  let claimOf: (handle: RRefHandle) => Claim = () => {
    throw new Error('the class has no handles yet');
  };
  // The second field for the same claim: this one is read by code that knows no other class.
  class Class extends Base {
    readonly #claim: Claim;
    constructor(given: symbol, claim: Claim) {
      super(given, claim);
      this.#claim = claim;
    }
    static {
      claimOf = (handle) => (#claim in handle ? handle.#claim : refuseOther(handle));
    }
  }
  const readable = isParanoid
    ? (handle: RRefHandle): number => claimOf(handle).check()
    : (handle: RRefHandle): number => {
        const claim = claimOf(handle);
        if (claim.seen !== claim.root.epoch) claim.refuse();
        return claim.block;
      };
  const writable = (handle: RRefHandle): number => {
    const claim = claimOf(handle);
    if (isParanoid) claim.check();
    else if (claim.seen !== claim.root.epoch) claim.refuse();
    // Owned, and nobody borrows it: else the claim says why not.
    if (claim.root.kind !== 0 || claim.root.lent !== 0) claim.writable();
    return claim.block;
  };
  /** The common scalars read their typed array without another call between. A block's first word is a small integer in any heap; its first byte may not be. */
  const getter = ({ scalar, offset, get }: ScalarField): (() => unknown) => {
    const word = offset >>> 2;
    const float = offset >>> 3;
    switch (scalar) {
      case 'u32':
        return function (this: RRefHandle) {
          return unsigned[(readable(this) << 2) + word];
        };
      case 'i32':
        return function (this: RRefHandle) {
          return words[(readable(this) << 2) + word];
        };
      case 'f64':
        return function (this: RRefHandle) {
          return floats[(readable(this) << 1) + float];
        };
      default:
        return function (this: RRefHandle) {
          return get(views, readable(this) * 16 + offset);
        };
    }
  };
  return {
    Class,
    dress: (claim) => new Class(token, claim),
    scalar: (field) => {
      const { offset, isValid, refuse, put } = field;
      return {
        get: getter(field),
        set(value) {
          if (!isValid(value)) refuse(value);
          put(views, writable(this) * 16 + offset, value);
        },
      };
    },
  };
}

const copies = freshCopies('value-handle', valueHandleClass);

/** The class for a type whose fields are given. */
export function makeValueHandle(type: HandleType, fields: Iterable<FieldRuntime>, heap: AccessorHeap): Pick<Made, 'Class' | 'dress'> {
  const { Class, dress, scalar } = copies()({
    Base: RRefHandle,
    token: HANDLE_TOKEN,
    isParanoid: heap.paranoid,
    views: heap.views,
    refuseOther: (handle) => {
      handles.blockToReadAs(handle, type);
      throw new Error('a handle of this type is of another class');
    },
  });
  for (const field of fields) {
    const accessor = field.type.kind === 'scalar' ? scalar(scalarField(field, field.type.scalar)) : generalAccessor(field, type, heap);
    Object.defineProperty(Class.prototype, field.name, { ...accessor, enumerable: true, configurable: false });
  }
  return { Class, dress };
}

function scalarField(field: FieldRuntime, scalar: Scalar): ScalarField {
  return {
    scalar,
    offset: HEADER_BYTES + field.data,
    isValid: checkOf(scalar),
    refuse: (value) => field.codec.stage(value, NO_STAGING, field.name),
    get: getterOf(scalar),
    put: putterOf(scalar),
  };
}

/** A scalar that fails its check throws before it is staged, so nothing is ever pushed here. */
const NO_STAGING = { push() {} } as never;

function generalAccessor(field: FieldRuntime, type: HandleType, heap: AccessorHeap): Accessor {
  const { codec, slot, data }: { codec: Codec; slot: number; data: number } = field;
  const { views } = heap;
  return {
    get() {
      const block = handles.blockToReadAs(this, type);
      return codec.read(views, firstSlotWord(block) + slot, firstPayloadByte(block) + data, heap.readerBelow(this));
    },
    set(value) {
      // Before anything of the value is read: what runs then cannot change a handle's type.
      handles.blockToReadAs(this, type);
      heap.assign(this, field, value);
    },
  };
}

if (GRANULE_BYTES !== 16) throw new Error('value-handle.ts counts in granules of 16 bytes');
