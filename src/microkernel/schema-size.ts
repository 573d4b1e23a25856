/**
 * How large the schemas of a leaf may be, all of them together: asked before anything is hashed, laid out or named in a message. What a leaf brings is data of any shape, in which parts may be
 * shared and names may be lists of lists, so this counts as a tree, with a budget, and takes nothing for a string, list or table that is none.
 */
import { MOST_DEFINITIONS, type Schema } from '../abi/schema.js';

export const MOST_SCHEMAS = 64;
/** Definitions, fields, variants, methods, parameters and types, a type inside another counted as often as it is written. */
export const MOST_PARTS = 16_384;
export const MOST_NAME_CHARACTERS = 512 * 1024;
/** Comments and reasons, which every domain's thread gets a copy of. */
export const MOST_PROSE_CHARACTERS = 4 * 2 ** 20;
export const LONGEST_NAME = 256;
export const DEEPEST_TYPE = 64;

type Data = { readonly [key: string]: unknown };

/** What `schemas` may still hold. Its methods throw a TypeError that says what is too much, or no part of a schema. */
export class SchemaBudget {
  #parts = MOST_PARTS;
  #characters = MOST_NAME_CHARACTERS;
  #prose = MOST_PROSE_CHARACTERS;

  take(schema: Schema): void {
    const { package: name, structs, enums, interfaces } = dataOf(schema, 'a schema');
    this.#name(name);
    const tables = [structs, enums, interfaces].map((table) => Object.entries(tableOf(table)));
    const definitions = tables.reduce((sum, table) => sum + table.length, 0);
    if (definitions > MOST_DEFINITIONS) throw new TypeError(`a schema of ${definitions} definitions, where ${MOST_DEFINITIONS} are the most, is not allowed`);
    for (const [index, members] of (['fields', 'variants', 'methods'] as const).entries()) {
      for (const [key, definition] of tables[index]) {
        this.#part();
        this.#name(key);
        const data = dataOf(definition, 'a definition');
        this.#text(data['doc']);
        for (const member of listOf(data[members], members)) this.#member(dataOf(member, `one of ${members}`), members);
      }
    }
  }

  #member(member: Data, members: 'fields' | 'variants' | 'methods'): void {
    this.#part();
    this.#name(member['name']);
    this.#text(member['doc']);
    this.#text(member['notReplayableBecause']);
    if (members === 'fields') return this.#type(member['type'], 1);
    if (members === 'variants') return member['payload'] === undefined ? undefined : this.#type(member['payload'], 1);
    for (const param of listOf(member['params'], 'params')) this.#member(dataOf(param, 'a parameter'), 'fields');
    this.#type(member['returns'], 1);
  }

  #type(given: unknown, depth: number): void {
    this.#part();
    if (depth > DEEPEST_TYPE) throw new TypeError(`a type of more than ${DEEPEST_TYPE} others, one inside the other, is not allowed`);
    const type = dataOf(given, 'a type');
    switch (type['kind']) {
      case 'void':
        return;
      case 'scalar':
        return this.#name(type['scalar']);
      case 'named':
      case 'interface':
        return this.#name(type['name']);
      case 'string':
      case 'bytes':
        return numberOrNothing(type['max']);
      case 'container':
        this.#name(type['container']);
        numberOrNothing(type['length']);
        return this.#type(type['element'], depth + 1);
      case 'array':
        numberOrNothing(type['length']);
        return this.#type(type['element'], depth + 1);
      case 'tuple':
        for (const element of listOf(type['elements'], 'elements')) this.#type(element, depth + 1);
        return;
      case 'option':
        return this.#type(type['value'], depth + 1);
      case 'result':
        this.#type(type['ok'], depth + 1);
        return this.#type(type['err'], depth + 1);
      case 'rref':
        return this.#type(type['target'], depth + 1);
      default:
        throw new TypeError('a type of a kind that does not exist is not allowed');
    }
  }

  #part(): void {
    this.#parts--;
    if (this.#parts < 0)
      throw new TypeError(
        `an extension with more than ${MOST_PARTS} definitions, fields, variants, methods, parameters and types in its schemas is not allowed`,
      );
  }

  #text(text: unknown): void {
    if (text === undefined) return;
    if (typeof text !== 'string') throw new TypeError('a comment that is no string is not allowed');
    this.#prose -= text.length;
    if (this.#prose < 0) throw new TypeError(`an extension with more than ${MOST_PROSE_CHARACTERS} characters of comments in its schemas is not allowed`);
  }

  #name(name: unknown): void {
    if (typeof name !== 'string') throw new TypeError('a name that is no string is not allowed');
    if (name.length > LONGEST_NAME) throw new TypeError(`a name of ${name.length} characters, where ${LONGEST_NAME} are the most, is not allowed`);
    this.#characters -= name.length;
    if (this.#characters < 0) throw new TypeError(`an extension with more than ${MOST_NAME_CHARACTERS} characters of names in its schemas is not allowed`);
  }
}

function dataOf(value: unknown, what: string): Data {
  if (typeof value === 'object' && value !== null) return value as Data;
  throw new TypeError(`${what} that is no object is not allowed`);
}

/** A string or a typed array has as many keys as it is long: neither is asked for them. */
function tableOf(value: unknown): object {
  const table = dataOf(value, 'a table of definitions');
  const prototype: unknown = Object.getPrototypeOf(table);
  if (prototype === Object.prototype || prototype === null) return table;
  throw new TypeError('a table of definitions that is no plain object is not allowed');
}

function listOf(value: unknown, what: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new TypeError(`${what} that are no list are not allowed`);
}

function numberOrNothing(value: unknown): void {
  if (value !== undefined && typeof value !== 'number') throw new TypeError('a length or bound that is no number is not allowed');
}
