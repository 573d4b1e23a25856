/** The build as one function: bundle, check the safe subset, then count, guard, bind and re-spell. */
import { readFileSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { LEAF_FORMAT, type Leaf } from '../abi/leaf.js';
import { bundle } from './bundle/bundle.js';
import { makeLeafCode } from './leaf-code.js';
import { refusingDeepNesting } from './weaving/syntax-tree.js';

export interface PackOptions {
  /** What the extension is called. By default the entry file's name without its ending. */
  readonly name?: string;
  /** The folder that the extension's own files have to lie in. By default that of the nearest package.json. */
  readonly root?: string;
}

/** What this build does to code, by name. A loader of this version insists on all of them. */
export const FLAGS = ['bind-globals', 'meter', 'guard', 'current-call', 'respell', 'stub-generated'] as const;

export const { version: BUILD_VERSION } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };

/**
 * Builds the extension whose entry file is `entryFile`. The same files give the same leaf, byte for byte.
 * Throws PackError where the extension is not fit to run in a domain; nothing is written anywhere.
 */
export async function packExtension(entryFile: string, options: PackOptions = {}): Promise<Leaf> {
  const bundled = await bundle(entryFile, options.root);
  const { code, sourceMap, schemas, uses, manifest } = refusingDeepNesting(bundled.entry, () => makeLeafCode(bundled));
  return {
    format: LEAF_FORMAT,
    name: options.name ?? basename(entryFile, extname(entryFile)),
    code,
    sourceMap,
    schemas,
    ...(uses.length > 0 && { uses }),
    builder: { version: BUILD_VERSION, flags: FLAGS },
    ...(manifest && { manifest }),
  };
}
