/**
 * Operators that list: `for (k in x)`, `{...x}`, `const {...rest} = x`, `[...x]` and `f(...x)`; and `Array(n)`, which is a call that nothing stands in for.
 *
 * No call is written there, and what they take is in proportion to `x`: of a text of ten million characters the properties are gigabytes, made in one step. So the runtime is handed `x` before, and charges what that will be:
 *
 * ```
 * for (k in x)     for (k in $d$listed((x)))
 * [...x]           [...$d$spread((x))]
 * new Array(n)     new Array($d$slots((n)))
 * ```
 * A pattern with `...rest` inside another, or as a parameter, has no expression that could be handed over; the checkpoint after it looks.
 */
import type { AnyNode } from 'acorn';
import type MagicString from 'magic-string';
import type { Names } from './free-names.js';
import { LISTED, SLOTS, SPREAD } from './reserved-names.js';

const hasRest = (pattern: AnyNode): boolean => pattern.type === 'ObjectPattern' && pattern.properties.some((each) => each.type === 'RestElement');

export class Listing {
  readonly #ofObjects = new Set<AnyNode>();

  constructor(
    private readonly edit: MagicString,
    private readonly names: Names,
  ) {}

  #isArray(callee: AnyNode): boolean {
    return callee.type === 'Identifier' && callee.name === 'Array' && !this.names.bindings.has(callee);
  }

  #helper(node: AnyNode, key: string, parent: AnyNode | undefined): string | undefined {
    switch (parent?.type) {
      case 'ForInStatement':
        return key === 'right' ? LISTED : undefined;
      case 'VariableDeclarator':
        return key === 'init' && hasRest(parent.id) ? LISTED : undefined;
      case 'AssignmentExpression':
        return key === 'right' && hasRest(parent.left) ? LISTED : undefined;
      case 'NewExpression':
      case 'CallExpression':
        return key === 'arguments' && parent.arguments.length === 1 && node.type !== 'SpreadElement' && this.#isArray(parent.callee) ? SLOTS : undefined;
      case 'SpreadElement':
        if (node.type === 'ArrayExpression') return undefined;
        return this.#ofObjects.has(parent) ? LISTED : SPREAD;
      default:
        return undefined;
    }
  }

  enter(node: AnyNode, key: string, parent: AnyNode | undefined): void {
    if (node.type === 'ObjectExpression') for (const each of node.properties) if (each.type === 'SpreadElement') this.#ofObjects.add(each);
    const helper = this.#helper(node, key, parent);
    if (helper !== undefined) this.edit.appendLeft(node.start, `${helper}((`);
  }

  leave(node: AnyNode, key: string, parent: AnyNode | undefined): void {
    if (this.#helper(node, key, parent) !== undefined) this.edit.appendLeft(node.end, '))');
  }
}
