/** The way in: a search box and every document. */
import type { PublishedDocument } from '../pipeline.js';
import type { Report } from '../report.js';
import { count, plural } from '../units.js';
import { address, escapeHtml, framed } from './html.js';
import { pageFile } from './page-file.js';

export function indexPage(documents: readonly PublishedDocument[], report: Report): string {
  const entries = documents.map(
    ({ path, title, summary, record }) => `<li data-path="${escapeHtml(path)}">
<a href="${address(pageFile(path), 0)}">${escapeHtml(title)}</a> <span class="path">${escapeHtml(path)}</span>${record.setbacks.length === 0 ? '' : ` <span class="mark" title="came through a crash">${escapeHtml(record.setbacks.map(({ plugin }) => plugin).join(', '))}</span>`}
${summary === undefined || summary === '' ? '' : `<p>${escapeHtml(summary)}</p>`}</li>`,
  );
  const body = `<main class="index">
<h1>${escapeHtml(report.input)}</h1>
<p class="lead">${plural(documents.length, 'document')}, ${count(report.terms)} terms, made by plugins that each run in a domain of their own. <a href="report.html">What happened to them</a></p>
<label class="search">Search <input id="search" type="search" autocomplete="off" placeholder="words, or parts of a path"></label>
<p id="found" class="found" role="status"></p>
<ol id="documents" class="documents">
${entries.join('\n')}
</ol>
</main>`;
  return framed({ title: `Docs: ${report.input}`, depth: 0, body, scripts: ['search-index.js', 'search.js'] });
}
