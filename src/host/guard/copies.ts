/**
 * Copies: values between the host's private heap and the heap of a kernel in another process, by their types.
 *
 *   Copy
 *     values   the arguments, or the one result, as plain data; where the type says RRef there is the number of a node, where it says interface a WireReference
 *     types    the types of the nodes, each once, by their canonical text: there are none but those that references of the schema lead to
 *     nodes    [type, value], in the order in which they were met: a child comes after its parent
 *
 * Trees are lists here, so that a chain of a hundred thousand nodes needs no stack. Both sides use the same code: what a value may be is for the codecs of the heap to say, before it is copied and after.
 * Strings and numbers are handed on as they are; a number where a string belongs is found by the codec that stages the value.
 */
import { isUint8Array } from 'node:util/types';
import { canonicalType, typeId } from '../../abi/canonical.js';
import type { Bytes, Droppable } from '../../abi/handle-types.js';
import type { Schema, TypeRef } from '../../abi/schema.js';
import type { TypeToken } from '../../abi/schema-tokens.js';

/** An interface reference: something that one side has bound, or an implementation that the host has exported. */
export type WireReference = { readonly bound: number } | { readonly given: number };

export interface Copy {
  readonly values: readonly unknown[];
  readonly types: readonly string[];
  readonly nodes: readonly (readonly [type: number, value: unknown])[];
}

/** What a copy cannot be. From the process of a kernel it says that its memory is not to be trusted. */
export class Malformed extends TypeError {
  constructor(what: string) {
    super(`a copy holds ${what}`);
    this.name = 'Malformed';
  }
}

/** What each side does with what is no plain data. */
export interface CopyEnds {
  /** What travels for an interface reference. */
  passed(value: unknown, name: string, schema: Schema): WireReference;
  /** What a reference becomes that came. Throws Malformed for one that cannot be. */
  received(reference: WireReference, name: string, schema: Schema): unknown;
  alloc(token: TypeToken<unknown>, value: unknown): Droppable;
}

type Fields = { readonly [field: string]: unknown };

/** Writes values whose types have been checked. */
class Outward {
  readonly #schema: Schema;
  readonly #ends: CopyEnds;
  readonly #types: string[] = [];
  readonly #typeNumbers = new Map<TypeRef, number>();
  readonly #queue: { readonly type: TypeRef; readonly handle: object }[] = [];
  readonly #nodes: (readonly [number, unknown])[] = [];

  constructor(schema: Schema, ends: CopyEnds) {
    this.#schema = schema;
    this.#ends = ends;
  }

  copy(types: readonly TypeRef[], given: readonly unknown[], roots: object[]): Copy {
    const values = types.map((type, index) => this.#value(type, given[index]));
    for (const { handle } of this.#queue) roots.push(handle);
    for (let next = 0; next < this.#queue.length; next++) {
      const { type, handle } = this.#queue[next];
      this.#nodes.push([this.#typeNumber(type), this.#inside(type, handle)]);
    }
    return { values, types: this.#types, nodes: this.#nodes };
  }

  #typeNumber(type: TypeRef): number {
    const known = this.#typeNumbers.get(type);
    if (known !== undefined) return known;
    this.#typeNumbers.set(type, this.#types.length);
    return this.#types.push(canonicalType(type)) - 1;
  }

  #node(type: TypeRef, handle: object | null): number | null {
    return handle === null ? null : this.#queue.push({ type, handle }) - 1;
  }

  #value(type: TypeRef, value: unknown): unknown {
    switch (type.kind) {
      case 'void':
        return undefined;
      case 'scalar':
      case 'string':
        return value;
      case 'bytes':
        return isUint8Array(value) ? new Uint8Array(value) : (value as Bytes).toUint8Array();
      case 'option':
        return value === null || value === undefined ? null : this.#value(type.value, value);
      case 'result': {
        const { ok, value: good, error } = value as { ok: boolean; value: unknown; error: unknown };
        return ok ? { ok, value: this.#value(type.ok, good) } : { ok, error: this.#value(type.err, error) };
      }
      case 'array':
        return Array.from(value as ArrayLike<unknown>, (each) => this.#value(type.element, each));
      case 'tuple':
        return type.elements.map((element, index) => this.#value(element, (value as readonly unknown[])[index]));
      case 'named':
        return this.#named(type.name, value);
      case 'rref':
        return this.#node(type.target, value as object | null);
      case 'interface':
        return this.#ends.passed(value, type.name, this.#schema);
      case 'container':
        throw new Malformed('a container by value');
    }
  }

  #named(name: string, value: unknown): unknown {
    const { structs, enums } = this.#schema;
    if (Object.hasOwn(structs, name)) {
      return Object.fromEntries(structs[name].fields.map((field) => [field.name, this.#value(field.type, (value as Fields)[field.name])]));
    }
    if (typeof value === 'string') return value;
    const { tag, value: payload } = value as { tag: string; value: unknown };
    const type = enums[name].variants.find((variant) => variant.name === tag)?.payload;
    return type === undefined ? { tag } : { tag, value: this.#value(type, payload) };
  }

  /** What a block holds, as its handle shows it. */
  #inside(type: TypeRef, handle: object): unknown {
    if (type.kind !== 'container') {
      const isStruct = type.kind === 'named' && Object.hasOwn(this.#schema.structs, type.name);
      return this.#value(type, isStruct ? handle : (handle as { value: unknown }).value);
    }
    if (type.container !== 'vec') return Array.from(handle as Iterable<object | null>, (child) => this.#node(type.element, child));
    const { element } = type;
    const vec = handle as { toArray(): unknown[]; toTypedArray(): unknown };
    if (element.kind === 'scalar') return element.scalar === 'bool' ? vec.toArray() : vec.toTypedArray();
    return vec.toArray().map((each) => this.#value(element, each));
  }
}

/** Reads a copy: allocates its trees, the youngest nodes first. */
class Inward {
  readonly #schema: Schema;
  readonly #ends: CopyEnds;
  readonly #made: (Droppable | null)[];
  /** What a parent or a value has taken. */
  readonly #taken = new Set<Droppable>();

  constructor(schema: Schema, ends: CopyEnds, nodes: number) {
    this.#schema = schema;
    this.#ends = ends;
    this.#made = new Array<Droppable | null>(nodes).fill(null);
  }

  values(types: readonly TypeRef[], copy: Copy): unknown[] {
    try {
      for (let number = copy.nodes.length - 1; number >= 0; number--) {
        const [at, value] = copy.nodes[number];
        const type = targetsOf(this.#schema).get(copy.types[at]);
        if (type === undefined) throw new Malformed('a node of a type that no reference leads to');
        this.#made[number] = this.#ends.alloc(tokenOf(type, this.#schema), this.#inside(type, value));
      }
      const values = types.map((type, index) => this.#value(type, copy.values[index]));
      if (this.#taken.size !== this.#made.length) throw new Malformed('a node that nothing leads to');
      return values;
    } catch (error) {
      this.#drop();
      throw error;
    }
  }

  /** Children that parents have taken end with these: their own handles are consumed, and nothing is done to them. */
  #drop(): void {
    for (const handle of this.#made) handle?.[Symbol.dispose]();
  }

  #node(number: unknown): unknown {
    if (number === null) return null;
    const handle = typeof number === 'number' ? this.#made[number] : null;
    if (handle === null || handle === undefined || this.#taken.has(handle)) throw new Malformed('a reference to a node that is not there, or that another has');
    this.#taken.add(handle);
    return handle;
  }

  #value(type: TypeRef, value: unknown): unknown {
    switch (type.kind) {
      case 'void':
        return undefined;
      case 'scalar':
      case 'string':
        return value;
      case 'bytes':
        if (!isUint8Array(value)) throw new Malformed('no bytes where there should be some');
        // What was read from a channel is a part of its buffer.
        return new Uint8Array(value);
      case 'option':
        return value === null ? null : this.#value(type.value, value);
      case 'result': {
        const { ok, value: good, error } = asObject(value);
        return ok === true ? { ok, value: this.#value(type.ok, good) } : { ok: false, error: this.#value(type.err, error) };
      }
      case 'array':
        return asList(value).map((each) => this.#value(type.element, each));
      case 'tuple': {
        const list = asList(value);
        return type.elements.map((element, index) => this.#value(element, list[index]));
      }
      case 'named':
        return this.#named(type.name, value);
      case 'rref':
        return this.#node(value);
      case 'interface':
        return this.#ends.received(asObject(value) as unknown as WireReference, type.name, this.#schema);
      case 'container':
        throw new Malformed('a container by value');
    }
  }

  #named(name: string, value: unknown): unknown {
    const { structs, enums } = this.#schema;
    if (Object.hasOwn(structs, name)) {
      const fields = asObject(value);
      return Object.fromEntries(structs[name].fields.map((field) => [field.name, this.#value(field.type, fields[field.name])]));
    }
    if (typeof value === 'string') return value;
    const { tag, value: payload } = asObject(value);
    const type = enums[name].variants.find((variant) => variant.name === tag)?.payload;
    return type === undefined ? { tag } : { tag, value: this.#value(type, payload) };
  }

  /** What `alloc` takes for a block. */
  #inside(type: TypeRef, value: unknown): unknown {
    if (type.kind !== 'container') return this.#value(type, value);
    if (type.container !== 'vec') return asList(value).map((child) => this.#node(child));
    if (type.element.kind === 'scalar') return ArrayBuffer.isView(value) ? value : asList(value);
    return asList(value).map((each) => this.#value(type.element, each));
  }
}

/** Of values that codecs have checked. Adds to `roots` the handles that stand in them. Throws LifetimeViolation where a handle has ended. */
export function copyOut(types: readonly TypeRef[], schema: Schema, values: readonly unknown[], ends: CopyEnds, roots: object[] = []): Copy {
  return new Outward(schema, ends).copy(types, values, roots);
}

/**
 * The values of a copy; what they refer to is allocated, and whoever called owns it. They may be of other types than those asked for, which a codec finds.
 * Throws Malformed for what is no copy, and what `alloc` throws; then nothing is left.
 */
export function copyIn(types: readonly TypeRef[], schema: Schema, copy: Copy, ends: CopyEnds): unknown[] {
  const { values, types: nodeTypes, nodes } = asObject(copy);
  for (const node of asList(nodes)) if (!Array.isArray(node) || node.length !== 2) throw new Malformed('a node that is none');
  if (asList(values).length !== types.length) throw new Malformed(`${asList(values).length} values where ${types.length} are expected`);
  asList(nodeTypes);
  return new Inward(schema, ends, copy.nodes.length).values(types, copy);
}

const targets = new WeakMap<Schema, ReadonlyMap<string, TypeRef>>();

/** What the references of a schema lead to, by canonical text: what a stranger says is a type becomes none here. */
function targetsOf(schema: Schema): ReadonlyMap<string, TypeRef> {
  const known = targets.get(schema);
  if (known !== undefined) return known;
  const found = new Map<string, TypeRef>();
  const lead = (target: TypeRef): void => {
    found.set(canonicalType(target), target);
    if (target.kind !== 'container') return visit(target);
    if (target.container === 'vec') visit(target.element);
    else lead(target.element);
  };
  const visit = (type: TypeRef): void => {
    if (type.kind === 'rref') lead(type.target);
    else if (type.kind === 'array') visit(type.element);
    else if (type.kind === 'option') visit(type.value);
    else if (type.kind === 'tuple') type.elements.forEach(visit);
    else if (type.kind === 'result') [type.ok, type.err].forEach(visit);
  };
  for (const { fields } of Object.values(schema.structs)) for (const { type } of fields) visit(type);
  for (const { variants } of Object.values(schema.enums)) for (const { payload } of variants) if (payload !== undefined) visit(payload);
  for (const { methods } of Object.values(schema.interfaces))
    for (const { params, returns } of methods) for (const type of [returns, ...params.map((param) => param.type)]) visit(type);
  targets.set(schema, found);
  return found;
}

const tokens = new WeakMap<Schema, Map<string, TypeToken<unknown>>>();

/** The token of what a node is. */
function tokenOf(type: TypeRef, schema: Schema): TypeToken<unknown> {
  if (type.kind !== 'named' && type.kind !== 'container') throw new Malformed('a node of a type that has none');
  if (type.kind === 'named' && !Object.hasOwn(schema.structs, type.name) && !Object.hasOwn(schema.enums, type.name))
    throw new Malformed('a node of an unknown type');
  let known = tokens.get(schema);
  if (known === undefined) tokens.set(schema, (known = new Map()));
  const name = canonicalType(type);
  let token = known.get(name);
  if (token === undefined) {
    const base = {
      kind: 'type' as const,
      name: type.kind === 'named' ? type.name : name,
      id: type.kind === 'named' ? definedId(type.name, schema) : typeId(type, schema),
      schema,
    };
    token = Object.freeze(type.kind === 'named' ? base : { ...base, container: type });
    known.set(name, token);
  }
  return token;
}

function definedId(name: string, { structs, enums }: Schema): string {
  return Object.hasOwn(structs, name) ? structs[name].id : enums[name].id;
}

function asObject(value: unknown): Fields {
  if (typeof value !== 'object' || value === null) throw new Malformed('no object where there should be one');
  return value as Fields;
}

/** A list that is said element by element. One with holes has said no more than that it is long, and would be walked through all the same. */
function asList(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new Malformed('no list where there should be one');
  for (let at = 0; at < value.length; at++) if (!(at in value)) throw new Malformed('a list with holes');
  return value;
}
