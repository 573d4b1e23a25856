/**
 * The documentation pipeline: publishes documents through plugins that nobody has to trust. Run it with `npm start`; `npm start -- --help` says more.
 *
 * This file wires the parts and answers for how the program ends. See pipeline.ts for the way of a document and guarded-call.ts for what happens when a plugin dies on it.
 */
import path from 'node:path';
import { boot, LoadError, type KernelHandle } from 'deciduous';
import { HELP, readArguments, UsageError, type Arguments } from './arguments.js';
import { findDocuments, type Discovery, type Source } from './discovery.js';
import { FileFailure } from './file-failure.js';
import { Words } from './generated/pipeline.js';
import { HostIntegrity } from './host-integrity.js';
import { Ledger, type DocumentRecord } from './ledger.js';
import { Pipeline, type PublishedDocument } from './pipeline.js';
import { loadPlugins, PLUGINS } from './plugins.js';
import { untilQuiet } from './quiet.js';
import { makeReport, type Report } from './report.js';
import { reportText } from './report-text.js';
import { copyIndex } from './search-index.js';
import { prepareSite, writeFrontPages, writePage } from './site-writer/site.js';
import { paintFor, ProgressBar } from './terminal.js';
import { takeAccount } from './thief-account.js';
import { checkTraceFile, TRACE_EVENTS, writeTrace } from './trace-file.js';

/** Documents under way at once. */
const CONCURRENCY = 4;
/** How long closing may take after an interrupt. */
const CLOSING_MS = 800;
const INTERRUPTED = 130;

const bar = new ProgressBar(process.stderr);

/** Runs `work` on every source, a few at a time. */
async function eachOf(sources: readonly Source[], work: (source: Source) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < sources.length) await work(sources[next++]);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, lane));
}

/** A file that cannot be read or written costs its own document and no other: it is entered as failed. Anything else is thrown on. */
async function orFailed<T>(record: DocumentRecord, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof FileFailure)) throw error;
    record.page = 'none';
    record.failure = error.message;
    return undefined;
  }
}

async function publishAll(kernel: KernelHandle, options: Arguments, { sources, tooLarge, unreadable }: Discovery): Promise<Report> {
  const ledger = new Ledger();
  for (const { path: folder, reason } of unreadable) ledger.open(folder).failure = reason;
  const condemned: string[] = [];
  kernel.on('crash', (epitaph) => ledger.crashed(epitaph));
  kernel.on('restart', ({ domain }) => ledger.restarted(domain));
  kernel.on('condemned', ({ domain, incarnation }) => condemned.push(`${domain}#${incarnation}`));
  const integrity = new HostIntegrity();

  bar.show('Building the plugins', 0, PLUGINS.length);
  const domains = await loadPlugins(kernel, (count) => bar.show('Building the plugins', count, PLUGINS.length));
  const pipeline = new Pipeline(kernel, domains, ledger);
  const published: PublishedDocument[] = [];
  let done = 0;
  const started = performance.now();
  await eachOf(sources, async (source) => {
    const record = ledger.open(source.path);
    const document = await orFailed(record, async () => {
      const made = await pipeline.publish(source, record);
      await writePage(options.out, made);
      return made;
    });
    if (document !== undefined) published.push(document);
    bar.show('Documents', ++done, sources.length, `${ledger.crashes} crashes  ${source.path}`);
  });
  const seconds = (performance.now() - started) / 1000;
  bar.clear();

  const index = await copyIndex(domains);
  const terms = await domains.words.get(Words).async.size();
  const attempts = await takeAccount(kernel, domains);
  const quiet = await untilQuiet(kernel, ledger);
  const report = makeReport({
    input: options.input,
    site: options.out,
    seconds,
    found: sources.length + unreadable.length,
    tooLarge,
    ledger,
    terms: terms.ok ? terms.value : 0,
    attempts,
    watched: integrity.watched,
    changes: integrity.changes(),
    quiet,
    condemned,
    audit: await kernel.audit(),
  });
  published.sort((a, b) => (a.path < b.path ? -1 : 1));
  await writeFrontPages(options.out, published, index, report);
  return report;
}

async function run(argv: readonly string[]): Promise<number> {
  const options = readArguments(argv);
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  if (options.trace !== undefined) checkTraceFile(options.trace);
  const found = await findDocuments(options.input, options.inputWasGiven);
  const chosen = { ...found, sources: found.sources.slice(0, options.limit) };
  await prepareSite(options.out);

  let kernel: KernelHandle | undefined;
  let interrupted = false;
  const interrupt = (): void => {
    bar.clear();
    if (interrupted || kernel === undefined) process.exit(INTERRUPTED);
    interrupted = true;
    process.stderr.write('Interrupted: closing. Once more to end at once.\n');
    process.exitCode = INTERRUPTED;
    setTimeout(() => process.exit(INTERRUPTED), CLOSING_MS);
    void kernel.close().finally(() => process.exit(INTERRUPTED));
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  // The process has something to do until the run has ended, whatever it happens to wait for.
  const awake = setInterval(() => {}, 1000);
  try {
    kernel = await boot({ spares: 3, trace: options.trace === undefined ? false : { events: TRACE_EVENTS } });
    const report = await publishAll(kernel, options, chosen);
    if (options.trace !== undefined) process.stderr.write(await writeTrace(kernel, options.trace));
    process.stdout.write(
      options.json
        ? `${JSON.stringify(report, null, 2)}\n`
        : reportText({ ...report, site: path.relative('.', path.resolve(options.out)) || '.' }, paintFor(process.stdout)),
    );
    return report.ok ? 0 : 1;
  } catch (error) {
    // Whatever fails because everything is being closed is no news.
    if (interrupted) return INTERRUPTED;
    throw error;
  } finally {
    bar.clear();
    clearInterval(awake);
    await kernel?.close();
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}

// Whoever reads the output may stop reading, as `head` does.
process.stdout.on('error', () => {});
try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  const known = error instanceof UsageError || error instanceof LoadError || error instanceof FileFailure;
  process.stderr.write(`${known ? error.message : ((error as Error).stack ?? String(error))}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
