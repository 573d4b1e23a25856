/** A loaded program of a guarded kernel, as its host holds it: through all its lives, in whatever process, until it is unloaded. */
import type { Leaf } from '../../abi/leaf.js';
import { findBadLimit, type Limits } from '../../abi/limits.js';
import type { InterfaceToken } from '../../abi/schema-tokens.js';
import type { Schema } from '../../abi/schema.js';
import type { Provenance } from '../extension-source.js';
import { LoadError } from '../load-error.js';
import { definitionOf, findProvided } from '../matching.js';
import type { UpgradeOptions } from '../upgrade.js';
import type { AsyncDomain, Asynchronous } from './async-domain.js';
import type { GuardedInterfaces } from './guarded-interfaces.js';
import type { WireLife, WireLoaded } from './protocol.js';
import type { Session } from './session.js';
import { Target } from './target.js';

export interface DomainParts {
  readonly number: number;
  readonly name: string;
  readonly schemas: readonly Schema[];
  readonly rebind: boolean;
  readonly limits: Partial<Limits>;
  readonly provenance: Provenance;
  readonly interfaces: GuardedInterfaces;
  /** The process that serves now; null between two. */
  readonly session: () => Session | null;
  /** As `session`, once there is one. Rejects where none will come. */
  readonly untilSession: () => Promise<Session>;
  readonly upgrade: (extension: string | Uint8Array | Leaf, options: UpgradeOptions) => Promise<void>;
  readonly onUnload: () => void;
}

export class GuardedDomain implements AsyncDomain {
  readonly name: string;
  readonly #parts: DomainParts;
  #loaded: WireLoaded;
  #schemas: readonly Schema[];
  #provenance: Provenance;
  #limits: Limits;
  #asked: Partial<Limits>;
  #isLive = true;
  #staysDead: string | null = null;
  #unloaded: Promise<void> | null = null;

  constructor(parts: DomainParts, loaded: WireLoaded) {
    this.name = parts.name;
    this.#parts = parts;
    this.#loaded = loaded;
    this.#schemas = parts.schemas;
    this.#provenance = parts.provenance;
    this.#limits = loaded.limits;
    this.#asked = parts.limits;
  }

  /** Which life this is, counted from 1 through all processes of the kernel. */
  get incarnation(): number {
    return this.#loaded.incarnation;
  }

  /** Whether a life accepts calls, as far as this process has heard. */
  get isLive(): boolean {
    return this.#isLive && this.#parts.session() !== null;
  }

  get provenance(): Provenance {
    return this.#provenance;
  }

  get limits(): Limits {
    return this.#limits;
  }

  /** Those that this process has asked for: what another says that they are is not asked for again. */
  get askedLimits(): Partial<Limits> {
    return this.#asked;
  }

  /** Why there will be no further life; null as long as there may be one. */
  get staysDead(): string | null {
    return this.#staysDead;
  }

  /** What it provides, by the names in its definition. */
  get provided(): { readonly [as: string]: InterfaceToken<object, never> } {
    const tokens = Object.entries(this.#loaded.provides).flatMap(([as, { interfaceId: id }]) => {
      const found = definitionOf(id, this.#schemas);
      return found === undefined ? [] : [[as, { kind: 'interface', name: found.name, id, schema: found.schema }] as const];
    });
    return Object.fromEntries(tokens);
  }

  /**
   * A proxy for an interface that the domain provides, whose methods are on `async` alone. What it leads to when a life has ended, in whatever way, is as without a guard: the next life for a shadow or with the restart
   * policy `rebind`, else nothing. Throws a TypeError where the domain does not provide it.
   */
  get<Proxy, Impl>(token: InterfaceToken<Proxy, Impl>, as?: string): Asynchronous<Proxy> {
    if (typeof token !== 'object' || token === null || token.kind !== 'interface') throw new TypeError('get() takes an interface of a generated module');
    const provides = Object.fromEntries(Object.entries(this.#loaded.provides).map(([name, what]) => [name, { ...what, exported: 0 }]));
    findProvided(this.name, provides, this.#schemas, token, as);
    const target = this.#target(token, as ?? null);
    return this.#parts.interfaces.proxy(token.name, token.schema, target) as unknown as Asynchronous<Proxy>;
  }

  #target({ name, schema, shadow }: InterfaceToken<unknown, unknown>, as: string | null): Target {
    const { number: program, rebind, session } = this.#parts;
    const isShadow = shadow === true;
    const whole = { kind: 'program' as const, program, name, isShadow, as };
    if (isShadow || rebind) return Target.lasting(this.name, (namer) => ({ ...whole, life: null, schema: namer.schemaNumber(schema) }), isShadow);
    const now = session();
    if (now === null) return Target.dead(this.name);
    return Target.ofLife(this.name, now, { ...whole, life: this.incarnation, schema: now.schemaNumber(schema) });
  }

  /** Resolves when a life accepts calls; rejects where the program stays dead. */
  async ready(): Promise<void> {
    for (;;) {
      if (this.#staysDead !== null) throw new Error(`${this.name} stays dead: ${this.#staysDead}`);
      const session = await this.#parts.untilSession();
      try {
        await this.#ask(session, 'ready');
        return;
      } catch (error) {
        // What it fails of where the program is not there any more is said better above.
        if (session.isRunning && this.#staysDead === null) throw error;
      }
    }
  }

  async #ask(session: Session, what: 'ready' | 'kill' | 'unload'): Promise<void> {
    await session.ask(`${what} of ${this.name}`, (id) => ({ op: 'ask', id, question: { about: 'program', what, program: this.#parts.number } }));
  }

  /** Changes limits, of this life and of those to come. Throws a TypeError for a limit that does not exist or cannot be. */
  async setLimits(limits: Partial<Limits>): Promise<void> {
    const bad = findBadLimit(limits);
    if (bad !== undefined) throw new TypeError(bad);
    this.#limits = { ...this.#limits, ...limits };
    this.#asked = { ...this.#asked, ...limits };
    // A process that does not serve yet may have loaded the program with those before.
    const session = await this.#parts.untilSession().catch(() => null);
    if (session === null) return;
    const question = { about: 'limits' as const, program: this.#parts.number, limits };
    // A process that ends meanwhile is followed by one that is told them at the load.
    await session
      .ask(`limits of ${this.name}`, (id) => ({ op: 'ask', id, question }))
      .catch((error: unknown) => {
        if (session.isRunning) throw error;
      });
  }

  /**
   * As `DomainHandle.upgrade`. Where the kernel's process ends meanwhile it throws a LoadError, and the version before is loaded again. What is kept is handed over by one process alone: the next begins without, in either version.
   */
  async upgrade(extension: string | Uint8Array | Leaf, options: UpgradeOptions = {}): Promise<void> {
    if (this.#unloaded !== null) throw new LoadError('DomainDead', this.name, 'it was unloaded');
    await this.#parts.upgrade(extension, options);
  }

  /** Ends the present life. What follows is the restart policy's business. */
  async kill(): Promise<void> {
    const session = this.#parts.session();
    if (session === null) return;
    await this.#ask(session, 'kill').catch((error: unknown) => {
      if (session.isRunning) throw error;
    });
  }

  /** Ends the program for good. */
  unload(): Promise<void> {
    this.#unloaded ??= this.#unload();
    return this.#unloaded;
  }

  async #unload(): Promise<void> {
    this.stayedDead('it was unloaded');
    this.#parts.onUnload();
    // A process that does not serve yet may have loaded it already; where none comes there is nothing to end.
    const session = await this.#parts.untilSession().catch(() => null);
    if (session === null) return;
    await this.#ask(session, 'unload').catch((error: unknown) => {
      if (session.isRunning) throw error;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.unload();
  }

  /** Called when a process has said what has become of its life. */
  lives({ incarnation, isLive, staysDead }: WireLife): void {
    this.#isLive = isLive;
    this.#loaded = { ...this.#loaded, incarnation };
    if (this.#unloaded === null) this.#staysDead = staysDead;
  }

  /** Called when a process has loaded the program again. */
  loadedAgain(loaded: WireLoaded): void {
    this.#loaded = loaded;
    this.#isLive = true;
  }

  /** Called when another version has taken over. What became of that may have been heard of before. */
  upgraded(loaded: WireLoaded, schemas: readonly Schema[], provenance: Provenance): void {
    if (loaded.incarnation > this.incarnation) this.#isLive = true;
    this.#loaded = { ...loaded, incarnation: Math.max(loaded.incarnation, this.incarnation) };
    this.#schemas = schemas;
    this.#provenance = provenance;
  }

  /** Called when its supervisor is unloaded. */
  unloadedWithOthers(): void {
    if (this.#unloaded !== null) return;
    this.#unloaded = Promise.resolve();
    this.stayedDead('it was unloaded');
    this.#parts.onUnload();
  }

  /** Called when there will be no further life. */
  stayedDead(reason: string): void {
    this.#staysDead ??= reason;
    this.#isLive = false;
  }

  /** The program's name and which of its lives this is, for messages. */
  toString(): string {
    return `${this.name}#${this.incarnation}`;
  }
}
