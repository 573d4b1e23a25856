/** A supervisor of a guarded kernel, as its host holds it: through all processes, until it is unloaded. What it does with its children it does in the process of the kernel. */
import type { Leaf } from '../../abi/leaf.js';
import type { LoadOptions } from '../load-options.js';
import { checkSupervise, type SupervisorOptions } from '../supervisor-options.js';
import type { AsyncSupervisor } from './async-domain.js';
import type { GuardedDomain } from './guarded-domain.js';
import type { GuardedPrograms } from './guarded-programs.js';
import type { KernelLine } from './kernel-line.js';
import type { Lineup } from './lineup.js';
import type { WireSupervisor } from './protocol.js';
import { ProcessGone, type Session } from './session.js';

interface SupervisorParts {
  readonly number: number;
  readonly name: string;
  readonly path: readonly string[];
  readonly load: (extension: string | Uint8Array | Leaf, options: LoadOptions) => Promise<GuardedDomain>;
  readonly unload: () => Promise<void>;
}

export class GuardedSupervisor implements AsyncSupervisor {
  readonly #parts: SupervisorParts;
  #unloaded: Promise<void> | null = null;

  constructor(parts: SupervisorParts) {
    this.#parts = parts;
  }

  get name(): string {
    return this.#parts.name;
  }

  /** The names of those that it stands under, from the root, and its own. */
  get path(): readonly string[] {
    return this.#parts.path;
  }

  static numberOf(supervisor: GuardedSupervisor): number {
    return supervisor.#parts.number;
  }

  static is(value: unknown): value is GuardedSupervisor {
    return typeof value === 'object' && value !== null && #parts in value;
  }

  /** As `SupervisorHandle.load`. Rejected with `DomainCrashed` where the kernel's process ends meanwhile. */
  load(extension: string | Uint8Array | Leaf, options: LoadOptions = {}): Promise<GuardedDomain> {
    return this.#parts.load(extension, options);
  }

  /** Unloads all that stands under it, and the supervisor itself. Repeatable. */
  unload(): Promise<void> {
    this.#unloaded ??= this.#parts.unload();
    return this.#unloaded;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.unload();
  }
}

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
    checkSupervise(given, GuardedSupervisor.is);
    const { parent, ...options } = given as SupervisorOptions<GuardedSupervisor>;
    const supervisor = this.#lineup.newNumber();
    const above = parent === undefined ? null : GuardedSupervisor.numberOf(parent);
    await this.#makeSomewhere({ supervisor, parent: above, options });
    return new GuardedSupervisor({
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
