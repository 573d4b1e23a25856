/** Supervisors of a guarded kernel, as its host holds them: through all processes, until they are unloaded. What they do with their children they do in the process of the kernel. */
import { SupervisorHandle } from '../supervisor-handle.js';
import { checkSupervise, type SupervisorOptions } from '../supervisor-options.js';
import type { AsyncSupervisor } from './async-domain.js';
import type { GuardedDomain } from './guarded-domain.js';
import type { GuardedPrograms } from './guarded-programs.js';
import type { KernelLine } from './kernel-line.js';
import type { Lineup } from './lineup.js';
import type { WireSupervisor } from './protocol.js';
import { ProcessGone, type Session } from './session.js';

/** Its `load` is rejected with `DomainCrashed` where the kernel's process ends meanwhile. */
export type GuardedSupervisor = SupervisorHandle<GuardedDomain>;

export class GuardedSupervisors {
  readonly #line: () => KernelLine;
  readonly #lineup: Lineup;
  readonly #programs: GuardedPrograms;

  constructor(line: () => KernelLine, lineup: Lineup, programs: GuardedPrograms) {
    this.#line = line;
    this.#lineup = lineup;
    this.#programs = programs;
  }

  /** As `KernelHandle.supervise`. Nothing of an extension runs here, so where a process ends meanwhile it is asked of the next. */
  async supervise(given: SupervisorOptions<AsyncSupervisor>): Promise<GuardedSupervisor> {
    checkSupervise(given, (value) => SupervisorHandle.isOf(this, value));
    const { parent, ...options } = given as SupervisorOptions<GuardedSupervisor>;
    const supervisor = this.#lineup.newNumber();
    const above = parent === undefined ? null : SupervisorHandle.numberOf(parent);
    await this.#makeSomewhere({ supervisor, parent: above, options });
    return new SupervisorHandle({
      kernel: this,
      number: supervisor,
      name: options.name,
      path: [...(parent?.path ?? []), options.name],
      load: (extension, loadOptions) => this.#programs.load(extension, loadOptions, supervisor),
      unload: () => this.#unload(supervisor, options.name),
    });
  }

  async #makeSomewhere(wanted: WireSupervisor): Promise<void> {
    for (;;) {
      const session = await this.#line().untilSession();
      try {
        await make(session, wanted);
        break;
      } catch (error) {
        if (!(error instanceof ProcessGone)) throw error;
      }
    }
    if (!this.#lineup.takes(wanted.parent)) {
      await this.#unload(wanted.supervisor, wanted.options.name);
      throw new Error(`${wanted.options.name}: its parent was unloaded`);
    }
    this.#lineup.add(wanted.supervisor, {
      supervisor: wanted.parent,
      again: async (session) => {
        await make(session, wanted);
        return null;
      },
      unloaded: () => {},
    });
  }

  async #unload(supervisor: number, name: string): Promise<void> {
    const members = this.#lineup.removeTree(supervisor);
    const session = await this.#line()
      .untilSession()
      .catch(() => null);
    if (session === null) return;
    const question = { about: 'supervisor' as const, what: 'unload' as const, supervisor, members };
    await session
      .ask(`unload of ${name}`, (id) => ({ op: 'ask', id, question }))
      .catch((error: unknown) => {
        if (session.isRunning) throw error;
      });
  }
}

async function make(session: Session, wanted: WireSupervisor): Promise<void> {
  await session.ask(`the supervisor ${wanted.options.name}`, (id) => ({ op: 'supervise', id, wanted }));
}
