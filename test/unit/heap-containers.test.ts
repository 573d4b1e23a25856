/** Containers on the heap of one thread: what they hold, what they refuse, and which handles end when they change. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { boot, RRefArray, RRefDeque, RRefVec, type KernelHandle, type RRef } from 'deciduous';
import * as domainModule from 'deciduous/domain';
import { Board, ColourType, MarkType, Packet, Sample, Tree } from '../fixtures/extensions/generated/containers.js';

const Three = RRefArray(Packet, 3);
const Ring = RRefDeque(Packet, 4);
const NUMBERS = {
  u8: [Uint8Array, 255],
  u16: [Uint16Array, 65_535],
  u32: [Uint32Array, 4_294_967_295],
  u64: [BigUint64Array, 2n ** 64n - 1n],
  i8: [Int8Array, -128],
  i16: [Int16Array, -32_768],
  i32: [Int32Array, -2_147_483_648],
  i64: [BigInt64Array, -(2n ** 63n)],
  f32: [Float32Array, 0.5],
  f64: [Float64Array, Math.PI],
} as const;

describe.each(['fast', 'paranoid'] as const)('with checks: %s', (checks) => {
  let kernel: KernelHandle;
  beforeAll(async () => {
    kernel = await boot({ spares: 0, sharedHeapBytes: 32 * 2 ** 20, checks });
  });
  afterAll(async () => {
    expect(await kernel.audit()).toEqual([]);
    expect((await kernel.stats()).heap.byOwner).toEqual({});
    await kernel.close();
  });

  const packet = (port: number): RRef<Packet> => kernel.heap.alloc(Packet, { payload: new Uint8Array(port), port, hops: null });
  const ports = (container: Iterable<{ port: number } | null>): (number | null)[] => [...container].map((each) => each?.port ?? null);
  const array = (...given: (RRef<Packet> | null)[]) => kernel.heap.alloc(Three, given);
  const ring = (...given: number[]) => kernel.heap.alloc(Ring, given.map(packet));

  describe('an RRefArray', () => {
    it('has N slots, each empty or with a child', () => {
      using three = array(packet(1), null, packet(3));
      expect(three.length).toBe(3);
      expect([three.has(0), three.has(1), three.has(2)]).toEqual([true, false, true]);
      expect(three.get(1)).toBeNull();
      expect(ports(three)).toEqual([1, null, 3]);
      using none = array();
      expect(ports(none)).toEqual([null, null, null]);
    });

    it('drops what a set moves out, and gives back what a replace or a take does', () => {
      using three = array(packet(1), packet(2), packet(3));
      const before = kernel.heap.usedBytes;
      const seventh = packet(1);
      three.set(0, seventh);
      expect(() => seventh.port).toThrow(/sent or dropped/);
      expect(kernel.heap.usedBytes).toBe(before);
      using former = three.replace(1, packet(8));
      expect(former?.port).toBe(2);
      using emptied = three.replace(1, null);
      expect(emptied?.port).toBe(8);
      expect(three.replace(1, null)).toBeNull();
      using taken = three.take(2);
      expect(taken?.port).toBe(3);
      expect(three.take(2)).toBeNull();
      expect(ports(three)).toEqual([1, null, null]);
    });

    it.each([-1, 3, 0.5, Number.NaN, '0', null, { valueOf: () => 0 }])('has no place %s', (index) => {
      using three = array(packet(1));
      using other = packet(2);
      for (const call of [
        () => three.has(index as never),
        () => three.get(index as never),
        () => three.set(index as never, other),
        () => three.replace(index as never, null),
        () => three.take(index as never),
      ]) {
        expect(call).toThrow(RangeError);
      }
      expect(other.port).toBe(2);
    });

    it('holds children of its own element type alone', () => {
      using three = array();
      using vec = kernel.heap.alloc(RRefVec('u8'), [1]);
      using four = kernel.heap.alloc(RRefArray(Packet, 4), []);
      for (const wrong of [vec, four, {}, null, undefined, 1, Packet]) {
        expect(() => three.set(0, wrong as never)).toThrow(/expected RRef<containers.Packet> for set/);
        if (wrong !== null) expect(() => three.replace(0, wrong as never)).toThrow(/expected RRef<containers.Packet> for replace/);
      }
      expect(() => array(vec as never)).toThrow(/expected RRef<containers.Packet>/);
      expect(vec.length).toBe(1);
    });

    it('is no part of itself, directly or through a child', () => {
      const { heap } = kernel;
      const tree = () => heap.alloc(Tree, { branches: heap.alloc(RRefArray(Tree, 2), []), ring: heap.alloc(RRefDeque(Tree, 2), []) });
      using root = tree();
      root.branches.set(0, tree());
      const below = root.branches.get(0);
      for (const place of [root, below]) {
        expect(() => place?.branches.set(1, root)).toThrow(/below itself/);
        expect(() => place?.branches.replace(1, root)).toThrow(/below itself/);
        expect(() => place?.ring.pushBack(root)).toThrow(/below itself/);
        expect(() => place?.ring.pushFront(root)).toThrow(/below itself/);
      }
      expect(() => root.branches.set(1, below as RRef<Tree>)).toThrow(/take\(\) it from its parent/);
      expect([root.branches.has(0), root.branches.has(1), root.ring.length]).toEqual([true, false, 0]);
    });

    it('of many is made in time that grows with its length, and finds what moves twice among them', () => {
      const many = Array.from({ length: 20_000 }, () => kernel.heap.alloc(RRefVec('u8'), []));
      const Many = RRefArray(RRefVec('u8'), 20_001);
      const began = performance.now();
      expect(() => kernel.heap.alloc(Many, [...many, many[7]])).toThrow(/already moves/);
      kernel.heap.alloc(Many, many).drop();
      // Each of them against all before it took seconds.
      expect(performance.now() - began).toBeLessThan(20_000);
    });

    it('consumes nothing that it refuses: too many, twice the same, a view', () => {
      const given = [packet(1), packet(2), packet(3), packet(4)];
      expect(() => array(...given)).toThrow(/an array of at most 3/);
      expect(() => array(given[0], given[0])).toThrow(/already moves/);
      expect(() => kernel.heap.alloc(Three, new Set(given) as never)).toThrow(/an array of at most 3/);
      using three = array(given[0]);
      expect(() => array(three.get(0))).toThrow(/take\(\) it from its parent/);
      for (const each of given.slice(1)) each.drop();
      expect(ports(three)).toEqual([1, null, null]);
    });
  });

  describe('an RRefDeque', () => {
    it('is first in first out from one end to the other, last in first out at each, over many rounds of the ring', () => {
      using queue = ring();
      expect([queue.length, queue.capacity, queue.isFull]).toEqual([0, 4, false]);
      let model: number[] = [];
      let seed = 1;
      for (let step = 0; step < 500; step++) {
        seed = (seed * 48_271) % 2_147_483_647;
        const port = step % 100;
        if (seed % 4 < 2) {
          const pushed = packet(port);
          const back = seed % 2 === 0 ? queue.pushBack(pushed) : queue.pushFront(pushed);
          if (model.length === 4) {
            expect(back).toBe(pushed);
            expect(back?.port).toBe(port);
            pushed.drop();
          } else {
            expect(back).toBeNull();
            model = seed % 2 === 0 ? [...model, port] : [port, ...model];
          }
        } else {
          const expected = seed % 2 === 0 ? model.shift() : model.pop();
          using popped = seed % 2 === 0 ? queue.popFront() : queue.popBack();
          expect(popped?.port).toBe(expected);
        }
        expect(ports(queue)).toEqual(model);
        expect([queue.length, queue.isFull, queue.front()?.port, queue.back()?.port]).toEqual([model.length, model.length === 4, model[0], model.at(-1)]);
      }
    });

    it('answers null for what is not there, and refuses places that it cannot have', () => {
      using queue = ring(1, 2);
      expect(queue.get(1)?.port).toBe(2);
      expect(queue.get(2)).toBeNull();
      expect(() => queue.get(4)).toThrow(RangeError);
      expect(() => queue.get(-1)).toThrow(RangeError);
      using empty = ring();
      expect([empty.front(), empty.back(), empty.popFront(), empty.popBack()]).toEqual([null, null, null, null]);
    });

    it('gives back what it has no room for, and refuses what it could never have, full or not', () => {
      using full = ring(1, 2, 3, 4);
      const fifth = packet(5);
      expect(full.pushBack(fifth)).toBe(fifth);
      expect(full.pushFront(fifth)).toBe(fifth);
      expect(() => full.pushBack(full as never)).toThrow(/InvalidType|expected/);
      expect(() => full.pushBack(full.front() as never)).toThrow(/take\(\) it/);
      fifth.drop();
      expect(() => full.pushBack(fifth)).toThrow(/sent or dropped/);
      expect(() => kernel.heap.alloc(Ring, [null as never])).toThrow(/expected RRef<containers.Packet>/);
    });
  });

  describe('an RRefVec', () => {
    it.each(Object.entries(NUMBERS))('of %s copies to and from its typed array, and no other', (scalar, [array, extreme]) => {
      const source = Array.from({ length: 100 }, (_, index) => (typeof extreme === 'bigint' ? BigInt(index) : index % 100));
      const numbers = new (array as Uint8ArrayConstructor)(source as number[]);
      using vec = kernel.heap.alloc(RRefVec(scalar as 'u8'), numbers);
      expect(vec.length).toBe(100);
      expect(vec.toTypedArray()).toEqual(numbers);
      expect(vec.toTypedArray().buffer).toBeInstanceOf(ArrayBuffer);
      vec.set(99, extreme as number);
      expect(vec.at(99)).toBe(extreme);
      const target = new (array as Uint8ArrayConstructor)(9);
      expect(vec.copyTo(target, 4, 95)).toBe(5);
      expect([...target]).toEqual([...new array(4), ...numbers.subarray(95, 99), extreme]);
      expect(vec.copyTo(new (array as Uint8ArrayConstructor)(3), 1)).toBe(2);
      vec.setAll(target, 0);
      expect(vec.toTypedArray().subarray(0, 9)).toEqual(target);
      vec.fill(extreme as number, 50, 60);
      expect(vec.toArray().slice(49, 61)).toEqual([numbers[49], ...new Array<unknown>(10).fill(extreme), numbers[60]]);
      expect([...vec]).toEqual(vec.toArray());
      const wrong = scalar === 'u8' ? new Int8Array(1) : new Uint8Array(1);
      for (const call of [() => vec.copyTo(wrong as never), () => vec.setAll(wrong as never), () => vec.copyTo([] as never), () => vec.setAll('x' as never)]) {
        expect(call).toThrow(new RegExp(`expected a ${array.name}`));
      }
    });

    it('is allocated from an array, another typed array, or a length and what fills it', () => {
      using list = kernel.heap.alloc(RRefVec('u16'), [1, 2, 3]);
      using converted = kernel.heap.alloc(RRefVec('u16'), new Float64Array([1, 2, 3]) as never);
      using filled = kernel.heap.alloc(RRefVec('u16'), { length: 3, fill: 7 });
      using clamped = kernel.heap.alloc(RRefVec('u8'), new Uint8ClampedArray([1, 300]) as never);
      using none = kernel.heap.alloc(RRefVec('u16'), []);
      expect([list, converted, filled, clamped, none].map((vec) => vec.toArray())).toEqual([[1, 2, 3], [1, 2, 3], [7, 7, 7], [1, 255], []]);
      expect(none.toTypedArray()).toEqual(new Uint16Array());
    });

    it('holds structs, enums, tuples, arrays, options and results whole', () => {
      const sample = { at: 2n ** 63n, level: 0.25, good: true, colour: 'Green' } as const;
      using samples = kernel.heap.alloc(RRefVec(Sample), [sample, { ...sample, at: 1n }]);
      using marks = kernel.heap.alloc(RRefVec(MarkType), { length: 2, fill: { tag: 'At', value: [1, 2] } });
      using options = kernel.heap.alloc(RRefVec({ option: { array: 'u8', length: 2 } }), [null, [1, 2]]);
      using results = kernel.heap.alloc(RRefVec({ ok: ['u8', 'bool'], err: ColourType }), [{ ok: true, value: [1, true] }]);
      marks.set(1, { tag: 'Painted', value: 'Blue' });
      samples.fill({ ...sample, colour: 'Red' }, 1);
      expect(samples.toArray()).toEqual([sample, { ...sample, colour: 'Red' }]);
      expect(marks.toArray()).toEqual([
        { tag: 'At', value: [1, 2] },
        { tag: 'Painted', value: 'Blue' },
      ]);
      expect(options.toArray()).toEqual([null, [1, 2]]);
      expect(results.at(0)).toEqual({ ok: true, value: [1, true] });
      for (const call of [() => (samples as never as { toTypedArray(): unknown }).toTypedArray(), () => samples.copyTo(new Uint8Array(1) as never)]) {
        expect(call).toThrow(/a vec of numbers/);
      }
    });

    it.each([
      ['a negative length', { length: -1, fill: 0 }],
      ['a fraction of a length', { length: 1.5, fill: 0 }],
      ['a length that is no number', { length: Number.NaN, fill: 0 }],
      ['no fill', { length: 3 }],
      ['a fill of another type', { length: 3, fill: 256 }],
      ['an element of another type', [1, '2']],
      ['a hole', Object.assign([1], { 2: 3 })],
      ['an array-like', { length: 1, 0: 1 }],
      ['a string', '123'],
      ['nothing', undefined],
      ['null', null],
      ['a number', 5],
      ['a DataView', new DataView(new ArrayBuffer(4))],
      ['numbers that do not fit', new Float64Array([0.5])],
    ])('is not allocated from %s', async (_, value) => {
      expect(() => kernel.heap.alloc(RRefVec('u8'), value as never)).toThrow(/InvalidType|expected/);
      expect(await kernel.audit()).toEqual([]);
    });

    it('that cannot have room is refused before anything is copied, whatever length is claimed', () => {
      for (const length of [2 ** 40, Number.MAX_SAFE_INTEGER, 2 ** 26]) {
        expect(() => kernel.heap.alloc(RRefVec('f64'), { length, fill: 0 })).toThrow(/asked for \d+ bytes/);
      }
      const liar = new Proxy([] as number[], { get: (target, name) => (name === 'length' ? 2 ** 50 : Reflect.get(target, name)) });
      expect(() => kernel.heap.alloc(RRefVec('u8'), liar)).toThrow(/asked for/);
    });

    it('is larger than any struct may be, up to the heap', () => {
      const numbers = new Float64Array(2 ** 20).map((_, index) => index);
      using vec = kernel.heap.alloc(RRefVec('f64'), numbers);
      expect(vec.length).toBe(2 ** 20);
      expect(vec.at(2 ** 20 - 1)).toBe(2 ** 20 - 1);
      vec.fill(3, 1000);
      expect([vec.at(999), vec.at(1000), vec.at(2 ** 20 - 1)]).toEqual([999, 3, 3]);
    });

    it('reads the value before it asks for itself: what a getter drops is not written', async () => {
      const samples = kernel.heap.alloc(RRefVec(Sample), { length: 3, fill: { at: 1n, level: 1, good: true, colour: 'Red' } });
      const traitor = {
        at: 1n,
        get level() {
          samples.drop();
          return 1;
        },
        good: true,
        colour: 'Red' as const,
      };
      expect(() => samples.set(0, traitor)).toThrow(/sent or dropped/);
      expect(await kernel.audit()).toEqual([]);
    });

    it('believes internal slots alone: lengths of subclasses and own properties do not count', () => {
      class Liar extends Uint8Array {
        override get length(): number {
          return 1_000_000;
        }
      }
      const own = Object.defineProperty(new Uint8Array([1, 2]), 'length', { value: 1_000_000 });
      for (const source of [new Liar([1, 2]), own]) {
        using vec = kernel.heap.alloc(RRefVec('u8'), source);
        expect(vec.toArray()).toEqual([1, 2]);
        vec.setAll(source, 0);
        expect(vec.copyTo(source)).toBe(2);
      }
    });

    it('has no element outside of itself', () => {
      using vec = kernel.heap.alloc(RRefVec('u8'), [1, 2, 3]);
      expect([-1, 3, 0.5, Number.NaN, '0'].map((index) => vec.at(index as never))).toEqual([undefined, undefined, undefined, undefined, undefined]);
      for (const call of [
        () => vec.set(3, 1),
        () => vec.set(-1, 1),
        () => vec.set('0' as never, 1),
        () => vec.fill(1, 4),
        () => vec.fill(1, 0, 4),
        () => vec.setAll(new Uint8Array(4)),
        () => vec.setAll(new Uint8Array(1), 3),
        () => vec.setAll(new Uint8Array(0), 4),
        () => vec.copyTo(new Uint8Array(1), 2),
        () => vec.copyTo(new Uint8Array(1), 0, 4),
      ]) {
        expect(call).toThrow(RangeError);
      }
      vec.fill(9, 2, 1);
      expect(vec.toArray()).toEqual([1, 2, 3]);
    });
  });

  describe('a view', () => {
    const tree = () => array(packet(1), packet(2), null);

    it('goes on when a child is put where none was, and ends when one is taken, replaced or popped', () => {
      using three = tree();
      const view = three.get(0);
      three.set(2, packet(3));
      expect(view?.port).toBe(1);
      three.take(1)?.drop();
      expect(() => view?.port).toThrow(/shape/);
      const again = three.get(0);
      three.set(0, packet(9));
      expect(() => again?.port).toThrow(/shape/);
      using queue = ring(1, 2);
      const front = queue.front();
      queue.pushBack(packet(3));
      queue.pushFront(packet(0));
      expect(front?.port).toBe(1);
      queue.popBack()?.drop();
      expect(() => front?.port).toThrow(/shape/);
    });

    it('through which the change is made goes on; others of the same root end', () => {
      using outer = kernel.heap.alloc(RRefArray(RRefDeque(Packet, 4), 2), [ring(1, 2, 3), ring(4)]);
      const queue = outer.get(0);
      const twin = outer.get(0);
      const other = outer.get(1);
      expect(queue?.popFront()?.drop()).toBeUndefined();
      expect(queue?.popFront()?.drop()).toBeUndefined();
      expect(queue?.length).toBe(1);
      expect(() => twin?.length).toThrow(/shape/);
      expect(() => other?.length).toThrow(/shape/);
    });

    it('of a struct goes on when its empty field is filled, and when it takes or replaces a child of its own', () => {
      using three = array(packet(1), packet(2));
      const first = three.get(0);
      const second = three.get(1);
      const hops = () => kernel.heap.alloc(RRefVec('u16'), [1]);
      if (first === null || second === null) throw new Error('both are there');
      first.hops = hops();
      expect(second.port).toBe(2);
      first.hops = hops();
      expect(first.port).toBe(1);
      expect(() => second.port).toThrow(/shape/);
      using taken = first.take('hops') as unknown as Disposable;
      expect(first.port).toBe(1);
      expect(taken).toBeDefined();
    });

    it('of a field that may not be empty is replaced and not taken: nobody ever finds a hole', () => {
      using board = kernel.heap.alloc(Board, {
        name: 'board',
        packets: array(packet(1)),
        waiting: null,
        samples: kernel.heap.alloc(RRefVec(Sample), []),
        rows: kernel.heap.alloc(RRefArray(RRefVec('u8'), 2), []),
      });
      const view = board.packets;
      expect(() => board.take('packets')).toThrow(/LifetimeViolation|use replace\('packets', value\)/);
      expect(ports(view)).toEqual([1, null, null]);
      for (const nothing of [null, undefined]) expect(() => board.replace('packets', nothing as null)).toThrow(/expected RRefArray<.*got n/);
      using wrong = ring();
      expect(() => board.replace('packets', wrong)).toThrow(/expected RRefArray<.*got RRefDeque</);
      expect(ports(view)).toEqual([1, null, null]);
      using former = board.replace('packets', array(packet(2))) as typeof view;
      expect([ports(former), ports(board.packets)]).toEqual([
        [1, null, null],
        [2, null, null],
      ]);
      expect(() => view.length).toThrow(/shape/);
      expect(board.take('waiting')).toBeNull();
      expect(board.replace('waiting', ring(5))).toBeNull();
      using waiting = board.take('waiting') as Disposable & Iterable<{ port: number }>;
      expect(ports(waiting)).toEqual([5]);
    });

    it('ends with its root, and is neither moved nor dropped', () => {
      const three = tree();
      const view = three.get(0);
      expect(() => view?.drop()).toThrow(/child/);
      three.drop();
      expect(() => view?.port).toThrow(/dropped with the tree/);
      expect(() => three.length).toThrow(/sent or dropped/);
      expect(() => three.get(0)).toThrow(/sent or dropped/);
    });
  });

  it('methods taken from one container serve no other, nor anything else', () => {
    using three = array(packet(1));
    using four = kernel.heap.alloc(RRefArray(Packet, 4), [null, null, null, packet(4)]);
    using small = kernel.heap.alloc(RRefVec('u8'), [1]);
    using wide = kernel.heap.alloc(RRefVec('f64'), [1]);
    using one = packet(1);
    const call = (of: object, name: string, on: unknown, ...args: unknown[]) => Reflect.apply(Reflect.get(of, name) as () => unknown, on, args);
    expect(() => call(four, 'get', three, 3)).toThrow(/expected RRefArray<containers.Packet,4>, got RRefArray<containers.Packet,3>/);
    expect(() => call(four, 'take', three, 3)).toThrow(/got RRefArray<containers.Packet,3>/);
    expect(() => call(wide, 'at', small, 0)).toThrow(/expected RRefVec<f64>, got RRefVec<u8>/);
    expect(() => call(wide, 'set', small, 0, 1)).toThrow(/got RRefVec<u8>/);
    expect(() => call(wide, 'fill', small, 1)).toThrow(/got RRefVec<u8>/);
    expect(() => call(small, 'setAll', one, new Uint8Array(1))).toThrow(/got RRef<containers.Packet>/);
    expect(() => call(three, 'get', {}, 0)).toThrow(/expected RRefArray<containers.Packet,3>, got an object/);
    expect(() => [...(call(four, Symbol.iterator as never, three) as Iterable<unknown>)]).toThrow(/got RRefArray<containers.Packet,3>/);
  });

  it('every handle has Symbol.dispose: at scope exit what is owned is dropped, once', async () => {
    const before = kernel.heap.usedBytes;
    {
      using three = array(packet(1));
      using queue = ring(1);
      using vec = kernel.heap.alloc(RRefVec('u8'), [1]);
      const spare = packet(1);
      for (const each of [three, queue, vec, three.get(0), queue.front(), spare]) expect(typeof each?.[Symbol.dispose]).toBe('function');
      spare[Symbol.dispose]();
      spare[Symbol.dispose]();
      using taken = three.take(0);
      queue.pushBack(taken as RRef<Packet>);
      queue.front()?.[Symbol.dispose]();
      vec.drop();
    }
    expect(kernel.heap.usedBytes).toBe(before);
    expect(await kernel.audit()).toEqual([]);
  });

  it('tokens are the same for the same container, frozen, and refuse what is no element', () => {
    expect(RRefVec('u8')).toBe(RRefVec('u8'));
    expect(RRefArray(Packet, 3).id).toBe(Three.id);
    expect(RRefArray(Packet, 4).id).not.toBe(Three.id);
    expect(Object.isFrozen(Three)).toBe(true);
    expect(domainModule.RRefVec('u8')).toBe(RRefVec('u8'));
    for (const make of [
      () => RRefVec('u128' as never),
      () => RRefVec(Packet as never),
      () => RRefVec(Three as never),
      () => RRefVec({} as never),
      () => RRefArray('u8' as never, 3),
      () => RRefArray(null as never, 3),
      () => RRefArray(Packet, 0),
      () => RRefArray(Packet, 65_537),
      () => RRefDeque(Packet, 1.5),
      () => RRefVec({ array: 'u8', length: -1 }),
    ]) {
      expect(make).toThrow();
    }
  });
});
