/** What the host sees of the heap without a copy, and what the audit says of a view that was kept too long. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { boot, RRefArray, RRefVec, type DomainHandle, type HeapView, type KernelHandle, type RRef } from 'deciduous';
import { Board, ColourType, Packet, Router, Sample } from '../fixtures/extensions/generated/containers.js';
import { Desk, Leaf, Suspect } from '../fixtures/extensions/generated/hostile.js';
import { extension, valueOf } from '../semantics/lab.js';

const NAME = 'a-host-view-is-of-a-live-block';

describe.each(['fast', 'paranoid'] as const)('a view of the heap, with checks: %s', (checks) => {
  let kernel: KernelHandle;
  beforeEach(async () => {
    kernel = await boot({ spares: 1, sharedHeapBytes: 32 * 2 ** 20, checks });
  });
  afterEach(() => kernel.close());

  const leaf = (data: number[], text = 'text'): RRef<Leaf> => kernel.heap.alloc(Leaf, { text, data: new Uint8Array(data), n: 1, next: null });
  const said = async (): Promise<string[]> => {
    const findings = await kernel.audit();
    expect(findings.every(({ invariant }) => invariant === NAME)).toBe(true);
    return findings.map(({ detail }) => detail.replace(/block \d+/, 'block B'));
  };

  it('is the memory itself: what is written there is read through the handle, and the other way round', () => {
    using owner = leaf([1, 2, 3]);
    using view = kernel.heap.view(owner, 'data');
    expect(view.bytes).toEqual(new Uint8Array([1, 2, 3]));
    view.bytes[1] = 9;
    expect(owner.data.at(1)).toBe(9);
    owner.data.set(new Uint8Array([7]), 2);
    expect(view.bytes[2]).toBe(7);
    using text = kernel.heap.view(owner, 'text');
    expect(Buffer.from(text.bytes).toString()).toBe('text');
  });

  it('of a vec is its numbers, of a struct its own data', () => {
    using vec = kernel.heap.alloc(RRefVec('f64'), [1, 2, 3]);
    using numbers = kernel.heap.view(vec);
    const floats = new Float64Array(numbers.bytes.buffer, numbers.bytes.byteOffset, 3);
    floats[1] = 8;
    expect(vec.toArray()).toEqual([1, 8, 3]);
    using packet = kernel.heap.alloc(Packet, { payload: new Uint8Array(1), port: 258, hops: kernel.heap.alloc(RRefVec('u16'), [1, 2]) });
    using hops = kernel.heap.view(packet, 'hops');
    expect(hops.bytes).toEqual(new Uint8Array([1, 0, 2, 0]));
    using own = kernel.heap.view(packet);
    // The length of the payload, and the port.
    expect([...own.bytes.subarray(0, 6)]).toEqual([1, 0, 0, 0, 2, 1]);
  });

  it('of what is empty is empty, and outlives it', async () => {
    const owner = leaf([], '');
    const view = kernel.heap.view(owner, 'data');
    expect(view.bytes.length).toBe(0);
    owner.drop();
    expect(await said()).toEqual([]);
  });

  it('is refused for what has no bytes to show', () => {
    using packet = kernel.heap.alloc(Packet, { payload: new Uint8Array(1), port: 1, hops: null });
    using three = kernel.heap.alloc(RRefArray(Packet, 3), []);
    using colours = kernel.heap.alloc(RRefVec(ColourType), ['Red']);
    const cases: [() => HeapView, RegExp][] = [
      [() => kernel.heap.view(packet, 'port'), /Packet.port cannot be viewed/],
      [() => kernel.heap.view(packet, 'hops'), /it is empty/],
      [() => kernel.heap.view(packet, 'nothing'), /no field 'nothing'/],
      [() => kernel.heap.view(three), /has children and no bytes/],
      [() => kernel.heap.view(colours), /no numbers/],
      [() => kernel.heap.view({} as never), /takes a handle/],
    ];
    for (const [call, message] of cases) expect(call).toThrow(message);
    const ended = leaf([1]);
    ended.drop();
    expect(() => kernel.heap.view(ended, 'data')).toThrow(/sent or dropped/);
  });

  it('that is out while its value lives, or that was released in time, is no finding', async () => {
    const owner = leaf([1, 2, 3]);
    const view = kernel.heap.view(owner, 'data');
    expect(await said()).toEqual([]);
    view.release();
    view.release();
    owner.drop();
    expect(await said()).toEqual([]);
  });

  it.each<[string, (owner: RRef<Leaf>) => unknown]>([
    ['dropped', (owner) => owner.drop()],
    ['assigned over', (owner) => (owner.data = new Uint8Array(3))],
    [
      'dropped and its block used again',
      (owner) => {
        owner.drop();
        return leaf([4, 5, 6]);
      },
    ],
  ])('of a value that was %s is a finding of the audit until it is released', async (_, end) => {
    const owner = leaf([1, 2, 3]);
    const view = kernel.heap.view(owner, 'data');
    end(owner);
    expect(await said()).toEqual(['the view of hostile.Leaf.data was not released, and its block B has been freed']);
    view[Symbol.dispose]();
    expect(await said()).toEqual([]);
  });

  it('of a value that was moved away is a finding, and none when the value is back', async () => {
    await using domain = await kernel.load(extension('containers/router.ts'), { name: 'router' });
    const router = domain.get(Router);
    const board = kernel.heap.alloc(Board, {
      name: 'board',
      packets: kernel.heap.alloc(RRefArray(Packet, 3), []),
      waiting: null,
      samples: kernel.heap.alloc(RRefVec(Sample), []),
      rows: kernel.heap.alloc(RRefArray(RRefVec('u8'), 2), []),
    });
    using _view = kernel.heap.view(board, 'name');
    valueOf(router.keep(board));
    expect(await said()).toEqual(['the view of containers.Board.name was not released, and its block B has moved away']);
    using back = valueOf(router.giveBack());
    expect(await said()).toEqual([]);
    expect(back?.name).toBe('board');
  });

  it('of a child goes with the child: taken by the host it lives on', async () => {
    const owner = kernel.heap.alloc(Leaf, { text: 'root', data: new Uint8Array(1), n: 1, next: leaf([1, 2]) });
    const view = kernel.heap.view(owner.next as RRef<Leaf>, 'data');
    const taken = owner.take('next') as RRef<Leaf>;
    owner.drop();
    expect(await said()).toEqual([]);
    expect(view.bytes).toEqual(new Uint8Array([1, 2]));
    taken.drop();
    expect(await said()).toHaveLength(1);
    view.release();
  });

  it('of what was lent to the host ends with its call', async () => {
    const views: HeapView[] = [];
    const seen: string[] = [];
    const desk = kernel.provide(Desk, {
      ask: () => 0,
      show(lent) {
        views.push(kernel.heap.view(lent, 'text'));
        seen.push(Buffer.from(views[0].bytes).toString());
        return lent.n;
      },
    });
    const domain: DomainHandle = await kernel.load(extension('containers/shower.ts'), { name: 'shower', grant: { desk } });
    expect(valueOf(await domain.get(Suspect).async.number('show'))).toBe(3);
    expect(seen).toEqual(['shown']);
    expect(await said()).toEqual(['the view of hostile.Leaf.text was not released, and its block B was lent for a call that has ended']);
    views[0].release();
    await domain.unload();
    expect(await said()).toEqual([]);
  });
});
