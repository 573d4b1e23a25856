/** What a codec is, what it reads with, and what it is built from. */
import type { Schema, TypeRef } from '../../abi/schema.js';
import type { TypeLayout } from '../../abi/type-layout.js';
import type { HandleType } from '../handles/handle.js';
import type { StagedReference, Staging } from './staging.js';
import type { Views } from '../views.js';

/** What becomes of the references that are read: handles of an argument, or views below a root. */
export interface Reader {
  text(block: number, length: number): string;
  bytes(block: number, length: number): unknown;
  rref(type: HandleType, block: number, lent: boolean): unknown;
  capability(interfaceId: string, provider: number, exported: number): unknown;
}

export interface Codec {
  readonly layout: TypeLayout;
  /** Reads and checks `value`. Throws InvalidType or LifetimeViolation, with nothing changed. */
  stage(value: unknown, staging: Staging, where: string): void;
  write(views: Views, slot: number, data: number, staging: Staging): void;
  read(views: Views, slot: number, data: number, reader: Reader): unknown;
}

/** What a codec needs to know beyond its own descriptor. */
export interface CodecContext {
  readonly schema: Schema;
  /** Codecs of named types, by name. Each is built once: types that hold others twice, which hold others twice, are many when counted as a tree. */
  readonly named: Map<string, Codec>;
  runtimeOf(target: TypeRef): HandleType;
  /** What travels for a value that is passed as an interface reference. */
  stageCapability(value: unknown, interfaceId: string, where: string): StagedReference;
}
