/**
 * Which call an async function works for, kept across its suspensions.
 *
 * The runtime knows the current call while code runs without interruption. After an `await` other calls have run in between, so
 * each function that suspends asks once at its entry, holds the answer in a local, and puts it back after each `await` and
 * `yield` of its own; handlers put it back for an `await` that failed (see guards.ts).
 */
import type { AnyNode } from 'acorn';
import type MagicString from 'magic-string';
import { HELD_CALL, RESUME } from './reserved-names.js';
import { type FunctionNode, isFunction } from './syntax-tree.js';

export class CurrentCall {
  readonly #functions: FunctionNode[] = [];

  constructor(
    private readonly edit: MagicString,
    private readonly suspending: ReadonlySet<FunctionNode>,
  ) {}

  /** The innermost function, where it suspends. */
  get owner(): FunctionNode | undefined {
    const innermost = this.#functions.at(-1);
    return innermost && this.suspending.has(innermost) ? innermost : undefined;
  }

  #suspends(node: AnyNode): boolean {
    return (node.type === 'AwaitExpression' || node.type === 'YieldExpression') && this.owner !== undefined;
  }

  enter(node: AnyNode): void {
    if (isFunction(node)) this.#functions.push(node);
    else if (this.#suspends(node)) this.edit.appendLeft(node.start, `${RESUME}(${HELD_CALL},`);
  }

  leave(node: AnyNode): void {
    if (isFunction(node)) this.#functions.pop();
    else if (this.#suspends(node)) this.edit.appendLeft(node.end, ')');
  }
}
