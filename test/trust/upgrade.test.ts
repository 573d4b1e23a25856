/** An upgrade is no way round what a load is held to: trust, grants, globals and limits are asked of a new version as of the first. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { boot, type DomainHandle, type KernelHandle } from 'deciduous';
import type { LeafFile } from '../../dist/pack/index.js';
import { valueOf } from '../semantics/lab.js';
import { counter, Counter } from '../semantics/upgrading.js';
import { fixture, signed, signer, stranger } from './leaves.js';

let kernel: KernelHandle;
let domain: DomainHandle;
let present: LeafFile;
let older: LeafFile;
let next: LeafFile;
beforeAll(async () => {
  [older, present, next] = (await Promise.all([3, 5, 6].map((version) => counter({ version })))).map((leaf) => ({
    leaf: leaf as LeafFile['leaf'],
    validity: {},
  }));
  kernel = await boot({ trust: { keys: [signer.publicPem], minimumVersions: { counter: 4 } }, mostLimits: { timeSliceMs: 50 } });
  domain = await kernel.load(signed(present), { globals: { clock: true } });
});
afterAll(() => kernel.close());

const changed = (leaf: Partial<LeafFile['leaf']>): LeafFile => ({ ...next, leaf: { ...next.leaf, ...leaf } });

describe('an upgrade on a host that names keys', () => {
  it.each<[string, () => string | Uint8Array | LeafFile['leaf'], string | undefined]>([
    ['source', () => fixture('adder.ts'), 'unsigned'],
    ['a leaf object', () => next.leaf, 'unsigned'],
    ['a leaf that nobody has signed', () => signed(next, null), 'unsigned'],
    ['a leaf that another key has signed', () => signed(next, stranger), 'unknown-key'],
    ['a leaf of a version below the least', () => signed(older), 'too-old'],
    ['a leaf of another program that a trusted key has signed', () => signed(changed({ name: 'scheduler' })), undefined],
    ['a leaf that uses what was not granted', () => signed(changed({ uses: ['clock', 'random'] })), undefined],
    [
      'a leaf that imports what was not granted',
      () => signed(changed({ manifest: { ...next.leaf.manifest, imports: { more: next.leaf.manifest.provides['counter'] } } })),
      undefined,
    ],
  ])('is refused with %s, and the present version serves on', async (_, version, reason) => {
    await expect(domain.upgrade(version())).rejects.toMatchObject({ name: 'LoadError', code: 'PermissionDenied', ...(reason !== undefined && { reason }) });
    expect([valueOf(domain.get(Counter).version() as never), domain.provenance.signedBy]).toEqual([5, signer.keyId]);
  });

  it('has the limits that the program was loaded with, whatever the new version asks for', async () => {
    const before = domain.limits;
    await domain.upgrade(signed(next));
    expect([valueOf(domain.get(Counter).version() as never), domain.limits, before.timeSliceMs]).toEqual([6, before, 50]);
  });
});
