/**
 * Domain ids and the owner word of a block.
 *
 *   domain id   28 bits:  incarnation (19) | index (9)
 *   owner word  31 bits:  kind (3)         | what is meant (28)
 *
 * An index is a row of the thread table; an incarnation is one life in that row, counted from 1. A row whose incarnations run out is
 * never used again, so a domain id means one life for as long as the kernel runs.
 */

export const MAX_DOMAINS = 512;
export const INDEX_BITS = 9;
export const MAX_INCARNATION = 2 ** 19 - 1;

/** The host is domain 0, the kernel domain 1; extensions follow. All are different from `nobody`, which is no domain. */
export const HOST_INDEX = 0;
export const KERNEL_INDEX = 1;
export const FIRST_DOMAIN_INDEX = 2;

export type DomainId = number;

export function domainId(index: number, incarnation: number): DomainId {
  return (incarnation << INDEX_BITS) | index;
}
export function indexOf(id: DomainId): number {
  return id & (MAX_DOMAINS - 1);
}
export function incarnationOf(id: DomainId): number {
  return id >>> INDEX_BITS;
}

export const HOST_ID = domainId(HOST_INDEX, 1);
export const KERNEL_ID = domainId(KERNEL_INDEX, 1);

const KIND_SHIFT = 28;
const MEANT_MASK = 2 ** KIND_SHIFT - 1;

/** The owner word of a free block: nobody. A fresh page is all zeroes, so every block in it is free. */
export const NOBODY = 0;

export const OwnerKind = {
  Nobody: 0,
  /** meant: a domain id. */
  Domain: 1,
  /** meant: the parent's block number. */
  Child: 2,
  /** meant: a call record's number and the low bits of its tag. */
  Transit: 3,
  /** meant: the domain id of the thread that gives the block back to a page of somebody else. */
  Freeing: 4,
  /** The owner died while the block was lent; the kernel frees it when the last borrow ends. */
  Orphan: 5,
} as const;

export function ownedBy(id: DomainId): number {
  return (OwnerKind.Domain << KIND_SHIFT) | id;
}
export function childOf(parentBlock: number): number {
  return (OwnerKind.Child << KIND_SHIFT) | parentBlock;
}
export function inTransit(recordRef: number): number {
  return (OwnerKind.Transit << KIND_SHIFT) | recordRef;
}
export function freeingBy(id: DomainId): number {
  return (OwnerKind.Freeing << KIND_SHIFT) | id;
}
export const ORPHAN = OwnerKind.Orphan << KIND_SHIFT;

export function ownerKind(word: number): number {
  return word >>> KIND_SHIFT;
}
export function ownerMeant(word: number): number {
  return word & MEANT_MASK;
}

if (domainId(MAX_DOMAINS - 1, MAX_INCARNATION) > MEANT_MASK) throw new Error('a domain id must fit an owner word');
