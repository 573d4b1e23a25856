/** Scenes of calls, each played to its end with somebody struck at one step of it; and what must be so afterwards, whoever it was and wherever. */
import { CAUSE_OF, Company, MANY, type Name, type Premises, type Told, type Way } from './company.js';

export interface Scene {
  readonly name: string;
  /** Whose steps are struck. */
  readonly clocks: readonly Name[];
  /** Who dies, waiting or idle, at each step of whom. */
  readonly meanwhile: readonly (readonly [clock: Name, victim: Name])[];
  /** How a call may fail though nobody died. */
  readonly fails?: readonly string[];
  /** Another cause than the one who struck: the method's own. */
  readonly ownCause?: string;
  /** Brings about what the scene needs; not struck. Answers the scene. */
  prepare(company: Company): () => void;
}

const WORD = 'a text that goes along';

export const SCENES: readonly Scene[] = [
  {
    name: 'a call of numbers alone',
    clocks: ['A', 'B'],
    meanwhile: [
      ['A', 'B'],
      ['B', 'A'],
    ],
    prepare(company) {
      const { A, B } = company;
      company.serve(B, { add: (a: number, b: number) => (company.point(), a + b) });
      return () => company.as(A, () => void company.call(A, B, 'add', 1, 2));
    },
  },
  {
    name: 'a call that moves one value, lends another, passes a text and is answered with a value that moves',
    clocks: ['A', 'B'],
    meanwhile: [
      ['A', 'B'],
      ['B', 'A'],
    ],
    prepare(company) {
      const { A, B } = company;
      company.serve(B, {
        swap(moved, lent, word) {
          company.point();
          const answer = company.note(B, word, company.note(B, 'below'));
          moved.drop();
          company.point();
          if (lent.text !== 'lent' || lent.next.text !== 'and below') company.complaints.push('what is lent has changed');
          return answer;
        },
      });
      const [moved, lent] = values(company, 'A');
      return () => company.as(A, () => void company.call(A, B, 'swap', moved, lent, WORD));
    },
  },
  {
    name: 'a call whose arguments and result do not fit the record',
    clocks: ['A', 'B'],
    meanwhile: [['B', 'A']],
    prepare(company) {
      const { A, B } = company;
      company.serve(B, { wide: (moved, many) => (moved.drop(), [...many].reverse()) });
      const [moved] = values(company, 'A');
      const many = Array.from({ length: MANY }, (_, index) => index);
      return () => company.as(A, () => void company.call(A, B, 'wide', moved, many));
    },
  },
  {
    name: 'a chain A -> B -> C that lends on and moves on',
    clocks: ['A', 'B', 'C'],
    meanwhile: [
      ['B', 'A'],
      ['B', 'C'],
      ['C', 'A'],
      ['C', 'B'],
    ],
    prepare(company) {
      const { A, B, C } = company;
      company.serve(C, { look: (lent) => (company.point(), lent.weight), swap: (moved) => (company.point(), moved) });
      company.serve(B, {
        swap(moved, lent, word) {
          company.call(B, C, 'look', lent);
          const passed = company.call(B, C, 'swap', moved, lent, word);
          return passed.ok ? passed.value : company.note(B, 'instead');
        },
      });
      const [moved, lent] = values(company, 'A');
      return () => company.as(A, () => void company.call(A, B, 'swap', moved, lent, WORD));
    },
  },
  {
    name: 'a chain that comes back: A -> B -> A',
    clocks: ['A', 'B'],
    meanwhile: [
      ['A', 'B'],
      ['B', 'A'],
    ],
    prepare(company) {
      const { A, B } = company;
      company.serve(A, { swap: (moved, lent) => (company.point(), moved.drop(), company.note(A, `back ${lent.text}`)) });
      company.serve(B, {
        swap(moved, lent, word) {
          const passed = company.call(B, A, 'swap', company.note(B, 'there'), lent, word);
          if (passed.ok) passed.value.drop();
          return moved;
        },
      });
      const [moved, lent] = values(company, 'A');
      return () => company.as(A, () => void company.call(A, B, 'swap', moved, lent, WORD));
    },
  },
  {
    name: 'a call that its caller gives up while it runs',
    clocks: ['A', 'B'],
    meanwhile: [
      ['A', 'B'],
      ['B', 'A'],
    ],
    fails: ['Cancelled'],
    prepare(company) {
      const { A, B } = company;
      const [moved, lent] = values(company, 'A');
      let sent: ReturnType<Company['send']> | undefined;
      const giveUp = (): void => {
        if (!sent?.pending || !A.endpoint.caller.giveUp(sent.pending, 'Cancelled')) return;
        company.take(sent);
        if (!company.isBuried(B)) company.isImmutable(lent, 'A lends it to a call that it gave up, and that goes on');
      };
      company.serve(B, {
        swap(received, borrowed) {
          company.as(A, giveUp);
          if (borrowed.weight !== 4) company.complaints.push('what was lent is not what it was');
          received.drop();
          return company.note(B, 'too late');
        },
      });
      return () => {
        company.as(A, () => {
          sent = company.send(A, B, 'swap', moved, lent, WORD);
        });
        company.untilSettled(sent);
      };
    },
  },
  {
    name: 'a call that its callee refuses for want of room',
    clocks: ['A', 'B'],
    meanwhile: [['B', 'A']],
    fails: ['ResourceExhausted'],
    prepare(company) {
      const { A, B, parts, premises } = company;
      company.serve(B, { swap: (moved) => moved });
      premises.raw.controlViews.words[parts.threadRow(parts.indexOf(B.id)) + parts.X_QUOTA] = 1;
      const [moved, lent] = values(company, 'A');
      return () => company.as(A, () => void company.call(A, B, 'swap', moved, lent, WORD));
    },
  },
  {
    name: 'a call that is answered with a value of the wrong type',
    clocks: ['A', 'B'],
    meanwhile: [['B', 'A']],
    fails: ['InvalidType'],
    prepare(company) {
      const { A, B } = company;
      company.serve(B, { swap: (moved) => (moved.drop(), 'no note') });
      const [moved, lent] = values(company, 'A');
      return () => company.as(A, () => void company.call(A, B, 'swap', moved, lent, WORD));
    },
  },
  {
    name: 'a call whose method throws',
    clocks: ['A', 'B'],
    meanwhile: [['B', 'A']],
    fails: ['DomainCrashed'],
    ownCause: 'panic',
    prepare(company) {
      const { A, B } = company;
      company.serve(B, {
        swap() {
          throw new Error('told to');
        },
      });
      const [moved, lent] = values(company, 'A');
      return () => company.as(A, () => void company.call(A, B, 'swap', moved, lent, WORD));
    },
  },
  {
    name: 'two calls that wait in one mailbox, one behind the other',
    clocks: ['B'],
    meanwhile: [
      ['B', 'A'],
      ['B', 'C'],
    ],
    prepare(company) {
      const { B } = company;
      company.serve(B, { swap: (moved) => (company.point(), moved) });
      const sent: ReturnType<Company['send']>[] = [];
      for (const name of ['A', 'C'] as const) {
        const from = company[name];
        const [moved, lent] = values(company, name);
        company.as(from, () => void sent.push(company.send(from, B, 'swap', moved, lent, WORD)));
      }
      return () => {
        for (const each of sent) company.untilSettled(each);
      };
    },
  },
];

/** A tree that is to move and one that is to be lent. */
function values(company: Company, name: Name): [any, any] {
  const member = company[name];
  let made: [any, any] = [null, null];
  company.as(member, () => {
    made = [company.note(member, 'moved', company.note(member, 'its child')), company.note(member, 'lent', company.note(member, 'and below'))];
  });
  return made;
}

/** What strikes, and before which step of whom. */
export type Strike =
  | { readonly kind: 'alone'; readonly clock: Name; readonly way: Way; readonly at: number }
  /** The clock goes on; another one dies, and is buried at once or marked dead alone. */
  | { readonly kind: 'meanwhile'; readonly clock: Name; readonly victim: Name; readonly isBuried: boolean; readonly at: number }
  /** Both die at the same moment, and are buried in this order or the other. */
  | { readonly kind: 'together'; readonly clock: Name; readonly victim: Name; readonly clockFirst: boolean; readonly at: number };

/** Kills strike before writes: between two reads they are the same. An exception may arise at every atomic operation. */
function stepsOf(strike: Strike): 'write' | 'atomic' {
  return strike.kind === 'alone' && strike.way === 'panic' ? 'atomic' : 'write';
}

function apply(company: Company, strike: Strike): void {
  const clock = company[strike.clock];
  if (strike.kind === 'alone') {
    if (strike.way === 'panic') throw new RangeError('Maximum call stack size exceeded');
    return company.stop(clock, strike.way);
  }
  const victim = company[strike.victim];
  if (strike.kind === 'meanwhile') {
    if (strike.isBuried) return company.buryNow(victim, 'terminate()');
    company.stop(victim, 'terminate()');
    company.kernelTurn();
    return;
  }
  for (const member of strike.clockFirst ? [clock, victim] : [victim, clock]) company.stop(member, 'terminate()');
}

/** Plays a scene once. Answers everything that is not as it must be. */
export function play(premises: Premises, scene: Scene, strike: Strike | null): { company: Company; findings: string[] } {
  const company = new Company(premises);
  company.mayPanic = scene.ownCause !== undefined || (strike?.kind === 'alone' && strike.way === 'panic');
  // As a rule the others go on while a caller spins; now and then only when it sleeps.
  if (strike !== null && strike.at % 8 === 0) premises.parts.seam.waitForSleep();
  const act = scene.prepare(company);
  if (strike !== null) company.strikeBefore(strike.clock, stepsOf(strike), strike.at, () => apply(company, strike));
  act();
  premises.parts.seam.arm(null);
  company.finish();
  const findings = company.findings();
  for (const told of company.calls) findings.push(...judge(company, scene, strike, told));
  return { company, findings };
}

function judge(company: Company, scene: Scene, strike: Strike | null, told: Told): string[] {
  const name = `${told.from.name} -> ${told.to.name} ${told.method}`;
  if (told.result === undefined) return company.isDead(told.from) ? [] : [`${name}: no outcome`];
  const { result, stateAtStrike } = told;
  const own = scene.fails ?? [];
  // Whoever died by itself, in its own method, did so without being struck.
  const calleeWasStruck =
    strike !== null && (strike.kind === 'alone' ? strike.clock === told.to.name : strike.kind === 'meanwhile' ? strike.victim === told.to.name : true);
  if (!company.isDead(told.to) || !calleeWasStruck || stateAtStrike === 'taken') {
    if (result.ok ? own.length === 0 : own.includes(result.error.code)) return [];
    return result.ok ? [] : [`${name}: ${result.error.code}, and its callee was not struck`];
  }
  const expected = expectedOf(scene, strike as Strike, told);
  const actual = describe(told);
  return expected.includes(actual) ? [] : [`${name}, ${stateAtStrike ?? 'not sent'} when its callee was struck: ${actual}, and not ${expected.join(' or ')}`];
}

function describe({ result }: Told): string {
  if (result === undefined) return 'nothing';
  if (result.ok) return 'a value';
  const { code, cause, started } = result.error as { code: string; cause?: string; started: boolean };
  return `${code}${code === 'DomainCrashed' ? `(${cause})` : ''} ${started ? 'after it started' : 'before it started'}`;
}

/** What a caller may be told, by the state of its record when the callee was struck. */
function expectedOf(scene: Scene, strike: Strike, told: Told): string[] {
  const way: Way = strike.kind === 'alone' ? strike.way : 'terminate()';
  const causes = [CAUSE_OF[way], ...(scene.ownCause === undefined ? [] : [scene.ownCause])];
  const crashed = (when: string): string[] => causes.map((cause) => `DomainCrashed(${cause}) ${when} it started`);
  const failed = (scene.fails ?? []).map((code) =>
    code === 'DomainCrashed' ? `DomainCrashed(${scene.ownCause}) after it started` : `${code} after it started`,
  );
  switch (told.stateAtStrike) {
    case 'Free':
      // All but claimed, or all but released.
      return ['DomainDead before it started', ...crashed('before'), ...failed, ...(told.from.name === strike.clock ? ['a value'] : [])];
    case undefined:
    case 'Claimed':
      return ['DomainDead before it started', ...crashed('before')];
    case 'Sent':
      // A caller that is still at it sees by itself that the callee is dead; one that waits is told the cause.
      return [...crashed('before'), ...(strike.clock === told.from.name ? ['DomainDead before it started'] : [])];
    case 'Running':
    case 'Abandoned':
      return [...crashed('after'), ...(way === 'hang' ? ['TimedOut after it started'] : []), ...(scene.fails?.includes('Cancelled') ? failed : [])];
    case 'Replied':
      return ['a value'];
    case 'Faulted':
      return failed;
    case 'Refused':
      return (scene.fails ?? []).map((code) => `${code} before it started`);
    default:
      return [];
  }
}

/** Every strike of a scene. */
export function strikesOf(premises: Premises, scene: Scene): Strike[] {
  const strikes: Strike[] = [];
  const count = (clock: Name): { writes: number; atomics: number } => {
    const company = new Company(premises);
    const act = scene.prepare(company);
    premises.parts.seam.arm({ clock, by: 'write', at: -1, strike: () => {} });
    act();
    return premises.parts.seam.counted();
  };
  for (const clock of scene.clocks) {
    const { writes, atomics } = count(clock);
    for (let at = 0; at < atomics; at++) strikes.push({ kind: 'alone', clock, way: 'panic', at });
    for (let at = 0; at < writes; at++) for (const way of ['hang', 'heap exhaustion', 'terminate()'] as const) strikes.push({ kind: 'alone', clock, way, at });
  }
  for (const [clock, victim] of scene.meanwhile) {
    const { writes } = count(clock);
    for (let at = 0; at < writes; at++) {
      for (const isBuried of [true, false]) strikes.push({ kind: 'meanwhile', clock, victim, isBuried, at });
      for (const clockFirst of [true, false]) strikes.push({ kind: 'together', clock, victim, clockFirst, at });
    }
  }
  return strikes;
}

export function nameOf(strike: Strike): string {
  if (strike.kind === 'alone') return `${strike.way} of ${strike.clock} before its step ${strike.at}`;
  const how =
    strike.kind === 'together'
      ? `${strike.clock} and ${strike.victim} together, buried ${strike.clockFirst ? 'in this order' : 'the other way round'},`
      : `${strike.victim} ${strike.isBuried ? 'buried' : 'marked dead'}`;
  return `${how} before step ${strike.at} of ${strike.clock}`;
}
