/** The same numbers as on the terminal, as a page. */
import type { Report } from '../report.js';
import { bytes, causes, count, inWords, milliseconds, plural } from '../units.js';
import { address, escapeHtml, framed } from './html.js';
import { pageFile } from './page-file.js';

const OUTCOMES = { Refused: 'refused', NotThere: 'not there', Taken: 'TAKEN' } as const;

/** `numbers` are the columns, counted from 0, that hold figures. Cells are HTML. */
function table(heads: readonly string[], rows: readonly (readonly string[])[], numbers: readonly number[] = []): string {
  const cell =
    (name: 'th' | 'td') =>
    (text: string, place: number): string =>
      `<${name}${numbers.includes(place) ? ' class="number"' : ''}>${text}</${name}>`;
  return `<div class="wide"><table><thead><tr>${heads.map(cell('th')).join('')}</tr></thead>
<tbody>${rows.map((row) => `<tr>${row.map(cell('td')).join('')}</tr>`).join('\n')}</tbody></table></div>`;
}

/** The documents that have no page: nothing where there are none. */
function fileTables({ documents: { failed, leftOut } }: Report): string {
  const failures = failed.map(({ path, reason }) => [escapeHtml(path), escapeHtml(reason)]);
  return `${failures.length === 0 ? '' : `<h2>Documents that failed</h2>\n${table(['Document', 'Reason'], failures)}`}
${
  leftOut.paths.length === 0
    ? ''
    : `<h2>Left out</h2>\n<p>${plural(leftOut.paths.length, 'file')} larger than ${bytes(leftOut.largerThanBytes)}: ${leftOut.paths.map((path) => escapeHtml(path)).join(', ')}</p>`
}`;
}

export function reportPage(report: Report): string {
  const { documents, thief } = report;
  const unpublished = new Set(documents.failed.map(({ path }) => path));
  const verdict = report.ok
    ? 'Every document is accounted for, the heap is clean, and nothing got out.'
    : `This did not hold: ${report.complaints.join('; ')}.`;
  const body = `<main class="report">
<h1>Report</h1>
<p class="verdict ${report.ok ? 'good' : 'bad'}">${escapeHtml(verdict)}</p>
<p>${documents.accounted} of ${documents.found} documents accounted for, in ${report.seconds.toFixed(1)} s: ${documents.rendered} rendered, ${documents.plain} as plain text, ${documents.failed.length} failed.
${documents.despiteCrash} came through although a plugin crashed on them; ${documents.bystanders} met a plugin that another document had just brought down.</p>
${fileTables(report)}
<h2>Plugins</h2>
${table(
  ['Plugin', 'Gives', 'Documents are', 'Calls', 'p50', 'p99', 'Crashes', 'Restarts', 'Reclaimed'],
  report.plugins.map(({ name, gives, lent, calls, p50Ms, p99Ms, crashes, restarts, reclaimed }) => [
    `<b>${name}</b>`,
    escapeHtml(gives),
    lent ? 'lent' : 'moved',
    count(calls),
    milliseconds(p50Ms),
    milliseconds(p99Ms),
    escapeHtml(causes(crashes)),
    count(restarts),
    `${plural(reclaimed.blocks, 'block')}, ${bytes(reclaimed.bytes)}`,
  ]),
  [3, 4, 5, 7],
)}
<h2>Where they crashed</h2>
${
  report.crashSites.length === 0
    ? '<p>Nowhere.</p>'
    : table(
        ['Times', 'Plugin', 'Cause', 'Place', 'Last words'],
        report.crashSites.map(({ count: times, plugin, cause, place, message }) => [
          count(times),
          plugin,
          cause,
          `<code>${escapeHtml(place)}</code>`,
          escapeHtml(message),
        ]),
        [0],
      )
}
<h2>Documents that met a crash</h2>
${
  report.setbacks.length === 0
    ? '<p>None.</p>'
    : table(
        ['Document', 'Plugin', 'Cause', 'What became of it'],
        report.setbacks.map(({ path, plugin, reason, lost }) => [
          unpublished.has(path) ? escapeHtml(path) : `<a href="${address(pageFile(path), 0)}">${escapeHtml(path)}</a>`,
          plugin,
          escapeHtml(inWords(reason)),
          unpublished.has(path) ? 'failed' : lost ? 'moved, lost with the plugin; read again from disk' : 'lent, retried, published without this plugin',
        ]),
      )
}
<h2>What the thief tried</h2>
<p>${thief.taken === 0 ? 'Nothing was taken' : `${thief.taken} taken`}; ${thief.changes.length === 0 ? `the host is as it was (${count(thief.watched)} properties compared)` : escapeHtml(thief.changes.join(', '))}.</p>
${table(
  ['Kind', 'Attempt', 'Times', 'Outcome', ''],
  thief.attempts.map(({ category, what, tried, outcome, detail }) => [
    escapeHtml(category),
    escapeHtml(what),
    count(tried),
    outcome === 'Taken' ? '<b class="bad">TAKEN</b>' : OUTCOMES[outcome],
    `<span class="path">${escapeHtml(detail)}</span>`,
  ]),
  [2],
)}
<h2>Audit</h2>
${
  report.audit.length === 0
    ? '<p>No finding: every block has one owner, every call record is free.</p>'
    : table(
        ['Invariant', 'Finding'],
        report.audit.map(({ invariant, detail }) => [escapeHtml(invariant), escapeHtml(detail)]),
      )
}
</main>`;
  return framed({ title: 'Report', depth: 0, body });
}
