/**
 * What the extension asks for with `uses`, read from the text of its `defineDomain({ ... })`: a domain has its globals before any line of the extension runs, so they are in the leaf, where whoever signs or
 * grants can read them.
 */
import type { AnyNode, Program } from 'acorn';
import { isPower, type Power, POWERS } from '../../abi/powers.js';
import type { BundlePlaces } from './bundle-places.js';
import { DOMAIN_MODULE } from './import-rules.js';
import { walk } from '../weaving/syntax-tree.js';

function localNames(program: Program): Set<string> {
  const names = new Set<string>();
  for (const node of program.body) {
    if (node.type !== 'ImportDeclaration' || node.source.value !== DOMAIN_MODULE) continue;
    for (const specifier of node.specifiers) {
      if (specifier.type === 'ImportSpecifier' && specifier.imported.type === 'Identifier' && specifier.imported.name === 'defineDomain')
        names.add(specifier.local.name);
    }
  }
  return names;
}

function usesOf(call: AnyNode, names: ReadonlySet<string>): AnyNode | undefined {
  if (call.type !== 'CallExpression' || call.callee.type !== 'Identifier' || !names.has(call.callee.name)) return undefined;
  const [definition] = call.arguments;
  if (definition?.type !== 'ObjectExpression') return undefined;
  for (const property of definition.properties) {
    if (property.type !== 'Property') continue;
    const { key } = property;
    const isUses = key.type === 'Identifier' ? key.name === 'uses' && !property.computed : key.type === 'Literal' && key.value === 'uses';
    if (isUses) return property.value;
  }
  return undefined;
}

/** The powers asked for, each once, in the order of their names. Throws PackError where they are not written out. */
export function askedPowers(program: Program, places: BundlePlaces): Power[] {
  const names = localNames(program);
  const asked = new Set<Power>();
  const refuse = (node: AnyNode): never => {
    const wayOut = `Write uses: [...] with any of ${POWERS.map((power) => `'${power}'`).join(', ')}, as literals, in the call of defineDomain().`;
    throw places.refusal(node.start, 'PACK020', 'uses is not a list of powers that is written out', wayOut);
  };
  walk(program, {
    enter(node) {
      const uses = usesOf(node, names);
      if (uses === undefined) return;
      if (uses.type !== 'ArrayExpression') return refuse(uses);
      for (const element of uses.elements) {
        if (element?.type !== 'Literal' || !isPower(element.value)) return refuse(element ?? uses);
        asked.add(element.value);
      }
    },
    leave() {},
  });
  return POWERS.filter((power) => asked.has(power));
}
