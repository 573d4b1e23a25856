/** Ed25519 keys as this project writes and names them: PKCS8 and SPKI in PEM, and an id that is the SHA-256 of the SPKI's DER. */
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, KeyObject, sign, verify } from 'node:crypto';
import { signedText } from './leaf-layout.js';

/** What stands before the 32 bytes of an Ed25519 public key in its SPKI (RFC 8410). */
const SPKI_HEAD = Buffer.from('302a300506032b6570032100', 'hex');

export class KeyError extends Error {}

function refuseOther(key: KeyObject): KeyObject {
  if (key.asymmetricKeyType !== 'ed25519') throw new KeyError(`a key for ${key.asymmetricKeyType ?? 'another purpose'}, where one for Ed25519 is wanted`);
  return key;
}

/** Throws a KeyError for anything but an Ed25519 public key: SPKI in PEM, or a KeyObject. A private key is refused, though a public one could be made of it. */
export function readPublicKey(given: string | KeyObject): KeyObject {
  if (given instanceof KeyObject) {
    if (given.type !== 'public') throw new KeyError(`a ${given.type} key, where a public one is wanted`);
    return refuseOther(given);
  }
  if (typeof given !== 'string') throw new KeyError('no key: give the text of a PEM file, or a KeyObject');
  if (given.includes('PRIVATE KEY')) throw new KeyError('a private key, where a public one is wanted: keep it to yourself, and give the .pub file');
  if (!given.includes('BEGIN PUBLIC KEY')) throw new KeyError('no public key in PEM, which begins with -----BEGIN PUBLIC KEY-----');
  try {
    return refuseOther(createPublicKey(given));
  } catch (error) {
    if (error instanceof KeyError) throw error;
    throw new KeyError('no public key that can be read: its PEM is damaged');
  }
}

/** Throws a KeyError for anything but an Ed25519 private key, PKCS8 in PEM. */
export function readPrivateKey(pem: string): KeyObject {
  if (!pem.includes('BEGIN PRIVATE KEY')) throw new KeyError('no private key in PEM, which begins with -----BEGIN PRIVATE KEY-----');
  try {
    return refuseOther(createPrivateKey(pem));
  } catch (error) {
    if (error instanceof KeyError) throw error;
    throw new KeyError('no private key that can be read: its PEM is damaged');
  }
}

export function makeKeyPair(): { readonly privatePem: string; readonly publicPem: string; readonly keyId: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    publicPem: publicKey.export({ type: 'spki', format: 'pem' }) as string,
    keyId: keyIdOf(publicKey),
  };
}

/** 64 lower-case hexadecimal digits. */
export function keyIdOf(publicKey: KeyObject): string {
  return idOfRaw(rawKey(publicKey));
}

export function idOfRaw(publicKey: Uint8Array): string {
  return createHash('sha256').update(SPKI_HEAD).update(publicKey).digest('hex');
}

function rawKey(publicKey: KeyObject): Buffer {
  return publicKey.export({ type: 'spki', format: 'der' }).subarray(SPKI_HEAD.length);
}

/** The public key and the signature of what has this digest, 96 bytes. */
export function signDigest(privateKey: KeyObject, digest: string): Uint8Array {
  const publicKey = rawKey(createPublicKey(privateKey));
  return Buffer.concat([publicKey, sign(null, signedText(publicKey, digest), privateKey)]);
}

/** Whether a signature is of this digest by the key that stands beside it. Whether anybody trusts that key is another question. */
export function holds({ publicKey, bytes }: { readonly publicKey: Uint8Array; readonly bytes: Uint8Array }, digest: string): boolean {
  try {
    const key = createPublicKey({ key: Buffer.concat([SPKI_HEAD, publicKey]), format: 'der', type: 'spki' });
    return verify(null, signedText(publicKey, digest), key, bytes);
  } catch {
    // Bytes that are no point of the curve.
    return false;
  }
}
