/**
 * A domain ends itself: from the throw to the ring that follows its last word. At each step of that it is killed, or something else happens and it goes on; the kernel buries it by its word (PARTED in its row) while
 * its thread is still there, and gives its row away at once.
 */
import { Company, type Premises, type Told } from './company.js';

type Sent = ReturnType<Company['send']>;

/** A panic that is under way, with what others have asked of the one who panics. */
export interface Panicking {
  /** The call that it serves; null where it serves none. */
  served: Sent | null;
  /** Calls that wait in its mailbox. */
  readonly waiting: Sent[];
}

export interface Parting {
  readonly name: string;
  /** What it says that it died of. */
  readonly cause: string;
  /** Brings B to the throw. `begins` is called right before it. */
  play(company: Company, panicking: Panicking, begins: () => void): void;
}

const swap = (company: Company, from: 'A' | 'C'): Sent => {
  const member = company[from];
  let sent: Sent | undefined;
  company.as(member, () => {
    const lent = company.note(member, 'lent', company.note(member, 'and below'));
    sent = company.send(member, company.B, 'swap', company.note(member, 'moved', company.note(member, 'its child')), lent, 'a text');
  });
  return sent as Sent;
};

/** A calls B, C waits behind it, and B does `work` and throws. */
function whileServing(company: Company, panicking: Panicking, begins: () => void, work: (moved: any, lent: any) => void): void {
  const { B } = company;
  company.serve(B, {
    swap(moved, lent) {
      work(moved, lent);
      begins();
      throw new Error('told to');
    },
  });
  panicking.served = swap(company, 'A');
  panicking.waiting.push(swap(company, 'C'));
  company.as(B, () => void B.endpoint.serveAll());
}

export const PARTINGS: readonly Parting[] = [
  {
    name: 'while it serves a call',
    cause: 'panic',
    play: (company, panicking, begins) => whileServing(company, panicking, begins, (moved) => moved.drop()),
  },
  {
    name: 'while it is idle, with calls in its mailbox',
    cause: 'panic',
    play(company, panicking, begins) {
      const { B } = company;
      company.serve(B, {});
      panicking.waiting.push(swap(company, 'A'), swap(company, 'C'));
      company.as(B, () => {
        begins();
        B.endpoint.panic.raise(new Error('a timer of it throws'), null);
      });
    },
  },
  {
    name: 'with a call of its own under way that lends on what it was lent',
    cause: 'panic',
    play(company, panicking, begins) {
      const { A, C } = company;
      company.serve(C, {
        swap(moved, lent) {
          const { told, pending } = panicking.served as Sent;
          // Whatever A has been told by now, C reads what it has lent.
          if (!company.isDead(A) && told.result === undefined && pending !== null && A.endpoint.caller.isSettled(pending))
            company.as(A, () => company.take(panicking.served as Sent));
          if (!company.isDead(A)) company.isImmutable(told.args[1], 'a call that its callee had sent still reads it');
          if (lent.next.text !== 'and below') company.complaints.push('what is lent on has changed');
          return moved;
        },
      });
      whileServing(company, panicking, begins, (_moved, lent) => company.callAsync(company.B, C, 'swap', company.note(company.B, 'of its own'), lent, 'on'));
    },
  },
  {
    name: 'in the middle of taking what a call has brought',
    cause: 'stack-overflow',
    play(company, panicking, begins) {
      const { B } = company;
      company.serve(B, { swap: (moved) => moved });
      panicking.served = swap(company, 'A');
      panicking.waiting.push(swap(company, 'C'));
      const tear = (): void => {
        if (!company.isServing(B) || !B.heap.operation.isMarked) return company.strikeBefore('B', 'atomic', 0, tear);
        begins();
        throw new RangeError('Maximum call stack size exceeded');
      };
      company.strikeBefore('B', 'atomic', 0, tear);
      company.as(B, () => void B.endpoint.serveAll());
    },
  },
];

/** What happens before a step of the panic. */
export interface Meeting {
  readonly name: string;
  /** Kills strike before writes: between two reads they are the same. */
  readonly isKill?: true;
  /** Of whom no cause is written yet, the callers are told this one. */
  readonly cause?: string;
  /** What else a caller may be told. */
  readonly code?: string;
  happen(company: Company, panicking: Panicking): void;
}

export const MEETINGS: readonly Meeting[] = [
  { name: 'its thread ends', isKill: true, cause: 'out-of-memory', happen: (company) => company.stop(company.B, 'heap exhaustion') },
  { name: 'it is killed', isKill: true, cause: 'killed', happen: (company) => company.stop(company.B, 'terminate()') },
  { name: 'the kernel marks it dead, and it goes on', cause: 'killed', happen: (company) => company.markDead(company.B, 'killed') },
  {
    name: 'its stack overflows',
    happen() {
      throw new RangeError('Maximum call stack size exceeded');
    },
  },
  {
    name: 'the kernel is rung, and its stack overflows',
    happen(company, panicking) {
      lookAndLet(company, panicking);
      throw new RangeError('Maximum call stack size exceeded');
    },
  },
  { name: 'the kernel is rung', happen: (company, panicking) => lookAndLet(company, panicking) },
  {
    name: 'another one has parted, too',
    happen(company, panicking) {
      const { parts, premises } = company;
      premises.raw.controlViews.words[parts.X_PARTED]++;
      lookAndLet(company, panicking);
    },
  },
  {
    name: 'its caller gives up',
    code: 'Cancelled',
    happen(company, { served, waiting }) {
      const sent = (served ?? waiting[0]) as Sent;
      company.as(company.A, () => {
        if (sent.pending !== null && company.A.endpoint.caller.giveUp(sent.pending, 'Cancelled')) company.take(sent);
      });
    },
  },
  { name: 'its caller is killed and buried', happen: (company) => company.buryNow(company.A, 'terminate()') },
];

/** What a kernel that looks finds: where B has parted it is buried, its callers take what they were told, and another one lives in its row from then on. */
function lookAndLet(company: Company, { served, waiting }: Panicking): void {
  company.lookForParted();
  if (company.epitaphs.length === 0) return;
  for (const sent of [served, ...waiting]) company.untilSettled(sent ?? undefined);
  company.orphans.look();
  company.undertaker.look();
  const tenant = company.beginD();
  if (company.parts.indexOf(tenant.id) !== company.parts.indexOf(company.B.id)) company.complaints.push('the row was not given away');
  company.serve(tenant, { swap: (moved, lent) => (lent.text === 'lent' ? moved : company.complaints.push('what is lent has changed')) });
  company.as(tenant, () => void company.note(tenant, 'of the new tenant', company.note(tenant, 'and below')));
  company.as(company.A, () => {
    const { A } = company;
    company.send(A, tenant, 'swap', company.note(A, 'moved'), company.note(A, 'lent'), 'a text');
  });
}

/** Plays a parting; `at` -1 for nothing happens. Answers what is not as it must be, and how many steps there are. */
export function part(premises: Premises, parting: Parting, meeting: Meeting, by: 'write' | 'atomic', at: number): { findings: string[]; steps: number } {
  const { parts } = premises;
  const company = new Company(premises);
  const { B } = company;
  const { words } = premises.raw.controlViews;
  const row = parts.threadRow(parts.indexOf(B.id));
  // It sleeps, so that it is rung.
  words[parts.threadRow(parts.KERNEL_INDEX) + parts.PARKED] = 1;
  company.mayPanic = true;
  const panicking: Panicking = { served: null, waiting: [] };
  /** As the kernel finds it. */
  let { cause } = parting;
  let image: Int32Array[] | null = null;
  parting.play(company, panicking, () =>
    company.strikeBefore('B', by, at, () => {
      if (words[row + parts.CAUSE] === 0) cause = meeting.cause ?? cause;
      try {
        meeting.happen(company, panicking);
      } finally {
        if (company.epitaphs.some(({ domain }) => domain === 'B')) image = premises.image();
      }
    }),
  );
  const counted = parts.seam.counted();
  parts.seam.arm(null);
  const findings: string[] = [];
  const known = [parts.X_PARTED, parts.threadRow(parts.KERNEL_INDEX) + parts.X_DOORBELL];
  const written = image === null ? [] : premises.changedSince(image).filter((word) => !known.includes(word));
  if (written.length > 0)
    findings.push(`it was buried, and has written ${written.length} words, the first of them ${written[0] - row} words behind the beginning of its row`);
  words[parts.threadRow(parts.KERNEL_INDEX) + parts.PARKED] = 0;
  const hasParted = company.deaths.some(({ member, way }) => member === B && way === 'itself');
  company.lookForParted();
  if (hasParted && company.epitaphs.every(({ domain }) => domain !== 'B')) findings.push('it has parted, and the kernel waits for the end of its thread');
  company.finish();
  findings.push(...company.findings());
  const burials = company.epitaphs.filter(({ domain }) => domain === 'B');
  if (burials.length !== 1) findings.push(`it was buried ${burials.length} times`);
  for (const epitaph of burials) if (epitaph.cause !== cause) findings.push(`it died of ${epitaph.cause}, and not of ${cause}`);
  for (const told of company.calls) findings.push(...judge(company, panicking, told, cause, meeting.code));
  return { findings, steps: by === 'write' ? counted.writes : counted.atomics };
}

function judge(company: Company, { served }: Panicking, told: Told, cause: string, code: string | undefined): string[] {
  const name = `${told.from.name} -> ${told.to.name}`;
  if (told.result === undefined) return company.isDead(told.from) ? [] : [`${name}: no outcome`];
  const { result } = told;
  if (told.to !== company.B) return result.ok ? [] : [`${name}: ${result.error.code}, and nobody struck it`];
  if (result.ok) return [`${name}: a value`];
  const { error } = result as unknown as { error: { code: string; cause?: string; started: boolean } };
  const isServed = served?.told === told;
  // Refused by whoever was quicker: by the sender that finds nobody, or by itself.
  if (error.code === code || (!isServed && error.code === 'DomainDead' && !error.started)) return [];
  const isRight = error.code === 'DomainCrashed' && error.started === isServed && error.cause === cause;
  return isRight ? [] : [`${name}: ${error.code}(${error.cause}), started: ${error.started}, and not DomainCrashed(${cause})`];
}

/** Plays a parting with what happens before each of its steps. Answers the first that is not as it must be, and how many executions that took. */
export function partEverywhere(premises: Premises, parting: Parting, meeting: Meeting): { failure: string | null; executions: number } {
  let executions = 0;
  for (const by of meeting.isKill ? (['write'] as const) : (['write', 'atomic'] as const)) {
    const { steps } = part(premises, parting, meeting, by, -1);
    for (let at = -1; at < steps; at++) {
      executions++;
      const { findings } = part(premises, parting, meeting, by, at);
      if (findings.length > 0) return { failure: `${parting.name}, ${meeting.name} before ${by} ${at}: ${findings.join('; ')}`, executions };
    }
  }
  return { failure: null, executions };
}
