/** Accessors are functions that anybody can take from their class: what they do to a handle that they were not made for. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { boot, type KernelHandle, type RRef } from 'deciduous';
import { Leaf, Wide } from '../fixtures/extensions/generated/hostile.js';

describe.each(['fast', 'paranoid'] as const)('an accessor taken from its class, with checks: %s', (checks) => {
  let kernel: KernelHandle;
  beforeAll(async () => {
    kernel = await boot({ spares: 0, checks });
  });
  afterAll(() => kernel.close());

  const WIDE = { flag: true, a: 1, b: 2, c: 3, d: 4n, e: 5, f: 6, g: 7, h: 8n, x: 1, y: 2 };
  const leaf = (next: RRef<Leaf> | null = null): RRef<Leaf> => kernel.heap.alloc(Leaf, { text: 'leaf', data: new Uint8Array(3), n: 1, next });

  it('reads and writes no handle of another type, whose block may be smaller', async () => {
    using wide = kernel.heap.alloc(Wide, WIDE);
    using small = leaf();
    for (const name of Object.keys(WIDE)) {
      expect(() => Reflect.get(Object.getPrototypeOf(wide) as object, name, small), name).toThrow(/expected RRef<hostile.Wide>, got RRef<hostile.Leaf>/);
      expect(() => Reflect.set(Object.getPrototypeOf(wide) as object, name, WIDE[name as keyof typeof WIDE], small), name).toThrow(/got RRef<hostile.Leaf>/);
    }
    for (const name of ['text', 'data', 'n', 'next']) {
      expect(() => Reflect.get(Object.getPrototypeOf(small) as object, name, wide), name).toThrow(/got RRef<hostile.Wide>/);
      expect(() => Reflect.set(Object.getPrototypeOf(small) as object, name, name === 'n' ? 1 : null, wide), name).toThrow(/got RRef<hostile.Wide>/);
    }
    expect(small.text).toBe('leaf');
    expect(await kernel.audit()).toEqual([]);
  });

  it('is found before anything of the value to be assigned is read', () => {
    using wide = kernel.heap.alloc(Wide, WIDE);
    using small = leaf();
    const { proxy, revoke } = Proxy.revocable([], {});
    revoke();
    expect(() => Reflect.set(Object.getPrototypeOf(small) as object, 'data', proxy, wide)).toThrow(/got RRef<hostile.Wide>/);
  });

  it('coerces no name: take() drops nothing below itself', async () => {
    const root = leaf(leaf());
    const name = {
      toString() {
        root.drop();
        return 'next';
      },
    };
    expect(() => root.take(name as never)).toThrow(/InvalidType|the name of a field/);
    expect(root.next?.text).toBe('leaf');
    root.drop();
    expect(await kernel.audit()).toEqual([]);
  });
});
