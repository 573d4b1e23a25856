/** What the table of ownership calls a change of an owner word. */
import { OwnerKind, ownerKind, ownerMeant, type DomainId } from '../abi/domain-id.js';
import type { OwnershipEvent } from '../shared-heap/ownership/ownership-table.js';

/**
 * `who` made the change; `moved` is the owner word that the block had before it last went into transit. A child that becomes a root is called detached, also where its tree is dropped from the root down.
 */
export function ownershipEvent(from: number, to: number, who: DomainId, moved: number): OwnershipEvent {
  const target = ownerKind(to);
  switch (ownerKind(from)) {
    case OwnerKind.Nobody:
      return target === OwnerKind.Domain ? 'alloc' : 'drain';
    case OwnerKind.Domain:
      if (target === OwnerKind.Child) return 'attach';
      if (target === OwnerKind.Transit) return 'move';
      return ownerMeant(from) === who && target !== OwnerKind.Orphan ? 'drop' : 'owner dies';
    case OwnerKind.Child:
      return 'detach';
    case OwnerKind.Transit:
      if (target !== OwnerKind.Domain) return 'record lets go';
      return to === moved ? 'take back' : 'take';
    case OwnerKind.Freeing:
      return 'drain';
    default:
      return 'return';
  }
}
