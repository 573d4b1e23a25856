/** Containers cross domains as any RRef does: moved, lent, returned, and dropped with whoever had them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { boot, RRefArray, RRefDeque, RRefVec, type DomainHandle, type KernelHandle, type RRef } from 'deciduous';
import { Board, MarkType, Packet, Router, Sample, Shapes, Colour, ColourType } from '../fixtures/extensions/generated/containers.js';
import { errorOf, extension, valueOf } from './lab.js';

describe.each(['fast', 'paranoid'] as const)('a container, with checks: %s', (checks) => {
  let kernel: KernelHandle;
  let domain: DomainHandle;
  let router: Router;
  beforeAll(async () => {
    kernel = await boot({ spares: 1, checks });
    domain = await kernel.load(extension('containers/router.ts'), { name: 'router', limits: { timeSliceMs: 20_000 } });
    router = domain.get(Router);
  });
  afterAll(async () => {
    await domain.unload();
    expect(await kernel.audit()).toEqual([]);
    expect((await kernel.stats()).heap.byOwner).toEqual({});
    await kernel.close();
  });

  const packet = (port: number, hops: number[] | null = null): RRef<Packet> =>
    kernel.heap.alloc(Packet, { payload: new Uint8Array(port), port, hops: hops && kernel.heap.alloc(RRefVec('u16'), hops) });
  const queue = (...ports: number[]) =>
    kernel.heap.alloc(
      RRefDeque(Packet, 4),
      ports.map((port) => packet(port, [port])),
    );
  const board = (): RRef<Board> =>
    kernel.heap.alloc(Board, {
      name: 'board',
      packets: kernel.heap.alloc(RRefArray(Packet, 3), [packet(1), null, packet(3)]),
      waiting: queue(4, 5),
      samples: kernel.heap.alloc(RRefVec(Sample), { length: 3, fill: { at: 1n, level: 0.5, good: true, colour: 'Blue' } }),
      rows: kernel.heap.alloc(RRefArray(RRefVec('u8'), 2), [kernel.heap.alloc(RRefVec('u8'), [1, 2])]),
    });

  it('moves in and another comes back, with what is left in it', () => {
    const sent = queue(7, 8, 7, 9);
    using sorted = valueOf(router.sort(sent, 7));
    expect(() => sent.length).toThrow(/sent or dropped/);
    expect([...sorted].map((each) => each?.port ?? null)).toEqual([7, 7, null]);
    expect(sorted.get(0)?.hops?.toArray()).toEqual([7, 7]);
    expect(sorted.get(0)?.payload.length).toBe(7);
  });

  it('is lent, read at the speed of a copy, and cannot be changed by its owner meanwhile', async () => {
    const count = 200_000;
    using numbers = kernel.heap.alloc(RRefVec('f64'), new Float64Array(count).fill(2));
    // So many that the last cannot have ended by the next line.
    const pending = Array.from({ length: 30 }, () => router.async.sum(numbers));
    expect(() => numbers.set(0, 1)).toThrow(/borrows/);
    expect(() => numbers.fill(1)).toThrow(/borrows/);
    expect(() => numbers.setAll(new Float64Array(1))).toThrow(/borrows/);
    for (const sum of await Promise.all(pending)) expect(valueOf(sum)).toBe(2 * count);
    numbers.set(0, 1);
    expect(valueOf(router.sum(numbers))).toBe(2 * count - 1);
  });

  it('that is lent is immutable for the borrower, views and children included', () => {
    using numbers = kernel.heap.alloc(RRefVec('f64'), [1]);
    using packets = queue(1);
    using held = board();
    expect(valueOf(router.spoil(numbers, packets, held))).toBe(16);
    expect(numbers.toArray()).toEqual([1]);
    expect(packets.length).toBe(1);
  });

  it('travels within a struct and comes back the same', () => {
    expect(valueOf(router.keep(board()))).toBe(1);
    using back = valueOf(router.giveBack());
    expect(back?.packets.get(2)?.port).toBe(3);
    expect([...(back?.waiting ?? [])].map((each) => each.port)).toEqual([4, 5]);
    expect(back?.rows.get(0)?.toTypedArray()).toEqual(new Uint8Array([1, 2]));
    expect(back?.rows.has(1)).toBe(false);
    expect(back?.samples.at(2)).toEqual({ at: 1n, level: 0.5, good: true, colour: 'Blue' });
  });

  it('of values is made by a domain and given away', () => {
    using made = valueOf(router.make(10));
    expect(made.length).toBe(10);
    expect(made.at(9)).toEqual({ at: 9n, level: 4.5, good: true, colour: 'Green' });
  });

  it('of every kind of element is accepted by its type, and by no other', () => {
    const shapes = domain.get(Shapes);
    const { heap } = kernel;
    const vec = [
      heap.alloc(RRefVec('u8'), [1]),
      heap.alloc(RRefVec('u16'), [1]),
      heap.alloc(RRefVec('u32'), [1]),
      heap.alloc(RRefVec('u64'), [1n]),
      heap.alloc(RRefVec('f32'), [1]),
    ] as const;
    expect(valueOf(shapes.numbers(...vec))).toBe(5);
    const more = [
      heap.alloc(RRefVec('i8'), [-1]),
      heap.alloc(RRefVec('i16'), [-1]),
      heap.alloc(RRefVec('i32'), [-1]),
      heap.alloc(RRefVec('i64'), [-1n]),
      heap.alloc(RRefVec('f64'), [1]),
    ] as const;
    expect(valueOf(shapes.more(...more))).toBe(5);
    const others = [
      heap.alloc(RRefVec('bool'), [true, false]),
      heap.alloc(RRefVec(ColourType), [Colour.Red]),
      heap.alloc(RRefVec(MarkType), [{ tag: 'At', value: [1, 2] }, { tag: 'Nothing' }]),
      heap.alloc(RRefVec(['u8', 'f64']), [[1, 2]]),
      heap.alloc(RRefVec({ array: 'u16', length: 3 }), [[1, 2, 3]]),
      heap.alloc(RRefVec({ option: 'u32' }), [null, 5]),
      heap.alloc(RRefVec({ ok: 'u8', err: ColourType }), [
        { ok: true, value: 1 },
        { ok: false, error: 'Red' },
      ]),
    ] as const;
    expect(valueOf(shapes.others(...others))).toBe(11);
    expect(errorOf(shapes.numbers(more[0] as never, vec[1], vec[2], vec[3], vec[4]))).toMatchObject({
      code: 'InvalidType',
      message: expect.stringContaining('expected &RRefVec<u8> for a of Shapes.numbers, got RRefVec<i8>'),
    });
    for (const each of [...vec, ...more, ...others]) each.drop();
  });

  it('is named in a domain by what its interface definitions name, and refused otherwise with the way out', () => {
    const outcomes = JSON.parse(valueOf(router.refusals())) as { [name: string]: string };
    expect(outcomes).toMatchObject({ known: 'got 2', nested: 'got 1', tuple: 'got 1,2', fixed: 'got 1,2,3', option: 'got ,1', same: 'got true' });
    for (const name of ['another length', 'another element', 'another struct']) {
      expect(outcomes[name], name).toMatch(/^InvalidType: expected a container that the interface definitions of this extension name.*write it there/);
    }
    expect(outcomes['another length']).toContain('RRefDeque<containers.Packet,5>');
    expect(outcomes['no token']).toMatch(/^InvalidType: expected a type of a generated module/);
    expect(outcomes['no scalar']).toMatch(/^TypeError: an element is a token of a generated module or the name of a scalar/);
    expect(outcomes['no length']).toMatch(/^RangeError: a length is a whole number from 1 to 65536/);
  });

  it('dies with the domain that had it, with all that was in it', async () => {
    const other = await kernel.load(extension('containers/router.ts'), { name: 'holder' });
    const holder = other.get(Router);
    expect(valueOf(holder.keep(board()))).toBe(1);
    expect(errorOf(await holder.async.crash())).toMatchObject({ code: 'DomainCrashed', cause: 'panic' });
    await other.unload();
    expect(await kernel.audit()).toEqual([]);
    expect(Object.keys((await kernel.stats()).heap.byOwner).filter((name) => name !== 'router')).toEqual([]);
  });
});
