/**
 * Operators whose result can be large: text put together with `+` and templates, BigInts multiplied, shifted and raised.
 *
 * An operator is no call, so nothing sees what it makes: a text that is doubled thirty times has cost nothing yet, and takes a gibibyte when its first character is read. So what it has made is looked at where it stands,
 * unless the text of the program shows that it can be no such thing:
 *
 * ```
 * a + b      (typeof(result=a + b)==="string"&&result.length>8191?longText(result):result)
 * a * b      (typeof(result=a * b)==="bigint"&&(result>greatest||result<smallest)?largeBigint(result):result)
 * a << b     the same, with a distance that is looked at before
 * a ** b     power(a, b), by way of the bundler; of two numbers it is Math.pow, which is one that a profile can choose
 * ```
 * The engine folds the question away where it has seen numbers only. The local is the function's own, because one that closures share is slow; where there is none (default values, fields), a function looks.
 * Of `a + b + c` the whole alone is looked at: it is as long as any part of it.
 *
 * Long texts are counted by their length whenever one is made, because each can be flattened. What other operators make of a BigInt is no larger than it was, but for a bit; the runtime is told of the first that is large.
 */
import type { AnyNode, Program } from 'acorn';
import type MagicString from 'magic-string';
import type { Names } from './free-names.js';
import { LARGE_BIGINT_BITS as LARGE_BITS, MOST_BIGINT_BITS as MOST_BITS } from '../../abi/bigint-bound.js';
import { BIGINT, OperandKinds, OTHER } from './operand-kinds.js';
import * as reserved from './reserved-names.js';
import { type FunctionNode, isFunction, type SyntaxTree, walk } from './syntax-tree.js';

/** Longer texts are looked at: as long as the built-ins leave alone. */
const LONG = 2 ** 13 - 1;

const { RESULT, LONG_TEXT, LARGE_BIGINT, LOOK_AT, TEXT_LEFT, SMALLEST, GREATEST, LEFT, RIGHT, POWER, RUNTIME, GLOBAL } = reserved;

/** Declares what the edits call. Conversions of operands happen once and in the order of the language: `v++` answers what `v` is as a number or BigInt. */
const HELPERS = [
  `let ${RESULT},${TEXT_LEFT}=0;`,
  `const ${GREATEST}=1n<<${LARGE_BITS}n,${SMALLEST}=-${GREATEST};`,
  `const ${LONG_TEXT}=(text)=>{if((${TEXT_LEFT}-=text.length)<0)${TEXT_LEFT}=${RUNTIME}.text(text.length);return text;};`,
  `const [${LARGE_BIGINT},${LEFT},${RIGHT},${POWER}]=((RangeError,pow,most,least)=>{`,
  'let isKnown=false;const tooLarge=()=>{throw new RangeError("Maximum BigInt size exceeded");};',
  `const large=(value)=>{if(value>most||value<least)tooLarge();if((${TEXT_LEFT}-=${MOST_BITS / 8})<0||!isKnown){isKnown=true;${TEXT_LEFT}=${RUNTIME}.text(${MOST_BITS / 8},true);}return value;};`,
  'const distance=(isTooFar)=>{const look=(by)=>{',
  'if(typeof by==="bigint"){if(isTooFar(by))tooLarge();return by;}',
  'return (typeof by==="object"&&by!==null)||typeof by==="function"?{valueOf:()=>look(by++)}:by;};return look;};',
  `const left=distance((by)=>by>${MOST_BITS}n),right=distance((by)=>by<-${MOST_BITS}n);`,
  'const raise=(base,by)=>{base=base++;by=by++;',
  'if(typeof base!=="bigint"||typeof by!=="bigint"||by<2n||(base>-2n&&base<2n))return typeof base==="number"&&typeof by==="number"?pow(base,by):base**by;',
  `if(by>${MOST_BITS}n||(base.toString(16).length-2)*4*+by.toString()>${MOST_BITS})tooLarge();`,
  `const made=base**by;return made>${GREATEST}||made<${SMALLEST}?large(made):made;};`,
  'return [large,left,right,(base,by)=>typeof base==="number"&&typeof by==="number"?pow(base,by):raise(base,by)];',
  `})(${GLOBAL}.RangeError,${GLOBAL}.Math.pow,1n<<${MOST_BITS}n,-(1n<<${MOST_BITS}n));`,
  `const ${LOOK_AT}=(value)=>typeof value==="string"?value.length>${LONG}?${LONG_TEXT}(value):value:typeof value==="bigint"&&(value>${GREATEST}||value<${SMALLEST})?${LARGE_BIGINT}(value):value;`,
].join('\n');

/** What each kind of result is asked, once it is held. */
const QUESTIONS = {
  text: `)==="string"&&${RESULT}.length>${LONG}`,
  bigint: `)==="bigint"&&(${RESULT}>${GREATEST}||${RESULT}<${SMALLEST})`,
};
const ANSWERS = { text: LONG_TEXT, bigint: LARGE_BIGINT };

/** A distance written out with so few characters is less than any bound. */
function isShortLiteral(node: AnyNode): boolean {
  return node.type === 'Literal' && node.raw !== undefined && node.raw.length < 6;
}

interface Site {
  readonly asks: keyof typeof QUESTIONS;
  /** Whose local holds the result. */
  readonly holder: FunctionNode | Program | undefined;
  readonly isStatement: boolean;
}

/** What the bundler makes of `**` calls this. */
function isPowerOfBundler(node: AnyNode, names: Names): AnyNode | undefined {
  if (node.type !== 'VariableDeclarator' || node.id.type !== 'Identifier' || !/^__pow\d*$/.test(node.id.name)) return undefined;
  const { init } = node;
  if (init?.type !== 'MemberExpression' || init.computed || init.object.type !== 'Identifier' || init.property.type !== 'Identifier') return undefined;
  return init.object.name === 'Math' && !names.bindings.has(init.object) && init.property.name === 'pow' ? init : undefined;
}

export class Growth {
  readonly #sites = new Map<AnyNode, Site>();
  readonly #distances = new Map<AnyNode, string>();
  readonly #powers = new Set<AnyNode>();
  readonly #holders = new Set<AnyNode>();
  readonly #kinds: OperandKinds;

  constructor(
    private readonly edit: MagicString,
    tree: SyntaxTree,
    names: Names,
  ) {
    this.#kinds = new OperandKinds(tree.program, names);
    const holders: Site['holder'][] = [tree.program];
    /** Parts of a program that run where its locals are not, or not yet. */
    const isApart = (node: AnyNode, key: string, parent: AnyNode | undefined): boolean =>
      parent !== undefined &&
      ((key === 'params' && isFunction(parent)) || (key === 'value' && parent.type === 'PropertyDefinition') || node.type === 'StaticBlock');
    const isBody = (key: string, parent: AnyNode | undefined): parent is FunctionNode => parent !== undefined && key === 'body' && isFunction(parent);
    const tagged = new Set<AnyNode>();
    walk(tree.program, {
      enter: (node, key, parent) => {
        if (isBody(key, parent)) holders.push(parent);
        else if (isApart(node, key, parent)) holders.push(undefined);
        if (node.type === 'TaggedTemplateExpression') tagged.add(node.quasi);
        const power = isPowerOfBundler(node, names);
        if (power) this.#powers.add(power);
        if (key === 'key' && node.type === 'Literal') return;
        const asks = tagged.has(node) ? undefined : this.#asks(node, parent && tagged.has(parent) ? undefined : parent);
        if (asks === undefined) return;
        const holder = holders.at(-1);
        if (holder) this.#holders.add(holder);
        const distance = this.#distanceOf(node);
        if (distance) this.#distances.set(distance.node, distance.look);
        this.#sites.set(node, { asks, holder, isStatement: parent?.type === 'ExpressionStatement' });
      },
      leave: (node, key, parent) => {
        if (isBody(key, parent) || isApart(node, key, parent)) holders.pop();
      },
    });
  }

  #asks(node: AnyNode, parent: AnyNode | undefined): Site['asks'] | undefined {
    if (node.type === 'TemplateLiteral') {
      return !isPartOfText(node, parent) && node.expressions.some((each) => (this.#kinds.of(each) & OTHER) !== 0) ? 'text' : undefined;
    }
    if (node.type === 'Literal') return (node.bigint?.length ?? 0) > LARGE_BITS / 8 ? 'bigint' : undefined;
    if (node.type !== 'BinaryExpression' && node.type !== 'AssignmentExpression') return undefined;
    switch (node.operator) {
      case '+':
      case '+=':
        return !(node.operator === '+' && isPartOfText(node, parent)) && (this.#kinds.of(node) & OTHER) !== 0 ? 'text' : undefined;
      case '>>':
      case '>>=':
        if (isShortLiteral(node.right)) return undefined;
        return (this.#kinds.of(node) & BIGINT) !== 0 ? 'bigint' : undefined;
      case '*':
      case '*=':
      case '<<':
      case '<<=':
        return (this.#kinds.of(node) & BIGINT) !== 0 ? 'bigint' : undefined;
      default:
        return undefined;
    }
  }

  #distanceOf(node: AnyNode): { readonly node: AnyNode; readonly look: string } | undefined {
    if (node.type !== 'BinaryExpression' && node.type !== 'AssignmentExpression') return undefined;
    const { operator, right } = node;
    const isLeft = operator === '<<' || operator === '<<=';
    if (!isLeft && operator !== '>>' && operator !== '>>=') return undefined;
    if (isShortLiteral(right)) return undefined;
    return { node: right, look: isLeft ? LEFT : RIGHT };
  }

  /** What a function declares for itself. */
  entry(owner: FunctionNode): string {
    return this.#holders.has(owner) ? `let ${RESULT};` : '';
  }

  get declarations(): readonly string[] {
    return this.#sites.size > 0 || this.#powers.size > 0 ? [HELPERS] : [];
  }

  enter(node: AnyNode): void {
    const { edit } = this;
    const look = this.#distances.get(node);
    if (look !== undefined) edit.appendLeft(node.start, `${look}((`);
    const site = this.#sites.get(node);
    if (site) edit.appendLeft(node.start, site.holder ? `${site.isStatement ? '' : '('}typeof(${RESULT}=` : `${LOOK_AT}(`);
    if (this.#powers.has(node)) edit.update(node.start, node.end, POWER);
  }

  leave(node: AnyNode): void {
    const { edit } = this;
    const site = this.#sites.get(node);
    if (site && !site.holder) edit.appendLeft(node.end, ')');
    else if (site)
      edit.appendLeft(
        node.end,
        `${QUESTIONS[site.asks]}${site.isStatement ? `&&${ANSWERS[site.asks]}(${RESULT})` : `?${ANSWERS[site.asks]}(${RESULT}):${RESULT})`}`,
      );
    if (this.#distances.has(node)) edit.appendLeft(node.end, '))');
  }
}

/** Whether the text is at once a part of a longer one, which is looked at. */
function isPartOfText(node: AnyNode, parent: AnyNode | undefined): boolean {
  if (parent?.type === 'AssignmentExpression') return parent.operator === '+=' && parent.right === node;
  return (parent?.type === 'BinaryExpression' && parent.operator === '+') || parent?.type === 'TemplateLiteral';
}
