/**
 * Which functions can recurse without end, found in the text, so that only those are counted at run time.
 *
 * Nodes are the functions of the bundle, and one that stands for all code that the text does not settle: calls through values and methods lead
 * into it, and from it into every function that is used other than by being called by its name.
 *
 *   named call   f(...) where `f` is declared once, with a function, and never assigned
 *   value        any other use of a function: as an argument, a member, a method, an accessor
 *
 * Counted are the functions at which every cycle can be met: those that can be entered as values and from which an unsettled call can be reached,
 * and those on a cycle of named calls. What the others add between two counted frames is bounded by their longest chain.
 * Calls that no text shows (accessors, `valueOf`, iterators) are met at the functions that bear such names.
 * Default values and field initialisers are frames of their own, and so is each step of `yield*` (metering.ts, stack-depth.ts).
 * Not seen: a function put under such a name by computation, and `yield*` of async generators. They meet the engine's own end of the stack, which is a panic too, but nobody can say at which depth.
 */
import type { AnyNode, CallExpression, Identifier, NewExpression } from 'acorn';
import type { Names } from './free-names.js';
import { QuietCalls } from './quiet-calls.js';
import { type FunctionNode, isFunction, walk } from './syntax-tree.js';

export interface CallGraph {
  /** The functions whose frames are counted. */
  readonly counted: ReadonlySet<FunctionNode>;
  readonly functions: number;
  /** How many frames that are not counted can stand between two that are. */
  readonly longestUncounted: number;
}

/** Members that the engine calls where no call is written. */
const IMPLICIT =
  /^(?:get|set|has|apply|construct|deleteProperty|ownKeys|getOwnPropertyDescriptor|getPrototypeOf|defineProperty|valueOf|toString|toJSON|next|return|throw|then)$/;

interface Facts {
  readonly calls: Set<FunctionNode>;
  isValue: boolean;
  isImplicit: boolean;
  callsUnsettled: boolean;
  /** Whether there is anything in it that the engine may answer with a call. */
  hasOperations: boolean;
}

function nameOf(key: AnyNode, isComputed: boolean): string | undefined {
  if (key.type === 'Identifier' && !isComputed) return key.name;
  return key.type === 'Literal' ? String(key.value) : undefined;
}

/** Whether a function under `key` of `parent` bears a name at which the engine calls. */
function isImplicitly(key: string, parent: AnyNode | undefined): boolean {
  if (!parent) return false;
  switch (parent.type) {
    case 'MethodDefinition':
    case 'Property':
    case 'PropertyDefinition': {
      if (key !== 'value') return false;
      if ('kind' in parent && (parent.kind === 'get' || parent.kind === 'set')) return true;
      const name = nameOf(parent.key, parent.computed);
      return name === undefined || IMPLICIT.test(name);
    }
    case 'AssignmentExpression': {
      if (parent.left.type !== 'MemberExpression') return false;
      const name = nameOf(parent.left.property, parent.left.computed);
      return name !== undefined && IMPLICIT.test(name);
    }
    default:
      return false;
  }
}

class Graph {
  readonly facts = new Map<FunctionNode, Facts>();
  readonly #owners: FunctionNode[] = [];
  /** Names and functions that are called where they stand. */
  readonly #callees = new Set<AnyNode>();
  readonly #declaring = new Set<AnyNode>();

  readonly #quiet: QuietCalls;

  constructor(
    program: AnyNode,
    private readonly names: Names,
  ) {
    this.#quiet = new QuietCalls(program, names);
    walk(program, {
      enter: (node, key, parent) => this.#enter(node, key, parent),
      leave: (node) => {
        if (isFunction(node)) this.#owners.pop();
      },
    });
  }

  of(node: FunctionNode): Facts {
    let facts = this.facts.get(node);
    if (!facts) this.facts.set(node, (facts = { calls: new Set(), isValue: false, isImplicit: false, callsUnsettled: false, hasOperations: false }));
    return facts;
  }

  #enter(node: AnyNode, key: string, parent: AnyNode | undefined): void {
    const owner = this.#owners.at(-1);
    const facts = owner && this.of(owner);
    if (isFunction(node)) {
      const own = this.of(node);
      if (node.type !== 'FunctionDeclaration' && !this.#callees.has(node) && !this.#declaring.has(node)) own.isValue = true;
      if (node.type === 'FunctionDeclaration' && parent?.type === 'ExportDefaultDeclaration') own.isValue = true;
      if (isImplicitly(key, parent)) own.isImplicit = true;
      this.#owners.push(node);
      return;
    }
    switch (node.type) {
      case 'VariableDeclarator':
        if (node.id.type === 'Identifier' && node.init && isFunction(node.init)) this.#declaring.add(node.init);
        return;
      case 'CallExpression':
      case 'NewExpression':
        return this.#call(node, facts);
      case 'TaggedTemplateExpression':
        if (facts) facts.callsUnsettled = true;
        return;
      case 'Identifier': {
        const known = this.names.bindings.get(node)?.standsFor;
        if (known && !this.#callees.has(node)) {
          this.of(known).isValue = true;
          if (isImplicitly(key, parent)) this.of(known).isImplicit = true;
        }
        return;
      }
      case 'MemberExpression':
      case 'BinaryExpression':
      case 'TemplateLiteral':
      case 'SpreadElement':
      case 'ForOfStatement':
      case 'AwaitExpression':
      case 'YieldExpression':
      case 'ArrayPattern':
      case 'ObjectPattern':
        if (facts) facts.hasOperations = true;
        return;
      default:
    }
  }

  #call(node: CallExpression | NewExpression, facts: Facts | undefined): void {
    const { callee } = node;
    const known = isFunction(callee) ? callee : callee.type === 'Identifier' ? this.names.bindings.get(callee as Identifier)?.standsFor : undefined;
    if (known) {
      this.#callees.add(callee);
      facts?.calls.add(known);
    } else if (facts) {
      if (!this.#quiet.has(node)) facts.callsUnsettled = true;
      facts.hasOperations = true;
    }
  }

  /** The functions from which an unsettled call can be reached by named calls. */
  reaching(): Set<FunctionNode> {
    const callers = new Map<FunctionNode, FunctionNode[]>();
    for (const [node, { calls }] of this.facts) for (const callee of calls) callers.set(callee, [...(callers.get(callee) ?? []), node]);
    const reaching = new Set([...this.facts].filter(([, { callsUnsettled }]) => callsUnsettled).map(([node]) => node));
    for (const node of reaching) for (const caller of callers.get(node) ?? []) reaching.add(caller);
    return reaching;
  }
}

/**
 * Goes along the named calls between functions that are not in `counted`, adds to it the function at which each cycle closes, and answers the longest chain of the rest.
 * Without recursion of its own, because the chain may be as long as the program.
 */
function breakCycles(facts: ReadonlyMap<FunctionNode, Facts>, counted: Set<FunctionNode>): number {
  const height = new Map<FunctionNode, number>();
  const open = new Set<FunctionNode>();
  let longest = 0;
  for (const root of facts.keys()) {
    const stack = [{ node: root, rest: facts.get(root)?.calls.values() }];
    if (height.has(root) || counted.has(root)) continue;
    open.add(root);
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const callee: FunctionNode | undefined = top.rest?.next().value;
      if (callee === undefined) {
        const below = [...(facts.get(top.node)?.calls ?? [])].map((each) => (counted.has(each) ? 0 : (height.get(each) ?? 0)));
        const own = 1 + Math.max(0, ...below);
        height.set(top.node, own);
        if (!counted.has(top.node)) longest = Math.max(longest, own);
        open.delete(top.node);
        stack.pop();
      } else if (open.has(callee)) counted.add(callee);
      else if (!height.has(callee) && !counted.has(callee)) {
        open.add(callee);
        stack.push({ node: callee, rest: facts.get(callee)?.calls.values() });
      }
    }
  }
  return longest;
}

export function findCallGraph(program: AnyNode, names: Names): CallGraph {
  const graph = new Graph(program, names);
  const reaching = graph.reaching();
  const counted = new Set<FunctionNode>();
  for (const [node, { isValue, isImplicit, hasOperations }] of graph.facts) {
    if ((isValue && reaching.has(node)) || (isImplicit && hasOperations)) counted.add(node);
  }
  return { counted, functions: graph.facts.size, longestUncounted: breakCycles(graph.facts, counted) };
}
