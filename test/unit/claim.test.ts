import { describe, expect, it } from 'vitest';
import { Claim, HandleKind, type ClaimHeap } from '../../dist/shared-heap/claim.js';

const heap: ClaimHeap = { paranoid: false, generationOf: () => 0, ownedClaims: new Set(), verify() {}, dropTree() {}, settleBorrows() {} };

function root(epoch: number): Claim {
  const claim = new Claim(heap, { name: 'Note' }, 1, HandleKind.Owned, null);
  claim.epoch = epoch;
  claim.seen = epoch;
  return claim;
}

// A domain that pops and pushes changes a tree's shape 2^31 times in ten minutes: numbers of 32 bits come round within its life.
describe.each([0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 40])('a root whose tree has changed its shape %i times', (epoch) => {
  it('ends with all views below it, those of before the last change included', () => {
    const owned = root(epoch);
    const earlier = new Claim(heap, { name: 'Note' }, 2, HandleKind.View, owned);
    owned.reshape();
    const later = new Claim(heap, { name: 'Note' }, 3, HandleKind.View, owned);
    expect(() => earlier.check()).toThrow(/shape of its tree changed/);
    expect(later.check()).toBe(3);
    owned.drop();
    for (const claim of [owned, earlier, later]) expect(() => claim.check()).toThrow(/sent or dropped/);
  });

  it('is what it was when a refused call gives it back', () => {
    const owned = root(epoch);
    owned.end();
    owned.end();
    expect(() => owned.movable()).toThrow(/sent or dropped/);
    owned.revive();
    expect(owned.movable()).toBe(1);
  });
});
