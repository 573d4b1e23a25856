/** What a host's trust policy refuses, with the reason for each; and that what was judged is what runs. */
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { boot, type BootOptions, LoadError, type SignedTrust, type TrustReason, unwrap } from 'deciduous';
import { type LeafFile, unseal } from '../../dist/pack/index.js';
import { joinLeaf, splitLeaf } from '../../dist/pack/leaf-files/leaf-layout.js';
import { signDigest } from '../../dist/pack/leaf-files/signing-key.js';
import { Adder } from '../fixtures/extensions/generated/bench.js';
import { contentOf, fixture, NOON, signed, signer, stranger, trustOf, verdict } from './leaves.js';

let adder: LeafFile;
let curious: LeafFile;
const folder = mkdtempSync(join(tmpdir(), 'trust-'));
beforeAll(async () => {
  adder = await contentOf('adder.ts');
  curious = await contentOf('curious.ts');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const withVersion = (version: number): LeafFile => ({ ...adder, leaf: { ...adder.leaf, manifest: { ...adder.leaf.manifest, version } } });
const withBuilder = (builder: Partial<LeafFile['leaf']['builder']>): LeafFile => ({
  ...adder,
  leaf: { ...adder.leaf, builder: { ...adder.leaf.builder, ...builder } },
});

const REFUSED: readonly (readonly [string, TrustReason, () => Uint8Array, () => Partial<SignedTrust>])[] = [
  ['nobody has signed', 'unsigned', () => signed(adder, null), () => ({})],
  ['another key has signed', 'unknown-key', () => signed(adder, stranger), () => ({})],
  ['a revoked key has signed', 'revoked', () => signed(adder), () => ({ revoked: [signer.keyId] })],
  ['is itself revoked', 'revoked', () => signed(adder), () => ({ revoked: [unseal(signed(adder)).digest] })],
  [
    'is itself revoked, and signed again by another key',
    'revoked',
    () => signed(adder, stranger),
    () => ({ keys: [stranger.publicPem], revoked: [unseal(signed(adder)).digest] }),
  ],
  ['has expired', 'expired', () => signed({ ...adder, validity: { expires: '2026-06-01T12:00:00.000Z' } }), () => ({})],
  ['is not valid yet', 'not-yet-valid', () => signed({ ...adder, validity: { notBefore: '2026-06-01T12:00:00.001Z' } }), () => ({})],
  [
    'is loaded by a clock that tells no time',
    'expired',
    () => signed({ ...adder, validity: { expires: '2027-01-01T00:00:00.000Z' } }),
    () => ({ now: () => new Date(Number.NaN) }),
  ],
  ['is older than the host takes', 'too-old', () => signed(withVersion(6)), () => ({ minimumVersions: { adder: 7 } })],
  ['was built without metering', 'flags', () => signed(withBuilder({ flags: adder.leaf.builder.flags.filter((flag) => flag !== 'meter') })), () => ({})],
  ['lacks what this host insists on', 'flags', () => signed(adder), () => ({ flags: ['audited'] })],
  ['comes of a build that is too old', 'builder-too-old', () => signed(withBuilder({ version: '0.0.9' })), () => ({ minimumBuilder: '0.1.0' })],
];

describe('a host that names keys', () => {
  it.each(REFUSED)('refuses a leaf that %s: %s', (_what, reason, bytes, policy) => {
    expect(verdict(bytes(), trustOf(policy()))).toBe(reason);
  });

  it('takes a leaf of the same kind where nothing is amiss', () => {
    expect(verdict(signed({ ...adder, validity: { notBefore: NOON.toISOString(), expires: '2026-06-01T12:00:00.001Z' } }))).toBe('loaded');
    expect(verdict(signed(withVersion(7)), trustOf({ minimumVersions: { adder: 7, other: 9 } }))).toBe('loaded');
    expect(verdict(signed(withBuilder({ version: '0.10.0' })), trustOf({ minimumBuilder: '0.9.1' }))).toBe('loaded');
    expect(verdict(signed(adder), trustOf({ keys: [stranger.publicPem, signer.publicPem], revoked: [stranger.keyId] }))).toBe('loaded');
  });

  it('refuses an interface that was changed, though a trusted key has signed it, and so does one that trusts anybody', async () => {
    const parts = splitLeaf(signed(adder, null));
    const changed = Buffer.from(Buffer.from(parts.manifest).toString().replace('"scalar":"u32"', '"scalar":"f64"'));
    expect(changed.equals(parts.manifest)).toBe(false);
    const forged = joinLeaf([changed, parts.code, parts.sourceMap], (digest) => signDigest(signer.privateKey, digest));
    expect(verdict(forged)).toBe('interface-changed');
    await using kernel = await boot();
    await expect(kernel.load(forged)).rejects.toThrow(/is not the hash of its definition/);
  });

  it('refuses source and leaf objects before anything is built or run, and says so', async () => {
    await using kernel = await boot({ trust: { keys: [signer.publicPem] } });
    for (const extension of [fixture('adder.ts'), adder.leaf, signed(adder, null)]) {
      const error = (await kernel.load(extension as string).catch((thrown: unknown) => thrown)) as LoadError;
      expect(error).toBeInstanceOf(LoadError);
      expect([error.code, error.reason]).toEqual(['PermissionDenied', 'unsigned']);
      expect(error.message).toMatch(/no signature, and this host loads only leaves that a trusted key has signed/);
    }
  });

  it.each<[string, unknown, RegExp]>([
    ['a name for one', 'everybody', /trust must be 'any' or an object with keys, not 'everybody'/],
    ['no key', { keys: [] }, /trust\.keys is empty/],
    ['a private key', { keys: ['-----BEGIN PRIVATE KEY-----'] }, /trust\.keys\[0\] is a private key/],
    ['a damaged key', { keys: ['-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----'] }, /trust\.keys\[0\] is no public key that can be read/],
    ['an option that does not exist', { keys: [], revoke: [] }, /trust has no option 'revoke'/],
    ['a revocation of something else', { keys: [signer.publicPem], revoked: ['abc'] }, /trust\.revoked\[0\]/],
    ['a revocation that is no list', { keys: [signer.publicPem], revoked: 'abc' }, /trust\.revoked must be a list of strings/],
    ['flags that are no list', { keys: [signer.publicPem], flags: 'meter' }, /trust\.flags must be a list of strings/],
    ['versions that are a list', { keys: [signer.publicPem], minimumVersions: [2] }, /trust\.minimumVersions must be an object/],
    ['a version that is none', { keys: [signer.publicPem], minimumVersions: { a: '2' } }, /trust\.minimumVersions\.a/],
  ])('is not booted with %s', async (_what, trust, message) => {
    await expect(boot({ trust } as BootOptions)).rejects.toThrow(message);
  });
});

describe('what was judged is what runs', () => {
  it('though the file is replaced at once, and in every further life', async () => {
    const file = join(folder, 'swapped.leaf');
    writeFileSync(file, signed(adder));
    await using kernel = await boot({ trust: { keys: [signer.publicPem] } });
    const loading = kernel.load(file, { restart: { when: 'on-crash', rebind: true } });
    const evil = { ...adder, leaf: { ...adder.leaf, code: adder.leaf.code.replace(/return a\s*\+\s*b|a\s*\+\s*b/, 'a - b') } };
    expect(evil.leaf.code).not.toBe(adder.leaf.code);
    // The file is opened within a turn or two; replaced before or after, no mixture of both may run.
    writeFileSync(`${file}.new`, signed(evil, stranger));
    renameSync(`${file}.new`, file);
    const domain = await loading.catch((error: LoadError) => error);
    if (domain instanceof LoadError) expect(domain.reason).toBe('unknown-key');
    else {
      expect(unwrap(domain.get(Adder).add(2, 1))).toBe(3);
      await domain.kill();
      await domain.ready();
      expect([domain.incarnation, unwrap(domain.get(Adder).add(2, 1))]).toEqual([2, 3]);
    }
    expect((await kernel.load(file).catch((error: LoadError) => error)) as LoadError).toMatchObject({ reason: 'unknown-key' });
  });

  it('though the bytes are changed, as soon as load() has been called, by who gave them', async () => {
    await using kernel = await boot({ trust: { keys: [signer.publicPem] } });
    const bytes = new Uint8Array(new SharedArrayBuffer(signed(adder).length));
    bytes.set(signed(adder));
    const loading = kernel.load(bytes);
    bytes.fill(0x41);
    expect(unwrap((await loading).get(Adder).add(2, 1))).toBe(3);
  });

  it('is said by the domain: from where, whose, which', async () => {
    await using kernel = await boot({ trust: { keys: [signer.publicPem] } });
    const bytes = signed(adder);
    expect((await kernel.load(bytes)).provenance).toEqual({ from: 'leaf file', signedBy: signer.keyId, digest: unseal(bytes).digest, version: 1 });
    await using open = await boot();
    expect((await open.load(signed(adder, stranger))).provenance).toMatchObject({ from: 'leaf file', signedBy: null });
    expect((await open.load(fixture('adder.ts'))).provenance).toEqual({ from: 'source', signedBy: null, digest: null, version: 1 });
  });
});

describe('what a manifest says', () => {
  it('is what the code has to say, too', async () => {
    await using kernel = await boot({ trust: { keys: [signer.publicPem] } });
    await expect(kernel.load(signed(withVersion(2)))).rejects.toThrow(/version: the definition is not what the manifest of the leaf says/);
    const { manifest } = adder.leaf;
    const others = { ...adder, leaf: { ...adder.leaf, manifest: { ...manifest, provides: { sums: manifest.provides['adder'] } } } };
    await expect(kernel.load(signed(others))).rejects.toThrow(/provides: the definition is not what the manifest/);
    const asking = { ...adder, leaf: { ...adder.leaf, manifest: { ...manifest, limits: { timers: 3 } } } };
    await expect(kernel.load(signed(asking))).rejects.toThrow(/limits: the definition is not what the manifest/);
    const secret = { ...curious, leaf: { ...curious.leaf, manifest: { ...curious.leaf.manifest, imports: {} } } };
    await expect(kernel.load(signed(secret), { grant: { kernel: kernel.vitals } })).rejects.toThrow(/imports: the definition is not what the manifest/);
  });

  it('of capabilities is named where it is not granted', async () => {
    await using kernel = await boot({ trust: { keys: [signer.publicPem] } });
    await expect(kernel.load(signed(curious))).rejects.toThrow(/imports 'kernel' \(kernel\.Kernel\), which was not granted/);
  });

  it('of limits holds where the host says nothing, never beyond what the host allows', async () => {
    const file = join(folder, 'asking.ts');
    const head = "import { defineDomain } from 'deciduous/domain';\nconst KIB = 1024;\nexport default defineDomain({ provides: {}, ";
    writeFileSync(
      file,
      `${head}version: 3, limits: { timeSliceMs: 40, sharedHeapBytes: 64 * KIB * 2 ** 10, fuel: -(-5_500 % 2_500) * 10 }, init: () => ({}) });`,
    );
    await using kernel = await boot({ mostLimits: { sharedHeapBytes: 8 * 2 ** 20 } });
    const asking = await kernel.load(file);
    expect(asking.limits).toMatchObject({ timeSliceMs: 40, sharedHeapBytes: 8 * 2 ** 20, fuel: 5000, timers: 1024 });
    expect(asking.provenance.version).toBe(3);
    await using strict = await boot({ mostLimits: { timeSliceMs: 20, fuel: 1000, timers: 5 } });
    // Who asks for nothing has no more than who asks.
    expect((await strict.load(file)).limits).toMatchObject({ timeSliceMs: 20, fuel: 1000, timers: 5 });
    const told = await kernel.load(file, { limits: { timeSliceMs: 200, sharedHeapBytes: 16 * 2 ** 20 } });
    expect(told.limits).toMatchObject({ timeSliceMs: 200, sharedHeapBytes: 16 * 2 ** 20 });
    writeFileSync(file, `${head}get limits() { return { timers: 9 }; }, init: () => ({}) });`);
    await expect(kernel.load(file)).rejects.toThrow(/limits and version can be asked for only where/);
    await expect(boot({ mostLimits: { timers: 0 } })).rejects.toThrow(/mostLimits: limit 'timers'/);
  });

  it('and the rest of a leaf file are the same for the same source, byte for byte', async () => {
    expect(Buffer.from(signed(await contentOf('adder.ts')))).toEqual(Buffer.from(signed(adder)));
  });
});
