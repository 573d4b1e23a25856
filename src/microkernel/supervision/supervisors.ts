/** All supervisors of a kernel, by number, and what they tell the host of. */
import type { KernelEvent, SuperviseReply } from '../../abi/kernel-protocol.js';
import { nowMs } from '../../abi/clock.js';
import type { RestartPolicy, SupervisorRequest, SupervisorStats } from '../../abi/supervision.js';
import { refusal } from '../refusal.js';
import type { Child, SupervisionClock } from './child.js';
import { type SupervisionEvents, Supervisor } from './supervisor.js';

/** Trees deeper than this are a mistake, and paths that go with every event. */
const MOST_DEPTH = 16;
const MOST_SUPERVISORS = 1024;

const UNLOADED = 'its supervisor was unloaded';

const CLOCK: SupervisionClock = {
  now: nowMs,
  after(milliseconds, run) {
    const timer = setTimeout(run, milliseconds);
    return () => clearTimeout(timer);
  },
};

export class Supervisors {
  readonly #emit: (event: KernelEvent) => void;
  readonly #all = new Map<number, Supervisor>();
  readonly #events: SupervisionEvents = {
    restarting: (supervisor, because, children) => {
      // A program by itself says so by its own events.
      if (!supervisor.isImplicit) this.#tell(supervisor, 'restart', because, children, `${because.name} has ended`);
    },
    escalated: (supervisor, because, reason) => this.#tell(supervisor, 'escalate', because, supervisor.children, reason),
    gaveUp: (supervisor, because, reason) => {
      const { path, isImplicit } = supervisor;
      this.#emit({
        event: 'give-up',
        domains: programsBelow(supervisor).map(({ name }) => name),
        domain: because.name,
        supervisor: isImplicit ? null : supervisor.name,
        path: isImplicit ? [] : path,
        reason,
      });
    },
  };
  #next = 1;
  #isClosing = false;

  constructor(emit: (event: KernelEvent) => void) {
    this.#emit = emit;
  }

  #tell(supervisor: Supervisor, did: 'restart' | 'escalate', because: Child, children: readonly Child[], reason: string): void {
    const names = children.map(({ name }) => name);
    this.#emit({ event: 'supervisor', supervisor: supervisor.name, path: supervisor.path, did, because: because.name, children: names, reason });
  }

  /** The one that stands for the restart policy of a program that was loaded by itself. */
  implicit(name: string, { when: _when, rebind: _rebind, standby: _standby, ...pace }: RestartPolicy): Supervisor {
    return new Supervisor({ name, when: 'never', strategy: 'one-for-one', ...pace }, null, CLOCK, this.#events, true);
  }

  supervise({ parent, ...options }: SupervisorRequest): SuperviseReply {
    const above = parent === null ? null : this.#all.get(parent);
    if (this.#isClosing) return refusal('DomainDead', 'the kernel is closing');
    if (above === undefined) return refusal('DomainDead', 'its parent was unloaded');
    if (above?.isOver === true) return refusal('DomainDead', `its parent ${above.name} has given up`);
    if (this.#all.size >= MOST_SUPERVISORS) return refusal('ResourceExhausted', `there are ${MOST_SUPERVISORS} supervisors already`);
    if ((above?.path.length ?? 0) >= MOST_DEPTH) return refusal('ResourceExhausted', `supervisors stand ${MOST_DEPTH} deep at the most`);
    const supervisor = new Supervisor(options, above, CLOCK, this.#events);
    above?.adopt(supervisor);
    this.#all.set(this.#next, supervisor);
    return { ok: true, supervisor: this.#next++ };
  }

  find(number: number): Supervisor | undefined {
    return this.#all.get(number);
  }

  /** It is over: what stood under it is the caller's to unload. Answers that, the last that was started first. */
  async remove(number: number): Promise<readonly Child[]> {
    const supervisor = this.#all.get(number);
    if (supervisor === undefined) return [];
    const children = programsBelow(supervisor).reverse();
    supervisor.parent?.remove(supervisor);
    supervisor.endForGood(UNLOADED);
    for (const [each, below] of this.#all) if (below.isBelow(supervisor)) this.#all.delete(each);
    await supervisor.stop();
    // Whoever came through its start meanwhile has been told of as living.
    supervisor.endForGood(UNLOADED);
    return children;
  }

  /** Nobody is started any more. */
  close(): void {
    this.#isClosing = true;
    for (const supervisor of this.#all.values()) if (supervisor.parent === null) supervisor.endForGood('the kernel closes');
  }

  get stats(): SupervisorStats[] {
    return [...this.#all.values()].filter(({ parent }) => parent === null).map(({ stats }) => stats);
  }
}

/** In the order of their start. */
export function programsBelow(supervisor: Supervisor): Child[] {
  return supervisor.children.flatMap((child) => (child instanceof Supervisor ? programsBelow(child) : [child]));
}
