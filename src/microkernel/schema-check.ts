/**
 * What an extension brings as schemas is an allegation: names and shapes are checked before a type is registered or a proxy is built from them. (That each id is the hash of its
 * definition has been checked before.)
 */
import { RESERVED_MEMBER_NAMES, SCALARS, type ContainerType, type Schema, type TypeRef } from '../abi/schema.js';
import { MethodRuntime } from '../proxy/method-runtime.js';
import type { TypeRegistry } from '../shared-heap/type-registry.js';

const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;
const QUALIFIED = /^[A-Za-z_][A-Za-z0-9_.]{0,255}$/;

/** Checks a schema and registers every type that its interfaces and structs can put on the heap. Throws a TypeError that says what is wrong. */
export function registerSchema(schema: Schema, registry: TypeRegistry): void {
  const visit = (type: TypeRef, mayLend: boolean): void => checkType(type, mayLend, (target) => void registry.runtime(target, schema));
  for (const [name, struct] of Object.entries(schema.structs)) {
    check(QUALIFIED.test(name), `the name ${name}`);
    for (const field of struct.fields) {
      member(field.name, name);
      visit(field.type, false);
    }
    registry.runtime({ kind: 'named', name }, schema);
  }
  for (const [name, def] of Object.entries(schema.enums)) {
    check(QUALIFIED.test(name) && def.variants.length > 0, `the enum ${name}`);
    for (const variant of def.variants) {
      check(NAME.test(variant.name), `the variant ${String(variant.name)} of ${name}`);
      if (variant.payload !== undefined) visit(variant.payload, false);
    }
    registry.runtime({ kind: 'named', name }, schema);
  }
  for (const [name, def] of Object.entries(schema.interfaces)) {
    check(QUALIFIED.test(name) && def.methods.length < 65_536, `the interface ${name}`);
    for (const method of def.methods) {
      member(method.name, name);
      for (const param of method.params) visit(param.type, true);
      visit(method.returns, false);
    }
    // Builds every codec once: a layout that cannot be is found now and not in a call.
    MethodRuntime.all(def, schema, registry);
  }
}

function member(name: string, owner: string): void {
  check(NAME.test(name) && !RESERVED_MEMBER_NAMES.has(name), `the member ${String(name)} of ${owner}`);
}

function check(holds: boolean, what: string): void {
  if (!holds) throw new TypeError(`${what} is not allowed`);
}

/** Its size and what a vec is made of are checked when its layout is computed. */
function checkContainer(type: ContainerType, register: (target: TypeRef) => void): void {
  const { container, element } = type;
  check(container === 'array' || container === 'deque' || container === 'vec', `the container ${String(container)}`);
  if (container === 'vec') checkType(element, false, register);
  else if (element.kind === 'container') checkContainer(element, register);
  else check(element.kind === 'named', `a container of ${String(element.kind)}`);
  register(type);
}

function checkType(type: TypeRef, mayLend: boolean, register: (target: TypeRef) => void): void {
  switch (type.kind) {
    case 'void':
    case 'named':
    case 'interface':
      return;
    case 'scalar':
      return check((SCALARS as readonly string[]).includes(type.scalar), `the scalar ${String(type.scalar)}`);
    case 'string':
    case 'bytes':
      return check(type.max === undefined || (Number.isInteger(type.max) && type.max >= 0), `the bound ${String(type.max)}`);
    case 'array':
      check(Number.isInteger(type.length) && type.length >= 0 && type.length <= 2 ** 20, `an array of ${String(type.length)}`);
      return checkType(type.element, false, register);
    case 'tuple':
      for (const element of type.elements) checkType(element, false, register);
      return;
    case 'option':
      return checkType(type.value, mayLend && type.value.kind === 'rref', register);
    case 'result':
      checkType(type.ok, false, register);
      return checkType(type.err, false, register);
    case 'rref':
      check(type.lent !== true || mayLend, 'a lent reference that is no parameter');
      if (type.target.kind === 'container') return checkContainer(type.target, register);
      checkType(type.target, false, register);
      return register(type.target);
    case 'container':
      return check(false, 'a container that no reference stands for');
    default:
      check(false, `a type of kind ${String((type as { kind: unknown }).kind)}`);
  }
}
