/** Codecs of the scalars: strict about type and range, because a number that is silently cut is a wrong answer. */
import { SCALAR_BYTES } from '../../abi/type-layout.js';
import type { Scalar } from '../../abi/schema.js';
import type { Codec } from './codec-contract.js';
import { describe, InvalidType } from '../faults.js';
import type { Views } from '../views.js';

const CHECKS: { readonly [scalar in Scalar]: (value: unknown) => boolean } = {
  bool: (value) => typeof value === 'boolean',
  u8: (value) => typeof value === 'number' && (value & 0xff) === value,
  u16: (value) => typeof value === 'number' && (value & 0xffff) === value,
  u32: (value) => typeof value === 'number' && value >>> 0 === value,
  i8: (value) => typeof value === 'number' && (value << 24) >> 24 === value,
  i16: (value) => typeof value === 'number' && (value << 16) >> 16 === value,
  i32: (value) => typeof value === 'number' && (value | 0) === value,
  // Rounded to the nearest, which is no cut; a finite number that would become infinite is.
  f32: (value) => typeof value === 'number' && (Number.isFinite(Math.fround(value)) || !Number.isFinite(value)),
  f64: (value) => typeof value === 'number',
  u64: (value) => typeof value === 'bigint' && BigInt.asUintN(64, value) === value,
  i64: (value) => typeof value === 'bigint' && BigInt.asIntN(64, value) === value,
};

type Put = (views: Views, data: number, value: unknown) => void;
const PUTS: { readonly [scalar in Scalar]: Put } = {
  bool: (views, data, value) => void (views.bytes[data] = value === true ? 1 : 0),
  u8: (views, data, value) => void (views.bytes[data] = value as number),
  i8: (views, data, value) => void (views.bytes[data] = value as number),
  u16: (views, data, value) => void (views.shorts[data >>> 1] = value as number),
  i16: (views, data, value) => void (views.shorts[data >>> 1] = value as number),
  u32: (views, data, value) => void (views.unsigned[data >>> 2] = value as number),
  i32: (views, data, value) => void (views.words[data >>> 2] = value as number),
  f32: (views, data, value) => void (views.singles[data >>> 2] = value as number),
  f64: (views, data, value) => void (views.floats[data >>> 3] = value as number),
  u64: (views, data, value) => void (views.bigs[data >>> 3] = value as bigint),
  i64: (views, data, value) => void (views.bigs[data >>> 3] = value as bigint),
};

type Get = (views: Views, data: number) => unknown;
const GETS: { readonly [scalar in Scalar]: Get } = {
  bool: (views, data) => views.bytes[data] === 1,
  u8: (views, data) => views.bytes[data],
  i8: (views, data) => (views.bytes[data] << 24) >> 24,
  u16: (views, data) => views.shorts[data >>> 1] & 0xffff,
  i16: (views, data) => views.shorts[data >>> 1],
  u32: (views, data) => views.unsigned[data >>> 2],
  i32: (views, data) => views.words[data >>> 2],
  f32: (views, data) => views.singles[data >>> 2],
  f64: (views, data) => views.floats[data >>> 3],
  u64: (views, data) => BigInt.asUintN(64, views.bigs[data >>> 3]),
  i64: (views, data) => views.bigs[data >>> 3],
};

export function checkOf(scalar: Scalar): (value: unknown) => boolean {
  return CHECKS[scalar];
}
export function putterOf(scalar: Scalar): Put {
  return PUTS[scalar];
}
export function getterOf(scalar: Scalar): Get {
  return GETS[scalar];
}

export function scalarCodec(scalar: Scalar): Codec {
  const bytes = SCALAR_BYTES[scalar];
  const check = CHECKS[scalar];
  const put = PUTS[scalar];
  const get = GETS[scalar];
  return {
    layout: { slots: 0, bytes, align: bytes },
    stage(value, staging, where) {
      if (!check(value)) throw new InvalidType(scalar, describe(value), where);
      staging.push(value);
    },
    write(views, _slot, data, staging) {
      put(views, data, staging.next());
    },
    read(views, _slot, data) {
      return get(views, data);
    },
  };
}
