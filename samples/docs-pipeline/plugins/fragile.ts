/**
 * Reads how a document is built. It really crashes on some documents, by two bugs as people write them:
 *   - a table's rows are trusted to have as many cells as its header, so a longer one reads past the end (a panic)
 *   - a quotation mark is trusted to be followed by a space, so without one the recursion gets nowhere (a stack overflow)
 */
import { defineDomain, type RRef } from 'deciduous/domain';
import { Structure, StructureReader, Table } from '../generated/pipeline.js';

const DELIMITER = /^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)+\|?\s*$/;

interface Column {
  width: number;
}

function cells(line: string): string[] {
  return line
    .trim()
    .replace(/^\|/, '')
    .replace(/\|$/, '')
    .split('|')
    .map((cell) => cell.trim());
}

function fit(columns: Column[], row: readonly string[]): void {
  // The bug: columns[place] is undefined for a cell beyond the header's last.
  row.forEach((cell, place) => {
    columns[place].width = Math.max(columns[place].width, cell.length);
  });
}

function quoteDepth(line: string): number {
  if (!line.startsWith('>')) return 0;
  // The bug: where no space follows, nothing is taken away.
  return 1 + quoteDepth(line.replace(/^> +/, ''));
}

export default defineDomain({
  provides: { structure: StructureReader },
  init({ heap }) {
    return {
      structure: {
        read(document) {
          const lines = document.source.split(/\r?\n/);
          let tables: RRef<Table> | null = null;
          let tableCount = 0;
          let deepest = 0;
          for (let at = 0; at < lines.length; at++) {
            deepest = Math.max(deepest, quoteDepth(lines[at].trimStart()));
            if (at === 0 || !DELIMITER.test(lines[at]) || !lines[at - 1].includes('|')) continue;
            const columns = cells(lines[at - 1]).map((cell) => ({ width: cell.length }));
            tables = heap.alloc(Table, { columns: columns.length, rows: 0, width: 0, next: tables });
            tableCount++;
            let rows = 0;
            for (; at + 1 < lines.length && lines[at + 1].includes('|'); at++, rows++) fit(columns, cells(lines[at + 1]));
            tables.rows = rows;
            tables.width = columns.reduce((sum, { width }) => sum + width, 0);
          }
          return heap.alloc(Structure, { tableCount, quoteDepth: deepest, tables });
        },
      },
    };
  },
});
