/** Two parts of the call path that meet: at each step of the one the other is done from its beginning to its end, nobody dies by chance, and afterwards every call has ended once and rightly. */
import { Company, type Name, type Premises } from './company.js';

export interface Meeting {
  readonly name: string;
  readonly clock: Name | 'kernel';
  /** Of its atomic operations every so-manieth alone is met, where most are looks at records that nobody uses; all its writes are. */
  readonly stride?: number;
  /** Brings about what both need. Answers the part that is stepped, the part that meets it, and what else must be so afterwards. */
  prepare(company: Company): { act: () => void; meets: () => void; judge?: () => string[] };
}

type Sent = ReturnType<Company['send']>;

const adds = (company: Company): void => company.serve(company.B, { add: (a: number, b: number) => a + b, swap: (moved: unknown) => moved });

function send(company: Company, from: Name, ...numbers: readonly number[]): Sent {
  let sent: Sent | undefined;
  company.as(company[from], () => {
    sent = company.send(company[from], company.B, 'add', ...numbers);
  });
  return sent as Sent;
}

function sendValue(company: Company, from: Name): Sent {
  const member = company[from];
  let sent: Sent | undefined;
  company.as(member, () => {
    sent = company.send(member, company.B, 'swap', company.note(member, 'moved'), company.note(member, 'lent'), 'a text');
  });
  return sent as Sent;
}

function giveUp(company: Company, sent: Sent): void {
  const { from } = sent.told;
  company.as(from, () => {
    if (sent.told.result === undefined && sent.pending !== null && from.endpoint.caller.giveUp(sent.pending, 'Cancelled')) company.take(sent);
  });
}

/** Each call's own answer: what it asked for, or why it was not done. */
function answers(company: Company, wanted: readonly (readonly [Sent | undefined, unknown])[]): string[] {
  return wanted.flatMap(([sent, value]) => {
    if (sent === undefined) return ['a call was not sent at all'];
    company.untilSettled(sent);
    const { result, from } = sent.told;
    if (result === undefined) return company.isDead(from) ? [] : [`${from.name}: no outcome`];
    const answer = result.ok ? result.value : result.error.code;
    return answer === value ? [] : [`${from.name}: ${String(answer)}, and not ${String(value)}`];
  });
}

export const MEETINGS: readonly Meeting[] = [
  {
    name: 'one sends, and another sends into the same mailbox',
    clock: 'A',
    prepare(company) {
      adds(company);
      let mine: Sent | undefined;
      let other: Sent | undefined;
      return {
        act: () => void (mine = send(company, 'A', 1, 2)),
        meets: () => void (other = send(company, 'C', 10, 20)),
        judge: () =>
          answers(company, [
            [mine, 3],
            [other, 30],
          ]),
      };
    },
  },
  {
    name: 'one takes its outcome and releases the record, and another sends',
    clock: 'A',
    prepare(company) {
      adds(company);
      const mine = send(company, 'A', 1, 2);
      company.as(company.B, () => void company.B.endpoint.serveAll());
      let other: Sent | undefined;
      return {
        act: () => company.untilSettled(mine),
        meets: () => void (other = send(company, 'C', 10, 20)),
        judge: () =>
          answers(company, [
            [mine, 3],
            [other, 30],
          ]),
      };
    },
  },
  {
    name: 'a call is served, and its caller gives it up',
    clock: 'B',
    prepare(company) {
      adds(company);
      const sent = sendValue(company, 'A');
      return {
        act: () => company.as(company.B, () => void company.B.endpoint.serveAll()),
        meets: () => giveUp(company, sent),
        judge: () => (company.untilSettled(sent), sent.told.result === undefined ? ['no outcome'] : []),
      };
    },
  },
  {
    name: 'a call is given up, and is served',
    clock: 'A',
    prepare(company) {
      adds(company);
      const sent = sendValue(company, 'A');
      return {
        act: () => giveUp(company, sent),
        meets: () => company.as(company.B, () => void company.B.endpoint.serveAll()),
        judge: () => (company.untilSettled(sent), sent.told.result === undefined ? ['no outcome'] : []),
      };
    },
  },
  {
    name: 'the kernel finds a wait-for cycle, and the call is given up and its record used again',
    clock: 'kernel',
    prepare(company) {
      adds(company);
      const { B, parts, premises } = company;
      const first = sendValue(company, 'A');
      const { record, word } = first.pending as NonNullable<Sent['pending']>;
      let second: Sent | undefined;
      return {
        act: () => company.asKernel(() => company.settlement.deadlock(record, parts.withState(word, parts.CallState.Sent))),
        meets() {
          giveUp(company, first);
          // The kernel may have been quicker: then the record is released only now.
          company.untilSettled(first);
          premises.raw.controlViews.words[parts.threadRow(parts.indexOf(B.id)) + parts.X_QUOTA] = 1;
          second = sendValue(company, 'A');
        },
        judge: () => answers(company, [[second, 'ResourceExhausted']]),
      };
    },
  },
  {
    name: 'the kernel marks a domain dead, and somebody sends to it',
    clock: 'kernel',
    prepare(company) {
      adds(company);
      company.stop(company.B, 'terminate()');
      let sent: Sent | undefined;
      return {
        act: () => company.asKernel(() => void company.kernelTurn()),
        meets: () => void (sent = sendValue(company, 'A')),
        judge() {
          const { result, from } = (sent as Sent).told;
          const isSettled = result !== undefined || from.endpoint.caller.isSettled((sent as Sent).pending as never);
          company.untilSettled(sent);
          return isSettled ? [] : ['a domain is marked dead, and a call waits in it'];
        },
      };
    },
  },
  {
    name: 'the kernel buries a caller, and its call is served',
    clock: 'kernel',
    stride: 17,
    prepare(company) {
      adds(company);
      sendValue(company, 'A');
      company.stop(company.A, 'heap exhaustion');
      return {
        act: () => company.asKernel(() => void company.kernelTurn()),
        meets: () => company.as(company.B, () => void company.B.endpoint.serveAll()),
      };
    },
  },
  {
    name: 'the kernel buries a callee, and the caller gives up',
    clock: 'kernel',
    stride: 17,
    prepare(company) {
      adds(company);
      const sent = sendValue(company, 'A');
      company.stop(company.B, 'heap exhaustion');
      return {
        act: () => company.asKernel(() => void company.kernelTurn()),
        meets: () => giveUp(company, sent),
        judge: () => (company.untilSettled(sent), sent.told.result === undefined ? ['no outcome'] : []),
      };
    },
  },
];

/** Plays a meeting; `at` -1 for nobody meets. Answers what is not as it must be, and how many steps there are. */
export function meet(premises: Premises, meeting: Meeting, by: 'write' | 'atomic', at: number): { findings: string[]; steps: number } {
  const { seam } = premises.parts;
  const company = new Company(premises);
  const { act, meets, judge } = meeting.prepare(company);
  let met = false;
  company.strikeBefore(meeting.clock, by, at, () => {
    met = true;
    meets();
  });
  act();
  const { writes, atomics } = seam.counted();
  seam.arm(null);
  const findings = met ? (judge?.() ?? []) : [];
  company.finish();
  findings.push(...company.findings());
  for (const told of company.calls) if (told.result === undefined && !company.isDead(told.from)) findings.push(`${told.from.name}: no outcome`);
  return { findings, steps: by === 'write' ? writes : atomics };
}

/** Plays a meeting at each step. Answers the first that is not as it must be, and how many executions that took. */
export function meetEverywhere(premises: Premises, meeting: Meeting): { failure: string | null; executions: number } {
  let executions = 0;
  for (const by of ['write', 'atomic'] as const) {
    const { steps } = meet(premises, meeting, by, -1);
    for (let at = 0; at < steps; at += by === 'write' ? 1 : (meeting.stride ?? 1)) {
      executions++;
      const { findings } = meet(premises, meeting, by, at);
      if (findings.length > 0) return { failure: `${meeting.name}, before ${by} ${at}: ${findings.join('; ')}`, executions };
    }
  }
  return { failure: null, executions };
}
