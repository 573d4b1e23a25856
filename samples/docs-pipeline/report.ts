/** What a run came to, as data: what `--json` prints, and what the table and the site's report show. */
import type { AuditFinding } from 'deciduous';
import { LARGEST_BYTES } from './discovery.js';
import type { CrashSite, DocumentRecord, Ledger } from './ledger.js';
import { PLUGINS, type PluginName } from './plugins.js';
import type { AttemptRecord } from './thief-account.js';
import { plural } from './units.js';

export interface PluginReport {
  readonly name: PluginName;
  readonly gives: string;
  /** Whether documents are lent to it, or move. */
  readonly lent: boolean;
  readonly calls: number;
  readonly failures: number;
  readonly refusals: number;
  /** Milliseconds of calls that went well, as their caller saw them; null where there was none. */
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly crashes: { readonly [cause: string]: number };
  readonly restarts: number;
  readonly reclaimed: { readonly blocks: number; readonly bytes: number };
}

/** What tells a report of ours from other files of that name, and so a site of ours from other folders. */
export const PRODUCER = 'deciduous docs pipeline';

export interface Report {
  readonly producedBy: typeof PRODUCER;
  readonly ok: boolean;
  /** Why not, in words; empty where `ok`. */
  readonly complaints: readonly string[];
  readonly input: string;
  readonly site: string;
  readonly seconds: number;
  readonly documents: {
    readonly found: number;
    /** Those published and those failed. */
    readonly accounted: number;
    readonly rendered: number;
    /** Published as plain text, because `render` died with the document. */
    readonly plain: number;
    /** Documents that were lent to a plugin which crashed on them, and that were published all the same. */
    readonly despiteCrash: number;
    /** How many of these do without each plugin. */
    readonly without: { readonly [plugin: string]: number };
    /** Documents on which a plugin crashed once and then not. */
    readonly recovered: number;
    /** Documents that were refused by a plugin that another document had brought down, and came through. */
    readonly bystanders: number;
    readonly lost: readonly { readonly path: string; readonly plugin: string; readonly reason: string }[];
    readonly tampered: readonly string[];
    /** Documents without a page, because a file could not be read or written. A folder that cannot be read counts as one, for nobody knows what it holds; its path ends in `/`. */
    readonly failed: readonly { readonly path: string; readonly reason: string }[];
    /** Files that were not taken for documents, because of their size. They are not among those found. */
    readonly leftOut: { readonly largerThanBytes: number; readonly paths: readonly string[] };
  };
  readonly plugins: readonly PluginReport[];
  readonly crashSites: readonly CrashSite[];
  readonly setbacks: readonly { readonly path: string; readonly plugin: string; readonly reason: string; readonly lost: boolean }[];
  readonly terms: number;
  readonly thief: {
    readonly attempts: readonly AttemptRecord[];
    readonly taken: number;
    /** Properties of the host that were compared, and what was found changed. */
    readonly watched: number;
    readonly changes: readonly string[];
  };
  /** Domains whose thread did not stop when it was told to. */
  readonly condemned: readonly string[];
  readonly audit: readonly AuditFinding[];
}

export interface Findings {
  readonly input: string;
  readonly site: string;
  readonly seconds: number;
  readonly found: number;
  readonly tooLarge: readonly string[];
  readonly ledger: Ledger;
  readonly terms: number;
  readonly attempts: readonly AttemptRecord[];
  readonly watched: number;
  readonly changes: readonly string[];
  /** Whether every plugin lived in the end, and every crash and restart had been heard of. */
  readonly quiet: boolean;
  readonly condemned: readonly string[];
  readonly audit: readonly AuditFinding[];
}

/** The value below which the share `share` of the sorted values lies. */
function quantile(sorted: readonly number[], share: number): number | null {
  return sorted.length === 0 ? null : sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

function describePlugins(ledger: Ledger): PluginReport[] {
  return PLUGINS.map(({ name, gives, lent }) => {
    const record = ledger.plugins[name];
    const sorted = record.milliseconds.toSorted((a, b) => a - b);
    return {
      name,
      gives,
      lent,
      calls: record.calls,
      failures: record.failures,
      refusals: record.refusals,
      p50Ms: quantile(sorted, 0.5),
      p99Ms: quantile(sorted, 0.99),
      crashes: Object.fromEntries(record.crashes),
      restarts: record.restarts,
      reclaimed: { blocks: record.reclaimedBlocks, bytes: record.reclaimedBytes },
    };
  });
}

function describeDocuments(found: number, tooLarge: readonly string[], records: readonly DocumentRecord[]): Report['documents'] {
  const without: { [plugin: string]: number } = {};
  for (const { name } of PLUGINS) {
    const times = records.filter(({ setbacks }) => setbacks.some(({ plugin, recovered, lost }) => plugin === name && !recovered && !lost)).length;
    if (times > 0) without[name] = times;
  }
  const published = records.filter(({ page }) => page !== 'none');
  const failed = records.flatMap(({ path, failure }) => (failure === undefined ? [] : [{ path, reason: failure }]));
  return {
    found,
    accounted: published.length + failed.length,
    rendered: records.filter(({ page }) => page === 'rendered').length,
    plain: records.filter(({ page }) => page === 'plain').length,
    despiteCrash: published.filter(({ setbacks }) => setbacks.some(({ lost }) => !lost)).length,
    without,
    recovered: published.filter(({ setbacks }) => setbacks.some(({ recovered }) => recovered)).length,
    bystanders: published.filter(({ refusals }) => refusals > 0).length,
    lost: published.flatMap(({ path, setbacks }) => setbacks.filter(({ lost }) => lost).map(({ plugin, reason }) => ({ path, plugin, reason }))),
    tampered: records.filter(({ tampered }) => tampered).map(({ path }) => path),
    failed,
    leftOut: { largerThanBytes: LARGEST_BYTES, paths: tooLarge },
  };
}

export function makeReport(findings: Findings): Report {
  const { input, site, seconds, found, tooLarge, ledger, terms, attempts, watched, changes, quiet, condemned, audit } = findings;
  const records = [...ledger.documents.values()];
  const documents = describeDocuments(found, tooLarge, records);
  const taken = attempts.filter(({ outcome }) => outcome === 'Taken').length;
  const complaints: string[] = [];
  if (documents.accounted !== found) complaints.push(`${found - documents.accounted} documents are not accounted for`);
  if (documents.failed.length > 0) complaints.push(`${plural(documents.failed.length, 'document')} failed`);
  if (audit.length > 0) complaints.push(`the audit has ${audit.length} findings`);
  if (!quiet) complaints.push('some plugin did not come back after a crash');
  if (taken > 0) complaints.push(`${taken} of the thief's attempts worked`);
  if (changes.length > 0) complaints.push(`the host is not as it was: ${changes.join(', ')}`);
  if (documents.tampered.length > 0) complaints.push(`${documents.tampered.length} lent documents were changed`);
  return {
    producedBy: PRODUCER,
    ok: complaints.length === 0,
    complaints,
    input,
    site,
    seconds,
    documents,
    plugins: describePlugins(ledger),
    crashSites: [...ledger.crashSites.values()].sort((a, b) => b.count - a.count),
    setbacks: records.flatMap(({ path, setbacks }) =>
      setbacks.filter(({ recovered }) => !recovered).map(({ plugin, reason, lost }) => ({ path, plugin, reason, lost })),
    ),
    terms,
    thief: { attempts, taken, watched, changes },
    condemned,
    audit,
  };
}
