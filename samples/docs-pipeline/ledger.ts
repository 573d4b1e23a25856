/** The books: what happened to every document and in every plugin. Nothing here decides anything. */
import type { Epitaph } from 'deciduous';
import { PLUGINS, type PluginName } from './plugins.js';

export class PluginRecord {
  /** Calls that started, repeated ones included. */
  calls = 0;
  /** Of these, calls that ended in a fault. */
  failures = 0;
  /** Calls that never started, because somebody else's had brought the plugin down. They gave their document back. */
  refusals = 0;
  restarts = 0;
  /** Of each call that went well, as its caller saw it: queue and waking included. */
  readonly milliseconds: number[] = [];
  readonly crashes = new Map<Epitaph['cause'], number>();
  reclaimedBlocks = 0;
  reclaimedBytes = 0;
}

/** What became of one document in one plugin. */
export interface Setback {
  readonly plugin: PluginName;
  /** Why: the cause of the crash, else the error's code. */
  readonly reason: string;
  readonly message: string;
  /** The plugin crashed once on this document and then not. */
  readonly recovered: boolean;
  /** The document had moved into the plugin and was lost with it. */
  readonly lost: boolean;
}

export type PageKind = 'rendered' | 'plain' | 'none';

export interface DocumentRecord {
  readonly path: string;
  page: PageKind;
  /** Why it has no page, where a file could not be read or written. */
  failure?: string;
  /** Calls for this document that never started, because another document had brought the plugin down. */
  refusals: number;
  /** It was not what it had been after everyone had borrowed it. */
  tampered: boolean;
  readonly setbacks: Setback[];
}

/** Where plugins crashed: one line for each place in their source. */
export interface CrashSite {
  readonly plugin: string;
  readonly cause: Epitaph['cause'];
  readonly message: string;
  /** `function (file:line)`, where the epitaph has a stack. */
  readonly place: string;
  count: number;
}

export class Ledger {
  readonly plugins: { readonly [name in PluginName]: PluginRecord };
  readonly documents = new Map<string, DocumentRecord>();
  readonly crashSites = new Map<string, CrashSite>();

  constructor() {
    this.plugins = Object.fromEntries(PLUGINS.map(({ name }) => [name, new PluginRecord()])) as { [name in PluginName]: PluginRecord };
  }

  open(path: string): DocumentRecord {
    const record: DocumentRecord = { path, page: 'none', refusals: 0, tampered: false, setbacks: [] };
    this.documents.set(path, record);
    return record;
  }

  crashed(epitaph: Epitaph): void {
    const record = this.#record(epitaph.domain);
    if (record === undefined) return;
    record.crashes.set(epitaph.cause, (record.crashes.get(epitaph.cause) ?? 0) + 1);
    record.reclaimedBlocks += epitaph.reclaimed.blocks;
    record.reclaimedBytes += epitaph.reclaimed.bytes;
    const place = placeOf(epitaph.stack);
    const key = `${epitaph.domain} ${epitaph.cause} ${place}`;
    const site = this.crashSites.get(key);
    if (site !== undefined) site.count++;
    else this.crashSites.set(key, { plugin: epitaph.domain, cause: epitaph.cause, message: epitaph.message.split('\n', 1)[0], place, count: 1 });
  }

  restarted(domain: string): void {
    const record = this.#record(domain);
    if (record !== undefined) record.restarts++;
  }

  /** How many crashes of a plugin are entered. */
  crashesOf(domain: string): number {
    return [...(this.#record(domain)?.crashes.values() ?? [])].reduce((sum, times) => sum + times, 0);
  }

  restartsOf(domain: string): number {
    return this.#record(domain)?.restarts ?? 0;
  }

  get crashes(): number {
    return PLUGINS.reduce((sum, { name }) => sum + this.crashesOf(name), 0);
  }

  #record(domain: string): PluginRecord | undefined {
    return Object.hasOwn(this.plugins, domain) ? this.plugins[domain as PluginName] : undefined;
  }
}

/** The innermost frame that lies in a file of the extension's own. */
function placeOf(stack: string): string {
  for (const line of stack.split('\n')) {
    const frame = /at (?:(?:async |new )?([\w$.<>#]+) )?\(?(?:.*[/\\])?([\w.-]+\.ts):(\d+)/.exec(line);
    if (frame !== null) return `${frame[1] ?? 'anonymous'} (${frame[2]}:${frame[3]})`;
  }
  return '';
}
