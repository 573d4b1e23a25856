/** `idl.lock` as text: what is in it, that it is read as it was written, and that whatever else stands there is refused at its place. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkLocks, type LockCheck, renderDiagnostic } from '../../../dist/idl/index.js';
import { seedFrom } from '../../model/depth.js';

// A usual run is the same each time; FC_SEED replays another.
fc.configureGlobal({ seed: seedFrom('FC_SEED', 1) });

const IDL = `package kv;

const MOST: u64 = 18446744073709551615;
const NAME: string = "a \\"b\\"";

struct Key { name: string<=80; parts: (u8, [Option<string<=4>; 2]); }
enum Found { None, Some(RRef<Key>), Pair(u8, f64) }

@recoverable
interface Store {
  get(key: &RRef<Key>, limit: Option<(u8, string<=4)>): Result<void, Found>;
  @since(2) @idempotent @deadline(1.5s) watch(sink: Sink): void;
  @since(2) @async all(): RRefVec<u8>;
}

@noForward
interface Sink { ended(): void; }
`;

const LOCK = `{
  "format": "deciduous-idl-lock/1",
  "packages": {
    "kv": {
      "file": "kv.idl",
      "constants": {
        "MOST": "u64 = 18446744073709551615",
        "NAME": "string = \\"a \\\\\\"b\\\\\\"\\""
      },
      "definitions": {
        "kv.Found": {
          "id": "ID",
          "enum": [
            "None",
            "Some(RRef<kv.Key>)",
            "Pair((u8,f64))"
          ]
        },
        "kv.Key": {
          "id": "ID",
          "struct": [
            "name: string<=80",
            "parts: (u8,[Option<string<=4>;2])"
          ]
        },
        "kv.Sink": {
          "id": "ID",
          "annotations": [
            "@noForward"
          ],
          "interface": [
            "ended(): void"
          ]
        },
        "kv.Store": {
          "id": "ID",
          "annotations": [
            "@recoverable"
          ],
          "interface": [
            "get(&RRef<kv.Key>, Option<(u8,string<=4)>): Result<void,kv.Found>",
            "@since(2) @idempotent @deadline(1500ms) watch(interface kv.Sink): void",
            "@since(2) @async all(): RRef<RRefVec<u8>>"
          ]
        }
      },
      "beneath": {}
    }
  }
}
`;

/** Compiles what `files` has under `sources`; the rest is read where it is asked for. */
function check(files: { readonly [path: string]: string }, ...sources: string[]): LockCheck {
  return checkLocks(
    sources.map((each) => ({ path: each, text: files[each] })),
    { read: (each) => files[each], list: () => Object.keys(files) },
  );
}
const written = check({ 'kv.idl': IDL }, 'kv.idl').plans[0]?.text;
const against = (lock: string): LockCheck => check({ 'kv.idl': IDL, 'idl.lock': lock }, 'kv.idl');

describe('a lock file', () => {
  it('has a line for each member, sorted, with ids, and reads at sight', () => {
    expect(written.replace(/"id": "[0-9a-f]{64}"/g, '"id": "ID"')).toBe(LOCK);
  });

  it('has the ids of the schemas', () => {
    const { schemas } = check({ 'kv.idl': IDL }, 'kv.idl').compilation;
    const { definitions } = JSON.parse(written).packages.kv;
    for (const [name, { id }] of Object.entries<{ id: string }>(definitions)) {
      expect([schemas[0].structs[name]?.id, schemas[0].enums[name]?.id, schemas[0].interfaces[name]?.id]).toContain(id);
    }
  });

  it('is read as it was written, and nothing has changed then', () => {
    expect(against(written)).toMatchObject({ diagnostics: [], changes: [], locks: ['idl.lock'], plans: [{ path: 'idl.lock', text: written }] });
    const crlf = against(written.replaceAll('\n', '\r\n'));
    expect(crlf).toMatchObject({ diagnostics: [], changes: [] });
  });

  it('is the same text in whatever order things are declared and files are named', () => {
    const parts = IDL.split('\n\n');
    const other = [parts[0], ...parts.slice(1).reverse()].join('\n\n');
    expect(check({ 'kv.idl': other }, 'kv.idl').plans[0].text).toBe(written);
    const two = { 'kv.idl': IDL, 'a.idl': 'package a;\nstruct S { s: u8; }\n' };
    expect(check(two, 'kv.idl', 'a.idl').plans[0].text).toBe(check(two, 'a.idl', 'kv.idl').plans[0].text);
  });

  const everywhere = ['idl', 'test/fixtures/idl', 'test/fixtures/extensions', 'test/fixtures/model', 'test/fixtures/stress', 'samples/docs-pipeline'].flatMap(
    (folder) =>
      readdirSync(folder)
        .filter((file) => file.endsWith('.idl'))
        .map((file) => path.join(folder, file)),
  );

  it.each(everywhere)('of %s is read as it was written', (file) => {
    const source = { path: file, text: readFileSync(file, 'utf8') };
    const place = path.join(path.dirname(file), 'idl.lock');
    const without = checkLocks([source], { read: (each) => (path.basename(each) === 'idl.lock' ? undefined : readFileSync(each, 'utf8')) });
    const [{ text }] = without.plans;
    const read = (each: string): string | undefined => (each === place ? text : path.basename(each) === 'idl.lock' ? undefined : readFileSync(each, 'utf8'));
    expect(checkLocks([source], { read })).toMatchObject({ diagnostics: [], changes: [], plans: [{ path: place, text }] });
  });
});

/** Where a part of the lock stands. */
function placeOf(lock: string, part: string): { line: number; column: number } {
  const before = lock.slice(0, lock.indexOf(part));
  expect(lock).toContain(part);
  return { line: before.split('\n').length, column: before.length - before.lastIndexOf('\n') };
}

describe('a lock file that is not what was written', () => {
  const edited = (from: string | RegExp, to: string): string => {
    expect(written).toMatch(from);
    return written.replace(from, to);
  };
  const idOf = (name: string): string => JSON.parse(written).packages.kv.definitions[name].id;

  it.each<[string, () => string, string, string, RegExp]>([
    ['that is empty', () => '', '', 'IDL036', /the file is empty|no JSON/],
    ['that is cut off', () => written.slice(0, 400), '', 'IDL036', /this is no JSON: /],
    ['with the marks of a merge', () => edited('    "kv": {', '<<<<<<< ours\n    "kv": {'), '<<<<<<< ours', 'IDL036', /this is no JSON: /],
    ['with a comment', () => edited('  "packages"', '  // ours\n  "packages"'), '// ours', 'IDL036', /this is no JSON: invalid comment token/],
    ['that is a list', () => '[]', '[]', 'IDL036', /the file is not an object/],
    ['that is a number', () => '7', '7', 'IDL036', /the file is not an object/],
    ['without a format', () => edited('  "format": "deciduous-idl-lock/1",\n', ''), '{', 'IDL036', /lacks `format`/],
    ['of another program', () => edited('deciduous-idl-lock/1', 'npm'), '"npm"', 'IDL036', /`format` is "npm", and not "deciduous-idl-lock\/1"/],
    [
      'of a later format',
      () => edited('lock/1', 'lock/2'),
      '"deciduous-idl-lock/2"',
      'IDL036',
      /has the format "deciduous-idl-lock\/2", and this compiler knows "deciduous-idl-lock\/1"/,
    ],
    ['without packages', () => '{ "format": "deciduous-idl-lock/1" }', '{', 'IDL036', /lacks `packages`/],
    [
      'with a part that nobody knows',
      () => edited('"beneath": {}', '"beneath": {}, "more": 1'),
      '"more"',
      'IDL036',
      /`packages\.kv\.more` is nothing that a lock file has/,
    ],
    ['with a package twice', () => edited('"packages": {', '"packages": { "kv": 1, "kv": 2,'), '"kv": 2', 'IDL036', /`packages\.kv` stands there twice/],
    ['with a file that is no text', () => edited('"kv.idl"', '["kv.idl"]'), '["kv.idl"]', 'IDL036', /`packages\.kv\.file` is not a text/],
    [
      'with another package’s definition among its own',
      () => edited('"kv.Sink": {', '"other.Sink": {'),
      '"other.Sink"',
      'IDL036',
      /does not belong into definitions of package kv/,
    ],
    [
      'with a definition of two kinds',
      () => edited('"enum": [', '"struct": [], "enum": ['),
      '{\n          "id": "' + idOf('kv.Found'),
      'IDL036',
      /has to be one of struct, enum and interface/,
    ],
    ['with a field that is none', () => edited('"name: string<=80"', '"name string"'), '"name string"', 'IDL036', /struct\[0\]` is not what a struct has/],
    ['with a method that is none', () => edited('"ended(): void"', '"ended"'), '"ended"', 'IDL036', /is not what an interface has/],
    ['with a variant that is none', () => edited('"None"', '"No ne"'), '"No ne"', 'IDL036', /is not what an enum has/],
    ['with a type that was edited', () => edited('string<=80', 'string<=81'), '', 'IDL037', /the id of kv\.\w+ is not that of the text beside it/],
    [
      'with an id that was edited',
      () => edited(idOf('kv.Sink'), '0'.repeat(64)),
      '"' + '0'.repeat(64),
      'IDL037',
      /the id of kv\.Sink is not that of the text beside it/,
    ],
    ['with @noForward taken away', () => edited('"@noForward"', ''), '', 'IDL037', /the id of kv\.\w+ is not/],
    ['with members in another order', () => edited(/("name: string<=80"),\s*("parts[^"]*")/, '$2, $1'), '', 'IDL037', /the id of kv\.\w+ is not/],
    [
      'without a definition that another reaches',
      () => edited(/"kv\.Key": \{[^}]*\},/, ''),
      '',
      'IDL037',
      /kv\.\w+ reaches kv\.Key, which the lock does not have/,
    ],
    ['that nests without end', () => '['.repeat(200_000), '', 'IDL036', /./],
  ])('%s is refused, at its place', (_, make, at, code, message) => {
    const lock = make();
    const { diagnostics, changes, plans } = against(lock);
    expect(changes).toEqual([]);
    expect(plans).toEqual([]);
    expect(diagnostics[0]).toMatchObject({ code, file: 'idl.lock', message: expect.stringMatching(message), wayOut: expect.stringMatching(/version/) });
    if (at !== '') expect(diagnostics[0]).toMatchObject(placeOf(lock, at));
    expect(renderDiagnostic(diagnostics[0])).toMatch(/^idl\.lock:\d+:\d+: IDL03[67]: /);
  });

  it('by one character anywhere is refused, or says that something changed, or says the same: it is never an exception', () => {
    fc.assert(
      fc.property(fc.nat(written.length - 1), fc.constantFrom('', '"', '{', '}', ',', 'x', '0', ' ', '<', '@', '\\'), (at, by) => {
        const { diagnostics } = against(written.slice(0, at) + by + written.slice(at + 1));
        for (const { line, column, file } of diagnostics) expect([line > 0, column > 0, file]).toEqual([true, true, file === 'kv.idl' ? 'kv.idl' : 'idl.lock']);
      }),
      { numRuns: 300 },
    );
  });
});
