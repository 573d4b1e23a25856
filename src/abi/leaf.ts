/**
 * A leaf: an extension as the trusted build leaves it. Plain data; signing and loading wrap it, nothing here runs by itself.
 *
 * `code` is one JavaScript expression whose value is a function that takes the trusted runtime's half of the build's contract
 * and answers the extension's default export. It is an allegation until its signature has been checked, or until the build that
 * made it is known to be one's own.
 */
import type { Power } from './powers.js';
import type { Schema } from './schema.js';

export const LEAF_FORMAT = 'deciduous-leaf/1';

export interface LeafBuilder {
  /** The version of the trusted build. */
  readonly version: string;
  /** What the build did to the code, by name, in a fixed order. A loader may insist on some of them. */
  readonly flags: readonly string[];
}

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
}
