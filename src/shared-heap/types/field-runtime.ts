/** A field of a type as this thread uses it: where it lies, and how it is read and written. */
import type { TypeRef } from '../../abi/schema.js';
import type { Codec } from './codec-contract.js';

export interface FieldRuntime {
  readonly name: string;
  readonly type: TypeRef;
  readonly codec: Codec;
  /** First slot, and first byte of data counted from the payload's start. */
  readonly slot: number;
  readonly data: number;
}
