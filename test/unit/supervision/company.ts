/** Supervisors over children that are no domains, in a time that is no time: every order of ends, stops and starts can be brought about, and a day passes in a moment. */
import type { NextLife, RestartPace, RestartType, Strategy } from '../../../dist/abi/supervision.js';
import type { Child, Started, SupervisionClock } from '../../../dist/microkernel/supervision/child.js';
import type { End } from '../../../dist/microkernel/supervision/decision.js';
import { Supervisor, type SupervisionEvents } from '../../../dist/microkernel/supervision/supervisor.js';

/** Lets promises make what progress they can. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}

export class VirtualClock implements SupervisionClock {
  #now = 0;
  readonly #timers = new Set<{ readonly at: number; readonly run: () => void }>();

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, run: () => void): () => void {
    const timer = { at: this.#now + milliseconds, run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  get pending(): number {
    return this.#timers.size;
  }

  /** When the next timer is due; infinite for none. */
  get nextAt(): number {
    return Math.min(Number.POSITIVE_INFINITY, ...[...this.#timers].map(({ at }) => at));
  }

  /** Goes to that moment, timer by timer. `turn` lets what a timer began make progress. */
  async advanceTo(until: number, turn: () => Promise<void> = settle): Promise<void> {
    await turn();
    while (this.nextAt <= until) {
      this.#now = this.nextAt;
      for (const timer of [...this.#timers].filter(({ at }) => at <= this.#now)) {
        this.#timers.delete(timer);
        timer.run();
      }
      await turn();
    }
    this.#now = until;
  }

  advance(milliseconds: number): Promise<void> {
    return this.advanceTo(this.#now + milliseconds);
  }
}

/** A child that does as it is told, and notes what is done to it. */
export class Puppet implements Child {
  readonly name: string;
  readonly when: RestartType;
  readonly #company: Company;
  supervisor!: Supervisor;
  isLive = true;
  lives = 1;
  endedForGood: string | null = null;
  /** What its starts come to, the next first; all is well where nothing is said. `hang`: it does not come to an end until it is stopped. */
  readonly plan: ('crash' | 'refuse' | 'hang')[] = [];
  /** Its thread does not stop until `release()`. */
  isUnstoppable = false;
  #release: (() => void) | null = null;
  #gone: Promise<void> = Promise.resolve();
  #starting: ((started: Started) => void) | null = null;

  constructor(name: string, when: RestartType, company: Company) {
    this.name = name;
    this.when = when;
    this.#company = company;
  }

  start(): Promise<Started> {
    if (this.isLive) throw new Error(`${this.name} is started and lives`);
    const plan = this.plan.shift();
    this.#company.log.push(`+${this.name}`);
    if (plan === 'refuse') return Promise.resolve({ ok: false, told: false, reason: 'no thread' });
    this.lives++;
    this.isLive = true;
    if (plan === 'hang') return new Promise((resolve) => (this.#starting = resolve));
    if (plan === 'crash') {
      this.end();
      return Promise.resolve({ ok: false, told: true, reason: 'init' });
    }
    return Promise.resolve({ ok: true });
  }

  async stop(): Promise<void> {
    if (!this.isLive) return;
    this.#company.log.push(`-${this.name}`);
    await Promise.resolve();
    // It may have died by itself meanwhile.
    if (!this.isLive) return;
    this.isLive = false;
    this.#starting?.({ ok: false, told: true, reason: 'stopped' });
    this.#starting = null;
    if (this.isUnstoppable) this.#gone = new Promise((resolve) => (this.#release = resolve));
  }

  gone(): Promise<void> {
    return this.#gone;
  }

  /** Its thread has ended after all. */
  release(): void {
    this.#release?.();
  }

  endForGood(reason: string): void {
    this.endedForGood = reason;
  }

  /** It ends by itself. */
  end(how: End = 'crash'): NextLife {
    this.isLive = false;
    const next = this.supervisor.ended(this, how, 'as told');
    this.#company.log.push(`!${this.name}:${next}`);
    return next;
  }
}

export class Company {
  readonly clock = new VirtualClock();
  /** `+a` started, `-a` stopped, `!a:next` ended by itself. */
  readonly log: string[] = [];
  readonly gaveUp: { readonly supervisor: string; readonly because: string; readonly reason: string }[] = [];
  readonly escalated: string[] = [];
  readonly restarting: (readonly string[])[] = [];
  readonly #events: SupervisionEvents = {
    restarting: (_supervisor, _because, children) => this.restarting.push(children.map(({ name }) => name)),
    escalated: (supervisor) => this.escalated.push(supervisor.name),
    gaveUp: (supervisor, because, reason) => this.gaveUp.push({ supervisor: supervisor.name, because: because.name, reason }),
  };

  supervisor(strategy: Strategy, pace: Partial<RestartPace> = {}, parent: Supervisor | null = null, name = 'root', when: RestartType = 'always'): Supervisor {
    const made = new Supervisor(
      { name, strategy, when, intensity: 3, periodMs: 1000, backoffMs: 0, mostBackoffMs: 30_000, stableMs: 1000, ...pace },
      parent,
      this.clock,
      this.#events,
    );
    parent?.adopt(made);
    return made;
  }

  child(supervisor: Supervisor, name: string, when: RestartType = 'on-crash'): Puppet {
    const child = new Puppet(name, when, this);
    child.supervisor = supervisor;
    supervisor.adopt(child);
    return child;
  }

  children<Names extends readonly string[]>(supervisor: Supervisor, ...names: Names): { [index in keyof Names]: Puppet } {
    return names.map((name) => this.child(supervisor, name)) as { [index in keyof Names]: Puppet };
  }

  /** What has happened since the last look. */
  take(): string {
    return this.log.splice(0).join(' ');
  }
}
