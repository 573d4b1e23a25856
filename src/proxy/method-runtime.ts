/** A method as a thread uses it: how its arguments and its result lie in a call record. */
import type { InterfaceDef, MethodDef, Scalar, Schema, TypeRef } from '../abi/schema.js';
import { sequenceLayout } from '../abi/type-layout.js';
import { DATA_BYTES, RECORD_SLOTS } from '../abi/record-layout.js';
import type { Codec } from '../shared-heap/types/codec-contract.js';
import { checkOf, getterOf, putterOf } from '../shared-heap/types/scalar-codec.js';
import type { Views } from '../shared-heap/views.js';
import type { TypeRegistry } from '../shared-heap/types/type-registry.js';

export interface ParamRuntime {
  readonly name: string;
  readonly codec: Codec;
  readonly slot: number;
  readonly data: number;
  readonly place: string;
  readonly scalar: Scalar | null;
  /** Of a scalar: whether a value is one, and how it is put and got. */
  readonly check: (value: unknown) => boolean;
  readonly put: (views: Views, data: number, value: unknown) => void;
  readonly get: (views: Views, data: number) => unknown;
}

export class MethodRuntime {
  readonly name: string;
  /** `Interface.method`, for messages. */
  readonly label: string;
  readonly index: number;
  readonly params: readonly ParamRuntime[];
  /** Whether a call may be issued again after its callee has died, unless something moved with it all the same. */
  readonly mayReissue: boolean;
  readonly argSlots: number;
  /** Bit i: what is in argument slot i is lent. */
  readonly lentMask: number;
  /** Bytes that the arguments take when they do not fit the record's data area, else 0. */
  readonly argSpill: number;
  readonly result: Codec;
  readonly resultSlots: number;
  readonly resultSpill: number;
  /** Scalars alone, in the record itself: nothing is staged. */
  readonly hasPlainArgs: boolean;
  /** A scalar or nothing. */
  readonly hasPlainResult: boolean;
  /** Of a method with plain arguments: calls what serves it with the arguments that a record's data holds. */
  readonly invoke: Invoke;
  readonly resultScalar: Scalar | null;
  readonly resultAccess: Pick<ParamRuntime, 'check' | 'put' | 'get'>;
  /** The most that a caller waits; infinite where the interface sets no `@deadline`. */
  readonly longestMs: number;
  /** `@async`: proxies have it on `async` alone. */
  readonly isAsyncOnly: boolean;

  constructor(def: MethodDef, index: number, owner: string, schema: Schema, registry: TypeRegistry) {
    this.name = def.name;
    this.label = `${owner.slice(owner.lastIndexOf('.') + 1)}.${def.name}`;
    this.index = index;
    this.longestMs = def.deadlineMs ?? Number.POSITIVE_INFINITY;
    this.isAsyncOnly = def.asyncOnly === true;
    this.mayReissue = def.replayable || def.idempotent === true;
    const { whole, at } = sequenceLayout(
      def.params.map((param) => param.type),
      schema,
    );
    this.params = def.params.map((param, position) => ({
      name: param.name,
      codec: registry.codec(param.type, schema),
      ...at[position],
      place: `${param.name} of ${this.label}`,
      ...scalarAccess(scalarOf(param.type)),
    }));
    this.invoke = invokeWith(this.params);
    this.argSpill = whole.bytes > DATA_BYTES ? whole.bytes : 0;
    this.argSlots = whole.slots;
    this.lentMask = def.params.reduce((mask, param, position) => (isLent(param.type) ? mask | (1 << at[position].slot) : mask), 0);
    this.result = registry.codec(def.returns, schema);
    this.resultSlots = this.result.layout.slots;
    this.resultSpill = this.result.layout.bytes > DATA_BYTES ? this.result.layout.bytes : 0;
    this.resultScalar = scalarOf(def.returns);
    this.resultAccess = scalarAccess(this.resultScalar);
    this.hasPlainArgs = this.params.every((param) => param.scalar !== null) && this.argSpill === 0;
    this.hasPlainResult = this.resultScalar !== null || def.returns.kind === 'void';
    if (this.argSlots + (this.argSpill > 0 ? 1 : 0) > RECORD_SLOTS || this.resultSlots + (this.resultSpill > 0 ? 1 : 0) > RECORD_SLOTS) {
      throw new TypeError(
        `${this.label} moves more than ${RECORD_SLOTS} strings, byte sequences and references at once: put them into a struct behind an RRef`,
      );
    }
  }

  static all(def: InterfaceDef, schema: Schema, registry: TypeRegistry): MethodRuntime[] {
    return def.methods.map((method, index) => new MethodRuntime(method, index, def.name, schema, registry));
  }
}

type Invoke = (views: Views, data: number, method: (...args: unknown[]) => unknown, receiver: unknown) => unknown;

const { apply } = Reflect;

/** One form for each number of parameters: an array that is written where it is used is never made. */
function invokeWith(params: readonly ParamRuntime[]): Invoke {
  const [first, second, third] = params;
  switch (params.length) {
    case 0:
      return (_views, _data, method, receiver) => apply(method, receiver, []);
    case 1:
      return (views, data, method, receiver) => apply(method, receiver, [first.get(views, data + first.data)]);
    case 2:
      return (views, data, method, receiver) => apply(method, receiver, [first.get(views, data + first.data), second.get(views, data + second.data)]);
    case 3:
      return (views, data, method, receiver) =>
        apply(method, receiver, [first.get(views, data + first.data), second.get(views, data + second.data), third.get(views, data + third.data)]);
    default:
      return (views, data, method, receiver) =>
        apply(
          method,
          receiver,
          params.map((param) => param.get(views, data + param.data)),
        );
  }
}

function scalarOf(type: TypeRef): Scalar | null {
  return type.kind === 'scalar' ? type.scalar : null;
}

function scalarAccess(scalar: Scalar | null): Pick<ParamRuntime, 'scalar' | 'check' | 'put' | 'get'> {
  // A result of nothing is checked, put and got like a scalar of no bytes.
  if (scalar === null) return { scalar, check: (value) => value === undefined, put: () => {}, get: () => undefined };
  return { scalar, check: checkOf(scalar), put: putterOf(scalar), get: getterOf(scalar) };
}

function isLent(type: TypeRef): boolean {
  return (type.kind === 'rref' && type.lent === true) || (type.kind === 'option' && isLent(type.value));
}
