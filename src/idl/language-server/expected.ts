/**
 * What the grammar lets stand at a place. Langium follows the grammar from where a parser that makes no tree has got to; here it is given the
 * current declaration alone, without the members before the current one, so that errors elsewhere do not matter.
 */
import { AstUtils, GrammarAST } from 'langium';
import { findNextFeatures } from 'langium/lsp';
import { grammarServices, tokenize } from '../parse.js';

export interface Expected {
  /** Words of the language that may stand here. */
  readonly keywords: ReadonlySet<string>;
  readonly annotation: boolean;
  readonly type: boolean;
  /** A constant, as a length or bound. */
  readonly length: boolean;
  readonly path: boolean;
  /** The word that opens the declaration which the place is in; undefined outside of all. */
  readonly inside: string | undefined;
  /** The package before a dot. */
  readonly qualifier: string | undefined;
}

const OPENERS = new Set(['package', 'import', 'struct', 'enum', 'interface', 'const']);

interface Token {
  readonly image: string;
  readonly startOffset: number;
}

/** The text of the declaration around the end of `tokens`, shortened to its head and its last member. */
function context(tokens: readonly Token[]): { readonly text: string; readonly inside: string | undefined } {
  const last = tokens.findLastIndex(({ image }) => OPENERS.has(image));
  const own = last < 0 ? tokens : tokens.slice(last);
  const images = own.map(({ image }) => image);
  const open = images.indexOf('{');
  const close = images.lastIndexOf('}');
  const end = images.lastIndexOf(';');
  // Behind what is closed, a declaration begins anew.
  if (close >= 0 || (open < 0 && end >= 0)) {
    const from = Math.max(close, open < 0 ? end : -1) + 1;
    return { text: `package p; ${images.slice(from).join(' ')} `, inside: undefined };
  }
  if (open < 0) return { text: `${images.join(' ')} `, inside: last < 0 ? undefined : images[0] };
  const from = images[0] === 'enum' ? open : Math.max(open, lastOutside(images, ';'));
  return { text: `${images.slice(0, open + 1).join(' ')} ${images.slice(from + 1).join(' ')} `, inside: images[0] };
}

/** The last `wanted` that stands in no square bracket: `[T; N]` ends no member. */
function lastOutside(images: readonly string[], wanted: string): number {
  let depth = 0;
  for (let at = images.length - 1; at >= 0; at -= 1) {
    if (images[at] === ']') depth += 1;
    else if (images[at] === '[') {
      // Open to the end: what stands behind it is inside.
      if (depth === 0) return lastOutside(images.slice(0, at), wanted);
      depth -= 1;
    } else if (depth === 0 && images[at] === wanted) {
      const opened = images.slice(0, at).lastIndexOf('[');
      if (opened < 0 || images.slice(opened, at).includes(']')) return at;
    }
  }
  return -1;
}

/** What may stand at `offset`, where a word that has been begun starts. Undefined within a comment or a string. */
export function expectedAt(text: string, offset: number): Expected | undefined {
  const whole = tokenize(text);
  const isInside = ({ image, startOffset }: Token): boolean => startOffset < offset && offset < startOffset + image.length;
  const isComment = (token: Token): boolean =>
    isInside(token) || (token.image.startsWith('//') && token.startOffset < offset && offset === token.startOffset + token.image.length);
  if (whole.hidden.some(isComment) || whole.tokens.some((token) => /^["']/.test(token.image) && isInside(token))) return undefined;
  let before: readonly Token[] = whole.tokens.filter(({ startOffset }) => startOffset < offset);
  const qualifier = before.at(-1)?.image === '.' ? before.at(-2)?.image : undefined;
  if (qualifier !== undefined) before = before.slice(0, -2);
  const { text: own, inside } = context(before);
  const result = grammarServices().parser.CompletionParser.parse(own);
  const features = findNextFeatures([result.elementStack.map((feature) => ({ feature }))], [...result.tokens].splice(result.tokenIndex));
  const isCall = (rule: string, within: string): boolean =>
    features.some(
      ({ feature }) =>
        GrammarAST.isRuleCall(feature) && feature.rule.ref?.name === rule && AstUtils.getContainerOfType(feature, GrammarAST.isParserRule)?.name === within,
    );
  const keywords = new Set(features.flatMap(({ feature }) => (GrammarAST.isKeyword(feature) ? [feature.value] : [])));
  const name = isCall('ID', 'QualifiedName');
  const number = isCall('NUMBER', 'Length');
  // The second argument of a container is a length, and for the grammar a type.
  const second = isCall('NUMBER', 'LengthArgument') && before.at(-1)?.image === ',';
  return {
    keywords: qualifier === undefined ? keywords : new Set(),
    annotation: isCall('ID', 'Annotation'),
    type: name && !number && !second,
    length: name && (number || second),
    path: features.some(({ feature }) => GrammarAST.isRuleCall(feature) && feature.rule.ref?.name === 'STRING') && inside === 'import',
    inside,
    qualifier,
  };
}
