/**
 * Checkpoints: what makes every amount of work countable.
 *
 * Work without bound needs a loop or a call, so fuel is counted at each loop head and each function entry, and where a generator or an async function is resumed (an async one by current-call.ts). What runs before a
 * body's first statement is counted where it stands: default values, computed keys of patterns, field initialisers; and as a frame, where it could recurse.
 * A checkpoint that panics throws before it has refilled, so the counter stays below zero and the next checkpoint is reached at once.
 */
import type { AnyNode } from 'acorn';
import type MagicString from 'magic-string';
import type { Growth } from './growth.js';
import type { FunctionNode, SyntaxTree } from './syntax-tree.js';
import { arrowEndBefore, isFunction, isLoop } from './syntax-tree.js';
import type { StackDepth } from './stack-depth.js';
import { CHECK, COUNT, COUNT_RESUMED, CURRENT_CALL, HELD_CALL, NEST } from './reserved-names.js';

/**
 * Whether evaluating the expression can call nothing. Everything else is counted, even `a.b` and `a + b`: a getter or a valueOf
 * may be a built-in that constructs the very class whose field this is.
 */
function isQuiet(node: AnyNode): boolean {
  switch (node.type) {
    case 'Literal':
    case 'Identifier':
    case 'ThisExpression':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
    // Wrapped, an anonymous class would lose the name that it takes from its field; its own fields are counted.
    case 'ClassExpression':
      return true;
    case 'UnaryExpression':
      return (node.operator === 'void' || node.operator === '!' || node.argument.type === 'Literal') && isQuiet(node.argument);
    case 'ArrayExpression':
      return node.elements.every((element) => element === null || (element.type !== 'SpreadElement' && isQuiet(element)));
    case 'ObjectExpression':
      return node.properties.every((p) => p.type === 'Property' && !p.computed && isQuiet(p.value));
    default:
      return false;
  }
}

export class Metering {
  readonly #patternProperties = new Set<AnyNode>();
  readonly #functions: FunctionNode[] = [];
  /** Whether what stands here runs before the body that it belongs to: of each parameter, field and body around it, the innermost last. */
  readonly #isAhead: boolean[] = [];

  constructor(
    private readonly edit: MagicString,
    private readonly tree: SyntaxTree,
    private readonly suspending: ReadonlySet<FunctionNode>,
    private readonly depth: StackDepth,
    private readonly growth: Growth,
  ) {}

  #entry(owner: FunctionNode): string {
    return `${CHECK}${this.growth.entry(owner)}${this.suspending.has(owner) ? `const ${HELD_CALL}=${CURRENT_CALL}();` : ''}${this.depth.entry(owner)}`;
  }

  /** Whether `node`, under `key` of `parent`, is an expression that runs ahead of any statement. */
  #isEarly(node: AnyNode, key: string, parent: AnyNode): boolean {
    if (key === 'right' && parent.type === 'AssignmentPattern') return !isQuiet(node);
    if (key === 'value' && parent.type === 'PropertyDefinition') return !isQuiet(node);
    return key === 'key' && this.#patternProperties.has(parent) && parent.type === 'Property' && parent.computed && !isQuiet(node);
  }

  /** Parameters, where their function is counted, and fields of classes are evaluated where no counted body is on the stack. */
  #begins(node: AnyNode, key: string, parent: AnyNode): boolean | undefined {
    if (key === 'params' && isFunction(parent)) return this.depth.isCounted(parent);
    if (key === 'value' && parent.type === 'PropertyDefinition') return true;
    return (key === 'body' && isFunction(parent)) || node.type === 'StaticBlock' ? false : undefined;
  }

  /** A generator's `yield`; of one that is async, what puts its call back counts. */
  #resumesUncounted(node: AnyNode): boolean {
    const owner = this.#functions.at(-1);
    return node.type === 'YieldExpression' && owner !== undefined && !this.suspending.has(owner);
  }

  enter(node: AnyNode, key: string, parent: AnyNode | undefined): void {
    const { edit } = this;
    if (node.type === 'ObjectPattern') for (const property of node.properties) this.#patternProperties.add(property);
    this.depth.enter(node, key, parent, this.#functions.at(-1));
    if (isFunction(node)) this.#functions.push(node);
    else if (this.#resumesUncounted(node)) edit.appendLeft(node.start, `${COUNT_RESUMED}(`);
    if (node.type === 'StaticBlock') edit.appendLeft(edit.original.indexOf('{', node.start) + 1, CHECK);
    if (!parent) return;
    const isAhead = this.#begins(node, key, parent);
    if (isAhead !== undefined) this.#isAhead.push(isAhead);
    if (key === 'body' && isFunction(parent)) {
      if (node.type === 'BlockStatement') edit.appendLeft(node.start + 1, this.#entry(parent));
      else edit.appendLeft(arrowEndBefore(this.tree, node.start), `{${this.#entry(parent)}return(`);
    } else if (key === 'body' && isLoop(parent)) {
      if (node.type === 'BlockStatement') edit.appendLeft(node.start + 1, CHECK);
      else edit.appendLeft(node.start, `{${CHECK}`);
    } else if (this.#isEarly(node, key, parent)) {
      edit.appendLeft(node.start, this.#isAhead.at(-1) === true ? `${NEST}(()=>(` : `(${COUNT}(),`);
    }
  }

  leave(node: AnyNode, key: string, parent: AnyNode | undefined): void {
    if (isFunction(node)) this.#functions.pop();
    else if (this.#resumesUncounted(node)) this.edit.appendLeft(node.end, ')');
    if (node.type === 'ArrowFunctionExpression' && node.expression) this.edit.appendLeft(node.end, `)${this.depth.exit(node)}}`);
    this.depth.leave(node, key, parent, this.#functions.at(-1));
    if (!parent) return;
    if (key === 'body' && isFunction(parent) && node.type === 'BlockStatement') this.edit.appendLeft(node.end - 1, this.depth.exit(parent));
    else if (key === 'body' && isLoop(parent) && node.type !== 'BlockStatement') this.edit.appendLeft(node.end, '}');
    else if (this.#isEarly(node, key, parent)) this.edit.appendLeft(node.end, this.#isAhead.at(-1) === true ? '))' : ')');
    if (this.#begins(node, key, parent) !== undefined) this.#isAhead.pop();
  }
}
