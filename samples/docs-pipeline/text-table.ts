/** Columns of plain text. */

export interface Column {
  readonly head: string;
  readonly align: 'left' | 'right';
}

/** Lines with the cells under their heads, two spaces apart, indented by two. */
export function textTable(columns: readonly Column[], rows: readonly (readonly string[])[]): { head: string; rows: string[] } {
  const widths = columns.map(({ head }, place) => Math.max(head.length, ...rows.map((row) => row[place].length)));
  const line = (cells: readonly string[]): string =>
    `  ${cells.map((cell, place) => (columns[place].align === 'left' ? cell.padEnd(widths[place]) : cell.padStart(widths[place]))).join('  ')}`.trimEnd();
  return { head: line(columns.map(({ head }) => head)), rows: rows.map(line) };
}
