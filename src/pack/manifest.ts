/**
 * What an extension says of itself, read from its text: nothing of it runs while it is built.
 *
 * `export default defineDomain({ provides, imports, limits, version, init })` can be read where the parts are written in place: objects of
 * imported interfaces, numbers. A definition that is put together in another way still loads from source, and has no manifest.
 * The domain's runtime compares the definition that it gets with what was read, so a mistake here is a load that is refused.
 */
import type { AnyNode, CallExpression, ObjectExpression, Program } from 'acorn';
import { LATEST_PROGRAM_VERSION, type Manifest } from '../abi/leaf.js';
import { MEDIA_OF_ONE } from '../abi/medium-layout.js';
import { findBadLimit } from '../abi/limits.js';
import type { BundlePlaces } from './bundle/bundle-places.js';
import type { Linker } from './bundle/linker.js';
import type { PackError } from './pack-error.js';
import { defaultExport, members, numberOf } from './written-values.js';

const WAY_OUT =
  'Write numbers, such as limits: { timeSliceMs: 50, sharedHeapBytes: 8 * 2 ** 20 } and version: 3, and names, such as keeps: { disk: DiskState }.';

function definitionOf(node: AnyNode | undefined, linker: Linker): ObjectExpression | undefined {
  if (node?.type !== 'CallExpression') return undefined;
  const { callee, arguments: given } = node as CallExpression;
  const isDefinition = callee.type !== 'Super' && linker.isDefineDomain(pathOf(callee));
  return isDefinition && given[0]?.type === 'ObjectExpression' ? given[0] : undefined;
}

function named<Meaning>(node: AnyNode | undefined, meaningOf: (path: string) => Meaning | undefined): { readonly [name: string]: Meaning } | undefined {
  const found = node === undefined ? new Map<string, AnyNode>() : members(node);
  if (found === undefined) return undefined;
  const named: [string, Meaning][] = [];
  for (const [name, value] of found) {
    const meaning = meaningOf(pathOf(value));
    if (meaning === undefined) return undefined;
    named.push([name, meaning]);
  }
  return Object.fromEntries(named.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** `KvStore` or `kv.KvStore`; empty for anything else. */
function pathOf(node: AnyNode): string {
  if (node.type === 'Identifier') return node.name;
  const isMember = node.type === 'MemberExpression' && !node.computed && node.object.type === 'Identifier' && node.property.type === 'Identifier';
  return isMember ? `${(node.object as { name: string }).name}.${(node.property as { name: string }).name}` : '';
}

/** Throws PackError where limits or a version are asked for in a way that cannot be read, or that cannot be. */
export function readManifest(program: Program, linker: Linker, places: BundlePlaces): Manifest | undefined {
  const definition = definitionOf(defaultExport(program), linker);
  const parts = definition === undefined ? undefined : members(definition);
  if (parts === undefined) return undefined;
  const refuse = (node: AnyNode, what: string): PackError => places.refusal(node.start, 'PACK020', what, WAY_OUT);
  const limits: { [name: string]: number } = {};
  const asked = parts.get('limits');
  if (asked !== undefined) {
    const found = members(asked);
    if (found === undefined) throw refuse(asked, 'the limits that the extension asks for are not written out');
    for (const [name, node] of [...found].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const value = numberOf(node, program);
      if (Number.isNaN(value)) throw refuse(node, `limits.${name} is no number that can be read before the extension runs`);
      limits[name] = value;
      const bad = findBadLimit({ [name]: value });
      if (bad !== undefined) throw refuse(node, bad);
    }
  }
  const versionNode = parts.get('version');
  const version = versionNode === undefined ? 1 : numberOf(versionNode, program);
  if (versionNode !== undefined && !isVersion(version)) throw refuse(versionNode, `version is no whole number from 1 to ${LATEST_PROGRAM_VERSION}`);
  const provides = named(parts.get('provides'), (path) => linker.interfaceOf(path));
  const imports = named(parts.get('imports'), (path) => linker.interfaceOf(path));
  const keeps = keptIn(parts.get('keeps'), linker, refuse);
  if (provides === undefined || imports === undefined) return undefined;
  return { version, provides, imports, ...(keeps && { keeps }), limits };
}

/** What is kept has to be known before anything runs: the kernel has a place for it then. */
function keptIn(node: AnyNode | undefined, linker: Linker, refuse: (node: AnyNode, what: string) => PackError): Manifest['keeps'] {
  if (node === undefined) return undefined;
  const keeps = named(node, (path) => linker.structOf(path));
  if (keeps === undefined) throw refuse(node, 'keeps is not written out: structs of generated modules by name');
  const { length } = Object.keys(keeps);
  if (length > MEDIA_OF_ONE) throw refuse(node, `keeps names ${length} media, where ${MEDIA_OF_ONE} are the most`);
  return length === 0 ? undefined : keeps;
}

export function isVersion(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= LATEST_PROGRAM_VERSION;
}
