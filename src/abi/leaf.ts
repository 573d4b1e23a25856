/**
 * A leaf: an extension as the trusted build leaves it. Plain data; signing and loading wrap it, nothing here runs by itself.
 *
 * `code` is one JavaScript expression whose value is a function that takes the trusted runtime's half of the build's contract
 * and answers the extension's default export. It is an allegation until its signature has been checked, or until the build that
 * made it is known to be one's own.
 */
import type { Power } from './powers.js';
import type { Limits } from './limits.js';
import type { Schema } from './schema.js';

export const LEAF_FORMAT = 'deciduous-leaf/1';

export interface LeafBuilder {
  /** The version of the trusted build. */
  readonly version: string;
  /** What the build did to the code, by name, in a fixed order. A loader may insist on some of them. */
  readonly flags: readonly string[];
}

/** An interface by its name for people and its fingerprint for programs. */
export interface NamedInterface {
  readonly interface: string;
  readonly id: string;
  /** Of what is imported: a shadow of it is. */
  readonly shadow?: true;
}

/** A type by its name for people and its hash for programs. */
export interface NamedType {
  readonly type: string;
  readonly id: string;
}

/** What the extension says of itself where the build can read it without running it. The domain's runtime holds the definition to it. */
export interface Manifest {
  /** Which version of the program it is: a whole number that its author raises. */
  readonly version: number;
  readonly provides: { readonly [name: string]: NamedInterface };
  /** The capabilities that it asks for, by the names that hosts grant. */
  readonly imports: { readonly [name: string]: NamedInterface };
  /** What it keeps from one life to the next; absent where that is nothing. */
  readonly keeps?: { readonly [name: string]: NamedType };
  /** The limits that it asks for. */
  readonly limits: Partial<Limits>;
}

export const LATEST_PROGRAM_VERSION = 2 ** 31 - 1;

export interface Leaf {
  readonly format: typeof LEAF_FORMAT;
  /** What the extension is called where nobody gives it another name. */
  readonly name: string;
  readonly code: string;
  /** A version 3 source map of `code`, as JSON text. Its sources are relative to the entry file's folder and carry no content. */
  readonly sourceMap: string;
  /** Each package that the extension imports, once, sorted by package name. */
  readonly schemas: readonly Schema[];
  /** The powers that it asks for; absent where it asks for none. */
  readonly uses?: readonly Power[];
  readonly builder: LeafBuilder;
  /** Absent where the definition cannot be read before it runs. */
  readonly manifest?: Manifest;
}
