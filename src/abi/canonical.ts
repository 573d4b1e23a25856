/**
 * The canonical form of types and interfaces, and the ids made from it.
 *
 * A definition's canonical text is its own line followed by the lines of everything it reaches, each once, sorted by name.
 * Comments and order of declaration therefore change nothing; a field's name, type or position changes everything.
 * Recursion through names needs no special case, because each definition is named once and never expanded in place.
 */
import { createHash } from 'node:crypto';
import type { EnumDef, InterfaceDef, Schema, StructDef, TypeRef } from './schema.js';

type Definitions = {
  readonly structs: { readonly [name: string]: Omit<StructDef, 'id'> };
  readonly enums: { readonly [name: string]: Omit<EnumDef, 'id'> };
  readonly interfaces: { readonly [name: string]: Omit<InterfaceDef, 'id'> };
};

/** The text of a type in place: named types by name only. */
export function canonicalType(type: TypeRef): string {
  switch (type.kind) {
    case 'void':
      return 'void';
    case 'scalar':
      return type.scalar;
    case 'string':
    case 'bytes':
      return type.max === undefined ? type.kind : `${type.kind}<=${type.max}`;
    case 'array':
      return `[${canonicalType(type.element)};${type.length}]`;
    case 'tuple':
      return `(${type.elements.map(canonicalType).join(',')})`;
    case 'option':
      return `Option<${canonicalType(type.value)}>`;
    case 'result':
      return `Result<${canonicalType(type.ok)},${canonicalType(type.err)}>`;
    case 'named':
      return type.name;
    case 'rref':
      return `${type.lent ? '&' : ''}RRef<${canonicalType(type.target)}>`;
    case 'container':
      return type.container === 'vec'
        ? `RRefVec<${canonicalType(type.element)}>`
        : `${type.container === 'array' ? 'RRefArray' : 'RRefDeque'}<${canonicalType(type.element)},${type.length}>`;
    case 'interface':
      return `interface ${type.name}`;
  }
}

/** How the IDL writes a reference to `target`, for messages: a container is a reference by its name alone. */
export function referenceText(target: TypeRef, lent = false): string {
  return `${lent ? '&' : ''}${target.kind === 'container' ? canonicalType(target) : `RRef<${canonicalType(target)}>`}`;
}

/** Calls `visit` for each struct, enum or interface that `type` names directly. */
export function forEachName(type: TypeRef, visit: (name: string) => void): void {
  switch (type.kind) {
    case 'array':
    case 'container':
      return forEachName(type.element, visit);
    case 'tuple':
      for (const element of type.elements) forEachName(element, visit);
      return;
    case 'option':
      return forEachName(type.value, visit);
    case 'result':
      forEachName(type.ok, visit);
      return forEachName(type.err, visit);
    case 'rref':
      return forEachName(type.target, visit);
    case 'named':
    case 'interface':
      return visit(type.name);
    default:
  }
}

function lineOf(name: string, definitions: Definitions, reach: (type: TypeRef) => void): string {
  const struct = Object.hasOwn(definitions.structs, name) ? definitions.structs[name] : undefined;
  if (struct) {
    for (const field of struct.fields) reach(field.type);
    return `struct ${name}{${struct.fields.map((f) => `${f.name}:${canonicalType(f.type)}`).join(';')}}`;
  }
  const enumeration = Object.hasOwn(definitions.enums, name) ? definitions.enums[name] : undefined;
  if (enumeration) {
    for (const variant of enumeration.variants) if (variant.payload) reach(variant.payload);
    const variants = enumeration.variants.map((v) => v.name + (v.payload ? `(${canonicalType(v.payload)})` : ''));
    return `enum ${name}{${variants.join(';')}}`;
  }
  const iface = Object.hasOwn(definitions.interfaces, name) ? definitions.interfaces[name] : undefined;
  if (!iface) throw new TypeError(`schema names ${name}, which it does not define`);
  const methods = iface.methods.map((method) => {
    for (const param of method.params) reach(param.type);
    reach(method.returns);
    return `${method.name}(${method.params.map((p) => canonicalType(p.type)).join(',')}):${canonicalType(method.returns)}`;
  });
  // Where it is absent the text is what it was before there were annotations: no fingerprint changes.
  return `interface ${name}${iface.noForward === true ? ' @noForward' : ''}{${methods.join(';')}}`;
}

interface Line {
  readonly text: string;
  /** What the definition names. */
  readonly names: ReadonlySet<string>;
}

function lineFor(name: string, definitions: Definitions): Line {
  const names = new Set<string>();
  const text = lineOf(name, definitions, (reached) => forEachName(reached, (each) => names.add(each)));
  return { text, names };
}

/** What is kept for who asks many times of the same definitions. */
export class Known {
  readonly lines = new Map<string, Line>();
  /** The body that was made last: definitions that reach each other all have the same one. */
  body: { readonly names: ReadonlySet<string>; readonly text: Buffer } | null = null;
}

/** The lines of all definitions that `type` reaches, sorted by name, each behind a line break. Throws an Error where the schema is not closed. */
function bodyOf(type: TypeRef, definitions: Definitions, known: Known): Buffer {
  const names = new Set<string>();
  const pending: string[] = [];
  forEachName(type, (name) => pending.push(name));
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (names.has(name)) continue;
    names.add(name);
    let line = known.lines.get(name);
    if (line === undefined) known.lines.set(name, (line = lineFor(name, definitions)));
    for (const next of line.names) if (!names.has(next)) pending.push(next);
  }
  const { body } = known;
  if (body !== null && body.names.size === names.size && [...names].every((name) => body.names.has(name))) return body.text;
  const sorted = [...names].sort().map((name) => `\n${known.lines.get(name)?.text}`);
  const text = Buffer.from(sorted.join(''), 'utf8');
  known.body = { names, text };
  return text;
}

/** The id of a type: 64 lower-case hexadecimal digits. The text that is hashed is the type's own, and then the lines of what it reaches. */
export function typeId(type: TypeRef, definitions: Definitions, known = new Known()): string {
  return createHash('sha256')
    .update(canonicalType(type))
    .update(bodyOf(type, definitions, known))
    .digest('hex');
}

/**
 * What is wrong with the ids of a schema, or undefined where each id is the hash of what it names, definition by definition: each may take milliseconds, and somebody may have other things to do in between.
 * A schema that comes from elsewhere is an allegation until this has been asked.
 */
export function* wrongIds(schema: Schema): Generator<undefined, string | undefined> {
  const known = new Known();
  // The text has one definition of each name: another one under it could be anything.
  const tables = [schema.structs, schema.enums, schema.interfaces];
  const twice = tables.flatMap((table) => Object.keys(table)).find((name) => tables.filter((table) => Object.hasOwn(table, name)).length > 1);
  if (twice !== undefined) return twice;
  for (const [name, def] of [...Object.entries(schema.structs), ...Object.entries(schema.enums)]) {
    if (def.name !== name || def.id !== typeId({ kind: 'named', name }, schema, known)) return name;
    yield;
  }
  for (const [name, def] of Object.entries(schema.interfaces)) {
    if (def.name !== name || def.id !== typeId({ kind: 'interface', name }, schema, known)) return name;
    yield;
  }
  return undefined;
}

/** As `wrongIds`, at once. */
export function findWrongId(schema: Schema): string | undefined {
  const steps = wrongIds(schema);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
