/** What a run came to, as data and as a table. */
import type { Window, Work } from './client.js';
import type { Finding } from './experiments.js';

interface Row {
  readonly experiment: string;
  readonly work: Work;
  readonly megabytesPerSecond: number;
  readonly pages: number;
  readonly crashes: number;
  /** Of the calls that met a crash, milliseconds until they had their answer; null where there was none. */
  readonly medianMs: number | null;
  readonly longestMs: number | null;
}

export interface Report {
  readonly ok: boolean;
  readonly rows: readonly Row[];
  /** Pages that were not what had been acknowledged. */
  readonly wrongPages: number;
  /** Calls that were not answered. */
  readonly failedCalls: number;
  readonly audit: readonly unknown[];
}

export function reportOf(findings: readonly Finding[], audit: readonly unknown[]): Report {
  const rows = findings.flatMap(({ experiment, windows }) => (['read', 'write'] as const).map((work) => rowOf(experiment.name, work, windows[work])));
  const wrongPages = findings.reduce((sum, { wrong }) => sum + wrong, 0);
  const failedCalls = findings.reduce((sum, { failed }) => sum + failed, 0);
  return { ok: wrongPages === 0 && failedCalls === 0 && audit.length === 0, rows, wrongPages, failedCalls, audit };
}

function rowOf(experiment: string, work: Work, { pages, seconds, crashes }: Window): Row {
  const took = crashes.map(({ tookMs }) => tookMs).sort((a, b) => a - b);
  return {
    experiment,
    work,
    megabytesPerSecond: (pages * 4096) / 1e6 / seconds,
    pages,
    crashes: crashes.length,
    medianMs: took[took.length >> 1] ?? null,
    longestMs: took.at(-1) ?? null,
  };
}

const ms = (value: number | null): string => (value === null ? '' : `${value.toFixed(1)} ms`);

export function reportText({ ok, rows, wrongPages, failedCalls, audit }: Report): string {
  const head = ['who crashes', 'work', 'MB/s', 'crashes', 'answered after', 'at the latest'];
  const table = rows.map((row) => [row.experiment, row.work, row.megabytesPerSecond.toFixed(1), String(row.crashes), ms(row.medianMs), ms(row.longestMs)]);
  const widths = head.map((title, column) => Math.max(title.length, ...table.map((cells) => cells[column].length)));
  const line = (cells: readonly string[]): string =>
    cells.map((cell, column) => (column < 2 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]))).join('  ');
  const checked = `${wrongPages} wrong pages, ${failedCalls} calls without an answer, ${audit.length} findings of the audit`;
  return `${[line(head), ...table.map(line)].join('\n')}\n${ok ? 'Nothing was lost' : 'NOT AS IT SHOULD BE'}: ${checked}.\n`;
}
