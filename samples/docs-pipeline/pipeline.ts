/** The way of a document: lent to one plugin after the other, moved to the last, published. */
import { readFile } from 'node:fs/promises';
import type { KernelHandle, RRef, RpcResult } from 'deciduous';
import type { Source } from './discovery.js';
import { FileFailure } from './file-failure.js';
import { Document, LinkCollector, Renderer, type HeadingValue, type LinkValue } from './generated/document.js';
import { EmphasisCounter, StructureReader, Summariser, Visitor, Words } from './generated/pipeline.js';
import { guardedCall, type Outcome } from './guarded-call.js';
import type { DocumentRecord, Ledger } from './ledger.js';
import type { Domains, PluginName } from './plugins.js';

/** What the site is made from. Absent is what a plugin did not give, because it crashed on this document. */
export interface PublishedDocument {
  readonly path: string;
  readonly title: string;
  /** HTML of the text; absent where the document was lost in `render`. */
  readonly html?: string;
  /** The text itself, read again from disk, where there is no HTML. */
  readonly source?: string;
  readonly words?: number;
  readonly links?: readonly LinkValue[];
  readonly headings?: readonly HeadingValue[];
  readonly structure?: { readonly tables: number; readonly quoteDepth: number };
  readonly emphasis?: { readonly strong: number; readonly code: number };
  readonly summary?: string;
  readonly record: DocumentRecord;
}

/** The values of a list whose nodes are linked through `next`. */
export function listOf<Node extends { readonly next: Node | null }, Value>(head: Node | null, valueOf: (node: Node) => Value): Value[] {
  const values: Value[] = [];
  for (let node = head; node !== null; node = node.next) values.push(valueOf(node));
  return values;
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new FileFailure('cannot be read', error);
  }
}

export class Pipeline {
  readonly #kernel: KernelHandle;
  readonly #domains: Domains;
  readonly #ledger: Ledger;
  readonly #proxies;

  constructor(kernel: KernelHandle, domains: Domains, ledger: Ledger) {
    this.#kernel = kernel;
    this.#domains = domains;
    this.#ledger = ledger;
    this.#proxies = {
      links: domains.links.get(LinkCollector).async,
      words: domains.words.get(Words).async,
      structure: domains.fragile.get(StructureReader).async,
      emphasis: domains.stuck.get(EmphasisCounter).async,
      summariser: domains.greedy.get(Summariser).async,
      visitor: domains.thief.get(Visitor).async,
      renderer: domains.render.get(Renderer).async,
    };
  }

  /** Takes one document through all plugins. Nothing that a plugin does makes this fail; a file that cannot be read, at first or again, is a FileFailure. */
  async publish(source: Source, record: DocumentRecord): Promise<PublishedDocument> {
    const text = await readText(source.file);
    const { links, words, structure, emphasis, summariser, visitor, renderer } = this.#proxies;
    // Ours until it moves to `render`; should anything throw before, `using` gives it back to the heap.
    using document = this.#kernel.heap.alloc(Document, { path: source.path, source: text });

    const report = await this.#lend('links', record, () => links.collect(document));
    const wordCount = await this.#lend('words', record, () => words.add(document));
    const built = await this.#lend('fragile', record, () => structure.read(document));
    const set = await this.#lend('stuck', record, () => emphasis.count(document));
    const summary = await this.#lend('greedy', record, () => summariser.summarise(document));
    await this.#lend('thief', record, () => visitor.visit(document));
    record.tampered = document.source !== text || document.path !== source.path;
    const page = await this.#move('render', record, () => renderer.render(document));

    using _report = report;
    using _built = built;
    using _set = set;
    using _summary = summary;
    using _page = page;
    record.page = page === undefined ? 'plain' : 'rendered';
    return {
      path: source.path,
      title: page?.title ?? source.path,
      // What moved away is gone. Its file is not, so the reader gets the plain text.
      ...(page === undefined ? { source: await readText(source.file) } : { html: page.html }),
      ...(wordCount === undefined ? {} : { words: wordCount }),
      ...(report === undefined ? {} : { links: listOf(report.links, (node) => node.link), headings: listOf(report.headings, (node) => node.heading) }),
      ...(built === undefined ? {} : { structure: { tables: built.tableCount, quoteDepth: built.quoteDepth } }),
      ...(set === undefined ? {} : { emphasis: { strong: set.strong, code: set.code } }),
      ...(summary === undefined ? {} : { summary: summary.text }),
      record,
    };
  }

  async #lend<T>(plugin: PluginName, record: DocumentRecord, call: () => Promise<RpcResult<T>>): Promise<T | undefined> {
    const outcome = await guardedCall({ domain: this.#domains[plugin], record: this.#ledger.plugins[plugin], starts: 2, call });
    return this.#enter(plugin, record, outcome, false);
  }

  async #move<T>(plugin: PluginName, record: DocumentRecord, call: () => Promise<RpcResult<RRef<T>>>): Promise<RRef<T> | undefined> {
    const outcome = await guardedCall({ domain: this.#domains[plugin], record: this.#ledger.plugins[plugin], starts: 1, call });
    return this.#enter(plugin, record, outcome, true);
  }

  #enter<T>(plugin: PluginName, record: DocumentRecord, outcome: Outcome<T>, moved: boolean): T | undefined {
    record.refusals += outcome.refusals;
    if (outcome.ok) {
      if (outcome.crashes > 0) record.setbacks.push({ plugin, reason: 'crashed once', message: '', recovered: true, lost: false });
      return outcome.value;
    }
    const { error } = outcome;
    record.setbacks.push({ plugin, reason: error.cause ?? error.code, message: error.message, recovered: false, lost: moved && error.started });
    return undefined;
  }
}
