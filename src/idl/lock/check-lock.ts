/** Definitions against what was published: each package against the `idl.lock` in the folder of its file. Folders without one are not judged. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import type { Schema } from '../../abi/schema.js';
import { closeSchema } from '../close-schema.js';
import { type Check, check, type Compilation, type CompileOptions, generateFrom } from '../compile.js';
import { type ReadFile, readFromDisk } from '../source-text.js';
import { type Diagnostic, Reporter, type SourceFile, type Span } from '../diagnostic.js';
import type { Module } from '../modules.js';
import type { RuleCode, RuleName } from '../rules.js';
import { CHANGES, type ChangeKind } from './changes.js';
import { type Found, PackageJudge } from './judge.js';
import { LOCK_NAME, lockText } from './lock-text.js';
import { packageSpan } from './places.js';
import { publishedBy, type PublishedPackage } from './published.js';
import { type LockFile, readLock } from './read-lock.js';

export interface LockOptions extends CompileOptions {
  /** The names of the files in a folder. From disk unless given. */
  readonly list?: (folder: string) => readonly string[];
}

/** A change against what was published. */
export interface Change {
  readonly kind: ChangeKind;
  readonly compatible: boolean;
  /** Of the diagnostic, where it is breaking. */
  readonly code?: RuleCode;
  /** The definition, constant or package that changed. */
  readonly of: string;
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** A lock file as it would be written for the sources. */
export interface LockPlan {
  readonly path: string;
  readonly text: string;
}

export interface LockCheck {
  readonly compilation: Compilation;
  /** What is wrong with the sources, or else with the lock files and by them: breaking changes, each with its caret. */
  readonly diagnostics: readonly Diagnostic[];
  readonly changes: readonly Change[];
  /** The lock files that were found. */
  readonly locks: readonly string[];
  /** For the folders of the sources, what they import left out. Empty where the sources or a lock file are wrong; breaking changes do not empty it. */
  readonly plans: readonly LockPlan[];
}

const fromFolder = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder === '' ? '.' : folder);
  } catch {
    return [];
  }
};

interface Judged {
  readonly module: Module;
  readonly now: PublishedPackage;
}

/** Compiles `sources` and compares what they and their imports publish with the lock files. Never throws for what the files say. */
export function checkLocks(sources: readonly SourceFile[], options: LockOptions = {}): LockCheck {
  const checked = check(sources, options);
  const compilation = generateFrom(checked, options.runtime);
  if (compilation.diagnostics.length > 0) return { compilation, diagnostics: compilation.diagnostics, changes: [], locks: [], plans: [] };
  return { compilation, ...judge(checked, compilation.schemas, sources, options) };
}

/** What breaks what was published, and what is wrong with the lock files, of sources in which nothing else is wrong: for who has checked them already, and generates nothing. */
export function lockDiagnostics(checked: Check, sources: readonly SourceFile[], options: LockOptions): readonly Diagnostic[] {
  const { modules, definitions, diagnostics } = checked;
  const read = lenient(options.read);
  if (diagnostics.length > 0 || !modules.some(({ file }) => read(path.join(path.dirname(file.path), LOCK_NAME)) !== undefined)) return [];
  const schemas = modules.map((module) => closeSchema(module.package, definitions));
  return judge(checked, schemas, sources, options).diagnostics;
}

function judge(
  { modules, definitions }: Check,
  schemas: readonly Schema[],
  sources: readonly SourceFile[],
  options: LockOptions,
): Omit<LockCheck, 'compilation'> {
  const folders = new Map<string, Judged[]>();
  for (const [index, module] of modules.entries()) {
    const folder = path.dirname(module.file.path);
    folders.set(folder, [...(folders.get(folder) ?? []), { module, now: publishedBy(module, schemas[index], definitions) }]);
  }
  const named = new Set(sources.map((source) => path.resolve(source.path)));
  const run = new LockRun(options);
  const plans: LockPlan[] = [];
  for (const [folder, judged] of folders) plans.push(...run.judge(folder, judged, named));
  const broken = run.reporter.sorted();
  const { found, locks } = run;
  const breaking = found.filter(({ kind }) => isBreaking(kind)).map(diagnosticOf);
  return { diagnostics: [...broken, ...breaking], changes: found.map(changeOf), locks, plans: broken.length > 0 ? [] : plans };
}

/** What is there and is no text is no lock either, and told as one that cannot be read. */
function lenient(read: ReadFile = readFromDisk): ReadFile {
  return (place) => {
    try {
      return read(place);
    } catch {
      return '';
    }
  };
}

class LockRun {
  readonly reporter = new Reporter();
  readonly found: Found[] = [];
  readonly locks: string[] = [];
  readonly #read: ReadFile;
  readonly #list: NonNullable<LockOptions['list']>;
  /** Definitions whose breaking change has been told where they are declared: imports come before importers. */
  readonly #told = new Set<string>();

  constructor({ read, list }: LockOptions) {
    this.#read = lenient(read);
    this.#list = list ?? fromFolder;
  }

  /** What was found goes to `found`; answers how the lock would be written, where a file of the folder was named. */
  judge(folder: string, judged: readonly Judged[], named: ReadonlySet<string>): LockPlan[] {
    const place = path.join(folder, LOCK_NAME);
    const text = this.#read(place);
    const lock = text === undefined ? undefined : readLock({ path: place, text }, this.reporter);
    if (text !== undefined) this.locks.push(place);
    if (text !== undefined && !lock) return [];
    const gone = lock ? this.#gone(folder, lock, judged) : new Set<string>();
    const here = new Set([...gone, ...judged.map(({ now }) => now.name)]);
    const others = [...(lock?.packages.values() ?? [])].filter(({ name }) => !here.has(name));
    if (lock) for (const each of judged) this.#package(lock, each, gone, others, named.has(path.resolve(each.module.file.path)));
    const written = judged.filter(({ module }) => named.has(path.resolve(module.file.path)));
    if (written.length === 0) return [];
    const fresh = new Set(written.map(({ now }) => now.name));
    const kept = [...(lock?.packages.values() ?? [])].filter(({ name }) => !fresh.has(name) && !gone.has(name));
    return [{ path: place, text: lockText([...kept, ...written.map(({ now }) => now)]) }];
  }

  /** Packages that are locked and that no file of the folder has any more. */
  #gone(folder: string, lock: LockFile, judged: readonly Judged[]): Set<string> {
    const gone = new Set<string>();
    for (const [name, { file }] of lock.packages) {
      if (judged.some(({ now }) => now.name === name)) continue;
      const heir = judged.find(({ now }) => now.file === file);
      if (heir && !lock.packages.has(heir.now.name)) {
        gone.add(name);
        const message = `package ${name} was published from this file, which is package ${heir.now.name} now`;
        this.found.push({ kind: 'package-renamed', of: name, span: packageSpan(heir.module), message, wayOut: `call it ${name} again` });
      } else if (heir || !this.#stands(folder, file, name)) {
        gone.add(name);
        const span = lock.spans.get(name) as Span;
        const message = `package ${name} was published, and no file of this folder is that package any more`;
        this.found.push({ kind: 'package-removed', of: name, span, message, wayOut: `put ${file} back` });
      }
    }
    return gone;
  }

  /** Whether a file that was not compiled is the package: the one that it was published from, or another. */
  #stands(folder: string, file: string, name: string): boolean {
    if (this.#read(path.join(folder, file)) !== undefined) return true;
    const line = new RegExp(`^\\s*package\\s+${name}\\s*;`, 'm');
    return this.#list(folder).some((each) => each.endsWith('.idl') && line.test(this.#read(path.join(folder, each)) ?? ''));
  }

  #package(lock: LockFile, { module, now }: Judged, gone: ReadonlySet<string>, others: readonly PublishedPackage[], isNamed: boolean): void {
    const before = lock.packages.get(now.name);
    const add = (kind: ChangeKind, message: string): void => void this.found.push({ kind, of: now.name, span: packageSpan(module), message, wayOut: '' });
    if (!before) {
      const isHeir = [...gone].some((name) => lock.packages.get(name)?.file === now.file);
      // What is imported alone need not be published from here.
      if (isNamed && !isHeir) add('package-added', `package ${now.name} is new`);
      return;
    }
    if (before.file !== now.file) add('file-renamed', `package ${now.name} was published from ${before.file}`);
    const found = new PackageJudge(module, before, now, others).judge(this.#told);
    for (const { of, kind } of found) if (isBreaking(kind)) this.#told.add(of);
    this.found.push(...found.sort((a, b) => a.span.offset - b.span.offset));
  }
}

function isBreaking(kind: ChangeKind): boolean {
  return CHANGES[kind].verdict === 'breaking';
}

const RULES_OF_NUMBERS: ReadonlySet<ChangeKind> = new Set<ChangeKind>(['method-inserted', 'method-reordered']);
const ACCEPT = 'where nobody was built with it, `deciduous idl lock --accept-breaking` publishes the change';

/** Each by a reporter of its own: several changes may have one place. */
function diagnosticOf({ kind, span, message, wayOut }: Found): Diagnostic {
  const rule: RuleName = RULES_OF_NUMBERS.has(kind) ? 'methodNumber' : 'published';
  const reporter = new Reporter();
  reporter.report(span, rule, message, `${wayOut}; ${ACCEPT}`);
  return reporter.sorted()[0];
}

function changeOf(found: Found): Change {
  const { code, file, line, column, message } = diagnosticOf(found);
  const compatible = !isBreaking(found.kind);
  return { kind: found.kind, compatible, ...(!compatible && { code }), of: found.of, file, line, column, message };
}
