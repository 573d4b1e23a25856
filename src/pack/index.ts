/**
 * The trusted build: from an extension's entry file to a leaf, and from a domain's stack trace back to the extension's files.
 *
 * The threat: everything under the entry file is written by somebody whom neither this machine's owner nor the host trusts.
 * So nothing of it runs here, only what lies in its folder or is installed for it is read, and what comes out is checked once
 * more as a whole. What the build adds to the code is for accounting and for panics; the wall is the Compartment.
 */
export type { Leaf, LeafBuilder, Manifest, NamedInterface } from '../abi/leaf.js';
export { closeBuildPool, packInPool } from './build-pool.js';
export { checkIds, type LeafFile, readLeaf, type SealedLeaf, unseal, type Validity, writeLeaf } from './leaf-files/leaf-file.js';
export { LeafFileError } from './leaf-files/leaf-file-error.js';
export { LARGEST_LEAF_BYTES } from './leaf-files/leaf-layout.js';
export { PACK_CODES, type PackCode, PackError, type PackFault } from './pack-error.js';
export { BUILD_VERSION, FLAGS, type PackOptions, packExtension } from './pack-extension.js';
export { KeyError, keyIdOf, makeKeyPair, readPrivateKey, readPublicKey } from './leaf-files/signing-key.js';
export { mapStack } from './stack-map.js';
export { readSystem } from './system-text.js';
