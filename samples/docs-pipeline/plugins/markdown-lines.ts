/** The lines of a Markdown text that are not code. Several plugins read Markdown by themselves, line by line. */

const FENCE = /^ {0,3}(`{3,}|~{3,})/;

/** Lines outside of fenced code. A fence that is never closed reaches to the end of the text. */
export function proseLines(source: string): string[] {
  const prose: string[] = [];
  let fence = '';
  for (const line of source.split(/\r?\n/)) {
    const marks = FENCE.exec(line)?.[1] ?? '';
    if (fence === '') {
      if (marks === '') prose.push(line);
      else fence = marks;
    } else if (marks.startsWith(fence)) fence = '';
  }
  return prose;
}
