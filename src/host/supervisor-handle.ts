/** A supervisor, as its host holds it: domains are loaded under it, and what it does with them it does on the kernel's thread. */
import type { Leaf } from '../abi/leaf.js';
import type { DomainHandle } from './domain-handle.js';
import type { LoadOptions } from './load-options.js';

export interface SupervisorParts<Domain> {
  /** Whose it is: its number means nothing to another kernel. */
  readonly kernel: object;
  readonly number: number;
  readonly name: string;
  readonly path: readonly string[];
  readonly load: (extension: string | Uint8Array | Leaf, options: LoadOptions) => Promise<Domain>;
  readonly unload: () => Promise<void>;
}

export class SupervisorHandle<Domain = DomainHandle> {
  readonly #parts: SupervisorParts<Domain>;
  #unloaded: Promise<void> | null = null;

  constructor(parts: SupervisorParts<Domain>) {
    this.#parts = parts;
  }

  get name(): string {
    return this.#parts.name;
  }

  /** The names of those that it stands under, from the root, and its own. */
  get path(): readonly string[] {
    return this.#parts.path;
  }

  /** The kernel's number for it, of which `supervise({ parent })` reads whose child is made. */
  static numberOf(handle: SupervisorHandle<unknown>): number {
    return handle.#parts.number;
  }

  /** Whether it is a supervisor of that kernel. */
  static isOf(kernel: object, value: unknown): boolean {
    return typeof value === 'object' && value !== null && #parts in value && value.#parts.kernel === kernel;
  }

  /**
   * Loads an extension under this supervisor, behind those that were loaded before: the order of loads is the order of starts. Waits while a restart is under way. `restart` has three members here: `when`, which is `always` unless
   * given, `rebind`, which is `true` unless given, and `standby`. Throws as `kernel.load()`; then the others are not touched.
   */
  load(extension: string | Uint8Array | Leaf, options: LoadOptions = {}): Promise<Domain> {
    return this.#parts.load(extension, options);
  }

  /** Unloads all that stands under it, the last that was started first, and the supervisor itself: its parent does not start it again. Repeatable. */
  unload(): Promise<void> {
    this.#unloaded ??= this.#parts.unload();
    return this.#unloaded;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.unload();
  }
}
