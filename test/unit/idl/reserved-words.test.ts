/** Every word of TypeScript in every place where the language lets one give a name: it is refused there, or what is generated from it compiles. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { compile } from '../../../dist/idl/index.js';

/** Reserved, reserved in strict code, and words with a meaning in some places; and what no module may declare anew. */
const WORDS = (
  'break case catch class const continue debugger default delete do else enum export extends false finally for function if import in instanceof new null return super ' +
  'switch this throw true try typeof var void while with implements interface let package private protected public static yield ' +
  'abstract accessor any as assert asserts async await bigint boolean constructor declare defer from get global infer intrinsic is keyof module namespace never number object of ' +
  'out override readonly require satisfies set string symbol type undefined unique unknown using arguments eval NaN Infinity globalThis exports Object Promise Symbol'
).split(' ');
const OWN = new Set(['package', 'import', 'struct', 'enum', 'interface', 'const', 'mut', 'true', 'false']);

const PLACES: { readonly [place: string]: (word: string) => string } = {
  struct: (word) => `package p;\nstruct ${word} { a: u8; }\nstruct User { a: ${word}; b: Option<RRef<${word}>>; }`,
  enum: (word) => `package p;\nenum ${word} { A, B }\ninterface User { m(a: ${word}): RRef<${word}>; }`,
  'enum with payloads': (word) => `package p;\nenum ${word} { A(bytes), B }\ninterface User { m(a: ${word}): RRef<${word}>; }`,
  interface: (word) => `package p;\ninterface ${word} { m(): void; }\ninterface User { m(a: ${word}): ${word}; }`,
  const: (word) => `package p;\nconst ${word}: u32 = 4;\nstruct User { a: string<=${word}; }`,
  field: (word) => `package p;\nstruct User { ${word}: u8; }`,
  'field of bytes': (word) => `package p;\nstruct User { ${word}: bytes; }`,
  variant: (word) => `package p;\nenum User { ${word} }`,
  'variant with payload': (word) => `package p;\nenum User { ${word}(bytes), Other }`,
  method: (word) => `package p;\n@recoverable\ninterface User { ${word}(): void; @async other(): void; }`,
  parameter: (word) => `package p;\ninterface User { m(${word}: bytes, other: u8): void; }`,
  package: (word) => `package ${word};\nstruct A { a: bytes; }\nenum B { C, D }\ninterface E { m(): void; }`,
};

const folder = path.join('test/fixtures/idl', `.words-${process.pid}`);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a word of TypeScript as a name', () => {
  it('is refused where it stands, or is taken, in every place', () => {
    let files = 0;
    let refused = 0;
    mkdirSync(folder, { recursive: true });
    for (const word of WORDS) {
      for (const [place, textFor] of Object.entries(PLACES)) {
        const text = textFor(word);
        const sources = [{ path: `${word}.idl`, text }];
        // What is declared is exported again by whoever imports it.
        const uses = place === 'package' ? `interface I { m(a: ${word}.A, e: ${word}.E): ${word}.B; }` : 'struct I { a: u8; }';
        sources.push({ path: 'user.idl', text: `package user;\nimport "./${word}.idl";\n${uses}` });
        const { diagnostics, files: generated } = compile(sources, { read: () => undefined });
        const told = diagnostics.filter((diagnostic) => diagnostic.file === `${word}.idl`);
        if (told.length === 0) {
          for (const file of generated.filter((each) => each.path.endsWith('.ts'))) {
            const target = path.join(folder, place.replaceAll(' ', '-'), `${WORDS.indexOf(word)}`, file.path);
            mkdirSync(path.dirname(target), { recursive: true });
            writeFileSync(target, file.text);
            files += 1;
          }
          continue;
        }
        refused += 1;
        const [{ code, line, column }] = told;
        const at = (text.split('\n')[line - 1] ?? '').search(new RegExp(`\\b${word}\\b`));
        expect(`${word} as ${place}: ${code}`).toBe(`${word} as ${place}: ${OWN.has(word) ? 'IDL001' : code === 'IDL004' ? 'IDL004' : 'IDL007'}`);
        // A word of our own is read as what it means, so the parser stumbles over it or behind it; any other is pointed at.
        if (!OWN.has(word)) expect(`${word} as ${place}: ${column}`).toBe(`${word} as ${place}: ${at + 1}`);
      }
    }
    expect(refused).toBeGreaterThan(400);
    expect(files).toBeGreaterThan(200);
    writeFileSync(
      path.join(folder, 'tsconfig.json'),
      JSON.stringify({ extends: '../tsconfig.json', compilerOptions: { noEmit: true }, include: ['**/*.ts'], files: [] }),
    );
    const { status, stdout } = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', folder], { encoding: 'utf8' });
    expect(stdout).toBe('');
    expect(status).toBe(0);
  }, 120_000);
});
