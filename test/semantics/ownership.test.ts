/** The table of ownership, enumerated: exactly one row for each input, and the heap does what the row says. */
import { describe, expect, it } from 'vitest';
import { OwnerKind, ownerKind } from '../../dist/abi/domain-id.js';
import { X_QUOTA, threadRow } from '../../dist/abi/thread-layout.js';
import { indexOf } from '../../dist/abi/domain-id.js';
import type { PendingCall } from '../../dist/proxy/pending-call.js';
import { handles } from '../../dist/shared-heap/handles/handle.js';
import {
  BLOCK_STATES,
  type BlockState,
  mayFollow,
  OWNERSHIP_GUARDS,
  OWNERSHIP_ROWS,
  type OwnershipEvent,
  rowsFor,
} from '../../dist/shared-heap/ownership/ownership-table.js';
import { type Member, Miniature } from '../interleaving/miniature.js';

const EVENTS = Object.keys(OWNERSHIP_GUARDS) as OwnershipEvent[];
const INPUTS = BLOCK_STATES.flatMap((from) => EVENTS.flatMap((event) => OWNERSHIP_GUARDS[event].map((guard) => ({ from, event, guard: guard as string }))));

/** A block brought into a state, and what acts on it. */
interface Stage {
  readonly world: Miniature;
  readonly block: number;
  /** The victim's handle of it, ended or not; undefined where the victim is dead. */
  readonly handle: any;
  /** The handle of the parent, for a child. */
  readonly parent?: any;
  /** Another root of the victim's, made before: an allocation now might take the very block that this is about. */
  readonly spare?: any;
  /** The call that lends or carries it. */
  readonly call?: PendingCall;
}

function send(world: Miniature, from: Member, to: Member, method: string, value: unknown): PendingCall {
  const sent = from.endpoint.caller.send(world.target(to), world.method(from, method), [value], Number.POSITIVE_INFINITY);
  if ('error' in sent) throw Object.assign(new Error(sent.error.message), { name: sent.error.code });
  return sent as PendingCall;
}

/** A note that the peer allocated and the victim owns: its page is foreign. */
function fromPeer(world: Miniature, text: string): any {
  let received: unknown;
  world.serve(world.victim, { keep: (note: unknown) => ((received = note), 1) });
  const call = send(world, world.peer, world.victim, 'keep', world.peer.note(text));
  world.victim.endpoint.serveAll();
  world.peer.endpoint.caller.outcomes.take(call);
  return received;
}

const SERVED = { measure: (note: any) => note.weight, keep: (note: any) => (note.drop(), 1) };

const STAGES: { readonly [state in BlockState]: (foreign: boolean) => Stage } = {
  Free: () => {
    const world = new Miniature();
    world.serve(world.peer, SERVED);
    const handle = world.victim.note('');
    const block = handles.blockToRead(handle);
    const spare = world.victim.note('');
    handle.drop();
    return { world, block, handle, spare };
  },
  Owned: (foreign) => {
    const world = new Miniature();
    const handle = foreign ? fromPeer(world, '') : world.victim.note('');
    world.serve(world.peer, SERVED);
    return { world, block: handles.blockToRead(handle), handle };
  },
  Lent: () => {
    const world = new Miniature();
    world.serve(world.peer, SERVED);
    const handle = world.victim.note('');
    const block = handles.blockToRead(handle);
    return { world, block, handle, call: send(world, world.victim, world.peer, 'measure', handle) };
  },
  Child: () => {
    const world = new Miniature();
    world.serve(world.peer, SERVED);
    const parent = world.victim.note('', world.victim.note(''));
    const handle = parent.next;
    return { world, block: handles.blockToRead(handle), handle, parent };
  },
  LentChild: () => {
    const world = new Miniature();
    world.serve(world.peer, SERVED);
    const parent = world.victim.note('', world.victim.note(''));
    const handle = parent.next;
    const block = handles.blockToRead(handle);
    return { world, block, handle, parent, call: send(world, world.victim, world.peer, 'measure', handle) };
  },
  Transit: () => {
    const world = new Miniature();
    world.serve(world.peer, { keep: () => 1 });
    const handle = world.victim.note('');
    const block = handles.blockToRead(handle);
    return { world, block, handle, call: send(world, world.victim, world.peer, 'keep', handle) };
  },
  Freeing: () => {
    const world = new Miniature();
    const handle = fromPeer(world, '');
    const block = handles.blockToRead(handle);
    handle.drop();
    return { world, block, handle };
  },
  Orphan: () => {
    const world = new Miniature();
    const handle = world.victim.note('');
    const block = handles.blockToRead(handle);
    // The owner dies while its value is lent to the peer, which is still at it.
    let during: () => void = () => {};
    world.serve(world.peer, { measure: () => (during(), 1) });
    const call = send(world, world.victim, world.peer, 'measure', handle);
    const stage: { -readonly [key in keyof Stage]: Stage[key] } & { serve: (inside: () => void) => void } = {
      world,
      block,
      handle: undefined,
      call,
      serve: (inside) => {
        during = () => {
          world.bury();
          inside();
        };
        world.peer.endpoint.serveAll();
      },
    };
    return stage;
  },
};

function stateOf({ world, block }: Stage, isLent: boolean): BlockState {
  const word = world.kernel.heap.ownership.ownerWord(block);
  switch (ownerKind(word)) {
    case OwnerKind.Domain:
      return isLent ? 'Lent' : 'Owned';
    case OwnerKind.Child:
      return isLent ? 'LentChild' : 'Child';
    case OwnerKind.Transit:
      return 'Transit';
    case OwnerKind.Freeing:
      return 'Freeing';
    case OwnerKind.Orphan:
      return 'Orphan';
    default:
      return 'Free';
  }
}

/** Ends the call that borrows. */
function giveBack({ world, call }: Stage): void {
  world.peer.endpoint.serveAll();
  world.victim.endpoint.caller.outcomes.take(call as PendingCall);
}

/** What brings an event about. Absent for a state: nothing can. */
const ACTS: { readonly [event in OwnershipEvent]: (stage: Stage, guard: string, from: BlockState) => void } = {
  alloc: ({ world, block }, guard) => {
    if (guard === 'no room') world.shared.controlViews.words[threadRow(indexOf(world.victim.id)) + X_QUOTA] = 0;
    expect(handles.blockToRead(world.victim.note(''))).toBe(block);
  },
  write: ({ handle }) => {
    handle.weight = 7;
    expect(handle.weight).toBe(7);
  },
  attach: ({ world, handle, spare }, guard) => {
    const other = spare ?? world.victim.note('');
    (guard === 'below itself' ? handle : other).next = handle;
  },
  detach: ({ parent, handle }) => {
    (parent ?? handle).take('next');
  },
  lend: ({ world, handle }) => void send(world, world.victim, world.peer, 'measure', handle),
  return: (stage, guard) => {
    const { world, handle, parent } = stage;
    if (guard === 'others remain') send(world, world.victim, world.peer, 'measure', handle);
    if (guard === 'last borrow of a dropped root') (parent ?? handle).drop();
    if (guard === 'others remain') {
      // One of the two calls ends without having started: the caller gives it up.
      world.victim.endpoint.caller.giveUp(stage.call as PendingCall, 'Cancelled');
      world.victim.endpoint.caller.outcomes.take(stage.call as PendingCall);
    } else giveBack(stage);
  },
  move: ({ world, handle }) => void send(world, world.victim, world.peer, 'keep', handle),
  take: ({ world }) => void world.peer.endpoint.serveAll(),
  'take back': ({ world, call, handle }) => {
    world.victim.endpoint.caller.giveUp(call as PendingCall, 'Cancelled');
    world.victim.endpoint.caller.outcomes.take(call as PendingCall);
    expect(handle.weight).toBe(0);
  },
  'record lets go': ({ world }) => world.bury(),
  drop: ({ handle }) => handle.drop(),
  drain: ({ world }) => world.peer.heap.arena.sweep(),
  'owner dies': ({ world, handle, parent }, guard) => {
    if (guard === 'a medium holds its tree') world.shared.controlViews.words[world.mediumAt] = handles.rootBlock(parent ?? handle);
    world.bury();
  },
  'next life': ({ world, handle }) => {
    world.medium(world.victim).put(handle);
    world.bury();
    world.medium(world.beginAnew());
  },
};

/** Inputs that no thread can bring about: nobody has a handle of an orphan, and only a record takes, gives back or lets go what it lists. */
function canHappen({ from, event, guard }: (typeof INPUTS)[number]): boolean {
  if (from === 'Orphan') return false;
  if (event === 'alloc') return from === 'Free';
  if (event === 'take' || event === 'take back' || event === 'record lets go') return from === 'Transit';
  if (event === 'return') return from === 'Lent' || from === 'LentChild';
  if (event === 'detach') return from !== 'Owned' && from !== 'Lent';
  if (event === 'attach' && guard === 'below itself') return from === 'Owned';
  if (event === 'next life') return from === 'Owned';
  if (event === 'owner dies' && guard === 'a medium holds its tree') return from === 'Owned' || from === 'Child';
  if (event === 'owner dies') return from !== 'Transit' && guard === 'none does';
  return !(event === 'drop' && guard === 'foreign page' && from !== 'Owned');
}

describe('the table of ownership', () => {
  it.each(INPUTS)('has exactly one row for $from, $event, $guard', ({ from, event, guard }) => {
    expect(rowsFor(from, event, guard)).toHaveLength(1);
  });

  it('has no row that no input reaches, and a commit for every change of a shared word', () => {
    for (const row of OWNERSHIP_ROWS) {
      expect(INPUTS.some(({ from, event, guard }) => rowsFor(from, event, guard).includes(row))).toBe(true);
      if ((BLOCK_STATES as readonly string[]).includes(row.to) && row.from.some((from) => from !== row.to) && row.between === '')
        expect(row.commit).not.toBe('');
    }
  });

  it('lets no owner word follow that no row allows', () => {
    const kinds = Object.values(OwnerKind).map((kind) => kind << 28);
    const pairs = kinds.flatMap((from) => kinds.map((to) => [ownerKind(from), ownerKind(to)] as const).filter(([, to]) => mayFollow(from, to << 28)));
    const named = Object.fromEntries(Object.entries(OwnerKind).map(([name, kind]) => [kind, name]));
    expect(pairs.map(([from, to]) => `${named[from]} -> ${named[to]}`).sort()).toEqual(
      [
        'Child -> Domain',
        'Child -> Freeing',
        'Child -> Nobody',
        'Domain -> Child',
        'Domain -> Domain',
        'Domain -> Freeing',
        'Domain -> Nobody',
        'Domain -> Orphan',
        'Domain -> Transit',
        'Freeing -> Freeing',
        'Freeing -> Nobody',
        'Nobody -> Domain',
        'Nobody -> Freeing',
        'Nobody -> Nobody',
        'Orphan -> Freeing',
        'Orphan -> Nobody',
        'Transit -> Domain',
        'Transit -> Freeing',
        'Transit -> Nobody',
      ].sort(),
    );
  });
});

describe('the heap does what the table says', () => {
  it.each(INPUTS.filter(canHappen))('of $from, $event, $guard', ({ from, event, guard }) => {
    const [{ to }] = rowsFor(from, event, guard);
    const stage = STAGES[from](guard === 'foreign page');
    expect(stateOf(stage, from.startsWith('Lent'))).toBe(from);
    const wasLent = from === 'Lent' || from === 'LentChild';
    const act = (): void => ACTS[event](stage, guard, from);
    if (to === 'LifetimeViolation' || to === 'ResourceExhausted') {
      expect(act).toThrow(expect.objectContaining({ name: to }));
      expect(stateOf(stage, wasLent)).toBe(from);
      return;
    }
    act();
    const isLent = event === 'lend' || (wasLent && (event !== 'return' || guard === 'others remain'));
    expect(stateOf(stage, isLent)).toBe(to === 'nothing' ? from : to);
  });

  it('of Lent, owner dies; then of Orphan, return: freed with the last borrow, and not before', () => {
    const stage = STAGES.Orphan(false) as Stage & { serve: (inside: () => void) => void };
    const { world } = stage;
    stage.serve(() => {
      expect(stateOf(stage, false)).toBe('Orphan');
      world.orphans.look();
      expect(stateOf(stage, false)).toBe('Orphan');
    });
    world.orphans.look();
    expect(stateOf(stage, false)).toBe('Free');
    expect(world.findings()).toEqual([]);
  });
});
