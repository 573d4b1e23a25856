/** Codecs of what stands in a container's block. A container is written when it is allocated, and afterwards read and changed through its handle alone. */
import { canonicalType } from '../../abi/canonical.js';
import type { ContainerType } from '../../abi/schema.js';
import { RING_HEAD, RING_LENGTH, type TypeLayout } from '../../abi/type-layout.js';
import type { Codec } from '../types/codec-contract.js';
import { describe, InvalidType } from '../faults.js';

/** The slots of an array or deque, the first of them taken from an array of handles. `child` is the codec of one slot. */
export function slotsCodec(type: ContainerType & { readonly length: number }, layout: TypeLayout, child: Codec): Codec {
  const expected = `an array of at most ${type.length} for ${canonicalType(type)}`;
  return {
    layout,
    stage(value, staging, where) {
      if (!Array.isArray(value)) throw new InvalidType(expected, describe(value), where);
      const given: unknown = value.length;
      if (typeof given !== 'number' || !(given >= 0 && given <= type.length)) throw new InvalidType(expected, `one of ${describe(given)}`, where);
      staging.push(given);
      for (let index = 0; index < given; index++) child.stage(value[index], staging, where);
    },
    write(views, slot, data, staging) {
      const given = staging.next() as number;
      for (let index = 0; index < given; index++) child.write(views, slot + index, 0, staging);
      if (type.container !== 'deque') return;
      views.unsigned[(data + RING_HEAD) >>> 2] = 0;
      views.unsigned[(data + RING_LENGTH) >>> 2] = given;
    },
    read: neverInPlace,
  };
}

/** An `RRefVec`'s payload is as long as it was asked for, so its own store writes it (vec-store.ts). */
export function vecCodec(layout: TypeLayout): Codec {
  return { layout, stage: neverInPlace, write: neverInPlace, read: neverInPlace };
}

function neverInPlace(): never {
  throw new TypeError('a container has a block of its own: this type is not one that the IDL can write');
}
