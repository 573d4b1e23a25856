import { describe, expect, it } from 'vitest';
import { Claim, HandleKind, type ClaimHeap } from '../../dist/shared-heap/ownership/claim.js';

const heap: ClaimHeap = { paranoid: false, generationOf: () => 0, ownedClaims: new Set(), verify() {}, dropTree: (claim) => claim.end(), settleBorrows() {} };

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

// A stack overflow strikes where a function is entered, so a function that throws at once is one that it struck.
describe('a drop that a stack overflow strikes', () => {
  const overflow = (): never => {
    throw new RangeError('Maximum call stack size exceeded');
  };
  const dropped: number[] = [];
  const dropping = { ...heap, dropTree: (claim: Claim) => void (claim.end(), dropped.push(claim.block)) };
  let strikes = false;
  const struck = { ...heap, dropTree: (claim: Claim) => (strikes ? overflow() : dropping.dropTree(claim)) };
  const of = (kind: ClaimHeap, block: number): Claim => new Claim(kind, { name: 'Note' }, block, HandleKind.Owned, null);

  it('before the tree is marked leaves the claim as it was: it can be dropped again', () => {
    const owned = of(struck, 1);
    strikes = true;
    expect(() => owned.drop()).toThrow(RangeError);
    expect(owned.check()).toBe(1);
    strikes = false;
    owned.drop();
    expect(dropped.splice(0)).toEqual([1]);
  });

  it('while it is lent finds no function between the end of the claim and the note that the tree is still to go', () => {
    const owned = of(dropping, 2);
    owned.lent = 1;
    owned.end = overflow;
    try {
      owned.drop();
    } catch {}
    const hasEnded = owned.epoch < 0;
    expect(owned.dropLater).toBe(hasEnded);
    expect(hasEnded).toBe(true);
  });

  it('when the last borrow ends leaves the tree owed', () => {
    const owned = of(struck, 3);
    owned.lent = 1;
    owned.drop();
    strikes = true;
    expect(() => owned.unlend()).toThrow(RangeError);
    strikes = false;
    owned.unlend();
    expect(dropped.splice(0)).toEqual([3]);
    expect(owned).toMatchObject({ lent: 0, dropLater: false });
  });
});
