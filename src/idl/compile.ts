/** The pipeline: load, declare, define, check; close, generate. */
import { LONGEST_SCHEMA_TEXT, MOST_DEFINITIONS, type Schema } from '../abi/schema.js';
import { closeSchema, reachedFrom } from './close-schema.js';
import { declare } from './declarations.js';
import { define, Definitions, judgeReplay } from './definitions.js';
import { type Diagnostic, Reporter, type SourceFile } from './diagnostic.js';
import { moduleText } from './generate/module-text.js';
import { Measurer } from './measure.js';
import { loadModules, type Module, type ParseFile } from './modules.js';
import { describePackage, type PackageDescription } from './package-description.js';
import { reexportsOf, withReexports } from './reexports.js';
import { type ReadFile, readFromDisk } from './source-text.js';
import { spanOf } from './syntax-places.js';

export interface CheckOptions {
  /** How imported files that are not among the sources are read; answers undefined where there is none. From disk unless given. */
  readonly read?: ReadFile;
  /** How a file's text becomes a tree: for who keeps the trees of files that have not changed. */
  readonly parse?: ParseFile;
}

export interface CompileOptions extends CheckOptions {
  /** Where generated modules import tokens and types from. 'deciduous/schema' unless given. */
  readonly runtime?: string;
}

export interface GeneratedFile {
  /** Relative to the output folder. */
  readonly path: string;
  readonly text: string;
}

export interface Compilation {
  /** A closed schema for each package, imported ones included, imports first. Empty where anything is wrong. */
  readonly schemas: readonly Schema[];
  /** The same packages with what people want to know of them beside. */
  readonly packages: readonly PackageDescription[];
  /** What is wrong, in the order of files and lines. Empty means that all is well. */
  readonly diagnostics: readonly Diagnostic[];
  /** `name.ts` and `name.schema.json` for each package, imported ones included. Empty where anything is wrong. */
  readonly files: readonly GeneratedFile[];
}

/** What compiling comes to before anything is generated. */
export interface Check {
  /** Every file that could be parsed, imports before importers. */
  readonly modules: readonly Module[];
  readonly definitions: Definitions;
  readonly diagnostics: readonly Diagnostic[];
}

/** Checks `sources` and what they import: all that is wrong, and nothing is generated. Never throws for what the sources say. */
export function check(sources: readonly SourceFile[], { read = readFromDisk, parse }: CheckOptions = {}): Check {
  const reporter = new Reporter();
  const modules = loadModules(sources, read, reporter, parse);
  const definitions = new Definitions();
  for (const module of modules) declare(module, reporter);
  for (const module of modules) define(module, definitions, reporter);
  judgeReplay(definitions, reporter);
  new Measurer(definitions, reporter).checkAll();
  if (reporter.isSilent) for (const module of modules) checkCount(module, definitions, reporter);
  return { modules, definitions, diagnostics: reporter.sorted() };
}

/** Compiles `sources` and what they import. Never throws for what the sources say. */
export function compile(sources: readonly SourceFile[], options: CompileOptions = {}): Compilation {
  return generateFrom(check(sources, options), options.runtime);
}

/** What is generated from what was checked. The schemas are in the order of the modules. */
export function generateFrom({ modules, definitions, diagnostics }: Check, runtime = 'deciduous/schema'): Compilation {
  if (diagnostics.length > 0) return { schemas: [], packages: [], diagnostics, files: [] };
  const schemas = new Map<string, Schema>();
  const packages = modules.map((module) => {
    const reexports = reexportsOf(module, schemas);
    const schema = withReexports(closeSchema(module.package, definitions), reexports);
    schemas.set(module.package, schema);
    return describePackage(module, schema, reexports, definitions);
  });
  const reporter = new Reporter();
  for (const [index, { schema }] of packages.entries()) checkLength(modules[index], schema, reporter);
  if (!reporter.isSilent) return { schemas: [], packages: [], diagnostics: reporter.sorted(), files: [] };
  return { schemas: packages.map(({ schema }) => schema), packages, diagnostics, files: packages.flatMap((each) => filesOf(each, runtime)) };
}

/** What is longer no extension could be built with. */
function checkLength(module: Module, schema: Schema, reporter: Reporter): void {
  const { length } = schemaText(schema);
  if (length <= LONGEST_SCHEMA_TEXT) return;
  reporter.report(
    spanOf(module.file, module.document.packages[0], 'name'),
    'tooLarge',
    `the schema of package \`${module.package}\` has ${length} characters, comments included`,
    `keep to ${LONGEST_SCHEMA_TEXT}: split it into packages that do not need one another`,
  );
}

function checkCount(module: Module, definitions: Definitions, reporter: Reporter): void {
  const count = reachedFrom(module.package, definitions).size;
  if (count <= MOST_DEFINITIONS) return;
  reporter.report(
    spanOf(module.file, module.document.packages[0], 'name'),
    'tooLarge',
    `package \`${module.package}\` has ${count} definitions, those that it reaches in other packages included`,
    `keep to ${MOST_DEFINITIONS}: split it into packages that do not need one another`,
  );
}

function filesOf(description: PackageDescription, runtime: string): GeneratedFile[] {
  const { schema } = description;
  return [
    { path: `${schema.package}.ts`, text: moduleText({ ...description, runtime }) },
    { path: `${schema.package}.schema.json`, text: schemaText(schema) },
  ];
}

function schemaText(schema: Schema): string {
  return `${JSON.stringify(schema, null, 2)}\n`;
}
