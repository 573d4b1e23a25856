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

const WAY_OUT =
  'Write numbers, such as limits: { timeSliceMs: 50, sharedHeapBytes: 8 * 2 ** 20 } and version: 3, and names, such as keeps: { disk: DiskState }.';

/** The expression that the bundle exports as its default, through the one variable that the bundler makes of it. */
function defaultExport(program: Program): AnyNode | undefined {
  for (const node of program.body) {
    if (node.type === 'ExportDefaultDeclaration') return node.declaration;
    if (node.type !== 'ExportNamedDeclaration') continue;
    const found = node.specifiers.find(({ exported }) => exported.type === 'Identifier' && exported.name === 'default');
    if (found?.local.type === 'Identifier') return initOf(program, found.local.name);
  }
  return undefined;
}

/** What a top-level variable is declared with. */
function initOf(program: Program, name: string): AnyNode | undefined {
  for (const node of program.body) {
    if (node.type !== 'VariableDeclaration') continue;
    for (const { id, init } of node.declarations) if (id.type === 'Identifier' && id.name === name) return init ?? undefined;
  }
  return undefined;
}

function definitionOf(node: AnyNode | undefined, linker: Linker): ObjectExpression | undefined {
  if (node?.type !== 'CallExpression') return undefined;
  const { callee, arguments: given } = node as CallExpression;
  const isDefinition = callee.type !== 'Super' && linker.isDefineDomain(pathOf(callee));
  return isDefinition && given[0]?.type === 'ObjectExpression' ? given[0] : undefined;
}

/** The values of an object that is written out, or undefined where a part of it is known only when it runs. */
function members(node: AnyNode): Map<string, AnyNode> | undefined {
  if (node.type !== 'ObjectExpression') return undefined;
  const found = new Map<string, AnyNode>();
  for (const property of node.properties) {
    if (property.type !== 'Property' || property.computed || property.kind !== 'init') return undefined;
    const { key } = property;
    const name = key.type === 'Identifier' ? key.name : String((key as { value?: unknown }).value);
    if (name === '__proto__' || found.has(name)) return undefined;
    found.set(name, property.value);
  }
  return found;
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

const OPERATORS: { readonly [operator: string]: (a: number, b: number) => number } = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '**': (a, b) => a ** b,
  '<<': (a, b) => a << b,
};

/** A number that is written out, computed from such, or a constant of the module; NaN for anything else. */
function numberOf(node: AnyNode, program: Program, depth = 0): number {
  if (depth > 50) return Number.NaN;
  if (node.type === 'Literal') return typeof node.value === 'number' ? node.value : Number.NaN;
  if (node.type === 'Identifier') {
    const init = initOf(program, node.name);
    return init === undefined ? Number.NaN : numberOf(init, program, depth + 1);
  }
  if (node.type === 'BinaryExpression') {
    const operate = Object.hasOwn(OPERATORS, node.operator) ? OPERATORS[node.operator] : undefined;
    return operate === undefined ? Number.NaN : operate(numberOf(node.left, program, depth + 1), numberOf(node.right, program, depth + 1));
  }
  return Number.NaN;
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
