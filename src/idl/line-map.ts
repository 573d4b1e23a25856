/** Where the lines of a text begin. Made once for a text, so that finding the place of one more diagnostic costs nothing that grows with the file. */
export class LineMap {
  readonly #text: string;
  readonly #starts: number[] = [0];

  constructor(text: string) {
    this.#text = text;
    for (let at = 0; at < text.length; at += 1) {
      const unit = text.charCodeAt(at);
      if (unit !== 10 && unit !== 13) continue;
      if (unit === 13 && text.charCodeAt(at + 1) === 10) at += 1;
      this.#starts.push(at + 1);
    }
  }

  /** Where an offset is, both from 1, columns in UTF-16 units. One beyond the end is taken for the end, one within a line's end for that line's end. */
  positionOf(offset: number): { line: number; column: number } {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#starts[middle] <= offset) low = middle;
      else high = middle - 1;
    }
    const column = Math.min(Math.max(0, offset - this.#starts[low]), this.line(low + 1).length) + 1;
    return { line: low + 1, column };
  }

  /** The text of a line, counted from 1, without its end. */
  line(number: number): string {
    const start = this.#starts[number - 1];
    if (start === undefined) return '';
    let end = this.#starts[number] ?? this.#text.length;
    while (end > start && (this.#text[end - 1] === '\n' || this.#text[end - 1] === '\r')) end -= 1;
    return this.#text.slice(start, end);
  }
}
