/**
 * Frames on the stack, counted in the functions that can recurse (call-graph.ts) and put back on every way out.
 *
 * ```
 * const held=depth; if(held<1) tooDeep(); depth=held-1; try { body } finally { depth=held; }
 * ```
 * A function that suspends leaves the stack before it ends, so what it holds is released at its first suspension and once only: what it
 * does after that it does as the frame of whoever resumed it. An async generator suspends where nothing is written, so it is asked and not counted.
 * What a generator delegates to with `yield*` runs on its frame at each step, so each step counts as one.
 */
import type { AnyNode } from 'acorn';
import type MagicString from 'magic-string';
import { DELEGATE, DEPTH, HELD_DEPTH, RELEASE, TOO_DEEP } from './reserved-names.js';
import type { FunctionNode } from './syntax-tree.js';

function canSuspend(node: FunctionNode): boolean {
  return node.async || node.generator;
}

export class StackDepth {
  constructor(
    private readonly edit: MagicString,
    private readonly counted: ReadonlySet<FunctionNode>,
  ) {}

  #isHeld(node: FunctionNode | undefined): node is FunctionNode {
    return node !== undefined && this.counted.has(node) && !(node.async && node.generator);
  }

  /** Whether it is counted, whatever way. */
  isCounted(node: FunctionNode): boolean {
    return this.counted.has(node);
  }

  #delegates(key: string, parent: AnyNode | undefined, owner: FunctionNode | undefined): boolean {
    return key === 'argument' && parent?.type === 'YieldExpression' && parent.delegate && this.#isHeld(owner);
  }

  /** What stands before the body of a function. */
  entry(node: FunctionNode): string {
    if (!this.counted.has(node)) return '';
    if (!this.#isHeld(node)) return `if(${DEPTH}<1)${TOO_DEEP}();`;
    return `${canSuspend(node) ? 'let' : 'const'} ${HELD_DEPTH}=${DEPTH};if(${HELD_DEPTH}<1)${TOO_DEEP}();${DEPTH}=${HELD_DEPTH}-1;try{`;
  }

  /** What stands after it. */
  exit(node: FunctionNode): string {
    if (!this.#isHeld(node)) return '';
    return `}finally{${canSuspend(node) ? `if(${HELD_DEPTH}>=0)` : ''}${DEPTH}=${HELD_DEPTH};}`;
  }

  /** Whether what stands under `key` of `parent` is what a counted function suspends with. */
  #isReleased(key: string, parent: AnyNode | undefined, owner: FunctionNode | undefined): boolean {
    return key === 'argument' && (parent?.type === 'AwaitExpression' || parent?.type === 'YieldExpression') && this.#isHeld(owner);
  }

  /** `owner` is the innermost function around `node`, not `node` itself. */
  enter(node: AnyNode, key: string, parent: AnyNode | undefined, owner: FunctionNode | undefined): void {
    if (this.#isReleased(key, parent, owner)) this.edit.appendLeft(node.start, `${this.#delegates(key, parent, owner) ? `${DELEGATE}(` : ''}${RELEASE}((`);
    if (node.type === 'YieldExpression' && !node.argument && this.#isHeld(owner)) {
      this.edit.appendLeft(node.end, ` ${RELEASE}((void 0),${HELD_DEPTH},${HELD_DEPTH}=-1)`);
    }
  }

  leave(node: AnyNode, key: string, parent: AnyNode | undefined, owner: FunctionNode | undefined): void {
    if (this.#isReleased(key, parent, owner))
      this.edit.appendLeft(node.end, `),${HELD_DEPTH},${HELD_DEPTH}=-1)${this.#delegates(key, parent, owner) ? ')' : ''}`);
  }
}
