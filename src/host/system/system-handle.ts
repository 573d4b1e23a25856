/** A system that runs, as its host holds it. */
import type { DomainHandle } from '../domain-handle.js';
import type { SupervisorHandle } from '../supervisor-handle.js';

export class SystemHandle {
  readonly name: string;
  readonly #root: SupervisorHandle;
  readonly #domains: ReadonlyMap<string, DomainHandle>;
  readonly #supervisors: ReadonlyMap<string, SupervisorHandle>;

  constructor(name: string, root: SupervisorHandle, domains: ReadonlyMap<string, DomainHandle>, supervisors: ReadonlyMap<string, SupervisorHandle>) {
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
  domain(name: string): DomainHandle {
    return found('domain', name, this.#domains);
  }

  /** A supervisor, by its name. Throws a TypeError that lists those there are. */
  supervisor(name: string): SupervisorHandle {
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
