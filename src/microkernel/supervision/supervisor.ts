/**
 * A supervisor: children in the order of their start, and what is done when one of them ends. Its own parent sees it as one child more, which has crashed when it gives up.
 *
 *   what ended is found elsewhere; `ended()` decides at once (decision.ts), and what follows is the group's business (group.ts)
 *   too many restarts: everything under it is stopped, last first, and the parent decides; at the root it is over
 */
import type { NextLife, RestartType, SupervisorRequest, SupervisorStats } from '../../abi/supervision.js';
import type { Child, Started, SupervisionClock } from './child.js';
import { decide, type End, type Standing, takenAlong } from './decision.js';
import { Group } from './group.js';
import { Intensity } from './intensity.js';

/** What supervisors tell of themselves. */
export interface SupervisionEvents {
  restarting(supervisor: Supervisor, because: Child, children: readonly Child[]): void;
  /** It stops everything, and its parent starts it again. */
  escalated(supervisor: Supervisor, because: Child, reason: string): void;
  /** Nobody starts what is under it again; all of it has been stopped. */
  gaveUp(supervisor: Supervisor, because: Child, reason: string): void;
}

export type SupervisorOptions = Omit<SupervisorRequest, 'parent'>;

export class Supervisor implements Child {
  readonly name: string;
  readonly when: RestartType;
  readonly parent: Supervisor | null;
  /** It stands for the restart policy of one program, and nobody sees it. */
  readonly isImplicit: boolean;
  readonly children: Child[] = [];
  readonly #options: SupervisorOptions;
  readonly #clock: SupervisionClock;
  readonly #events: SupervisionEvents;
  readonly #intensity: Intensity;
  readonly #groups = new Map<Child, Group>();
  #state: 'running' | 'starting' | 'stopped' | 'over' = 'running';
  /** Each start and stop of the whole is one: whoever waited through one does not go on. */
  #epoch = 0;
  #restarts = 0;
  #gaveUp = 0;
  #whenChanged: (() => void)[] = [];
  #admission: Promise<unknown> = Promise.resolve();

  constructor(options: SupervisorOptions, parent: Supervisor | null, clock: SupervisionClock, events: SupervisionEvents, isImplicit = false) {
    this.name = options.name;
    this.when = options.when;
    this.parent = parent;
    this.isImplicit = isImplicit;
    this.#options = options;
    this.#clock = clock;
    this.#events = events;
    this.#intensity = new Intensity(options.intensity, options.periodMs);
  }

  /** The names from the root down to this one. */
  get path(): readonly string[] {
    return [...(this.parent?.path ?? []), this.name];
  }

  /** Whether nobody under it is started any more. */
  get isOver(): boolean {
    return this.#state === 'over' || (this.parent?.isOver ?? false);
  }

  /** Whether it is that one, or stands under it. */
  isBelow(supervisor: Supervisor): boolean {
    return this === supervisor || (this.parent?.isBelow(supervisor) ?? false);
  }

  adopt(child: Child): void {
    this.children.push(child);
    const shared = this.#options.strategy === 'one-for-one' ? undefined : this.#groups.values().next().value;
    const group =
      shared ??
      new Group([], this.#options, this.#clock, {
        restarting: (because, children) => {
          this.#restarts++;
          this.#events.restarting(this, because, children);
        },
        refused: (refused, reason) => void this.ended(refused, 'refused', reason),
        changed: () => this.#look(),
      });
    group.members.push(child);
    this.#groups.set(child, group);
  }

  /** It was unloaded: nobody starts it again, and its siblings are not touched. */
  remove(child: Child): void {
    const at = this.children.indexOf(child);
    if (at < 0) return;
    this.children.splice(at, 1);
    this.#groups.get(child)?.remove(child);
    this.#groups.delete(child);
    this.#look();
  }

  /** How things stand with a child, for a decision about it. */
  #standing(child: Child): Standing {
    if (this.isOver) return 'over';
    if (this.#state === 'stopped' || this.#groups.get(child)?.isPending(child) === true) return 'stopping';
    return this.#state === 'starting' ? 'starting' : 'running';
  }

  /** What a child that is being stopped can expect. */
  afterStop(child: Child): NextLife {
    return this.isOver || child.when === 'never' ? 'none' : 'restart';
  }

  /** A child has ended. Answers at once what becomes of it; what that takes happens later. */
  ended(child: Child, end: End, reason: string): NextLife {
    const standing = this.#standing(child);
    switch (decide(standing, end, child.when)) {
      case 'leave':
        return 'none';
      case 'expected':
        return this.afterStop(child);
      case 'escalate':
        return this.#giveUp(child, `${child.name} did not start: ${reason}`);
      case 'count':
        return this.#count(child, end, reason);
    }
  }

  #count(child: Child, end: End, reason: string): NextLife {
    const { intensity, periodMs, strategy } = this.#options;
    if (this.#intensity.exceeds(this.#clock.now())) {
      const often = `it crashed more often than its restart policy allows (${intensity} times in ${periodMs} ms)`;
      return this.#giveUp(child, this.isImplicit ? often : `${child.name}: ${often}; at last: ${reason}`);
    }
    this.#groups.get(child)?.restart(child, takenAlong(strategy, this.children, child), end === 'refused');
    return 'restart';
  }

  #giveUp(child: Child, reason: string): NextLife {
    this.#gaveUp++;
    this.#cancel('stopped');
    const next = this.parent === null ? 'none' : this.parent.ended(this, 'crash', reason);
    if (next === 'restart') {
      this.#events.escalated(this, child, reason);
      return 'restart';
    }
    // A parent that gives up, too, stops and tells.
    if (next === 'none') void this.#end(child, reason);
    return 'give-up';
  }

  async #end(because: Child, reason: string): Promise<void> {
    this.#state = 'over';
    // Whoever found the end tells of it first.
    await Promise.resolve();
    await this.stop();
    this.endForGood(reason);
    this.#events.gaveUp(this, because, reason);
  }

  /** Nothing that is under way goes on. */
  #cancel(state: 'stopped' | 'over'): void {
    this.#epoch++;
    if (this.#state !== 'over') this.#state = state;
    for (const group of new Set(this.#groups.values())) group.cancel();
    this.#look();
  }

  /** Starts all children, first first. Where one does not come, this supervisor has given up. */
  async start(): Promise<Started> {
    const epoch = ++this.#epoch;
    this.#state = 'starting';
    this.#intensity.reset();
    for (const child of [...this.children]) {
      // It was unloaded while others started.
      if (!this.children.includes(child)) continue;
      if (child.when === 'never') {
        child.endForGood('its supervisor was started again, and its restart policy is never');
        continue;
      }
      const started = await child.start();
      if (epoch !== this.#epoch) return { ok: false, told: true, reason: 'it was stopped while it started' };
      if (started.ok) continue;
      if (!started.told && this.children.includes(child)) this.ended(child, 'refused', started.reason);
      if (epoch !== this.#epoch) return { ok: false, told: true, reason: started.reason };
    }
    this.#state = 'running';
    this.#look();
    return { ok: true };
  }

  /** Stops all children, last first. */
  async stop(): Promise<void> {
    this.#cancel('stopped');
    for (const child of [...this.children].reverse()) await child.stop();
  }

  /** Who is unloaded meanwhile is not waited for. */
  async gone(): Promise<void> {
    const here = new Set<Child>(this.children);
    for (const child of here) void child.gone().then(() => here.delete(child) && this.#look());
    while (this.children.some((child) => here.has(child))) await this.#change();
  }

  endForGood(reason: string): void {
    this.#cancel('over');
    this.#state = 'over';
    for (const child of this.children) child.endForGood(reason);
  }

  /** Runs when everything does, one load after the other: the order of loads is the order of starts. */
  admit<Answer>(load: () => Promise<Answer>): Promise<Answer> {
    const turn = this.#admission.then(() => this.#settled()).then(load);
    this.#admission = turn.then(
      () => {},
      () => {},
    );
    return turn;
  }

  get #isSettled(): boolean {
    return this.isOver || (this.#state === 'running' && ![...this.#groups.values()].some((group) => group.isBusy) && (this.parent?.isRunning ?? true));
  }

  /** Whether it is neither stopped nor being started, and nor is any above it. */
  get isRunning(): boolean {
    return this.#state === 'running' && (this.parent?.isRunning ?? true);
  }

  async #settled(): Promise<void> {
    while (!this.#isSettled) await this.#change();
  }

  /** Resolves when something may have changed that is waited for here. */
  #change(): Promise<void> {
    return new Promise((resolve) => this.#whenChanged.push(resolve));
  }

  #look(): void {
    const waiting = this.#whenChanged;
    this.#whenChanged = [];
    for (const resolve of waiting) resolve();
    for (const child of this.children) if (child instanceof Supervisor) child.#look();
  }

  get stats(): SupervisorStats {
    const isBusy = this.#state === 'starting' || [...this.#groups.values()].some((group) => group.isBusy);
    return {
      kind: 'supervisor',
      name: this.name,
      strategy: this.#options.strategy,
      state: this.isOver ? 'over' : this.#state === 'stopped' ? 'stopped' : isBusy ? 'restarting' : 'running',
      restarts: this.#restarts,
      gaveUp: this.#gaveUp,
      children: this.children.map((child) => (child instanceof Supervisor ? child.stats : { kind: 'domain', name: child.name })),
    };
  }
}
