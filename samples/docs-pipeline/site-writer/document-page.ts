/** The page of one document: its text, its outline, what the plugins found, and which of them did not live to say. */
import type { PublishedDocument } from '../pipeline.js';
import { count, inWords, plural } from '../units.js';
import { escapeHtml, framed } from './html.js';
import { pageFile } from './page-file.js';

export function documentPage(document: PublishedDocument): string {
  const depth = pageFile(document.path).split('/').length - 1;
  const text = document.html ?? `<pre class="plain">${escapeHtml(document.source ?? '')}</pre>`;
  const body = `<div class="page">
<aside>
<p class="path">${escapeHtml(document.path)}</p>
${facts(document)}
${setbacks(document)}
${outline(document)}
</aside>
<main class="text">
${text}
</main>
</div>`;
  return framed({ title: document.title, depth, body });
}

function facts({ words, links, structure, emphasis }: PublishedDocument): string {
  const rows: string[] = [];
  if (words !== undefined) rows.push(`${count(words)} different words`);
  if (links !== undefined) rows.push(plural(links.length, 'link'));
  if (structure !== undefined && structure.tables > 0) rows.push(plural(structure.tables, 'table'));
  if (emphasis !== undefined && emphasis.code > 0) rows.push(plural(emphasis.code, 'piece of code', 'pieces of code'));
  return rows.length === 0 ? '' : `<ul class="facts">${rows.map((row) => `<li>${escapeHtml(row)}</li>`).join('')}</ul>`;
}

function setbacks({ record }: PublishedDocument): string {
  const notes = record.setbacks.map(({ plugin, reason, lost, recovered }) => {
    const end = recovered
      ? 'and then did its work'
      : lost
        ? 'and took the document along: this is the text as it is on disk'
        : 'twice, so its part is missing here';
    return `<li><b>${plugin}</b> crashed on this document (${escapeHtml(inWords(reason))}) ${end}.</li>`;
  });
  return notes.length === 0 ? '' : `<ul class="setbacks">${notes.join('')}</ul>`;
}

/** The headings, linked where the text has their anchors: two plugins made them, and neither has to agree with the other. */
function outline({ headings, html }: PublishedDocument): string {
  if (headings === undefined || headings.length < 2) return '';
  const anchors = new Set([...(html ?? '').matchAll(/<h[1-6] id="([^"]*)"/g)].map(([, id]) => id));
  const items = headings.map(({ level, text, anchor }) => {
    const label = escapeHtml(text);
    return `<li class="level${Math.min(6, level)}">${anchors.has(escapeHtml(anchor)) ? `<a href="#${encodeURIComponent(anchor)}">${label}</a>` : label}</li>`;
  });
  return `<nav><h2>On this page</h2><ul class="outline">${items.join('')}</ul></nav>`;
}
