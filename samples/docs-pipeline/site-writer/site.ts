/** Writes the site: pages, index, search, report. Everything is relative, so the folder can be opened from disk or put anywhere. */
import { copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../arguments.js';
import { FileFailure, reasonOf } from '../file-failure.js';
import type { PublishedDocument } from '../pipeline.js';
import { PRODUCER, type Report } from '../report.js';
import type { SearchIndex } from '../search-index.js';
import { documentPage } from './document-page.js';
import { address } from './html.js';
import { indexPage } from './index-page.js';
import { pageFile } from './page-file.js';
import { reportPage } from './report-page.js';

const ASSETS = fileURLToPath(new URL('../assets/', import.meta.url));

/**
 * Makes the folder, and takes away the pages of an earlier run. It does so only in a folder that is empty or of our own making: throws UsageError where it is anything else, with nothing touched, and
 * where it cannot be written to.
 */
export async function prepareSite(out: string): Promise<void> {
  try {
    await mkdir(out, { recursive: true });
    const isEmpty = (await readdir(out)).length === 0;
    if (!isEmpty && !(await isOurs(out))) {
      throw new UsageError(
        `${path.resolve(out)} holds files that this program did not write, and the site would replace some of them.\nName a folder that is empty or not there yet: npm start -- --out DIR`,
      );
    }
    // First of all, so that a run that is interrupted leaves a folder that the next one knows.
    await writeMarked(out, { producedBy: PRODUCER, finished: false });
    await rm(path.join(out, 'pages'), { recursive: true, force: true });
    await mkdir(path.join(out, 'pages'), { recursive: true });
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`The site cannot be written to ${path.resolve(out)}: ${reasonOf(error)}.\nName another folder: npm start -- --out DIR`);
  }
}

/** Whether the folder's report.json says that we wrote it. Other programs write files of that name as well. */
async function isOurs(out: string): Promise<boolean> {
  try {
    const report: unknown = JSON.parse(await readFile(path.join(out, 'report.json'), 'utf8'));
    return typeof report === 'object' && report !== null && (report as { producedBy?: unknown }).producedBy === PRODUCER;
  } catch {
    return false;
  }
}

/** Writes report.json in one step: half of it would not be known for ours. */
async function writeMarked(out: string, report: Report | { readonly producedBy: typeof PRODUCER; readonly finished: false }): Promise<void> {
  const file = path.join(out, 'report.json');
  await writeFile(`${file}.new`, `${JSON.stringify(report, null, 2)}\n`);
  await rename(`${file}.new`, file);
}

/** Throws FileFailure where it cannot be written. */
export async function writePage(out: string, document: PublishedDocument): Promise<void> {
  const file = path.join(out, pageFile(document.path));
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, documentPage(document));
  } catch (error) {
    throw new FileFailure('page cannot be written', error);
  }
}

/** Throws FileFailure where one of them cannot be written. */
export async function writeFrontPages(out: string, documents: readonly PublishedDocument[], index: SearchIndex, report: Report): Promise<void> {
  const titles = new Map(documents.map(({ path: name, title }) => [name, title]));
  const searchable = {
    documents: index.paths.map((name) => ({ path: name, title: titles.get(name) ?? name, href: address(pageFile(name), 0) })),
    terms: index.terms,
  };
  await Promise.all([
    writeFile(path.join(out, 'index.html'), indexPage(documents, report)),
    writeFile(path.join(out, 'report.html'), reportPage(report)),
    writeMarked(out, report),
    // A script and not JSON: a page that is read from disk may load a script beside it, and may not fetch.
    writeFile(path.join(out, 'search-index.js'), `globalThis.searchIndex = ${JSON.stringify(searchable)};\n`),
    ...['style.css', 'search.js'].map((name) => copyFile(path.join(ASSETS, name), path.join(out, name))),
  ]).catch((error: unknown) => {
    throw new FileFailure(`The front pages cannot be written to ${path.resolve(out)}`, error);
  });
}
