/**
 * Children that are restarted together: all of a supervisor's, or each alone where it is one for one.
 *
 *   a child died ---> stop, last first ---> wait until nothing of them runs and the backoff is over ---> start, first first ---> all run
 *                      ^                      |                                                            |
 *                      +----------------------+--- another one died, which was not to be stopped ----------+
 *
 * One restart is under way at a time; whoever dies meanwhile joins it. Everything is asynchronous: the kernel's thread never waits here.
 */
import type { RestartPace } from '../../abi/supervision.js';
import { Backoff } from './backoff.js';
import type { Child, Started, SupervisionClock } from './child.js';

/** Whoever could not even begin is not tried again at once, whatever the backoff. */
const LEAST_RETRY_MS = 100;

/** What a group reports to its supervisor. */
export interface GroupWatcher {
  /** Children are about to be stopped and started, because one died. */
  restarting(because: Child, children: readonly Child[]): void;
  /** A life could not begin. */
  refused(child: Child, reason: string): void;
  /** Whether everything runs has changed. */
  changed(): void;
}

export class Group {
  /** In the order of their start. */
  readonly members: Child[];
  readonly #backoff: Backoff;
  readonly #clock: SupervisionClock;
  readonly #watcher: GroupWatcher;
  /** To be stopped, where they live, and started. */
  readonly #pending = new Set<Child>();
  #because: Child | null = null;
  #dueAt = 0;
  #isBusy = false;
  /** Changed by each end that counts, and where all of it is off. */
  #round = 0;
  /** Settled, and made anew, whenever what is waited for may have changed. */
  #news = new News();

  constructor(members: Child[], pace: RestartPace, clock: SupervisionClock, watcher: GroupWatcher) {
    this.members = members;
    this.#backoff = new Backoff(pace);
    this.#clock = clock;
    this.#watcher = watcher;
    this.#backoff.runs(clock.now());
  }

  get isBusy(): boolean {
    return this.#isBusy;
  }

  /** Whether a child is to be stopped, or is stopped and waits for its start. */
  isPending(child: Child): boolean {
    return this.#pending.has(child);
  }

  /** Stops and starts these, which are members, because one of them has ended. */
  restart(because: Child, children: readonly Child[], refused: boolean): void {
    const now = this.#clock.now();
    for (const child of children) this.#pending.add(child);
    this.#because = because;
    this.#round++;
    this.#dueAt = now + Math.max(this.#backoff.next(now), refused ? LEAST_RETRY_MS : 0);
    this.#interrupt();
    if (this.#isBusy) return;
    this.#isBusy = true;
    // Whoever found the end tells of it first.
    queueMicrotask(() => void this.#run());
  }

  /** Nothing of what is under way goes on. Whoever asks stops the children. */
  cancel(): void {
    this.#pending.clear();
    this.#backoff.reset(this.#clock.now());
    this.#round++;
    this.#interrupt();
  }

  remove(child: Child): void {
    const at = this.members.indexOf(child);
    if (at >= 0) this.members.splice(at, 1);
    this.#pending.delete(child);
    this.#interrupt();
  }

  #interrupt(): void {
    const news = this.#news;
    this.#news = new News();
    news.tell(null);
  }

  async #run(): Promise<void> {
    this.#watcher.changed();
    while (this.#pending.size > 0) {
      const because = this.#because;
      if (because !== null) this.#watcher.restarting(because, this.#inOrder());
      this.#because = null;
      await this.#stop();
      if (await this.#wait()) await this.#start();
    }
    this.#isBusy = false;
    this.#backoff.runs(this.#clock.now());
    this.#watcher.changed();
  }

  #inOrder(): Child[] {
    return this.members.filter((child) => this.#pending.has(child));
  }

  /** Whoever joins meanwhile is stopped in its turn. */
  async #stop(): Promise<void> {
    const asked = new Set<Child>();
    for (;;) {
      const child = this.#inOrder().findLast((each) => !asked.has(each));
      if (child === undefined) return;
      asked.add(child);
      await child.stop();
    }
  }

  /** Answers whether it is time to start, and nothing has come in between. */
  async #wait(): Promise<boolean> {
    const news = this.#news;
    await Promise.race([Promise.all(this.#inOrder().map((child) => child.gone())), news.told]);
    const rest = this.#dueAt - this.#clock.now();
    if (news === this.#news && rest > 0) {
      const due = new News();
      const forget = this.#clock.after(rest, () => due.tell(null));
      await Promise.race([due.told, news.told]);
      forget();
    }
    return news === this.#news;
  }

  async #start(): Promise<void> {
    for (const child of this.#inOrder()) {
      // It was unloaded while others started.
      if (!this.#pending.delete(child)) continue;
      if (child.when === 'never') {
        child.endForGood('its supervisor stopped it with its siblings, and its restart policy is never');
        continue;
      }
      const round = this.#round;
      const starting = child.start();
      let started: Started | null = null;
      while (started === null && this.#round === round) started = await Promise.race([starting, this.#news.told]);
      // Somebody died, or all of it is off: what has to be done is what is pending now.
      if (started === null || this.#round !== round) return;
      if (!started.ok) {
        if (!started.told && this.members.includes(child)) this.#watcher.refused(child, started.reason);
        return;
      }
    }
  }
}

/** Something that is told once. */
class News {
  tell: (nothing: null) => void = () => {};
  readonly told = new Promise<null>((resolve) => {
    this.tell = resolve;
  });
}
