/** keygen, build, sign, verify, inspect: what they print, what they write, with which modes, and how they end. */
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { boot, unwrap } from 'deciduous';
import { Adder } from '../fixtures/extensions/generated/bench.js';
import { contentOf, fixture, signed, signer } from './leaves.js';

const bin = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'commands-'));
const inFolder = (name: string): string => path.join(folder, name);
const modeOf = (name: string): number => statSync(inFolder(name)).mode & 0o777;

/** Runs the command in the folder; people never get a stack trace. */
function deciduous(...words: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...words], { cwd: folder, encoding: 'utf8', timeout: 100_000 });
  expect(stdout + stderr).not.toMatch(/node:internal|\.js:\d+:\d+/);
  return { status, stdout, stderr, json: words.includes('--json') && stdout !== '' ? (JSON.parse(stdout) as { [key: string]: unknown }) : {} };
}

let keyId = '';
beforeAll(() => {
  const made = deciduous('keygen', '--out', 'a.key', '--json');
  expect(made.status).toBe(0);
  keyId = String(made.json['keyId']);
  expect(deciduous('keygen', '--out', 'b.key').status).toBe(0);
  expect(deciduous('build', fixture('adder.ts'), '--key', 'a.key', '--expires', '2999-01-01').status).toBe(0);
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('deciduous keygen', () => {
  it('writes a private key for its owner alone and a public one for everybody, and overwrites neither', () => {
    expect([modeOf('a.key'), modeOf('a.key.pub')]).toEqual([0o600, 0o644]);
    const before = readFileSync(inFolder('a.key'), 'utf8');
    expect(before).toMatch(/^-----BEGIN PRIVATE KEY-----/);
    expect(readFileSync(inFolder('a.key.pub'), 'utf8')).toMatch(/^-----BEGIN PUBLIC KEY-----/);
    expect(deciduous('keygen', '--out', 'a.key')).toMatchObject({ status: 2, stderr: expect.stringContaining('a.key exists') as string });
    expect(readFileSync(inFolder('a.key'), 'utf8')).toBe(before);
    writeFileSync(inFolder('c.key.pub'), 'mine');
    expect(deciduous('keygen', '--out', 'c.key').status).toBe(2);
    expect(existsSync(inFolder('c.key'))).toBe(false);
  });
});

describe('from source to a call', () => {
  it('a leaf is built, inspected, verified and loaded', async () => {
    const { json } = deciduous('inspect', 'adder.leaf', '--json');
    expect(json).toMatchObject({
      ok: true,
      name: 'adder',
      version: 1,
      imports: {},
      limits: {},
      uses: [],
      idsHold: true,
      expires: '2999-01-01T00:00:00.000Z',
      signature: { state: 'holds', keyId },
      provides: { adder: { interface: 'bench.Adder', id: expect.stringMatching(/^[0-9a-f]{64}$/) as string } },
      builder: { flags: expect.arrayContaining(['meter']) as string[] },
      bytes: { file: statSync(inFolder('adder.leaf')).size },
      digest: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
    const shown = deciduous('inspect', 'adder.leaf').stdout;
    for (const part of ['adder version 1', 'bench.Adder', `signature holds, key ${keyId}`, 'expires 2999-01-01']) expect(shown).toContain(part);
    expect(deciduous('verify', 'adder.leaf', '--key', 'a.key.pub')).toMatchObject({ status: 0, stdout: expect.stringContaining('holds') as string });
    await using kernel = await boot({ trust: { keys: [readFileSync(inFolder('a.key.pub'), 'utf8')] } });
    expect(unwrap((await kernel.load(inFolder('adder.leaf'))).get(Adder).add(40, 2))).toBe(42);
  });

  it('the same source gives the same file, signed or not, and signing later gives the same as signing at once', () => {
    expect(deciduous('build', fixture('adder.ts'), '--out', 'again.leaf').status).toBe(0);
    expect(deciduous('build', fixture('adder.ts'), '--out', 'twice.leaf').status).toBe(0);
    expect(readFileSync(inFolder('again.leaf')).equals(readFileSync(inFolder('twice.leaf')))).toBe(true);
    expect(deciduous('sign', 'again.leaf', '--key', 'a.key', '--expires', '2999-01-01').status).toBe(0);
    expect(readFileSync(inFolder('again.leaf')).equals(readFileSync(inFolder('adder.leaf')))).toBe(true);
  });
});

describe('what a leaf says of itself', () => {
  const NAME = 'evil\u001b[2J\u009b31m\u202e\nsignature holds';

  it('reaches a terminal as one line that nothing obeys, and programs as it is', async () => {
    const content = await contentOf('adder.ts');
    const { imports, provides } = content.leaf.manifest;
    const wishes = { ...imports, '\u001b]0;title\u0007': Object.values(provides)[0] };
    const leaf = {
      ...content.leaf,
      name: NAME,
      builder: { ...content.leaf.builder, version: '1\u001b[1A' },
      manifest: { ...content.leaf.manifest, imports: wishes },
    };
    writeFileSync(inFolder('evil.leaf'), signed({ leaf, validity: {} }));
    writeFileSync(inFolder('signer.pub'), signer.publicPem);
    const shown = deciduous('inspect', 'evil.leaf').stdout;
    expect(shown).toMatch(/^evil\\u001b\[2J\\u009b31m\\u202e\\u000asignature holds version 1/);
    const verified = deciduous('verify', 'evil.leaf', '--key', 'signer.pub');
    const raw = deciduous('inspect', 'evil.leaf', '--json');
    for (const said of [shown, verified.stdout, raw.stdout, deciduous('run', 'evil.leaf').stderr]) expect(said).not.toMatch(/(?!\n)[\p{Cc}\u202e]/u);
    expect(shown.match(/^signature /gm)).toHaveLength(1);
    expect(verified).toMatchObject({ status: 0, stdout: expect.stringContaining('signature holds version 1, signed by key') as string });
    expect(raw.json['name']).toBe(NAME);
  });

  it('is signed by nobody else once it was changed under a signature', () => {
    const bytes = readFileSync(inFolder('adder.leaf'));
    bytes[bytes.length - 1] ^= 1;
    writeFileSync(inFolder('tampered.leaf'), bytes);
    expect(deciduous('sign', 'tampered.leaf', '--key', 'b.key')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('was changed after key') as string,
    });
    expect(readFileSync(inFolder('tampered.leaf')).equals(bytes)).toBe(true);
  });
});

describe('deciduous verify', () => {
  it('says why not, and ends with 1', () => {
    expect(deciduous('verify', 'adder.leaf', '--key', 'b.key.pub', '--json')).toMatchObject({
      status: 1,
      json: { ok: false, reason: 'unknown-key', code: 'PermissionDenied' },
    });
    writeFileSync(inFolder('trust.json'), JSON.stringify({ keys: ['a.key.pub', readFileSync(inFolder('b.key.pub'), 'utf8')], minimumVersions: { adder: 2 } }));
    expect(deciduous('verify', 'adder.leaf', '--trust', 'trust.json')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('none below version 2 (too-old)') as string,
    });
    const bytes = readFileSync(inFolder('adder.leaf'));
    bytes[bytes.length - 200] ^= 1;
    writeFileSync(inFolder('changed.leaf'), bytes);
    expect(deciduous('verify', 'changed.leaf', '--key', 'a.key.pub')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('(bad-signature)') as string,
    });
  });
});

describe('wrong use', () => {
  it.each<[string, string[], number, RegExp]>([
    ['a private key as a public one', ['verify', 'adder.leaf', '--key', 'a.key'], 1, /private key, where a public one is wanted/],
    ['a public key as a private one', ['sign', 'adder.leaf', '--key', 'a.key.pub'], 1, /a\.key\.pub/],
    ['no key at all', ['verify', 'adder.leaf'], 2, /--key PUB or --trust FILE/],
    ['a folder as a key', ['sign', 'adder.leaf', '--key', '.'], 2, /is a folder: name the key in it/],
    ['a key that is not there', ['sign', 'adder.leaf', '--key', 'none.key'], 2, /no file none\.key/],
    ['a leaf that is not there', ['inspect', 'none.leaf'], 2, /no file none\.leaf/],
    ['a file that is no leaf', ['inspect', 'a.key.pub'], 1, /no leaf, at byte 0/],
    ['a date that is none', ['sign', 'adder.leaf', '--key', 'a.key', '--expires', 'tomorrow'], 2, /tomorrow is no date/],
    [
      'dates the wrong way round',
      ['sign', 'adder.leaf', '--key', 'a.key', '--not-before', '2027-01-02', '--expires', '2027-01-01'],
      2,
      /nobody could ever load it/,
    ],
    ['source that is not there', ['build', 'none.ts'], 1, /PACK001/],
    ['a place that cannot be written to', ['build', fixture('adder.ts'), '--out', '/proc/none/deep/x.leaf'], 1, /cannot be written/],
  ])('is told in a sentence: %s', (_what, words, status, message) => {
    const { stderr, ...ended } = deciduous(...words);
    expect(stderr).toMatch(message);
    expect(ended.status).toBe(status);
  });

  it('of a private key that others can read is refused, with the way out', () => {
    cpSync(inFolder('a.key'), inFolder('open.key'));
    chmodSync(inFolder('open.key'), 0o644);
    expect(deciduous('sign', 'adder.leaf', '--key', 'open.key')).toMatchObject({ status: 1, stderr: expect.stringContaining('chmod 600 open.key') as string });
  });

  it('of a definition that cannot be read before it runs is refused: nothing is written', () => {
    const text = "import { defineDomain } from 'deciduous/domain';\nconst parts = { provides: {}, init: () => ({}) };\nexport default defineDomain(parts);";
    writeFileSync(inFolder('made.ts'), text);
    expect(deciduous('build', 'made.ts', '--json')).toMatchObject({ status: 1, json: { ok: false, code: 'PACK020' } });
    expect(existsSync(inFolder('made.leaf'))).toBe(false);
  });

  it.each(['keygen', 'build', 'sign', 'verify', 'inspect'])('is answered by %s --help with an example', (verb) => {
    expect(deciduous(verb, '--help')).toMatchObject({ status: 0, stdout: expect.stringMatching(new RegExp(`EXAMPLES?[^]*deciduous ${verb}`)) as string });
  });
});
