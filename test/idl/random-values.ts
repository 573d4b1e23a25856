/** Random values of a type, as models: plain data with a `Ref` where a handle goes. The edges of every type come often. */
import type { Schema, TypeRef } from 'deciduous/schema';
import { Ref } from '../fixtures/roundtrip/walk.js';
import type { Draw } from './draw.js';

const utf8 = new TextEncoder();
const INTEGERS: { readonly [scalar: string]: readonly [bigint, bigint] } = {
  u8: [0n, 255n],
  u16: [0n, 65_535n],
  u32: [0n, 2n ** 32n - 1n],
  u64: [0n, 2n ** 64n - 1n],
  i8: [-128n, 127n],
  i16: [-32_768n, 32_767n],
  i32: [-(2n ** 31n), 2n ** 31n - 1n],
  i64: [-(2n ** 63n), 2n ** 63n - 1n],
};
const DOUBLES = [0, -0, NaN, Infinity, -Infinity, Number.MIN_VALUE, -Number.MIN_VALUE, 2.2250738585072014e-308, Number.MAX_VALUE, Number.EPSILON, 2 ** 53, 0.1];
const SINGLES = [0, -0, NaN, Infinity, -Infinity, 2 ** -149, -(2 ** -149), 2 ** -126, 3.4028234663852886e38, -3.4028234663852886e38, 2 ** -23, 16_777_216].map(
  Math.fround,
);
const CHARACTERS = ['a', '\u0000', 'é', '\u07ff', '\u0800', '漢', '\uffff', '\ufeff', '💥', '\u{10ffff}', '\u2028'];

export class RandomValues {
  readonly #draw: Draw;
  readonly #schema: Schema;

  constructor(draw: Draw, schema: Schema) {
    this.#draw = draw;
    this.#schema = schema;
  }

  /** References that may be missing are missing below `depth` of them. */
  value(type: TypeRef, depth = 2): unknown {
    const draw = this.#draw;
    const inner = (each: TypeRef, less = 0): unknown => this.value(each, depth - less);
    const many = (count: number, each: TypeRef, less = 0): unknown[] => Array.from({ length: count }, () => inner(each, less));
    switch (type.kind) {
      case 'void':
        return undefined;
      case 'scalar':
        return this.#scalar(type.scalar);
      case 'string':
        return this.#text(type.max);
      case 'bytes':
        return this.#bytes(type.max);
      case 'array':
        return many(type.length, type.element);
      case 'tuple':
        return type.elements.map((each) => inner(each));
      case 'option':
        if (type.value.kind === 'rref' && depth <= 0) return null;
        return draw.oneIn(3) ? null : inner(type.value);
      case 'result':
        return draw.oneIn(2) ? { ok: true, value: inner(type.ok) } : { ok: false, error: inner(type.err) };
      case 'rref':
        return new Ref(inner(type.target, 1));
      case 'container': {
        if (type.container === 'vec') return many(draw.pick([0, 1, 2, 5, draw.int(0, 40)]), type.element);
        const count = depth <= 0 ? 0 : draw.int(0, type.length);
        const child: TypeRef = { kind: 'rref', target: type.element };
        if (type.container === 'deque') return many(count, child, 1);
        // Every slot is there; an array may have holes anywhere.
        return Array.from({ length: type.length }, () => (count === 0 || draw.oneIn(3) ? null : inner(child, 1)));
      }
      case 'named': {
        if (Object.hasOwn(this.#schema.structs, type.name)) {
          return Object.fromEntries(this.#schema.structs[type.name].fields.map((field) => [field.name, inner(field.type)]));
        }
        const { variants } = this.#schema.enums[type.name];
        const { name: tag, payload } = draw.pick(variants);
        if (variants.every((variant) => variant.payload === undefined)) return tag;
        return payload ? { tag, value: inner(payload) } : { tag };
      }
      case 'interface':
        throw new Error('an interface has no plain values');
    }
  }

  #scalar(scalar: string): unknown {
    const draw = this.#draw;
    if (scalar === 'bool') return draw.oneIn(2);
    if (scalar === 'f64') return draw.oneIn(2) ? draw.pick(DOUBLES) : draw.double();
    if (scalar === 'f32') return draw.oneIn(2) ? draw.pick(SINGLES) : draw.float();
    const [least, most] = INTEGERS[scalar];
    const value = draw.oneIn(2) ? draw.pick([least, most, 0n, 1n, most - 1n, least + 1n]) : draw.bigint(least, most);
    return scalar.endsWith('64') ? value : Number(value);
  }

  #text(max: number | undefined): string {
    const draw = this.#draw;
    if (max === undefined) return draw.oneIn(12) ? draw.pick(CHARACTERS).repeat(5000) : draw.text(20);
    if (draw.oneIn(2)) return textOf(max, draw.pick(CHARACTERS));
    let text = draw.text(max);
    while (utf8.encode(text).length > max) text = text.slice(0, -1).toWellFormed();
    // A pair that was cut is now a character of three bytes: cut on.
    while (utf8.encode(text).length > max) text = text.slice(0, -1);
    return text;
  }

  #bytes(max: number | undefined): Uint8Array {
    const draw = this.#draw;
    if (max === undefined) return draw.oneIn(12) ? new Uint8Array(20_000).fill(draw.int(0, 255)) : draw.bytes(20);
    return draw.oneIn(2) ? new Uint8Array(max).fill(draw.int(0, 255)) : draw.bytes(Math.min(max, 40));
  }
}

/** A text of exactly `bytes` bytes of UTF-8, of one character as far as it goes. */
export function textOf(bytes: number, character: string): string {
  const size = utf8.encode(character).length;
  return character.repeat(Math.floor(bytes / size)) + 'z'.repeat(bytes % size);
}
