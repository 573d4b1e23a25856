/** Tokens inside a domain: frozen names with hashes. A forged one yields at most the type of that hash, and only where the leaf brought its schema. */
import type { Schema } from '../abi/schema.js';
import { InvalidType, describe } from '../shared-heap/faults.js';
import { hardenAll } from './lockdown.js';

export interface Token {
  readonly kind: 'type' | 'interface';
  readonly name: string;
  readonly id: string;
}

export class Tokens {
  /** Definitions by id. */
  readonly #schemas = new Map<string, Schema>();
  readonly #names = new Map<string, string>();
  /** The tokens that were made here, so that none is ever read with a foreign getter. */
  readonly #made = new WeakMap<object, Token>();

  constructor(schemas: readonly Schema[]) {
    for (const schema of schemas) {
      for (const def of [...Object.values(schema.structs), ...Object.values(schema.enums), ...Object.values(schema.interfaces)]) {
        this.#schemas.set(def.id, schema);
        this.#names.set(def.id, def.name);
      }
    }
  }

  #make(kind: Token['kind'], name: string, id: string): Token {
    if (this.#names.get(id) !== name) throw new TypeError(`the leaf brings no definition of ${name} with this id`);
    const token: Token = { kind, name, id };
    hardenAll(token);
    this.#made.set(token, token);
    return token;
  }

  type(name: string, id: string): Token {
    return this.#make('type', name, id);
  }

  interface(name: string, id: string): Token {
    return this.#make('interface', name, id);
  }

  /** The interface token behind a value, or undefined. */
  knownInterface(value: unknown): Token | undefined {
    const token = typeof value === 'object' && value !== null ? this.#made.get(value) : undefined;
    return token?.kind === 'interface' ? token : undefined;
  }

  /** A type token with its schema, for the registry. Throws InvalidType for anything else. */
  check(value: unknown): { name: string; id: string; schema: Schema } {
    const token = typeof value === 'object' && value !== null ? this.#made.get(value) : undefined;
    if (token?.kind !== 'type') throw new InvalidType('a type of a generated module', describe(value), 'heap.alloc');
    return { name: token.name, id: token.id, schema: this.schemaOf(token.id) };
  }

  schemaOf(id: string): Schema {
    return this.#schemas.get(id) as Schema;
  }
}
