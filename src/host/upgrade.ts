/** The host's part in an upgrade: what is asked of the two manifests before anything of the new version runs, and what the kernel is told. */
import type { ProvidedInterface } from '../abi/control-protocol.js';
import type { Loaded, LoadReply } from '../abi/kernel-protocol.js';
import type { Leaf, Manifest } from '../abi/leaf.js';
import type { Schema } from '../abi/schema.js';
import { firstDifference } from '../compatibility/first-difference.js';
import { olderIds } from '../compatibility/older-interfaces.js';
import { obtain, type Obtained, type Provenance } from './extension-source.js';
import type { HostThread } from './host-thread.js';
import { LoadError } from './load-error.js';
import { checkLoad } from './load-options.js';
import { refuseUngranted } from './manifest-wishes.js';
import { definitionOf } from './matching.js';
import type { Trust } from './trust.js';

export interface UpgradeOptions {
  /** How long calls that run in the present version may go on before it is ended, in milliseconds (10,000). */
  readonly drainMs?: number;
}

const DRAIN_MS = 10_000;
/** What a timer can count. */
const LONGEST_DRAIN_MS = 2 ** 31 - 1;

/** What callers of a program rely on, and its name as its leaf says it. */
export interface Version {
  readonly signedName: string;
  readonly provides: { readonly [name: string]: ProvidedInterface };
  readonly schemas: readonly Schema[];
  readonly keeps: NonNullable<Manifest['keeps']>;
}

/** Throws a TypeError for an option that does not exist or cannot be. */
export function drainMsOf(options: UpgradeOptions): number {
  if (typeof options !== 'object' || options === null) throw new TypeError('the options of upgrade() are an object');
  for (const key of Object.keys(options)) if (key !== 'drainMs') throw new TypeError(`upgrade() has no option '${key}'; options are drainMs`);
  const { drainMs = DRAIN_MS } = options;
  if (typeof drainMs !== 'number' || !(drainMs >= 0 && drainMs <= LONGEST_DRAIN_MS))
    throw new TypeError(`drainMs must be a number of milliseconds from 0 to ${LONGEST_DRAIN_MS}, not ${String(drainMs)}`);
  return drainMs;
}

/** A program's grants are its own: a key may be trusted to sign many programs, and the least versions of a policy go by their names. Where nobody's signature was asked for, anybody could have said that name. */
export function refuseAnotherProgram(domain: string, signedName: string, { leaf, provenance }: Obtained): void {
  if (provenance.signedBy !== null && leaf.name !== signedName)
    throw new LoadError('PermissionDenied', domain, `the leaf is signed as a version of ${leaf.name}, and what is to be replaced is ${signedName}`);
}

/** Throws a LoadError that names the first difference, where callers or what is kept would meet something else than they do now. */
function refuseIncompatible(domain: string, present: Version, { manifest, schemas }: Leaf): void {
  const refuse = (why: string): LoadError => new LoadError('InvalidType', domain, `it cannot be replaced by this version: ${why}`);
  if (manifest === undefined) throw refuse('what it provides cannot be read before it runs: write provides, imports and keeps out in defineDomain({ ... })');
  for (const [name, { interfaceName, interfaceId }] of Object.entries(present.provides)) {
    if (!Object.hasOwn(manifest.provides, name)) throw refuse(`it does not provide '${name}' (${interfaceName}) any more`);
    const { id } = manifest.provides[name];
    if (id === interfaceId) continue;
    const next = definitionOf(id, schemas);
    if (next !== undefined && olderIds(next.name, next.schema).includes(interfaceId)) continue;
    const before = definitionOf(interfaceId, present.schemas);
    throw refuse(`'${name}' is another ${interfaceName}${next && before ? `: ${firstDifference(next, before)}` : ''}`);
  }
  const keeps = manifest.keeps ?? {};
  for (const [name, { type, id }] of Object.entries(present.keeps)) {
    if (!Object.hasOwn(keeps, name)) throw refuse(`it does not keep '${name}' (${type}), which holds what the present version has put there`);
    if (keeps[name].id !== id)
      throw refuse(
        `it keeps '${name}' as ${keeps[name].type}, and what is there is ${type === keeps[name].type ? 'of another definition of that' : `a ${type}`}`,
      );
  }
}

/** What is to be replaced. */
export interface Upgraded {
  readonly name: string;
  readonly program: number;
  readonly granted: { readonly [name: string]: object };
  readonly present: Version;
}

/** Has the kernel put a new version in the place of the present one. Throws a LoadError where it did not. */
export async function upgradeProgram(
  host: HostThread,
  trust: Trust,
  { name, program, granted, present }: Upgraded,
  extension: string | Uint8Array | Leaf,
  options: UpgradeOptions,
): Promise<{ leaf: Leaf; provenance: Provenance; loaded: Loaded }> {
  checkLoad(extension, {});
  const drainMs = drainMsOf(options);
  const obtained = await obtain(extension, name, trust);
  const { leaf, provenance } = obtained;
  refuseAnotherProgram(name, present.signedName, obtained);
  refuseIncompatible(name, present, leaf);
  refuseUngranted(leaf, granted, name);
  const restoreScript = host.addScript(name, leaf.sourceMap);
  const reply = (await host.control.upgrade(program, { leaf, drainMs })) as LoadReply;
  if (reply.ok) return { leaf, provenance, loaded: reply.loaded };
  const { code, message, stack } = reply.failure;
  const mapped = host.mapStack(stack, name);
  restoreScript();
  throw new LoadError(code, name, message, mapped);
}
