/** A system that runs, as its host holds it. */
import type { DomainHandle } from '../domain-handle.js';
import type { AsyncDomain, AsyncSupervisor } from '../guard/async-domain.js';
import type { SupervisorHandle } from '../supervisor-handle.js';

export class SystemHandle<Domain extends AsyncDomain = DomainHandle, Supervisor extends AsyncSupervisor = SupervisorHandle> {
  readonly name: string;
  readonly #root: Supervisor;
  readonly #domains: ReadonlyMap<string, Domain>;
  readonly #supervisors: ReadonlyMap<string, Supervisor>;

  constructor(name: string, root: Supervisor, domains: ReadonlyMap<string, Domain>, supervisors: ReadonlyMap<string, Supervisor>) {
    this.name = name;
    this.#root = root;
    this.#domains = domains;
    this.#supervisors = supervisors;
  }

  /** The names of its domains, in the order in which they were started. */
  get started(): readonly string[] {
    return [...this.#domains.keys()];
  }

  /** A domain, by its name. Throws a TypeError that lists those there are. */
  domain(name: string): Domain {
    return found('domain', name, this.#domains);
  }

  /** A supervisor, by its name. Throws a TypeError that lists those there are. */
  supervisor(name: string): Supervisor {
    return found('supervisor', name, this.#supervisors);
  }

  /** Unloads all of it, the last that was started first. Repeatable. */
  unload(): Promise<void> {
    return this.#root.unload();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.unload();
  }
}

function found<Thing>(what: string, name: string, things: ReadonlyMap<string, Thing>): Thing {
  const thing = things.get(name);
  if (thing === undefined) throw new TypeError(`this system has no ${what} '${name}'; it has ${[...things.keys()].join(', ')}`);
  return thing;
}
