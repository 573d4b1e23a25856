/**
 * What the editor has open, laid over what is on disk, and what the compiler says of it.
 *
 * Each open file is checked as `deciduous idl check FILE` would, with unsaved text in place of saved text, imported files included. An answer is kept until
 * one of the files that it came from reads otherwise.
 */
import path from 'node:path';
import { TextDocument, URI } from 'langium';
import { type Check, check } from '../compile.js';
import type { Diagnostic, SourceFile } from '../diagnostic.js';
import { lockDiagnostics } from '../lock/check-lock.js';
import type { Module } from '../modules.js';
import { readFromDisk, type ReadFile, UnreadableSource } from '../source-text.js';
import { ParseCache } from './parse-cache.js';

/** The text of a file, undefined where there is none, or what else there is. */
type Seen = string | undefined | UnreadableSource;

/** A check of one file, with what it was made from. */
export interface Analysis extends Check {
  readonly path: string;
  /** What was found of every file that was asked for. */
  readonly read: ReadonlyMap<string, Seen>;
  /** What breaks what `idl.lock` says was published, where nothing else is wrong. */
  readonly published: readonly Diagnostic[];
}

export class Workspace {
  readonly #open = new Map<string, TextDocument>();
  readonly #analyses = new Map<string, Analysis>();
  readonly parse = new ParseCache().parse;

  /** Where a document lies. One that was never saved lies in a folder that does not exist, so that it imports nothing by accident. */
  pathOf(uri: string): string {
    const parsed = URI.parse(uri);
    return parsed.scheme === 'file' ? path.resolve(parsed.fsPath) : path.resolve('/', `.${parsed.scheme}`, parsed.path.replace(/^\/+/, '') || 'unnamed');
  }

  /** What the editor calls a file: as it did when it opened it. */
  uriOf(filePath: string): string {
    return this.#open.get(path.resolve(filePath))?.uri ?? URI.file(path.resolve(filePath)).toString();
  }

  get openPaths(): readonly string[] {
    return [...this.#open.keys()];
  }

  /** Opens a document, or puts its new text in place. */
  put(document: TextDocument): void {
    this.#open.set(this.pathOf(document.uri), document);
  }

  close(uri: string): void {
    const filePath = this.pathOf(uri);
    this.#open.delete(filePath);
    this.#analyses.delete(filePath);
  }

  openDocument(filePath: string): TextDocument | undefined {
    return this.#open.get(path.resolve(filePath));
  }

  /** As the command line reads files, with unsaved text in place of saved text. */
  readonly read: ReadFile = (filePath) => this.#open.get(path.resolve(filePath))?.getText() ?? readFromDisk(filePath);

  /** The text of a file as people see it: unsaved where it is open. Undefined where there is none. */
  readonly textOf = (filePath: string): string | undefined => {
    const seen = this.#see(filePath);
    return seen instanceof UnreadableSource ? undefined : seen;
  };

  /** The file as a document that knows its lines; without the byte order mark, which counts for no offset. */
  document(filePath: string): TextDocument {
    const open = this.openDocument(filePath);
    const text = (this.textOf(filePath) ?? '').replace(/^\ufeff/, '');
    return open?.getText() === text ? open : TextDocument.create(this.uriOf(filePath), 'deciduous', 0, text);
  }

  /** What the compiler says of an open file; undefined where it is not open. */
  analysis(filePath: string): Analysis | undefined {
    const document = this.openDocument(filePath);
    if (!document) return undefined;
    const known = this.#analyses.get(filePath);
    if (known && this.isCurrent(known)) return known;
    const analysis = this.#analyse({ path: filePath, text: document.getText() });
    this.#analyses.set(filePath, analysis);
    return analysis;
  }

  isCurrent({ read }: Analysis): boolean {
    return [...read].every(([filePath, seen]) => isSame(this.#see(filePath), seen));
  }

  /** The module that an open file is. Undefined where it nests too deep to be read. */
  module(filePath: string): { readonly module: Module; readonly analysis: Analysis } | undefined {
    const analysis = this.analysis(filePath);
    const module = analysis?.modules.find((each) => path.resolve(each.file.path) === filePath);
    return analysis && module && { module, analysis };
  }

  /** Checks files together with others in place of what is open or on disk. */
  checkWith(paths: readonly string[], overlay: ReadonlyMap<string, string> = new Map()): Check {
    const read = (filePath: string): string | undefined => overlay.get(path.resolve(filePath)) ?? this.read(filePath);
    const sources = paths.flatMap((filePath): SourceFile[] => {
      const text = overlay.get(path.resolve(filePath)) ?? this.textOf(filePath);
      return text === undefined ? [] : [{ path: filePath, text }];
    });
    return check(sources, { read, parse: overlay.size > 0 ? new ParseCache().parse : this.parse });
  }

  #analyse(source: SourceFile): Analysis {
    const asked = new Map<string, Seen>([[source.path, source.text]]);
    const read: ReadFile = (filePath) => {
      const seen = this.#see(filePath);
      asked.set(path.resolve(filePath), seen);
      if (seen instanceof UnreadableSource) throw seen;
      return seen;
    };
    const checked = check([source], { read, parse: this.parse });
    return { path: source.path, read: asked, ...checked, published: lockDiagnostics(checked, [source], { read }) };
  }

  #see(filePath: string): Seen {
    try {
      return this.read(filePath);
    } catch (error) {
      if (error instanceof UnreadableSource) return error;
      throw error;
    }
  }
}

function isSame(a: Seen, b: Seen): boolean {
  return a instanceof UnreadableSource && b instanceof UnreadableSource ? a.message === b.message : a === b;
}
