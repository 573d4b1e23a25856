/**
 * The formatter: one layout for every file, whatever its spaces were. Formatting twice is formatting once, and nothing but space and commas behind the last
 * of a list changes: what comes out is read again and compared before anybody gets it.
 *
 * Text comes out with `\n` for line ends, one at the end, no byte order mark, and no tab outside of comments and strings; a file of nothing but space is empty.
 */
import { type Diagnostic, Reporter, type SourceFile } from '../diagnostic.js';
import { parse, tokenize } from '../parse.js';
import { layOut } from './layout.js';
import { print } from './print.js';
import { type Token, tokensOf } from './tokens.js';

/** The text of the file as it should be; or, where it has errors of syntax, those, since nobody knows what it should be. */
export type Formatted =
  | { readonly text: string; readonly diagnostics?: undefined }
  | { readonly text?: undefined; readonly diagnostics: readonly [Diagnostic, ...Diagnostic[]] };

function read(text: string): Token[] {
  const { tokens, hidden } = tokenize(text);
  return tokensOf(text, tokens, hidden);
}

/** Everything in a file that means something, one piece for each entry. Lines of comments may have been moved. */
function substance(tokens: readonly Token[]): string[] {
  return tokens.flatMap(({ image, comments }) => [...comments.map(({ text }) => text.replaceAll(/^\s+/gm, '')), image]);
}

/** Formats a file whatever it means: that its types exist is not asked. Throws an Error rather than give out text that says something else. */
export function format(file: SourceFile): Formatted {
  const reporter = new Reporter();
  parse(file, reporter);
  const [first, ...rest] = reporter.sorted();
  if (first) return { diagnostics: [first, ...rest] };
  const tokens = read(file.text);
  const gaps = layOut(tokens);
  const printed = print(tokens, gaps);
  const text = printed === '' ? '' : `${printed}\n`;
  const before = substance(tokens);
  const after = substance(read(text));
  const lost = before.findIndex((piece, index) => piece !== after[index]);
  if (lost >= 0 || before.length !== after.length)
    throw new Error(`${file.path} was left as it is, because formatting it would change ${JSON.stringify(before[lost] ?? '')}: please report this file`);
  return { text };
}
