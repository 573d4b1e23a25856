/**
 * The schema beside a generated module, checked before anything believes it.
 *
 * The file comes with the extension, so it is a claim: its shape is checked member by member, what is not part of a schema is
 * dropped, and every id has to be the hash of what it names. Nothing of the generated code itself is read.
 */
import { findWrongId } from '../../abi/canonical.js';
import { isDeadline, LATEST_VERSION, LONGEST_SCHEMA_TEXT, MOST_DEFINITIONS, SCALARS } from '../../abi/schema.js';
import type { EnumDef, FieldDef, InterfaceDef, MethodDef, Schema, StructDef, TypeRef, VariantDef } from '../../abi/schema.js';

/** Why a claim does not hold, in words that begin with the path inside the JSON. */
export class SchemaClaimError extends Error {}

type Json = { readonly [key: string]: unknown };

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const QUALIFIED = /^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)+$/;
const PACKAGE = /^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$/;
/** As the compiler writes them: the name of a file comes of it. */
const PACKAGE_FILE = /^[a-z][a-z0-9_]*$/;
const ID = /^[0-9a-f]{64}$/;
/** Types nest through options, tuples and arrays; nobody writes them a hundred deep, and recursion has to end. */
const MAX_DEPTH = 100;
const LARGEST_LENGTH = 2 ** 32 - 1;

function wrong(path: string, expected: string): never {
  throw new SchemaClaimError(`${path} is not ${expected}`);
}

function object(value: unknown, path: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) wrong(path, 'an object');
  return value as Json;
}

function list(value: unknown, path: string): readonly unknown[] {
  return Array.isArray(value) ? value : wrong(path, 'a list');
}

function matching(value: unknown, pattern: RegExp, path: string, expected: string): string {
  if (typeof value !== 'string' || !pattern.test(value) || value.split('.').includes('__proto__')) wrong(path, expected);
  return value as string;
}

function docOf(from: Json, path: string): { doc?: string } {
  if (from['doc'] === undefined) return {};
  return { doc: typeof from['doc'] === 'string' ? from['doc'] : wrong(`${path}.doc`, 'a string') };
}

function size(value: unknown, path: string): number {
  if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > LARGEST_LENGTH) wrong(path, 'a length');
  return value as number;
}

function typeRef(value: unknown, path: string, depth = 0): TypeRef {
  if (depth > MAX_DEPTH) wrong(path, `nested less than ${MAX_DEPTH} deep`);
  const from = object(value, path);
  const inner = (key: string): TypeRef => typeRef(from[key], `${path}.${key}`, depth + 1);
  switch (from['kind']) {
    case 'void':
      return { kind: 'void' };
    case 'scalar': {
      const scalar = SCALARS.find((known) => known === from['scalar']);
      return scalar ? { kind: 'scalar', scalar } : wrong(`${path}.scalar`, `one of ${SCALARS.join(', ')}`);
    }
    case 'string':
    case 'bytes':
      return from['max'] === undefined ? { kind: from['kind'] } : { kind: from['kind'], max: size(from['max'], `${path}.max`) };
    case 'array':
      return { kind: 'array', element: inner('element'), length: size(from['length'], `${path}.length`) };
    case 'tuple':
      return {
        kind: 'tuple',
        elements: list(from['elements'], `${path}.elements`).map((e, i) => typeRef(e, `${path}.elements[${i}]`, depth + 1)),
      };
    case 'option':
      return { kind: 'option', value: inner('value') };
    case 'result':
      return { kind: 'result', ok: inner('ok'), err: inner('err') };
    case 'named':
    case 'interface':
      return { kind: from['kind'], name: matching(from['name'], QUALIFIED, `${path}.name`, 'a qualified name') };
    case 'container':
      if (from['container'] === 'vec') return { kind: 'container', container: 'vec', element: inner('element') };
      if (from['container'] !== 'array' && from['container'] !== 'deque') wrong(`${path}.container`, 'array, vec or deque');
      return { kind: 'container', container: from['container'], element: inner('element'), length: size(from['length'], `${path}.length`) };
    case 'rref':
      return from['lent'] === true ? { kind: 'rref', target: inner('target'), lent: true } : { kind: 'rref', target: inner('target') };
    default:
      return wrong(`${path}.kind`, 'a kind of type');
  }
}

function fields(value: unknown, path: string): FieldDef[] {
  return list(value, path).map((each, index) => {
    const at = `${path}[${index}]`;
    const from = object(each, at);
    return {
      name: matching(from['name'], NAME, `${at}.name`, 'a name'),
      type: typeRef(from['type'], `${at}.type`),
      ...docOf(from, at),
    };
  });
}

function head(from: Json, path: string): { name: string; id: string; doc?: string } {
  return {
    name: matching(from['name'], QUALIFIED, `${path}.name`, 'a qualified name'),
    id: matching(from['id'], ID, `${path}.id`, '64 lower-case hexadecimal digits'),
    ...docOf(from, path),
  };
}

function struct(from: Json, path: string): StructDef {
  return { ...head(from, path), fields: fields(from['fields'], `${path}.fields`) };
}

function enumeration(from: Json, path: string): EnumDef {
  const variants = list(from['variants'], `${path}.variants`).map((each, index): VariantDef => {
    const at = `${path}.variants[${index}]`;
    const variant = object(each, at);
    const name = matching(variant['name'], NAME, `${at}.name`, 'a name');
    const payload = variant['payload'] === undefined ? {} : { payload: typeRef(variant['payload'], `${at}.payload`) };
    return { name, ...payload, ...docOf(variant, at) };
  });
  return { ...head(from, path), variants };
}

/** Data like the rest; whether the bounds hold is asked again by the kernel. */
function promises(from: Json, path: string): Pick<MethodDef, 'idempotent' | 'deadlineMs' | 'asyncOnly' | 'since'> {
  const { idempotent, deadlineMs, asyncOnly, since } = from;
  if (deadlineMs !== undefined && !isDeadline(deadlineMs)) wrong(`${path}.deadlineMs`, 'a number of milliseconds from 1 to a day');
  if (since !== undefined && !(Number.isInteger(since) && (since as number) >= 1 && (since as number) <= LATEST_VERSION)) wrong(`${path}.since`, 'a version');
  return {
    ...(idempotent === true && { idempotent }),
    ...(deadlineMs !== undefined && { deadlineMs: deadlineMs as number }),
    ...(asyncOnly === true && { asyncOnly }),
    ...(since !== undefined && { since: since as number }),
  };
}

function method(value: unknown, path: string): MethodDef {
  const from = object(value, path);
  const because = from['notReplayableBecause'];
  return {
    name: matching(from['name'], NAME, `${path}.name`, 'a name'),
    ...docOf(from, path),
    params: fields(from['params'], `${path}.params`),
    returns: typeRef(from['returns'], `${path}.returns`),
    replayable: from['replayable'] === true,
    ...(typeof because === 'string' ? { notReplayableBecause: because } : {}),
    ...promises(from, path),
  };
}

function iface(from: Json, path: string): InterfaceDef {
  return {
    ...head(from, path),
    ...(from['recoverable'] === true ? { recoverable: true as const } : {}),
    ...(from['noForward'] === true ? { noForward: true as const } : {}),
    methods: list(from['methods'], `${path}.methods`).map((each, index) => method(each, `${path}.methods[${index}]`)),
  };
}

/** Names by package. Whether the other module has them is found when they are asked for. */
function reexports(value: unknown, path: string): { reexports?: { [name: string]: readonly string[] } } {
  if (value === undefined) return {};
  const entries = Object.entries(object(value, path)).map(([name, each]): [string, string[]] => {
    matching(name, PACKAGE_FILE, `${path}["${name}"]`, 'under the name of a package');
    return [name, list(each, `${path}.${name}`).map((one, index) => matching(one, NAME, `${path}.${name}[${index}]`, 'a name'))];
  });
  return { reexports: Object.fromEntries(entries) };
}

function table<T>(value: unknown, path: string, read: (from: Json, path: string) => T): { [name: string]: T } {
  const entries = Object.entries(object(value, path)).map(([name, each]): [string, T] => {
    matching(name, QUALIFIED, `${path}["${name}"]`, 'under a qualified name');
    const at = `${path}["${name}"]`;
    return [name, read(object(each, at), at)];
  });
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** As `readSchemaClaim`, of parsed JSON, and without a look at the ids. */
export function readSchema(given: unknown): Schema {
  const from = object(given, 'the schema');
  const schema: Schema = {
    package: matching(from['package'], PACKAGE, 'package', 'the name of a package'),
    ...reexports(from['reexports'], 'reexports'),
    structs: table(from['structs'], 'structs', struct),
    enums: table(from['enums'], 'enums', enumeration),
    interfaces: table(from['interfaces'], 'interfaces', iface),
  };
  const definitions = [schema.structs, schema.enums, schema.interfaces].reduce((sum, table) => sum + Object.keys(table).length, 0);
  if (definitions > MOST_DEFINITIONS) wrong('it', `a schema of at most ${MOST_DEFINITIONS} definitions: split the package`);
  return schema;
}

/**
 * The schema that `text` claims to be. The answer is made anew, with its tables sorted by name, so equal claims become equal data.
 * Throws SchemaClaimError where the text is not JSON, has another shape, is not closed, or has an id that is not the hash of its definition.
 */
export function readSchemaClaim(text: string): Schema {
  // The id of a definition covers all that it reaches, so checking the ids of many takes the square of their number.
  if (text.length > LONGEST_SCHEMA_TEXT) wrong('it', `a schema of at most ${LONGEST_SCHEMA_TEXT} characters: split the package`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new SchemaClaimError(`it is not JSON: ${(error as Error).message}`);
  }
  const schema = readSchema(parsed);
  let wrongId: string | undefined;
  try {
    wrongId = findWrongId(schema);
  } catch (error) {
    throw new SchemaClaimError((error as Error).message);
  }
  if (wrongId !== undefined) throw new SchemaClaimError(`the id of ${wrongId} is not the hash of its definition`);
  return schema;
}
