/**
 * What can happen to a block, as a table: for each state, event and guard exactly one row.
 *
 * A state is what the shared words say, the borrow apart, which is the call record that lists the block. Every row has one commit: the store before which the
 * event has not happened for whoever looks, a reclaimer included, and after which it has. `between` is what such a reader sees of the stores around it.
 */
import { OwnerKind, ownerKind } from '../../abi/domain-id.js';

export const BLOCK_STATES = ['Free', 'Owned', 'Lent', 'Child', 'LentChild', 'Transit', 'Freeing', 'Orphan'] as const;
/**
 * Free: nobody's. Owned: the root of a tree of a domain. Lent: an owned root of whose tree a call borrows some node. Child, LentChild: a node below such roots.
 * Transit: a call record's. Freeing: given back into the page of somebody else. Orphan: a lent root whose owner died. What a dead domain had in a medium is owned by the kernel until the next life takes it.
 */
export type BlockState = (typeof BLOCK_STATES)[number];

/** The events, each with its guards: of a guard's values, one holds. */
export const OWNERSHIP_GUARDS = {
  alloc: ['room', 'no room'],
  write: ['always'],
  attach: ['elsewhere', 'below itself'],
  detach: ['always'],
  lend: ['always'],
  return: ['last borrow', 'last borrow of a dropped root', 'others remain'],
  move: ['always'],
  take: ['always'],
  'take back': ['always'],
  'record lets go': ['always'],
  drop: ['own page', 'foreign page'],
  drain: ['always'],
  'owner dies': ['a running call borrows it', 'none does', 'a medium holds its tree'],
  'next life': ['a medium holds its tree'],
} as const;
export type OwnershipEvent = keyof typeof OWNERSHIP_GUARDS;

/** A state, an error that leaves everything as it was, or `nothing`: the event does not concern a block in this state. */
export type Outcome = BlockState | 'LifetimeViolation' | 'ResourceExhausted' | 'nothing';

export interface OwnershipRow {
  readonly from: readonly BlockState[];
  readonly event: OwnershipEvent;
  readonly guards: readonly string[];
  readonly to: Outcome;
  /** The store that makes it so; empty where nothing shared changes. */
  readonly commit: string;
  readonly between: string;
}

const GONE = ['Free', 'Transit', 'Freeing', 'Orphan'] as const;
const NONE = { commit: '', between: '' };

function row(
  from: readonly BlockState[],
  event: OwnershipEvent,
  to: Outcome,
  step: { commit: string; between: string } = NONE,
  guards?: readonly string[],
): OwnershipRow {
  return { from, event, guards: guards ?? OWNERSHIP_GUARDS[event], to, ...step };
}

export const OWNERSHIP_ROWS: readonly OwnershipRow[] = [
  row(['Free'], 'alloc', 'Owned', { commit: 'owner := this domain', between: 'a free block with a header' }, ['room']),
  row(['Free'], 'alloc', 'ResourceExhausted', NONE, ['no room']),
  row(['Owned', 'Lent', 'Child', 'LentChild', 'Transit', 'Freeing', 'Orphan'], 'alloc', 'nothing'),

  row(['Owned'], 'write', 'Owned', { commit: 'the data', between: "the owner's own business" }),
  row(['Child'], 'write', 'Child', { commit: 'the data', between: "the owner's own business" }),
  row(['Lent', 'LentChild', ...GONE], 'write', 'LifetimeViolation'),

  row(['Owned'], 'attach', 'Child', { commit: 'owner := child of the parent', between: 'the slot names a root of this domain, which is no child yet' }, [
    'elsewhere',
  ]),
  row(['Owned'], 'attach', 'LifetimeViolation', NONE, ['below itself']),
  row(['Lent', 'Child', 'LentChild', ...GONE], 'attach', 'LifetimeViolation'),

  row(['Child'], 'detach', 'Owned', { commit: 'owner := this domain', between: 'the slot still names a root of this domain, which is no child any more' }),
  row(['LentChild', ...GONE], 'detach', 'LifetimeViolation'),
  row(['Owned', 'Lent'], 'detach', 'nothing'),

  row(['Owned', 'Lent'], 'lend', 'Lent', { commit: 'the call record is Sent', between: 'a record that nobody has sent lists it' }),
  row(['Child', 'LentChild'], 'lend', 'LentChild', { commit: 'the call record is Sent', between: 'a record that nobody has sent lists it' }),
  row(GONE, 'lend', 'LifetimeViolation'),

  row(['Lent'], 'return', 'Owned', { commit: 'the call record has ended', between: 'lent' }, ['last borrow']),
  row(['LentChild'], 'return', 'Child', { commit: 'the call record has ended', between: 'lent' }, ['last borrow']),
  row(['Lent', 'Orphan'], 'return', 'Free', { commit: 'owner := nobody', between: 'a root that nobody borrows' }, ['last borrow of a dropped root']),
  row(['LentChild'], 'return', 'Free', { commit: 'owner := nobody', between: 'a root of whoever drops the tree' }, ['last borrow of a dropped root']),
  row(['Lent'], 'return', 'Lent', NONE, ['others remain']),
  row(['LentChild'], 'return', 'LentChild', NONE, ['others remain']),
  row(['Orphan'], 'return', 'Orphan', NONE, ['others remain']),
  row(['Orphan'], 'return', 'nothing', NONE, ['last borrow']),
  row(['Free', 'Owned', 'Child', 'Transit', 'Freeing'], 'return', 'nothing'),

  row(['Owned'], 'move', 'Transit', { commit: 'owner := in transit by the call record', between: 'the record lists a root of this domain: still its own' }),
  row(['Lent', 'Child', 'LentChild', ...GONE], 'move', 'LifetimeViolation'),

  row(['Transit'], 'take', 'Owned', { commit: 'owner := this domain', between: "the record's: the page is noted, the word is not yet changed" }),
  row(['Free', 'Owned', 'Lent', 'Child', 'LentChild', 'Freeing', 'Orphan'], 'take', 'nothing'),
  row(['Transit'], 'take back', 'Owned', { commit: 'owner := this domain', between: "the record's: it never started" }),
  row(['Free', 'Owned', 'Lent', 'Child', 'LentChild', 'Freeing', 'Orphan'], 'take back', 'nothing'),

  row(['Transit'], 'record lets go', 'Free', { commit: 'owner := nobody', between: "the record's: whoever comes after drops it in its turn" }),
  row(['Free', 'Owned', 'Lent', 'Child', 'LentChild', 'Freeing', 'Orphan'], 'record lets go', 'nothing'),

  row(['Owned'], 'drop', 'Free', { commit: 'owner := nobody', between: 'a root of this domain of a later generation' }, ['own page']),
  row(['Owned'], 'drop', 'Freeing', { commit: 'owner := freeing by this domain', between: 'a root of this domain of a later generation' }, ['foreign page']),
  row(['Lent'], 'drop', 'Lent', { commit: '', between: 'lent: the drop waits for the last borrow' }),
  row(['Child', 'LentChild', ...GONE], 'drop', 'LifetimeViolation'),

  row(['Freeing'], 'drain', 'Free', { commit: 'owner := nobody', between: 'a free block whose remote bit is still set' }),
  row(['Free'], 'drain', 'Free', { commit: 'owner := nobody', between: 'as before: whoever drained it died before it cleared the bit' }),
  row(['Owned', 'Lent', 'Child', 'LentChild', 'Transit', 'Orphan'], 'drain', 'nothing'),

  row(['Owned', 'Child'], 'owner dies', 'Free', { commit: 'owner := nobody', between: 'a root of the dead domain, or of the kernel that drops it' }, [
    'a running call borrows it',
    'none does',
  ]),
  row(['Owned'], 'owner dies', 'Owned', { commit: 'owner := the kernel', between: 'a root of the dead domain that its medium names' }, [
    'a medium holds its tree',
  ]),
  row(['Lent'], 'owner dies', 'Lent', { commit: 'owner := the kernel', between: 'a lent root of the dead domain that its medium names' }, [
    'a medium holds its tree',
  ]),
  row(['Child'], 'owner dies', 'Child', { commit: '', between: '' }, ['a medium holds its tree']),
  row(['LentChild'], 'owner dies', 'LentChild', { commit: '', between: '' }, ['a medium holds its tree']),
  row(['Owned'], 'next life', 'Owned', { commit: 'owner := this domain', between: "the kernel's: the page is noted, the word is not yet changed" }),
  row(['Free', 'Lent', 'Child', 'LentChild', 'Transit', 'Freeing', 'Orphan'], 'next life', 'nothing'),
  row(['Lent'], 'owner dies', 'Orphan', { commit: 'owner := orphan', between: 'a lent root of the dead domain' }, ['a running call borrows it']),
  row(['LentChild'], 'owner dies', 'LentChild', { commit: '', between: 'below an orphan' }, ['a running call borrows it']),
  row(['Lent', 'LentChild'], 'owner dies', 'Free', { commit: 'owner := nobody', between: 'a root of the dead domain: the call never started' }, ['none does']),
  row(['Freeing'], 'owner dies', 'Freeing', { commit: '', between: 'its remote bit is set, or is now: the owner of the page goes on' }),
  row(['Free', 'Transit', 'Orphan'], 'owner dies', 'nothing'),
];

/** The rows for one input. The table is sound where there is always exactly one. */
export function rowsFor(from: BlockState, event: OwnershipEvent, guard: string): OwnershipRow[] {
  return OWNERSHIP_ROWS.filter((each) => each.event === event && each.from.includes(from) && each.guards.includes(guard));
}

const KIND_OF: { readonly [state in BlockState]: number } = {
  Free: OwnerKind.Nobody,
  Owned: OwnerKind.Domain,
  Lent: OwnerKind.Domain,
  Child: OwnerKind.Child,
  LentChild: OwnerKind.Child,
  Transit: OwnerKind.Transit,
  Freeing: OwnerKind.Freeing,
  Orphan: OwnerKind.Orphan,
};

/** For each pair of owner kinds, whether some row leads from the one to the other. What is freed in somebody else's page passes Freeing on its way to Free. */
const ALLOWED = new Uint8Array(64);
for (const { from, to, commit } of OWNERSHIP_ROWS) {
  if (!commit.startsWith('owner :=')) continue;
  for (const state of from) {
    ALLOWED[(KIND_OF[state] << 3) | KIND_OF[to as BlockState]] = 1;
    if (to === 'Free') ALLOWED[(KIND_OF[state] << 3) | OwnerKind.Freeing] = 1;
  }
}
// A tree is dropped from its root down, by whoever has it: each child becomes a root of the dropper's first, whatever its owner was.
ALLOWED[(OwnerKind.Child << 3) | OwnerKind.Domain] = 1;

/** Whether the table lets an owner word follow another. */
export function mayFollow(word: number, next: number): boolean {
  return ALLOWED[(ownerKind(word) << 3) | ownerKind(next)] === 1;
}
