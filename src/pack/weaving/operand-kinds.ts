/**
 * What an expression can come to, as far as operators care, found in the text: so that arithmetic that is plainly about numbers is left alone.
 *
 * A name is what its declarations and assignments give it, wherever they stand; one that is given a value in any other way (a parameter, a pattern, a loop over something) may be anything.
 * Kinds are sets of three, as bits. All that is not known is `ANYTHING`, and what has no kind at all never comes to be.
 */
import type { AnyNode, AssignmentExpression, CallExpression, Identifier } from 'acorn';
import type { Binding, Names } from './free-names.js';
import { walk } from './syntax-tree.js';

/** Numbers, and what `+` takes as a number: undefined, null, truth values. */
const NUMBER = 1;
export const BIGINT = 2;
/** Texts, objects and symbols: an object may turn into any of the others, or into text. */
export const OTHER = 4;
const ANYTHING = NUMBER | BIGINT | OTHER;

/** So many rounds are enough for code as people write it; where they are not, names may be anything. */
const MOST_ROUNDS = 16;

const NUMBER_NAMES: ReadonlySet<string> = new Set(['undefined', 'NaN', 'Infinity']);
/** Written out, because `Math` inherits functions that answer other things. */
const NUMBER_METHODS: ReadonlySet<string> = new Set(
  (
    'abs acos acosh asin asinh atan atan2 atanh cbrt ceil clz32 cos cosh exp expm1 floor fround hypot imul log log10 log1p log2 max min pow random round ' +
    'sign sin sinh sqrt tan tanh trunc'
  ).split(' '),
);
const NUMBER_FUNCTIONS: ReadonlySet<string> = new Set(['Number', 'parseInt', 'parseFloat', 'isNaN', 'isFinite']);

/** What an operator makes of one operand that it turns into a number or a BigInt. */
function numeric(kind: number): number {
  return (kind & OTHER) !== 0 ? NUMBER | BIGINT : kind;
}

function ofOperator(operator: string, left: number, right: number): number {
  if (operator === '+' && ((left | right) & OTHER) !== 0) return ANYTHING;
  switch (operator) {
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
    case '**':
    case '&':
    case '|':
    case '^':
    case '<<':
    case '>>':
      // Both are of one kind, or the engine throws.
      return numeric(left) & numeric(right);
    default:
      // Comparisons, and `>>>`, which has no BigInts.
      return NUMBER;
  }
}

interface Givers {
  readonly values: (AnyNode | undefined)[];
  kind: number;
}

export class OperandKinds {
  readonly #givers = new Map<Binding, Givers>();
  readonly #settled = new Map<AnyNode, number>();
  readonly #isSettled: boolean = false;

  constructor(
    program: AnyNode,
    private readonly names: Names,
  ) {
    this.#collect(program);
    for (const [binding, { values }] of this.#givers) if (values.length < binding.givers) this.#givers.delete(binding);
    if (!this.#settle()) this.#givers.clear();
    this.#isSettled = true;
  }

  #collect(program: AnyNode): void {
    const loopNames = new Set<AnyNode>();
    const add = (binding: Binding | undefined, value: AnyNode | undefined): void => {
      if (!binding) return;
      const givers = this.#givers.get(binding);
      if (givers) givers.values.push(value);
      else this.#givers.set(binding, { values: [value], kind: 0 });
    };
    walk(program, {
      enter: (node, key, parent) => {
        if (node.type === 'ForInStatement' || node.type === 'ForOfStatement') loopNames.add(node.left);
        else if (node.type === 'VariableDeclarator' && node.id.type === 'Identifier' && !(key === 'declarations' && parent && loopNames.has(parent)))
          add(this.names.declarations.get(node.id), node.init ?? undefined);
        else if (node.type === 'AssignmentExpression' && node.left.type === 'Identifier') add(this.names.bindings.get(node.left), node);
        else if (node.type === 'UpdateExpression' && node.argument.type === 'Identifier') add(this.names.bindings.get(node.argument), node);
      },
      leave() {},
    });
  }

  /** Whether the kinds of all names came to rest. */
  #settle(): boolean {
    for (let round = 0; round < MOST_ROUNDS; round++) {
      let hasGrown = false;
      for (const givers of this.#givers.values()) {
        const kind = givers.values.reduce((kinds, value) => kinds | (value ? this.of(value) : NUMBER), givers.kind);
        if (kind !== givers.kind) hasGrown = true;
        givers.kind = kind;
      }
      if (!hasGrown) return true;
    }
    return false;
  }

  of(node: AnyNode): number {
    if (!this.#isSettled) return this.#find(node);
    let kind = this.#settled.get(node);
    if (kind === undefined) this.#settled.set(node, (kind = this.#find(node)));
    return kind;
  }

  #find(node: AnyNode): number {
    switch (node.type) {
      case 'Literal':
        if (typeof node.value === 'string' || node.regex) return OTHER;
        return node.bigint !== undefined && node.bigint !== null ? BIGINT : NUMBER;
      case 'Identifier':
        return this.#ofName(node);
      case 'BinaryExpression':
        return node.left.type === 'PrivateIdentifier' ? NUMBER : ofOperator(node.operator, this.of(node.left), this.of(node.right));
      case 'AssignmentExpression':
        return this.#ofAssignment(node);
      case 'LogicalExpression':
        return this.of(node.left) | this.of(node.right);
      case 'ConditionalExpression':
        return this.of(node.consequent) | this.of(node.alternate);
      case 'SequenceExpression':
        return this.of(node.expressions[node.expressions.length - 1]);
      case 'UnaryExpression':
        if (node.operator === 'typeof') return OTHER;
        return node.operator === '-' || node.operator === '~' ? numeric(this.of(node.argument)) : NUMBER;
      case 'UpdateExpression':
        return numeric(this.of(node.argument));
      case 'CallExpression':
        return this.#ofCall(node);
      default:
        return ANYTHING;
    }
  }

  #ofName(node: Identifier): number {
    const binding = this.names.bindings.get(node);
    if (binding) return this.#givers.get(binding)?.kind ?? ANYTHING;
    return NUMBER_NAMES.has(node.name) ? NUMBER : ANYTHING;
  }

  #ofAssignment({ operator, left, right }: AssignmentExpression): number {
    if (operator === '=') return this.of(right);
    const before = left.type === 'Identifier' ? this.#ofName(left) : ANYTHING;
    if (operator === '||=' || operator === '&&=' || operator === '??=') return before | this.of(right);
    return ofOperator(operator.slice(0, -1), before, this.of(right));
  }

  #isGlobal(node: AnyNode): node is Identifier {
    return node.type === 'Identifier' && !this.names.bindings.has(node) && !this.names.free.get(node.name)?.some(({ use }) => use === 'write');
  }

  #ofCall({ callee }: CallExpression): number {
    if (this.#isGlobal(callee)) return NUMBER_FUNCTIONS.has(callee.name) ? NUMBER : callee.name === 'BigInt' ? BIGINT : ANYTHING;
    if (callee.type !== 'MemberExpression' || callee.computed || callee.property.type !== 'Identifier') return ANYTHING;
    return this.#isGlobal(callee.object) && callee.object.name === 'Math' && NUMBER_METHODS.has(callee.property.name) ? NUMBER : ANYTHING;
  }
}
