/** Whatever a file holds, the compiler, the formatter and the fixes answer, and every answer has its place. MUTATION_SEED replays; DEEP=1: see test/model/depth.ts. */
import { transformSync } from 'esbuild';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyFixes, compile, type Diagnostic, format, renderDiagnostic } from '../../../dist/idl/index.js';
import { DEEP_MINUTES, seedFrom } from '../../model/depth.js';
import { mutant, token } from './mutants.js';
import { VALID } from './valid-files.js';

const SEED = seedFrom('MUTATION_SEED', 11);
const LIMIT = DEEP_MINUTES > 0 ? { numRuns: 2 ** 30, interruptAfterTimeLimit: DEEP_MINUTES * 20_000, markInterruptAsFailure: false } : {};
const TIMEOUT = 120_000 + DEEP_MINUTES * 60_000;

/** Holds a diagnostic to lying within its file, with a text of its own and edits that can be made. */
function expectPlaced(diagnostic: Diagnostic, text: string): void {
  const lines = text.replace(/^\ufeff/, '').split(/\r\n|\r|\n/);
  expect(diagnostic.code).toMatch(/^IDL\d{3}$/);
  expect(diagnostic.line).toBeGreaterThanOrEqual(1);
  expect(diagnostic.line).toBeLessThanOrEqual(lines.length);
  expect(diagnostic.column).toBeGreaterThanOrEqual(1);
  expect(diagnostic.column).toBeLessThanOrEqual(lines[diagnostic.line - 1].length + 1);
  expect(diagnostic.length).toBeGreaterThanOrEqual(1);
  expect(renderDiagnostic(diagnostic)).not.toContain('undefined');
  let end = 0;
  for (const edit of diagnostic.fix?.edits ?? []) {
    expect(edit.offset).toBeGreaterThanOrEqual(end);
    end = edit.offset + edit.length;
    expect(end).toBeLessThanOrEqual(text.length);
  }
}

/** Compiles and holds the answer to what is promised whatever the text. */
function compileHostile(filePath: string, text: string): number {
  const { diagnostics, schemas, files } = compile([{ path: filePath, text }]);
  for (const diagnostic of diagnostics) if (diagnostic.file === filePath) expectPlaced(diagnostic, text);
  // Either everything is said to be wrong, or everything is made.
  expect(diagnostics.length > 0).toBe(schemas.length === 0);
  expect(diagnostics.length > 0).toBe(files.length === 0);
  return diagnostics.length;
}

const idsOf = (filePath: string, text: string): string[] =>
  compile([{ path: filePath, text }]).schemas.flatMap(({ structs, enums, interfaces }) =>
    [structs, enums, interfaces].flatMap((table) => Object.values(table).map(({ name, id }) => `${name} ${id}`)),
  );

describe('hostile text', () => {
  it('every valid file compiles as it is', () => {
    expect(VALID.length).toBeGreaterThan(30);
    for (const { path: filePath, text } of VALID) expect(compileHostile(filePath, text)).toBe(0);
  });

  it(
    'whatever is done to a valid file, the compiler answers with positioned diagnostics or with code that TypeScript reads, and never throws',
    () => {
      let accepted = 0;
      fc.assert(
        fc.property(mutant, ({ path: filePath, text }) => {
          if (compileHostile(filePath, text) > 0) return;
          accepted++;
          for (const file of compile([{ path: filePath, text }]).files) if (file.path.endsWith('.ts')) transformSync(file.text, { loader: 'ts' });
        }),
        { numRuns: 1500, seed: SEED, ...LIMIT },
      );
      // A mutation that leaves nothing to be refused is one that the compiler has to see through.
      expect(accepted).toBeGreaterThan(20);
    },
    TIMEOUT,
  );

  it(
    'whatever is done to a valid file, the formatter lays it out, once and for all, or says where it is wrong',
    () => {
      fc.assert(
        fc.property(mutant, ({ path: filePath, text }) => {
          const formatted = format({ path: filePath, text });
          if (formatted.diagnostics) {
            for (const diagnostic of formatted.diagnostics) expectPlaced(diagnostic, text);
            return;
          }
          expect(format({ path: filePath, text: formatted.text }).text).toBe(formatted.text);
          expect(idsOf(filePath, formatted.text)).toEqual(idsOf(filePath, text));
        }),
        { numRuns: 700, seed: SEED + 1, ...LIMIT },
      );
    },
    TIMEOUT,
  );

  it(
    'whatever is done to a valid file, applying the fixes ends, and leaves no more wrong than there was',
    () => {
      fc.assert(
        fc.property(mutant, ({ path: filePath, text }) => {
          const before = compile([{ path: filePath, text }]).diagnostics;
          const { sources, applied } = applyFixes([{ path: filePath, text }]);
          const after = compile(sources).diagnostics;
          expect(after.length).toBeLessThanOrEqual(before.length);
          if (applied.length === 0) expect(sources[0].text).toBe(text);
        }),
        { numRuns: 500, seed: SEED + 2, ...LIMIT },
      );
    },
    TIMEOUT,
  );

  it(
    'rows of random tokens never make it throw',
    () => {
      fc.assert(
        fc.property(fc.array(token, { maxLength: 60 }), (tokens) => {
          compileHostile('p.idl', tokens.join(' '));
        }),
        { numRuns: 500, seed: SEED + 3, ...LIMIT },
      );
    },
    TIMEOUT,
  );

  it('a file cut off anywhere never makes it throw', () => {
    const { path: filePath, text } = VALID.find((file) => file.path.endsWith('test.idl')) as (typeof VALID)[number];
    for (let end = 0; end < text.length; end += 7) compileHostile(filePath, text.slice(0, end));
  }, 120_000);

  it.each([
    ['ten thousand open brackets', `package p; struct S { a: ${'['.repeat(10_000)}`],
    ['ten thousand loans', `package p; interface I { m(a: ${'&'.repeat(10_000)}RRef<I>): void; }`],
    ['ten thousand suffixes', `package p; struct S { a: u8${'[]'.repeat(10_000)}; }`],
    ['ten thousand unions', `package p; struct S { a: u8${'|u8'.repeat(10_000)}; }`],
    [
      'a chain of five thousand structs',
      `package p;\n${Array.from({ length: 5000 }, (_, i) => `struct S${i} { a: S${i + 1}; }`).join('\n')}\nstruct S5000 { a: u8; }`,
    ],
    ['a chain the other way round', `package p;\nstruct S0 { a: u8; }\n${Array.from({ length: 5000 }, (_, i) => `struct S${i + 1} { a: S${i}; }`).join('\n')}`],
    [
      'structs that double sixty times',
      `package p;\nstruct S0 { a: u8; }\n${Array.from({ length: 60 }, (_, i) => `struct S${i + 1} { a: S${i}; b: S${i}; }`).join('\n')}`,
    ],
    ['a number of a million digits', `package p; const N: u64 = ${'9'.repeat(1_000_000)};`],
    ['a name of a million letters', `package p; struct S { a: ${'a'.repeat(1_000_000)}; }`],
  ])(
    '%s are refused soon',
    (_, text) => {
      const start = performance.now();
      expect(compileHostile('p.idl', text)).toBeGreaterThan(0);
      expect(performance.now() - start).toBeLessThan(20_000);
    },
    20_000,
  );

  it('enums that double sixty times are small, and compile soon', () => {
    const text = `package p;\nenum E0 { A }\n${Array.from({ length: 60 }, (_, i) => `enum E${i + 1} { A(E${i}), B(E${i}) }`).join('\n')}`;
    expect(compileHostile('p.idl', text)).toBe(0);
  });
});
