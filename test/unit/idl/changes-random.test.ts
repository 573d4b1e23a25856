/**
 * Random changes of every valid file, judged against what the file published: what breaks nobody is served at run time, and nothing changes unseen. CHANGES_SEED replays;
 * DEEP=1: see test/model/depth.ts.
 */
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Schema } from 'deciduous/schema';
import { findProvided } from '../../../dist/host/matching.js';
import { CHANGES, checkLocks, compile, type LockCheck } from '../../../dist/idl/index.js';
import { DEEP_MINUTES, seedFrom } from '../../model/depth.js';
import { mutant } from './mutants.js';
import { VALID, type ValidFile } from './valid-files.js';

const SEED = seedFrom('CHANGES_SEED', 5);
const SCALARS = ['bool', 'u8', 'u32', 'i64', 'f64', 'string', 'bytes', 'string<=9', '[u8; 3]', 'Option<u8>'];

/** Changes by line and by word, most of which leave a file valid. */
const edits = fc
  .tuple(fc.constantFrom('drop', 'swap', 'scalar', 'grow', 'annotate', 'rename', 'lend', 'constant'), fc.nat(100_000), fc.nat(100_000))
  .map(([what, a, b]) => (text: string): string => {
    const lines = text.split('\n');
    const [at, to] = [a % lines.length, b % lines.length];
    const nth = (pattern: RegExp, change: (found: string) => string): string => {
      const found = [...text.matchAll(pattern)];
      if (found.length === 0) return text;
      const { index, 0: whole } = found[a % found.length];
      return text.slice(0, index) + change(whole) + text.slice(index + whole.length);
    };
    switch (what) {
      case 'drop':
        return lines.toSpliced(at, 1).join('\n');
      case 'swap':
        return lines.with(at, lines[to]).with(to, lines[at]).join('\n');
      case 'scalar':
        return nth(/\b(?:bool|[uif](?:8|16|32|64)|string|bytes)\b/g, () => SCALARS[b % SCALARS.length]);
      case 'grow':
        return nth(/\}/g, () => ['more_z(): void; }', 'more_z: u8; }', ', More_z }'][b % 3]);
      case 'annotate':
        return nth(/\binterface\b|@\w+(?:\([^)]*\))?\s/g, (found) => (found === 'interface' ? ['@noForward interface', '@recoverable interface'][b % 2] : ''));
      case 'rename':
        return nth(/\b[a-z]\w*(?=[:(])/g, (found) => `${found}_z`);
      case 'lend':
        return nth(/&?RRef</g, (found) => (found.startsWith('&') ? 'RRef<' : '&RRef<'));
      default:
        return nth(/= \d+;/g, () => `= ${(b % 9) + 1};`);
    }
  });

const edited = fc
  .tuple(fc.constantFrom(...VALID), fc.array(edits, { minLength: 1, maxLength: 3 }))
  .map(([file, changes]): ValidFile => ({ path: file.path, text: changes.reduce((text, change) => change(text), file.text) }));

const locks = new Map<string, { readonly path: string; readonly text: string; readonly schema: Schema }>();
/** What a file of the repository publishes as it is. */
function published(file: ValidFile): { readonly path: string; readonly text: string; readonly schema: Schema } {
  let known = locks.get(file.path);
  if (!known) {
    const { plans, compilation } = checkLocks([file], { read: readValid });
    known = { ...plans[0], schema: compilation.schemas.at(-1) as Schema };
    locks.set(file.path, known);
  }
  return known;
}

const byPath = new Map(VALID.map((file) => [path.normalize(file.path), file.text]));
/** Imported files, as they are; no lock file that is committed. */
function readValid(place: string): string | undefined {
  return byPath.get(path.normalize(place));
}

/** Interfaces of a package that who was built with `asked` is refused by who provides `provided`. */
function refused(provided: Schema, asked: Schema): string[] {
  const own = (schema: Schema) => Object.values(schema.interfaces).filter(({ name }) => name.startsWith(`${schema.package}.`));
  const all = Object.fromEntries(own(provided).map((def, exported) => [def.name, { interfaceName: def.name, interfaceId: def.id, exported }]));
  return own(asked)
    .filter((def) => {
      try {
        findProvided('p', all, [provided], { name: def.name, id: def.id, schema: asked }, undefined);
        return false;
      } catch (error) {
        expect((error as Error).message.length).toBeLessThan(3000);
        return true;
      }
    })
    .map(({ name }) => name);
}

function judge(file: ValidFile): { readonly check: LockCheck; readonly lock: string } | undefined {
  const before = published(VALID.find((each) => each.path === file.path) as ValidFile);
  const check = checkLocks([file], {
    read: (place) => (path.normalize(place) === path.normalize(before.path) ? before.text : readValid(place)),
    list: () => [],
  });
  if (check.compilation.diagnostics.length > 0) return undefined;
  const after = check.compilation.schemas.at(-1) as Schema;
  const breaking = check.changes.filter(({ compatible }) => !compatible);
  expect(check.diagnostics).toHaveLength(breaking.length);
  // Nothing that is published changes unseen, and nothing is told that changes nothing.
  expect(check.plans[0].text === before.text).toBe(check.changes.length === 0);
  // What the check calls compatible, get() and grants serve.
  const notServed = refused(after, before.schema);
  if (breaking.length === 0) expect(notServed).toEqual([]);
  // And what they refuse is a change that the table says they refuse.
  const told = breaking.some(({ kind }) => CHANGES[kind].oldCallers === 'refused');
  if (notServed.length > 0) expect(told).toBe(true);
  for (const { line, column, message, file: place } of check.changes) {
    expect([line > 0, column > 0, place === file.path || place === before.path]).toEqual([true, true, true]);
    expect(message).not.toMatch(/undefined|\[object|NaN/);
  }
  return { check, lock: before.text };
}

describe('a random change of a valid file', () => {
  it.each([
    ['by line and word', edited, 700, 40],
    ['by character and token', mutant, 700, 8],
  ] as const)(
    '%s is judged as it is served',
    (_, changed, runs, least) => {
      let valid = 0;
      const kinds = new Set<string>();
      const limit = DEEP_MINUTES > 0 ? { numRuns: 2 ** 30, interruptAfterTimeLimit: DEEP_MINUTES * 20_000, markInterruptAsFailure: false } : { numRuns: runs };
      fc.assert(
        fc.property(changed, (file) => {
          const judged = judge(file);
          if (!judged || judged.check.changes.length === 0) return;
          valid += 1;
          for (const { kind } of judged.check.changes) kinds.add(kind);
        }),
        { seed: SEED, ...limit },
      );
      expect(valid).toBeGreaterThan(least);
      expect(kinds.size).toBeGreaterThan(5);
    },
    120_000 + DEEP_MINUTES * 60_000,
  );

  it('has files to be made in that compile', () => {
    for (const file of VALID) expect(compile([file]).diagnostics).toEqual([]);
  });
});
