/**
 * Proxies: objects through which a thread calls an interface of another domain. One class is made per interface, its methods from the descriptor; what a proxy
 * leads to is in a private field, so it can be called and passed on, and nothing else.
 */
import type { DomainId } from '../abi/domain-id.js';
import type { InterfaceDef, Schema } from '../abi/schema.js';
import type { CallOptions } from '../abi/schema-tokens.js';
import { describe, InvalidType } from '../shared-heap/faults.js';
import { readName } from './domain-names.js';
import type { Endpoint } from './endpoint.js';
import type { Export } from './callee.js';
import { MethodRuntime } from './method-runtime.js';
import type { CallTarget } from './pending-call.js';
import { RpcFault } from './rpc-fault.js';

const NO_OPTIONS: CallOptions = Object.freeze({});

const TOKEN = Symbol('only the system makes proxies');

/** The base of every proxy class. */
export class DomainProxy {
  readonly #target: CallTarget;
  readonly #interface: InterfaceDef;

  constructor(token: symbol, target: CallTarget, def: InterfaceDef) {
    if (token !== TOKEN) throw new TypeError('a proxy is made by the system alone: it is a capability');
    this.#target = target;
    this.#interface = def;
  }

  static target(proxy: DomainProxy): CallTarget {
    return proxy.#target;
  }

  static interfaceId(proxy: unknown): string | undefined {
    return typeof proxy === 'object' && proxy !== null && #target in proxy ? proxy.#interface.id : undefined;
  }

  static interfaceName(proxy: DomainProxy): string {
    return proxy.#interface.name;
  }
}
// What leads to a target is for trusted modules, not for whoever holds a proxy.
const targetOf = DomainProxy.target;
const interfaceIdOf = DomainProxy.interfaceId;
const interfaceNameOf = DomainProxy.interfaceName;
delete (DomainProxy as { target?: unknown }).target;
delete (DomainProxy as { interfaceId?: unknown }).interfaceId;
delete (DomainProxy as { interfaceName?: unknown }).interfaceName;

export const proxies = Object.freeze({ targetOf, interfaceIdOf, interfaceNameOf });

/** An export's number has 16 bits in a call record. */
const LAST_EXPORT = 0xffff;

interface InterfaceRuntime {
  readonly def: InterfaceDef;
  readonly methods: readonly MethodRuntime[];
  readonly make: (target: CallTarget) => DomainProxy;
}

export class Interfaces {
  readonly #endpoint: Endpoint;
  readonly #known = new Map<string, InterfaceRuntime>();
  /** Where an interface is defined, by its id: two packages may use one name for different things. */
  readonly #schemas = new Map<string, { readonly schema: Schema; readonly name: string }>();
  /** Which export an implementation has, by interface id, so that passing one twice exports it once. */
  readonly #exported = new Map<string, WeakMap<object, number>>();

  constructor(endpoint: Endpoint) {
    this.#endpoint = endpoint;
  }

  /** Throws a TypeError where the schema does not define the interface, or not with this id. */
  runtime(name: string, schema: Schema): InterfaceRuntime {
    const def = Object.hasOwn(schema.interfaces, name) ? schema.interfaces[name] : undefined;
    if (!def) throw new TypeError(`the schema of package ${schema.package} defines no interface ${name}`);
    const known = this.#known.get(def.id);
    if (known) return known;
    this.#endpoint.registry.context(schema);
    const methods = MethodRuntime.all(def, schema, this.#endpoint.registry);
    const runtime = { def, methods, make: this.#makeClass(def, methods) };
    this.#known.set(def.id, runtime);
    for (const reachable of Object.values(schema.interfaces)) this.#schemas.set(reachable.id, { schema, name: reachable.name });
    return runtime;
  }

  /** A proxy for what `target` exports. */
  proxy(name: string, schema: Schema, target: CallTarget): DomainProxy {
    return this.runtime(name, schema).make(target);
  }

  /** A proxy for an interface reference that came with a call. */
  received(id: string, provider: DomainId, exported: number): DomainProxy {
    const known = this.#schemas.get(id);
    if (!known) throw new TypeError(`nothing is known of an interface ${id}`);
    return this.proxy(known.name, known.schema, { label: readName(this.#endpoint.space.views, provider), exported, resolve: () => provider, binding: null });
  }

  #makeClass(def: InterfaceDef, methods: readonly MethodRuntime[]): (target: CallTarget) => DomainProxy {
    const { caller, asyncCalls, heap } = this.#endpoint;
    const Async = class {
      readonly #target: CallTarget;
      constructor(token: symbol, target: CallTarget) {
        if (token !== TOKEN) throw new TypeError('a proxy is made by the system alone: it is a capability');
        this.#target = target;
        Object.freeze(this);
      }
      static of(facade: InstanceType<typeof Async>): CallTarget {
        return facade.#target;
      }
    };
    const asyncTarget = Async.of;
    delete (Async as { of?: unknown }).of;
    const Proxy = class extends DomainProxy {
      readonly async: object;
      constructor(token: symbol, target: CallTarget) {
        super(token, target, def);
        this.async = new Async(TOKEN, target);
        Object.freeze(this);
      }
    };
    for (const method of methods) {
      const count = method.params.length;
      define(Proxy.prototype, method.name, function (this: DomainProxy, ...args: unknown[]) {
        if (args.length > count) return tooMany(method, args.length);
        return caller.call(targetOf(this), method, args, Number.POSITIVE_INFINITY);
      });
      define(Async.prototype, method.name, async function (this: InstanceType<typeof Async>, ...args: unknown[]) {
        const target = asyncTarget(this);
        if (args.length > count + 1) return tooMany(method, args.length);
        const options = (args.length > count ? (args[count] ?? NO_OPTIONS) : NO_OPTIONS) as CallOptions;
        return asyncCalls.call(target, method, args.slice(0, count), options);
      });
    }
    heap.harden(Async);
    heap.harden(RpcFault);
    heap.harden(Proxy);
    return (target) => new Proxy(TOKEN, target);
  }

  /** Serves `implementation` as an interface. Answers its export number. Throws a TypeError that names what is missing. */
  provide(name: string, schema: Schema, implementation: unknown): number {
    const { methods, def } = this.runtime(name, schema);
    if ((typeof implementation !== 'object' && typeof implementation !== 'function') || implementation === null) {
      throw new TypeError(`the implementation of ${name} must be an object, not ${describe(implementation)}`);
    }
    const functions = methods.map((method) => (implementation as { [method: string]: unknown })[method.name]);
    const missing = methods.filter((_, index) => typeof functions[index] !== 'function').map((method) => method.name);
    if (missing.length > 0) throw new TypeError(`the implementation of ${def.name} lacks ${missing.join(', ')}`);
    const { exports } = this.#endpoint.callee;
    if (exports.length > LAST_EXPORT) throw new TypeError(`a domain exports ${LAST_EXPORT + 1} objects at the most`);
    exports.push({ methods, functions: functions as Export['functions'], receiver: implementation });
    return exports.length - 1;
  }

  /** What travels for an interface reference: a proxy is passed on, any other object becomes an export of this domain. */
  stage(value: unknown, id: string, where: string): { provider: number; exported: number } {
    const known = this.#schemas.get(id);
    const name = known?.name ?? id;
    const proxyOf = interfaceIdOf(value);
    if (proxyOf !== undefined) {
      if (proxyOf !== id) throw new InvalidType(`interface ${name}`, 'a proxy of another interface', where);
      const target = targetOf(value as DomainProxy);
      return { provider: target.resolve(), exported: target.exported };
    }
    if (known === undefined || typeof value !== 'object' || value === null) throw new InvalidType(`interface ${name}`, describe(value), where);
    const exports = this.#exported.get(id) ?? new WeakMap<object, number>();
    this.#exported.set(id, exports);
    let exported = exports.get(value);
    if (exported === undefined) {
      try {
        exported = this.provide(known.name, known.schema, value);
      } catch (error) {
        if (error instanceof TypeError) throw new InvalidType(`interface ${name}`, error.message, where);
        throw error;
      }
      exports.set(value, exported);
    }
    return { provider: this.#endpoint.me, exported };
  }
}

function tooMany(method: MethodRuntime, given: number): never {
  throw new InvalidType(`${method.params.length} arguments`, `${given}`, method.label);
}

function define(prototype: object, name: string, value: unknown): void {
  Object.defineProperty(prototype, name, { value, enumerable: true, writable: false, configurable: false });
}
