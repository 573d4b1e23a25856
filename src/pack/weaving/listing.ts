/**
 * Operators that list: `for (k in x)`, `{...x}`, `const {...rest} = x`, `[...x]` and `f(...x)`.
 *
 * No call is written there, and what they take is in proportion to `x`: of a text of ten million characters the properties are gigabytes, made in one step. So the runtime is handed `x` before, and charges what that will be:
 *
 * ```
 * for (k in x)     for (k in $d$listed((x)))
 * [...x]           [...$d$spread((x))]
 * ```
 * A pattern with `...rest` inside another, or as a parameter, has no expression that could be handed over; the checkpoint after it looks.
 */
import type { AnyNode } from 'acorn';
import type MagicString from 'magic-string';
import { LISTED, SPREAD } from './reserved-names.js';

const hasRest = (pattern: AnyNode): boolean => pattern.type === 'ObjectPattern' && pattern.properties.some((each) => each.type === 'RestElement');

export class Listing {
  readonly #ofObjects = new Set<AnyNode>();

  constructor(private readonly edit: MagicString) {}

  #helper(node: AnyNode, key: string, parent: AnyNode | undefined): string | undefined {
    switch (parent?.type) {
      case 'ForInStatement':
        return key === 'right' ? LISTED : undefined;
      case 'VariableDeclarator':
        return key === 'init' && hasRest(parent.id) ? LISTED : undefined;
      case 'AssignmentExpression':
        return key === 'right' && hasRest(parent.left) ? LISTED : undefined;
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
