import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { PlantedTree } from './planted-tree.js';

interface Planted {
  /** Completes "the gate finds ...". */
  readonly what: string;
  plant(tree: PlantedTree): void;
  /** What the gate's words have to hold: the place, and what is wrong there. */
  readonly says: readonly string[];
}

interface Gate {
  /** What a gate needs before it can be content with the tree. */
  prepare?(tree: PlantedTree): void;
  readonly planted: readonly Planted[];
}

const build = (tree: PlantedTree): void => tree.build();
const imports = (file: string, line: string) => (tree: PlantedTree) => tree.write(file, `${line}\n\n${tree.read(file)}`);
// Spelled in two parts, or the gate would find them here.
const home = ['/ho', 'me/somebody/project'].join('');
const registry = ['https://regis', 'try.npmjs.org/left-pad/-/left-pad-1.3.0.tgz'].join('');

/** What `package one; struct One { a: u8; }` publishes. */
const ONE_LOCK = JSON.stringify({
  format: 'deciduous-idl-lock/1',
  packages: {
    one: {
      file: 'one.idl',
      constants: {},
      definitions: { 'one.One': { id: createHash('sha256').update('one.One\nstruct one.One{a:u8}').digest('hex'), struct: ['a: u8'] } },
      beneath: {},
    },
  },
});

const GATES: { readonly [name: string]: Gate } = {
  build: {
    prepare: build,
    planted: [
      { what: 'a type error', plant: (tree) => tree.change('src/proxy/call.ts', '+ 1', "+ '1'"), says: ['src/proxy/call.ts(3,', 'TS2322'] },
      { what: 'output without a source', plant: (tree) => tree.write('dist/host/gone.js', 'export {};\n'), says: ['dist/host/gone.js', 'no source'] },
      { what: 'a source without output', plant: (tree) => tree.remove('dist/proxy/call.js'), says: ['src/proxy/call.ts', 'no output'] },
    ],
  },
  format: {
    planted: [
      { what: 'another layout', plant: (tree) => tree.change('src/proxy/call.ts', ' + 1', '+1'), says: ['src/proxy/call.ts', 'npm run format'] },
      { what: 'a file that it cannot read', plant: (tree) => tree.write('src/proxy/half.ts', 'export const = ;\n'), says: ['src/proxy/half.ts'] },
    ],
  },
  'idl-format': {
    prepare: (tree) => tree.copy('idl'),
    planted: [
      { what: 'another layout', plant: (tree) => tree.change('idl/kv.idl', '  flags: u32;', 'flags : u32;'), says: ['idl/kv.idl', 'idl fmt idl/kv.idl'] },
      { what: 'a definition that cannot be read', plant: (tree) => tree.change('idl/kv.idl', 'package kv;', 'package'), says: ['idl/kv.idl', 'idl check'] },
      { what: 'a tree without definitions', plant: (tree) => tree.remove('idl'), says: ['idl', 'no interface definitions'] },
    ],
  },
  lint: {
    planted: [
      {
        what: 'a loose comparison',
        plant: (tree) => tree.write('src/host/loose.ts', 'export const same = (a: unknown, b: unknown): boolean => a == b;\n'),
        says: ['src/host/loose.ts:1', 'eqeqeq'],
      },
      {
        what: 'a promise that nobody awaits, which only types can tell',
        plant: (tree) =>
          tree.write('src/host/late.ts', 'const later = (): Promise<void> => Promise.resolve();\n\nexport const go = (): void => {\n  later();\n};\n'),
        says: ['src/host/late.ts:4', 'no-floating-promises'],
      },
      {
        what: 'a note to do something later',
        plant: (tree) => tree.write('src/host/note.ts', `// ${'TO'}${'DO'}: the race\nexport const note = 1;\n`),
        says: ['src/host/note.ts:1', 'no-warning-comments'],
      },
      {
        what: 'an exception to a rule that is not needed',
        plant: (tree) => tree.write('src/host/excused.ts', '// oxlint-disable-next-line eqeqeq\nexport const excused = 1;\n'),
        says: ['src/host/excused.ts:1', 'directive'],
      },
    ],
  },
  layering: {
    planted: [
      {
        what: 'an import that looks up',
        plant: imports('src/abi/atomics.ts', "import '../host/index.js';"),
        says: ['src/abi/atomics.ts:1', 'src/abi imports nothing of ours'],
      },
      {
        what: 'an import of a type that looks up',
        plant: imports('src/shared-heap/heap.ts', "import type { boot } from '../host/index.js';"),
        says: ['src/shared-heap/heap.ts:1', 'src/shared-heap imports only abi of ours'],
      },
      {
        what: 'an export that looks up',
        plant: imports('src/proxy/call.ts', "export * from '../microkernel/kernel-worker.js';"),
        says: ['src/proxy/call.ts:1', 'src/proxy imports only'],
      },
      {
        what: 'an import at run time that looks up',
        plant: (tree) => tree.write('src/abi/late.ts', "export const late = async (): Promise<unknown> => import('../host/index.js');\n"),
        says: ['src/abi/late.ts:1'],
      },
      {
        what: 'an import sideways',
        plant: imports('src/domains/domain-worker.ts', "import '../microkernel/kernel-worker.js';"),
        says: ['src/domains/domain-worker.ts:1', 'src/domains imports only'],
      },
      {
        what: 'an import of the package itself',
        plant: imports('src/domains/domain-worker.ts', "import 'deciduous';"),
        says: ['src/domains/domain-worker.ts:1'],
      },
      {
        what: 'a package of the trusted build in the trusted base',
        plant: imports('src/shared-heap/heap.ts', "import 'acorn';"),
        says: ['src/shared-heap/heap.ts:1', 'does not use this package'],
      },
      {
        what: 'a circle of imports, of types alone',
        plant: (tree) => {
          tree.write('src/proxy/a.ts', "import type { B } from './b.js';\n\nexport type A = { readonly b: B };\n");
          tree.write('src/proxy/b.ts', "import type { A } from './a.js';\n\nexport type B = { readonly a?: A };\n");
        },
        says: ['src/proxy/a.ts:1', 'no-cycle', 'src/proxy/a.ts -> src/proxy/b.ts -> src/proxy/a.ts'],
      },
      {
        what: 'a folder without a place',
        plant: (tree) => tree.write('src/utils/misc.ts', 'export const misc = 1;\n'),
        says: ['src/utils', 'no place among the layers'],
      },
      {
        what: 'a configuration with a hole',
        plant: (tree) => tree.change('.oxlintrc.json', '"**/host/**",', ''),
        says: ['.oxlintrc.json', 'may not import src/host'],
      },
    ],
  },
  'atomics-seam': {
    planted: [
      {
        what: 'a use of Atomics elsewhere',
        plant: (tree) => tree.change('src/proxy/call.ts', 'first(words)', 'Atomics.load(words, 0)'),
        says: ['src/proxy/call.ts:3', 'Atomics'],
      },
      {
        what: 'a type that names SharedArrayBuffer',
        plant: (tree) => tree.change('src/host/index.ts', 'memory: Memory', 'memory: SharedArrayBuffer'),
        says: ['src/host/index.ts:4', 'SharedArrayBuffer'],
      },
      {
        what: 'a way around through globalThis',
        plant: (tree) => tree.change('src/proxy/call.ts', 'first(words)', "globalThis['Atomics'].load(words, 0)"),
        says: ['src/proxy/call.ts:3', 'Atomics'],
      },
    ],
  },
  'trusted-base': {
    planted: [
      {
        what: 'a base over its budget',
        plant: (tree) => tree.write('src/proxy/large.ts', 'export {};\n'.repeat(40_000)),
        says: ['the trusted base has 40', 'move out'],
      },
      { what: 'a folder that it no longer counts', plant: (tree) => tree.remove('src/microkernel'), says: ['src/microkernel', 'no lines to count'] },
    ],
  },
  'file-length': {
    planted: [
      { what: 'a file of 400 lines', plant: (tree) => tree.write('src/host/long.ts', 'export {};\n'.repeat(400)), says: ['src/host/long.ts', '400 lines'] },
    ],
  },
  types: {
    prepare: build,
    planted: [
      {
        what: 'a test that disagrees with the built types',
        plant: (tree) => tree.change('test/host.test.ts', 'new SharedArrayBuffer(4)', "'four'"),
        says: ['test/host.test.ts(3,', 'TS2345'],
      },
      { what: 'a sample that nothing checks', plant: (tree) => tree.write('samples/one/main.ts', 'export {};\n'), says: ['samples/one', 'nothing checks'] },
    ],
  },
  generated: {
    prepare(tree) {
      for (const folder of ['idl', 'src/interfaces/generated', 'docs/interfaces', 'src/idl', 'test/fixtures/redleaf/generated']) tree.copy(folder);
    },
    planted: [
      {
        what: 'a generated interface changed by hand',
        plant: (tree) => tree.write('src/interfaces/generated/kv.ts', `${tree.read('src/interfaces/generated/kv.ts')}\nexport const extra = 1;\n`),
        says: ['kv.ts'],
      },
      {
        what: 'a definition changed alone',
        plant: (tree) => tree.write('idl/clock.idl', `${tree.read('idl/clock.idl')}\nstruct Extra { value: u32; }\n`),
        says: ['clock.'],
      },
      {
        what: 'one of RedLeaf’s interfaces changed alone',
        plant: (tree) => tree.change('idl/redleaf/block.idl', '  blocks: u32;', '  blocks: u64;'),
        says: ['test/fixtures/redleaf/generated', 'block.'],
      },
      {
        what: 'generated code without a definition',
        plant: (tree) => tree.write('src/interfaces/generated/gone.ts', 'export {};\n'),
        says: ['src/interfaces/generated/gone.ts', 'no source'],
      },
      {
        what: 'a page changed by hand',
        plant: (tree) => tree.change('docs/interfaces/kv.md', 'struct `Key`', 'struct `Keys`'),
        says: ['docs/interfaces', 'kv.md'],
      },
      {
        what: 'a page without a definition',
        plant: (tree) => tree.write('docs/interfaces/gone.md', '# Gone\n'),
        says: ['docs/interfaces/gone.md', 'no source'],
      },
      {
        what: 'a parser changed by hand',
        plant: (tree) => tree.write('src/idl/grammar/generated/grammar.ts', `${tree.read('src/idl/grammar/generated/grammar.ts')}// changed\n`),
        says: ['src/idl/grammar', 'grammar.ts'],
      },
    ],
  },
  'idl-lock': {
    prepare: (tree) => tree.copy('idl'),
    planted: [
      {
        what: 'a breaking change of what was published',
        plant: (tree) => tree.change('idl/kv.idl', '  flags: u32;', '  flags: u64;'),
        says: ['idl/kv.idl:', 'IDL035: kv.Entry.flags is u32 in what was published and u64 in this file', '--accept-breaking'],
      },
      {
        what: 'a method before those that were published',
        plant: (tree) => tree.change('idl/log.idl', 'interface Log {', 'interface Log {\n  first(): void;'),
        says: ['idl/log.idl:', 'IDL034', '`first`'],
      },
      {
        what: 'a definition that the lock lacks',
        plant: (tree) => tree.write('idl/clock.idl', `${tree.read('idl/clock.idl')}\nstruct Extra { value: u32; }\n`),
        says: ['idl/clock.idl:', 'struct clock.Extra is new', 'idl lock idl/*.idl'],
      },
      { what: 'a definition taken away', plant: (tree) => tree.remove('idl/kv.idl'), says: ['idl/idl.lock:', 'package kv was published'] },
      { what: 'no lock file', plant: (tree) => tree.remove('idl/idl.lock'), says: ['idl/idl.lock', 'is missing'] },
      {
        what: 'a lock file edited by hand',
        plant: (tree) => tree.change('idl/idl.lock', '"flags: u32"', '"flags: u64"'),
        says: ['idl/idl.lock:', 'IDL037', 'not that of the text beside it'],
      },
      {
        what: 'a breaking change of what is published elsewhere',
        plant(tree) {
          tree.write('samples/one/one.idl', 'package one;\n\nstruct One { a: u16; }\n');
          tree.write('samples/one/idl.lock', ONE_LOCK);
        },
        says: ['samples/one/one.idl:3:17', 'one.One.a is u8 in what was published and u16 in this file'],
      },
    ],
  },
  knip: {
    prepare: build,
    planted: [
      {
        what: 'a file that nothing uses',
        plant: (tree) => tree.write('src/host/forgotten.ts', 'export {};\n'),
        says: ['src/host/forgotten.ts', 'used by nothing'],
      },
      {
        what: 'an export that nothing uses',
        plant: (tree) => tree.write('src/proxy/call.ts', `${tree.read('src/proxy/call.ts')}\nexport const spare = 1;\n`),
        says: ['src/proxy/call.ts:5', 'spare is exported'],
      },
      {
        what: 'a type that nothing uses',
        plant: (tree) => tree.write('src/proxy/call.ts', `${tree.read('src/proxy/call.ts')}\nexport type Spare = 1;\n`),
        says: ['src/proxy/call.ts:5', 'Spare is an exported type'],
      },
      {
        what: 'a package that is not listed',
        plant: imports('src/proxy/call.ts', "import 'comlink';"),
        says: ['src/proxy/call.ts', 'comlink is used and not in package.json'],
      },
      {
        what: 'a dependency that nothing imports',
        plant: (tree) => tree.change('package.json', '"files"', '"dependencies": { "comlink": "4.4.2" },\n  "files"'),
        says: ['package.json', 'comlink is a dependency'],
      },
    ],
  },
  publint: {
    prepare: build,
    planted: [
      {
        what: 'an entry point that is not there',
        plant: (tree) => tree.change('package.json', './dist/host/index.js', './dist/host/gone.js'),
        says: ['package.json exports', 'FILE_DOES_NOT_EXIST', 'gone.js'],
      },
    ],
  },
  lockfile: {
    planted: [
      {
        what: 'a download address',
        plant: (tree) => tree.change('package-lock.json', '"": {', `"node_modules/left-pad": { "version": "1.3.0", "resolved": "${registry}" }, "": {`),
        says: ['package-lock.json', 'node_modules/left-pad', 'download address'],
      },
      {
        what: 'a platform left out',
        plant: (tree) =>
          tree.change(
            'package-lock.json',
            '"": {',
            '"node_modules/tool": { "version": "1.0.0", "optionalDependencies": { "tool-darwin-arm64": "1.0.0" } }, "": {',
          ),
        says: ['package-lock.json', 'leaves out tool-darwin-arm64@1.0.0', 'npm run complete-lock'],
      },
      {
        what: 'a lock file that does not fit package.json',
        plant: (tree) => tree.change('package.json', '"files"', '"dependencies": { "comlink": "4.4.2" },\n  "files"'),
        says: ['package-lock.json', 'comlink at no version', 'asks for 4.4.2'],
      },
      { what: 'a lock file that is not there', plant: (tree) => tree.remove('package-lock.json'), says: ['package-lock.json', 'missing'] },
    ],
  },
  dependencies: {
    planted: [
      {
        what: 'a range of versions',
        plant: (tree) => tree.change('package.json', '"files"', '"dependencies": { "comlink": "^4.4.2" },\n  "files"'),
        says: ['package.json', 'version range ^4.4.2'],
      },
      {
        what: 'a dependency that nobody explains',
        plant: (tree) => tree.change('package.json', '"files"', '"dependencies": { "comlink": "4.4.2" },\n  "files"'),
        says: ['docs/dependencies.md', 'nothing about comlink'],
      },
    ],
  },
  'neutral-text': {
    planted: [
      { what: 'a path of one machine', plant: (tree) => tree.write('docs/how.md', `Go to ${home}.\n`), says: ['docs/how.md:1', 'a path of one machine'] },
      {
        what: 'the address of a registry',
        plant: (tree) => tree.write('docs/how.md', `One line.\n\n${registry}\n`),
        says: ['docs/how.md:3', 'package registry'],
      },
    ],
  },
};

const programs = readdirSync(new URL('../../scripts/gates/', import.meta.url))
  .map((file) => file.replace('.mjs', ''))
  .filter((name) => !['gate', 'linter'].includes(name));

test('every gate has a planted violation, and npm run check runs every gate', () => {
  expect(Object.keys(GATES).toSorted()).toEqual(programs.toSorted());
  const check = readFileSync(new URL('../../scripts/check.mjs', import.meta.url), 'utf8');
  expect(programs.filter((name) => !check.includes(`'${name}'`))).toEqual([]);
});

describe.each(Object.entries(GATES))('the gate %s', (name, { prepare, planted }) => {
  test('is content with a tree in order', () => {
    using tree = new PlantedTree();
    prepare?.(tree);
    const { ok, said } = tree.judge(name);
    expect(ok, said).toBe(true);
  });

  test.each(planted)('finds $what', ({ plant, says }) => {
    using tree = new PlantedTree();
    prepare?.(tree);
    plant(tree);
    const { ok, said } = tree.judge(name);
    for (const part of says) expect(said).toContain(part);
    expect(ok).toBe(false);
  });
});
