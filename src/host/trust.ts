/**
 * Whose extensions a host loads: the policy given to `boot()`, and what it says of one leaf file.
 *
 * A leaf is judged from the bytes that were read once, and what runs is made of the same bytes. The order is: signature, key, revocation, and then,
 * of a manifest that a trusted key has signed, dates, versions and flags. Every refusal is a LoadError with a `reason`.
 */
import type { KeyObject } from 'node:crypto';
import { checkIds, FLAGS, type LeafFile, LeafFileError, KeyError, keyIdOf, readLeaf, readPublicKey, type SealedLeaf, unseal } from '../pack/index.js';
import { LoadError, type TrustReason } from './load-error.js';

export interface SignedTrust {
  /** Public keys whose signatures count: SPKI in PEM, or KeyObjects. */
  readonly keys: readonly (string | KeyObject)[];
  /** The least `version` that a program may have, by the name that is signed in its leaf. */
  readonly minimumVersions?: { readonly [name: string]: number };
  /** Ids of keys, and digests of leaves, that no longer count: 64 hexadecimal digits, as `deciduous inspect` shows them. */
  readonly revoked?: readonly string[];
  /** The oldest trusted build whose leaves are loaded, such as `0.1.0`; any unless given. */
  readonly minimumBuilder?: string;
  /** What the build must have done to the code; all that the build of this version does unless given. */
  readonly flags?: readonly string[];
  /** The time by which leaves are valid; the machine's unless given. */
  readonly now?: () => Date;
}

/** `any`: signed or not, and source as well, which is built at load. A leaf file passes the same checks, but for whose key it is. */
export type TrustPolicy = 'any' | SignedTrust;

const OPTIONS = ['keys', 'minimumVersions', 'revoked', 'minimumBuilder', 'flags', 'now'];
const RELEASE = /^(\d+)\.(\d+)\.(\d+)/;

/** What was found of a leaf that may be loaded. */
export interface TrustedLeaf {
  readonly file: LeafFile;
  readonly digest: string;
  /** The id of the trusted key, or null where nobody's signature was asked for. */
  readonly signedBy: string | null;
}

export class Trust {
  readonly #keys: ReadonlySet<string> | null;
  readonly #revoked: ReadonlySet<string>;
  readonly #minimumVersions: { readonly [name: string]: number };
  readonly #minimumBuilder: string | undefined;
  readonly #flags: readonly string[];
  readonly #now: () => Date;

  /** Throws a TypeError for a policy that cannot be meant. */
  constructor(policy: TrustPolicy = 'any') {
    const given: SignedTrust = policy === 'any' ? { keys: [] } : policy;
    if (typeof given !== 'object' || given === null || !Array.isArray(given.keys))
      throw new TypeError(`trust must be 'any' or an object with keys, not ${said(policy)}`);
    for (const key of Object.keys(given)) if (!OPTIONS.includes(key)) throw new TypeError(`trust has no option '${key}'; options are ${OPTIONS.join(', ')}`);
    if (policy !== 'any' && given.keys.length === 0)
      throw new TypeError("trust.keys is empty, so nothing could be loaded: name a public key, or say trust: 'any'");
    this.#keys = policy === 'any' ? null : new Set(given.keys.map((key, index) => idOf(key, index)));
    this.#revoked = new Set(listOf('revoked', given.revoked ?? []).map(checkRevoked));
    if (given.minimumVersions !== undefined && !isRecord(given.minimumVersions))
      throw new TypeError('trust.minimumVersions must be an object: the least version by the name of a program');
    this.#minimumVersions = { ...given.minimumVersions };
    for (const [name, least] of Object.entries(this.#minimumVersions))
      if (!Number.isInteger(least) || least < 1) throw new TypeError(`trust.minimumVersions.${name} must be a whole number from 1, not ${String(least)}`);
    if (given.minimumBuilder !== undefined && !RELEASE.test(given.minimumBuilder))
      throw new TypeError(`trust.minimumBuilder must be a version such as 0.1.0, not ${String(given.minimumBuilder)}`);
    this.#minimumBuilder = given.minimumBuilder;
    this.#flags = listOf('flags', given.flags ?? FLAGS);
    if (given.now !== undefined && typeof given.now !== 'function') throw new TypeError('trust.now must be a function that answers a Date');
    this.#now = given.now ?? (() => new Date());
  }

  /** Whether only what a trusted key has signed is loaded. */
  get needsSignature(): boolean {
    return this.#keys !== null;
  }

  /** Throws a LoadError for what has no signature because it is no leaf file. */
  refuseUnsigned(name: string, what: string): void {
    if (this.needsSignature)
      throw refusal(
        name,
        'unsigned',
        `${what} carries no signature, and this host loads only leaves that a trusted key has signed: deciduous build, then deciduous sign`,
      );
  }

  /** What may be loaded of these bytes, which nobody else may hold. Throws a LoadError that says what is wrong and why that matters. */
  judge(bytes: Uint8Array, name: string): TrustedLeaf {
    try {
      const sealed = unseal(bytes);
      this.#checkSignature(sealed, name);
      const file = readLeaf(sealed);
      this.#checkManifest(file, name);
      if (this.needsSignature) checkIds(file);
      return { file, digest: sealed.digest, signedBy: this.needsSignature ? (sealed.signature?.keyId ?? null) : null };
    } catch (error) {
      if (error instanceof LeafFileError)
        throw new LoadError('InvalidType', name, error.message, undefined, error.isWrongId ? 'interface-changed' : 'malformed');
      throw error;
    }
  }

  #checkSignature({ signature, digest }: SealedLeaf, name: string): void {
    if (signature === null) this.refuseUnsigned(name, 'the leaf');
    else {
      const { keyId } = signature;
      if (this.#keys?.has(keyId) === false)
        throw refusal(name, 'unknown-key', `the leaf is signed by key ${keyId}, which is not among the keys that this host trusts`);
      if (!signature.holds) throw refusal(name, 'bad-signature', `the signature of key ${keyId} does not hold: the leaf was changed after it was signed`);
      if (this.#revoked.has(keyId)) throw refusal(name, 'revoked', `the leaf is signed by key ${keyId}, which is revoked`);
    }
    if (this.#revoked.has(digest)) throw refusal(name, 'revoked', `the leaf with digest ${digest} is revoked`);
  }

  #checkManifest({ leaf, validity }: LeafFile, name: string): void {
    const present: unknown = this.#now();
    if (!(present instanceof Date)) throw new TypeError('trust.now must answer a Date');
    const now = present.getTime();
    const { notBefore, expires } = validity;
    if (notBefore !== undefined && !(now >= Date.parse(notBefore))) throw refusal(name, 'not-yet-valid', `the leaf is valid from ${notBefore} on`);
    if (expires !== undefined && !(now < Date.parse(expires))) throw refusal(name, 'expired', `the leaf expired at ${expires}`);
    const least = Object.hasOwn(this.#minimumVersions, leaf.name) ? this.#minimumVersions[leaf.name] : undefined;
    const { version } = leaf.manifest;
    if (least !== undefined && version < least)
      throw refusal(name, 'too-old', `the leaf is version ${version} of ${leaf.name}, and this host takes none below version ${least}`);
    if (this.#minimumBuilder !== undefined && isOlder(leaf.builder.version, this.#minimumBuilder))
      throw refusal(
        name,
        'builder-too-old',
        `the leaf was built by version ${leaf.builder.version}, and this host takes none below ${this.#minimumBuilder}: build it again`,
      );
    const missing = this.#flags.filter((flag) => !leaf.builder.flags.includes(flag));
    if (missing.length > 0) throw refusal(name, 'flags', `the leaf was built without ${missing.join(', ')}, which this host insists on: build it again`);
  }
}

function refusal(name: string, reason: TrustReason, message: string): LoadError {
  return new LoadError('PermissionDenied', name, message, undefined, reason);
}

function idOf(key: string | KeyObject, index: number): string {
  try {
    return keyIdOf(readPublicKey(key));
  } catch (error) {
    if (error instanceof KeyError) throw new TypeError(`trust.keys[${index}] is ${error.message}`);
    throw error;
  }
}

/** A copy, so that nobody changes the policy afterwards. */
function listOf(option: 'revoked' | 'flags', given: readonly string[]): readonly string[] {
  if (!Array.isArray(given) || !given.every((each) => typeof each === 'string')) throw new TypeError(`trust.${option} must be a list of strings`);
  return [...given];
}

function isRecord(given: unknown): boolean {
  return typeof given === 'object' && given !== null && !Array.isArray(given);
}

function checkRevoked(id: string, index: number): string {
  if (typeof id !== 'string' || !/^[0-9a-f]{64}$/.test(id))
    throw new TypeError(`trust.revoked[${index}] is neither the id of a key nor the digest of a leaf: 64 hexadecimal digits`);
  return id;
}

/** By the three numbers of a release. What has none is older than everything. */
function isOlder(version: string, least: string): boolean {
  const [, ...ours] = RELEASE.exec(version) ?? ['', '-1', '0', '0'];
  const [, ...theirs] = RELEASE.exec(least) ?? [];
  const at = ours.findIndex((part, index) => Number(part) !== Number(theirs[index]));
  return at >= 0 && Number(ours[at]) < Number(theirs[at]);
}

function said(policy: unknown): string {
  return typeof policy === 'object' && policy !== null ? 'an object without them' : typeof policy === 'string' ? `'${policy}'` : typeof policy;
}
