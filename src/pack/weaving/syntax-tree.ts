/**
 * The bundle's syntax tree, with what the rules need beside it: where comments lie, and where the arrows of arrow functions end.
 *
 * `walk` visits in the order of the text: a node is entered where it begins and left where it ends. Rules insert as they are
 * visited, and so insertions at one place come out in the right order by themselves.
 */
import { type AnyNode, type Program, parse, tokTypes } from 'acorn';
import { PackError } from '../pack-error.js';

export type FunctionNode = Extract<AnyNode, { type: 'FunctionDeclaration' | 'FunctionExpression' | 'ArrowFunctionExpression' }>;

export interface Range {
  readonly start: number;
  readonly end: number;
}

export interface SyntaxTree {
  readonly program: Program;
  readonly comments: readonly Range[];
  /** The end of each `=>`, ascending. */
  readonly arrowEnds: readonly number[];
}

/** Parses the bundle as a module: strict, and without HTML-like comments. */
export function parseBundle(code: string): SyntaxTree {
  const comments: Range[] = [];
  const arrowEnds: number[] = [];
  const program = parse(code, {
    ecmaVersion: 'latest',
    sourceType: 'module',
    onComment: (_isBlock, _text, start, end) => comments.push({ start, end }),
    onToken: (token) => {
      if (token.type === tokTypes.arrow) arrowEnds.push(token.end);
    },
  });
  return { program, comments, arrowEnds };
}

/** The end of the `=>` that precedes the body of `arrow`: only parentheses lie between the two. */
export function arrowEndBefore(tree: SyntaxTree, body: number): number {
  let low = 0;
  let high = tree.arrowEnds.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (tree.arrowEnds[middle] <= body) low = middle + 1;
    else high = middle;
  }
  return tree.arrowEnds[low - 1];
}

export function isFunction(node: AnyNode): node is FunctionNode {
  return node.type === 'FunctionDeclaration' || node.type === 'FunctionExpression' || node.type === 'ArrowFunctionExpression';
}

export function isLoop(node: AnyNode): boolean {
  switch (node.type) {
    case 'ForStatement':
    case 'ForInStatement':
    case 'ForOfStatement':
    case 'WhileStatement':
    case 'DoWhileStatement':
      return true;
    default:
      return false;
  }
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';
}

export interface Child {
  readonly node: AnyNode;
  /** The member of the parent that holds it, alone or in a list. */
  readonly key: string;
}

/** The children of a node in the order of the text. A shorthand property has one child, its value. */
export function childrenOf(parent: AnyNode): Child[] {
  const children: Child[] = [];
  let sorted = true;
  const add = (node: unknown, key: string): void => {
    if (!isNode(node)) return;
    if (children.length > 0 && node.start < children[children.length - 1].node.start) sorted = false;
    children.push({ node, key });
  };
  for (const [key, value] of Object.entries(parent)) {
    if (key === 'key' && parent.type === 'Property' && parent.shorthand) continue;
    if (Array.isArray(value)) for (const each of value) add(each, key);
    else add(value, key);
  }
  return sorted ? children : children.sort((a, b) => a.node.start - b.node.start);
}

export interface Visitor {
  enter(node: AnyNode, key: string, parent: AnyNode | undefined): void;
  leave(node: AnyNode, key: string, parent: AnyNode | undefined): void;
}

export function walk(root: AnyNode, visitor: Visitor): void {
  const visit = (node: AnyNode, key: string, parent: AnyNode | undefined): void => {
    visitor.enter(node, key, parent);
    for (const child of childrenOf(node)) visit(child.node, child.key, node);
    visitor.leave(node, key, parent);
  };
  visit(root, '', undefined);
}

/** Runs `work`; a program nested so deeply that it exhausts the build's own stack is refused instead. */
export function refusingDeepNesting<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const wayOut = 'Split the expression, or load the data as JSON text and parse it in init.';
    throw new PackError({ code: 'PACK018', what: 'the program is nested too deeply to be checked', wayOut, file });
  }
}
