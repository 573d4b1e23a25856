/**
 * Random valid definitions through every tool that reads them: the formatter, the reference, idl.lock. TOOLS_SEED replays; DEEP=1: see test/model/depth.ts.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkLocks, compile, format, reference, type SourceFile } from '../../dist/idl/index.js';
import { DEEP_MINUTES, seedFrom } from '../model/depth.js';
import { Draw } from './draw.js';
import { type RandomIdl, RandomIdlSource } from './random-idl.js';

const SEED = seedFrom('TOOLS_SEED', 9);
const LIMIT = DEEP_MINUTES > 0 ? { numRuns: 2 ** 30, interruptAfterTimeLimit: DEEP_MINUTES * 20_000, markInterruptAsFailure: false } : { numRuns: 60 };
const TIMEOUT = 90_000 + DEEP_MINUTES * 60_000;

/** Runs `body` with random definitions, and with what draws more. */
function withRandomIdl(seed: number, body: (idl: RandomIdl, draw: Draw) => void): void {
  fc.assert(
    fc.property(fc.gen(), (given) => {
      const draw = new Draw(given);
      body(new RandomIdlSource(draw).make(), draw);
    }),
    { ...LIMIT, seed, endOnFailure: true },
  );
}

/** Nothing lies on a disk. */
const NOWHERE = { read: () => undefined, list: () => [] };

describe('random interface definitions', () => {
  it(
    'are laid out once and for all, and generate the same code as before, byte for byte',
    () => {
      withRandomIdl(SEED, ({ files }) => {
        const laidOut = files.map((file): SourceFile => {
          const { text } = format(file);
          if (text === undefined) throw new Error(`${file.path} has errors of syntax`);
          expect(format({ path: file.path, text }).text).toBe(text);
          return { path: file.path, text };
        });
        const before = compile(files, NOWHERE);
        expect(before.diagnostics).toEqual([]);
        expect(compile(laidOut, NOWHERE).files).toEqual(before.files);
      });
    },
    TIMEOUT,
  );

  it(
    'have a page for each package, with every definition of it',
    () => {
      withRandomIdl(SEED + 1, ({ files }) => {
        const compilation = compile(files, NOWHERE);
        const [index, ...pages] = reference(compilation);
        expect(index.path).toBe('README.md');
        expect(pages.map((page) => page.path)).toEqual(compilation.schemas.map((schema) => `${schema.package}.md`));
        for (const [at, schema] of compilation.schemas.entries()) {
          const own = [schema.structs, schema.enums, schema.interfaces]
            .flatMap((table) => Object.keys(table))
            .filter((name) => name.startsWith(`${schema.package}.`));
          for (const name of own) expect(pages[at].text).toContain(name.split('.')[1]);
          expect(pages[at].text).not.toMatch(/undefined|NaN|\[object/);
        }
      });
    },
    TIMEOUT,
  );

  it(
    'are unchanged against the lock file that was written of them, however they are laid out',
    () => {
      withRandomIdl(SEED + 2, ({ files }) => {
        const published = checkLocks(files, NOWHERE);
        expect(published.diagnostics).toEqual([]);
        expect(published.plans).toHaveLength(1);
        const [{ path: lockPath, text }] = published.plans;
        const options = { read: (place: string) => (place === lockPath ? text : undefined), list: () => [lockPath] };
        const laidOut = files.map((file) => ({ path: file.path, text: format(file).text ?? '' }));
        for (const sources of [files, laidOut]) {
          const again = checkLocks(sources, options);
          expect(again.locks).toEqual([lockPath]);
          expect([again.changes, again.diagnostics]).toEqual([[], []]);
          expect(again.plans).toEqual(published.plans);
        }
      });
    },
    TIMEOUT,
  );

  it(
    'are judged against a lock file that somebody damaged, or it is told where it is broken',
    () => {
      withRandomIdl(SEED + 3, ({ files }, draw) => {
        const [{ path: lockPath, text }] = checkLocks(files, NOWHERE).plans;
        let damaged = text;
        for (let count = draw.int(1, 3); count > 0; count--) {
          const from = draw.int(0, damaged.length);
          damaged =
            damaged.slice(0, from) +
            draw.pick(['', '"', '{', '}', ',', ':', '0', 'null', '[]', '\u0000', '\ud800', 'struct', damaged.slice(from, from + 40)]) +
            damaged.slice(from + draw.int(0, 60));
        }
        const { diagnostics } = checkLocks(files, { read: (place) => (place === lockPath ? damaged : undefined), list: () => [lockPath] });
        const lines = damaged.split(/\r\n|\r|\n/);
        for (const { file, line, column, length } of diagnostics) {
          expect(length).toBeGreaterThan(0);
          if (file !== lockPath) continue;
          expect(line).toBeLessThanOrEqual(lines.length);
          expect(column).toBeLessThanOrEqual(lines[line - 1].length + 1);
        }
      });
    },
    TIMEOUT,
  );
});
