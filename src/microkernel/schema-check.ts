/**
 * What an extension brings as schemas is an allegation: names and shapes are checked before a type is registered or a proxy is built from them. (That each id is the hash of its
 * definition has been checked before.)
 */
import { canonicalType, wrongIds } from '../abi/canonical.js';
import { MAX_TYPES } from '../abi/heap-layout.js';
import { isDeadline, LATEST_VERSION, RESERVED_MEMBER_NAMES, SCALARS, type ContainerType, type MethodDef, type Schema, type TypeRef } from '../abi/schema.js';
import { MethodRuntime } from '../proxy/method-runtime.js';
import type { TypeRegistry } from '../shared-heap/types/type-registry.js';
import { LONGEST_NAME, MOST_SCHEMAS, SchemaBudget } from './schema-size.js';

const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;
/** With its package: in canonical text a name without a dot is a built-in type's, and a struct called `u32` would give two layouts one id. */
const QUALIFIED = /^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)+$/;

/** Types that one leaf may add to the table, which is appended to and never shortened. */
const MOST_NEW_TYPES = 512;
/** What extensions leave of the table for the host's own types. */
const HOSTS_SHARE = 1 / 4;

/** What legal schemas take may be a second: the watchdog has its turn in between. */
const MOST_AT_ONCE_MS = 5;

/** As `registerSchemas`, in turns of the event loop. */
export async function registerInTurns(schemas: readonly Schema[], registry: TypeRegistry): Promise<void> {
  let began = performance.now();
  for (const _ of registering(schemas, registry)) {
    if (performance.now() - began < MOST_AT_ONCE_MS) continue;
    await new Promise((resolve) => setImmediate(resolve));
    began = performance.now();
  }
}

/** Checks the schemas of a leaf and registers every type that their interfaces and structs can put on the heap. Throws a TypeError that says what is wrong. */
export function registerSchemas(schemas: readonly Schema[], registry: TypeRegistry): void {
  for (const _ of registering(schemas, registry));
}

/** Comes back after each definition, type and interface: each may take milliseconds. */
function* registering(schemas: readonly Schema[], registry: TypeRegistry): Generator<undefined, void> {
  if (!Array.isArray(schemas as unknown)) throw new TypeError('the schemas of an extension are a list');
  if (schemas.length > MOST_SCHEMAS) throw new TypeError(`an extension brings ${MOST_SCHEMAS} schemas at the most, and this one ${schemas.length}`);
  const budget = new SchemaBudget();
  let added = 0;
  let schema = schemas[0];
  try {
    for (schema of schemas) budget.take(schema);
    for (schema of schemas) added = yield* registeringOne(schema, registry, added);
  } catch (error) {
    // Which schema is to blame.
    const name: unknown = (schema as Schema | null | undefined)?.package;
    throw new TypeError(
      `the schema of package ${typeof name === 'string' ? name.slice(0, LONGEST_NAME) : '(without a name)'} cannot be used: ${(error as Error).message}`,
    );
  }
}

/** `added` is how many types the leaf has added before; answers how many it has added by now. */
function* registeringOne(schema: Schema, registry: TypeRegistry, added: number): Generator<undefined, number> {
  const wrong = yield* wrongIds(schema);
  if (wrong !== undefined) throw new TypeError(`the id of ${wrong} is not the hash of its definition: generate the code again`);
  registry.vouchFor(schema);
  // Each look at the registry may hash what the type reaches, so a type that many fields refer to is looked up once.
  const types = new Map<string, TypeRef>();
  registerSchema(schema, (type) => void types.set(canonicalType(type), type));
  let sum = added;
  for (const type of types.values()) {
    const before = registry.table.count;
    registry.runtime(type, schema);
    sum += registry.table.count - before;
    checkRoom(sum, before, registry.table.count);
    yield;
  }
  // Builds every codec once: a layout that cannot be is found now and not in a call.
  for (const def of Object.values(schema.interfaces)) {
    MethodRuntime.all(def, schema, registry);
    yield;
  }
  return sum;
}

function checkRoom(added: number, before: number, now: number): void {
  check(added <= MOST_NEW_TYPES, `bringing more than ${MOST_NEW_TYPES} types that nobody has brought before`);
  check(now === before || now <= MAX_TYPES * (1 - HOSTS_SHARE), 'bringing another type, now that what is left of the type table is the host’s,');
}

function registerSchema(schema: Schema, register: (type: TypeRef) => void): void {
  const visit = (type: TypeRef, mayLend: boolean): void => checkType(type, mayLend, register);
  for (const [name, struct] of Object.entries(schema.structs)) {
    check(QUALIFIED.test(name), `the name ${name}`);
    for (const field of struct.fields) {
      member(field.name, name);
      visit(field.type, false);
    }
    register({ kind: 'named', name });
  }
  for (const [name, def] of Object.entries(schema.enums)) {
    check(QUALIFIED.test(name) && def.variants.length > 0, `the enum ${name}`);
    for (const variant of def.variants) {
      check(NAME.test(variant.name), `the variant ${String(variant.name)} of ${name}`);
      if (variant.payload !== undefined) visit(variant.payload, false);
    }
    register({ kind: 'named', name });
  }
  for (const [name, def] of Object.entries(schema.interfaces)) {
    check(QUALIFIED.test(name) && def.methods.length < 65_536, `the interface ${name}`);
    // Anything else would be no annotation for the fingerprint, and perhaps one for somebody who reads it.
    check(def.noForward === undefined || def.noForward === true, `the annotation noForward: ${String(def.noForward)} of ${name}`);
    let version = 1;
    for (const method of def.methods) {
      member(method.name, name);
      version = checkPromises(method, version, `${name}.${method.name}`);
      for (const param of method.params) visit(param.type, true);
      visit(method.returns, false);
    }
  }
}

/** What a method promises is no part of its fingerprint, so it is believed only within its bounds. Answers the version that the next one has at least. */
function checkPromises({ idempotent, asyncOnly, deadlineMs, since = 1 }: MethodDef, version: number, where: string): number {
  check(idempotent === undefined || idempotent === true, `the annotation idempotent: ${String(idempotent)} of ${where}`);
  check(asyncOnly === undefined || asyncOnly === true, `the annotation asyncOnly: ${String(asyncOnly)} of ${where}`);
  check(deadlineMs === undefined || isDeadline(deadlineMs), `the deadline ${String(deadlineMs)} of ${where}`);
  check(Number.isInteger(since) && since >= version && since <= LATEST_VERSION, `the version ${String(since)} of ${where}, behind version ${version},`);
  return since;
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
