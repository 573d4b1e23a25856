/** The kernel's list of what it holds for each life, without a kernel. */
import { describe, expect, it } from 'vitest';
import { domainId } from '../../dist/abi/domain-id.js';
import { type Holding, type Resource, Resources } from '../../dist/microkernel/resources.js';

const first = domainId(7, 1);
const second = domainId(7, 2);
const unlimited = (): { kernelResources: number } => ({ kernelResources: 1_000_000 });

describe('what the kernel holds for a life', () => {
  it('is released last first, and each thing once', () => {
    const resources = new Resources(unlimited);
    const released: string[] = [];
    const hold = (kind: Resource['kind'], label: string): Holding => resources.hold(first, { kind, label, release: () => released.push(label) });
    hold('lock', 'a');
    const given = hold('alarm', 'b');
    hold('subscription', 'c');
    hold('lock', 'd');
    given.drop();
    given.drop();
    expect(resources.counts(first)).toEqual({ lock: 2, subscription: 1 });
    expect(resources.releaseAll(first)).toEqual({ count: 3, counts: { lock: 2, subscription: 1 }, order: ['d', 'c', 'a'], failed: [] });
    expect(released).toEqual(['d', 'c', 'a']);
    expect(resources.counts(first)).toEqual({});
    expect(resources.releaseAll(first)).toEqual({ count: 0, counts: {}, order: [], failed: [] });
  });

  it('is released though a release before it fails, and the failure is told', () => {
    const resources = new Resources(unlimited);
    const released: string[] = [];
    for (const label of ['a', 'b', 'c']) {
      resources.hold(first, {
        kind: 'alarm',
        label,
        release() {
          if (label === 'b') throw new Error('no such alarm');
          released.push(label);
        },
      });
    }
    expect(resources.releaseAll(first)).toEqual({ count: 3, counts: { alarm: 3 }, order: ['c', 'b', 'a'], failed: ['b: no such alarm'] });
    expect(released).toEqual(['c', 'a']);
  });

  it('belongs to that life: the next tenant of the row has nothing, and keeps its own', () => {
    const resources = new Resources(unlimited);
    const released: string[] = [];
    resources.hold(first, { kind: 'lock', label: 'old', release: () => released.push('old') });
    resources.hold(second, { kind: 'lock', label: 'new', release: () => released.push('new') });
    resources.releaseAll(first);
    expect(released).toEqual(['old']);
    expect(resources.counts(second)).toEqual({ lock: 1 });
  });

  it('is bounded for each life, and a life that is being buried gets nothing more', () => {
    const resources = new Resources((domain) => ({ kernelResources: domain === first ? 2 : 1 }));
    const release = (): void => {};
    const one = resources.hold(first, { kind: 'lock', label: 'one', release });
    const late: unknown[] = [];
    resources.hold(first, {
      kind: 'lock',
      label: 'two',
      release() {
        try {
          resources.hold(first, { kind: 'lock', label: 'late', release });
        } catch (error) {
          late.push(error);
        }
      },
    });
    expect(() => resources.hold(first, { kind: 'lock', label: 'three', release })).toThrow(/kernelResources: .*holds 2 .*may hold 2/);
    resources.hold(second, { kind: 'lock', label: 'of another', release });
    one.drop();
    resources.hold(first, { kind: 'lock', label: 'in its place', release });
    resources.releaseAll(first);
    expect(late).toEqual([expect.objectContaining({ code: 'ResourceExhausted' })]);
  });

  it('is named in the epitaph as far as there is room, and counted in full', () => {
    const resources = new Resources(unlimited);
    for (let number = 0; number < 10_000; number++) resources.hold(first, { kind: 'reference', label: `${number} ${'x'.repeat(200)}`, release() {} });
    const { counts, order } = resources.releaseAll(first);
    expect(counts).toEqual({ reference: 10_000 });
    expect(order.length).toBe(32);
    expect(order[0]).toMatch(/^9999 x{95}$/);
  });
});
