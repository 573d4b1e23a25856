/**
 * Types as TypeScript. A type has two forms: its *value*, plain data with `Uint8Array`, and its *view*, what is read through a handle, with `Bytes`.
 * They differ only where bytes are held by value. What is *given* is a value in which an interface may be an implementation as well as a proxy.
 */
import type { ContainerType, Scalar, Schema, TypeRef } from '../../abi/schema.js';

/** The typed array of the same numbers. */
const ARRAYS: { readonly [scalar in Exclude<Scalar, 'bool'>]: string } & { readonly bool?: undefined } = {
  u8: 'Uint8Array',
  u16: 'Uint16Array',
  u32: 'Uint32Array',
  u64: 'BigUint64Array',
  i8: 'Int8Array',
  i16: 'Int16Array',
  i32: 'Int32Array',
  i64: 'BigInt64Array',
  f32: 'Float32Array',
  f64: 'Float64Array',
};

/** Collects which names of the runtime and which other packages a module's types mention. */
export class TypeText {
  readonly runtimeNames = new Set<string>();
  readonly packages = new Set<string>();
  readonly #schema: Schema;
  readonly #holdsBytes = new Map<string, boolean>();

  constructor(schema: Schema) {
    this.#schema = schema;
  }

  /** A name of the runtime, marked as used. */
  runtime(name: string): string {
    this.runtimeNames.add(name);
    return name;
  }

  /** `Entry` for `kv.Entry` inside package kv, `kv.Entry` elsewhere; with a suffix for what belongs to it. */
  named(qualified: string, suffix = ''): string {
    const [home, name] = qualified.split('.');
    if (home === this.#schema.package) return `${name}${suffix}`;
    this.packages.add(home);
    return `${home}.${name}${suffix}`;
  }

  /** What tells handles and proxies of a definition from those of another one of the same shape. */
  brand(qualified: string): string {
    return `${this.runtime('Nominal')}<'${qualified}'>`;
  }

  /** Whether value and view differ. */
  holdsBytes(type: TypeRef): boolean {
    switch (type.kind) {
      case 'bytes':
        return true;
      case 'array':
        return this.holdsBytes(type.element);
      case 'option':
        return this.holdsBytes(type.value);
      case 'tuple':
        return type.elements.some((element) => this.holdsBytes(element));
      case 'result':
        return this.holdsBytes(type.ok) || this.holdsBytes(type.err);
      case 'named': {
        const known = this.#holdsBytes.get(type.name);
        if (known !== undefined) return known;
        const struct = Object.hasOwn(this.#schema.structs, type.name) ? this.#schema.structs[type.name] : undefined;
        const parts = struct ? struct.fields.map((field) => field.type) : this.#schema.enums[type.name].variants.flatMap(({ payload }) => payload ?? []);
        const holds = parts.some((part) => this.holdsBytes(part));
        this.#holdsBytes.set(type.name, holds);
        return holds;
      }
      default:
        return false;
    }
  }

  value(type: TypeRef): string {
    return this.#text(type, false);
  }

  /** What a caller passes, or a provider answers. */
  given(type: TypeRef): string {
    return this.#text(type, false, true);
  }

  view(type: TypeRef): string {
    return this.#text(type, this.holdsBytes(type));
  }

  #text(type: TypeRef, view: boolean, given = false): string {
    const inner = (each: TypeRef): string => this.#text(each, view && this.holdsBytes(each), given);
    switch (type.kind) {
      case 'void':
        return 'void';
      case 'scalar':
        return type.scalar === 'bool' ? 'boolean' : type.scalar === 'u64' || type.scalar === 'i64' ? 'bigint' : 'number';
      case 'string':
        return 'string';
      case 'bytes':
        return view ? this.runtime('Bytes') : 'Uint8Array';
      case 'array': {
        const element = inner(type.element);
        return /^[\w.]+(<[\w.]+>)?$/.test(element) ? `readonly ${element}[]` : `readonly (${element})[]`;
      }
      case 'tuple':
        return `readonly [${type.elements.map(inner).join(', ')}]`;
      case 'option':
        return `${inner(type.value)} | null`;
      case 'result':
        return `${this.runtime('Result')}<${inner(type.ok)}, ${inner(type.err)}>`;
      case 'interface':
        return given ? `${this.named(type.name)} | ${this.named(type.name, 'Impl')}` : this.named(type.name);
      case 'rref':
        return type.target.kind === 'container' ? this.target(type.target) : `${this.runtime('RRef')}<${this.target(type.target)}>`;
      case 'container':
        return this.target(type);
      case 'named':
        if (Object.hasOwn(this.#schema.structs, type.name)) return view ? `Readonly<${this.named(type.name)}>` : this.named(type.name, 'Value');
        return this.named(type.name, view ? 'View' : '');
    }
  }

  /** What a handle to `type` offers: the fields of a struct, what a container does, else one field `value`. */
  target(type: TypeRef): string {
    if (type.kind === 'container') return this.#container(type);
    if (type.kind === 'named' && Object.hasOwn(this.#schema.structs, type.name)) return this.named(type.name);
    return type.kind === 'named' ? `${this.runtime('BoxedEnum')}<'${type.name}', ${this.view(type)}>` : this.view(type);
  }

  #container(type: ContainerType): string {
    if (type.container !== 'vec')
      return `${this.runtime(type.container === 'array' ? 'RRefArray' : 'RRefDeque')}<${this.target(type.element)}, ${type.length}>`;
    const { element } = type;
    const numbers = element.kind === 'scalar' ? ARRAYS[element.scalar] : undefined;
    return `${this.runtime('RRefVec')}<${this.value(element)}${numbers === undefined ? '' : `, ${numbers}`}>`;
  }
}
