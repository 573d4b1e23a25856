/**
 * The kernel buries the owner of a medium, and what is in it goes on: at each step of that a borrower goes on, ends or dies; at each step of a borrower, or of the next life's beginning, the kernel buries the owner.
 * Whatever they do, the next life begins when nobody borrows any more, and finds what was kept whole, or is told why it is lost.
 */
import { Company, type Name, type Premises } from './company.js';

/** What the next life writes where there was the length of a text. */
const WRITTEN = 77;

/** A has a medium with a value in it; D is the next life of A's program. */
export class Custody {
  readonly company: Company;
  /** A's, and later D's. */
  medium: any;
  #lost: string | null = null;
  #mayBegin = false;
  #ordered: any;
  #isOpen = false;

  constructor(premises: Premises, isHost?: Name) {
    this.company = new Company(premises, isHost);
    const { company } = this;
    const { A, B, C } = company;
    // Who is struck panics where it says so.
    company.mayPanic = true;
    company.as(A, () => {
      this.medium = company.openMedium(A, company.mediumOrder(A));
      this.medium.put(company.note(A, 'kept', company.note(A, 'its child')));
    });
    company.serve(B, { look: (lent) => (this.#read(lent), 1) });
    company.serve(C, { look: (lent) => (this.#read(lent), 1) });
  }

  #read(lent: any): void {
    const { company } = this;
    for (let look = 0; look < 3; look++) {
      if (lent.weight !== lent.text.length || (lent.text !== 'its child' && lent.next.text !== 'its child'))
        company.complaints.push('what is borrowed has changed');
      company.point();
    }
  }

  /** A lends what it keeps to B, or a part of it; B has not begun. */
  lend(part: 'all' | 'a child' = 'all'): ReturnType<Company['send']> {
    const { company } = this;
    const { A, B } = company;
    let sent: ReturnType<Company['send']> | undefined;
    company.as(A, () => (sent = company.send(A, B, 'look', part === 'all' ? this.medium.value : this.medium.value.next)));
    return sent as ReturnType<Company['send']>;
  }

  /** B lends on what it was lent, to C, and has nothing else to do. */
  lendOn(): void {
    const { company } = this;
    const { B, C } = company;
    B.endpoint.callee.exports.length = 0;
    company.serve(B, {
      look(lent) {
        company.callAsync(B, C, 'look', lent);
        return 1;
      },
    });
    company.as(B, () => void B.endpoint.serveAll());
  }

  /** Those that borrow come to their ends. */
  endBorrows(): void {
    const { company } = this;
    company.as(company.C, () => void company.C.endpoint.serveAll());
    company.as(company.B, () => void (company.B.endpoint.serveAll(), company.B.endpoint.asyncCalls.poll()));
  }

  /** The thread of A has ended. */
  endA(): void {
    this.company.stop(this.company.A, 'heap exhaustion');
  }

  /** The kernel buries A, whatever else there is. */
  bury(): void {
    const { company } = this;
    company.asKernel(() => company.buryNow(company.A, 'heap exhaustion'));
    this.#mayBegin = true;
  }

  /** The next life begins, if the kernel lets it, and writes to what was kept. */
  begin(): void {
    const { company } = this;
    company.orphans.look();
    company.undertaker.look();
    if (!this.#mayBegin || !company.isUnlent || company.D !== null) return;
    this.order();
    this.open();
  }

  /** The next life is told of its medium. */
  order(): void {
    this.#ordered = this.company.mediumOrder(this.company.beginD(this.company.A));
    this.#lost = this.#ordered.lost;
  }

  /** It takes it over. */
  open(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    const D = this.company.D as NonNullable<Company['D']>;
    this.company.as(D, () => {
      this.medium = this.company.openMedium(D, this.#ordered);
      for (let at = this.medium.value; at !== null; at = at.next) at.weight = WRITTEN;
    });
  }

  /** Everybody goes on to the end, and the next life has had what was kept. Answers what is not as it must be. */
  findings(lost: string | null, found: string): string[] {
    const { company } = this;
    for (let round = 0; round < 3; round++) company.finish();
    this.#mayBegin ||= company.epitaphs.some(({ domain }) => domain === 'A');
    const findings: string[] = [];
    if (!this.#mayBegin) findings.push('the owner was not buried');
    this.begin();
    if (company.D === null) return [...findings, ...company.findings(), 'the next life waits for ever'];
    const texts: string[] = [];
    for (let at = this.medium.value; at !== null; at = at.next) texts.push(at.text);
    if (texts.join('+') !== found) findings.push(`the next life found ${texts.join('+') || 'nothing'}, and not ${found || 'nothing'}`);
    if ((this.#lost === null) !== (lost === null) || !(this.#lost ?? '').includes(lost ?? '')) findings.push(`it was told: ${this.#lost}, and not: ${lost}`);
    const { kept } = company.epitaphs.find(({ domain }) => domain === 'A') as (typeof company.epitaphs)[number];
    for (const each of kept) if ((each.lost === null) !== (lost === null)) findings.push(`the epitaph says: ${each.lost}`);
    company.as(company.D, () => {
      if (this.medium.value !== null && this.medium.value.weight !== WRITTEN && found.startsWith('kept'))
        findings.push('what the next life wrote is not there');
      this.medium.take()?.drop();
    });
    company.finish();
    return [...findings, ...company.findings()];
  }
}

export interface Scene {
  readonly name: string;
  readonly clock: Name | 'D' | 'kernel';
  readonly isHost?: Name;
  /** Kills strike before writes alone. */
  readonly isKill?: true;
  /** Why the next life finds nothing; null where it finds what was kept. */
  readonly lost?: string;
  /** What it finds then. */
  readonly found?: string;
  /** Brings about what is needed. Answers the part that is stepped. */
  prepare(custody: Custody): () => void;
  /** By name: what happens before each of its steps. */
  readonly meets: { readonly [name: string]: (custody: Custody) => void };
}

const ENDS: Scene['meets'] = { 'the borrowers come to their ends': (custody) => custody.endBorrows() };
const panic = (custody: Custody, name: Name): void =>
  custody.company.as(custody.company[name], () => custody.company[name].endpoint.panic.raise(new Error('told to'), null));
const BORROWER_DIES: Scene['meets'] = {
  'the borrower is killed': ({ company }) => company.stop(company.B, 'terminate()'),
  'the borrower panics': (custody) => panic(custody, 'B'),
};
const LAST_DIES: Scene['meets'] = {
  'whom it was lent on to is killed': ({ company }) => company.stop(company.C, 'terminate()'),
  'whom it was lent on to panics': (custody) => panic(custody, 'C'),
};
/** A has died, and lends to B, which lends on to C. */
const buriesWhoLends = (custody: Custody): (() => void) => {
  custody.lend();
  custody.lendOn();
  custody.endA();
  return () => custody.bury();
};

export const SCENES: readonly Scene[] = [
  {
    name: 'the kernel buries the owner, and who is to borrow has not begun',
    clock: 'kernel',
    prepare(custody) {
      custody.lend();
      custody.endA();
      return () => custody.bury();
    },
    meets: { ...ENDS, ...BORROWER_DIES },
  },
  {
    name: 'the kernel buries the owner, and who borrows has lent it on',
    clock: 'kernel',
    prepare: buriesWhoLends,
    meets: { ...ENDS, ...BORROWER_DIES, ...LAST_DIES },
  },
  {
    name: 'the kernel buries the owner, and the host borrows and has lent it on',
    clock: 'kernel',
    isHost: 'B',
    prepare: buriesWhoLends,
    meets: { ...ENDS, ...LAST_DIES },
  },
  {
    name: 'the kernel buries the owner, which had given up the call that borrows',
    clock: 'kernel',
    prepare(custody) {
      const { company } = custody;
      const sent = custody.lend('a child');
      custody.lendOn();
      company.as(company.A, () => {
        if (sent.pending !== null && company.A.endpoint.caller.giveUp(sent.pending, 'Cancelled')) company.take(sent);
      });
      custody.endA();
      return () => custody.bury();
    },
    meets: { ...ENDS, ...BORROWER_DIES },
  },
  {
    name: 'the kernel finds that what is borrowed is not what the medium names',
    clock: 'kernel',
    lost: 'it names what was not its own',
    found: '',
    prepare(custody) {
      const { company } = custody;
      const { B, parts } = company;
      const act = buriesWhoLends(custody);
      const other = company.note(B, 'of another one');
      const { words } = company.premises.raw.controlViews;
      words[parts.mediumWord(0, 0, company.premises.raw.pages) + parts.MEDIUM_ROOT] = parts.handles.rootBlock(other);
      return act;
    },
    meets: { ...ENDS, ...BORROWER_DIES },
  },
  {
    name: 'a borrower reads',
    clock: 'B',
    prepare(custody) {
      custody.lend();
      return () => custody.endBorrows();
    },
    meets: {
      'the kernel buries the owner, and the next life begins if it may'(custody) {
        custody.bury();
        custody.begin();
      },
    },
  },
  ...(['B', 'C'] as const).map(
    (clock): Scene => ({
      name: clock === 'C' ? 'a borrower reads what a dead one lends' : 'a borrower lets go of what a dead one lends, and it had lent on',
      clock,
      prepare(custody) {
        custody.lend('a child');
        custody.lendOn();
        custody.endA();
        custody.bury();
        return () => custody.endBorrows();
      },
      meets: {
        'the next life begins if it may': (custody) => custody.begin(),
        'it is killed and buried, and the next life begins if it may'(custody) {
          custody.company.buryNow(custody.company[clock], 'terminate()');
          custody.begin();
        },
      },
    }),
  ),
  {
    name: 'the kernel buries who has handed over',
    clock: 'kernel',
    prepare(custody) {
      custody.endA();
      custody.company.keepMedia(custody.company.A);
      custody.order();
      return () => custody.bury();
    },
    meets: { 'the next life takes over': (custody) => custody.open() },
  },
  {
    name: 'the next life takes over',
    clock: 'D',
    prepare(custody) {
      custody.endA();
      custody.company.keepMedia(custody.company.A);
      custody.order();
      return () => custody.open();
    },
    meets: { 'the kernel buries who has handed over': (custody) => custody.bury() },
  },
  {
    name: 'the owner lends what it keeps',
    clock: 'A',
    isKill: true,
    prepare: (custody) => () => void custody.lend(),
    meets: {
      'it is killed, and the kernel buries it at once': (custody) => custody.bury(),
      'it is killed, and who is to borrow goes on before it is buried'(custody) {
        custody.endA();
        custody.endBorrows();
        custody.bury();
        custody.begin();
      },
    },
  },
];

/** Plays a scene; `at` -1 for nothing happens meanwhile. Answers what is not as it must be, and how many steps there are. */
function play(premises: Premises, scene: Scene, meets: (custody: Custody) => void, by: 'write' | 'atomic', at: number): { findings: string[]; steps: number } {
  const custody = new Custody(premises, scene.isHost);
  const { company } = custody;
  const act = scene.prepare(custody);
  company.strikeBefore(scene.clock, by, at, () => meets(custody));
  act();
  const { writes, atomics } = company.parts.seam.counted();
  company.parts.seam.arm(null);
  if (company.D !== null) custody.open();
  if (company.epitaphs.every(({ domain }) => domain !== 'A')) custody.bury();
  return { findings: custody.findings(scene.lost ?? null, scene.found ?? 'kept+its child'), steps: by === 'write' ? writes : atomics };
}

/** Plays a scene with what meets it before each of its steps; of the kernel's atomic operations, most of which are looks at records that nobody uses, of every `stride`th. Answers the first that is not as it must be, and how many executions that took. */
export function playEverywhere(premises: Premises, scene: Scene, stride: number): { failure: string | null; executions: number } {
  let executions = 0;
  for (const [name, meets] of Object.entries(scene.meets)) {
    for (const by of scene.isKill ? (['write'] as const) : (['write', 'atomic'] as const)) {
      const { steps } = play(premises, scene, meets, by, -1);
      for (let at = -1; at < steps; at += by === 'atomic' && scene.clock === 'kernel' && at >= 0 ? stride : 1) {
        executions++;
        const { findings } = play(premises, scene, meets, by, at);
        if (findings.length > 0) return { failure: `${scene.name}, and ${name} before ${by} ${at}: ${findings.join('; ')}`, executions };
      }
    }
  }
  return { failure: null, executions };
}
