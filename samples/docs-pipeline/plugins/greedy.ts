/**
 * Makes a summary and a sketch of a document's lines. On some documents it really allocates without end, by two bugs as people write them:
 *   - a word longer than a line cannot be broken, so wrapping adds an empty line for ever (JS heap)
 *   - a line longer than a chunk never fits, so packing opens a new chunk for ever (ArrayBuffers)
 */
import { defineDomain } from 'deciduous/domain';
import { Summariser, Summary } from '../generated/pipeline.js';

/** Characters in a line of the wrapped text. */
const LINE = 240;
/** Characters in a chunk of the sketch. */
const CHUNK = 640;
/** Characters of the summary, at most. */
const SUMMARY = 300;

interface Line {
  readonly text: string;
  /** How much room follows each character when the line is justified. */
  readonly gaps: number[];
}

function wrap(paragraph: string): Line[] {
  const lines: Line[] = [];
  let at = 0;
  while (paragraph.length - at > LINE) {
    const space = paragraph.lastIndexOf(' ', at + LINE);
    // The bug: with no space within the line, this one ends where it begins.
    const end = Math.max(at, space);
    lines.push({ text: paragraph.slice(at, end), gaps: new Array<number>(LINE).fill(0) });
    at = paragraph[end] === ' ' ? end + 1 : end;
  }
  lines.push({ text: paragraph.slice(at), gaps: [] });
  return lines;
}

function pack(lines: readonly string[]): Float64Array[] {
  let chunk = new Float64Array(CHUNK);
  const chunks = [chunk];
  let used = 0;
  for (const line of lines) {
    // The bug: a chunk may be too small even when it is empty.
    while (chunk.length - used < line.length) {
      chunk = new Float64Array(CHUNK);
      chunks.push(chunk);
      used = 0;
    }
    for (let index = 0; index < line.length; index++) chunk[used++] = Math.log2(1 + line.charCodeAt(index));
  }
  return chunks;
}

/** A line of Markdown without its marks. */
function plainText(line: string): string {
  return line
    .replace(/!?\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])/g, '$1')
    .replace(/[*_`]/g, '')
    .trim();
}

export default defineDomain({
  provides: { summariser: Summariser },
  init({ heap }) {
    return {
      summariser: {
        summarise(document) {
          const lines = document.source.split(/\r?\n/);
          const prose = lines.find((line) => /^[\p{L}\p{N}"'(*_`]/u.test(line) && line.includes(' ')) ?? '';
          const summary = heap.alloc(Summary, { text: plainText(prose).slice(0, SUMMARY), wrappedLines: 0, sketchBytes: 0 });
          summary.wrappedLines = lines.reduce((sum, line) => sum + wrap(line).length, 0);
          summary.sketchBytes = pack(lines).length * CHUNK * Float64Array.BYTES_PER_ELEMENT;
          return summary;
        },
      },
    };
  },
});
