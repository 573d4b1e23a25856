/** The report as text, for a person: at most 120 columns, the verdict last. */
import type { Report } from './report.js';
import { textTable } from './text-table.js';
import type { Paint } from './terminal.js';
import { bytes, causes, count, inWords, milliseconds, plural } from './units.js';

const WIDEST = 120;

export function reportText(report: Report, paint: Paint): string {
  const lines = [
    `${paint.bold('Deciduous docs pipeline')}  ${plural(report.documents.found, 'document')} from ${report.input}, ${report.seconds.toFixed(1)} s`,
    '',
    ...pluginLines(report, paint),
    '',
    ...documentLines(report, paint),
    ...crashLines(report, paint),
    '',
    ...thiefLines(report, paint),
    '',
    ...verdictLines(report, paint),
  ];
  return `${lines.join('\n')}\n`;
}

function pluginLines(report: Report, paint: Paint): string[] {
  const { head, rows } = textTable(
    [
      { head: 'plugin', align: 'left' },
      { head: 'gives', align: 'left' },
      { head: 'calls', align: 'right' },
      { head: 'p50', align: 'right' },
      { head: 'p99', align: 'right' },
      { head: 'crashes', align: 'left' },
      { head: 'restarts', align: 'right' },
      { head: 'reclaimed', align: 'left' },
    ],
    report.plugins.map(({ name, gives, calls, p50Ms, p99Ms, crashes, restarts, reclaimed }) => [
      name,
      gives,
      count(calls),
      milliseconds(p50Ms),
      milliseconds(p99Ms),
      causes(crashes),
      restarts === 0 ? '-' : count(restarts),
      reclaimed.blocks === 0 ? '-' : `${plural(reclaimed.blocks, 'block')}, ${bytes(reclaimed.bytes)}`,
    ]),
  );
  return [paint.dim(head), ...rows];
}

function documentLines(report: Report, paint: Paint): string[] {
  const { documents } = report;
  const without = Object.entries(documents.without).map(([plugin, times]) => `${times} without ${plugin}`);
  const lines = [
    paint.bold('Documents'),
    `  ${documents.accounted} of ${documents.found} accounted for: ${documents.rendered} rendered, ${documents.plain} as plain text${documents.failed.length === 0 ? '' : `, ${documents.failed.length} failed`}`,
  ];
  lines.push(...someOf(documents.failed, ({ path, reason }) => clip(`    ${named(path, reason.length)}  (${reason})`)));
  if (documents.leftOut.paths.length > 0) {
    lines.push(`  left out: ${plural(documents.leftOut.paths.length, 'file')} larger than ${bytes(documents.leftOut.largerThanBytes)}`);
    lines.push(...someOf(documents.leftOut.paths, (path) => `    ${named(path, 0)}`));
  }
  if (documents.despiteCrash > 0) {
    lines.push(`  ${documents.despiteCrash} came through although a plugin crashed on them: ${without.join(', ')}`);
    lines.push('    (only lent, so retried once in a fresh domain, then published without that plugin)');
  }
  if (documents.bystanders > 0) {
    lines.push(`  ${documents.bystanders} met a plugin that another document had just brought down, were given back unstarted, and came through`);
  }
  if (documents.recovered > 0) lines.push(`  ${documents.recovered} went well the second time`);
  if (documents.lost.length > 0) {
    lines.push(`  ${documents.lost.length} had moved into the plugin that died and ended with it: read again from disk, published as plain text`);
    lines.push(...someOf(documents.lost, ({ path, plugin, reason }) => clip(`    ${named(path, 20)}  (${plugin}: ${inWords(reason)})`)));
  }
  return lines;
}

function crashLines(report: Report, paint: Paint): string[] {
  if (report.crashSites.length === 0) return [];
  const { rows } = textTable(
    [
      { head: '', align: 'right' },
      { head: '', align: 'left' },
      { head: '', align: 'left' },
      { head: '', align: 'left' },
      { head: '', align: 'left' },
    ],
    report.crashSites.map(({ plugin, cause, message, place, count: times }) => [`${times} x`, plugin, cause, place === '' ? '-' : place, message]),
  );
  return ['', paint.bold('Where they crashed'), ...rows.map(clip)];
}

function thiefLines(report: Report, paint: Paint): string[] {
  const { attempts, taken, watched, changes } = report.thief;
  const categories = new Map<string, { kinds: number; tried: number; refused: number; notThere: number; taken: number }>();
  for (const { category, tried, outcome } of attempts) {
    const sum = categories.get(category) ?? { kinds: 0, tried: 0, refused: 0, notThere: 0, taken: 0 };
    sum.kinds++;
    sum.tried += tried;
    if (outcome === 'Refused') sum.refused++;
    else if (outcome === 'NotThere') sum.notThere++;
    else sum.taken++;
    categories.set(category, sum);
  }
  const right = (head: string) => ({ head, align: 'right' }) as const;
  const { head, rows } = textTable(
    [{ head: 'thief tried', align: 'left' }, right('ways'), right('times'), right('refused'), right('not there'), right('taken')],
    [...categories].map(([name, sum]) => [name, ...[sum.kinds, sum.tried, sum.refused, sum.notThere, sum.taken].map(count)]),
  );
  const loot = attempts.filter(({ outcome }) => outcome === 'Taken').map(({ what, detail }) => clip(`    ${paint.bad('taken')} ${what}: ${detail}`));
  const host = changes.length === 0 ? `the host is as it was (${count(watched)} properties compared)` : `the host changed: ${changes.join(', ')}`;
  return [paint.dim(head), ...rows, ...loot, clip(`  ${taken === 0 ? 'Nothing was taken' : `${taken} taken`}; ${host}`)];
}

function verdictLines(report: Report, paint: Paint): string[] {
  const { audit } = report;
  const lines = [`  audit    ${audit.length === 0 ? 'no finding: every block has one owner, every call record is free' : plural(audit.length, 'finding')}`];
  for (const { invariant, detail } of audit.slice(0, 10)) lines.push(clip(`           ${invariant}: ${detail}`));
  if (report.condemned.length > 0) lines.push(`  condemned  ${report.condemned.join(', ')}`);
  lines.push(
    `  site     ${report.site}/index.html  (${plural(report.documents.rendered + report.documents.plain, 'page')}, search over ${count(report.terms)} terms)`,
  );
  const verdict = report.ok
    ? paint.good('Every document is accounted for, the heap is clean, and nothing got out.')
    : paint.bad(`This did not hold: ${report.complaints.join('; ')}.`);
  return [...lines, '', verdict];
}

const SHOWN = 8;

/** A line each for the first few. */
function someOf<T>(items: readonly T[], lineOf: (item: T) => string): string[] {
  const lines = items.slice(0, SHOWN).map(lineOf);
  return items.length > SHOWN ? [...lines, `    and ${count(items.length - SHOWN)} more`] : lines;
}

/** A path that leaves room for `others` characters on its line, and in which nothing moves the cursor: names of files may hold whatever they like. */
function named(path: string, others: number): string {
  const room = Math.max(40, WIDEST - 10 - others);
  const shown = path.replace(/\p{Cc}/gu, '?');
  return shown.length <= room ? shown : `${shown.slice(0, Math.ceil(room / 2) - 1)}…${shown.slice(shown.length - Math.floor(room / 2))}`;
}

function clip(line: string): string {
  return line.length <= WIDEST ? line : `${line.slice(0, WIDEST - 1)}…`;
}
