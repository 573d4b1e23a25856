/**
 * Modules: a file together with everything that it imports, imports first.
 *
 * An import makes the definitions of the other file known by its package's name: `import "./common.idl";` then `common.Point`.
 */
import path from 'node:path';
import { LONGEST_NAME, type TypeRef } from '../abi/schema.js';
import type { Reporter, SourceFile, Span } from './diagnostic.js';
import { destinationOf } from './import-path.js';
import { insertion, removal, replacement, written } from './fix.js';
import { type Declaration, type Parsed, parse } from './parse.js';
import { whyReservedDeclaration } from './reserved-names.js';
import type { ReadFile } from './source-text.js';
import { spanOf } from './syntax-places.js';

export interface Module extends Parsed {
  /** The package's name; empty where the file does not give one. */
  readonly package: string;
  /** The modules imported directly, by package. */
  readonly imports: ReadonlyMap<string, Module>;
  /** An import could not be loaded, so nobody is told that a package is unknown: it may be that one. */
  readonly broken: boolean;
  /** The first declaration of each name. */
  readonly declarations: Map<string, Declaration>;
  /** The types of elements of `RRefVec` that are to be judged when all definitions are known. */
  readonly vecs: { readonly type: TypeRef; readonly span: Span }[];
}

/** The tree of a file, or undefined where it has none, with the reporter told why. */
export type ParseFile = (file: SourceFile, reporter: Reporter) => Parsed | undefined;

const keyOf = (filePath: string): string => path.resolve(filePath);

/** Loads `sources` and what they import. Answers every module once, imports before importers. */
export function loadModules(sources: readonly SourceFile[], read: ReadFile, reporter: Reporter, parseFile: ParseFile = parse): Module[] {
  const given = new Map(sources.map((source) => [keyOf(source.path), source]));
  const loaded = new Map<string, Module | undefined>();
  const loading: string[] = [];
  const packages = new Map<string, Module>();
  const ordered: Module[] = [];

  function load(file: SourceFile): Module | undefined {
    const key = keyOf(file.path);
    if (loaded.has(key)) return loaded.get(key);
    // A byte order mark is no column of the first line: editors do not show it.
    const source = file.text.startsWith('\ufeff') ? { ...file, text: file.text.slice(1) } : file;
    const parsed = parseFile(source, reporter);
    if (!parsed) {
      loaded.set(key, undefined);
      return undefined;
    }
    reporter.muffle(parsed.file, parsed.stumbles);
    loading.push(key);
    const imports = new Map<string, Module>();
    let broken = false;
    for (const statement of parsed.document.imports) {
      const imported = follow(parsed, statement);
      if (imported && imported.package !== '') imports.set(imported.package, imported);
      else broken = true;
    }
    loading.pop();
    const module: Module = { ...parsed, package: packageOf(parsed, reporter), imports, broken, declarations: new Map(), vecs: [] };
    loaded.set(key, module);
    const namesake = packages.get(module.package);
    if (namesake && module.package !== '') {
      const span = spanOf(source, module.document.packages[0], 'name');
      reporter.report(span, 'package', `package \`${module.package}\` is ${namesake.file.path} already`, 'rename one of the two packages');
    } else {
      packages.set(module.package, module);
    }
    ordered.push(module);
    return module;
  }

  function follow(from: Parsed, statement: Parsed['document']['imports'][number]): Module | undefined {
    const target = statement.path;
    if (typeof target !== 'string') return undefined;
    const span = spanOf(from.file, statement, 'path');
    const found = destinationOf(from.file.path, target, read);
    if ('wrong' in found) {
      reporter.report(span, 'import', found.wrong, found.wayOut, found.relative === undefined ? undefined : replacement(span, `"${found.relative}"`));
      return undefined;
    }
    const filePath = found.path;
    const key = keyOf(filePath);
    const circle = loading.indexOf(key);
    if (circle >= 0) {
      const chain = [...loading.slice(circle), key].map((each) => path.basename(each)).join(' -> ');
      reporter.report(span, 'importCycle', `this import closes a circle: ${chain}`, 'move what both need into a third file that imports neither');
      return undefined;
    }
    const known = given.get(key);
    const text = known ? known.text : readImported(filePath, span);
    if (text === null) return undefined;
    if (text === undefined) {
      reporter.report(span, 'import', `there is no file ${filePath}`, 'correct the path, which is relative to this file');
      return undefined;
    }
    return load(known ?? { path: filePath, text });
  }

  /** Null where there is something that is no text, with the reporter told what. */
  function readImported(filePath: string, span: Span): string | undefined | null {
    try {
      return read(filePath);
    } catch (error) {
      reporter.report(span, 'import', `${filePath} ${(error as Error).message}`, 'import an .idl file, and save it as UTF-8');
      return null;
    }
  }

  for (const source of sources) load(source);
  return ordered;
}

function packageOf({ file, document, recovered }: Parsed, reporter: Reporter): string {
  const [first, second] = document.packages;
  if (!first?.name) {
    if (!first && !recovered) {
      const line = `package ${suggested(file)};`;
      const fix = insertion(0, `${line}\n`, `Begin with ${line}`);
      reporter.report({ file, offset: 0, length: 1 }, 'package', 'the file does not say which package it is', `begin it with \`${line}\``, fix);
    }
    return '';
  }
  const span = spanOf(file, first, 'name');
  const reason = whyReservedDeclaration(first.name);
  if (reason) reporter.report(span, 'reserved', `a package cannot be called \`${first.name}\`: ${reason}`, 'choose another name');
  if (!/^[a-z][a-z0-9_]*$/.test(first.name)) {
    const lower = first.name.toLowerCase();
    const fix = /^[a-z]/.test(lower) && !whyReservedDeclaration(lower) ? replacement(span, lower) : undefined;
    reporter.report(span, 'package', `\`${first.name}\` is not a package name`, 'use lower-case letters, digits and _, a letter first', fix);
  }
  if (second && !recovered) {
    const here = spanOf(file, second);
    const wayOut = 'remove it, or move what follows into a file of its own';
    const same = second.name === first.name ? removal(here, 'Remove the second package line') : undefined;
    reporter.report(here, 'package', 'a file is one package, and this is its second package line', wayOut, same);
  }
  if (first.name.length > LONGEST_NAME) reporter.report(span, 'tooLarge', `a name of ${first.name.length} characters`, `keep to ${LONGEST_NAME}`);
  const early = [...document.imports, ...document.declarations].find((each) => spanOf(file, each).offset < span.offset);
  if (early && !recovered) {
    const whole = spanOf(file, first);
    const title = 'Move the package line to the top';
    const edits = [...insertion(0, `${written(whole)}\n`, title).edits, ...removal(whole, title).edits];
    reporter.report(
      span,
      'package',
      'the package line comes first',
      'move it to the top of the file',
      document.packages.length === 1 ? { title, edits } : undefined,
    );
  }
  return first.name;
}

function suggested(file: SourceFile): string {
  const base = path
    .basename(file.path, path.extname(file.path))
    .toLowerCase()
    .replace(/[^a-z0-9_]/g, '_');
  return /^[a-z]/.test(base) && !whyReservedDeclaration(base) ? base : 'example';
}
