/** Codecs of strings and byte sequences: a slot for the raw block (0 for the empty one) and the length in bytes. */
import { isUint8Array } from 'node:util/types';
import type { Codec } from './codec-contract.js';
import { byteViews } from '../handles/bytes-view.js';
import { describe, InvalidType } from '../faults.js';
import type { RawStage } from './staging.js';
import { checkText } from './text.js';
import { typedArrayLength } from './typed-array.js';

const LAYOUT = { slots: 1, bytes: 4, align: 4 };
const byteLength = Buffer.byteLength;
/** Larger than any block can be; a length is checked before anything is copied. */
const MAX_LENGTH = 2 ** 31;

const write: Codec['write'] = (views, slot, data, staging) => {
  const raw = staging.next() as RawStage;
  views.words[slot] = raw.block;
  views.unsigned[data >>> 2] = raw.length;
};

function checkLength(length: number, max: number | undefined, kind: string, where: string): void {
  if (length > (max ?? MAX_LENGTH)) throw new InvalidType(`${kind} of at most ${max ?? MAX_LENGTH} bytes`, `one of ${length} bytes`, where);
}

export function stringCodec(max: number | undefined): Codec {
  return {
    layout: LAYOUT,
    stage(value, staging, where) {
      if (typeof value !== 'string') throw new InvalidType('a string', describe(value), where);
      checkText(value, where);
      const length = byteLength(value);
      checkLength(length, max, 'a string', where);
      staging.pushRaw({ text: value, bytes: null, length, block: 0 });
    },
    write,
    read: (views, slot, data, reader) => reader.text(views.words[slot], views.unsigned[data >>> 2]),
  };
}

export function bytesCodec(max: number | undefined): Codec {
  return {
    layout: LAYOUT,
    stage(value, staging, where) {
      let bytes: Uint8Array;
      if (byteViews.is(value)) bytes = value.toUint8Array();
      else if (isUint8Array(value)) bytes = value;
      else throw new InvalidType('a Uint8Array or bytes of the shared heap', describe(value), where);
      // Not `bytes.length`: a property of that name may have been put on the array.
      const length = typedArrayLength(bytes);
      checkLength(length, max, 'bytes', where);
      staging.pushRaw({ text: null, bytes, length, block: 0 });
    },
    write,
    read: (views, slot, data, reader) => reader.bytes(views.words[slot], views.unsigned[data >>> 2]),
  };
}
