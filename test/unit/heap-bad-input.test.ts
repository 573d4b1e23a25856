/** Bad input at the public interface of the heap: each gets the error that is meant for it, and the heap is afterwards what it was before. */
import { boot, type KernelHandle, type RRef, RRefArray, RRefDeque, RRefVec } from 'deciduous';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Node } from '../fixtures/model/generated/model.js';
import { Parcel, Worker } from '../fixtures/stress/generated/stress.js';
import { parcelFrom, random, sumOf } from '../fixtures/stress/parcel.js';
import { extension } from '../semantics/lab.js';

const Numbers = RRefVec('u16');
const Ring = RRefDeque(Node, 3);
const Grid = RRefArray(Node, 4);

let kernel: KernelHandle;
let before: { blocks: number; bytes: number };

beforeAll(async () => {
  kernel = await boot({ sharedHeapBytes: 16 * 2 ** 20, spares: 0, checks: 'paranoid' });
});
afterAll(() => kernel.close());
beforeEach(async () => {
  before = await inUse();
});
// Whatever a test did that was refused has changed nothing.
afterEach(async () => {
  expect(await kernel.audit()).toEqual([]);
  expect(await inUse()).toEqual(before);
});

async function inUse(): Promise<{ blocks: number; bytes: number }> {
  const { blocks, blockBytes } = (await kernel.stats()).heap;
  expect(kernel.heap.usedBytes).toBe(blockBytes);
  return { blocks, bytes: blockBytes };
}

function node(fields: object = {}): RRef<Node> {
  const all = { text: 'a text', data: Uint8Array.of(1, 2, 3), flags: 1, level: 0.5, left: null, right: null, ring: null, grid: null, numbers: null };
  return kernel.heap.alloc(Node, { ...all, ...fields } as never);
}

/** The name of what is thrown. */
function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return (error as Error).name;
  }
  return 'nothing';
}

describe('a size', () => {
  it.each([-1, -0.5, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '7', 7n, null, undefined, { valueOf: () => 7 }, [7]])(
    'of %s elements is InvalidType',
    (length) => {
      expect(refusal(() => kernel.heap.alloc(Numbers, { length, fill: 1 } as never))).toBe('InvalidType');
    },
  );

  it.each([2 ** 24, 2 ** 31, 2 ** 32, 2 ** 32 + 1, 2 ** 40, 2 ** 53, 1e300])('of %d elements is ResourceExhausted, and costs no memory to refuse', (length) => {
    const heapBefore = process.memoryUsage().arrayBuffers;
    expect(() => kernel.heap.alloc(Numbers, { length, fill: 1 })).toThrow(/asked for \d[\d.e+]* bytes, \d+ of \d+ allowed/);
    expect(refusal(() => kernel.heap.alloc(Numbers, { length } as never))).toMatch(/ResourceExhausted|InvalidType/);
    expect(process.memoryUsage().arrayBuffers - heapBefore).toBeLessThan(2 ** 20);
  });

  it('that an array claims to have is asked for before anything is read', () => {
    const list = new Array(4_000_000_000);
    expect(refusal(() => kernel.heap.alloc(Numbers, list as never))).toBe('ResourceExhausted');
    expect(refusal(() => kernel.heap.alloc(Ring, list as never))).toBe('InvalidType');
    expect(refusal(() => kernel.heap.alloc(Grid, [null, null, null, null, null] as never))).toBe('InvalidType');
    expect(refusal(() => kernel.heap.alloc(Ring, { length: 2, 0: null, 1: null } as never))).toBe('InvalidType');
  });

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 32, '3', null])('of %s slots makes no container type', (length) => {
    expect(() => RRefDeque(Node, length as number)).toThrow(/a length is a whole number/);
    expect(() => RRefArray(Node, length as number)).toThrow(/a length is a whole number/);
  });

  it.each([0, -1, 1.5, Number.NaN, 2 ** 22 - 1, 2 ** 32 + 1, 2 ** 40, Number.POSITIVE_INFINITY, '256 MiB'])(
    'of %s bytes makes no heap',
    async (sharedHeapBytes) => {
      await expect(boot({ sharedHeapBytes: sharedHeapBytes as number })).rejects.toThrow(
        /sharedHeapBytes must be a whole number from \d+ \(4 MiB\) to \d+ \(4 GiB\)/,
      );
    },
  );

  it('beyond the heap is refused for strings and bytes, with what was asked, used and allowed', () => {
    const large = new Uint8Array(20 * 2 ** 20);
    expect(() => node({ data: large })).toThrow(/asked for 2\d{7} bytes, \d+ of 16777216 allowed/);
    const small = node();
    expect(refusal(() => (small.data = large as never))).toBe('ResourceExhausted');
    expect(refusal(() => (small.text = 'x'.repeat(17 * 2 ** 20)))).toBe('ResourceExhausted');
    expect([...small.data.toUint8Array()]).toEqual([1, 2, 3]);
    expect(small.text).toBe('a text');
    small.drop();
  });
});

describe('nothing at all', () => {
  it('is a string, bytes and a vec of length zero, which take no block of their own', async () => {
    const empty = node({ text: '', data: new Uint8Array(0) });
    expect((await inUse()).blocks).toBe(before.blocks + 1);
    expect(empty.text).toBe('');
    expect(empty.data.length).toBe(0);
    expect(empty.data.at(0)).toBeUndefined();
    expect(empty.data.toUint8Array()).toEqual(new Uint8Array(0));
    expect(empty.data.indexOf('')).toBe(0);
    expect(empty.data.slice(0, 0).equals(new Uint8Array(0))).toBe(true);
    expect(refusal(() => empty.data.set(Uint8Array.of(1)))).toBe('RangeError');
    empty.drop();
    const none = kernel.heap.alloc(Numbers, []);
    expect([none.length, none.at(0), none.toArray()]).toEqual([0, undefined, []]);
    expect(refusal(() => none.set(0, 1))).toBe('RangeError');
    none.fill(7);
    none.setAll(new Uint16Array(0));
    none.drop();
  });

  it('is an empty ring and an empty array: nothing comes out of them', () => {
    const ring = kernel.heap.alloc(Ring, []);
    expect([ring.length, ring.front(), ring.back(), ring.popFront(), ring.popBack()]).toEqual([0, null, null, null, null]);
    const grid = kernel.heap.alloc(Grid, []);
    expect([...grid]).toEqual([null, null, null, null]);
    expect([grid.take(0), grid.replace(3, null)]).toEqual([null, null]);
    ring.drop();
    grid.drop();
  });

  it.each([-1, 4, 0.5, Number.NaN, '0', null, 2 ** 32])('is at index %s of an array of four', (index) => {
    const grid = kernel.heap.alloc(Grid, []);
    const item = node();
    for (const act of [
      () => grid.get(index as number),
      () => grid.has(index as number),
      () => grid.take(index as number),
      () => grid.set(index as number, item),
    ]) {
      expect(refusal(act)).toBe('RangeError');
    }
    expect(item.flags).toBe(1);
    item.drop();
    grid.drop();
  });
});

describe('a value of the wrong type', () => {
  it.each(['\ud800', '\udc00', 'a\ud83d', '\ude00b', '\ude00\ud83d', `${'x'.repeat(70_000)}\ud800`])('is a text with a lone surrogate', (text) => {
    const good = node();
    expect(refusal(() => node({ text }))).toBe('InvalidType');
    expect(refusal(() => (good.text = text))).toBe('InvalidType');
    expect(refusal(() => good.data.indexOf(text))).toBe('InvalidType');
    expect(good.text).toBe('a text');
    good.text = '\ud83d\ude00 whole';
    expect(good.text).toBe('\ud83d\ude00 whole');
    good.drop();
  });

  it.each([-1, 2 ** 32, 0.5, Number.NaN, Number.POSITIVE_INFINITY, '1', 1n, true, null, undefined])('is %s for a u32', (flags) => {
    const good = node();
    expect(refusal(() => node({ flags }))).toBe('InvalidType');
    expect(refusal(() => (good.flags = flags as number))).toBe('InvalidType');
    expect(good.flags).toBe(1);
    good.drop();
  });

  it('is what is no bytes, or bytes whose buffer has gone', () => {
    const good = node();
    const gone = new Uint8Array(8);
    structuredClone(gone, { transfer: [gone.buffer] });
    for (const data of ['text', [1, 2], new Uint16Array(2), new ArrayBuffer(2), { length: 1, 0: 1 }, null]) {
      expect(refusal(() => node({ data }))).toBe('InvalidType');
      expect(refusal(() => (good.data = data as never))).toBe('InvalidType');
    }
    // Bytes without a buffer are no bytes: none are taken.
    good.data = gone as never;
    expect(good.data.length).toBe(0);
    good.drop();
  });

  it('is an array whose buffer was transferred or has shrunk below it', () => {
    const good = node();
    const numbers = kernel.heap.alloc(Numbers, [1, 2, 3]);
    const gone = new Uint8Array(8);
    const goneNumbers = new Uint16Array(4);
    for (const { buffer } of [gone, goneNumbers]) structuredClone(buffer, { transfer: [buffer] });
    const buffer = new (ArrayBuffer as unknown as new (length: number, options: object) => ArrayBuffer & { resize(length: number): void })(32, {
      maxByteLength: 64,
    });
    const beyond = new Uint16Array(buffer, 16, 2);
    const bytesBeyond = new Uint8Array(buffer, 16, 2);
    buffer.resize(8);
    for (const array of [goneNumbers, beyond]) {
      for (const act of [() => kernel.heap.alloc(Numbers, array), () => numbers.setAll(array), () => numbers.copyTo(array)]) {
        expect(act).toThrow(/^expected an array that has its memory for .*, got one whose buffer was transferred or has shrunk$/);
        expect(refusal(act)).toBe('InvalidType');
      }
    }
    for (const array of [gone, bytesBeyond]) {
      const { data } = good;
      for (const act of [() => data.set(array), () => data.copyTo(array), () => data.indexOf(array), () => data.equals(array), () => data.compare(array)]) {
        expect(refusal(act)).toBe('InvalidType');
      }
    }
    const empty = new Uint8Array(0);
    good.data.set(empty);
    expect([good.data.copyTo(empty), good.data.equals(empty), numbers.copyTo(new Uint16Array(0))]).toEqual([0, false, 0]);
    expect(numbers.toArray()).toEqual([1, 2, 3]);
    for (const handle of [good, numbers]) handle.drop();
  });

  it('is a proxy that has been revoked', () => {
    const revoked = (target: object): never => {
      const { proxy, revoke } = Proxy.revocable(target, {});
      revoke();
      return proxy as never;
    };
    const good = node();
    const numbers = kernel.heap.alloc(Numbers, [1]);
    for (const target of [[], {}]) {
      for (const act of [
        () => kernel.heap.alloc(Numbers, revoked(target)),
        () => kernel.heap.alloc(Grid, revoked(target)),
        () => kernel.heap.alloc(Ring, revoked(target)),
        () => kernel.heap.alloc(Node, revoked(target)),
        () => (good.data = revoked(target)),
        () => (good.left = revoked(target)),
        () => good.replace('left', revoked(target)),
        () => numbers.set(0, revoked(target)),
        () => numbers.setAll(revoked(target)),
        () => good.take.call(revoked(target), 'left'),
      ]) {
        expect(refusal(act)).toBe('InvalidType');
      }
    }
    // What a getter of somebody's throws is his: it is passed on as it is.
    const own = new TypeError('my own');
    const throws = {
      get text(): never {
        throw own;
      },
    };
    expect(() => kernel.heap.alloc(Node, throws as never)).toThrow(own);
    for (const handle of [good, numbers]) handle.drop();
  });

  it('is what no handle is, to an accessor or a method that was taken from its class', () => {
    const good = node();
    const numbers = kernel.heap.alloc(Numbers, [1]);
    const accessor = (of: object, name: string): (() => unknown) => Object.getOwnPropertyDescriptor(Object.getPrototypeOf(of), name)?.get as () => unknown;
    for (const impostor of [undefined, null, 5, 'text', {}, () => 1, Object.create(good), new Proxy(good, {})]) {
      for (const act of [
        () => accessor(good, 'flags').call(impostor),
        () => accessor(good, 'text').call(impostor),
        () => accessor(numbers, 'length').call(impostor),
        () => numbers.at.call(impostor as never, 0),
        () => good.take.call(impostor as never, 'left'),
        () => good.replace.call(impostor as never, 'left', null),
        () => good.drop.call(impostor as never),
        () => good.bytesOf.call(impostor as never, 'text'),
        () => good[Symbol.dispose].call(impostor as never),
      ]) {
        expect(refusal(act)).toBe('InvalidType');
      }
    }
    for (const handle of [good, numbers]) handle.drop();
  });

  it('is a child of another type, of no type, or a copy of a handle', () => {
    const child = node();
    const numbers = kernel.heap.alloc(Numbers, [1, 2, 3]);
    const parent = node();
    const impostors = [
      numbers,
      {},
      { ...child },
      JSON.parse(JSON.stringify(child)),
      Object.create(Object.getPrototypeOf(child)),
      new Proxy(child, {}),
      structuredClone({ child: {} }).child,
      5,
      'child',
    ];
    for (const impostor of impostors) {
      expect(refusal(() => node({ left: impostor }))).toBe('InvalidType');
      expect(refusal(() => (parent.left = impostor as never))).toBe('InvalidType');
      expect(refusal(() => kernel.heap.alloc(Ring, [impostor] as never))).toBe('InvalidType');
    }
    expect(() => structuredClone(child).flags).not.toThrow(/Maximum/);
    expect(refusal(() => (structuredClone(child) as RRef<Node>).drop())).toBe('TypeError');
    expect(refusal(() => (Object.create(child) as RRef<Node>).flags)).toBe('InvalidType');
    for (const handle of [child, numbers, parent]) handle.drop();
  });

  it('is a type that the heap does not have under that id', () => {
    const { schema } = Node;
    const tampered = {
      ...schema,
      structs: { ...schema.structs, 'model.Node': { ...schema.structs['model.Node'], fields: schema.structs['model.Node'].fields.slice(0, 3) } },
    };
    expect(refusal(() => kernel.heap.alloc({ ...Node, schema: tampered } as never, { text: '', data: new Uint8Array(0), flags: 1 } as never))).toMatch(
      /TypeError|InvalidType/,
    );
    expect(refusal(() => kernel.heap.alloc({ ...Parcel, schema: Node.schema } as never, {} as never))).toMatch(/TypeError|InvalidType/);
    expect(refusal(() => kernel.heap.alloc({ ...Node, id: `${Node.id.slice(0, -1)}0` } as never, {} as never))).toMatch(/TypeError|InvalidType/);
    for (const token of [undefined, null, 5, 'model.Node', {}, { kind: 'type', schema: {} }, { ...Node, schema: { structs: {} } }, Worker])
      expect(refusal(() => kernel.heap.alloc(token as never, {} as never))).toBe('TypeError');
  });
});

describe('a handle that has ended', () => {
  it('by a move, a drop, or a drop of its root, refuses everything', () => {
    const moved = node();
    const parent = node({ left: moved });
    const dropped = node();
    dropped.drop();
    const below = parent.left as RRef<Node>;
    const bytes = below.data;
    parent.drop();
    // The blocks have other tenants now.
    const tenants = [node(), node(), node()];
    for (const ended of [moved, dropped, below]) {
      for (const act of [
        () => ended.flags,
        () => ended.text,
        () => (ended.flags = 2),
        () => (ended.text = 'another'),
        () => ended.take('left'),
        () => ended.replace('left', null),
        () => ended.drop(),
        () => ended.bytesOf('data'),
        () => node({ left: ended }),
        () => (tenants[0].left = ended as never),
        () => kernel.heap.alloc(Ring, [ended] as never),
      ]) {
        expect(refusal(act)).toBe('LifetimeViolation');
      }
    }
    expect(refusal(() => bytes.toUint8Array())).toBe('LifetimeViolation');
    expect(refusal(() => bytes.set(Uint8Array.of(9)))).toBe('LifetimeViolation');
    for (const tenant of tenants) {
      expect(tenant.flags).toBe(1);
      tenant.drop();
    }
  });

  it('cannot be moved twice by one value, nor to two places', () => {
    const child = node();
    expect(refusal(() => node({ left: child, right: child }))).toBe('LifetimeViolation');
    expect(refusal(() => kernel.heap.alloc(Grid, [child, null, child]))).toBe('LifetimeViolation');
    const parent = node({ left: child });
    expect(refusal(() => (parent.right = child))).toBe('LifetimeViolation');
    expect(parent.right).toBe(null);
    parent.drop();
  });

  it('belongs to the heap that made it: another kernel takes it for no handle', async () => {
    await using other = await boot({ sharedHeapBytes: 4 * 2 ** 20, spares: 0 });
    const mine = node();
    const fields = { text: '', data: new Uint8Array(0), flags: 0, level: 0, left: mine, right: null, ring: null, grid: null, numbers: null };
    expect(refusal(() => other.heap.alloc(Node, fields))).toBe('InvalidType');
    expect(await other.audit()).toEqual([]);
    expect(mine.flags).toBe(1);
    mine.drop();
  });
});

describe('across domains', () => {
  const draw = random(1);
  const parcel = (): RRef<Parcel> => kernel.heap.alloc(Parcel, parcelFrom(draw));

  it('a handle that was sent, lent, or came in a call and was kept by a closure refuses what its state forbids', async () => {
    await using domain = await kernel.load(extension('../stress/worker.ts'), { name: 'worker' });
    const worker = domain.get(Worker);
    const sent = parcel();
    expect(worker.keep(sent)).toMatchObject({ ok: true });
    for (const act of [() => sent.seed, () => (sent.seed = 1), () => sent.drop()]) expect(refusal(act)).toBe('LifetimeViolation');
    expect(worker.keep(sent)).toMatchObject({ ok: false, error: { code: 'LifetimeViolation', started: false } });

    const lent = parcel();
    const sum = sumOf(lent);
    const call = worker.async.readSlowly(lent, 100);
    for (const act of [() => (lent.seed = 1), () => lent.take('next'), () => lent.replace('next', null), () => (lent.label = 'x')])
      expect(refusal(act)).toBe('LifetimeViolation');
    expect(worker.keep(lent)).toMatchObject({ ok: false, error: { code: 'LifetimeViolation', started: false } });
    lent.drop();
    expect(refusal(() => lent.drop())).toBe('LifetimeViolation');
    expect(await call).toEqual({ ok: true, value: sum });
    expect(await worker.async.settle()).toMatchObject({ ok: true, value: 1 });
  });

  it('a handle of an earlier life names nothing in the next', async () => {
    await using domain = await kernel.load(extension('../stress/worker.ts'), { name: 'mortal', restart: { when: 'on-crash', rebind: true } });
    const worker = domain.get(Worker);
    const given = parcel();
    const view = kernel.heap.alloc(Parcel, { ...parcelFrom(draw), next: given });
    const child = view.next as RRef<Parcel>;
    expect(worker.keep(view)).toMatchObject({ ok: true });
    expect(await worker.async.die()).toMatchObject({ ok: false });
    await domain.ready();
    expect(domain.incarnation).toBe(2);
    // The dead life's blocks are free, and some are the new one's and the host's.
    const tenants = [parcel(), parcel(), parcel()];
    for (const ended of [given, view, child])
      for (const act of [() => ended.seed, () => ended.drop(), () => (ended.seed = 3)]) expect(refusal(act)).toBe('LifetimeViolation');
    expect(worker.read(view)).toMatchObject({ ok: false, error: { code: 'LifetimeViolation' } });
    for (const tenant of tenants) tenant.drop();
  });

  it('what a host method was lent ends with its call, whoever kept it', async () => {
    const kept: RRef<Parcel>[] = [];
    const host = kernel.provide(Worker, {
      meet() {},
      keep(item) {
        const sum = sumOf(item);
        item.drop();
        return sum;
      },
      give: () => null,
      echo: (item) => item,
      read(item) {
        kept.push(item);
        return sumOf(item);
      },
      readSlowly(item) {
        kept.push(item);
        return sumOf(item);
      },
      add: (one, other) => one + other,
      churn: () => 0,
      die: () => 0,
      settle: () => 0,
    });
    await using domain = await kernel.load(extension('../stress/worker.ts'), { name: 'caller' });
    const worker = domain.get(Worker);
    expect(await worker.async.meet(3, host, host, host, host)).toMatchObject({ ok: true });
    for (let round = 0; round < 5; round++) await worker.async.churn(round, 100);
    await worker.async.settle();
    expect(kept.length).toBeGreaterThan(0);
    for (const ended of kept) expect(refusal(() => ended.seed)).toBe('LifetimeViolation');
  });
});
