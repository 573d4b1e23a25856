/** What load() takes, checked before anything starts: a misspelt option must not leave a domain without its limits. */
import type { RestartPolicy } from '../abi/supervision.js';
import { LEAF_FORMAT, type Leaf } from '../abi/leaf.js';
import { findBadLimit, type Limits } from '../abi/limits.js';
import type { PowerOptions } from '../abi/powers.js';
import { refuseUnknown, said } from './option-words.js';
import { checkRestart } from './restart-options.js';

export interface LoadOptions {
  /** What the domain is called; the file's name where nothing is said. */
  readonly name?: string;
  /** Capabilities, by the names under which the extension imports them: proxies, or what `kernel.provide` answers. */
  readonly grant?: { readonly [name: string]: object };
  /** Globals that the extension asks for with `uses`: a clock, chance, text encoding, URLs. What is not granted does not exist. */
  readonly globals?: PowerOptions;
  /**
   * `'deterministic'`: the language is that of the oldest Node that this package runs on, `pow` and `**` are rounded alike everywhere, and `true` in `globals` stands for a fixed clock and a seed. With `fuel`, the same input
   * stops at the same place with the same state on each version of Node.
   */
  readonly profile?: 'deterministic';
  readonly limits?: Partial<Limits>;
  readonly restart?: Partial<RestartPolicy>;
}

const OPTIONS = ['name', 'grant', 'globals', 'profile', 'limits', 'restart'];

/** Throws a TypeError that says which option is wrong and what it may be. */
export function checkLoad(extension: unknown, options: LoadOptions, isSupervised = false): void {
  const isLeaf = typeof extension === 'object' && extension !== null && (extension as Partial<Leaf>).format === LEAF_FORMAT;
  if (typeof extension !== 'string' && !(extension instanceof Uint8Array) && !isLeaf)
    throw new TypeError(
      `load() takes the path of a .ts or .js file or of a .leaf file, the bytes of one, or a leaf of the trusted build, not ${said(extension)}`,
    );
  if (typeof options !== 'object' || options === null) throw new TypeError(`the options of load() are an object, not ${said(options)}`);
  refuseUnknown(options, OPTIONS, 'load()');
  if (options.name !== undefined && (typeof options.name !== 'string' || options.name === ''))
    throw new TypeError(`name must be a string that is not empty, not ${said(options.name)}`);
  // The name is part of a script's URL, and of messages in UTF-8.
  if (options.name?.isWellFormed() === false) throw new TypeError('name must be well-formed text: it holds one half of a surrogate pair');
  if (options.profile !== undefined && (options.profile as unknown) !== 'deterministic')
    throw new TypeError(`profile must be 'deterministic' or left out, not ${said(options.profile)}`);
  for (const part of ['grant', 'globals', 'limits', 'restart'] as const) {
    const value: unknown = options[part];
    if (value !== undefined && (typeof value !== 'object' || value === null)) throw new TypeError(`${part} must be an object, not ${said(value)}`);
  }
  const bad = options.limits === undefined ? undefined : findBadLimit(options.limits);
  if (bad !== undefined) throw new TypeError(bad);
  checkRestart(options.restart ?? {}, isSupervised);
}
