/** Colours and a progress bar, where there is a person to see them. */

export interface Paint {
  bold(text: string): string;
  dim(text: string): string;
  good(text: string): string;
  bad(text: string): string;
}

/** No colours where the output is no terminal, or where NO_COLOR is set to anything. */
export function paintFor(stream: NodeJS.WriteStream): Paint {
  const coloured = stream.isTTY && (process.env['NO_COLOR'] ?? '') === '';
  const code =
    (number: number) =>
    (text: string): string =>
      coloured ? `\u001b[${number}m${text}\u001b[0m` : text;
  return { bold: code(1), dim: code(2), good: code(32), bad: code(31) };
}

const WIDTH = 30;

/** One line that is written over and over; nothing at all where the stream is no terminal. */
export class ProgressBar {
  readonly #stream: NodeJS.WriteStream;
  #shown = false;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  show(what: string, done: number, of: number, note = ''): void {
    if (!this.#stream.isTTY) return;
    const filled = of === 0 ? 0 : Math.round((done / of) * WIDTH);
    const line = `${what} ${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)} ${done}/${of} ${note}`;
    this.#stream.write(`\r\u001b[2K${line.slice(0, Math.max(20, (this.#stream.columns || 80) - 1))}`);
    this.#shown = true;
  }

  clear(): void {
    if (this.#shown) this.#stream.write('\r\u001b[2K');
    this.#shown = false;
  }
}
