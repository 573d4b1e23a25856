/** Tokens inside a domain: frozen names with hashes. A forged one yields at most the type of that hash, and only where the leaf brought its schema. */
import { canonicalType, forEachName, typeId } from '../abi/canonical.js';
import { slotsType, vecElementType, type Meaning } from '../abi/container-tokens.js';
import type { ContainerType, Schema, TypeRef } from '../abi/schema.js';
import { InvalidType, describe } from '../shared-heap/faults.js';
import { hardenAll } from './lockdown.js';

export interface Token {
  readonly kind: 'type' | 'interface';
  readonly name: string;
  readonly id: string;
  /** Of an interface: proxies for it ride out the death of their provider. */
  readonly shadow?: true;
}

/** What the runtime knows of a token that it made. */
interface Made {
  readonly token: Token;
  readonly schema: Schema;
  readonly container?: ContainerType;
}

export class Tokens {
  /** Definitions by id. */
  readonly #schemas = new Map<string, Schema>();
  readonly #names = new Map<string, string>();
  /** The tokens that were made here, so that none is ever read with a foreign getter. */
  readonly #made = new WeakMap<object, Made>();
  readonly #leafSchemas: readonly Schema[];
  /** Containers that the leaf's schemas name, by canonical text: the kernel has registered these and no others. Found at the first use. */
  #containers: Map<string, { readonly type: ContainerType; readonly schema: Schema; token?: Token }[]> | null = null;

  constructor(schemas: readonly Schema[]) {
    this.#leafSchemas = schemas;
    for (const schema of schemas) {
      for (const def of [...Object.values(schema.structs), ...Object.values(schema.enums), ...Object.values(schema.interfaces)]) {
        this.#schemas.set(def.id, schema);
        this.#names.set(def.id, def.name);
      }
    }
  }

  #make(kind: Token['kind'], name: string, id: string, isShadow = false): Token {
    if (this.#names.get(id) !== name) throw new TypeError(`the leaf brings no definition of ${name} with this id`);
    const token: Token = isShadow ? { kind, name, id, shadow: true } : { kind, name, id };
    hardenAll(token);
    this.#made.set(token, { token, schema: this.schemaOf(id) });
    return token;
  }

  type(name: string, id: string): Token {
    return this.#make('type', name, id);
  }

  interface(name: string, id: string): Token {
    return this.#make('interface', name, id);
  }

  shadow(name: string, id: string): Token {
    return this.#make('interface', name, id, true);
  }

  /** What `RRefArray(Element, N)` and its kin are in a domain. Throws InvalidType for a container that no interface definition of the leaf names. */
  container(kind: ContainerType['container'], element: unknown, length?: unknown): Token {
    /** The ids behind the names in `element`. */
    const ids = new Map<string, string | undefined>();
    const meaningOf = (token: object): Meaning => {
      const { token: known, schema, container } = this.#known(token, 'the element of a container');
      const type: TypeRef = container ?? { kind: 'named', name: known.name };
      forEachName(type, (name) => ids.set(name, idIn(schema, name)));
      return { type, schema };
    };
    const type: ContainerType =
      kind === 'vec'
        ? { kind: 'container', container: kind, element: vecElementType(element, meaningOf, () => {}) }
        : slotsType(kind, meaningOf(element as object).type, length);
    const text = canonicalType(type);
    this.#containers ??= containersOf(this.#leafSchemas);
    const found = this.#containers.get(text)?.find(({ schema }) => [...ids].every(([name, id]) => idIn(schema, name) === id));
    if (found === undefined)
      throw new InvalidType(
        'a container that the interface definitions of this extension name',
        `${text}: write it there, as a field, a parameter or a result`,
      );
    found.token ??= this.#containerToken(found.type, found.schema, text);
    return found.token;
  }

  #containerToken(container: ContainerType, schema: Schema, name: string): Token {
    const token: Token = { kind: 'type', name, id: typeId(container, schema) };
    hardenAll(token);
    this.#made.set(token, { token, schema, container });
    return token;
  }

  /** The interface token behind a value, or undefined. */
  knownInterface(value: unknown): Token | undefined {
    const token = typeof value === 'object' && value !== null ? this.#made.get(value)?.token : undefined;
    return token?.kind === 'interface' ? token : undefined;
  }

  /** The type token behind a value, or undefined. */
  knownType(value: unknown): Token | undefined {
    const token = typeof value === 'object' && value !== null ? this.#made.get(value)?.token : undefined;
    return token?.kind === 'type' ? token : undefined;
  }

  #known(value: unknown, where: string): Made {
    const made = typeof value === 'object' && value !== null ? this.#made.get(value) : undefined;
    if (made?.token.kind !== 'type') throw new InvalidType('a type of a generated module', describe(value), where);
    return made;
  }

  /** A type token with its schema, for the registry. Throws InvalidType for anything else. */
  check(value: unknown): { name: string; id: string; schema: Schema; container?: ContainerType } {
    const { token, ...meaning } = this.#known(value, 'heap.alloc');
    return { name: token.name, id: token.id, ...meaning };
  }

  schemaOf(id: string): Schema {
    return this.#schemas.get(id) as Schema;
  }
}

function idIn(schema: Schema, name: string): string | undefined {
  if (Object.hasOwn(schema.structs, name)) return schema.structs[name].id;
  return Object.hasOwn(schema.enums, name) ? schema.enums[name].id : undefined;
}

function containersOf(schemas: readonly Schema[]): Map<string, { readonly type: ContainerType; readonly schema: Schema }[]> {
  const found = new Map<string, { readonly type: ContainerType; readonly schema: Schema }[]>();
  for (const schema of schemas) {
    const visit = (type: TypeRef): void =>
      forEachContainer(type, (container) => {
        const text = canonicalType(container);
        found.set(text, [...(found.get(text) ?? []), { type: container, schema }]);
      });
    for (const { fields } of Object.values(schema.structs)) for (const { type } of fields) visit(type);
    for (const { variants } of Object.values(schema.enums)) for (const { payload } of variants) if (payload !== undefined) visit(payload);
    for (const { methods } of Object.values(schema.interfaces)) {
      for (const { params, returns } of methods) for (const type of [...params.map((param) => param.type), returns]) visit(type);
    }
  }
  return found;
}

function forEachContainer(type: TypeRef, visit: (container: ContainerType) => void): void {
  switch (type.kind) {
    case 'container':
      visit(type);
      return forEachContainer(type.element, visit);
    case 'array':
      return forEachContainer(type.element, visit);
    case 'option':
      return forEachContainer(type.value, visit);
    case 'rref':
      return forEachContainer(type.target, visit);
    case 'tuple':
      for (const element of type.elements) forEachContainer(element, visit);
      return;
    case 'result':
      forEachContainer(type.ok, visit);
      return forEachContainer(type.err, visit);
    default:
  }
}
