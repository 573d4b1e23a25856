/** Bytes and strings where they lie: searched, compared, copied and sliced within their bounds and their life. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { boot, type Bytes, type KernelHandle, type RRef } from 'deciduous';
import { Leaf } from '../fixtures/extensions/generated/hostile.js';

describe.each(['fast', 'paranoid'] as const)('bytes on the shared heap, with checks: %s', (checks) => {
  let kernel: KernelHandle;
  beforeAll(async () => {
    kernel = await boot({ spares: 0, sharedHeapBytes: 32 * 2 ** 20, checks });
  });
  afterAll(async () => {
    expect(await kernel.audit()).toEqual([]);
    expect((await kernel.stats()).heap.byOwner).toEqual({});
    await kernel.close();
  });

  const leaf = (data: Uint8Array | number[] = [], text = ''): RRef<Leaf> => kernel.heap.alloc(Leaf, { text, data: new Uint8Array(data), n: 1, next: null });
  class Liar extends Uint8Array {
    override get length(): number {
      return 1_000_000;
    }
    override get byteLength(): number {
      return 1_000_000;
    }
  }

  it('are found as Buffer finds them in a copy, whatever the needle and the place', () => {
    const source = Uint8Array.from({ length: 600 }, (_, index) => (index * 7) % 13);
    using owner = leaf(source);
    const { data } = owner;
    const copy = Buffer.from(source);
    for (const from of [0, 1, 12, 300, 599, 600]) {
      for (const needle of [0, 12, 13, 255]) expect(data.indexOf(needle, from), `${needle} from ${from}`).toBe(copy.indexOf(needle, from));
      for (const length of [0, 1, 2, 5, 13, 100, 601]) {
        const needle = source.slice(14, 14 + length);
        expect(data.indexOf(needle, from), `${length} bytes from ${from}`).toBe(copy.indexOf(needle, from));
      }
    }
    expect(data.indexOf(new Uint8Array([12, 6, 0]), 0)).toBe(copy.indexOf(Buffer.from([12, 6, 0])));
  });

  it('are not searched beyond their end, nor is a slice', () => {
    using first = leaf([1, 2, 3]);
    using second = leaf([4, 5, 6]);
    expect(first.data.indexOf(4)).toBe(-1);
    expect(second.data.indexOf(3)).toBe(-1);
    const slice = leafOf([1, 2, 3, 4]).slice(1, 3);
    expect([slice.indexOf(1), slice.indexOf(2), slice.indexOf(3), slice.indexOf(4)]).toEqual([-1, 0, 1, -1]);
    expect(slice.indexOf(new Uint8Array([3, 4]))).toBe(-1);
  });

  const kept: RRef<Leaf>[] = [];
  function leafOf(data: number[], text = ''): Bytes {
    kept.push(leaf(data, text));
    return (kept.at(-1) as RRef<Leaf>).data;
  }
  afterAll(() => {
    for (const each of kept) each.drop();
  });

  it('find text by its UTF-8, and other bytes of the heap as well', () => {
    const data = leafOf([...Buffer.from('naïve café ☃')]);
    expect(data.indexOf('café')).toBe(7);
    expect(data.indexOf('☃')).toBe(13);
    expect(data.indexOf('cafe')).toBe(-1);
    expect(data.indexOf('')).toBe(0);
    expect(data.indexOf(data.slice(7, 10))).toBe(7);
    expect(data.indexOf(data)).toBe(0);
  });

  it('are equal and ordered as memcmp has it, against arrays and one another', () => {
    const samples = [[], [0], [1], [1, 0], [1, 2, 3], [1, 2, 4], [128], [255]].map((bytes) => ({ bytes: Buffer.from(bytes), data: leafOf(bytes) }));
    for (const a of samples) {
      for (const b of samples) {
        const order = Buffer.compare(a.bytes, b.bytes);
        expect([a.data.compare(b.data), a.data.compare(b.bytes), a.data.equals(b.data), a.data.equals(new Uint8Array(b.bytes))]).toEqual([
          order,
          order,
          order === 0,
          order === 0,
        ]);
      }
    }
  });

  it('are copied from one block to another, and within one, as if through a copy', () => {
    using owner = leaf([1, 2, 3, 4, 5]);
    using other = leaf([9, 8, 7]);
    owner.data.set(other.data, 1);
    expect([...owner.data.toUint8Array()]).toEqual([1, 9, 8, 7, 5]);
    owner.data.set(owner.data.slice(0, 4), 1);
    expect([...owner.data.toUint8Array()]).toEqual([1, 1, 9, 8, 7]);
    const target = new Uint8Array(4);
    expect(owner.data.copyTo(target, 1, 2)).toBe(3);
    expect([...target]).toEqual([0, 9, 8, 7]);
    other.data = owner.data.slice(1, 3);
    expect([...other.data.toUint8Array()]).toEqual([1, 9]);
  });

  it('are text in UTF-8 or Latin-1, and in nothing else', () => {
    const data = leafOf([0x63, 0xc3, 0xa9]);
    expect([data.text(), data.text('utf8'), data.text('latin1')]).toEqual(['cé', 'cé', 'cÃ©']);
    for (const encoding of ['hex', 'UTF8', 'ucs2', null, { toString: () => 'utf8' }])
      expect(() => data.text(encoding as never)).toThrow(/expected 'utf8' or 'latin1'/);
  });

  it.each<[string, unknown, RegExp]>([
    ['a byte that is none', 256, /a byte from 0 to 255/],
    ['a negative byte', -1, /a byte from 0 to 255/],
    ['a fraction', 0.5, /a byte from 0 to 255/],
    ['NaN', Number.NaN, /a byte from 0 to 255/],
    ['nothing', undefined, /a Uint8Array or bytes/],
    ['an array', [1], /a Uint8Array or bytes/],
    ['wider numbers', new Uint16Array([1]), /a Uint8Array or bytes/],
    ['an object that claims to be one', { __proto__: Uint8Array.prototype, length: 1, 0: 1 }, /a Uint8Array or bytes/],
    ['a proxy of one', new Proxy(new Uint8Array([1]), {}), /a Uint8Array or bytes/],
    ['a lone surrogate', '\ud800', /whole characters/],
    ['an object with a valueOf', { valueOf: () => 1 }, /a Uint8Array or bytes/],
  ])('refuse %s as a needle, and as something to compare with', (_, needle, message) => {
    const data = leafOf([1, 2]);
    expect(() => data.indexOf(needle as never)).toThrow(message);
    expect(() => data.equals(needle as never)).toThrow(/a Uint8Array or bytes/);
    expect(() => data.compare(needle as never)).toThrow(/a Uint8Array or bytes/);
    expect(() => data.set(needle as never)).toThrow(/a Uint8Array or bytes/);
  });

  it('believe of arrays their internal slots alone', () => {
    const data = leafOf([1, 2, 3]);
    const liar = new Liar([1, 2, 3]);
    const own = Object.defineProperties(new Uint8Array([1, 2, 3]), { length: { value: 1e6 }, byteLength: { value: 1e6 }, buffer: { value: null } });
    for (const other of [liar, own]) {
      expect([data.equals(other), data.compare(other), data.indexOf(other)]).toEqual([true, 0, 0]);
      data.set(other);
      expect(data.copyTo(other, 3)).toBe(0);
      expect(() => data.copyTo(other, 4)).toThrow(RangeError);
      expect(() => data.set(other, 1)).toThrow(/do not fit/);
    }
  });

  it.each([-1, 4, 0.5, Number.NaN, '1', { valueOf: () => 1 }])('have no place %s', (place) => {
    const data = leafOf([1, 2, 3]);
    for (const call of [
      () => data.indexOf(1, place as never),
      () => data.slice(place as never),
      () => data.copyTo(new Uint8Array(3), place as never),
      () => data.copyTo(new Uint8Array(3), 0, place as never),
      () => data.set(new Uint8Array(0), place as never),
    ]) {
      expect(call).toThrow(RangeError);
    }
  });

  it('end with their value: after a drop, a send or an assignment nothing reads them', () => {
    const owner = leaf([1, 2, 3], 'text');
    const old = [owner.data, owner.data.slice(1), owner.bytesOf('text')];
    owner.data = new Uint8Array([9]);
    const present = [owner.data, owner.bytesOf('data'), owner.bytesOf('text')];
    const other = leafOf([1]);
    const uses = (bytes: Bytes): (() => unknown)[] => [
      () => bytes.toUint8Array(),
      () => bytes.text(),
      () => bytes.copyTo(new Uint8Array(3)),
      () => bytes.set(new Uint8Array(0)),
      () => bytes.at(0),
      () => bytes.indexOf(1),
      () => bytes.indexOf(''),
      () => bytes.equals(other),
      () => bytes.compare(other),
      () => other.equals(bytes),
      () => other.compare(bytes),
      () => other.indexOf(bytes),
      () => other.set(bytes),
      () => bytes.slice(0, 0),
    ];
    for (const bytes of old) for (const use of uses(bytes)) expect(use).toThrow(/LifetimeViolation|read them again/);
    expect(present.map((bytes) => bytes.length)).toEqual([1, 1, 4]);
    owner.drop();
    for (const bytes of present) for (const use of uses(bytes)) expect(use).toThrow(/read them again/);
  });

  it('of a string are seen without the string, and not written', () => {
    using owner = leaf([], 'naïve ☃');
    const bytes = owner.bytesOf('text');
    expect([...bytes.toUint8Array()]).toEqual([...Buffer.from('naïve ☃')]);
    expect(bytes.length).toBe(10);
    expect(bytes.indexOf('☃')).toBe(7);
    expect(bytes.equals(Buffer.from('naïve ☃'))).toBe(true);
    expect(() => bytes.set(new Uint8Array([0xff]))).toThrow(/assign the field/);
    expect(() => bytes.slice(0, 2).set(new Uint8Array([0xff]))).toThrow(/assign the field/);
    owner.text = 'other';
    expect(owner.bytesOf('text').text()).toBe('other');
    using empty = leaf();
    expect([empty.bytesOf('text').length, empty.bytesOf('text').text(), empty.bytesOf('data').indexOf('')]).toEqual([0, '', 0]);
  });

  it.each(['n', 'next', 'nothing', '__proto__', 'toString', 1, null, { toString: () => 'text' }])(
    'bytesOf refuses %s, which is no string or bytes field',
    (name) => {
      using owner = leaf([1], 'text');
      expect(() => owner.bytesOf(name as never)).toThrow(/InvalidType|expected/);
    },
  );
});
