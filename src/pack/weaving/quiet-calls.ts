/**
 * Calls of built-ins that call nothing of the bundle but what the engine's own operations would (`valueOf` and the like).
 *
 * A method is told by its name alone, so a name that the bundle itself gives to a function does not count: see definedMembers.
 */
import type { AnyNode, CallExpression, NewExpression } from 'acorn';
import type { Names } from './free-names.js';
import { isFunction, walk } from './syntax-tree.js';

const NAMESPACES: ReadonlySet<string> = new Set(['Math', 'Number', 'String']);
const FUNCTIONS: ReadonlySet<string> = new Set([
  ...['BigInt', 'Boolean', 'Number', 'String', 'Symbol', 'isFinite', 'isNaN', 'parseFloat', 'parseInt'],
  ...['Array', 'ArrayBuffer', 'DataView', 'Date', 'Map', 'Object', 'RegExp', 'Set', 'WeakMap', 'WeakSet'],
  ...['Error', 'EvalError', 'RangeError', 'ReferenceError', 'SyntaxError', 'TypeError', 'URIError'],
  ...['BigInt64Array', 'BigUint64Array', 'Float32Array', 'Float64Array', 'Int16Array', 'Int32Array', 'Int8Array'],
  ...['Uint16Array', 'Uint32Array', 'Uint8Array', 'Uint8ClampedArray'],
]);
const METHODS: ReadonlySet<string> = new Set([
  ...['at', 'charAt', 'charCodeAt', 'codePointAt', 'endsWith', 'includes', 'indexOf', 'lastIndexOf', 'padEnd', 'padStart', 'repeat', 'slice'],
  ...[
    'startsWith',
    'substring',
    'toLowerCase',
    'toUpperCase',
    'trim',
    'trimEnd',
    'trimStart',
    'toFixed',
    'pop',
    'push',
    'shift',
    'unshift',
    'reverse',
    'splice',
    'subarray',
  ],
]);

/** The names of members that the bundle gives to functions, or to what may be one. */
function definedMembers(program: AnyNode): ReadonlySet<string> {
  const defined = new Set<string>();
  const add = (key: AnyNode): void => void (key.type === 'Identifier' ? defined.add(key.name) : key.type === 'Literal' && defined.add(String(key.value)));
  walk(program, {
    enter(node) {
      if (node.type === 'MethodDefinition') add(node.key);
      else if (node.type === 'PropertyDefinition' && node.value?.type !== 'Literal') add(node.key);
      else if (node.type === 'Property' && node.value.type !== 'Literal' && (isFunction(node.value) || node.value.type === 'Identifier')) add(node.key);
      else if (node.type === 'AssignmentExpression' && node.left.type === 'MemberExpression') add(node.left.property);
    },
    leave() {},
  });
  return defined;
}

export class QuietCalls {
  readonly #defined: ReadonlySet<string>;

  constructor(
    program: AnyNode,
    private readonly names: Names,
  ) {
    this.#defined = definedMembers(program);
  }

  #isGlobal(node: AnyNode): boolean {
    return node.type === 'Identifier' && !this.names.bindings.has(node);
  }

  has({ callee }: CallExpression | NewExpression): boolean {
    if (callee.type === 'Identifier') return this.#isGlobal(callee) && FUNCTIONS.has(callee.name);
    if (callee.type !== 'MemberExpression' || callee.computed || callee.property.type !== 'Identifier') return false;
    const { name } = callee.property;
    if (this.#isGlobal(callee.object) && callee.object.type === 'Identifier' && NAMESPACES.has(callee.object.name)) return true;
    return METHODS.has(name) && !this.#defined.has(name);
  }
}
