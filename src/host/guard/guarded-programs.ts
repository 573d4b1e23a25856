/**
 * The programs of a guarded kernel: what was loaded, from what, with which grants; and their load into each new process, in the same order.
 *
 * The leaf is obtained once. Leaf files are read and judged here, by this process's policy. Source is built in the process of the kernel, so that a host does not even parse what it does not trust; the leaf that
 * comes back is what every later process loads, without another build.
 */
import { basename, extname, resolve } from 'node:path';
import type { RestartPolicy } from '../../abi/supervision.js';
import { LEAF_FORMAT, type Leaf } from '../../abi/leaf.js';
import { obtain, type Provenance } from '../extension-source.js';
import { LoadError } from '../load-error.js';
import { checkLoad, type LoadOptions } from '../load-options.js';
import { restartOf } from '../restart-options.js';
import type { Trust } from '../trust.js';
import type { WireReference } from './copies.js';
import { GuardedDomain } from './guarded-domain.js';
import type { GuardedEmitter } from './guarded-events.js';
import type { GuardedInterfaces } from './guarded-interfaces.js';
import { type GuardedProxy, guardedProxies } from './guarded-proxy.js';
import { heardLoaded } from './hearing.js';
import type { KernelLine } from './kernel-line.js';
import type { WireLife, WireLoad, WireLoaded } from './protocol.js';
import { ProcessGone, type Session } from './session.js';

/** A program that was being loaded again when so many processes in a row ended is not loaded again. */
const MOST_FATAL_LOADS = 3;

/** Loads of which something may be said before they have come to an end here. */
const MOST_LOADING = 1024;

/** What was granted is not lost while the program may need it for another life. */
type Grants = { readonly [name: string]: GuardedProxy };

interface Program {
  readonly number: number;
  readonly leaf: Leaf;
  readonly options: Omit<LoadOptions, 'grant'>;
  readonly grants: Grants;
  readonly restart: RestartPolicy;
  readonly domain: GuardedDomain;
  fatalLoads: number;
}

export class GuardedPrograms {
  readonly #line: () => KernelLine;
  readonly #interfaces: GuardedInterfaces;
  readonly #events: GuardedEmitter;
  readonly #trust: Trust;
  readonly #programs = new Map<number, Program>();
  /** What was said of programs whose load has not come to an end here. */
  readonly #early = new Map<number, WireLife>();
  #last = 0;

  constructor(line: () => KernelLine, interfaces: GuardedInterfaces, events: GuardedEmitter, trust: Trust) {
    this.#line = line;
    this.#interfaces = interfaces;
    this.#events = events;
    this.#trust = trust;
  }

  /** Throws a LoadError that says what is wrong; also where the process ends meanwhile, for what is loaded may be what has ended it. */
  async load(extension: string | Uint8Array | Leaf, given: LoadOptions): Promise<GuardedDomain> {
    checkLoad(extension, given);
    const { grant = {}, ...options } = given;
    const about = options.name ?? (typeof extension === 'string' ? extension : 'a leaf');
    const grants = checkedGrants(grant, about);
    const session = await this.#line().untilSession();
    try {
      const { leaf, provenance } = await this.#obtain(session, extension, options.name);
      const name = options.name ?? leaf.name;
      const number = ++this.#last;
      const restart = restartOf(options.restart ?? {}, false);
      const loaded = await this.#send(session, name, { program: number, leaf, options, grants: numbersOf(grants, session, name), livesBefore: 0 });
      const domain = new GuardedDomain(
        {
          number,
          name,
          schemas: leaf.schemas,
          rebind: restart.rebind,
          provenance,
          interfaces: this.#interfaces,
          session: () => this.#line().session,
          untilSession: () => this.#line().untilSession(),
          onUnload: () => this.#programs.delete(number),
        },
        loaded,
      );
      this.#programs.set(number, { number, leaf, options, grants, restart, domain, fatalLoads: 0 });
      const early = this.#early.get(number);
      this.#early.delete(number);
      if (early !== undefined) domain.lives(early);
      return domain;
    } catch (error) {
      if (!(error instanceof ProcessGone)) throw error;
      throw new LoadError('DomainCrashed', about, 'the kernel’s process ended while this was loaded: nothing of it is left, and it may be the reason');
    }
  }

  async #obtain(
    session: Session,
    extension: string | Uint8Array | Leaf,
    name: string | undefined,
  ): Promise<{ readonly leaf: Leaf; readonly provenance: Provenance }> {
    if (typeof extension !== 'string' || extname(extension) === '.leaf') return obtain(extension, name, this.#trust);
    this.#trust.refuseUnsigned(extension, 'source');
    const named = name ?? basename(extension, extname(extension));
    const built = await session.ask(`the build of ${named}`, (id) => ({ op: 'build', id, path: resolve(extension), file: extension, name: named }));
    const leaf = built as Leaf;
    if (leaf.format !== LEAF_FORMAT || typeof leaf.name !== 'string' || !Array.isArray(leaf.schemas)) {
      session.kill('it built what is no leaf');
      throw new ProcessGone('a build');
    }
    return { leaf, provenance: { from: 'source', signedBy: null, digest: null, version: leaf.manifest?.version ?? null } };
  }

  async #send(session: Session, name: string, load: WireLoad): Promise<WireLoaded> {
    return heardLoaded(await session.ask(`the load of ${name}`, (id) => ({ op: 'load', id, load })));
  }

  /** Loads what the process before had into a new one. Rejects with ProcessGone where that ends, too. */
  async loadAgain(session: Session): Promise<readonly string[]> {
    const names: string[] = [];
    for (const program of this.#programs.values())
      if (program.domain.staysDead === null && (await this.#loadOneAgain(session, program))) names.push(program.domain.name);
    return names;
  }

  async #loadOneAgain(session: Session, program: Program): Promise<boolean> {
    const { domain, leaf, number } = program;
    const { name } = domain;
    try {
      const grants = numbersOf(program.grants, session, name);
      const options = { ...program.options, name, limits: domain.limits };
      const loaded = await this.#send(session, name, { program: number, leaf, options, grants, livesBefore: domain.incarnation });
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
    this.#events.emit('give-up', { domain: domain.name, domains: [domain.name], supervisor: null, path: [], reason });
  }

  /** What a process said of a life. */
  lives(life: WireLife): void {
    const program = this.#programs.get(life.program);
    if (program !== undefined) program.domain.lives(life);
    else if (life.program > this.#last - MOST_LOADING) this.#early.set(life.program, life);
  }

  /** A thread that does not stop was one of that name: without a restart policy it has had its last life. */
  condemned(name: string): void {
    for (const { domain, restart } of this.#programs.values())
      if (domain.name === name && restart.when === 'never') domain.stayedDead('its thread did not stop, and its restart policy is never');
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
