/**
 * Where the parts of a syntax tree stand in the text.
 *
 * Each node's children are gone through once and sorted by the property that they are the value of: asking the parser's library anew for each property is
 * what most of the compiler's time went to.
 */
import { AstUtils, GrammarAST, isCompositeCstNode } from 'langium';
import type { AstNode, CompositeCstNode, CstNode } from 'langium';
import type { SourceFile, Span } from './diagnostic.js';

/** The property that each element of the grammar assigns; null where it assigns none. */
const assigned = new WeakMap<AstNode, string | null>();

function assignedBy(element: AstNode | undefined): string | null {
  if (!element) return null;
  let property = assigned.get(element);
  if (property === undefined) {
    property = AstUtils.getContainerOfType(element, GrammarAST.isAssignment)?.feature ?? null;
    assigned.set(element, property);
  }
  return property;
}

type Parts = ReadonlyMap<string, readonly CstNode[]>;
const NOTHING: Parts = new Map();
const known = new WeakMap<AstNode, Parts>();

function collect({ content }: CompositeCstNode, node: AstNode, into: Map<string, CstNode[]>): void {
  for (const child of content) {
    const property = assignedBy(child.grammarSource);
    if (property !== null) {
      const those = into.get(property);
      if (those) those.push(child);
      else into.set(property, [child]);
    } else if (isCompositeCstNode(child) && child.astNode === node) collect(child, node, into);
  }
}

function partsOf(node: AstNode): Parts {
  let parts = known.get(node);
  if (parts) return parts;
  const cst = node.$cstNode;
  if (!cst || !isCompositeCstNode(cst) || cst.astNode !== node) return NOTHING;
  const collected = new Map<string, CstNode[]>();
  collect(cst, node, collected);
  parts = collected;
  known.set(node, parts);
  return parts;
}

function partOf(node: AstNode, property: string, index = 0): CstNode | undefined {
  const parts = partsOf(node).get(property);
  return parts?.[Math.max(0, Math.min(index, parts.length - 1))];
}

/** Finds out where it is when it is asked: nearly all places are of what is right, and nobody asks. */
class Place implements Span {
  readonly file: SourceFile;
  readonly #node: AstNode;
  readonly #property: string | undefined;
  readonly #index: number | undefined;
  #found: { readonly offset: number; readonly length: number } | undefined;

  constructor(file: SourceFile, node: AstNode, property: string | undefined, index: number | undefined) {
    this.file = file;
    this.#node = node;
    this.#property = property;
    this.#index = index;
  }

  get offset(): number {
    return this.#find().offset;
  }

  get length(): number {
    return this.#find().length;
  }

  #find(): { readonly offset: number; readonly length: number } {
    if (this.#found) return this.#found;
    let cst = this.#property === undefined ? undefined : partOf(this.#node, this.#property, this.#index);
    for (let at: AstNode | undefined = this.#node; at && !cst; at = at.$container) cst = at.$cstNode;
    this.#found = cst ? { offset: cst.offset, length: cst.length } : { offset: 0, length: 1 };
    return this.#found;
  }
}

/** Where a node is, or one of its properties. A node that the parser invented has no place of its own: its container's is taken. */
export function spanOf(file: SourceFile, node: AstNode, property?: string, index?: number): Span {
  return new Place(file, node, property, index);
}

/** The text of a property as it was written, quotes included, without space and comments between its tokens. */
export function textOf(node: AstNode, property: string, index?: number): string | undefined {
  const leaves = leavesOf(node, property, index);
  return leaves.length === 0 ? undefined : leaves.map(({ text }) => text).join('');
}

/** The same with all that stands between. */
export function sourceOf(node: AstNode, property: string, index?: number): string | undefined {
  return partOf(node, property, index)?.text;
}

/** The tokens of a property, in order. */
export function leavesOf(node: AstNode, property: string, index?: number): readonly CstNode[] {
  const leaves: CstNode[] = [];
  const collectLeaves = (each: CstNode): void => {
    if (!isCompositeCstNode(each)) leaves.push(each);
    else for (const child of each.content) collectLeaves(child);
  };
  const found = partOf(node, property, index);
  if (found) collectLeaves(found);
  return leaves;
}
