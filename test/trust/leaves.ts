/** Leaves and keys for the tests of trust, made once: building is what takes long. */
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { LoadError, type SignedTrust, type TrustReason } from 'deciduous';
import { keyIdOf, type LeafFile, makeKeyPair, packExtension, writeLeaf } from '../../dist/pack/index.js';
import { Trust } from '../../dist/host/trust.js';

export interface Signer {
  readonly privateKey: KeyObject;
  readonly publicPem: string;
  readonly keyId: string;
}

export function newSigner(): Signer {
  const { privatePem, publicPem } = makeKeyPair();
  return { privateKey: createPrivateKey(privatePem), publicPem, keyId: keyIdOf(createPublicKey(publicPem)) };
}

export const signer = newSigner();
export const stranger = newSigner();
export const NOON = new Date('2026-06-01T12:00:00.000Z');

export const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/extensions/${name}`, import.meta.url));

/** The leaf of a fixture, as content that tests may change before they sign it. */
export async function contentOf(name: string): Promise<LeafFile> {
  const leaf = await packExtension(fixture(name));
  if (leaf.manifest === undefined) throw new Error(`${name} has no manifest`);
  return { leaf: { ...leaf, manifest: leaf.manifest }, validity: {} };
}

export function signed(content: LeafFile, by: Signer | null = signer): Uint8Array {
  return writeLeaf(content, by?.privateKey);
}

export const trustOf = (policy: Partial<SignedTrust> = {}): Trust => new Trust({ keys: [signer.publicPem], now: () => NOON, ...policy });

/** Why a policy refuses these bytes, or 'loaded'. */
export function verdict(bytes: Uint8Array, trust: Trust = trustOf()): TrustReason | 'loaded' {
  try {
    trust.judge(bytes, 'test');
    return 'loaded';
  } catch (error) {
    if (error instanceof LoadError && error.reason !== undefined) return error.reason;
    throw error;
  }
}
