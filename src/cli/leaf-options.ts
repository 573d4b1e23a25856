/** What the verbs about leaf files have in common: their options, and how they read a leaf. */
import path from 'node:path';
import { LARGEST_LEAF_BYTES, type Validity } from '../pack/index.js';
import { readBytes } from './text-file.js';
import { UsageError } from './verb.js';

export const JSON_OPTION = { type: 'boolean', description: 'Answer with one JSON object' } as const;
export const LEAF_FILE = { type: 'positional', required: true, description: 'A .leaf file' } as const;
export const KEY_OPTION = { type: 'string', valueHint: 'FILE', description: 'The private key to sign with, as keygen made it' } as const;
export const VALIDITY_OPTIONS = {
  'not-before': { type: 'string', valueHint: 'DATE', description: 'From when on hosts load it, such as 2026-03-01 or 2026-03-01T12:00:00Z' },
  expires: { type: 'string', valueHint: 'DATE', description: 'From when on they no longer do' },
} as const;

const DATE = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/;

function dateOf(option: string, given: string): string {
  const time = DATE.test(given) ? new Date(given) : undefined;
  if (time === undefined || Number.isNaN(time.getTime()))
    throw new UsageError(`--${option} ${given} is no date: write 2026-03-01, or with time and zone 2026-03-01T12:00:00Z`);
  return time.toISOString();
}

/** Throws a UsageError for what is no date, and for a time that ends before it begins. */
export function validityOf(args: { readonly 'not-before'?: string | undefined; readonly expires?: string | undefined }): Validity {
  const validity = {
    ...(args['not-before'] !== undefined && { notBefore: dateOf('not-before', args['not-before']) }),
    ...(args.expires !== undefined && { expires: dateOf('expires', args.expires) }),
  };
  if (validity.notBefore !== undefined && validity.expires !== undefined && validity.notBefore >= validity.expires)
    throw new UsageError('--expires is not after --not-before: nobody could ever load it');
  return validity;
}

/** The bytes of a leaf file. Throws a UsageError where there is none. */
export function leafBytes(file: string, others: readonly string[]): Uint8Array {
  if (others.length > 1) throw new UsageError(`one leaf at a time: ${others.join(', ')} are several`);
  const bytes = readBytes(file);
  if (bytes.length > LARGEST_LEAF_BYTES) throw new Error(`${file} has ${bytes.length} bytes, where a leaf has ${LARGEST_LEAF_BYTES} at the most`);
  return bytes;
}

/** `./src/store.ts` becomes `store.leaf` here. */
export function leafNameFor(source: string): string {
  return `${path.basename(source, path.extname(source))}.leaf`;
}
