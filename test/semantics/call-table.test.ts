/** The table of a call record, enumerated: every state, event and party has one row, or comes too late, or cannot be; and the call path does what the row says, with all that the record carries. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OwnerKind, ownerKind, ownedBy } from '../../dist/abi/domain-id.js';
import { CallState, callState, R_STATE, R_X_CALLER, withState } from '../../dist/abi/record-layout.js';
import { LIFE, Life, lifeWord, threadRow, X_QUOTA } from '../../dist/abi/thread-layout.js';
import { CALL_EVENTS, CALL_TRANSITIONS, type CallEvent, isTransition, type Party } from '../../dist/proxy/call-transitions.js';
import { Company, loadParts, type Parts, Premises } from '../interleaving/company.js';
import { SteppedBuild } from '../interleaving/stepped-build.js';

type State = keyof typeof CallState;
interface Input {
  readonly from: State;
  readonly event: CallEvent;
  readonly by: Party;
}

const STATES = Object.keys(CallState) as State[];
const EVENTS = Object.keys(CALL_EVENTS) as CallEvent[];
const INPUTS: Input[] = STATES.flatMap((from) => EVENTS.flatMap((event) => CALL_EVENTS[event].map((by) => ({ from, event, by: by as Party }))));

/** States in which an event finds the record in the ordinary course of things, and leaves it as it is. */
const TOO_LATE: { readonly [event in CallEvent]: { readonly [by in Party]?: readonly State[] } } = {
  // Somebody else's record: whoever looks for one passes on to the next.
  claim: { caller: STATES.filter((state) => state !== 'Free') },
  send: {},
  // A bit that was set for an earlier look, or for a use of the record that has been given up.
  take: { callee: STATES.filter((state) => state !== 'Sent') },
  refuse: { callee: STATES.filter((state) => state !== 'Sent') },
  // The callee or the kernel was quicker.
  'give up': { caller: ['Free', 'Replied', 'Faulted', 'Refused', 'Abandoned', 'Ended'] },
  // Between the caller's SENT and its look the callee took it, and perhaps answered; or the kernel was quicker.
  'callee dead': {
    caller: ['Running', 'Replied', 'Faulted', 'Refused', 'Abandoned', 'Ended'],
    kernel: STATES.filter((state) => state !== 'Sent' && state !== 'Running'),
  },
  // Seen SENT in a tick, and something else by now.
  'wait-for cycle': { kernel: STATES.filter((state) => state !== 'Sent') },
  'time slice over': { kernel: STATES.filter((state) => state !== 'Running') },
  // The swap is lost: what was written is dropped, and the callee lets go.
  reply: { callee: ['Abandoned', 'Orphaned'] },
  fault: { callee: ['Abandoned', 'Orphaned'] },
  'let go': { kernel: ['Free', 'Claimed', 'Replied', 'Faulted', 'Refused', 'Ended'] },
  // Of a call that has not ended its caller takes an error at most: the record waits for the callee.
  'take outcome': { caller: ['Sent', 'Running', 'Abandoned'] },
  // It is free already, or not yet claimed: only the word that names its caller is cleared.
  'caller died': { kernel: ['Free'] },
};

/** Why an input cannot be, or undefined. */
function whyNever({ from, event, by }: Input): string | undefined {
  const isBefore = from === 'Free' || from === 'Claimed';
  switch (event) {
    case 'send':
      return from === 'Claimed' ? undefined : 'only whoever has claimed a record sends it, and once';
    case 'give up':
      if (from === 'Claimed') return 'the caller is inside its own send';
      return from === 'Orphaned' ? 'the caller is dead' : undefined;
    case 'callee dead':
      if (by === 'kernel') return undefined;
      if (isBefore) return 'the caller looks again after it has sent, and before it lets go';
      return from === 'Orphaned' ? 'the caller is dead' : undefined;
    case 'reply':
    case 'fault':
      return from === 'Running' || from === 'Abandoned' || from === 'Orphaned' ? undefined : 'the callee ends a call that it has taken, and once';
    case 'let go':
      if (by === 'callee') return from === 'Abandoned' || from === 'Orphaned' ? undefined : 'the callee lets go after its reply has been too late, and once';
      return from === 'Sent' || from === 'Running' ? 'a dead callee has been settled before' : undefined;
    case 'take outcome':
      if (isBefore) return 'the call has not been sent';
      return from === 'Orphaned' ? 'the caller is dead' : undefined;
    case 'caller died':
      return from === 'Orphaned' ? 'a caller dies once' : undefined;
    default:
      return undefined;
  }
}

/** The row of an input; none where the event leaves the record as it is, or cannot be. */
const rowFor = ({ from, event, by }: Input): (typeof CALL_TRANSITIONS)[number][] =>
  CALL_TRANSITIONS.filter((row) => row.from === from && row.event === event && row.by.includes(by));
const isTooLate = ({ from, event, by }: Input): boolean => TOO_LATE[event][by]?.includes(from) === true;

describe('the table of a call record', () => {
  it.each(INPUTS)('has one row for $from, $event by the $by; or it comes too late, or cannot be', (input) => {
    const kinds = [rowFor(input).length === 1, isTooLate(input), whyNever(input) !== undefined];
    expect(kinds.filter(Boolean)).toHaveLength(1);
    expect(rowFor(input).length).toBeLessThan(2);
  });

  it('has no row that no input reaches', () => {
    for (const row of CALL_TRANSITIONS) expect(row.by.every((by) => INPUTS.some((input) => input.by === by && rowFor(input).includes(row)))).toBe(true);
  });

  it('is what isTransition() says, for every pair of states', () => {
    for (const from of STATES) {
      for (const to of STATES)
        expect(isTransition(CallState[from], CallState[to]), `${from} -> ${to}`).toBe(CALL_TRANSITIONS.some((row) => row.from === from && row.to === to));
    }
  });

  it('stands in the pages, row for row', () => {
    const page = readFileSync(new URL('../../docs/semantics.md', import.meta.url), 'utf8');
    const [, table] = page.split('| state | event | by | next | what was carried |\n|---|---|---|---|---|\n');
    const lines = table.slice(0, table.indexOf('\n\n')).split('\n');
    expect(lines).toEqual(CALL_TRANSITIONS.map(({ from, event, by, to, carries }) => `| ${from} | ${event} | ${by.join(', ')} | ${to} | ${carries} |`));
  });
});

// --- real records ---------------------------------------------------------------------------------------------------

/** A record that has been brought into a state, in the middle of whatever brought it there. */
interface Stage {
  readonly company: Company;
  readonly record: number;
  readonly at: number;
  /** The state word of this use, as it was claimed. */
  readonly word: number;
  readonly pending: any;
  readonly moved: any;
  readonly lent: any;
  readonly movedBlock: number;
  readonly lentBlock: number;
  /** What the callee answers with, once its method has made it. */
  answer: { block: number; handle: any };
  /** Each swap of the state that succeeded, from when the record was in its state. */
  readonly moves: (readonly [number, number])[];
}

let parts: Parts;
let lastClaimed = -1;
let premises: Premises;
const build = new SteppedBuild(undefined, 'call-seam.mjs');
beforeAll(async () => {
  parts = await loadParts(build.root);
  premises = new Premises(parts, true);
  lastClaimed = lastStepClaimed();
});
afterAll(() => build.remove());

const raw = (): Int32Array => premises.raw.controlViews.words;
const stateOf = ({ at }: Pick<Stage, 'at'>): State => STATES.find((name) => CallState[name] === callState(raw()[at + R_STATE])) as State;
const ownerOf = ({ company }: Stage, block: number): number => company.kernel.heap.ownership.ownerWord(block);

/** How the callee's part ends, where the method gets that far. */
type Ending = 'value' | 'wrong';

/**
 * Brings a record into a state, does `work` there, and lets everything go on. Where the state is one in the middle of a part, so is the work: before the caller's SENT, or in the method.
 */
function inState(state: State, ending: Ending, work: (stage: Stage) => void): Stage {
  const company = new Company(premises);
  company.mayPanic = true;
  const { A, B, C } = company;
  const moves: Stage['moves'] = [];
  let isWatched = false;
  for (const { space } of [A, B, C].map(({ endpoint }) => endpoint).concat(company.kernel.endpoint as never)) {
    const move = space.move.bind(space);
    space.move = (at, word, from, to, why) => {
      const moved = move(at, word, from, to, why);
      if (moved && isWatched && at === stage.at) (stage.moves as [number, number][]).push([from, to]);
      return moved;
    };
  }
  const stage = { company, moves, answer: { block: 0, handle: null }, pending: null } as { -readonly [key in keyof Stage]: Stage[key] };
  const doIt = (): void => {
    expect(stateOf(stage)).toBe(state);
    isWatched = true;
    // Whoever does it is not whose part this is.
    const before = parts.seam.play('');
    work(stage);
    parts.seam.play(before);
  };
  const inMethod: { [state in State]?: () => void } = {
    Running: doIt,
    Abandoned() {
      company.as(A, () => expect(A.endpoint.caller.giveUp(stage.pending, 'Cancelled')).toBe(true));
      doIt();
    },
    Orphaned() {
      company.buryNow(A, 'terminate()');
      doIt();
    },
    Ended: () => company.as(A, () => expect(A.endpoint.caller.giveUp(stage.pending, 'Cancelled')).toBe(true)),
  };
  company.serve(B, {
    swap(received, borrowed) {
      expect([received.weight, borrowed.weight]).toEqual([5, 4]);
      const answer = company.note(B, 'answer');
      stage.answer = { block: parts.handles.rootBlock(answer), handle: answer };
      inMethod[state]?.();
      return ending === 'wrong' || state === 'Faulted' ? 'no note' : answer;
    },
  });
  company.as(A, () => {
    stage.moved = company.note(A, 'moved');
    stage.lent = company.note(A, 'lent');
  });
  stage.movedBlock = parts.handles.rootBlock(stage.moved);
  stage.lentBlock = parts.handles.rootBlock(stage.lent);
  // The first record that A looks at; its use before this one has made it known.
  stage.record = premiseRecord(company);
  stage.at = parts.recordWord(stage.record, premises.raw.pages);
  if (state === 'Refused') raw()[threadRow(parts.indexOf(B.id)) + X_QUOTA] = 1;
  const send = (): void => {
    company.as(A, () => {
      const sent = company.send(A, B, 'swap', stage.moved, stage.lent, 'a text');
      stage.pending = sent.pending;
    });
  };
  const words = raw();
  if (state === 'Claimed') {
    company.strikeBefore('A', 'atomic', lastClaimed, () => {
      stage.word = words[stage.at + R_STATE];
      doIt();
    });
  } else if (state === 'Free') {
    stage.word = words[stage.at + R_STATE];
    doIt();
    return stage;
  }
  send();
  parts.seam.arm(null);
  if (state === 'Claimed') return stage;
  stage.word = words[stage.at + R_STATE];
  if (state === 'Sent') {
    doIt();
    return stage;
  }
  company.as(B, () => void B.endpoint.serveAll());
  if (inMethod[state] === undefined || state === 'Ended') doIt();
  return stage;
}

/** A's first record in B's mailbox. */
function premiseRecord(company: Company): number {
  return parts.indexOf(company.B.id) * parts.RECORDS_PER_MAILBOX + ((parts.indexOf(company.A.id) * 37) & (parts.RECORDS_PER_MAILBOX - 1));
}

/** The last atomic operation of a caller's sending before which its record is claimed: the next one is the store of SENT. */
function lastStepClaimed(): number {
  for (let at = 0, last = -1; ; at++) {
    const company = new Company(premises);
    const record = parts.recordWord(premiseRecord(company), premises.raw.pages);
    let moved: any;
    let lent: any;
    company.as(company.A, () => {
      moved = company.note(company.A, 'moved');
      lent = company.note(company.A, 'lent');
    });
    let seen = -1;
    company.strikeBefore('A', 'atomic', at, () => {
      seen = callState(raw()[record + R_STATE]);
    });
    company.as(company.A, () => void company.send(company.A, company.B, 'swap', moved, lent, 'a text'));
    parts.seam.arm(null);
    company.finish();
    if (seen === CallState.Claimed) last = at;
    else if (last >= 0) return last;
  }
}

/** Marks the callee dead; its thread may go on. */
function markDead(company: Company): void {
  company.stop(company.B, 'terminate()');
  company.kernelTurn();
}

/** What has become of a call between its caller's SENT and the look that follows, with its callee dead by then. */
const BEFORE_THE_LOOK: { readonly [state in State]?: (company: Company, serve: (ending: Ending | 'stopped') => void) => void } = {
  // Marked by the kernel, which has not come to this record yet.
  Sent: sayDead,
  Running(company, serve) {
    serve('stopped');
    sayDead(company);
  },
  Replied(company, serve) {
    serve('value');
    company.buryNow(company.B, 'terminate()');
  },
  Faulted(company, serve) {
    serve('wrong');
    company.buryNow(company.B, 'terminate()');
  },
  Refused: markDead,
  Abandoned(company, serve) {
    serve('stopped');
    company.kernelTurn();
  },
  Ended(company, serve) {
    serve('stopped');
    company.buryNow(company.B, 'terminate()');
  },
};

function sayDead({ B }: Company): void {
  raw()[threadRow(parts.indexOf(B.id)) + LIFE] = lifeWord(Life.Dead, 1);
}

/** Answers the state of the record when its caller has looked, and the company. */
function lookAgain(state: State): { company: Company; after: State } {
  const company = new Company(premises);
  const { A, B } = company;
  let ending: Ending | 'stopped' = 'value';
  company.serve(B, {
    swap(received) {
      if (ending === 'stopped') {
        company.stop(B, 'terminate()');
        company.point();
      }
      return ending === 'wrong' ? 'no note' : received;
    },
  });
  let values: any[] = [];
  company.as(A, () => {
    values = [company.note(A, 'moved'), company.note(A, 'lent'), 'a text'];
  });
  const record = premiseRecord(company);
  const at = parts.recordWord(record, premises.raw.pages);
  company.strikeBefore('A', 'atomic', lastClaimed + 1, () => {
    expect(stateOf({ at })).toBe('Sent');
    BEFORE_THE_LOOK[state]?.(company, (how) => {
      ending = how;
      company.as(B, () => B.endpoint.callee.serve(record));
    });
    expect(stateOf({ at })).toBe(state);
  });
  let sent: ReturnType<Company['send']> | undefined;
  company.as(A, () => {
    sent = company.send(A, B, 'swap', ...values);
  });
  parts.seam.arm(null);
  const after = stateOf({ at });
  company.untilSettled(sent);
  return { company, after };
}

/** What brings an event about. `null`: it comes by itself when the stage goes on. */
const ACTS: { readonly [event in CallEvent]: (stage: Stage, by: Party) => void } = {
  claim: ({ company }) => company.as(company.C, () => void company.C.endpoint.space.claim(parts.indexOf(company.B.id))),
  send: () => {},
  take: ({ company, record }) => company.as(company.B, () => company.B.endpoint.callee.serve(record)),
  refuse({ company, record }) {
    raw()[threadRow(parts.indexOf(company.B.id)) + X_QUOTA] = 1;
    company.as(company.B, () => company.B.endpoint.callee.serve(record));
  },
  'give up': ({ company, pending }) => {
    // What is free by now was this use of it.
    if (pending !== null) company.as(company.A, () => void company.A.endpoint.caller.giveUp(pending, 'Cancelled'));
  },
  'callee dead': (stage, by) => (by === 'kernel' ? markDead(stage.company) : undefined),
  'wait-for cycle': ({ company, record, word }) => company.settlement.deadlock(record, withState(word, CallState.Sent)),
  'time slice over': ({ company, record }) => void company.settlement.timeOut(record),
  reply: () => {},
  fault: () => {},
  'let go': ({ company }, by) => (by === 'kernel' ? company.buryNow(company.B, 'terminate()') : undefined),
  'take outcome': ({ company, pending }) =>
    company.as(company.A, () => {
      const [told] = company.calls;
      company.take({ told, pending });
      company.A.endpoint.caller.outcomes.sweep();
      // What a caller takes of a call that has not ended, because it believes the kernel dead, is no outcome.
      if (told.result?.ok === false && told.result.error.code === 'KernelDied') delete told.result;
    }),
  'caller died': ({ company }) => company.buryNow(company.A, 'terminate()'),
};

/** Looked at when the event has happened and nothing else has: what the record carried. */
function carriedAsSaid(stage: Stage, carries: string): void {
  const { company, movedBlock, lentBlock, answer } = stage;
  const { A } = company;
  const argument = ownerOf(stage, movedBlock);
  const result = answer.block === 0 ? 0 : ownerOf(stage, answer.block);
  switch (carries) {
    case 'arguments in transit':
      return expect(ownerKind(argument)).toBe(OwnerKind.Transit);
    case "arguments become the callee's":
      // In the method they have been; it has ended by now, and they are its domain's still.
      return expect(argument).toBe(ownedBy(company.B.id));
    case 'arguments go back':
      expect(ownerKind(argument)).toBe(OwnerKind.Transit);
      company.untilSettled({ told: company.calls[0], pending: stage.pending });
      expect(company.calls[0].result).toMatchObject({ ok: false, error: { started: false } });
      expect(ownerOf(stage, movedBlock)).toBe(ownedBy(A.id));
      return expect(stage.moved.text).toBe('moved');
    case "arguments are the caller's again":
      expect(argument).toBe(ownedBy(A.id));
      return expect(stage.moved.text).toBe('moved');
    case 'arguments are dropped':
    case 'what was in transit is dropped':
      return isDropped(argument);
    case 'result in transit':
      return expect(ownerKind(result)).toBe(OwnerKind.Transit);
    case "result is the caller's":
      return expect(result).toBe(ownedBy(A.id));
    case 'result is dropped':
      return isDropped(result);
    case 'borrows go on':
      if (company.isDead(A)) return expect(ownerKind(ownerOf(stage, lentBlock))).toBe(OwnerKind.Orphan);
      return company.isImmutable(stage.lent, 'its call goes on');
    case 'result dropped, borrows end':
      // Of a callee that has ended with it, the answer is as dead as it is.
      isDropped(result);
      company.orphans.look();
      if (company.isDead(A)) return isDropped(ownerOf(stage, lentBlock));
      company.untilSettled({ told: company.calls[0], pending: stage.pending });
      return company.as(A, () => {
        A.endpoint.caller.outcomes.sweep();
        stage.lent.weight = 9;
      });
    case 'nothing':
    case 'nothing yet':
      return;
    default:
      expect.fail(`the test does not know what '${carries}' means`);
  }
}

/** Free, or on its way back to a page of somebody else's. */
function isDropped(word: number): void {
  expect([OwnerKind.Nobody, OwnerKind.Freeing]).toContain(ownerKind(word));
}

/** The events that come by themselves when the state's own part goes on. */
const isByItself = ({ event, by }: Input): boolean => event === 'send' || event === 'reply' || event === 'fault' || (event === 'let go' && by === 'callee');

/** Answers the state when the event has happened, and how many swaps that took. */
function bringAbout(input: Input): { stage: Stage; after: State; swaps: number } {
  const { from, event, by } = input;
  let after: State | undefined;
  let swaps: number | undefined;
  const stage = inState(from, event === 'fault' ? 'wrong' : 'value', (each) => {
    ACTS[event](each, by);
    if (isByItself(input)) return;
    after = stateOf(each);
    swaps = each.moves.length;
  });
  return { stage, after: after ?? stateOf(stage), swaps: swaps ?? stage.moves.length };
}

/** Everything goes on to its end, and nothing is left. */
function windUp({ company }: Stage, event: CallEvent): void {
  // Whoever claimed for the sake of claiming sends nothing.
  if (event === 'claim') company.buryNow(company.C, 'terminate()');
  company.finish();
  expect(company.findings()).toEqual([]);
}

describe('the call path does what the table says', () => {
  const happens = INPUTS.filter((input) => rowFor(input).length === 1);
  it.each(happens.filter(({ event, by }) => !(event === 'callee dead' && by === 'caller')))('of $from, $event by the $by', (input) => {
    const [{ from, to, carries }] = rowFor(input);
    const { stage, after, swaps } = bringAbout(input);
    // Where more follows in one go, the first swap is what the row is about.
    const [first] = stage.moves;
    if (swaps === 0) expect(after).toBe(to);
    else expect(first).toEqual([CallState[from], CallState[to]]);
    carriedAsSaid(stage, carries);
    windUp(stage, input.event);
  });

  it.each(INPUTS.filter((input) => isTooLate(input) && !(input.event === 'callee dead' && input.by === 'caller')))(
    'of $from, $event by the $by: it comes too late',
    (input) => {
      const { stage, after, swaps } = bringAbout(input);
      const isLetGo = input.event === 'reply' || input.event === 'fault';
      expect(after).toBe(isLetGo ? 'Ended' : input.from);
      if (isLetGo) expect(stage.moves).toEqual([[CallState[input.from], CallState.Ended]]);
      else expect(swaps).toBe(0);
      if (input.event === 'caller died') expect(raw()[stage.at + R_X_CALLER]).toBe(0);
      windUp(stage, input.event);
    },
  );

  it.each(Object.keys(BEFORE_THE_LOOK) as State[])('of %s, callee dead by the caller', (state) => {
    const { company, after } = lookAgain(state);
    expect(after).toBe(state === 'Sent' ? 'Refused' : state);
    const { result } = company.calls[0];
    if (state === 'Sent') expect(result).toMatchObject({ ok: false, error: { code: 'DomainDead', started: false } });
    expect(result).toBeDefined();
    // Only said to be dead so far: the kernel does the rest.
    company.buryNow(company.B, 'terminate()');
    company.finish();
    expect(company.findings()).toEqual([]);
  });

  it('throws for a swap without a row', () => {
    const { A } = new Company(premises);
    for (const from of STATES) {
      for (const to of STATES) {
        if (isTransition(CallState[from], CallState[to])) continue;
        expect(() => A.endpoint.space.move(0, 0, CallState[from], CallState[to])).toThrow(/no row of the call table leads from state/);
      }
    }
  });

  describe('and a record is free when both parties have let go, and not before:', () => {
    type Step = 'answers' | 'ends' | 'takes' | 'gives up' | 'dies';
    const callee: readonly Step[] = ['answers', 'ends'];
    const caller: readonly Step[] = ['takes', 'gives up', 'dies'];
    const orders = callee.flatMap((theirs) =>
      caller.flatMap((mine) => [
        { name: `the callee ${theirs}, then the caller ${mine}`, theirs, mine, isCalleeFirst: true },
        ...(mine === 'takes' ? [] : [{ name: `the caller ${mine}, then the callee ${theirs}`, theirs, mine, isCalleeFirst: false }]),
      ]),
    );

    it.each(orders)('$name', ({ theirs, mine, isCalleeFirst }) => {
      const company = new Company(premises);
      const { A, B } = company;
      const at = parts.recordWord(premiseRecord(company), premises.raw.pages);
      const isFree = (): boolean => raw()[at + R_X_CALLER] === 0;
      let sent: ReturnType<Company['send']> | undefined;
      const callersPart = (): void => {
        if (mine === 'dies') return company.buryNow(A, 'heap exhaustion');
        company.as(A, () => {
          if (mine === 'gives up') A.endpoint.caller.giveUp(sent?.pending as never, 'Cancelled');
          if (A.endpoint.caller.isSettled(sent?.pending as never)) company.take(sent as never);
          A.endpoint.caller.outcomes.sweep();
        });
      };
      company.serve(B, {
        swap(received) {
          expect(isFree()).toBe(false);
          const before = parts.seam.play('');
          if (!isCalleeFirst) callersPart();
          expect(isFree()).toBe(false);
          if (theirs === 'ends') company.stop(B, 'heap exhaustion');
          parts.seam.play(before);
          company.point();
          return received;
        },
      });
      company.as(A, () => {
        sent = company.send(A, B, 'swap', company.note(A, 'moved'), company.note(A, 'lent'), 'a text');
      });
      company.as(B, () => void B.endpoint.serveAll());
      if (theirs === 'ends') {
        // Its thread has ended; until the kernel says so, nothing is anybody's to use again.
        expect(isFree()).toBe(false);
        company.kernelTurn();
      }
      if (isCalleeFirst) {
        expect(isFree()).toBe(false);
        callersPart();
      } else if (mine === 'dies') {
        company.orphans.look();
      } else {
        expect(isFree()).toBe(false);
        company.as(A, () => A.endpoint.caller.outcomes.sweep());
      }
      expect(isFree()).toBe(true);
      company.finish();
      expect(company.findings()).toEqual([]);
    });
  });
});
