/**
 * The programs of a guarded kernel: what was loaded, from what, with which grants; and their load into each new process.
 *
 * The leaf is obtained once. Leaf files are read and judged here, by this process's policy. Source is built in the process of the kernel, so that a host does not even parse what it does not trust; the leaf that
 * comes back is what every later process loads, without another build.
 */
import { basename, extname, resolve } from 'node:path';
import { LEAF_FORMAT, type Leaf } from '../../abi/leaf.js';
import { obtain, type Obtained } from '../extension-source.js';
import { publish } from '../diagnostics.js';
import { LoadError } from '../load-error.js';
import { checkLoad, type LoadOptions } from '../load-options.js';
import { HostCounts } from '../metrics/host-counts.js';
import { restartOf } from '../restart-options.js';
import type { Trust } from '../trust.js';
import { drainMsOf, refuseAnotherProgram, type UpgradeOptions } from '../upgrade.js';
import { Malformed, type WireReference } from './copies.js';
import { GuardedDomain } from './guarded-domain.js';
import { type GuardedEmitter, tell } from './guarded-events.js';
import type { GuardedInterfaces } from './guarded-interfaces.js';
import { type GuardedProxy, guardedProxies } from './guarded-proxy.js';
import { heardLoaded } from './hearing.js';
import type { KernelLine } from './kernel-line.js';
import type { Lineup } from './lineup.js';
import type { FromHost, WireLife, WireLoad, WireLoaded } from './protocol.js';
import { ProcessGone, type Session } from './session.js';

/** A program that was being loaded again when so many processes in a row ended is not loaded again. */
const MOST_FATAL_LOADS = 3;

/** Loads of which something may be said before they have come to an end here. */
const MOST_LOADING = 1024;

const ENDED_DURING_LOAD = 'the kernel’s process ended while this was loaded: nothing of it is left, and it may be the reason';

/** What was granted is not lost while the program may need it for another life. */
type Grants = { readonly [name: string]: GuardedProxy };

interface Program {
  readonly number: number;
  /** The version that is loaded into the next process. */
  leaf: Leaf;
  readonly options: Omit<LoadOptions, 'grant'>;
  readonly grants: Grants;
  readonly supervisor: number | null;
  readonly domain: GuardedDomain;
  fatalLoads: number;
}

export interface ProgramsParts {
  /** Whose programs they are, for who watches. */
  readonly kernel: object;
  readonly line: () => KernelLine;
  readonly lineup: Lineup;
  readonly interfaces: GuardedInterfaces;
  readonly events: GuardedEmitter;
  readonly trust: Trust;
}

export class GuardedPrograms {
  readonly #parts: ProgramsParts;
  readonly #programs = new Map<number, Program>();
  readonly #counts = new HostCounts();
  /** What was said of programs whose load has not come to an end here. */
  readonly #early = new Map<number, WireLife>();

  constructor(parts: ProgramsParts) {
    this.#parts = parts;
  }

  /** Throws a LoadError that says what is wrong; also where the process ends meanwhile, for what is loaded may be what has ended it. */
  async load(extension: string | Uint8Array | Leaf, options: LoadOptions, supervisor: number | null): Promise<GuardedDomain> {
    checkLoad(extension, options, supervisor !== null);
    const about = options.name ?? (typeof extension === 'string' ? extension : 'a leaf');
    checkedGrants(options.grant ?? {}, about);
    return this.told(this.loadObtained(this.obtain(extension, options.name), options, supervisor));
  }

  /** As `load`, for a whole of which is `told`. */
  async loadObtained(obtained: Promise<Obtained>, options: LoadOptions, supervisor: number | null): Promise<GuardedDomain> {
    const { kernel } = this.#parts;
    const began = performance.now();
    const handle = await this.#loadObtained(await obtained, options, supervisor);
    const { name: domain, incarnation, provenance } = handle;
    publish('deciduous:load', () => ({ kernel, domain, incarnation, provenance, durationMs: performance.now() - began }));
    return handle;
  }

  /** Loads that were refused, through all processes, by reason. */
  get refused(): ReadonlyMap<string, number> {
    return this.#counts.refused;
  }

  /** Counts and publishes what a load, or the start of a whole system, is refused for: once, wherever on the way that is. */
  async told<Started>(starting: Promise<Started>): Promise<Started> {
    const { kernel } = this.#parts;
    try {
      return await starting;
    } catch (error) {
      this.#counts.failed(error);
      if (error instanceof LoadError) publish('deciduous:refused', () => ({ kernel, error }));
      throw error;
    }
  }

  async #loadObtained({ leaf, provenance }: Obtained, given: LoadOptions, supervisor: number | null): Promise<GuardedDomain> {
    const { grant = {}, ...options } = given;
    const name = options.name ?? leaf.name;
    const grants = checkedGrants(grant, name);
    const session = await this.#parts.line().untilSession();
    try {
      const number = this.#parts.lineup.newNumber();
      const { rebind } = restartOf(options.restart ?? {}, supervisor !== null);
      const wire = { program: number, leaf, options, grants: numbersOf(grants, session, name), livesBefore: 0, supervisor };
      const loaded = await this.#send(session, name, wire);
      const domain: GuardedDomain = new GuardedDomain(
        {
          number,
          name,
          schemas: leaf.schemas,
          rebind,
          limits: options.limits ?? {},
          provenance,
          interfaces: this.#parts.interfaces,
          session: () => this.#parts.line().session,
          untilSession: () => this.#parts.line().untilSession(),
          upgrade: (extension, upgradeOptions) => this.#upgrade(number, name, extension, upgradeOptions),
          onUnload: () => {
            this.#remove(number);
            publish('deciduous:unload', () => ({ kernel: this.#parts.kernel, domain: name, incarnation: domain.incarnation }));
          },
        },
        loaded,
      );
      if (!this.#parts.lineup.takes(supervisor)) {
        await domain.unload();
        throw new LoadError('DomainDead', name, 'its supervisor was unloaded');
      }
      const program: Program = { number, leaf, options, grants, supervisor, domain, fatalLoads: 0 };
      this.#programs.set(number, program);
      this.#parts.lineup.add(number, {
        supervisor,
        again: async (next) => (domain.staysDead === null && (await this.#loadOneAgain(next, program)) ? name : null),
        unloaded: () => domain.unloadedWithOthers(),
      });
      const early = this.#early.get(number);
      this.#early.delete(number);
      if (early !== undefined) domain.lives(early);
      return domain;
    } catch (error) {
      if (!(error instanceof ProcessGone)) throw error;
      throw new LoadError('DomainCrashed', name, ENDED_DURING_LOAD);
    }
  }

  /** The leaf of an extension. Throws a LoadError that says what is wrong; also where the process ends in which it is built. */
  async obtain(extension: string | Uint8Array | Leaf, name: string | undefined): Promise<Obtained> {
    if (typeof extension !== 'string' || extname(extension) === '.leaf') return obtain(extension, name, this.#parts.trust);
    this.#parts.trust.refuseUnsigned(extension, 'source');
    const named = name ?? basename(extension, extname(extension));
    const session = await this.#parts.line().untilSession();
    const built = await session
      .ask(`the build of ${named}`, (id) => ({ op: 'build', id, path: resolve(extension), file: extension, name: named }))
      .catch((error: unknown) => {
        throw error instanceof ProcessGone ? new LoadError('DomainCrashed', named, ENDED_DURING_LOAD) : error;
      });
    const leaf = (built ?? {}) as Leaf;
    if (leaf.format !== LEAF_FORMAT || typeof leaf.name !== 'string' || !Array.isArray(leaf.schemas)) {
      session.kill('it built what is no leaf');
      throw new LoadError('DomainCrashed', named, ENDED_DURING_LOAD);
    }
    return { leaf, provenance: { from: 'source', signedBy: null, digest: null, version: leaf.manifest?.version ?? null } };
  }

  #send(session: Session, name: string, load: WireLoad): Promise<WireLoaded> {
    return this.#loaded(session, `the load of ${name}`, (id) => ({ op: 'load', id, load }));
  }

  async #loaded(session: Session, about: string, message: (id: number) => FromHost): Promise<WireLoaded> {
    const told = await session.ask(about, message);
    try {
      return heardLoaded(told);
    } catch (error) {
      session.kill(`it said what cannot be: ${(error as Error).message}`);
      throw new ProcessGone(about);
    }
  }

  #remove(number: number): void {
    this.#programs.delete(number);
    this.#parts.lineup.remove(number);
  }

  /**
   * Puts a new version in the place of the present one. The next process is given the new version from the moment on at which this one has said that it runs, and until then the one before: also where the process ends on the way,
   * in which case this throws a LoadError.
   */
  async #upgrade(number: number, name: string, extension: string | Uint8Array | Leaf, options: UpgradeOptions): Promise<void> {
    checkLoad(extension, {});
    drainMsOf(options);
    const obtained = await this.obtain(extension, name);
    const { leaf, provenance } = obtained;
    const session = await this.#parts.line().untilSession();
    const program = this.#programs.get(number);
    if (program === undefined) throw new LoadError('DomainDead', name, 'it was unloaded');
    refuseAnotherProgram(name, program.leaf.name, obtained);
    const { domain } = program;
    let loaded: WireLoaded;
    try {
      loaded = await this.#loaded(session, `the upgrade of ${name}`, (id) => ({ op: 'upgrade', id, program: number, leaf, options }));
    } catch (error) {
      if (!(error instanceof ProcessGone)) throw error;
      throw new LoadError(
        'DomainCrashed',
        name,
        'the kernel’s process ended during the upgrade: the version before is loaded again, and the new one may be the reason',
      );
    }
    const from = domain.provenance.version;
    program.leaf = leaf;
    domain.upgraded(loaded, leaf.schemas, provenance);
    tell(this.#parts.events, 'upgrade', { domain: name, incarnation: loaded.incarnation, from, to: provenance.version });
  }

  async #loadOneAgain(session: Session, program: Program): Promise<boolean> {
    const { domain, leaf, number, supervisor } = program;
    const { name } = domain;
    try {
      const grants = numbersOf(program.grants, session, name);
      const options = { ...program.options, name, limits: domain.askedLimits };
      const loaded = await this.#send(session, name, { program: number, leaf, options, grants, livesBefore: domain.incarnation, supervisor });
      program.fatalLoads = 0;
      domain.loadedAgain(loaded);
      return true;
    } catch (error) {
      if (error instanceof ProcessGone && ++program.fatalLoads < MOST_FATAL_LOADS) throw error;
      this.#giveUp(program, error instanceof ProcessGone ? `its load ended ${MOST_FATAL_LOADS} processes of the kernel` : (error as Error).message);
      if (error instanceof ProcessGone) throw error;
      return false;
    }
  }

  #giveUp({ domain }: Program, reason: string): void {
    domain.stayedDead(reason);
    const given = { domain: domain.name, domains: [domain.name], supervisor: null, path: [], reason };
    publish('deciduous:give-up', () => ({ kernel: this.#parts.kernel, ...given }));
    tell(this.#parts.events, 'give-up', given);
  }

  /** What a process said of a life. */
  lives(life: WireLife): void {
    const program = this.#programs.get(life.program);
    if (program !== undefined) return program.domain.lives(life);
    const last = this.#parts.lineup.lastNumber;
    if (life.program > last) throw new Malformed('a life of a program that nobody has loaded');
    if (life.program > last - MOST_LOADING) this.#early.set(life.program, life);
    for (const number of this.#early.keys()) if (number <= last - MOST_LOADING) this.#early.delete(number);
  }

  allStayDead(reason: string): void {
    for (const { domain } of this.#programs.values()) domain.stayedDead(reason);
  }
}

function checkedGrants(grant: { readonly [name: string]: object }, domain: string): Grants {
  const grants: { [name: string]: GuardedProxy } = {};
  for (const [name, value] of Object.entries(grant)) {
    if (!guardedProxies.is(value))
      throw new TypeError(`grant.${name} for ${domain} must be a proxy: domain.get(Interface), kernel.log, or kernel.provide(Interface, implementation)`);
    guardedProxies.targetOf(value);
    grants[name] = value;
  }
  return grants;
}

/** Throws a LoadError where something that was granted has ended with its process. */
function numbersOf(grants: Grants, session: Session, domain: string): { readonly [name: string]: WireReference } {
  const numbers: { [name: string]: WireReference } = {};
  for (const [name, proxy] of Object.entries(grants)) {
    const bound = guardedProxies.grantedTarget(proxy).numberIn(session);
    if (bound === null) throw new LoadError('DomainDead', domain, `grant.${name} ended with an earlier process of the kernel, or with the life that it led to`);
    numbers[name] = { bound };
  }
  return numbers;
}
