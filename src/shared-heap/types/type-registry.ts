/** The types that one thread knows, by id: built from schemas whose ids have been checked. */
import { canonicalType, findWrongId, typeId } from '../../abi/canonical.js';
import type { ContainerType, Schema, TypeRef } from '../../abi/schema.js';
import { buildCodec } from './codec.js';
import type { Codec, CodecContext } from './codec-contract.js';
import { makeContainer, type Container } from '../containers/container.js';
import type { ThreadHeap } from '../heap.js';
import { TypeRuntime } from './type-runtime.js';
import { TypeTable } from './type-table.js';

export class TypeRegistry {
  readonly table: TypeTable;
  readonly #heap: ThreadHeap;
  readonly #mayRegister: boolean;
  readonly #runtimes = new Map<string, TypeRuntime>();
  readonly #byToken = new WeakMap<object, TypeRuntime>();
  readonly #checked = new WeakSet<Schema>();
  readonly #contexts = new WeakMap<Schema, CodecContext>();
  readonly #stageCapability: CodecContext['stageCapability'];

  /** `mayRegister` is for the host and the kernel; a domain uses the types that the kernel registered for it. */
  constructor(heap: ThreadHeap, mayRegister: boolean, stageCapability: CodecContext['stageCapability']) {
    this.#heap = heap;
    this.table = new TypeTable(heap.shared);
    this.#mayRegister = mayRegister;
    this.#stageCapability = stageCapability;
  }

  /** Of a schema whose ids somebody else has checked. */
  vouchFor(schema: Schema): void {
    this.#checked.add(schema);
  }

  /** Throws a TypeError for a schema whose ids are not the hashes of its definitions. */
  #check(schema: Schema): void {
    if (this.#checked.has(schema)) return;
    const wrong = findWrongId(schema);
    if (wrong !== undefined)
      throw new TypeError(`the id of ${wrong} in the schema of package ${schema.package} is not the hash of its definition: generate the code again`);
    this.#checked.add(schema);
  }

  context(schema: Schema): CodecContext {
    this.#check(schema);
    let context = this.#contexts.get(schema);
    if (context === undefined) {
      context = { schema, named: new Map(), runtimeOf: (target) => this.runtime(target, schema), stageCapability: this.#stageCapability };
      this.#contexts.set(schema, context);
    }
    return context;
  }

  codec(type: TypeRef, schema: Schema): Codec {
    return buildCodec(type, this.context(schema));
  }

  /** The runtime of a type, built at its first use. */
  runtime(type: TypeRef, schema: Schema): TypeRuntime {
    const context = this.context(schema);
    // Of a definition the schema says it, and that has been checked.
    const id = type.kind === 'named' ? definedId(type.name, schema) : typeId(type, schema);
    const known = this.#runtimes.get(id);
    if (known) return known;
    const name = canonicalType(type);
    const index = this.#mayRegister ? this.table.register(id, name) : this.table.find(id);
    if (index === undefined) throw new TypeError(`the kernel does not know the type ${name}`);
    const fields = TypeRuntime.fieldsOf(type, schema, (fieldType) => buildCodec(fieldType, context));
    const container = type.kind === 'container' ? (self: TypeRuntime): Container => makeContainer(type, self, context, this.#heap) : null;
    const runtime = new TypeRuntime(type, { id, name, index, codec: buildCodec(type, context), fields }, this.#heap, container);
    this.#runtimes.set(id, runtime);
    return runtime;
  }

  /** The runtime of a type that a token names. Throws a TypeError where the token's schema does not define it so. */
  byToken(token: { readonly name: string; readonly id: string; readonly schema: Schema; readonly container?: ContainerType }): TypeRuntime {
    return this.#byToken.get(token) ?? this.#lookUp(token);
  }

  #lookUp(token: Parameters<TypeRegistry['byToken']>[0]): TypeRuntime {
    if (typeof token !== 'object' || token === null || !isSchema(token.schema)) throw new TypeError('a type of a generated module is wanted here');
    const runtime = this.#runtimes.get(token.id) ?? this.runtime(token.container ?? { kind: 'named', name: token.name }, token.schema);
    if (runtime.id !== token.id) throw new TypeError(`${token.name} is not the type that its token says`);
    // A token that can change may mean something else the next time.
    if (Object.isFrozen(token)) this.#byToken.set(token, runtime);
    return runtime;
  }
}

function definedId(name: string, { structs, enums, package: owner }: Schema): string {
  const table = Object.hasOwn(structs, name) ? structs : enums;
  if (Object.hasOwn(table, name)) return table[name].id;
  throw new TypeError(`the schema of package ${owner} does not define ${name}`);
}

/** Whether it has at least the parts that a schema has: what is in them is checked with its ids. */
function isSchema(schema: unknown): boolean {
  if (typeof schema !== 'object' || schema === null) return false;
  const { structs, enums, interfaces } = schema as { readonly [part: string]: unknown };
  return [structs, enums, interfaces].every((part) => typeof part === 'object' && part !== null);
}
