import { describe, expect, it } from 'vitest';
import path from 'node:path';
import { compile } from '../../../dist/idl/index.js';

/** Compiles `main.idl` of a folder that exists only here. */
function compileFolder(files: Record<string, string>, sources = ['main.idl']) {
  const read = (filePath: string) => files[path.relative(process.cwd(), path.resolve(filePath))];
  const {
    diagnostics,
    schemas,
    files: generated,
  } = compile(
    sources.map((name) => ({ path: name, text: files[name] })),
    { read },
  );
  return { places: diagnostics.map(({ code, file, line, column }) => `${code} ${file}:${line}:${column}`), diagnostics, schemas, generated };
}

const COMMON = 'package common;\nconst N: u32 = 2;\nstruct Point { x: f64; }\nstruct Unused { a: u8; }';

describe('imports', () => {
  it('an imported definition is known by the name of its package, and the schema that reaches it is closed', () => {
    const { places, schemas } = compileFolder({
      'main.idl': 'package main;\nimport "./lib/common.idl";\nstruct Line { ends: [common.Point; common.N]; }',
      'lib/common.idl': COMMON,
    });
    expect(places).toEqual([]);
    const main = schemas.find((schema) => schema.package === 'main');
    expect(Object.keys(main?.structs ?? {})).toEqual(['common.Point', 'main.Line']);
    const common = schemas.find((schema) => schema.package === 'common');
    expect(main?.structs['common.Point']).toEqual(common?.structs['common.Point']);
  });

  it('the module of an importer imports its sibling for types alone', () => {
    const { generated } = compileFolder({ 'main.idl': 'package main;\nimport "./common.idl";\nstruct Line { end: common.Point; }', 'common.idl': COMMON });
    expect(generated.map((file) => file.path)).toEqual(['common.ts', 'common.schema.json', 'main.ts', 'main.schema.json']);
    expect(generated[2].text).toContain("import type * as common from './common.js';");
  });

  it('a file that is imported by two ways is one module', () => {
    const { places, schemas } = compileFolder({
      'main.idl': 'package main;\nimport "./a.idl";\nimport "./b.idl";\nstruct M { a: a.A; b: b.B; }',
      'a.idl': 'package a;\nimport "./common.idl";\nstruct A { p: common.Point; }',
      'b.idl': 'package b;\nimport "./../' + path.basename(process.cwd()) + '/common.idl";\nstruct B { p: common.Point; }',
      'common.idl': COMMON,
    });
    expect(places).toEqual([]);
    expect(schemas.map((schema) => schema.package)).toEqual(['common', 'a', 'b', 'main']);
  });

  it('what an imported file imports is not known', () => {
    const { places } = compileFolder({
      'main.idl': 'package main;\nimport "./a.idl";\nstruct M { p: common.Point; }',
      'a.idl': 'package a;\nimport "./common.idl";\nstruct A { p: common.Point; }',
      'common.idl': COMMON,
    });
    expect(places).toEqual(['IDL005 main.idl:3:15']);
  });

  it('an import that does not exist is refused, and names behind it are not called unknown as well', () => {
    expect(compileFolder({ 'main.idl': 'package main;\nimport "./gone.idl";\nstruct M { p: gone.Point; q: Nope; }' }).places).toEqual([
      'IDL002 main.idl:2:8',
      'IDL005 main.idl:3:30',
    ]);
  });

  it('an import that is not relative is refused', () => {
    expect(compileFolder({ 'main.idl': 'package main;\nimport "common.idl";', 'common.idl': COMMON }).places).toEqual(['IDL002 main.idl:2:8']);
  });

  it('imports in circles are refused where the circle closes, and the way round is told', () => {
    const { places, diagnostics } = compileFolder({
      'main.idl': 'package main;\nimport "./a.idl";\nstruct M { a: a.A; }',
      'a.idl': 'package a;\nimport "./b.idl";\nstruct A { b: b.B; }',
      'b.idl': 'package b;\n\n  import "./main.idl";\nstruct B { a: u8; }',
    });
    expect(places).toEqual(['IDL003 b.idl:3:10']);
    expect(diagnostics[0].message).toContain('main.idl -> a.idl -> b.idl -> main.idl');
  });

  it('a file that imports itself is refused', () => {
    expect(compileFolder({ 'main.idl': 'package main;\nimport "./main.idl";' }).places).toEqual(['IDL003 main.idl:2:8']);
  });

  it('two files of one package are refused', () => {
    expect(compileFolder({ 'main.idl': 'package main;', 'other.idl': 'package main;' }, ['main.idl', 'other.idl']).places).toEqual(['IDL004 other.idl:1:9']);
  });

  it('a name that the imported package lacks is answered with what is alike there', () => {
    const { places, diagnostics } = compileFolder({ 'main.idl': 'package main;\nimport "./common.idl";\nstruct M { p: common.Pont; }', 'common.idl': COMMON });
    expect(places).toEqual(['IDL005 main.idl:3:15']);
    expect(diagnostics[0].wayOut).toBe('did you mean common.Point?');
  });

  it('a type called like an imported package is refused', () => {
    expect(compileFolder({ 'main.idl': 'package main;\nimport "./common.idl";\nstruct common { a: u8; }', 'common.idl': COMMON }).places).toEqual([
      'IDL006 main.idl:3:8',
    ]);
  });

  it('errors of an imported file are told with its own name', () => {
    const { places } = compileFolder({
      'main.idl': 'package main;\nimport "./common.idl";\nstruct M { p: common.Point; }',
      'common.idl': 'package common;\nstruct Point { x: number; }',
    });
    expect(places).toEqual(['IDL008 common.idl:2:19']);
  });
});
