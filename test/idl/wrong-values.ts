/** Values that are wrong in one place: one past a bound, of another type, with a part missing. */
import type { Schema, TypeRef } from 'deciduous/schema';
import { Ref } from '../fixtures/roundtrip/walk.js';
import type { Draw } from './draw.js';
import { type RandomValues, textOf } from './random-values.js';

const NUMBERS: { readonly [scalar: string]: readonly unknown[] } = {
  bool: [0, 1, 'true', null],
  u8: [256, -1, 1.5, NaN, '1', 1n],
  u16: [65_536, -1, 0.1, Infinity, true],
  u32: [2 ** 32, -1, 2 ** 53, -Infinity, 1n],
  u64: [2n ** 64n, -1n, 1, '1'],
  i8: [128, -129, 1e-9],
  i16: [32_768, -32_769, NaN],
  i32: [2 ** 31, -(2 ** 31) - 1, 2.5],
  i64: [2n ** 63n, -(2n ** 63n) - 1n, 0],
  f32: [1n, '1', null, 3.5e38, -1e300],
  f64: [1n, '1', undefined, {}],
};

export class WrongValues {
  readonly #draw: Draw;
  readonly #values: RandomValues;
  readonly #schema: Schema;

  constructor(draw: Draw, values: RandomValues, schema: Schema) {
    this.#draw = draw;
    this.#values = values;
    this.#schema = schema;
  }

  /** `model`, a value of `type`, made wrong in one place. */
  spoil(type: TypeRef, model: unknown): unknown {
    const draw = this.#draw;
    const inner = (each: TypeRef, part: unknown): unknown => this.spoil(each, part);
    const oneOf = (parts: readonly unknown[], typeAt: (index: number) => TypeRef): unknown[] => {
      const at = draw.int(0, parts.length - 1);
      return parts.map((part, index) => (index === at ? inner(typeAt(index), part) : part));
    };
    switch (type.kind) {
      case 'scalar':
        return draw.pick(NUMBERS[type.scalar]);
      case 'string':
        if (type.max !== undefined && draw.oneIn(2)) return textOf(type.max + 1, draw.pick(['a', 'é', '💥']));
        return draw.pick(['\ud800', 'a\udfffb', '\udc00\ud800', 7, null, new Uint8Array(1)]);
      case 'bytes':
        if (type.max !== undefined && draw.oneIn(2)) return new Uint8Array(type.max + 1);
        return draw.pick([[1, 2], 'text', new ArrayBuffer(4), new Uint16Array(2), null]);
      case 'array': {
        const list = model as unknown[];
        if (draw.oneIn(2)) return draw.pick([list.slice(1), [...list, list[0]], 'abc', { length: list.length }]);
        return oneOf(list, () => type.element);
      }
      case 'tuple': {
        const list = model as unknown[];
        if (draw.oneIn(3)) return draw.pick([list.slice(1), [...list, 1], Object.fromEntries(list.entries()), null]);
        return oneOf(list, (index) => type.elements[index]);
      }
      case 'option':
        // Null, and what is not there, are no wrong option.
        return inner(type.value, model ?? this.#values.value(type.value, 1)) ?? Symbol('nothing of the language');
      case 'result': {
        const result = model as { ok: boolean; value?: unknown; error?: unknown };
        if (draw.oneIn(3)) return draw.pick([{ ...result, ok: 1 }, { value: 1 }, null, true]);
        return result.ok ? { ok: true, value: inner(type.ok, result.value) } : { ok: false, error: inner(type.err, result.error) };
      }
      case 'rref':
        return draw.oneIn(3) ? draw.pick([{}, 1, 'handle', [model]]) : new Ref(inner(type.target, (model as Ref).value));
      case 'container': {
        const list = model as unknown[];
        const child: TypeRef = type.container === 'vec' ? type.element : { kind: 'option', value: { kind: 'rref', target: type.element } };
        const full = list.length > 0 ? list : [this.#values.value(child, 1)];
        return oneOf(full, () => child);
      }
      case 'named': {
        if (Object.hasOwn(this.#schema.structs, type.name)) {
          if (draw.oneIn(5)) return draw.pick([null, undefined, 7, 'struct']);
          const { fields } = this.#schema.structs[type.name];
          const field = draw.pick(fields);
          return { ...(model as object), [field.name]: inner(field.type, (model as { [name: string]: unknown })[field.name]) };
        }
        const { variants } = this.#schema.enums[type.name];
        if (variants.every((variant) => variant.payload === undefined)) return draw.pick(['Nope', 0, null, 'v0', { tag: variants[0].name }]);
        const payload = variants.find((variant) => variant.name === (model as { tag: string }).tag)?.payload;
        if (!payload || draw.oneIn(4)) return draw.pick([{ tag: 'Nope' }, {}, null, { tag: 0 }]);
        return { ...(model as object), value: inner(payload, (model as { value: unknown }).value) };
      }
      default:
        return Symbol('nothing of the language');
    }
  }
}
