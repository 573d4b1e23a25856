import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse } from 'acorn';
import { transformSync } from 'esbuild';
import { afterEach, describe, expect, it } from 'vitest';
import { findWrongId } from '../../../dist/abi/canonical.js';
import { compile } from '../../../dist/idl/index.js';

const folders: string[] = [];
function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'deciduous-idl-'));
  folders.push(folder);
  return folder;
}
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function compileFiles(paths: readonly string[], runtime?: string) {
  const compilation = compile(
    paths.map((each) => ({ path: each, text: readFileSync(each, 'utf8') })),
    runtime === undefined ? {} : { runtime },
  );
  expect(compilation.diagnostics).toEqual([]);
  return compilation;
}

/** Files of `folder` that are not what the compiler makes now, left-overs included. */
function drift(files: readonly { path: string; text: string }[], folder: string): string[] {
  const made = new Map(files.map((file) => [file.path, file.text]));
  const present = new Set(readdirSync(folder));
  return [...new Set([...made.keys(), ...present])].filter((name) => !present.has(name) || readFileSync(path.join(folder, name), 'utf8') !== made.get(name));
}

const SHIPPED = readdirSync('idl')
  .filter((name) => name.endsWith('.idl'))
  .map((name) => path.join('idl', name));
const shipped = () => compileFiles(SHIPPED, '../../abi/schema-tokens.js').files;

describe('generated code', () => {
  it('what is committed for the shipped interfaces is what the compiler makes now', () => {
    expect(drift(shipped(), 'src/interfaces/generated')).toEqual([]);
  });

  it('the comparison catches a changed byte, a missing file and a left-over', () => {
    const folder = temporaryFolder();
    cpSync('src/interfaces/generated', folder, { recursive: true });
    expect(drift(shipped(), folder)).toEqual([]);
    const file = path.join(folder, 'kv.ts');
    writeFileSync(file, readFileSync(file, 'utf8').replace('flags: number', 'flags: bigint'));
    rmSync(path.join(folder, 'log.schema.json'));
    writeFileSync(path.join(folder, 'gone.ts'), '');
    expect(drift(shipped(), folder).sort()).toEqual(['gone.ts', 'kv.ts', 'log.schema.json']);
  });

  it('every construct generates what was read and approved', () => {
    expect(drift(compileFiles(['test/fixtures/idl/test.idl']).files, 'test/fixtures/idl/generated')).toEqual([]);
  });

  it('every construct type-checks as programs use it, under the strictest settings', () => {
    execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'test/fixtures/idl'], { stdio: 'pipe' });
  });

  /** What the type checker says of a program beside the generated modules. */
  function typeErrors(program: string): string {
    const folder = path.join('test/fixtures/idl', `.wrong-${process.pid}`);
    folders.push(folder);
    cpSync('test/fixtures/idl/generated', path.join(folder, 'generated'), { recursive: true });
    cpSync('test/fixtures/idl/tsconfig.json', path.join(folder, 'tsconfig.json'));
    writeFileSync(path.join(folder, 'use.ts'), program);
    const { status, stdout } = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', folder], { encoding: 'utf8' });
    expect(status).not.toBe(0);
    return stdout;
  }

  it('the type check catches a use that is wrong', () => {
    const program = "import type { NodeValue } from './generated/test.js';\nexport const node: NodeValue = { value: 1, next: null };\n";
    expect(typeErrors(program)).toContain("Type 'number' is not assignable to type 'string'");
  });

  it('handles, proxies and tokens of definitions that look alike are told apart by their names', () => {
    const program = [
      "import type { RRef } from 'deciduous/schema';",
      "import * as test from './generated/test.js';",
      'declare const feet: RRef<test.Feet>;',
      'declare const window: test.Window;',
      'export const metres: RRef<test.Metres> = feet;',
      'export const door: test.Door = window;',
      'export const token: typeof test.Metres = test.Feet;',
    ];
    const errors = typeErrors(program.join('\n'));
    expect(errors.match(/^\S.*error/gm)?.map((line) => /\((\d+),/.exec(line)?.[1])).toEqual(['5', '6', '7']);
    expect(errors).toContain(`Type '"test.Feet"' is not assignable to type '"test.Metres"'`);
  });

  it('the sidecar, the schema inside the module and the tokens say the same, and every id is right', async () => {
    for (const { path: name, text } of shipped().filter((file) => file.path.endsWith('.schema.json'))) {
      const schema = JSON.parse(text);
      expect(findWrongId(schema)).toBeUndefined();
      const tokens = Object.values(
        (await import(`../../../dist/interfaces/generated/${name.replace('.schema.json', '.js')}`)) as Record<
          string,
          { kind?: string; name: string; id: string; schema: unknown; shadow?: true }
        >,
      );
      // What it exports again is of another package, and has that one's schema.
      const ofAll = tokens.filter((token) => (token.kind === 'type' || token.kind === 'interface') && token.name.startsWith(`${schema.package}.`));
      const named = ofAll.filter((token) => token.shadow !== true);
      const recoverable = Object.values(schema.interfaces as { [name: string]: { name: string; recoverable?: true } }).filter((def) => def.recoverable);
      expect(ofAll.filter((token) => token.shadow === true).map((token) => token.name)).toEqual(recoverable.map((def) => def.name));
      expect(named.length).toBe(Object.keys({ ...schema.structs, ...schema.enums, ...schema.interfaces }).length);
      for (const token of ofAll) {
        expect(token.schema).toEqual(schema);
        expect(token.id).toBe({ ...schema.structs, ...schema.enums, ...schema.interfaces }[token.name].id);
      }
    }
  });

  it('a module says what it was generated from, by which command, and that it is not to be edited', () => {
    const text = shipped().find((file) => file.path === 'kv.ts')?.text ?? '';
    expect(text).toContain('Generated from kv.idl by `deciduous idl generate kv.idl --out FOLDER`. Do not edit');
    expect(text).not.toContain(process.cwd());
  });

  it('a comment in an IDL file cannot leave the comment that it becomes', () => {
    const text = 'package p;\n/// a */ process.exit(1); /*\n/// `${process.exit(1)}` \u2028 end\nstruct S { /// b */\n a: u8; }\n';
    const module = compile([{ path: 'p.idl', text }]).files[0].text;
    const { body } = parse(transformSync(module, { loader: 'ts' }).code, { ecmaVersion: 2022, sourceType: 'module' });
    expect(body.map((statement) => statement.type)).toEqual(['ImportDeclaration', 'VariableDeclaration', 'ExportNamedDeclaration']);
    expect(module).not.toContain('\u2028');
  });

  it('a string constant is quoted whatever it holds', () => {
    const text = String.raw`package p; const S: string = "a'b\"c\\d\n\u2028";`;
    expect(compile([{ path: 'p.idl', text }]).files[0].text).toContain(String.raw`export const S = "a'b\"c\\d\n\u2028";`);
  });

  it('the runtime can be imported from elsewhere', () => {
    expect(shipped()[0].text).toContain("from '../../abi/schema-tokens.js'");
    expect(compileFiles([SHIPPED[0]]).files[0].text).toContain("from 'deciduous/schema'");
  });

  it('the order of sources does not change what is generated', () => {
    const byName = (paths: readonly string[]) =>
      compileFiles(paths)
        .files.map((file) => `${file.path}\n${file.text}`)
        .sort();
    expect(byName([...SHIPPED].reverse())).toEqual(byName(SHIPPED));
  });

  it('the parser is the one that its grammar makes', () => {
    execFileSync(process.execPath, ['src/idl/grammar/generate.mjs', '--check'], { stdio: 'pipe' });
  }, 120_000);
});
