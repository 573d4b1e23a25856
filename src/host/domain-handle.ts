/** A loaded program, as its host holds it: through all its lives, until it is unloaded. */
import { load } from '../abi/atomics.js';
import { lifeOf } from '../abi/binding.js';
import { type DomainId, incarnationOf, indexOf } from '../abi/domain-id.js';
import type { KernelControl, Loaded } from '../abi/kernel-protocol.js';
import type { Leaf } from '../abi/leaf.js';
import { findBadLimit, type Limits } from '../abi/limits.js';
import type { InterfaceToken } from '../abi/schema-tokens.js';
import type { RestartPolicy } from '../abi/supervision.js';
import { LIFE, Life, lifeWord, threadRow } from '../abi/thread-layout.js';
import { type CallTarget, targetOf } from '../proxy/pending-call.js';
import type { Interfaces } from '../proxy/proxies.js';
import type { Provenance } from './extension-source.js';
import { definitionOf, findProvided } from './matching.js';
import { LoadError } from './load-error.js';
import type { UpgradeOptions, Version } from './upgrade.js';

export interface HandleParts {
  readonly name: string;
  readonly loaded: Loaded;
  /** The leaf's schemas are those that the extension brought: the kernel has checked their ids. */
  readonly leaf: Leaf;
  readonly restart: Pick<RestartPolicy, 'when' | 'rebind'>;
  readonly limits: Limits;
  readonly provenance: Provenance;
  readonly words: Int32Array;
  readonly interfaces: Interfaces;
  readonly control: { [method in keyof KernelControl]: (...args: Parameters<KernelControl[method]>) => Promise<Awaited<ReturnType<KernelControl[method]>>> };
  /** Keeps the process alive until the promise settles. */
  readonly keepAlive: <T>(promise: Promise<T>) => Promise<T>;
  readonly onUnload: () => void;
  /** Has the kernel put another version in the place of `present`. Throws a LoadError where it did not. */
  readonly upgrade: (
    present: Version,
    extension: string | Uint8Array | Leaf,
    options: UpgradeOptions,
  ) => Promise<{ readonly leaf: Leaf; readonly provenance: Provenance; readonly loaded: Loaded }>;
}

export class DomainHandle {
  readonly name: string;
  readonly #parts: HandleParts;
  readonly #program: number;
  #loaded: Loaded;
  #leaf: Leaf;
  #provenance: Provenance;
  #limits: Limits;
  #unloaded: Promise<void> | null = null;
  #isUpgrading = false;
  #waiting: { resolve: () => void; reject: (error: Error) => void }[] = [];
  #gaveUp: string | null = null;

  constructor(parts: HandleParts) {
    this.name = parts.name;
    this.#parts = parts;
    this.#program = parts.loaded.program;
    this.#loaded = parts.loaded;
    this.#leaf = parts.leaf;
    this.#provenance = parts.provenance;
    this.#limits = parts.limits;
  }

  /** Which life this is, counted from 1. */
  get incarnation(): number {
    return this.#loaded.incarnation;
  }

  /** Whether a life accepts calls now. */
  get isLive(): boolean {
    const id = lifeOf(this.#parts.words, this.#loaded.binding);
    return id !== 0 && this.#lives(id);
  }

  /** Why there will be no further life; null as long as there may be one. */
  get staysDead(): string | null {
    return this.#gaveUp;
  }

  /** Where its code comes from, and who signed that. */
  get provenance(): Provenance {
    return this.#provenance;
  }

  get limits(): Limits {
    return this.#limits;
  }

  /** What it provides, by the names in its definition: tokens for `get(token, name)`, for hosts that have no generated module of it. */
  get provided(): { readonly [as: string]: InterfaceToken<object, never> } {
    const { schemas } = this.#leaf;
    const tokens = Object.entries(this.#loaded.provides).flatMap(([as, { interfaceId: id }]) => {
      const found = definitionOf(id, schemas);
      return found === undefined ? [] : [[as, { kind: 'interface', name: found.name, id, schema: found.schema }] as const];
    });
    return Object.fromEntries(tokens);
  }

  /**
   * A proxy for an interface that the domain provides. It leads to the present life, and answers `DomainDead` for ever once that has ended, unless the restart policy says `rebind`. A shadow
   * (`KvStoreShadow`) leads to every life, and issues again what a death has cut short.
   * An interface that has more methods behind those that are asked for will do.
   * Throws a TypeError that lists what is provided where the interface is not, and names the first difference where another of that name is.
   */
  get<Proxy, Impl>(token: InterfaceToken<Proxy, Impl>, as?: string): Proxy {
    if (typeof token !== 'object' || token === null || token.kind !== 'interface') throw new TypeError('get() takes an interface of a generated module');
    const { exported } = findProvided(this.name, this.#loaded.provides, this.#leaf.schemas, token, as);
    const isShadow = token.shadow === true;
    const target = this.#target(exported, isShadow || this.#parts.restart.rebind);
    return this.#parts.interfaces[isShadow ? 'shadow' : 'proxy'](token.name, token.schema, target) as Proxy;
  }

  #target(exported: number, rebind: boolean): CallTarget {
    const { binding, incarnation, id } = this.#loaded;
    return targetOf(this.#parts.words, this.name, exported, rebind ? binding : null, { binding, incarnation }, id);
  }

  /** Resolves when a life accepts calls; rejects where the kernel gave up, or the program was unloaded. */
  async ready(): Promise<void> {
    if (this.#gaveUp !== null) throw new Error(`${this.name} stays dead: ${this.#gaveUp}`);
    // The binding alone would not do: a domain that has just panicked is dead before the kernel has noticed.
    if (this.#lives(this.#loaded.id)) return;
    await this.#parts.keepAlive(new Promise<void>((resolve, reject) => this.#waiting.push({ resolve, reject })));
  }

  #lives(id: DomainId): boolean {
    return load(this.#parts.words, threadRow(indexOf(id)) + LIFE) === lifeWord(Life.Live, incarnationOf(id));
  }

  /** Called by the kernel handle when a new life has begun. */
  restarted(loaded: Loaded): void {
    // What became of a life may be heard of before the upgrade that it came by.
    if (loaded.incarnation > this.#loaded.incarnation) this.#loaded = loaded;
    // Its siblings have brought it back.
    this.#gaveUp = null;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { resolve } of waiting) resolve();
  }

  /** Called by the kernel handle when there will be no further life. */
  stayedDead(reason: string): void {
    this.#gaveUp = reason;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { reject } of waiting) reject(new Error(`${this.name} stays dead: ${reason}`));
  }

  /** Called by the kernel handle when a thread of the program does not stop. Another version may serve in its place. */
  condemned(): void {
    if (this.#parts.restart.when === 'never' && !this.isLive) this.stayedDead('its thread did not stop, and its restart policy is never');
  }

  /** Changes limits while the domain runs. Throws a TypeError for a limit that does not exist or cannot be. */
  async setLimits(limits: Partial<Limits>): Promise<void> {
    const bad = findBadLimit(limits);
    if (bad !== undefined) throw new TypeError(bad);
    this.#limits = { ...this.#limits, ...limits };
    await this.#parts.control.setLimits(this.#program, this.#limits);
  }

  /**
   * Puts a new version in the place of the present one, while callers call: every proxy goes on leading to the program, those of `get()` that follow no restart included. What the program keeps is handed over. Resolves when the present version is gone.
   * Limits, grants, globals, restart policy and name stay. Throws a LoadError where the new version does not provide and keep at least what the present one does, or does not come through its `init`: then the present one serves on.
   */
  async upgrade(extension: string | Uint8Array | Leaf, options: UpgradeOptions = {}): Promise<void> {
    if (this.#unloaded !== null) throw new LoadError('DomainDead', this.name, 'it was unloaded');
    // A version is held to the one that it replaces, which is the present one as long as no other takes over.
    if (this.#isUpgrading) throw new LoadError('Overloaded', this.name, 'another upgrade of it is under way');
    this.#isUpgrading = true;
    try {
      const present = { signedName: this.#leaf.name, provides: this.#loaded.provides, schemas: this.#leaf.schemas, keeps: this.#leaf.manifest?.keeps ?? {} };
      const { leaf, provenance, loaded } = await this.#parts.upgrade(present, extension, options);
      this.#leaf = leaf;
      this.#provenance = provenance;
      this.restarted(loaded);
    } finally {
      this.#isUpgrading = false;
    }
  }

  /** Ends the present life. What follows is the restart policy's business. */
  async kill(): Promise<void> {
    await this.#parts.control.kill(this.#program, 'killed');
  }

  /** Ends the program for good: callers get `DomainCrashed`, everything that it held comes back. */
  unload(): Promise<void> {
    this.#unloaded ??= this.#parts.control.unload(this.#program).then(() => this.#isGone());
    return this.#unloaded;
  }

  #isGone(): void {
    this.stayedDead('it was unloaded');
    this.#parts.onUnload();
  }

  /** Called by the kernel handle when its supervisor has been unloaded, and the program with it. */
  unloadedWithOthers(): void {
    if (this.#unloaded !== null) return;
    this.#unloaded = Promise.resolve();
    this.#isGone();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.unload();
  }

  /** The program's name and which of its lives this is, for messages. */
  toString(): string {
    return `${this.name}#${this.incarnation}`;
  }
}
