/** The trees of files as they were read last: while one file is edited, those that it imports are not read again. */
import { Reporter, type SourceFile } from '../diagnostic.js';
import type { ParseFile } from '../modules.js';
import { parse, type Parsed } from '../parse.js';

type Report = Parameters<Reporter['report']>;

class Recorder extends Reporter {
  readonly reports: Report[] = [];

  override report(...report: Report): void {
    this.reports.push(report);
  }
}

interface Entry {
  readonly text: string;
  readonly parsed: Parsed | undefined;
  readonly reports: readonly Report[];
}

/** Files beyond this are read anew: nobody works on as many at a time. */
const MOST_FILES = 512;

export class ParseCache {
  readonly #entries = new Map<string, Entry>();

  /** In place of the parser: tells the reporter what the parser told when it read the same text. */
  readonly parse: ParseFile = (file, reporter) => {
    const { parsed, reports } = this.#entryOf(file);
    for (const report of reports) reporter.report(...report);
    return parsed;
  };

  #entryOf(file: SourceFile): Entry {
    const known = this.#entries.get(file.path);
    if (known?.text === file.text) return known;
    const recorder = new Recorder();
    const entry = { text: file.text, parsed: parse(file, recorder), reports: recorder.reports };
    if (this.#entries.size >= MOST_FILES) this.#entries.clear();
    this.#entries.set(file.path, entry);
    return entry;
  }
}
