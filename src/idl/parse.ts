/**
 * From text to a syntax tree, with the parser that Langium made from `grammar/deciduous.langium`.
 *
 * The parser recovers from errors, so the tree may lack parts that its types promise: whoever reads it looks before touching.
 * Nesting is bounded before the parser sees the text, because it descends recursively.
 */
import { createDefaultCoreModule, createDefaultSharedCoreModule, DefaultLexer, EmptyFileSystem, inject } from 'langium';
import type { LangiumCoreServices, LangiumSharedCoreServices, LexerResult } from 'langium';
import type { Reporter, SourceFile } from './diagnostic.js';
import type { Const, Document, Enum, Interface, Struct } from './grammar/generated/ast.js';
import { DeciduousGeneratedModule, DeciduousGeneratedSharedModule } from './grammar/generated/module.js';
import { DocComments } from './doc-comments.js';
import { explainStrayCharacters, explainSyntaxError } from './syntax-error.js';

const MAX_NESTING = 32;

/** What the grammar calls so too, without the annotations behind which none of these came. */
export type Declaration = Struct | Enum | Interface | Const;

export interface Parsed {
  readonly file: SourceFile;
  readonly document: Pick<Document, 'packages' | 'imports'> & { readonly declarations: readonly Declaration[] };
  readonly docs: DocComments;
  /** Names that seem to be declared where the parser skipped text. Nobody is told that they are unknown. */
  readonly skipped: ReadonlySet<string>;
  /** The tree is what the parser made of text with errors, so what is missing may be its doing. */
  readonly recovered: boolean;
  /** What the parser may have taken for something else, because it stands where it stumbled. */
  readonly stumbles: readonly Stretch[];
}

/** From one offset to another. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

const SEPARATORS: ReadonlySet<string> = new Set([';', '{', '}']);

/** Longer statements are not looked through to their end. */
const LONGEST_STUMBLE = 200;

/** From the token before an error to the end of the statement in which it is. */
function stumbleAt(offset: number, tokens: LexerResult['tokens']): Stretch {
  let [low, high] = [0, tokens.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (tokens[middle].startOffset < offset) low = middle + 1;
    else high = middle;
  }
  let end = low;
  while (end < tokens.length && end - low < LONGEST_STUMBLE && !SEPARATORS.has(tokens[end].image)) end += 1;
  return { from: tokens[Math.max(0, low - 1)]?.startOffset ?? offset, to: tokens[end]?.startOffset ?? Number.POSITIVE_INFINITY };
}

/** A name that is declared, by our words or by those that people bring from other languages. */
const DECLARED = /\b(?:struct|enum|interface|const|class|type|union|record|message|service)\s+([A-Za-z_]\w*)/g;

/**
 * Reads a text into tokens once, though it is asked twice: to bound the nesting, and by the parser. The parser gets no comments: it would
 * take them out of the list and search a place in its tree for each, and nothing looks for them there.
 */
class OnceLexer extends DefaultLexer {
  #read: { readonly text: string; readonly result: LexerResult } | undefined;

  read(text: string): LexerResult {
    const result = this.tokenize(text);
    this.#read = { text, result: { ...result, hidden: [] } };
    return result;
  }

  override tokenize(text: string): LexerResult {
    const read = this.#read;
    this.#read = undefined;
    return read?.text === text ? read.result : super.tokenize(text);
  }
}

type Services = LangiumCoreServices & { readonly parser: { readonly Lexer: OnceLexer } };

let services: Services | undefined;

/** Langium's services for the language, made when they are first asked for. */
export function grammarServices(): Services {
  if (services) return services;
  const shared: LangiumSharedCoreServices = inject(createDefaultSharedCoreModule(EmptyFileSystem), DeciduousGeneratedSharedModule);
  services = inject(createDefaultCoreModule({ shared }), DeciduousGeneratedModule, {
    parser: { Lexer: (each: LangiumCoreServices) => new OnceLexer(each) },
  });
  shared.ServiceRegistry.register(services);
  return services;
}

/**
 * The index of the first token that opens one level too many, or -1. Braces begin anew: a body does not nest. `&` before a type and `[]`, `?`, `|` behind it
 * nest without a bracket that closes, so they are counted up to the next separator.
 */
function tooDeep(tokens: readonly { readonly image: string }[]): number {
  let depth = 0;
  let steps = 0;
  return tokens.findIndex(({ image }) => {
    if (image === '{' || image === '}') depth = 0;
    else if (image === '<' || image === '(' || image === '[') depth += 1;
    else if (image === '>' || image === ')' || image === ']') depth = Math.max(0, depth - 1);
    if (image === '&' || image === '[' || image === '?' || image === '|') steps += 1;
    else if (image === ';' || image === ',' || image === ':' || image === '{' || image === '}') steps = 0;
    return depth > MAX_NESTING || steps > MAX_NESTING;
  });
}

/** The tokens of a text, and apart from them its comments as `hidden`. */
export function tokenize(text: string): LexerResult {
  return grammarServices().parser.Lexer.tokenize(text);
}

/** The tree of a file, or undefined where it nests too deep to be parsed at all. */
export function parse(file: SourceFile, reporter: Reporter): Parsed | undefined {
  const { parser } = grammarServices();
  const lexed = parser.Lexer.read(file.text);
  const deep = lexed.tokens[tooDeep(lexed.tokens)];
  if (deep) {
    const span = { file, offset: deep.startOffset, length: 1 };
    reporter.report(span, 'tooLarge', `a type nests deeper than ${MAX_NESTING} here`, 'give the inner part a name of its own: a struct or an enum');
    return undefined;
  }
  const { value, lexerErrors, parserErrors } = parser.LangiumParser.parse<Document>(file.text);
  const errors = [
    ...lexerErrors.map((error) => explainStrayCharacters(error, file)),
    ...parserErrors.map((error) => explainSyntaxError(error, file, lexed.tokens)),
  ].sort((a, b) => a.span.offset - b.span.offset);
  // What follows an error on the same line is nearly always its echo.
  const told = new Set<number>();
  const lineOf = (offset: number): number => Math.max(file.text.lastIndexOf('\n', offset - 1), file.text.lastIndexOf('\r', offset - 1));
  const lines = errors.map(({ span }) => lineOf(span.offset));
  for (const [index, { span, message, wayOut, fix, isStray }] of errors.entries()) {
    const line = lines[index];
    if (told.has(line)) continue;
    told.add(line);
    // Where the parser stumbled over the same line, taking a stray character away is not all that is to be done.
    const isAll = !isStray || lines.every((other, at) => at === index || other !== line);
    reporter.report(span, 'syntax', message, wayOut, isAll ? fix : undefined);
  }
  const skipped = new Set<string>();
  const recovered = errors.length > 0;
  if (recovered) {
    for (const [, name] of file.text.matchAll(DECLARED)) skipped.add(name);
  }
  const declarations = value.declarations.filter((each): each is Declaration => each.$type !== 'Declaration');
  const stumbles = errors.filter(({ isStray }) => !isStray).map(({ span }) => stumbleAt(span.offset, lexed.tokens));
  return { file, document: { ...value, declarations }, docs: new DocComments(file.text, lexed.hidden), skipped, recovered, stumbles };
}
