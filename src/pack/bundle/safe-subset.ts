/**
 * What the syntax tree shows and a domain does not get: refused when the extension is built, with its place, instead of failing
 * somewhere inside the domain. None of it is the wall: the Compartment is.
 */
import type { AnyNode } from 'acorn';
import { MOST_BIGINT_BITS } from '../../abi/bigint-bound.js';
import { patternExcess } from '../../abi/pattern-bound.js';
import type { BundlePlaces } from './bundle-places.js';
import type { Names } from '../weaving/free-names.js';
import { RESERVED_PREFIX } from '../weaving/reserved-names.js';
import { isFunction, type SyntaxTree, walk } from '../weaving/syntax-tree.js';

function isDirectEval(node: AnyNode): boolean {
  if (node.type === 'CallExpression') return node.callee.type === 'Identifier' && node.callee.name === 'eval' && !node.optional;
  return node.type === 'TaggedTemplateExpression' && node.tag.type === 'Identifier' && node.tag.name === 'eval';
}

function checkNode(node: AnyNode, functionDepth: number, places: BundlePlaces): void {
  const { start } = node;
  if (node.type === 'ImportExpression') {
    const wayOut = 'Import with a string that is written out, so that the module becomes part of the leaf.';
    throw places.refusal(start, 'PACK009', 'import() of something that is not known when the extension is built', wayOut);
  }
  if (node.type === 'MetaProperty' && node.meta.name === 'import') {
    const wayOut = 'Take what you need from the configuration that init is given.';
    throw places.refusal(start, 'PACK014', 'import.meta: an extension has no address', wayOut);
  }
  if (node.type === 'Literal' && (node.bigint?.length ?? 0) > MOST_BIGINT_BITS / 4) {
    const wayOut = `A domain's BigInts have ${MOST_BIGINT_BITS} bits at the most. Hand large data to the domain as bytes.`;
    throw places.refusal(start, 'PACK018', 'a BigInt of so many digits', wayOut);
  }
  if (node.type === 'Literal' && node.regex) {
    const excess = patternExcess(node.regex.pattern);
    const wayOut = 'Split the pattern, or search in several steps: compiling it would be one step that nothing could end.';
    if (excess !== undefined) throw places.refusal(start, 'PACK021', `a regular expression that is too large: ${excess}`, wayOut);
  }
  if (isDirectEval(node)) {
    const wayOut = 'A domain runs no code that the build has not seen. Write the function, or interpret the input.';
    throw places.refusal(start, 'PACK010', 'a direct eval', wayOut);
  }
  const awaits = node.type === 'AwaitExpression' || (node.type === 'ForOfStatement' && node.await);
  if (awaits && functionDepth === 0) {
    const wayOut = 'Move it into init, which may be async: a domain is up when init has answered.';
    throw places.refusal(start, 'PACK013', 'await outside of a function', wayOut);
  }
}

/** Throws PackError at the first thing in the text that an extension may not have. */
export function checkSafeSubset(tree: SyntaxTree, names: Names, places: BundlePlaces): void {
  for (const { name, start } of names.all) {
    if (name.startsWith(RESERVED_PREFIX)) {
      const wayOut = `Names that begin with ${RESERVED_PREFIX} are the build's own. Choose another name.`;
      throw places.refusal(start, 'PACK012', `the name ${name}`, wayOut);
    }
  }
  const [outside] = names.free.get('arguments') ?? [];
  if (outside) {
    const wayOut = 'A module has no arguments. Use parameters, or remove it.';
    throw places.refusal(outside.node.start, 'PACK015', 'arguments outside of a function', wayOut);
  }
  let functionDepth = 0;
  walk(tree.program, {
    enter(node) {
      if (isFunction(node)) functionDepth++;
      checkNode(node, functionDepth, places);
    },
    leave(node) {
      if (isFunction(node)) functionDepth--;
    },
  });
}
