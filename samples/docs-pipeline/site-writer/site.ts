/** Writes the site: pages, index, search, report. Everything is relative, so the folder can be opened from disk or put anywhere. */
import { copyFile, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../arguments.js';
import type { PublishedDocument } from '../pipeline.js';
import type { Report } from '../report.js';
import type { SearchIndex } from '../search-index.js';
import { documentPage } from './document-page.js';
import { address, pageFile } from './html.js';
import { indexPage } from './index-page.js';
import { reportPage } from './report-page.js';

const ASSETS = fileURLToPath(new URL('../assets/', import.meta.url));

/** Makes the folder, and takes away the pages of an earlier run: known by its report. Throws UsageError where the folder cannot be written to. */
export async function prepareSite(out: string): Promise<void> {
  try {
    await mkdir(out, { recursive: true });
    const isOurs = await stat(path.join(out, 'report.json')).then(
      () => true,
      () => false,
    );
    if (isOurs) await rm(path.join(out, 'pages'), { recursive: true, force: true });
    await mkdir(path.join(out, 'pages'), { recursive: true });
  } catch (error) {
    throw new UsageError(`The site cannot be written to ${path.resolve(out)}: ${(error as Error).message}.\nName another folder: npm start -- --out DIR`);
  }
}

export async function writePage(out: string, document: PublishedDocument): Promise<void> {
  const file = path.join(out, pageFile(document.path));
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, documentPage(document));
}

export async function writeFrontPages(out: string, documents: readonly PublishedDocument[], index: SearchIndex, report: Report): Promise<void> {
  const titles = new Map(documents.map(({ path: name, title }) => [name, title]));
  const searchable = {
    documents: index.paths.map((name) => ({ path: name, title: titles.get(name) ?? name, href: address(pageFile(name), 0) })),
    terms: index.terms,
  };
  await Promise.all([
    writeFile(path.join(out, 'index.html'), indexPage(documents, report)),
    writeFile(path.join(out, 'report.html'), reportPage(report)),
    writeFile(path.join(out, 'report.json'), `${JSON.stringify(report, null, 2)}\n`),
    // A script and not JSON: a page that is read from disk may load a script beside it, and may not fetch.
    writeFile(path.join(out, 'search-index.js'), `globalThis.searchIndex = ${JSON.stringify(searchable)};\n`),
    ...['style.css', 'search.js'].map((name) => copyFile(path.join(ASSETS, name), path.join(out, name))),
  ]);
}
