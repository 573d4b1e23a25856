/** `deciduous idl`: checks interface definitions, and generates TypeScript from them. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { defineCommand } from 'citty';
import { compile, type Compilation, type CompileOptions, renderDiagnostic, type SourceFile } from '../idl/index.js';
import { complain, print, printJson, UsageError, verbMeta } from './verb.js';

function read(filePath: string): SourceFile {
  try {
    return { path: filePath, text: readFileSync(filePath, 'utf8') };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new UsageError(`there is no file ${filePath}`);
    if (code === 'EISDIR') throw new UsageError(`${filePath} is a folder: name the .idl files in it`);
    throw new Error(`${filePath} cannot be read: ${(error as Error).message}`);
  }
}

function compileFiles(files: readonly string[], options?: CompileOptions): Compilation {
  if (files.length === 0) throw new UsageError('name at least one .idl file');
  return compile(files.map(read), options);
}

/** Tells people what is wrong. */
function complainOf({ diagnostics }: Compilation): void {
  for (const diagnostic of diagnostics) complain(renderDiagnostic(diagnostic));
  complain(diagnostics.length === 1 ? '1 error' : `${diagnostics.length} errors`);
}

const FILES = { type: 'positional', required: true, description: 'Interface definition files; what they import is read too' } as const;
const JSON_OPTION = { type: 'boolean', description: 'Answer with one JSON object' } as const;

const check = defineCommand({
  meta: verbMeta({
    name: 'check',
    description: 'Checks interface definitions and tells everything that is wrong with them',
    examples: ['deciduous idl check idl/kv.idl', 'deciduous idl check idl/*.idl --json'],
  }),
  args: { file: FILES, json: JSON_OPTION },
  run({ args }) {
    const compilation = compileFiles(args._);
    const { diagnostics, schemas } = compilation;
    const ok = diagnostics.length === 0;
    if (args.json) {
      const packages = schemas.map((schema) => ({
        package: schema.package,
        ids: Object.fromEntries([schema.structs, schema.enums, schema.interfaces].flatMap((table) => Object.values(table)).map(({ name, id }) => [name, id])),
      }));
      printJson({ ok, diagnostics, packages });
    } else if (ok) {
      print(`${schemas.map((schema) => schema.package).join(', ')}: fine`);
    } else {
      complainOf(compilation);
    }
    return ok ? 0 : 1;
  },
});

type FileState = 'written' | 'unchanged' | 'differs' | 'missing';

function compare(filePath: string, text: string): 'unchanged' | 'differs' | 'missing' {
  try {
    return readFileSync(filePath, 'utf8') === text ? 'unchanged' : 'differs';
  } catch {
    return 'missing';
  }
}

const generate = defineCommand({
  meta: verbMeta({
    name: 'generate',
    description: 'Generates NAME.ts and NAME.schema.json for each package, imported ones included',
    examples: [
      'deciduous idl generate kv.idl --out src/generated',
      'deciduous idl generate kv.idl --out src/generated --check   # in CI: exits 1 where what is committed is out of date',
    ],
  }),
  args: {
    file: FILES,
    out: { type: 'string', required: true, valueHint: 'FOLDER', description: 'Where the files go; made if it is not there' },
    runtime: { type: 'string', valueHint: 'SPECIFIER', description: "What generated modules import tokens from; 'deciduous/schema' unless given" },
    check: { type: 'boolean', description: 'Write nothing; exit 1 where a file differs or is missing' },
    json: JSON_OPTION,
  },
  run({ args }) {
    const compilation = compileFiles(args._, args.runtime === undefined ? {} : { runtime: args.runtime });
    const { diagnostics } = compilation;
    if (diagnostics.length > 0) {
      if (args.json) printJson({ ok: false, diagnostics, files: [] });
      else complainOf(compilation);
      return 1;
    }
    const files = compilation.files.map((file): { path: string; state: FileState } => {
      const target = path.join(args.out, file.path);
      const state = compare(target, file.text);
      if (args.check || state === 'unchanged') return { path: target, state };
      write(target, file.text);
      return { path: target, state: 'written' };
    });
    const drifted = files.filter(({ state }) => state === 'differs' || state === 'missing');
    if (args.json) {
      printJson({ ok: drifted.length === 0, diagnostics, files });
    } else {
      for (const file of files) print(`${file.path}: ${file.state}`);
      if (drifted.length > 0) complain(`${drifted.length} of ${files.length} files are out of date: run the same command without --check`);
    }
    return drifted.length === 0 ? 0 : 1;
  },
});

function write(target: string, text: string): void {
  try {
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, text);
  } catch (error) {
    throw new Error(`${target} cannot be written: ${(error as Error).message}`);
  }
}

export default defineCommand({
  meta: verbMeta({
    name: 'idl',
    description: 'Checks interface definitions and generates TypeScript from them',
    examples: ['deciduous idl check kv.idl', 'deciduous idl generate kv.idl --out src/generated'],
  }),
  subCommands: { check, generate },
});
