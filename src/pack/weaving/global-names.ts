/**
 * Globals, bound once.
 *
 * In a Compartment a free name costs some 290 ns at each use, because it passes the scope proxy. So the enclosing function binds
 * what the bundle uses: names that every Compartment has under their own name; names that may be missing under a local, whose
 * uses ask whether it is there, so that a missing one still throws a ReferenceError and `typeof` still answers 'undefined'. A
 * global that appears later is found by name; one that is replaced after the extension has started is not seen.
 * A name that the bundle assigns to stays free: it is slow, and means what it says.
 */
import type { AnyNode, Identifier } from 'acorn';
import type { FreeUse, Names } from './free-names.js';
import { GLOBAL, MAYBE_GLOBAL, MISSING, RETURN_THIS } from './reserved-names.js';
import { literal } from './respelling.js';
import { walk } from './syntax-tree.js';

/** What SES puts on every Compartment's global object and no domain takes away. */
const ALWAYS_THERE: ReadonlySet<string> = new Set([
  ...['Array', 'ArrayBuffer', 'BigInt', 'BigInt64Array', 'BigUint64Array', 'Boolean', 'DataView', 'Date', 'Error'],
  ...['EvalError', 'Int8Array', 'Int16Array', 'Int32Array', 'JSON', 'Map', 'Math'],
  ...['Number', 'Object', 'Promise', 'Proxy', 'RangeError', 'ReferenceError', 'Reflect', 'RegExp', 'Set', 'String'],
  ...['Symbol', 'SyntaxError', 'TypeError', 'URIError', 'Uint8Array', 'Uint8ClampedArray', 'Uint16Array', 'Uint32Array'],
  ...['WeakMap', 'WeakSet', 'decodeURI', 'decodeURIComponent', 'encodeURI', 'encodeURIComponent', 'escape', 'unescape'],
  ...['isFinite', 'isNaN', 'parseFloat', 'parseInt', 'Infinity', 'NaN', 'undefined'],
]);

/** Other names of the global object that libraries look for. `window` is none: it would promise a browser. */
const GLOBAL_ALIASES: ReadonlySet<string> = new Set(['globalThis', 'global', 'self']);

export interface GlobalBindings {
  /** Declarations for the head of the enclosing function. */
  readonly declarations: readonly string[];
  /** What to write instead of an identifier. */
  readonly replacements: ReadonlyMap<AnyNode, string>;
}

/** The `Function` of each `Function('return this')`, with or without `new`: an old way to ask for the global object. */
function returnThisCalls(program: AnyNode): Set<AnyNode> {
  const found = new Set<AnyNode>();
  walk(program, {
    enter(node) {
      if (node.type !== 'CallExpression' && node.type !== 'NewExpression') return;
      const { callee } = node;
      const [text] = node.arguments;
      if (callee.type !== 'Identifier' || callee.name !== 'Function' || node.arguments.length !== 1) return;
      if (text.type === 'Literal' && typeof text.value === 'string' && /^\s*return this;?\s*$/.test(text.value)) {
        found.add(callee);
      }
    },
    leave() {},
  });
  return found;
}

function replaceMaybe(uses: readonly FreeUse[], name: string, local: string, replacements: Map<AnyNode, string>): void {
  const value = `(${local}===void 0?${MISSING}(${literal(name)}):${local})`;
  for (const { node, use } of uses) {
    if (use === 'typeof') replacements.set(node, `${GLOBAL}.${name}`);
    else replacements.set(node, use === 'shorthand' ? `${name}: ${value}` : value);
  }
}

/** Plans the bindings of what `names` found free in `program`. */
export function bindGlobals(program: AnyNode, names: Names): GlobalBindings {
  const declarations: string[] = [];
  const replacements = new Map<AnyNode, string>();
  const there: string[] = [];
  const sorted = [...names.free].sort(([a], [b]) => (a < b ? -1 : 1));
  const returnThis = names.free.has('Function') ? returnThisCalls(program) : new Set<AnyNode>();
  for (const [name, uses] of sorted) {
    if (uses.some(({ use }) => use === 'write')) continue;
    if (ALWAYS_THERE.has(name)) there.push(name);
    else if (GLOBAL_ALIASES.has(name)) declarations.push(`const ${name}=${GLOBAL};`);
    else {
      const local = `${MAYBE_GLOBAL}${declarations.length}`;
      declarations.push(`const ${local}=${GLOBAL}.${name};`);
      const rest = uses.filter(({ node }) => !isReturnThis(node, returnThis, replacements));
      replaceMaybe(rest, name, local, replacements);
    }
  }
  if (there.length > 0) declarations.unshift(`const {${there.join(',')}}=${GLOBAL};`);
  declarations.push(`const ${MISSING}=(name)=>{if(name in ${GLOBAL})return ${GLOBAL}[name];throw new ${GLOBAL}.ReferenceError(name+" is not defined");};`);
  if (returnThis.size > 0) declarations.push(`const ${RETURN_THIS}=function(){return ()=>${GLOBAL};};`);
  return { declarations, replacements };
}

function isReturnThis(node: Identifier, calls: ReadonlySet<AnyNode>, replacements: Map<AnyNode, string>): boolean {
  if (!calls.has(node)) return false;
  replacements.set(node, RETURN_THIS);
  return true;
}
