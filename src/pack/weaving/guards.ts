/**
 * Guards: a panic passes every `catch` and `finally` of the extension as if they were not there.
 *
 * A `finally` sees no error, so a stack overflow that meets nothing else would pass unrecognised: it gets a handler of its own before it.
 * Each handler first asks the runtime, which throws again while the domain panics. A pattern after `catch` could run code
 * before the handler's first statement, so it moves behind the guard. In a function that suspends, the handler may be the first
 * code to run after an `await` that failed, so it puts the function's call back too.
 */
import type { AnyNode } from 'acorn';
import type MagicString from 'magic-string';
import type { FunctionNode } from './syntax-tree.js';
import { CAUGHT, CAUGHT_VALUE, FINALLY, HELD_CALL, RESUME, UNJUDGED } from './reserved-names.js';

/**
 * Near the end of the stack the judgement itself can find no room. So what was caught is noted first, which needs none, and a `finally` judges it
 * before anything else: the extension's code runs on in no handler that came too deep to be judged.
 */
const judged = (caught: string): string => `${UNJUDGED}=${caught};${CAUGHT}(${caught});${UNJUDGED}=void 0;`;
const RESUMED = `${RESUME}(${HELD_CALL});`;

export class Guards {
  constructor(private readonly edit: MagicString) {}

  /** `owner` is the innermost function around `node`, where that function suspends. */
  enter(node: AnyNode, key: string, parent: AnyNode | undefined, owner: FunctionNode | undefined): void {
    const { edit } = this;
    const resumed = owner ? RESUMED : '';
    if (node.type === 'TryStatement' && node.finalizer && node.handler) edit.appendLeft(node.block.start, '{try');
    if (key === 'finalizer') edit.appendLeft(node.start + 1, `${FINALLY}(${UNJUDGED});${resumed}`);
    if (parent?.type !== 'CatchClause') return;
    const { param } = parent;
    if (key === 'param' && param && param.type !== 'Identifier') {
      edit.appendLeft(node.start, `${CAUGHT_VALUE}){${judged(CAUGHT_VALUE)}${resumed}let `);
    } else if (key === 'body' && param?.type === 'Identifier') {
      edit.appendLeft(node.start + 1, `${judged(param.name)}${resumed}`);
    } else if (key === 'body' && !param) {
      edit.appendLeft(node.start, `(${CAUGHT_VALUE})`);
      edit.appendLeft(node.start + 1, `${judged(CAUGHT_VALUE)}${resumed}`);
    }
  }

  leave(node: AnyNode, key: string, parent: AnyNode | undefined): void {
    if (node.type === 'TryStatement' && node.finalizer) {
      const handler = `catch(${CAUGHT_VALUE}){${judged(CAUGHT_VALUE)}throw ${CAUGHT_VALUE};}`;
      if (node.handler) this.edit.appendLeft(node.handler.end, `}${handler}`);
      else this.edit.appendLeft(node.block.end, handler);
    }
    if (parent?.type === 'CatchClause' && key === 'param' && node.type !== 'Identifier') {
      this.edit.update(node.end, parent.body.start, `=${CAUGHT_VALUE};`);
    }
    if (node.type === 'CatchClause' && node.param && node.param.type !== 'Identifier') this.edit.appendLeft(node.end, '}');
  }
}
