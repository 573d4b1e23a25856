/** Values that stand written out in a program's text, and can be read without running any of it. */
import type { AnyNode, Program } from 'acorn';

/** The expression that a module exports as its default, in place or through one variable: a bundler makes one of it. */
export function defaultExport(program: Program): AnyNode | undefined {
  for (const node of program.body) {
    if (node.type === 'ExportDefaultDeclaration') return node.declaration.type === 'Identifier' ? initOf(program, node.declaration.name) : node.declaration;
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

/** The values of an object that is written out, or undefined where a part of it is known only when it runs. */
export function members(node: AnyNode): Map<string, AnyNode> | undefined {
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

const OPERATORS: { readonly [operator: string]: (a: number, b: number) => number } = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
  '**': (a, b) => a ** b,
  '<<': (a, b) => a << b,
};

/** How many expressions are looked at for one value: constants that use others twice make a short text as long as one likes. */
const MOST_LOOKS = 10_000;
const MOST_DEPTH = 50;

class Looks {
  #left = MOST_LOOKS;

  /** Answers whether one more is too many. */
  exceeded(): boolean {
    return this.#left-- <= 0;
  }
}

/** A number that is written out, computed from such, or a constant of the module; NaN for anything else, and where a computation leaves the numbers: what grew beyond bounds by mistake must not be read as none. */
export function numberOf(node: AnyNode, program: Program, looks = new Looks(), depth = 0): number {
  if (depth > MOST_DEPTH || looks.exceeded()) return Number.NaN;
  const inner = (each: AnyNode): number => numberOf(each, program, looks, depth + 1);
  switch (node.type) {
    case 'Literal':
      return finite(node.value);
    case 'Identifier': {
      const init = initOf(program, node.name);
      return init === undefined ? Number.NaN : inner(init);
    }
    case 'UnaryExpression':
      return node.operator === '-' ? -inner(node.argument) : node.operator === '+' ? inner(node.argument) : Number.NaN;
    case 'BinaryExpression': {
      const operate = Object.hasOwn(OPERATORS, node.operator) ? OPERATORS[node.operator] : undefined;
      return operate === undefined ? Number.NaN : finite(operate(inner(node.left), inner(node.right)));
    }
    case 'CallExpression':
      return isPower(node.callee, program) && node.arguments.length === 2 ? finite(inner(node.arguments[0]) ** inner(node.arguments[1])) : Number.NaN;
    default:
      return Number.NaN;
  }
}

function finite(value: unknown): number {
  return Number.isFinite(value) ? (value as number) : Number.NaN;
}

/** Whether it is what a bundler calls for `**`: a variable of its own that stands for `Math.pow`. */
function isPower(callee: AnyNode, program: Program): boolean {
  const init = callee.type === 'Identifier' && callee.name.startsWith('__pow') ? initOf(program, callee.name) : undefined;
  if (init?.type !== 'MemberExpression' || init.computed) return false;
  return init.object.type === 'Identifier' && init.object.name === 'Math' && init.property.type === 'Identifier' && init.property.name === 'pow';
}

/** What cannot be read: where it stands in the value, and as what. */
export class UnwrittenValue extends Error {
  readonly start: number;
  constructor(place: string, node: AnyNode) {
    super(`${place === '' ? 'it' : place} is not written out`);
    this.start = node.start;
  }
}

/** A value made of objects, lists, texts, numbers, truth values and null, of constants of the module that are, and of `import.meta.url`, which is `url`. Throws an UnwrittenValue for anything else. */
export function valueOf(node: AnyNode, program: Program, url: string, place = '', looks = new Looks(), depth = 0): unknown {
  const inner = (each: AnyNode, at: string): unknown => valueOf(each, program, url, at, looks, depth + 1);
  if (depth > MOST_DEPTH || looks.exceeded()) throw new UnwrittenValue(place, node);
  switch (node.type) {
    case 'Literal':
      if (node.value === null ? node.raw === 'null' : ['string', 'number', 'boolean'].includes(typeof node.value)) return node.value;
      break;
    case 'TemplateLiteral':
      if (node.expressions.length === 0) return node.quasis[0].value.cooked;
      break;
    case 'UnaryExpression':
    case 'BinaryExpression': {
      const number = numberOf(node, program, looks);
      if (!Number.isNaN(number)) return number;
      break;
    }
    case 'Identifier': {
      if (node.name === 'Infinity') return Number.POSITIVE_INFINITY;
      const init = initOf(program, node.name);
      if (init !== undefined) return inner(init, place);
      break;
    }
    case 'MemberExpression':
      if (node.object.type === 'MetaProperty' && node.property.type === 'Identifier' && node.property.name === 'url') return url;
      break;
    case 'ArrayExpression':
      return node.elements.map((each, index) => {
        if (each === null) throw new UnwrittenValue(place, node);
        return inner(each, `${place}[${index}]`);
      });
    case 'ObjectExpression': {
      const found = members(node);
      if (found === undefined) break;
      return Object.fromEntries([...found].map(([name, each]) => [name, inner(each, place === '' ? name : `${place}.${name}`)]));
    }
    default:
  }
  throw new UnwrittenValue(place, node);
}
