/** Reading the marks of the corpus, and what stands above the carets of an excerpt. */

export interface Place {
  /** `IDL005 3:7`. */
  readonly place: string;
  /** What must be underlined; undefined for a mark that only points. */
  readonly underlined: string | undefined;
  /** Where it begins in the text. */
  readonly from: number;
}

/** The text without marks, and where the marks were. A byte order mark at the head is no column. */
export function unmark(marked: string): { text: string; places: Place[] } {
  const places: { place: string; underlined: string | undefined; from: number }[] = [];
  const open: (typeof places)[number][] = [];
  let text = '';
  for (const part of marked.split(/(«IDL\d+\||«IDL\d+»|»)/)) {
    const code = /^«(IDL\d+)([|»])$/.exec(part);
    if (code) {
      const lines = text.replace(/^\ufeff/, '').split(/\r\n|\r|\n/);
      const place = { place: `${code[1]} ${lines.length}:${(lines.at(-1) ?? '').length + 1}`, underlined: undefined, from: text.length };
      places.push(place);
      if (code[2] === '|') open.push(place);
    } else if (part === '»') {
      const place = open.pop();
      if (!place) throw new Error(`a mark closes that is not open: ${marked}`);
      place.underlined = text.slice(place.from);
    } else {
      text += part;
    }
  }
  if (open.length > 0) throw new Error(`a mark is not closed: ${marked}`);
  return { text, places };
}

/** How wide a terminal shows a character: enough of the rule for what the corpus holds, and found in another way than the compiler does. */
function widthOf(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code === 0xfeff || (code >= 0x300 && code <= 0x36f)) return 0;
  return (code >= 0x1100 && code <= 0x115f) || (code >= 0x3000 && code <= 0x9fff) || (code >= 0xac00 && code <= 0xd7a3) || (code >= 0x1f300 && code <= 0x1faff)
    ? 2
    : 1;
}

/** The characters of an excerpt's first line that stand above the carets of its second, as a terminal shows them. */
export function underCarets(excerpt: string): string {
  const [line, carets] = excerpt.split('\n').map((each) => each.slice(each.indexOf('|') + 2));
  const first = carets.indexOf('^');
  // A tab is as wide above as below, as long as both lines have the same tabs: each is taken for a column.
  let column = 0;
  let above = '';
  for (const character of line) {
    if (column >= first && column < carets.length) above += character;
    column += widthOf(character);
  }
  return above;
}

/** What of an underlined text an excerpt can show: its first line, as far as an excerpt is wide, without what could fool a terminal. */
export function shownOf(underlined: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is replaced
  const [line] = underlined.replace(/[\u001b\ud800](?![\udc00-\udfff])/g, '\ufffd').split(/\r\n|\r|\n/);
  return line;
}
